//! Zhang, Frei, Bartlett: "Trained Transformers Learn Linear Models In-Context", JMLR 25(49), 2024,
//! arXiv 2306.09927v3, whose numbers are used here.

pub mod gradient_flow_limit;
pub mod master_test_risk;
pub mod prediction_error_general_task;
