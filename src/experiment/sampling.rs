//! Blocks of samples of a compiled expression, drawn in parallel, read in order.

use super::{Effort, Work};
use crate::data::{LANES, Normals, generator};
use crate::evidence::{Look, Measurement};
use crate::numeric::{FixedValues, Program};
use crate::verdict::Verdict;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Samples of one block: one stream of random numbers each.
pub(super) const BLOCK: u64 = 256;

/// Blocks drawn before the next ones are: they bound the memory.
const BATCH: u64 = 64;

/// The stream of one block of samples.
pub(super) struct Streams {
    seed: u64,
    identities: Vec<String>,
}

impl Streams {
    /// The streams of a unit of work.
    pub(super) fn new(work: &Work<'_>, purpose: &str, identities: &[String]) -> Self {
        let fixed = [work.file.name.as_str(), purpose].map(str::to_owned);
        let identities = fixed.into_iter().chain(identities.iter().cloned()).collect();
        Self { seed: work.seed, identities }
    }

    /// The stream number `unit`.
    pub(super) fn stream(&self, unit: u64) -> ChaCha8Rng {
        let identities: Vec<&str> = self.identities.iter().map(String::as_str).collect();
        generator(self.seed, &identities, unit)
    }
}

/// Multiplications at an effort: about a second on one core at quick, ten at standard, minutes at
/// full.
pub(super) fn multiplications(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 1 << 30,
        Effort::Standard => 10 << 30,
        Effort::Full => 200 << 30,
    }
}

/// The most samples at an effort, from the cost of one in multiplications: a multiple of
/// [`BLOCK`].
pub(super) fn sample_limit(effort: Effort, cost: u64) -> u64 {
    (multiplications(effort) / cost.max(1) / BLOCK).clamp(8, 1 << 22) * BLOCK
}

/// Calls `each` on samples number `from` to `to` (multiples of [`BLOCK`]) in order; a sample is
/// the entries of all outputs.
pub(super) fn for_each_sample(
    program: &Program,
    fixed: &FixedValues,
    streams: &Streams,
    (from, to): (u64, u64),
    mut each: impl FnMut(&[f64]),
) {
    let entries = program.output_entries();
    let mut block = from / BLOCK;
    while block < to / BLOCK {
        let end = (block + BATCH).min(to / BLOCK);
        let drawn: Vec<Vec<f64>> = (block..end)
            .into_par_iter()
            .map_init(
                || program.workspace(),
                |workspace, unit| {
                    let mut source = Normals::new(&mut streams.stream(unit));
                    let mut samples = vec![0.0; BLOCK as usize * entries];
                    for group in samples.chunks_exact_mut(LANES * entries) {
                        let lanes = program.run(fixed, workspace, &mut source);
                        for (entry, lane) in lanes.iter().enumerate() {
                            for (sample, value) in lane.0.iter().enumerate() {
                                group[sample * entries + entry] = *value;
                            }
                        }
                    }
                    samples
                },
            )
            .collect();
        for samples in &drawn {
            samples.chunks_exact(entries).for_each(&mut each);
        }
        block = end;
    }
}

/// A decision at a look, with what was known at the looks before it.
pub(super) fn looked_again(
    before: Option<(Verdict, Measurement)>,
    (verdict, mut measurement): (Verdict, Measurement),
) -> (Verdict, Measurement) {
    measurement.looks = before.map_or_else(Vec::new, |(_, measurement)| measurement.looks);
    let Measurement { samples, interval, .. } = measurement;
    measurement.looks.push(Look { samples, interval });
    (verdict, measurement)
}
