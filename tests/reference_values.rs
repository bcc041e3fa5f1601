//! The closed forms that the theorems of Zhang, Frei and Bartlett name, evaluated as
//! `isserlis eval EXPRESSION --with ID` does, against values that were computed elsewhere
//! (`tests/vectors/zhang_frei_bartlett_2024.json`).

use isserlis::claim::ClaimFile;
use isserlis::numeric::{Budget, Instance, RationalMatrix, evaluate_exactly};
use isserlis::suite::{Subject, library};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where the value of a field is found: the theorem, and an expression in its letters.
type Place = (&'static str, &'static str, &'static str);

const OF_THE_SETTINGS: &[(&str, &[Place])] = &[
    (
        "minimizer",
        &[
            ("Gamma", "population_minimum", "Gamma"),
            ("Gamma_inv", "population_minimum", "inv(Gamma)"),
            ("tr_Gamma_inv2", "restricted_global_minimisers", "tr(inv(Gamma)^2)"),
            ("WPV_scale", "restricted_global_minimisers", "BalancedScale"),
            ("WKQ_block", "restricted_global_minimisers", "BalancedBlock"),
            ("min_ltilde", "population_minimum", "RestrictedMinimum"),
            ("L_min", "population_minimum", "LossMinimum"),
        ],
    ),
    (
        "wishart_second_moment",
        &[
            ("E_SAS", "sample_covariance_second_moment", "SecondMoment"),
            ("E_S2", "sample_covariance_second_moment", "Gamma*Lambda"),
        ],
    ),
    (
        "population_loss",
        &[
            ("loss", "population_loss_closed_form", "Loss"),
            ("odd_half", "population_loss_closed_form", "OddPart/2"),
            ("even_half", "population_loss_closed_form", "EvenPart/2"),
            ("ltilde", "restricted_loss", "RestrictedLoss"),
        ],
    ),
    (
        "thm42_noiseless",
        &[
            ("total", "noiseless_risk", "Risk"),
            ("variance", "noiseless_risk", "Variance"),
            ("bias", "noiseless_risk", "Bias"),
            ("upper_bound", "noiseless_risk", "RiskBound"),
            ("w_avg", "noiseless_risk", "MeanRisk"),
            ("w_avg_bound1", "noiseless_risk", "MeanRiskBound"),
            ("w_avg_bound2", "noiseless_risk", "ConditionBound"),
            ("w_avg_floor_M_inf", "noiseless_risk", "LongTestPrompts"),
            ("w_avg_N_inf", "noiseless_risk", "LongTrainingPrompts"),
            ("kappa", "noiseless_risk", "kappa"),
        ],
    ),
    (
        "thm42_tasks",
        &[
            ("noisy_total", "prediction_error_general_task", "noisy"),
            ("cubic_total", "prediction_error_general_task", "cubic"),
            ("cubic_best", "task_family_moments", "CubicBest"),
            ("quad_total", "prediction_error_general_task", "curved"),
            ("quad_best", "task_family_moments", "CurvedBest"),
        ],
    ),
    (
        "shift_risk",
        &[
            ("fixed_w", "master_test_risk", "TrainedRisk"),
            ("avg_w", "master_test_risk", "TrainedMeanRisk"),
            (
                "avg_w_query_is_Lambda_test",
                "master_test_risk",
                "subst(TrainedMeanRisk, Q -> Omega, s2 -> 0)",
            ),
            ("scale_c2_avg_w", "covariate_scaling", "ScaledRisk"),
        ],
    ),
    (
        "negative_controls",
        &[
            ("L_min_right", "population_minimum", "LossMinimum"),
            ("L_min_no_trace_term", "population_minimum", "tr(Lambda - Lambda^2*inv(NoTrace))/2"),
            (
                "L_min_no_1_over_N",
                "population_minimum",
                "tr(Lambda - Lambda^2*inv(NoCorrection))/2",
            ),
            ("L_min_2_over_N", "population_minimum", "tr(Lambda - Lambda^2*inv(TwiceCorrected))/2"),
            ("L_min_N_plus_1", "population_minimum", "tr(Lambda - Lambda^2*inv(QueryCounted))/2"),
            ("L_min_trace_over_d", "population_minimum", "tr(Lambda - Lambda^2*inv(MeanTrace))/2"),
            ("L_min_missing_half", "population_minimum", "2*LossMinimum"),
            ("risk_right", "noiseless_risk", "MeanRisk"),
            ("risk_swap_MN", "noiseless_risk", "subst(MeanRisk, N -> M, M -> N)"),
            ("risk_variance_1_over_N", "noiseless_risk", "M/N*MeanVariance + MeanBias"),
            ("risk_bias_1_over_N", "noiseless_risk", "MeanVariance + N*MeanBias"),
            (
                "risk_Sigma_without_rank_one",
                "noiseless_risk",
                "MeanRisk - tr(inv(Gamma)^2*Lambda^3)/M",
            ),
            ("risk_Gamma_is_Lambda", "noiseless_risk", "LongTrainingPrompts"),
            (
                "risk_rho_N",
                "noiseless_risk",
                "(M/N)^2*MeanVariance + tr((M/N*Lambda*inv(Gamma) - I)*Lambda*(M/N*Lambda*inv(Gamma) - I)')",
            ),
        ],
    ),
];

/// The lines of Figure 1, for finite and for infinite lengths.
const OF_FIGURE_1: &[Place] = &[
    ("trained_random_test_random", "RandomOnRandom", "RandomOnRandomLimit"),
    ("trained_random_test_fixed", "RandomOnFixed", "RandomOnFixedLimit"),
    ("trained_identity_test_random", "IdentityOnRandom", "IdentityOnRandomLimit"),
    ("trained_identity_test_fixed", "IdentityOnFixed", "IdentityOnFixedLimit"),
    ("zero_estimator", "ZeroEstimator", "ZeroEstimator"),
];

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors/zhang_frei_bartlett_2024.json")).unwrap()
}

/// The entries of a number, a vector or a matrix, by rows.
fn flat(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(parts) => parts.iter().flat_map(flat).collect(),
        one => vec![one],
    }
}

fn decimals(value: &Value) -> Vec<f64> {
    let number = |text: &str| match text.split_once('/') {
        Some((above, below)) => above.parse::<f64>().unwrap() / below.parse::<f64>().unwrap(),
        None => text.parse().unwrap(),
    };
    flat(value).into_iter().map(|one| number(one.as_str().expect("a string"))).collect()
}

/// A number, a column or a matrix of exact rationals.
fn rational(value: &Value) -> RationalMatrix {
    let entries: Vec<_> =
        flat(value).into_iter().map(|one| one.as_str().unwrap().parse().unwrap()).collect();
    let rows = value.as_array().map_or(1, Vec::len);
    RationalMatrix { rows, columns: entries.len() / rows, entries }
}

/// The sizes and letters that a setting or a case gives, under the names of the theorems.
fn instance(given: &Value) -> Instance {
    let given = given.as_object().unwrap();
    let mut values = BTreeMap::new();
    let mut put = |name: &str, value: &Value| values.insert(Arc::from(name), rational(value));
    put("curvature", &Value::from("1"));
    put("c", &Value::from("2"));
    let letters = [
        ("Lambda", "Lambda"),
        ("w", "w"),
        ("A", "A"),
        ("A", "U"),
        ("p", "p"),
        ("q", "q"),
        ("s", "u"),
        ("Lambda_test", "Omega"),
        ("Q", "Q"),
        ("noise_var", "s2"),
        ("v", "v"),
        ("c", "c"),
    ];
    for (name, letter) in letters {
        given.get(name).map(|value| put(letter, value));
    }
    let size = |name: &str| Some((Arc::from(name), given.get(name)?.as_u64()? as usize));
    let sizes = ["d", "N", "M"].into_iter().filter_map(size).collect();
    Instance { sizes, values, listed: Vec::new(), declared: true }
}

fn theorem<'a>(subjects: &'a [Subject], name: &str) -> &'a ClaimFile {
    let id = format!("zhang_frei_bartlett_2024::{name}");
    &subjects.iter().find(|subject| subject.id == id).unwrap_or_else(|| panic!("{id}")).file
}

/// The expression has this value to twelve digits of the largest entry.
fn assert_value(file: &ClaimFile, expression: &str, at: &Instance, expected: &Value) {
    let read =
        file.expression(expression).unwrap_or_else(|wrong| panic!("{expression}: {wrong:?}"));
    let found = evaluate_exactly(&read, at, &Budget::default());
    let found = found.unwrap_or_else(|why| panic!("{expression}: {why}")).to_f64();
    let expected = decimals(expected);
    assert_eq!(found.len(), expected.len(), "{expression}");
    let size = expected.iter().fold(0.0, |size: f64, entry| size.max(entry.abs()));
    for (found, expected) in found.iter().zip(&expected) {
        let error = (found - expected).abs();
        assert!(
            error <= 1e-12 * size,
            "{expression} is {found}, not {expected}, at {:?}",
            at.sizes
        );
    }
}

#[test]
fn the_named_closed_forms_have_their_reference_values() {
    let (subjects, _) = library();
    let vectors = vectors();
    let mut compared = 0;
    for (family, places) in OF_THE_SETTINGS {
        for case in vectors["families"][family].as_array().unwrap() {
            let settings = vectors["settings"].as_array().unwrap();
            let setting = settings.iter().find(|one| one["id"] == case["setting"]).unwrap();
            let at = instance(setting);
            for (field, name, expression) in *places {
                assert_value(theorem(&subjects, name), expression, &at, &case[field]);
                compared += 1;
            }
            assert_eq!(case.as_object().unwrap().len(), places.len() + 1, "{family}: every field");
        }
    }
    assert_eq!(compared, 276);
}

#[test]
fn the_lines_of_figure_1_have_their_reference_values() {
    let (subjects, _) = library();
    let file = theorem(&subjects, "figure1_lsa_limit");
    for case in vectors()["families"]["figure1_lsa"].as_array().unwrap() {
        let at = instance(case);
        for (field, finite, infinite) in OF_FIGURE_1 {
            let expression = if case["N"].is_null() { infinite } else { finite };
            assert_value(file, expression, &at, &case[field]);
        }
    }
}
