//! Zhang, Frei, Bartlett: "Trained Transformers Learn Linear Models In-Context", JMLR 25(49), 2024,
//! arXiv 2306.09927v3, whose numbers are used here.

pub mod completed_square_certificate;
pub mod covariate_scaling;
pub mod figure1_lsa_limit;
pub mod full_space_global_optimality;
pub mod gaussian_fourth_moment;
pub mod gradient_flow_limit;
pub mod hessian_negative_eigenvalues;
pub mod label_noise_in_training;
pub mod master_test_risk;
pub mod noiseless_risk;
pub mod orthogonal_query;
pub mod parity_orthogonality;
pub mod population_loss_closed_form;
pub mod population_minimum;
pub mod prediction_block_decomposition;
pub mod prediction_error_general_task;
pub mod quadratic_prediction_form;
pub mod restricted_global_minimisers;
pub mod restricted_loss;
pub mod risk_loss_consistency;
pub mod sample_complexity_corollary;
pub mod sample_covariance_second_moment;
pub mod task_family_moments;
pub mod trained_prediction;
