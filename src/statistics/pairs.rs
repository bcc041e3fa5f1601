//! The distance of a mean from its prediction, by products of pairs of repetitions.

use super::interval::Interval;
use super::student::student;

/// An interval of `|mu - t|` for the mean `mu` of independent, identically distributed repetitions
/// (one vector each), that misses it with probability `share` where the products below are nearly
/// normal: where many coordinates scatter, as in a matrix of more than a hundred entries. Fewer
/// than four repetitions, or a value that is not finite, say nothing.
///
/// The mean of R repetitions in p coordinates is off by `sqrt(p/R)` standard deviations; a box
/// around it is wider by the quantile, this interval by no more than the root of
/// `quantile sqrt(R/p)`, and it needs no more repetitions than coordinates.
///
/// # Formula
/// ```text
/// y_k = (x_{2k-1} - t)'(x_{2k} - t),   E y_k = |mu - t|^2
/// ```
/// are independent: Student's interval for their mean, and its root.
///
/// # Source
/// Unbiased estimates of squared norms as by Chen and Qin, "A two-sample test for high-dimensional
/// data with applications to gene-set testing", Annals of Statistics 38 (2010), here of disjoint
/// pairs, which are independent.
///
/// # Panics
/// If repetitions and prediction have different numbers of coordinates.
pub fn paired_distance(repetitions: &[Vec<f64>], prediction: &[f64], share: f64) -> Interval {
    let product = |pair: &[Vec<f64>]| -> Vec<f64> {
        let [first, second] = pair else { unreachable!("chunks of two: this is a bug") };
        let same = first.len() == prediction.len() && second.len() == prediction.len();
        assert!(same, "repetitions and prediction are vectors of one length: this is a bug");
        let entries = first.iter().zip(second).zip(prediction);
        vec![entries.map(|((x, y), t)| (x - t) * (y - t)).sum()]
    };
    let products: Vec<Vec<f64>> = repetitions.chunks_exact(2).map(product).collect();
    match student(&products, share)[..] {
        [square] => Interval::new(square.low.max(0.0).sqrt(), square.high.max(0.0).sqrt()),
        _ => Interval::new(0.0, f64::INFINITY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    /// Repetitions of 150 coordinates around `mean` in every coordinate; their scatter differs.
    fn repetitions(count: usize, mean: f64, run: u64) -> Vec<Vec<f64>> {
        let mut random = ChaCha8Rng::seed_from_u64(run);
        let mut entry = |i: usize| -> f64 {
            let normal: f64 = StandardNormal.sample(&mut random);
            mean + (1.0 + (i % 3) as f64) * normal
        };
        (0..count).map(|_| (0..150).map(&mut entry).collect()).collect()
    }

    #[test]
    fn the_interval_misses_the_distance_no_more_often_than_its_share() {
        const RUNS: u64 = 2_000;
        let mut missed = 0;
        for run in 0..RUNS {
            let far = f64::from(u8::from(run % 2 == 0)) / 2.0;
            // |mu - t| = far sqrt(150).
            let interval = paired_distance(&repetitions(32, 1.0 + far, run), &[1.0; 150], 0.05);
            missed += u64::from(!interval.contains(far * 150.0_f64.sqrt()));
        }
        // At distance 0 only the upper end can miss: 75 of 2,000 are due.
        assert!((40..=115).contains(&missed), "{missed} of {RUNS}");
    }

    #[test]
    fn many_coordinates_are_located_better_so_than_by_one_interval_each() {
        let all = repetitions(64, 0.0, 7);
        let pairs = paired_distance(&all, &[0.0; 150], 1e-6);
        let boxed = super::super::deviation(&student(&all, 1e-6), &[0.0; 150]);
        assert!(pairs.low == 0.0 && pairs.high < boxed.high / 2.5, "{pairs:?}, {boxed:?}");
    }

    #[test]
    fn too_few_repetitions_or_values_that_are_not_finite_say_nothing() {
        let nothing = Interval::new(0.0, f64::INFINITY);
        assert_eq!(paired_distance(&repetitions(3, 0.0, 1), &[0.0; 150], 0.05), nothing);
        let mut wild = repetitions(8, 0.0, 1);
        wild[5][0] = f64::NAN;
        assert_eq!(paired_distance(&wild, &[0.0; 150], 0.05), nothing);
    }
}
