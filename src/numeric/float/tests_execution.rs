//! Samples of compiled programs against the values of the same graph on the numbers that were drawn.

use super::FloatEnvironment;
use super::graph::{Extent, Graph, NodeId};
use super::program::Program;
use crate::data::{LANES, Normals, generator};
use faer::Mat;

const ROWS: usize = 5;
const COLUMNS: usize = 6;

/// Noise of equally many entries (so that all is drawn afresh for every sample), and what is fixed.
struct Leaves {
    x: NodeId,
    y: NodeId,
    matrix: NodeId,
    vector: NodeId,
}

impl Leaves {
    /// The random ones as noise, or as letters whose values are given.
    fn of(graph: &mut Graph, random: bool) -> Self {
        let extent = Extent::new(ROWS, COLUMNS);
        let mut leaf = |name: &str| match random {
            true => graph.noise(name.into(), 0, extent),
            false => graph.letter(name.into(), extent),
        };
        let (x, y) = (leaf("x"), leaf("y"));
        let matrix = graph.letter("matrix".into(), Extent::new(ROWS, ROWS));
        Self { x, y, matrix, vector: graph.letter("vector".into(), Extent::new(COLUMNS, 1)) }
    }
}

/// Outputs that use every kernel on fixed and sampled operands, straight and transposed.
fn outputs(graph: &mut Graph, leaves: &Leaves) -> Vec<NodeId> {
    let &Leaves { x, y, matrix, vector } = leaves;
    let (xt, yt) = (graph.transpose(x), graph.transpose(y));
    let gram = graph.product(x, xt);
    let outer_gram = graph.product(xt, x);
    let mixed = graph.product(yt, matrix);
    let sandwiched = graph.product(mixed, x);
    let (u, v) = (graph.product(x, vector), graph.product(y, vector));
    let ut = graph.transpose(u);
    let row = graph.product(ut, matrix);
    let (form, along) = (graph.product(row, v), graph.inner(x, y));
    let inverse = graph.inverse(along);
    let exponential = graph.power(inverse, 2, 1);
    let scaled = graph.scale(form, gram);
    let vt = graph.transpose(v);
    // Sums of products with and without factors, of values and of products that are used again.
    let (first, second) = (graph.product(u, vt), graph.product(v, ut));
    let second = graph.scale(form, second);
    let sum = graph.add(first, second);
    let sum = graph.add(sum, matrix);
    let sum = graph.add(sum, scaled);
    let used_again = graph.product(v, vt);
    let twice = graph.product(used_again, used_again);
    let trace = graph.trace(twice);
    let sandwich_trace = graph.trace(sandwiched);
    let turned = graph.transpose(sandwiched);
    vec![
        gram,
        outer_gram,
        sandwiched,
        turned,
        row,
        form,
        along,
        exponential,
        sum,
        used_again,
        trace,
        sandwich_trace,
        matrix,
    ]
}

#[test]
fn samples_agree_with_the_values_of_their_graph() {
    let mut graph = Graph::default();
    let leaves = Leaves::of(&mut graph, true);
    let all = outputs(&mut graph, &leaves);
    let program = Program::compile(graph, all, &[]).unwrap();

    let entry = |i: usize, j: usize| (1.0 + i as f64) / (2.0 + j as f64) - 0.4;
    let mut environment = FloatEnvironment::default();
    let matrix = Mat::from_fn(ROWS, ROWS, |i, j| entry(i, 2 * j));
    environment.values.insert("matrix".into(), matrix);
    environment.values.insert("vector".into(), Mat::from_fn(COLUMNS, 1, |i, _| entry(i, 3)));
    let fixed = program.prepare(&environment).unwrap();
    let mut workspace = program.workspace();
    let mut source = Normals::new(&mut generator(1, &["execution"], 0));
    let sampled = program.run(&fixed, &mut workspace, &mut source).to_vec();
    let mut means = vec![0.0; sampled.len()];
    let mut source = Normals::new(&mut generator(1, &["execution"], 0));
    program.mean(&fixed, &mut workspace, &mut source, 1, &mut means);
    assert_eq!(program.repeats(), 1);

    let mut graph = Graph::default();
    let leaves = Leaves::of(&mut graph, false);
    let all = outputs(&mut graph, &leaves);
    let mut expected_means = vec![0.0; sampled.len()];
    for lane in 0..LANES {
        let drawn = |offset: usize| {
            let at = |i: usize, j: usize| workspace.lanes[offset + i * COLUMNS + j].0[lane];
            Mat::from_fn(ROWS, COLUMNS, at)
        };
        environment.values.insert("x".into(), drawn(0));
        environment.values.insert("y".into(), drawn(ROWS * COLUMNS));
        let values = graph.values(&graph.needed(&all), &environment).unwrap();
        let expected = all.iter().flat_map(|output| {
            let value = values[output.0].as_ref().unwrap();
            value.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<_>>())
        });
        let expected: Vec<f64> = expected.collect();
        assert_eq!(expected.len(), sampled.len());
        for (place, (found, expected)) in sampled.iter().zip(&expected).enumerate() {
            let apart = (found.0[lane] - expected).abs();
            assert!(apart < 1e-10 * expected.abs().max(1.0), "{place}: {found:?}, {expected}");
            expected_means[place] += expected / LANES as f64;
        }
    }
    for (found, expected) in means.iter().zip(&expected_means) {
        assert!((found - expected).abs() < 1e-10 * expected.abs().max(1.0), "{found}, {expected}");
    }
}
