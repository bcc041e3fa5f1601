//! Calibration: how often the verdict engine is wrong on planted truths and falsehoods, and how
//! the intervals behave that it could be built on.

mod coverage;
mod planted;
mod record;

pub use coverage::coverage;
pub use planted::planted;
pub use record::{Calibration, Coverage, Rate};
