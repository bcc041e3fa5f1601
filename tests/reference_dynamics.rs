//! The named closed forms and computed letters of the theorem files against values that were
//! computed elsewhere (`tests/vectors/flow_and_landscape.json`), read as `isserlis eval` reads them.

use dashu_ratio::RBig;
use isserlis::experiment::compute_observed;
use isserlis::numeric::{Budget, Instance, RationalMatrix, evaluate_exactly};
use isserlis::suite::{Subject, library};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

static VECTORS: LazyLock<Json> = LazyLock::new(|| {
    serde_json::from_str(include_str!("vectors/flow_and_landscape.json")).expect("vectors")
});

static LIBRARY: LazyLock<Vec<Subject>> = LazyLock::new(|| library().0);

/// Relative, or absolute for numbers below 1.
const EXACT: f64 = 1e-12;
/// The same for states of a flow.
const FLOW: f64 = 1e-9;

fn cases(family: &str) -> &'static [Json] {
    VECTORS[family].as_array().expect("a family")
}

/// A number in rational or decimal notation.
fn number(value: &Json) -> RBig {
    let text = value.as_str().expect("a number as text");
    let Some((whole, decimals)) = text.split_once('.') else {
        return text.parse().expect("a rational number");
    };
    let digits: RBig = format!("{whole}{decimals}").parse().expect("digits");
    let ten = format!("1{}", "0".repeat(decimals.len()));
    digits / ten.parse::<RBig>().expect("a power of ten")
}

/// A number, a vector or a matrix.
fn matrix(value: &Json) -> RationalMatrix {
    match value {
        Json::Array(rows) if rows[0].is_array() => {
            let row = |row: &Json| row.as_array().expect("a row").iter().map(number).collect();
            let rows: Vec<Vec<RBig>> = rows.iter().map(row).collect();
            RationalMatrix::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j].clone())
        }
        Json::Array(entries) => {
            RationalMatrix::from_fn(entries.len(), 1, |i, _| number(&entries[i]))
        }
        one => RationalMatrix::scalar(number(one)),
    }
}

/// The diagonal matrix of these numbers.
fn diagonal(entries: &[RBig]) -> RationalMatrix {
    let entry = |i: usize, j: usize| if i == j { entries[i].clone() } else { RBig::ZERO };
    RationalMatrix::from_fn(entries.len(), entries.len(), entry)
}

/// The unit vector of a coordinate.
fn unit(size: usize, place: usize) -> RationalMatrix {
    RationalMatrix::from_fn(size, 1, |i, _| if i == place { RBig::ONE } else { RBig::ZERO })
}

/// An instance under construction.
#[derive(Clone, Default)]
struct Place {
    sizes: BTreeMap<Arc<str>, usize>,
    values: BTreeMap<Arc<str>, RationalMatrix>,
}

impl Place {
    /// Sizes, covariance and start of a case, from its setting or from itself.
    fn of(case: &Json) -> Self {
        let setting = case.get("setting").and_then(Json::as_str);
        let source = setting.map_or(case, |id| &VECTORS["settings"][id]);
        let mut place = Self::default();
        for name in ["d", "N", "M"] {
            if let Some(size) = source.get(name).and_then(Json::as_u64) {
                place.sizes.insert(name.into(), size as usize);
            }
        }
        for name in ["Lambda", "T", "U", "u", "sigma", "L1", "L2"] {
            if let Some(value) = case.get(name).or_else(|| source.get(name)) {
                place.values.insert(name.into(), matrix(value));
            }
        }
        place
    }

    fn with(mut self, name: &str, value: RationalMatrix) -> Self {
        self.values.insert(name.into(), value);
        self
    }

    /// The value of an expression in the words of a theorem.
    fn value(&self, theorem: &str, expression: &str) -> Vec<f64> {
        let id = format!("zhang_frei_bartlett_2024::{theorem}");
        let subject = LIBRARY.iter().find(|subject| subject.id == id).expect("a theorem");
        let parsed = subject.file.expression(expression).unwrap_or_else(|errors| {
            panic!("{theorem}: {expression}: {}", errors[0].message);
        });
        let mut at = Instance {
            sizes: self.sizes.clone(),
            values: self.values.clone(),
            listed: Vec::new(),
            declared: true,
        };
        let computed = compute_observed(&subject.experiments, &parsed, &at);
        let computed = computed.unwrap_or_else(|e| panic!("{theorem}: {expression}: {e}"));
        at.values.extend(computed.values);
        let value = evaluate_exactly(&parsed, &at, &Budget::default());
        value.unwrap_or_else(|e| panic!("{theorem}: {expression}: {e}")).to_f64()
    }

    fn check(&self, theorem: &str, expression: &str, expected: &RationalMatrix, tolerance: f64) {
        let found = self.value(theorem, expression);
        assert_eq!(found.len(), expected.entries.len(), "{theorem}: {expression}");
        for (found, expected) in found.iter().zip(&expected.entries) {
            let expected = expected.to_f64().value();
            let error = (found - expected).abs() / expected.abs().max(1.0);
            assert!(error < tolerance, "{theorem}: {expression}: {found}, not {expected}");
        }
    }
}

#[test]
fn states_of_the_flow_and_its_rate_near_the_limit_agree() {
    for case in cases("dynamics") {
        let place = Place::of(case);
        for point in case["points"].as_array().expect("points") {
            let place = place.clone().with("t", matrix(&point["t"]));
            let theorem = "gradient_flow_equations";
            place.check(theorem, "flow_matrix", &matrix(&point["U11"]), FLOW);
            place.check(theorem, "flow_scale", &matrix(&point["u"]), FLOW);
        }
        place.check("linearised_rate", "rate", &matrix(&case["asymptotic_rate"]), EXACT);
        place.check("linearised_rate", "slowest", &matrix(&case["asymptotic_rate"]), 1e-7);
    }
}

#[test]
fn the_closed_form_for_isotropic_inputs_agrees() {
    for case in cases("dynamics_isotropic") {
        let place = Place::of(case).with("lam", matrix(&case["lambda"]));
        let place = place.with("t", matrix(&case["t"]));
        let theorem = "isotropic_closed_form_trajectory";
        place.check(theorem, "closed_scale", &matrix(&case["u"]), EXACT);
        place.check(theorem, "flow_scale", &matrix(&case["u"]), FLOW);
        let square = place.value(theorem, "closed_scale^2");
        let balanced = place.value(theorem, "tr(closed_diagonal^2*I(d))");
        assert!((square[0] - balanced[0]).abs() < EXACT * square[0], "u^2 = tr(U U')");
    }
}

#[test]
fn constants_of_the_start_agree() {
    for case in cases("pl") {
        let place = Place::of(case);
        let expected = |name: &str| matrix(&case[name]);
        place.check("initial_loss_negative", "start_loss", &expected("ltilde_0"), EXACT);
        place.check("initial_loss_negative", "start_square", &expected("LambdaTheta_F2"), EXACT);
        place.check("output_scale_lower_bound", "lower", &expected("u_lower"), EXACT);
        place.check("pl_inequality", "mu", &expected("mu"), EXACT);
    }
}

#[test]
fn the_limit_of_an_unbalanced_start_and_the_minimum_of_rank_one_agree() {
    for case in cases("landscape_extras") {
        let place = Place::of(case);
        for (theorem, expression, name) in [
            ("unbalanced_gauge_limit", "imbalance", "C"),
            ("unbalanced_gauge_limit", "gauge", "u2_limit"),
            ("spurious_local_minima", "rank_one_loss", "rank_one_loss"),
            ("spurious_local_minima", "rank_one_gap", "rank_one_gap"),
            ("spurious_local_minima", "escape_of_the_blocks", "rate_F"),
            ("spurious_local_minima", "escape_of_the_vectors", "rate_op"),
        ] {
            place.check(theorem, expression, &matrix(&case[name]), EXACT);
        }
    }
}

#[test]
fn moments_limits_and_risks_of_random_covariances_agree() {
    for case in cases("random_covariance") {
        let moments: Vec<Vec<RBig>> = case["moments"]
            .as_array()
            .expect("moments of each entry")
            .iter()
            .map(|entry| entry.as_array().expect("three").iter().map(number).collect())
            .collect();
        let of_order = |order: usize| -> Vec<RBig> {
            moments.iter().map(|entry| entry[order - 1].clone()).collect()
        };
        let place = Place::of(case).with("M1", diagonal(&of_order(1)));
        let place = place.with("M2", diagonal(&of_order(2))).with("M3", diagonal(&of_order(3)));
        let column = |name: &str| diagonal(&matrix(&case[name]).entries);
        let (dynamics, limit) = ("random_covariance_dynamics", "random_covariance_limit");
        for (theorem, expression, expected) in [
            (dynamics, "gamma", column("gamma")),
            (dynamics, "xi", column("xi")),
            (limit, "B", column("B_diag")),
            (limit, "scale", matrix(&case["u_limit"])),
            (limit, "block", column("U_diag_limit")),
            (dynamics, "minimum_of_the_restricted", matrix(&case["min_l_rdm"])),
            (limit, "least", matrix(&case["L_min"])),
            (limit, "test_risk", matrix(&case["test_risk"])),
            (limit, "long_prompt_factor", column("factor_N_inf")),
        ] {
            place.check(theorem, expression, &expected, EXACT);
        }
        let d = place.sizes["d"];
        if !case["zeta_01"].is_null() {
            let place = place.clone().with("e", unit(d, 0)).with("f", unit(d, 1));
            place.check(dynamics, "zeta", &matrix(&case["zeta_01"]), EXACT);
        }
        let exponential = |entry: &Vec<RBig>| {
            *entry == ["1", "2", "6"].map(|text| text.parse::<RBig>().expect("a number"))
        };
        if moments.iter().all(exponential) {
            let theorem = "exponential_covariance";
            let first = |name: &str| RationalMatrix::scalar(matrix(&case[name]).entries[0].clone());
            place.check(theorem, "gamma", &first("gamma"), EXACT);
            place.check(theorem, "b", &first("B_diag"), EXACT);
            place.check(theorem, "test_risk", &matrix(&case["test_risk"]), EXACT);
        }
    }
}

#[test]
fn solutions_for_covariances_that_do_not_commute_agree() {
    for case in cases("random_covariance_noncommuting") {
        let quarter: RBig = "1/4".parse().expect("a number");
        let start = diagonal(&["3/5", "4/5"].map(|text| text.parse().expect("a number")));
        let place = Place::of(case).with("sigma", RationalMatrix::scalar(quarter)).with("T", start);
        let theorem = "noncommuting_covariance";
        place.check(theorem, "B", &matrix(&case["B"]), EXACT);
        place.check(theorem, "formula", &matrix(&case["formula_412"]), EXACT);
        place.check(theorem, "min_of_the_restricted", &matrix(&case["min_l_rdm"]), EXACT);
        place.check(theorem, "flow_product", &matrix(&case["B"]), FLOW);
    }
}
