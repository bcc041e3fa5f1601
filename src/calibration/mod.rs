//! Calibration: how often the verdict engine is wrong on planted truths and falsehoods, how the
//! intervals behave that it could be built on, and whether verdicts depend on the seed.

mod coverage;
mod planted;
mod record;
mod repetition;
mod seed_record;

pub use coverage::coverage;
pub use planted::planted;
pub use record::{Calibration, Coverage, Rate};
pub use repetition::{LineVerdict, RepeatedLine, Repetition, Repetitions};
pub use seed_record::{RecordError, SeedRecord};
