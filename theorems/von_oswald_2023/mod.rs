//! von Oswald, Schlegel, Meulemans and others: "Uncovering mesa-optimization algorithms in
//! Transformers", arXiv 2309.05858v2, whose numbers are used here.

pub mod bayes_floor;
pub mod depth_ordering;
pub mod early_ascent;
pub mod feature_ladder;
pub mod few_shot_half_map;
pub mod fixed_teacher_control;
pub mod four_channel_one_step;
pub mod haar_second_moment;
pub mod haar_third_moment;
pub mod haar_trace_moments;
pub mod least_squares_beats_kernel;
pub mod linearisation_ratio;
pub mod mesa_layer_backward;
pub mod mesa_layer_recursion;
pub mod one_layer_gradient_step;
pub mod optimal_step_noise_free;
pub mod optimal_step_with_noise;
pub mod parity_theorem;
pub mod partial_observation_map;
pub mod preconditioner_error;
pub mod preconditioner_plus_gd_identity;
pub mod preconditioning_probe;
pub mod readout_position;
pub mod repeated_layer_is_one_step;
pub mod reverse_reconstruction;
pub mod richardson_layer;
pub mod running_residual_bias;
pub mod separator_no_gain;
pub mod target_probe;
pub mod token_binding;
pub mod trained_layer_sandwich;
pub mod tuned_chebyshev_baseline;
pub mod weight_interpolation;
