//! The theorem library: one file a theorem, one line here and one in [`LIBRARY`] for each.

pub mod zhang_frei_bartlett_2024;

use crate::theorem::Theorem;

/// All theorems, in the order in which they are reported.
pub static LIBRARY: &[&Theorem] = &[
    &zhang_frei_bartlett_2024::balance_conservation::THEOREM,
    &zhang_frei_bartlett_2024::discrete_balance_identity::THEOREM,
    &zhang_frei_bartlett_2024::gradient_flow_equations::THEOREM,
    &zhang_frei_bartlett_2024::isotropic_closed_form_trajectory::THEOREM,
    &zhang_frei_bartlett_2024::initial_loss_negative::THEOREM,
    &zhang_frei_bartlett_2024::output_scale_lower_bound::THEOREM,
    &zhang_frei_bartlett_2024::pl_inequality::THEOREM,
    &zhang_frei_bartlett_2024::flow_limits::THEOREM,
    &zhang_frei_bartlett_2024::linearised_rate::THEOREM,
    &zhang_frei_bartlett_2024::gradient_flow_limit::THEOREM,
    &zhang_frei_bartlett_2024::convergence_for_every_sigma::THEOREM,
    &zhang_frei_bartlett_2024::sign_of_output_scale::THEOREM,
    &zhang_frei_bartlett_2024::unbalanced_gauge_limit::THEOREM,
    &zhang_frei_bartlett_2024::spurious_local_minima::THEOREM,
    &zhang_frei_bartlett_2024::prediction_error_general_task::THEOREM,
    &zhang_frei_bartlett_2024::master_test_risk::THEOREM,
    &zhang_frei_bartlett_2024::random_covariance_dynamics::THEOREM,
    &zhang_frei_bartlett_2024::random_covariance_limit::THEOREM,
    &zhang_frei_bartlett_2024::random_covariance_pl::THEOREM,
    &zhang_frei_bartlett_2024::exponential_covariance::THEOREM,
    &zhang_frei_bartlett_2024::noncommuting_covariance::THEOREM,
    &zhang_frei_bartlett_2024::one_third_factor::THEOREM,
];
