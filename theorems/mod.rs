//! The theorem library: one file a theorem, one line here and one in [`LIBRARY`] for each.

pub mod zhang_frei_bartlett_2024;

use crate::theorem::Theorem;

/// All theorems, in the order in which they are reported.
pub static LIBRARY: &[&Theorem] = &[
    &zhang_frei_bartlett_2024::gradient_flow_limit::THEOREM,
    &zhang_frei_bartlett_2024::prediction_error_general_task::THEOREM,
    &zhang_frei_bartlett_2024::master_test_risk::THEOREM,
];
