//! One step of the explicit Runge-Kutta method of Dormand and Prince, order 5 with an embedded
//! solution of order 4.
//!
//! Source: Dormand and Prince, "A family of embedded Runge-Kutta formulae", Journal of
//! Computational and Applied Mathematics 6 (1980), table 2 (RK5(4)7M). The tests check its
//! coefficients against the conditions of order 5 and 4 rather than trust the copy.

use super::objective::norm;

/// Row i: weights of the slopes before stage i + 2. The last row is the solution of order 5, so
/// that the last slope of a step is the first of the next.
const STAGES: [&[f64]; 6] = [
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];

/// Weights of the solution of order 4.
const EMBEDDED: [f64; 7] = [
    5179.0 / 57600.0,
    0.0,
    7571.0 / 16695.0,
    393.0 / 640.0,
    -92097.0 / 339_200.0,
    187.0 / 2100.0,
    1.0 / 40.0,
];

/// Gradient evaluations of one step: the first slope is known.
pub(super) const EVALUATIONS: u64 = 6;

/// The buffers of a step.
pub(super) struct Stepper {
    slopes: Vec<Vec<f64>>,
    /// The state after the step.
    pub(super) next: Vec<f64>,
    /// The difference of the two solutions, over the step.
    error: Vec<f64>,
}

impl Stepper {
    pub(super) fn new(dimension: usize) -> Self {
        let zeros = || vec![0.0; dimension];
        Self { slopes: vec![zeros(); 7], next: zeros(), error: zeros() }
    }

    /// The slope at the present state: set it before the first step.
    pub(super) fn first_slope(&mut self) -> &mut [f64] {
        &mut self.slopes[0]
    }

    /// The slope at the state after the step.
    pub(super) fn last_slope(&self) -> &[f64] {
        &self.slopes[6]
    }

    /// Makes the last slope the first one of the next step.
    pub(super) fn accept(&mut self) {
        self.slopes.swap(0, 6);
    }

    /// Steps from `state` by `step` into [`Self::next`]; returns the norm of the difference of the
    /// two solutions, an estimate of the local error.
    pub(super) fn step(
        &mut self,
        state: &[f64],
        step: f64,
        mut slope: impl FnMut(&[f64], &mut [f64]),
    ) -> f64 {
        for (stage, weights) in STAGES.iter().enumerate() {
            combine(weights, &self.slopes, &mut self.next);
            for (next, state) in self.next.iter_mut().zip(state) {
                *next = state + step * *next;
            }
            slope(&self.next, &mut self.slopes[stage + 1]);
        }
        let weight = |stage: usize| STAGES[5].get(stage).copied().unwrap_or(0.0) - EMBEDDED[stage];
        combine(&std::array::from_fn::<f64, 7, _>(weight), &self.slopes, &mut self.error);
        step * norm(&self.error)
    }
}

/// Overwrites `sum` with the weighted sum of the slopes, of as many as there are weights.
fn combine(weights: &[f64], slopes: &[Vec<f64>], sum: &mut [f64]) {
    sum.fill(0.0);
    for (weight, slope) in weights.iter().zip(slopes) {
        for (sum, slope) in sum.iter_mut().zip(slope) {
            *sum += weight * slope;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// The method as a matrix and its weights.
    fn tableau() -> ([[f64; 7]; 7], [f64; 7], [f64; 7]) {
        let mut matrix = [[0.0; 7]; 7];
        for (stage, weights) in STAGES.iter().enumerate() {
            matrix[stage + 1][..weights.len()].copy_from_slice(weights);
        }
        (matrix, EMBEDDED, matrix[6])
    }

    /// The conditions of order up to 5 (Hairer, Norsett, Wanner, "Solving Ordinary Differential
    /// Equations I", table II.2.1): one a rooted tree, sum_i b_i Phi_i = 1/gamma. A tree is the list
    /// of its branches.
    #[derive(Clone)]
    struct Tree(Vec<Tree>);

    impl Tree {
        fn order(&self) -> usize {
            1 + self.0.iter().map(Tree::order).sum::<usize>()
        }
        fn density(&self) -> f64 {
            self.order() as f64 * self.0.iter().map(Tree::density).product::<f64>()
        }
        fn weight(&self, matrix: &[[f64; 7]; 7], stage: usize) -> f64 {
            let branch = |tree: &Tree| -> f64 {
                (0..7).map(|other| matrix[stage][other] * tree.weight(matrix, other)).sum()
            };
            self.0.iter().map(branch).product()
        }
    }

    /// All rooted trees of an order: branches in nonincreasing position among the smaller trees.
    fn trees(order: usize) -> Vec<Tree> {
        fn forests(total: usize, smaller: &[Tree]) -> Vec<Vec<Tree>> {
            if total == 0 {
                return vec![Vec::new()];
            }
            let mut found = Vec::new();
            for (place, tree) in smaller.iter().enumerate() {
                if tree.order() <= total {
                    for mut rest in forests(total - tree.order(), &smaller[..=place]) {
                        rest.push(tree.clone());
                        found.push(rest);
                    }
                }
            }
            found
        }
        let smaller: Vec<Tree> = (1..order).flat_map(trees).collect();
        forests(order - 1, &smaller).into_iter().map(Tree).collect()
    }

    #[test]
    fn the_coefficients_satisfy_all_conditions_of_their_order() {
        let (matrix, fourth, fifth) = tableau();
        assert_eq!((1..=5).map(|order| trees(order).len()).collect::<Vec<_>>(), [1, 1, 2, 4, 9]);
        for order in 1..=5 {
            for tree in trees(order) {
                let sum = |weights: &[f64; 7]| -> f64 {
                    (0..7).map(|stage| weights[stage] * tree.weight(&matrix, stage)).sum()
                };
                assert_relative_eq!(sum(&fifth), 1.0 / tree.density(), max_relative = 1e-13);
                if order <= 4 {
                    assert_relative_eq!(sum(&fourth), 1.0 / tree.density(), max_relative = 1e-13);
                }
            }
        }
    }
}
