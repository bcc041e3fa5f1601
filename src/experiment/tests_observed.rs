//! Planted truths and falsehoods of synthetic experiments.

use super::*;
use crate::claim::ClaimFile;
use crate::evidence::{BiasSource, Evidence};
use crate::numeric::instances;
use crate::verdict::{EvidenceKind, Verdict};
use faer::Mat;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

fn normal(generator: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(generator)
}

/// z = 2 + N(0,1)^3 (kurtosis 46), pair = z + 1, B = [[1, 2], [3, 4]] + noise.
fn heavy(_: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    Ok(Box::new(|generator| Ok(letters(2.0 + normal(generator).powi(3), 0.1, generator))))
}

fn letters(z: f64, noise: f64, generator: &mut ChaCha8Rng) -> Observed {
    let matrix = Mat::from_fn(2, 2, |i, j| (1 + 2 * i + j) as f64 + noise * normal(generator));
    [("z", Mat::full(1, 1, z)), ("pair", Mat::full(1, 1, z + 1.0)), ("B", matrix)].into()
}

const FILE: &str = "space d\nobserved z\nobserved pair\nobserved B[d,d]\nmatrix A[d,d]\n\
    at d = 2; A = [[1, 2], [3, 4]]\nmargin 5% because the test plants errors of 20%\n";

/// The evidence for the lines of a file, at its first instance.
fn evidence(experiment: &Experiment, lines: &str) -> Vec<Evidence> {
    let text = format!("{FILE}{lines}");
    let file = ClaimFile::parse("planted.claim", &text)
        .unwrap_or_else(|errors| panic!("{text}\n{errors:?}"));
    let grids: Vec<_> =
        file.claims.iter().map(|claim| instances(&file, claim, 1).unwrap()).collect();
    let comparisons: Vec<_> = file
        .claims
        .iter()
        .zip(&grids)
        .map(|(claim, grid)| Comparison { claim, at: &grid[0], share: 1e-6 })
        .collect();
    let work = Work { seed: 1, effort: Effort::Quick, file: &file, checkpoints: None };
    observe(&work, experiment, &comparisons)
}

fn experiment(supply: Supply) -> Experiment {
    let supplies = &["z", "pair", "B"];
    Experiment {
        name: "planted",
        kind: EvidenceKind::Simulation,
        description: "",
        supplies,
        supply,
    }
}

fn verdicts(experiment: &Experiment, lines: &str) -> Vec<Verdict> {
    evidence(experiment, lines).iter().map(|piece| piece.verdict).collect()
}

const LINES: &str = "claim right: z == 2\nrefute wrong: z == 12/5\nclaim edge: z == 40/19\n\
    claim matrix: B == A\nrefute turned: B == A'\nclaim below: z <= pair\nrefute above: z >= pair\n\
    claim flipped: 1 <= z\n";

const EXPECTED: [Verdict; 8] = [
    Verdict::Verified,
    Verdict::Refuted,
    // The truth lies on the edge of the band, 40/19 - 5 % = 2: never decided.
    Verdict::Inconclusive,
    Verdict::Verified,
    Verdict::Refuted,
    Verdict::Verified,
    Verdict::Refuted,
    Verdict::Verified,
];

#[test]
fn samples_verify_planted_truths_and_refute_planted_falsehoods() {
    let samples = experiment(Supply::Samples { prepare: heavy, limit: |_| 150_000 });
    let found = evidence(&samples, LINES);
    for (piece, expected) in found.iter().zip(EXPECTED) {
        assert_eq!(piece.verdict, expected, "{piece:?}");
    }
    let caught = found[0].measurement.as_ref().and_then(|one| one.smallest_caught);
    assert!(caught.is_some_and(|caught| caught <= 0.1), "{caught:?}");
    assert!(found[0].measurement.as_ref().is_some_and(|one| one.seed.is_some()));
}

#[test]
fn a_prediction_of_zero_under_a_relative_margin_is_not_sampled_in_vain() {
    let samples = experiment(Supply::Samples { prepare: heavy, limit: |_| 150_000 });
    let found = &evidence(&samples, "claim zero: z - 2 == d - 2\n")[0];
    assert_eq!(found.verdict, Verdict::Inconclusive);
    assert!(found.note.as_ref().is_some_and(|note| note.contains("absolute")), "{found:?}");
    assert_eq!(found.measurement.as_ref().map(|one| one.samples), Some(256));
}

#[test]
fn claims_record_what_figures_need() {
    let samples = experiment(Supply::Samples { prepare: heavy, limit: |_| 150_000 });
    let lines = "claim right: z == 2\nclaim matrix: B == A\nrefute turned: B == A'\n\
        margin 1 absolute because both sides are one letter\nclaim twice: 2*B == B + B\n";
    let found = evidence(&samples, lines);
    let measured: Vec<_> = found.iter().map(|piece| piece.measurement.as_ref().unwrap()).collect();
    for one in &measured {
        let last = one.looks.last().expect("a look");
        assert_eq!((last.samples, last.interval), (one.samples, one.interval));
        assert!(one.looks.windows(2).all(|pair| pair[0].samples < pair[1].samples));
    }
    assert!(measured[0].looks.len() > 3, "heavy tails take several looks");
    let entries = measured[1].entries.as_ref().expect("of a matrix");
    assert_eq!((entries.columns, &entries.predicted[..]), (2, &[1.0, 2.0, 3.0, 4.0][..]));
    let length: f64 =
        entries.predicted.iter().zip(&entries.estimated).map(|(a, b)| (a - b).powi(2)).sum();
    assert!((length.sqrt() - measured[1].estimate).abs() < 1e-12);
    assert!(
        measured[0].entries.is_none() && measured[2].entries.is_none(),
        "no number, no control"
    );
    // Of two observed sides those at the means of the letters.
    let sides = measured[3].entries.as_ref().expect("of two sides");
    assert_eq!(sides.predicted, sides.estimated);
    assert!((sides.predicted[3] - 8.0).abs() < 0.2, "{sides:?}");
    assert!(found[0].unshown.is_some(), "`at` does not show A");
}

#[test]
fn repetitions_verify_planted_truths_and_refute_planted_falsehoods() {
    fn mild(_: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
        Ok(Box::new(|generator| Ok(letters(2.0 + 0.05 * normal(generator), 0.05, generator))))
    }
    let repetitions = experiment(Supply::Repetitions { prepare: mild, count: |_| 32 });
    assert_eq!(verdicts(&repetitions, LINES), EXPECTED);
    // Not affine: by the jackknife.
    let curved = "claim ratio: z/pair == 2/3\nrefute swapped: pair/z == 2/3\n";
    assert_eq!(verdicts(&repetitions, curved), [Verdict::Verified, Verdict::Refuted]);
}

#[test]
fn a_line_that_is_not_affine_in_sampled_letters_is_open_and_spoils_no_other() {
    let samples = experiment(Supply::Samples { prepare: heavy, limit: |_| 150_000 });
    let found = evidence(&samples, "claim square: z^2 == 4\nclaim right: z == 2\n");
    assert_eq!(found[0].verdict, Verdict::Open);
    assert!(found[0].note.as_ref().is_some_and(|note| note.contains("not affine")), "{found:?}");
    assert_eq!(found[1].verdict, Verdict::Verified);
}

#[test]
fn a_computed_value_is_judged_to_its_error_bound_and_not_to_the_margin() {
    fn compute(_: &Setting) -> Result<(Observed, f64), ExperimentError> {
        let matrix = faer::mat![[1.0, 2.0], [3.0, 4.0 + 1e-10]];
        let letters = [("z", 2.0), ("pair", 3.0)].map(|(name, x)| (name, Mat::full(1, 1, x)));
        Ok((letters.into_iter().chain([("B", matrix)]).collect(), 1e-9))
    }
    let value = experiment(Supply::Value(compute));
    let lines = "claim right: B == A\nrefute off: B == 1.0001*A\nclaim bound: z <= pair\n\
        claim product: z*pair == 6\nrefute slip: z*pair == 6.001\n";
    use Verdict::{Refuted, Verified};
    assert_eq!(verdicts(&value, lines), [Verified, Refuted, Verified, Verified, Refuted]);
}

#[test]
fn an_experiment_that_fails_leaves_its_lines_open_with_its_message() {
    fn diverges(_: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
        Ok(Box::new(|_| Err(ExperimentError::Diverged { step: 7, what: "the loss is not finite" })))
    }
    let failing = experiment(Supply::Repetitions { prepare: diverges, count: |_| 4 });
    let found = evidence(&failing, "claim right: z == 2\n");
    assert_eq!(found[0].verdict, Verdict::Open);
    let note = found[0].note.clone().unwrap_or_default();
    assert!(note.starts_with("training diverged at step 7"), "{note}");
    let other = Experiment {
        supplies: &["B"],
        ..experiment(Supply::Samples { prepare: heavy, limit: |_| 100 })
    };
    let note = evidence(&other, "claim right: z == 2\n")[0].note.clone().unwrap_or_default();
    assert_eq!(note, "the experiment `planted` does not supply `z`");
}

#[test]
fn observations_do_not_depend_on_the_number_of_threads() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let samples = experiment(Supply::Samples { prepare: heavy, limit: |_| 5_000 });
        pool.install(|| evidence(&samples, LINES))
    };
    assert_eq!(run(1), run(2));
}

/// 1/16, 1/32, 1/64: of sizes of 16, 32 and 64.
const SIZES: [f64; LEVELS] = [0.0625, 0.03125, 0.015625];

/// z = 2 + h - h^2 + noise.
fn of_a_size(_: &Setting, _: &mut ChaCha8Rng) -> Result<LevelDraw, ExperimentError> {
    Ok(Box::new(move |generator| {
        Ok(SIZES.map(|h| {
            // The same noise at every size.
            let same = &mut generator.clone();
            letters(2.0 + h - h * h + 1e-3 * normal(same), 1e-3, same)
        }))
    }))
}

#[test]
fn a_limit_is_extrapolated_from_three_sizes_and_a_wrong_one_is_refuted() {
    let limit = experiment(Supply::Limit {
        source: BiasSource::FiniteSize,
        prepare: of_a_size,
        count: |_| 64,
    });
    let lines = "margin 1/4% because the largest size alone is off by 0.8%\n\
        claim right: z == 2\nrefute wrong: z == 2.01\nrefute largest: z == 2 + 1/64 - 1/4096\n\
        claim curved: z^2 == 4\nclaim paired: pair - z == 1\n";
    let lines = lines.replace("1/4%", "0.25%");
    let found = evidence(&limit, &lines);
    use Verdict::{Refuted, Verified};
    let verdicts: Vec<Verdict> = found.iter().map(|piece| piece.verdict).collect();
    assert_eq!(verdicts, [Verified, Refuted, Refuted, Verified, Verified], "{found:?}");
    let measurement = found[0].measurement.as_ref().expect("a measurement");
    let bias = &measurement.biases[0];
    assert_eq!(bias.source, BiasSource::FiniteSize);
    // R2 - R1 is h^2/8 at the coarsest of the three, and noise.
    assert!(bias.bound > 0.125 / 256.0 && bias.bound < 4e-3, "{bias:?}");
    assert!(measurement.method.starts_with("Richardson's extrapolation over 3 levels"));
}

#[test]
fn a_limit_is_open_where_the_sizes_show_no_power_series() {
    fn root(_: &Setting, _: &mut ChaCha8Rng) -> Result<LevelDraw, ExperimentError> {
        Ok(Box::new(move |generator| {
            let at = |h: f64| letters(2.0 + h.sqrt() + 1e-4 * normal(generator), 1e-4, generator);
            Ok(SIZES.map(at))
        }))
    }
    let limit =
        experiment(Supply::Limit { source: BiasSource::FiniteSize, prepare: root, count: |_| 64 });
    let found = evidence(&limit, "claim right: z == 2\n");
    assert_eq!(found[0].verdict, Verdict::Open);
    let note = found[0].note.as_deref().unwrap_or_default();
    assert!(note.starts_with("finite size: from the first to the second level"), "{note}");
}

#[test]
fn a_bias_that_an_experiment_states_widens_the_interval_of_its_lines() {
    fn biased(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
        let at = at.clone();
        Ok(Box::new(move |generator| {
            // Of the bounds of the repetitions the largest counts.
            let bound = 0.02 + 0.01 * normal(generator).tanh();
            at.bias(BiasSource::TrainingTime, bound, "planted");
            Ok(letters(2.0 + 1e-3 * normal(generator), 1e-3, generator))
        }))
    }
    let repetitions = experiment(Supply::Repetitions { prepare: biased, count: |_| 64 });
    let found = evidence(&repetitions, "claim right: z == 2\nclaim twice: 2*z == 4\n");
    for (piece, factor) in found.iter().zip([1.0, 2.0]) {
        let measurement = piece.measurement.as_ref().expect("a measurement");
        let bias = &measurement.biases[0];
        assert_eq!((bias.source, bias.how.as_str()), (BiasSource::TrainingTime, "planted"));
        assert!(bias.bound > 0.026 * factor && bias.bound < 0.0301 * factor, "{bias:?}");
        let half = (measurement.interval[1] - measurement.interval[0]) / 2.0;
        assert!(half > bias.bound && half < 1.2 * bias.bound, "{measurement:?}");
    }
}
