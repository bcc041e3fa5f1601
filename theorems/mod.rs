//! The theorem library: one file a theorem, one line here and one in [`LIBRARY`] for each.

pub mod von_oswald_2023;
pub mod zhang_frei_bartlett_2024;

use crate::theorem::Theorem;

/// All theorems, in the order in which they are reported.
pub static LIBRARY: &[&Theorem] = &[
    &zhang_frei_bartlett_2024::gradient_flow_limit::THEOREM,
    &zhang_frei_bartlett_2024::prediction_error_general_task::THEOREM,
    &zhang_frei_bartlett_2024::master_test_risk::THEOREM,
    &von_oswald_2023::one_layer_gradient_step::THEOREM,
    &von_oswald_2023::four_channel_one_step::THEOREM,
    &von_oswald_2023::repeated_layer_is_one_step::THEOREM,
    &von_oswald_2023::running_residual_bias::THEOREM,
    &von_oswald_2023::richardson_layer::THEOREM,
    &von_oswald_2023::preconditioner_plus_gd_identity::THEOREM,
    &von_oswald_2023::preconditioner_error::THEOREM,
    &von_oswald_2023::readout_position::THEOREM,
    &von_oswald_2023::tuned_chebyshev_baseline::THEOREM,
    &von_oswald_2023::mesa_layer_recursion::THEOREM,
    &von_oswald_2023::mesa_layer_backward::THEOREM,
    &von_oswald_2023::reverse_reconstruction::THEOREM,
    &von_oswald_2023::partial_observation_map::THEOREM,
    &von_oswald_2023::haar_trace_moments::THEOREM,
    &von_oswald_2023::haar_second_moment::THEOREM,
    &von_oswald_2023::haar_third_moment::THEOREM,
    &von_oswald_2023::optimal_step_noise_free::THEOREM,
    &von_oswald_2023::optimal_step_with_noise::THEOREM,
    &von_oswald_2023::feature_ladder::THEOREM,
    &von_oswald_2023::parity_theorem::THEOREM,
    &von_oswald_2023::trained_layer_sandwich::THEOREM,
    &von_oswald_2023::bayes_floor::THEOREM,
    &von_oswald_2023::depth_ordering::THEOREM,
    &von_oswald_2023::weight_interpolation::THEOREM,
    &von_oswald_2023::target_probe::THEOREM,
    &von_oswald_2023::preconditioning_probe::THEOREM,
    &von_oswald_2023::token_binding::THEOREM,
    &von_oswald_2023::linearisation_ratio::THEOREM,
    &von_oswald_2023::least_squares_beats_kernel::THEOREM,
    &von_oswald_2023::fixed_teacher_control::THEOREM,
    &von_oswald_2023::few_shot_half_map::THEOREM,
    &von_oswald_2023::early_ascent::THEOREM,
    &von_oswald_2023::separator_no_gain::THEOREM,
];
