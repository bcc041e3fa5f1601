//! The progress bar on the standard error; none where that is no terminal.

use super::options::ShowOptions;
use crate::suite::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// A bar over the units of work of a run.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// An empty bar, hidden if that is wanted.
    pub(super) fn new(show: ShowOptions) -> Self {
        let target = match show.quiet {
            true => ProgressDrawTarget::hidden(),
            false => ProgressDrawTarget::stderr(),
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} checks, {eta} left")
            .expect("the template is well formed");
        bar.set_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// Moves it.
    pub(super) fn tell(&self, progress: Progress) {
        match progress {
            Progress::Planned(units) => self.0.inc_length(units as u64),
            Progress::Done => self.0.inc(1),
        }
    }

    /// Takes it away.
    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
