//! The theorem library: one file a theorem, one line here and one in [`LIBRARY`] for each.

pub mod zhang_frei_bartlett_2024;

use crate::theorem::Theorem;

/// All theorems, in the order in which they are reported.
pub static LIBRARY: &[&Theorem] = &[
    &zhang_frei_bartlett_2024::prediction_block_decomposition::THEOREM,
    &zhang_frei_bartlett_2024::gaussian_fourth_moment::THEOREM,
    &zhang_frei_bartlett_2024::sample_covariance_second_moment::THEOREM,
    &zhang_frei_bartlett_2024::quadratic_prediction_form::THEOREM,
    &zhang_frei_bartlett_2024::hessian_negative_eigenvalues::THEOREM,
    &zhang_frei_bartlett_2024::population_loss_closed_form::THEOREM,
    &zhang_frei_bartlett_2024::parity_orthogonality::THEOREM,
    &zhang_frei_bartlett_2024::restricted_loss::THEOREM,
    &zhang_frei_bartlett_2024::completed_square_certificate::THEOREM,
    &zhang_frei_bartlett_2024::population_minimum::THEOREM,
    &zhang_frei_bartlett_2024::restricted_global_minimisers::THEOREM,
    &zhang_frei_bartlett_2024::full_space_global_optimality::THEOREM,
    &zhang_frei_bartlett_2024::gradient_flow_limit::THEOREM,
    &zhang_frei_bartlett_2024::trained_prediction::THEOREM,
    &zhang_frei_bartlett_2024::task_family_moments::THEOREM,
    &zhang_frei_bartlett_2024::prediction_error_general_task::THEOREM,
    &zhang_frei_bartlett_2024::noiseless_risk::THEOREM,
    &zhang_frei_bartlett_2024::sample_complexity_corollary::THEOREM,
    &zhang_frei_bartlett_2024::risk_loss_consistency::THEOREM,
    &zhang_frei_bartlett_2024::master_test_risk::THEOREM,
    &zhang_frei_bartlett_2024::orthogonal_query::THEOREM,
    &zhang_frei_bartlett_2024::covariate_scaling::THEOREM,
    &zhang_frei_bartlett_2024::figure1_lsa_limit::THEOREM,
    &zhang_frei_bartlett_2024::label_noise_in_training::THEOREM,
];
