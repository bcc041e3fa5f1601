//! Figures of a report: what they show is what the results hold, in files that open.

use isserlis::Results;
use isserlis::figure::{Axis, Chart, HeatMap, Mark, Panel, Series, Style, pdf, svg};
use isserlis::report::{figures, latex, markdown, numbers};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A measured claim: at each value of N a prediction, an estimate and half the width of its interval.
fn results(points: &[(u32, f64, f64, f64)], figures: Value) -> Results {
    let piece = |&(size, predicted, estimate, half): &(u32, f64, f64, f64)| {
        json!({
            "kind": "simulation", "verdict": "verified", "at": {"N": size, "c": "1/2"},
            "predicted": predicted, "estimate": estimate,
            "interval": [estimate - half, estimate + half], "samples": 4096,
            "looks": [
                {"samples": 512, "interval": [estimate - 3.0 * half, estimate + 3.0 * half]},
                {"samples": 1024, "interval": [estimate - 2.0 * half, estimate + 2.0 * half]},
                {"samples": 2048, "interval": [estimate - 1.4 * half, estimate + 1.4 * half]},
                {"samples": 4096, "interval": [estimate - half, estimate + half]},
            ],
            "method": "Catoni",
        })
    };
    let pieces: Vec<Value> = points.iter().map(piece).collect();
    let line = |name: &str, kind: &str, notes: Value, evidence: Value| {
        json!({
            "id": format!("a_2024::b::{name}"), "kind": kind,
            "verdict": if kind == "claim" { "verified" } else { "refuted" }, "as_claimed": true,
            "statement": "risk == 1/N", "statement_latex": "r = 1/N", "source": "arXiv:1, eq. (2)",
            "notes": notes, "evidence": evidence, "counterexample": null,
        })
    };
    let matrix = json!([{
        "kind": "training", "verdict": "verified", "at": {"d": 2}, "deviation": true,
        "predicted": 2.0, "estimate": 0.1, "interval": [0.0, 0.2], "samples": 64, "method": "Hotelling",
        "entries": {"columns": 2, "predicted": [1.0, 0.5, -0.5, 1.5], "estimated": [1.1, 0.5, -0.5, 1.5]},
    }]);
    serde_json::from_value(json!({
        "schema": Results::SCHEMA, "version": "0", "seed": 1, "error_budget": 1e-6,
        "subjects": [{
            "id": "a_2024::b", "title": "B", "source": "arXiv:1", "declarations": ["space N"],
            "experiments": [], "uses": [], "notes": [], "figures": figures,
        }],
        "claims": [
            line("risk", "claim", json!([]), json!(pieces)),
            line("weights", "claim", json!([]), matrix),
            line("printed", "refute", json!(["as printed in (2): 1/N^2"]), json!([])),
        ],
        "summary": {
            "proved": 0, "verified": 2, "refuted": 0, "inconclusive": 0, "open": 0,
            "controls_rejected": 1, "controls": 1,
        },
    }))
    .expect("results as they are written")
}

fn four() -> Results {
    let points =
        [(2, 0.5, 0.51, 0.02), (3, 0.33, 0.32, 0.02), (4, 0.25, 0.25, 0.01), (6, 0.17, 0.18, 0.02)];
    results(&points, json!([]))
}

/// The numbers in an attribute of every element with this name.
fn attributes(svg: &str, element: &str, name: &str) -> Vec<f64> {
    let (start, name) = (format!("<{element} "), format!("{name}=\""));
    let value = |element: &str| {
        let rest = element.split_once(&name).expect("the attribute").1;
        rest.split('"').next().expect("its end").parse().expect("a number")
    };
    svg.split(&start).skip(1).map(value).collect()
}

/// How far `found` is from an affine function of `given`, in points of the drawing.
fn misfit(given: &[f64], found: &[f64]) -> f64 {
    let count = given.len() as f64;
    let mean = |all: &[f64]| all.iter().sum::<f64>() / count;
    let (x, y) = (mean(given), mean(found));
    let product: f64 = given.iter().zip(found).map(|(a, b)| (a - x) * (b - y)).sum();
    let square: f64 = given.iter().map(|a| (a - x).powi(2)).sum();
    let slope = product / square;
    let off = given.iter().zip(found).map(|(a, b)| (b - y - slope * (a - x)).abs());
    off.fold(0.0, f64::max)
}

proptest! {
    #[test]
    fn marks_and_line_stand_where_the_results_say(
        values in prop::collection::vec((0.4_f64..1.0, 0.4_f64..1.0), 4..8),
    ) {
        let points: Vec<_> = values
            .iter()
            .enumerate()
            .map(|(k, &(predicted, estimate))| (k as u32 + 1, predicted, estimate, 0.05))
            .collect();
        let pictures = figures(&results(&points, json!([])));
        let svg = &pictures[0].svg;
        prop_assert_eq!(&pictures[0].lines, &["a_2024::b::risk"]);
        // The first circle is the sample of the legend.
        let [across, up] = ["cx", "cy"].map(|name| attributes(svg, "circle", name)[1..].to_vec());
        let of = |value: fn(&(u32, f64, f64, f64)) -> f64| points.iter().map(value).collect::<Vec<_>>();
        prop_assert!(misfit(&of(|point| f64::from(point.0)), &across) < 0.02);
        // Predictions and estimates stand on one scale.
        let line = svg.split("<polyline ").find(|line| line.contains("stroke-width=\"1.5\"")
            && line.matches(',').count() == points.len());
        let line = line.expect("the line of the predictions");
        let list = line.split_once("points=\"").expect("points").1.split('"').next().expect("an end");
        let heights = list.split(' ').map(|pair| pair.split_once(',').expect("a pair").1.parse());
        let heights: Result<Vec<f64>, _> = heights.collect();
        let drawn = [up, heights.expect("numbers")].concat();
        let given = [of(|point| point.2), of(|point| point.1)].concat();
        prop_assert!(misfit(&given, &drawn) < 0.02, "{given:?} {drawn:?}");
    }
}

#[test]
fn a_line_a_matrix_and_the_looks_each_give_a_picture() {
    let pictures = figures(&four());
    let names: Vec<&str> = pictures.iter().map(|picture| picture.name.as_str()).collect();
    assert_eq!(names, ["a_2024-b-risk-N", "a_2024-b-weights-matrix", "a_2024-b-convergence"]);
    assert!(pictures.iter().all(|picture| picture.subject == "a_2024::b"));
    assert_eq!(pictures, figures(&four()), "the same results give the same bytes");
}

#[test]
fn a_figure_of_the_author_takes_the_place_of_its_chart() {
    let declared = json!([{
        "kind": "curves", "title": "Risk over N", "x": "N, examples", "y": "E r^{2}",
        "curves": [{"label": "trained", "points": {"over": {"line": "risk", "letter": "N"}}}],
        "published": [{"label": "authors", "source": "Table 1", "points": [[2.0, 0.6], [4.0, 0.3]]}],
    }]);
    let points = [(2, 0.5, 0.51, 0.02), (3, 0.33, 0.32, 0.02), (4, 0.25, 0.25, 0.01)];
    let pictures = figures(&results(&points, declared));
    assert_eq!(pictures[0].name, "a_2024-b-Risk-over-N");
    assert!(
        pictures[0].svg.contains(">trained</text>") && pictures[0].svg.contains(">authors</text>")
    );
    assert!(pictures[0].caption.contains("Table 1"));
    assert!(!pictures.iter().any(|picture| picture.name == "a_2024-b-risk-N"));
}

#[test]
fn what_was_not_measured_is_not_drawn() {
    let declared = json!([{
        "kind": "curves", "title": "Nothing", "x": "N", "y": "y",
        "curves": [{"label": "missing", "points": {"at": [[1.0, "not_there"]]}}],
    }]);
    let pictures = figures(&results(&[(2, 0.5, 0.5, 0.1), (3, 0.3, 0.3, 0.1)], declared));
    let names: Vec<&str> = pictures.iter().map(|picture| picture.name.as_str()).collect();
    assert_eq!(
        names,
        ["a_2024-b-weights-matrix", "a_2024-b-convergence"],
        "two values make no curve"
    );
}

fn chart() -> Chart {
    let axis = |label: &str| Axis { label: label.to_owned(), logarithmic: false };
    let mark = |x, y, half: f64| Mark { x, y, interval: Some([y - half, y + half]) };
    Chart {
        title: "Risk & length".to_owned(),
        description: "Line: predicted; marks: measured.".to_owned(),
        x: axis("M, examples"),
        y: axis("E(y \u{2212} x_{q})^{2}"),
        series: vec![
            Series {
                label: "trained".to_owned(),
                style: Style::Ours(0),
                line: vec![[1.0, 2.0], [2.0, 1.0]],
                marks: vec![mark(1.0, 2.1, 0.2), mark(2.0, 0.9, 0.1)],
            },
            Series {
                label: "authors".to_owned(),
                style: Style::Published(0),
                line: Vec::new(),
                marks: vec![Mark { x: 1.5, y: 1.4, interval: None }],
            },
        ],
    }
}

#[test]
fn a_small_chart_looks_like_this() {
    insta::assert_snapshot!(svg(&chart().draw(), "risk"));
}

#[test]
fn every_object_of_a_pdf_stands_where_its_table_says() {
    let map = HeatMap {
        title: "Weights".to_owned(),
        description: String::new(),
        columns: 2,
        block: 1,
        panels: vec![Panel {
            label: "predicted Γ".to_owned(),
            entries: vec![1.0, -0.5, 0.0, 2.0],
            full: 2.0,
        }],
    };
    for drawing in [chart().draw(), map.draw()] {
        let file = pdf(&drawing);
        assert_eq!(file, pdf(&drawing), "the same drawing gives the same bytes");
        assert!(file.starts_with(b"%PDF-") && file.trim_ascii_end().ends_with(b"%%EOF"));
        let text = String::from_utf8_lossy(&file).into_owned();
        let table = text.rsplit_once("startxref").expect("a table").1;
        let table: usize =
            table.lines().nth(1).expect("its place").trim().parse().expect("a number");
        let table = std::str::from_utf8(&file[table..]).expect("a table is ASCII");
        assert!(table.starts_with("xref"));
        let used = table.lines().filter(|line| line.trim_end().ends_with(" n"));
        let mut objects = 0;
        for (number, line) in used.enumerate() {
            let place: usize = line[..10].parse().expect("ten digits");
            assert!(file[place..].starts_with(format!("{} 0 obj", number + 1).as_bytes()));
            objects += 1;
        }
        assert_eq!(objects, 7);
    }
}

#[test]
fn reports_point_at_the_files_of_the_figures_and_list_what_is_printed_wrongly() {
    let results = four();
    let pictures = figures(&results);
    let (text, tex) = (
        markdown(&results, &pictures).expect("filled"),
        latex(&results, &pictures).expect("filled"),
    );
    for picture in &pictures {
        assert!(text.contains(&format!("](figures/{}.svg)", picture.name)));
        assert!(tex.contains(&format!("{{figures/{}.pdf}}", picture.name)));
    }
    assert!(text.contains("| as printed in (2): 1/N^2 |"), "{text}");
    assert!(tex.contains("as printed in (2): 1/N\\textasciicircum{}2"));
    assert!(!markdown(&results, &[]).expect("filled").contains("figures/"));
}

#[test]
fn every_number_of_a_measurement_has_a_macro() {
    let numbers = numbers(&four());
    for line in [
        "\\isserlis@set{a_2024::b::risk:verdict}{verified}",
        "\\isserlis@set{a_2024::b::risk:simulation:N=3,c=1/2:estimate}{\\ensuremath{0.32}}",
        "\\isserlis@set{a_2024::b::risk:simulation:N=3,c=1/2:low}{\\ensuremath{0.3}}",
        "\\isserlis@set{run:claims}{2}",
        "\\isserlis@set{run:budget}{\\ensuremath{1\\cdot10^{-6}}}",
    ] {
        assert!(numbers.lines().any(|known| known == line), "{line}\n{numbers}");
    }
}
