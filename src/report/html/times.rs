//! How long things took, as a script: the one file of the pages that differs from run to run.

use crate::suite::Timing;
use std::collections::BTreeMap;

/// The script that holds the seconds of each line by kind of evidence, to the millisecond.
pub(super) fn script(timings: &[Timing]) -> String {
    let mut seconds: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    for timing in timings {
        let kinds = seconds.entry(&timing.id).or_default();
        *kinds.entry(timing.kind.word()).or_default() += timing.seconds;
    }
    for sum in seconds.values_mut().flat_map(BTreeMap::values_mut) {
        *sum = (*sum * 1e3).round() / 1e3;
    }
    let json = serde_json::to_string(&seconds).expect("only text and numbers: this is a bug");
    format!("window.isserlisSeconds = {json};\n")
}
