//! The engine measured by itself: the committed record, a short calibration, and the intervals it
//! rests on.

use approx::assert_relative_eq;
use isserlis::calibration::{
    Calibration, Coverage, LineVerdict, Repetition, Repetitions, SeedRecord, coverage, planted,
};
use isserlis::claim::ClaimKind;
use isserlis::report::repetitions;
use isserlis::statistics::{AsymptoticSequence, BernsteinSequence, Interval, clopper_pearson};
use isserlis::suite::{Settings, Setup};
use isserlis::verdict::Verdict;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// The engine's interval keeps its share and is narrower than every other one that does.
fn assert_engine_is_best(rows: &[Coverage]) {
    let (engine, others) = rows.split_last().expect("rows");
    assert!(engine.interval.contains("of the engine"));
    assert!(engine.missed as f64 <= engine.share * engine.runs as f64, "{engine:?}");
    for other in others.iter().filter(|row| row.is_valid()) {
        assert!(engine.half_width < other.half_width, "{engine:?} against {other:?}");
    }
    let z = &others[0];
    assert!(z.interval.contains("z-interval") && !z.is_valid(), "{z:?}");
}

#[test]
fn the_committed_record_is_of_this_version_and_keeps_every_share() {
    let record = Calibration::last();
    assert_eq!(record.schema, Calibration::SCHEMA);
    assert_eq!(record.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(record.shares().len(), 4, "two quantities at two shares");
    for rate in &record.rates {
        assert!(rate.runs >= 200, "{rate:?}");
        assert_eq!(rate.verified + rate.refuted + rate.undecided, rate.runs);
        assert!(rate.interval().low <= rate.share, "{rate:?}");
    }
    let detected = |off| {
        let far = record.rates.iter().filter(move |rate| rate.off == off);
        far.map(|rate| rate.refuted as f64 / rate.runs as f64).collect::<Vec<_>>()
    };
    assert!(detected(3.0).iter().all(|power| *power > 0.95), "{:?}", detected(3.0));
    assert!(record.coverage.iter().all(|row| row.runs >= 2000));
    assert_engine_is_best(&record.coverage);
}

#[test]
fn no_verdict_of_the_committed_repetition_depends_on_the_seed() {
    let record = Repetitions::last();
    assert_eq!(record.setup.schema, SeedRecord::SCHEMA);
    assert_eq!(record.setup.version, env!("CARGO_PKG_VERSION"));
    assert!(record.seeds >= 100 && record.lines.len() >= 50, "{record:?}");
    for line in &record.lines {
        assert_eq!(line.verdicts.values().sum::<u64>(), record.seeds, "{line:?}");
        assert_eq!((line.wrong(), line.undecided()), (0, 0), "{line:?}");
    }
    assert!(record.disagreements().is_empty());
}

#[test]
fn verdicts_that_depend_on_the_seed_are_counted() {
    let repetition = |seed, verdicts: [Verdict; 2], caught| {
        let line = |(name, (kind, verdict)): (&str, (ClaimKind, Verdict))| LineVerdict {
            id: format!("file::{name}"),
            kind,
            verdict,
            smallest_caught: (kind == ClaimKind::Claim).then_some(caught),
        };
        let kinds = [ClaimKind::Claim, ClaimKind::Refute].into_iter().zip(verdicts);
        Repetition { seed, lines: ["claim", "control"].into_iter().zip(kinds).map(line).collect() }
    };
    let setup = Setup::of(SeedRecord::SCHEMA, &[], &Settings::default());
    let finished = [
        repetition(1, [Verdict::Verified, Verdict::Refuted], 0.03),
        repetition(2, [Verdict::Refuted, Verdict::Refuted], 0.02),
        repetition(3, [Verdict::Inconclusive, Verdict::Refuted], 0.05),
    ];
    let counts = Repetitions::of(setup.clone(), &finished);
    assert_eq!((counts.wrong(ClaimKind::Claim), counts.wrong(ClaimKind::Refute)), (1, 0));
    assert_eq!(counts.lines[0].smallest_caught, Some([0.02, 0.05]));
    assert_eq!((counts.lines[0].undecided(), counts.disagreements().len()), (1, 1));
    let text = repetitions(&counts);
    assert!(
        text.ends_with("3 seeds, 1 claim and 1 control: 1 false refutation, 0 accepted controls, verdicts that depend on the seed: file::claim (verified 1, refuted 1, inconclusive 1)\n"),
        "{text}"
    );
    let accepted = [repetition(1, [Verdict::Verified, Verdict::Verified], 0.03)];
    assert_eq!(Repetitions::of(setup, &accepted).wrong(ClaimKind::Refute), 1);
}

#[test]
fn a_short_calibration_finds_no_more_errors_than_it_may() {
    for rate in planted(11, 12) {
        assert!(rate.interval().low <= rate.share, "{rate:?}");
        if rate.off == 0.0 {
            assert!(rate.verified > rate.refuted, "{rate:?}");
        }
        if rate.off == 3.0 {
            assert!(rate.refuted > 10, "{rate:?}");
        }
    }
}

#[test]
fn integrating_first_gives_the_narrowest_interval_that_keeps_its_share() {
    let rows = coverage(5, 300);
    assert_engine_is_best(&rows);
}

#[test]
fn exact_binomial_intervals_are_those_of_the_tables() {
    // 5 of 10 at 95 %: Clopper and Pearson 1934, and every table since.
    let half = clopper_pearson(5, 10, 0.05);
    assert!((half.low - 0.187).abs() < 6e-4 && (half.high - 0.813).abs() < 6e-4, "{half:?}");
    // No event: 1 - (a/2)^(1/n).
    let none = clopper_pearson(0, 100, 0.05);
    assert_eq!(none.low, 0.0);
    assert_relative_eq!(none.high, 1.0 - 0.025_f64.powf(0.01), max_relative = 1e-9);
    let all = clopper_pearson(100, 100, 0.05);
    assert_relative_eq!(all.low, 0.025_f64.powf(0.01), max_relative = 1e-9);
    assert_eq!(all.high, 1.0);
}

/// In how many of `runs` runs an interval ever misses `mean`.
fn misses(runs: u64, mean: f64, mut ever: impl FnMut(&mut ChaCha8Rng, f64) -> bool) -> u64 {
    (0..runs).map(|seed| u64::from(ever(&mut ChaCha8Rng::seed_from_u64(seed), mean))).sum()
}

#[test]
fn an_asymptotic_sequence_keeps_its_share_on_normal_draws_at_all_times() {
    let missed = misses(1000, 2.0, |random, mean| {
        let mut sequence = AsymptoticSequence::new(0.05, 100);
        (1..=2000).any(|count| {
            let z: f64 = StandardNormal.sample(random);
            sequence.push(mean + 3.0 * z);
            count >= 100 && !sequence.interval().contains(mean)
        })
    });
    assert!(missed <= 50, "{missed} of 1000");
}

#[test]
fn an_empirical_bernstein_sequence_keeps_its_share_on_bounded_draws_at_all_times() {
    let range = Interval::new(-1.0, 3.0);
    let mut width = 0.0;
    let missed = misses(1000, -0.6, |random, mean| {
        let mut sequence = BernsteinSequence::new(0.05, range);
        let missed = (0..1000).any(|_| {
            // 3 with probability 1/10, else -1.
            sequence.push(if random.random_bool(0.1) { 3.0 } else { -1.0 });
            !sequence.interval().contains(mean)
        });
        let found = sequence.interval();
        width += (found.high - found.low) / 1000.0;
        missed
    });
    assert!(missed <= 50, "{missed} of 1000");
    // Hoeffding's interval at 1000 draws alone would have the width 2*4*sqrt(log(40)/2000) = 0.34.
    assert!(width < 0.34, "{width}");
}
