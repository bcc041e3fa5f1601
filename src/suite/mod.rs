//! Planning and running a check of many files: shares of the error budget, seeds, results.

mod conclusion;
mod exactly;
mod figure;
mod gather;
mod heading;
mod input;
mod journal;
mod lines;
mod location;
mod memory;
mod merge;
mod mistake;
mod naming;
mod plan;
mod restored;
mod results;
mod run;
mod search;
mod selection;
mod settings;
mod setup;
mod share;
mod subject;
mod text_hash;

pub use figure::{CurveResult, FigureResult, PointsResult, PublishedResult};
pub(crate) use gather::evidence;
pub use heading::Heading;
pub use input::{InputError, Origin, declarations, files, read};
pub use journal::{Journal, Opened};
pub use location::{Location, Position, locations};
pub use merge::{MergeError, merge, shard_file};
pub use mistake::Mistake;
pub(crate) use plan::{Job, Line, Place, jobs, shared};
pub use results::{
    ClaimResult, ExperimentResult, MarginResult, Results, Slack, SubjectResult, Summary,
};
pub use run::{Outcome, Progress, Timing, Watcher, repeat, run};
pub(crate) use run::{in_threads, lines};
pub(crate) use search::{SEEDS, Search};
pub use selection::{Selection, suggestion};
pub use settings::Settings;
pub use setup::Setup;
pub use share::{Share, ShareError};
pub use subject::{Subject, library};
pub use text_hash::text_hash;
