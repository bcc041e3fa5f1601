//! Planted truths and falsehoods, each a claim file that goes through the whole verdict engine.

use super::record::Rate;
use crate::claim::ClaimFile;
use crate::suite::{Settings, Subject, run};
use crate::verdict::{EvidenceKind, Verdict};
use rayon::prelude::*;
use std::num::NonZeroUsize;

/// Distances of the truth from the prediction, in margins, as the claim language writes them.
const OFF: [(&str, f64); 7] =
    [("0", 0.0), ("1/2", 0.5), ("3/4", 0.75), ("5/4", 1.25), ("3/2", 1.5), ("2", 2.0), ("3", 3.0)];

/// Error shares.
const SHARES: [f64; 2] = [0.05, 0.01];

const DECLARATIONS: &str = "\
space d, N
gaussian X[d,N] ~ I
gaussian w[d] ~ I
gaussian xq[d] ~ I
let S = X*X'/N
at d = 2; N = 4
margin 5% because errors are planted in multiples of it
";

/// A number whose variance is exact, and a matrix whose variance is estimated.
const QUANTITIES: [(&str, &str, &str); 2] = [
    ("risk, variance exact", "E[(w'*S*xq - w'*xq)^2]", "d*(d + 1)/N"),
    ("matrix, variance estimated", "E[S^2]", "(1 + (d + 1)/N)*I(d)"),
];

/// The verdicts on every planted claim at every error share, from `runs` runs each. A margin m
/// is relative to the prediction t, so a truth of t (1 - k m) is k margins off.
pub fn planted(seed: u64, runs: u64) -> Vec<Rate> {
    let mut rates = Vec::new();
    for (quantity, left, right) in QUANTITIES {
        for share in SHARES {
            for (off, distance) in OFF {
                let line = format!("claim planted: {left} == 20/(20 - {off})*({right})\n");
                let verdicts: Vec<Verdict> = (0..runs)
                    .into_par_iter()
                    .map(|number| verdict(&line, share, seed.wrapping_add(number)))
                    .collect();
                let count = |wanted| verdicts.iter().filter(|one| **one == wanted).count() as u64;
                let (verified, refuted) = (count(Verdict::Verified), count(Verdict::Refuted));
                rates.push(Rate {
                    quantity: quantity.to_owned(),
                    share,
                    off: distance,
                    runs,
                    verified,
                    refuted,
                    undecided: runs - verified - refuted,
                });
            }
        }
    }
    rates
}

/// The verdict of the engine on a file with this line, by simulation alone.
fn verdict(line: &str, share: f64, seed: u64) -> Verdict {
    let text = format!("{DECLARATIONS}{line}");
    let file = ClaimFile::parse("planted.claim", &text).expect("a planted file has no mistakes");
    let subject = Subject::new("planted.claim".to_owned(), "planted.claim".to_owned(), file);
    let settings = Settings {
        seed,
        error_budget: share,
        threads: NonZeroUsize::new(1),
        evidence: Some([EvidenceKind::Simulation].into()),
        ..Settings::default()
    };
    run(&[subject], &settings, &|_| ()).results.claims[0].verdict
}
