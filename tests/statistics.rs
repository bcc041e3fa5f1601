//! Intervals that keep their error share, and verdicts that follow from intervals alone.

use approx::assert_relative_eq;
use isserlis::evidence::BiasSource;
use isserlis::statistics::{
    Bias, ErrorBudget, Estimate, Interval, Located, Looks, Margin, MeanSequence, Question,
    Relation, Spread, extrapolate, judge, judge_computed, located, student, student_quantile,
};
use isserlis::verdict::Verdict;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

fn normal(generator: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(generator)
}

/// How often, in `runs` runs, an interval of any look misses `mean`.
fn misses(runs: u64, mean: f64, spread: &Spread, draw: impl Fn(&mut ChaCha8Rng) -> f64) -> u64 {
    let run = |seed| {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let mut sequence = MeanSequence::new(1, 0.05, Looks::doubling(64, 2048), spread.clone());
        let mut missed = false;
        while let Some(next) = sequence.next_look() {
            while sequence.count() < next {
                sequence.push(&[draw(&mut generator)]);
            }
            missed |= !sequence.look()[0].contains(mean);
        }
        u64::from(missed)
    };
    (0..runs).map(run).sum()
}

#[test]
fn a_catoni_sequence_keeps_its_share_at_all_looks_whatever_the_tails() {
    // z^4 has mean 3, variance 105 - 9 and kurtosis 207.
    let known = Spread::Bounded(vec![96.0]);
    let missed = misses(1_000, 3.0, &known, |generator| normal(generator).powi(4));
    assert!(missed <= 50, "{missed} of 1000 with the known variance");
    let missed = misses(1_000, 3.0, &Spread::Estimated, |generator| normal(generator).powi(4));
    assert!(missed <= 50, "{missed} of 1000 with an estimated bound");
    // A law with infinite kurtosis: Student's t with 4 degrees of freedom, variance 2.
    let student = |generator: &mut ChaCha8Rng| {
        let square: f64 = (0..4).map(|_| normal(generator).powi(2)).sum();
        normal(generator) / (square / 4.0).sqrt()
    };
    let missed = misses(1_000, 0.0, &Spread::Bounded(vec![2.0]), student);
    assert!(missed <= 50, "{missed} of 1000 with infinite kurtosis");
}

#[test]
fn a_catoni_sequence_is_no_wider_than_it_must_be() {
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let looks = Looks::doubling(1 << 16, 1 << 16);
    let mut sequence = MeanSequence::new(1, 0.05, looks, Spread::Bounded(vec![1.0]));
    while sequence.count() < 1 << 16 {
        sequence.push(&[normal(&mut generator)]);
    }
    let interval = sequence.look()[0];
    // sqrt(2 v log(2/a)/n), to first order.
    let least = (2.0 * (2.0_f64 / 0.025).ln() / f64::from(1 << 16)).sqrt();
    let half = (interval.high - interval.low) / 2.0;
    assert!(half > 0.8 * least && half < 1.05 * least, "{half} against {least}");
}

#[test]
fn students_quantiles_have_closed_forms_at_one_two_and_four_degrees_of_freedom() {
    for tail in [0.4_f64, 0.025, 1e-4, 1e-8] {
        let one = 1.0 / (std::f64::consts::PI * tail).tan();
        assert_relative_eq!(student_quantile(1.0, tail), one, max_relative = 1e-9);
        let both = tail * (1.0 - tail);
        let two = (1.0 - 2.0 * tail) / (2.0 * both).sqrt();
        assert_relative_eq!(student_quantile(2.0, tail), two, max_relative = 1e-9);
        let root = (4.0 * both).sqrt();
        let four = 2.0 * ((root.acos() / 3.0).cos() / root - 1.0).sqrt();
        assert_relative_eq!(student_quantile(4.0, tail), four, max_relative = 1e-9);
    }
}

#[test]
fn students_quantiles_are_those_of_the_tables() {
    // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, three decimals.
    for (freedom, tail, quantile) in [(7.0, 0.025, 2.365), (30.0, 0.005, 2.75), (10.0, 0.05, 1.812)]
    {
        assert!((student_quantile(freedom, tail) - quantile).abs() < 5.1e-4);
    }
}

#[test]
fn students_intervals_miss_as_often_as_they_say() {
    let mut missed = 0;
    for seed in 0..2_000 {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let repetitions: Vec<Vec<f64>> =
            (0..8).map(|_| vec![normal(&mut generator), 2.0 + normal(&mut generator)]).collect();
        let intervals = student(&repetitions, 0.05);
        missed += u32::from(!(intervals[0].contains(0.0) && intervals[1].contains(2.0)));
    }
    // 5 % of 2000, four standard deviations either way.
    assert!((61..=139).contains(&missed), "{missed} of 2000");
}

#[test]
fn a_ball_locates_many_coordinates_better_than_a_box() {
    let mut generator = ChaCha8Rng::seed_from_u64(3);
    let repetitions: Vec<Vec<f64>> =
        (0..128).map(|_| (0..25).map(|_| normal(&mut generator)).collect()).collect();
    let Located { intervals, radius, .. } = located(&repetitions, 1e-8);
    let half = |interval: &Interval| ((interval.high - interval.low) / 2.0).powi(2);
    let diagonal = intervals.iter().map(half).sum::<f64>().sqrt();
    assert!(radius < 0.7 * diagonal, "{radius} against {diagonal}");
}

/// An estimate of coordinates that are known to within `half`.
fn estimate(values: &[f64], half: f64) -> Estimate {
    Estimate {
        values: values.to_vec(),
        intervals: values.iter().map(|&value| Interval::around(value, half)).collect(),
        radius: f64::INFINITY,
        distance: Interval::everything(),
        biases: Vec::new(),
        samples: 100,
        method: "a test".to_owned(),
    }
}

fn verdict(
    relation: Relation,
    prediction: &[f64],
    margin: Option<Margin>,
    found: &Estimate,
) -> Verdict {
    judge(&Question { relation, prediction, margin }, found).0
}

#[test]
fn an_interval_inside_the_band_verifies_outside_refutes_and_across_decides_nothing() {
    let margin = Some(Margin::relative(0.1));
    let equal = |value, half| verdict(Relation::Equal, &[2.0], margin, &estimate(&[value], half));
    assert_eq!(equal(2.05, 0.1), Verdict::Verified);
    assert_eq!(equal(2.15, 0.1), Verdict::Inconclusive);
    assert_eq!(equal(2.35, 0.1), Verdict::Refuted);
    assert_eq!(equal(2.0, f64::INFINITY), Verdict::Inconclusive);
    let exact = |value| verdict(Relation::Equal, &[2.0], None, &estimate(&[value], 0.1));
    assert_eq!(exact(2.0), Verdict::Inconclusive, "without a margin nothing is verified");
    assert_eq!(exact(2.2), Verdict::Refuted);
    let zero = verdict(Relation::Equal, &[0.0], margin, &estimate(&[0.0], 0.0));
    assert_eq!(zero, Verdict::Inconclusive, "a relative margin around zero is none");
}

#[test]
fn a_bound_is_judged_by_the_side_on_which_the_interval_lies() {
    let at_least = |value| verdict(Relation::AtLeast, &[1.0], None, &estimate(&[value], 0.5));
    assert_eq!(
        [0.0, 1.0, 2.0].map(at_least),
        [Verdict::Refuted, Verdict::Inconclusive, Verdict::Verified]
    );
    let at_most = |value| verdict(Relation::AtMost, &[1.0], None, &estimate(&[value], 0.5));
    assert_eq!(
        [0.0, 1.0, 2.0].map(at_most),
        [Verdict::Verified, Verdict::Inconclusive, Verdict::Refuted]
    );
}

#[test]
fn a_ball_decides_where_the_box_cannot() {
    let margin = Some(Margin::absolute(1.0));
    let mut found = estimate(&[0.5; 25], 0.2);
    let question = [0.4; 25];
    assert_eq!(verdict(Relation::Equal, &question, margin, &found), Verdict::Inconclusive);
    found.radius = 0.4;
    assert_eq!(verdict(Relation::Equal, &question, margin, &found), Verdict::Verified);
}

proptest! {
    #[test]
    fn a_prediction_that_is_wrong_by_more_than_the_smallest_caught_error_is_refuted(
        values in prop::collection::vec(-2.0..2.0_f64, 1..6),
        offset in 0.0..0.5_f64,
        half in 1e-3..0.5_f64,
        margin in 0.01..0.5_f64,
        seed in any::<u64>(),
    ) {
        let prediction: Vec<f64> = values.iter().map(|value| value + offset).collect();
        let size = prediction.iter().map(|entry| entry * entry).sum::<f64>().sqrt();
        prop_assume!(size > 0.1);
        let found = estimate(&values, half);
        // The band keeps its width when the prediction moves.
        let margin = Some(Margin::absolute(margin * size));
        let question = |prediction| Question { relation: Relation::Equal, prediction, margin };
        let (_, measurement) = judge(&question(&prediction), &found);
        let caught = measurement.smallest_caught.expect("a number, as the margin is");
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let direction: Vec<f64> = values.iter().map(|_| normal(&mut generator)).collect();
        let length = direction.iter().map(|entry| entry * entry).sum::<f64>().sqrt();
        let wrong: Vec<f64> = prediction
            .iter()
            .zip(&direction)
            .map(|(entry, step)| entry + 1.001 * caught * step / length)
            .collect();
        prop_assert_eq!(judge(&question(&wrong), &found).0, Verdict::Refuted);
    }
}

#[test]
fn the_shares_of_an_error_budget_add_up_to_it() {
    let weights = [1.0, 2.0, 0.5];
    let budget = ErrorBudget::new(1e-6, weights.iter().sum());
    let shares: f64 = weights.iter().map(|&weight| budget.share(weight)).sum();
    assert_relative_eq!(shares, 1e-6, max_relative = 1e-12);
}

#[test]
fn an_interval_is_widened_by_the_sum_of_its_biases_and_the_record_lists_each() {
    let margin = Some(Margin::relative(0.1));
    let question = Question { relation: Relation::Equal, prediction: &[2.0], margin };
    let with = |value: f64, bounds: &[f64]| {
        let sources = [BiasSource::StepSize, BiasSource::TrainingTime];
        let biases = bounds.iter().zip(sources);
        let biases = biases.map(|(&bound, source)| Bias::of_length(source, bound, 1, "a test"));
        judge(&question, &Estimate { biases: biases.collect(), ..estimate(&[value], 0.1) })
    };
    assert_eq!(with(2.05, &[]).0, Verdict::Verified);
    assert_eq!(with(2.05, &[0.04]).0, Verdict::Verified);
    let (verdict, measurement) = with(2.05, &[0.04, 0.02]);
    assert_eq!(verdict, Verdict::Inconclusive, "each alone would leave it in the band");
    assert_relative_eq!(measurement.interval[0], 2.05 - 0.16, max_relative = 1e-12);
    assert_relative_eq!(measurement.interval[1], 2.05 + 0.16, max_relative = 1e-12);
    let listed: Vec<_> = measurement.biases.iter().map(|one| (one.source, one.bound)).collect();
    assert_eq!(listed, [(BiasSource::StepSize, 0.04), (BiasSource::TrainingTime, 0.02)]);
    assert_eq!(with(2.35, &[]).0, Verdict::Refuted);
    assert_eq!(with(2.35, &[0.04, 0.02]).0, Verdict::Inconclusive);
    // Samples shrink the interval to the bias of 0.3, which is more than there is room for.
    assert_eq!(with(2.05, &[0.3]).1.further_samples, None);
    assert!(with(2.05, &[0.06]).1.further_samples.is_some());
}

#[test]
fn a_ball_around_a_matrix_is_widened_by_the_length_of_a_bias_and_not_by_its_entries() {
    let margin = Some(Margin::absolute(1.0));
    let mut found = estimate(&[0.5; 25], 0.2);
    found.radius = 0.4;
    let verdict = |found: &Estimate| verdict(Relation::Equal, &[0.4; 25], margin, found);
    found.biases = vec![Bias::of_length(BiasSource::FiniteSize, 0.09, 25, "a test")];
    assert_eq!(verdict(&found), Verdict::Verified);
    found.biases = vec![Bias::of_coordinates(BiasSource::FiniteSize, vec![0.09; 25], "a test")];
    assert_eq!(verdict(&found), Verdict::Inconclusive, "the length of the entries is 0.45");
}

#[test]
fn a_claim_whose_smallest_caught_error_exceeds_its_need_is_inconclusive() {
    let judged = |half: f64, need: f64| {
        let margin = Some(Margin { need, ..Margin::relative(0.1) });
        let question = Question { relation: Relation::Equal, prediction: &[2.0], margin };
        judge(&question, &estimate(&[2.02], half))
    };
    for (half, need, expected) in [
        (0.15, 0.2, Verdict::Verified),
        (0.15, 0.15, Verdict::Inconclusive),
        (0.05, 0.15, Verdict::Verified),
    ] {
        let (verdict, measurement) = judged(half, need);
        assert_eq!(verdict, expected, "half width {half}, need {need}");
        let caught = measurement.smallest_caught.expect("a relative error");
        assert_relative_eq!(caught, (0.02 + half) / 2.0 + 0.1, max_relative = 1e-9);
        assert_eq!(caught <= need, verdict == Verdict::Verified, "{caught} against {need}");
    }
    // The half width has to come down to need - margin - |estimate - t| = 0.08: (0.15/0.08)^2.
    let further = judged(0.15, 0.15).1.further_samples.expect("more samples would decide");
    assert!((further as f64 - 100.0 * ((0.15_f64 / 0.08).powi(2) - 1.0)).abs() <= 1.0, "{further}");
}

#[test]
fn every_verdict_on_a_number_states_the_smallest_error_that_it_would_have_caught() {
    let question = |prediction, relation, margin| Question { relation, prediction, margin };
    let caught = |question: &Question<'_>| {
        let measurement = judge(question, &estimate(&[0.01], 0.02)).1;
        (measurement.smallest_caught.expect("a number"), measurement.absolute)
    };
    // Around zero and with an absolute margin the error is a number.
    let absolute = Some(Margin::absolute(0.1));
    assert_eq!(caught(&question(&[0.0], Relation::Equal, absolute)), (0.03 + 0.1, true));
    assert_eq!(caught(&question(&[0.0], Relation::Equal, None)), (0.03, true));
    assert_eq!(caught(&question(&[0.0], Relation::AtLeast, None)), (0.03, true));
    assert!(!caught(&question(&[2.0], Relation::Equal, None)).1);
    let zero = question(&[0.0], Relation::Equal, None);
    let bias = Bias::of_length(BiasSource::Integrator, 1e-9, 1, "a test");
    let (verdict, measurement) = judge_computed(&zero, &[1e-10], vec![bias], 1, "a test");
    assert_eq!((verdict, measurement.absolute), (Verdict::Verified, true));
    assert_relative_eq!(measurement.smallest_caught.unwrap(), 1.1e-9, max_relative = 1e-9);
}

/// Repetitions at h, h/2 and h/4 of a series in h with noise.
fn levels(series: impl Fn(f64) -> f64, h: f64, noise: f64, seed: u64) -> [Vec<Vec<f64>>; 3] {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    [h, h / 2.0, h / 4.0]
        .map(|h| (0..64).map(|_| vec![series(h) + noise * normal(&mut generator)]).collect())
}

proptest! {
    #[test]
    fn richardson_finds_the_limit_of_a_planted_series_within_its_interval_and_bias(
        a in -2.0..2.0_f64,
        b in -2.0..2.0_f64,
        c in -2.0..2.0_f64,
        seed in any::<u64>(),
    ) {
        prop_assume!(a.abs() > 0.5);
        let series = |h: f64| 3.0 + a * h + b * h * h + c * h.powi(3);
        let levels = levels(series, 0.02, 1e-5, seed);
        let found = extrapolate(&levels, BiasSource::FiniteSize, 1e-6).expect("a power series");
        let question = |prediction| Question {
            relation: Relation::Equal,
            prediction,
            margin: Some(Margin::relative(0.001)),
        };
        let estimate = Estimate {
            values: found.limit.values,
            intervals: found.limit.intervals,
            radius: found.limit.radius,
            distance: Interval::everything(),
            biases: vec![found.bias],
            samples: 192,
            method: "a test".to_owned(),
        };
        let (verdict, measurement) = judge(&question(&[3.0]), &estimate);
        prop_assert_eq!(verdict, Verdict::Verified, "{:?}", measurement);
        // The finest level alone is off by |a| h/4, at least 0.08 %; a limit off by 0.3 % is found.
        prop_assert_eq!(judge(&question(&[3.009]), &estimate).0, Verdict::Refuted);
    }
}

#[test]
fn an_extrapolation_of_what_is_no_power_series_is_refused() {
    let root = levels(|h| 1.0 + h.sqrt(), 0.01, 1e-5, 1);
    let refused = extrapolate(&root, BiasSource::FiniteSize, 1e-6).expect_err("sqrt(h)");
    assert!(refused.to_string().contains("not by about half"), "{refused}");
    let square = levels(|h| 1.0 + h * h, 0.1, 1e-5, 1);
    let found = extrapolate(&square, BiasSource::FiniteSize, 1e-6).expect("a power series");
    assert!((found.limit.values[0] - 1.0).abs() < 1e-4, "{found:?}");
}
