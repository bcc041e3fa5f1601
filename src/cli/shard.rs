//! `--shard I/K`: a share of the work of a run, by hand or by a Slurm job array.

use super::Exit;
use super::check::tell;
use super::journal::open;
use super::options::{RunOptions, ShowOptions, read_files};
use super::output::{make_folder, message};
use super::progress::Bar;
use crate::suite::{Share, shard_file};
use clap::Args;
use std::path::{Path, PathBuf};
use std::str::FromStr;

#[derive(Debug, Args)]
pub(super) struct ShardOptions {
    /// Do the I-th of K shares of the work alone, and write it to the folder `--output`, for `merge`
    /// [default: in a job array of Slurm the share of the task; `none`: all of the work]
    #[arg(long, value_name = "I/K")]
    shard: Option<Choice>,
}

/// What `--shard` says.
#[derive(Clone, Copy, Debug)]
enum Choice {
    Everything,
    Share(Share),
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::Everything),
            _ => text.parse().map(Self::Share).map_err(|error| format!("{error}")),
        }
    }
}

impl ShardOptions {
    /// The share that is asked for, by the option or, where there is a folder for it, by Slurm.
    ///
    /// # Errors
    /// A share without a folder; a job array that has no shares.
    pub(super) fn share(&self, folder: Option<&Path>) -> anyhow::Result<Option<Share>> {
        match (self.shard, folder) {
            (Some(Choice::Everything), _) | (None, None) => Ok(None),
            (Some(Choice::Share(_)), None) => anyhow::bail!(
                "a share of the work is written to a folder, for `isserlis merge`: add `--output DIR`"
            ),
            (Some(Choice::Share(share)), Some(_)) => Ok(Some(share)),
            (None, Some(_)) => share_of_task(|name| std::env::var(name).ok()),
        }
    }
}

/// The share of a task of a Slurm job array, whatever its first index and its step; none outside
/// of one.
fn share_of_task(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Option<Share>> {
    let Some(task) = variable("SLURM_ARRAY_TASK_ID") else {
        return Ok(None);
    };
    let number = |name: &str| {
        variable(&format!("SLURM_ARRAY_TASK_{name}")).and_then(|value| value.parse::<usize>().ok())
    };
    let share = || {
        let (count, first) = (number("COUNT")?, number("MIN")?);
        let (step, last) = (number("STEP").unwrap_or(1), number("MAX")?);
        // The tasks are evenly spaced: of a list such as 1,2,5 nobody knows which are to come.
        let even = last == first + step * count.checked_sub(1)?;
        let beyond = task.parse::<usize>().ok()?.checked_sub(first).filter(|_| even)?;
        let index = beyond.checked_div(step).filter(|index| index * step == beyond)?;
        Share::new(index + 1, count).ok()
    };
    share().map(Some).ok_or_else(|| {
        anyhow::anyhow!(
            "task {task} of this Slurm job array is no share of its tasks, which are not evenly \
             spaced: name the share with `--shard I/K`, or say `--shard none`"
        )
    })
}

/// Does a share of the work, for its journal in the folder alone.
///
/// # Errors
/// Where there is nothing to check, or the journal cannot be written.
pub(super) fn work(
    files: &[PathBuf],
    options: &RunOptions,
    share: Share,
    folder: &Path,
    show: ShowOptions,
) -> anyhow::Result<Exit> {
    let (subjects, problems) = read_files(files);
    problems.iter().for_each(|problem| tell(problem, show));
    make_folder(folder)?;
    let path = folder.join(shard_file(share));
    let settings = options.settings();
    let journal = open(&path, &subjects, &settings, Some(share), &problems, show)?;
    let bar = Bar::new(show);
    let more = journal.run_share(&subjects, &settings, share, &|progress| bar.tell(progress));
    bar.finish();
    let more = more?;
    more.iter().for_each(|problem| tell(problem, show));
    if !show.quiet {
        let (path, folder) = (path.display(), folder.display());
        let text =
            format!("wrote shard {share} to {path}; `isserlis merge {folder}` joins all of them");
        message(&text, show);
    }
    let sound = problems.is_empty() && more.is_empty();
    Ok(if sound { Exit::Success } else { Exit::Input })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(task: &str, array: [usize; 4]) -> Result<Option<Share>, String> {
        let [first, last, step, count] = array.map(|number| number.to_string());
        let variable = |name: &str| {
            Some(match name.strip_prefix("SLURM_ARRAY_TASK_")? {
                "ID" => task.to_owned(),
                "MIN" => first.clone(),
                "MAX" => last.clone(),
                "STEP" => step.clone(),
                "COUNT" => count.clone(),
                _ => return None,
            })
        };
        share_of_task(variable).map_err(|error| error.to_string())
    }

    #[test]
    fn the_share_of_a_task_depends_on_its_place_in_the_array_alone() {
        assert_eq!(share("1", [1, 8, 1, 8]), Ok(Share::new(1, 8).ok()));
        assert_eq!(share("0", [0, 7, 1, 8]), Ok(Share::new(1, 8).ok()));
        assert_eq!(share("7", [0, 7, 1, 8]), Ok(Share::new(8, 8).ok()));
        assert_eq!(share("15", [5, 25, 10, 3]), Ok(Share::new(2, 3).ok()));
        assert_eq!(share("4", [4, 4, 1, 1]), Ok(Share::new(1, 1).ok()));
        assert_eq!(share_of_task(|_| None).unwrap(), None);
    }

    #[test]
    fn a_task_that_is_no_share_is_told_so() {
        for (task, array) in [("3", [1, 7, 1, 3]), ("6", [5, 25, 10, 3]), ("9", [1, 8, 1, 8])] {
            let error = share(task, array).unwrap_err();
            assert!(error.contains("name the share with `--shard I/K`"), "{error}");
        }
        let only_task = |name: &str| (name == "SLURM_ARRAY_TASK_ID").then(|| "3".to_owned());
        assert!(share_of_task(only_task).is_err());
    }
}
