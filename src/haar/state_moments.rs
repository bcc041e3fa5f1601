//! Moments of inner products of the states of a sequence with a Haar transition.

use super::pairing::{Matching, components, matchings};
use super::trace::trace_moment;
use crate::data::FirstState;
use faer::{Mat, Side};
use rustc_hash::FxHashMap;

/// `E (s_p.s_q)(s_a.s_b)...` of up to three inner products of the states `s_1, s_2, ...` of
/// `s_{t+1} = W s_t + e_t` with a Haar `W` of O(d) and `e_t ~ N(0, sigma^2 I)`; `s_0 = 0`.
///
/// # Formula
/// `s_t = W^(t-1) v_t` where `v_t` is `s_1` plus a Gaussian walk that does not depend on `W`, with
/// covariance `sigma^2 (min(t, t') - 1)` in every coordinate. An inner product is
/// `v_p' W^(q-p) v_q`, and a rotation of all `v` does not change the law of `W`, so the mean is
/// ```text
/// sum_{f, g} Wg(f, g) E[prod_f (v.v)] E[prod_g tr W^...]
/// ```
/// over perfect matchings `f`, `g` of the ends of the products, with the (pseudo-)inverse `Wg` of
/// `d^loops(f, g)`. The mean over `v` is Isserlis' sum over partial matchings with the covariances of the walk:
/// `d` for a loop, `|s_1|^2` for a path.
///
/// # Source
/// Collins and Sniady, "Integration with respect to the Haar measure on unitary, orthogonal and
/// symplectic group", Communications in Mathematical Physics 264 (2006).
#[derive(Clone, Debug)]
pub struct StateMoments {
    dimension: usize,
    /// `E |s_1|^(2k)` for k = 0, 1, 2, 3.
    radial: [f64; 4],
    variance: f64,
    /// For one, two and three products.
    tables: [Table; 3],
}

#[derive(Clone, Debug)]
struct Table {
    perfect: Vec<Matching>,
    /// Without the covariances: pairs of points.
    partial: Vec<Vec<[usize; 2]>>,
    /// Partial x perfect: `sum_f d^loops E|s_1|^(2 paths) Wg(f, g)`.
    weights: Mat<f64>,
    /// For the powers of `W` that were met: a coefficient for each partial matching.
    coefficients: FxHashMap<[i64; 3], Vec<f64>>,
}

impl StateMoments {
    /// The moments in dimension `d` with noise of this standard deviation.
    pub fn new(dimension: usize, first: &FirstState, noise: f64) -> Self {
        let [second, fourth, sixth] = first.radial_moments(dimension);
        let radial = [1.0, second, fourth, sixth];
        let tables = [1, 2, 3].map(|products| Table::new(2 * products, dimension, &radial));
        Self { dimension, radial, variance: noise * noise, tables }
    }

    /// `E |s_1|^(2k)` for k = 0, 1, 2, 3.
    pub fn radial(&self) -> &[f64; 4] {
        &self.radial
    }

    /// The mean of the product of these inner products, at most three.
    ///
    /// # Panics
    /// With none, or more than three.
    pub fn mean(&mut self, products: &[(usize, usize)]) -> f64 {
        if products.iter().any(|&(p, q)| p == 0 || q == 0) {
            return 0.0;
        }
        let mut powers = [0; 3];
        for (power, &(p, q)) in powers.iter_mut().zip(products) {
            *power = q as i64 - p as i64;
        }
        let table = &mut self.tables[products.len() - 1];
        if !table.coefficients.contains_key(&powers) {
            let found = table.coefficients_of(self.dimension, &powers[..products.len()]);
            table.coefficients.insert(powers, found);
        }
        let coefficients = &table.coefficients[&powers];
        let time = |point: usize| {
            let (p, q) = products[point / 2];
            if point.is_multiple_of(2) { p } else { q }
        };
        let covariance = |&[x, y]: &[usize; 2]| self.variance * (time(x).min(time(y)) - 1) as f64;
        let walks = table.partial.iter().zip(coefficients);
        walks
            .map(|(pairs, &coefficient)| {
                coefficient * pairs.iter().map(covariance).product::<f64>()
            })
            .sum()
    }
}

impl Table {
    fn new(points: usize, dimension: usize, radial: &[f64; 4]) -> Self {
        let perfect = matchings(points, false);
        let partial = matchings(points, true);
        let d = dimension as f64;
        let weight = |f: &Matching, other: &Matching| {
            let (loops, paths) = components(f, other);
            d.powi(loops as i32) * radial[paths]
        };
        let size = perfect.len();
        let gram = Mat::from_fn(size, size, |f, g| weight(&perfect[f], &perfect[g]));
        let walks = Mat::from_fn(partial.len(), size, |m, f| weight(&perfect[f], &partial[m]));
        let pairs = |matching: &Matching| {
            let ends = matching.iter().enumerate().filter(|&(point, &partner)| point < partner);
            ends.map(|(point, &partner)| [point, partner]).collect()
        };
        let partial = partial.iter().map(pairs).collect();
        let weights = walks * pseudo_inverse(&gram);
        Self { perfect, partial, weights, coefficients: FxHashMap::default() }
    }

    fn coefficients_of(&self, dimension: usize, powers: &[i64]) -> Vec<f64> {
        let traces: Vec<f64> = self
            .perfect
            .iter()
            .map(|ends| trace_moment(dimension, &cycles(ends, powers)))
            .collect();
        (0..self.partial.len())
            .map(|row| {
                traces.iter().enumerate().map(|(g, trace)| self.weights[(row, g)] * trace).sum()
            })
            .collect()
    }
}

/// The powers of `W` whose traces a matching of the ends of the products makes of them.
fn cycles(ends: &Matching, powers: &[i64]) -> Vec<i64> {
    let mut seen = vec![false; ends.len()];
    let mut traces = Vec::new();
    for start in 0..ends.len() {
        if seen[start] {
            continue;
        }
        let (mut point, mut power) = (start, 0);
        while !seen[point] {
            // From one end of a product to its other one: forwards it is `W^k`, backwards its transpose.
            let other = point ^ 1;
            (seen[point], seen[other]) = (true, true);
            power += if point < other { powers[point / 2] } else { -powers[point / 2] };
            point = ends[other];
        }
        traces.push(power);
    }
    traces
}

/// The pseudo-inverse of a symmetric matrix of small integers.
fn pseudo_inverse(matrix: &Mat<f64>) -> Mat<f64> {
    let eigen = matrix.self_adjoint_eigen(Side::Lower).expect("finite entries");
    let (vectors, values) = (eigen.U(), eigen.S().column_vector());
    let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let inverse = faer::Col::from_fn(values.nrows(), |i| {
        if values[i].abs() > 1e-10 * largest { 1.0 / values[i] } else { 0.0 }
    });
    vectors * inverse.as_diagonal() * vectors.transpose()
}
