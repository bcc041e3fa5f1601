//! Training: gradient flow on an exact loss with error control, and gradient descent.

mod descent;
mod dormand_prince;
mod flow;
mod objective;
mod stationary;

pub use descent::{Decay, Descent, DescentError, Optimizer, Schedule, descend};
pub use flow::{FlowEnd, FlowError, FlowSettings, Trajectory, flow_trajectory, gradient_flow};
pub use objective::Objective;
