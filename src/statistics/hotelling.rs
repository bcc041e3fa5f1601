//! Hotelling's ellipsoid over a planned number of independent repetitions.

use faer::{Mat, Side};
use statrs::function::beta::beta_reg;

/// A radius such that, with probability at least `1 - share` if the repetitions (one vector each)
/// are independent and normal, the true mean lies within it of their mean, in Euclidean distance;
/// for the entries of a matrix in Frobenius norm. Many coordinates that scatter alike are located
/// better so than by one interval each. Infinite unless there are more repetitions than
/// coordinates, all finite.
///
/// # Formula
/// ```text
/// radius^2 = lambda_max(S) T^2/n,  S = sum (x - mean)(x - mean)'/(n - 1)
/// T^2 = p (n - 1)/(n - p) f,  P(F_{p, n-p} > f) = share
/// ```
/// the longest half axis of `{mu: n (mean - mu)' S^-1 (mean - mu) <= T^2}`. If S is singular the
/// mean is known in a direction, and p counts more than it must.
///
/// # Source
/// Hotelling, "The generalization of Student's ratio", Annals of Mathematical Statistics 2 (1931).
///
/// # Panics
/// If the repetitions have different numbers of coordinates, or `share` is not in (0, 1).
pub fn hotelling(repetitions: &[Vec<f64>], share: f64) -> f64 {
    let (count, coordinates) = (repetitions.len(), repetitions.first().map_or(0, Vec::len));
    let same = repetitions.iter().all(|repetition| repetition.len() == coordinates);
    assert!(same, "repetitions are vectors of one length: this is a bug");
    let finite = repetitions.iter().flatten().all(|value| value.is_finite());
    if count <= coordinates || coordinates == 0 || !finite {
        return f64::INFINITY;
    }
    let (n, p) = (count as f64, coordinates as f64);
    let values = Mat::from_fn(coordinates, count, |i, k| repetitions[k][i]);
    let means: Vec<f64> = values.row_iter().map(|row| row.iter().sum::<f64>() / n).collect();
    let centred = Mat::from_fn(coordinates, count, |i, k| values[(i, k)] - means[i]);
    let scatter = &centred * centred.transpose() * (1.0 / (n - 1.0));
    let variances = scatter.diagonal().column_vector();
    if !variances.iter().all(|variance| variance.is_finite()) {
        return f64::INFINITY;
    }
    let Ok(eigenvalues) = scatter.self_adjoint_eigenvalues(Side::Lower) else {
        return f64::INFINITY;
    };
    // In ascending order.
    let largest = eigenvalues.last().map_or(0.0, |last| last.max(0.0));
    let square = p * (n - 1.0) / (n - p) * fisher_quantile(p, n - p, share);
    let magnitude = values.norm_max();
    let radius = (largest * square / n).sqrt() + 4.0 * f64::EPSILON * magnitude * p.sqrt();
    if radius.is_finite() { radius } else { f64::INFINITY }
}

/// The `f > 0` with `P(F > f) = tail` for Fisher's F with these degrees of freedom, by bisection
/// in log f on `P(F > f) = I(d2/(d2 + d1 f); d2/2, d1/2)`, which keeps its relative precision in
/// the tail.
///
/// # Panics
/// If the degrees of freedom are not positive, or `tail` not in (0, 1).
pub fn fisher_quantile(first: f64, second: f64, tail: f64) -> f64 {
    assert!(tail > 0.0 && tail < 1.0, "a tail lies between 0 and 1: this is a bug");
    assert!(first > 0.0 && second > 0.0, "degrees of freedom are positive: this is a bug");
    let survival = |f: f64| beta_reg(second / 2.0, first / 2.0, second / (second + first * f));
    let (mut low, mut high) = (-100.0_f64, 200.0_f64);
    for _ in 0..70 {
        let middle = f64::midpoint(low, high);
        if survival(middle.exp()) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    high.exp()
}

#[cfg(test)]
mod tests {
    use super::super::student_quantile;
    use super::*;
    use approx::assert_relative_eq;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    #[test]
    fn one_coordinate_is_students_interval() {
        // F_{1, m} is the square of Student's t_m: P(F > t^2) = 2 P(T > t).
        for (freedom, tail) in [(5.0, 0.05), (63.0, 1e-9), (127.0, 1e-8)] {
            let student = student_quantile(freedom, tail / 2.0);
            let fisher = fisher_quantile(1.0, freedom, tail);
            assert_relative_eq!(fisher, student * student, max_relative = 1e-8);
        }
    }

    #[test]
    fn the_quantile_with_two_numerator_degrees_has_a_closed_form() {
        // P(F_{2, m} > f) = (1 + 2 f/m)^(-m/2).
        for (freedom, tail) in [(10.0, 0.01), (60.0, 1e-9)] {
            let expected = freedom / 2.0 * (f64::powf(tail, -2.0 / freedom) - 1.0);
            let found = fisher_quantile(2.0, freedom, tail);
            assert_relative_eq!(found, expected, max_relative = 1e-9);
        }
    }

    #[test]
    fn the_ball_misses_the_mean_no_more_often_than_its_share() {
        const RUNS: u64 = 2_000;
        let share = 0.05;
        let mut missed = 0;
        for run in 0..RUNS {
            let mut random = ChaCha8Rng::seed_from_u64(run);
            let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
            // Coordinates z_1 and z_1/2 + z_2 around (0, 0).
            let repetitions: Vec<Vec<f64>> = (0..12)
                .map(|_| {
                    let (a, b) = (normal(), normal());
                    vec![a, a / 2.0 + b]
                })
                .collect();
            let mean = |i: usize| repetitions.iter().map(|one| one[i]).sum::<f64>() / 12.0;
            missed += u64::from(mean(0).hypot(mean(1)) > hotelling(&repetitions, share));
        }
        // The ball contains the ellipsoid, which misses 5 % of the time (100 +- 10 runs).
        assert!(missed <= 130, "{missed} of {RUNS}");
        assert!(missed > 0, "the ball is far too wide");
    }

    #[test]
    fn too_few_or_overflowing_repetitions_locate_nothing() {
        assert_eq!(hotelling(&[vec![1.0, 2.0], vec![1.5, 2.5]], 0.05), f64::INFINITY);
        assert_eq!(hotelling(&[], 0.05), f64::INFINITY);
        let wild = vec![vec![f64::NAN], vec![1.0], vec![2.0]];
        assert_eq!(hotelling(&wild, 0.05), f64::INFINITY);
        let huge = vec![vec![1e200], vec![-1e200], vec![2.0]];
        assert_eq!(hotelling(&huge, 0.05), f64::INFINITY);
    }
}
