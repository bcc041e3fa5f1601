//! Planning and running a check of many files: shares of the error budget, seeds, results.

mod conclusion;
mod input;
mod location;
mod mistake;
mod naming;
mod plan;
mod results;
mod run;
mod search;
mod selection;
mod settings;
mod subject;
mod text_hash;

pub use input::{InputError, Origin, declarations, files, read};
pub use location::{Location, Position, locations};
pub use mistake::Mistake;
pub(crate) use plan::{Job, Line, Place, jobs, shared};
pub use results::{
    ClaimResult, ExperimentResult, MarginResult, Results, Slack, SubjectResult, Summary,
};
pub use run::{Outcome, Progress, Timing, Watcher, repeat, run};
pub(crate) use run::{evidence, in_threads, lines};
pub(crate) use search::{SEEDS, Search};
pub use selection::{Selection, suggestion};
pub use settings::Settings;
pub use subject::{Subject, library};
pub use text_hash::text_hash;
