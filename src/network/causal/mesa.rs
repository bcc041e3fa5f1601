//! The mesa-layer: a head that solves its regression to the end at every token.

use super::head::{Columns, ColumnsMut, add_scaled, dot};

/// The regression of one head.
///
/// # Formula
/// `o_t = Phi_t q_t`, where `Phi_t` minimises over `Phi`
/// ```text
/// 1/2 sum_{t' <= t} c_{t t'} |v_t' - Phi k_t'|^2 + c_{t 0} |Phi|_F^2/(2 lambda),
/// c_{t t'} = gamma_{t'+1} ... gamma_t.
/// ```
/// With `A_t = gamma_t A_{t-1} + k_t k_t'`, `A_0 = I/lambda`, `B_t = gamma_t B_{t-1} + v_t k_t'`,
/// `B_0 = 0` it is `Phi_t = B_t R_t`, `R_t = A_t^-1`.
///
/// # Source
/// arXiv 2309.05858v2, section 4 and the supplement on the mesa-layer.
#[derive(Clone, Copy)]
pub(super) struct Regression<'a> {
    pub(super) queries: Columns<'a>,
    pub(super) keys: Columns<'a>,
    pub(super) values: Columns<'a>,
    /// `gamma_1, gamma_2, ...`; all 1 where there are none.
    pub(super) forget: Option<&'a [f64]>,
    /// `lambda`, the inverse of the ridge.
    pub(super) inverse_ridge: f64,
}

/// `R_T` (keys x keys), `B_T` (values x keys) and `A_T` after the last token, each by columns: all
/// that the way back needs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct End {
    pub(super) inverse: Vec<f64>,
    cross: Vec<f64>,
    gram: Vec<f64>,
}

/// Gradients with respect to `lambda` and the forget factors.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slopes {
    pub(super) inverse_ridge: f64,
    pub(super) forget: Vec<f64>,
}

/// By how much `R_0`, computed backwards, may be off.
const RECONSTRUCTION: f64 = 1e-6;

impl Regression<'_> {
    #[inline(always)]
    pub(super) fn forget(&self, t: usize) -> f64 {
        self.forget.map_or(1.0, |factors| factors[t])
    }

    /// Overwrites `out` with `o_1, o_2, ...`.
    ///
    /// # Formula
    /// `R_t = (R_{t-1} - R_{t-1} k k' R_{t-1}/(gamma_t + k' R_{t-1} k))/gamma_t` (Sherman and
    /// Morrison).
    #[inline(always)]
    pub(super) fn forward(&self, length: usize, mut out: ColumnsMut<'_>) -> End {
        let (size, rows) = (self.keys.size, self.values.size);
        let mut end = End {
            inverse: diagonal(size, self.inverse_ridge),
            cross: vec![0.0; rows * size],
            gram: diagonal(size, 1.0 / self.inverse_ridge),
        };
        let (mut direction, mut preconditioned) = (vec![0.0; size], vec![0.0; size]);
        for t in 0..length {
            let (key, value, forget) = (self.keys.column(t), self.values.column(t), self.forget(t));
            product(&end.inverse, key, &mut direction);
            let scale = -1.0 / (forget + dot(key, &direction));
            rank_one(&mut end.inverse, scale, &direction, &direction);
            if forget != 1.0 {
                end.inverse.iter_mut().for_each(|entry| *entry /= forget);
                end.cross.iter_mut().chain(&mut end.gram).for_each(|entry| *entry *= forget);
            }
            rank_one(&mut end.cross, 1.0, value, key);
            rank_one(&mut end.gram, 1.0, key, key);
            product(&end.inverse, self.queries.column(t), &mut preconditioned);
            product(&end.cross, &preconditioned, out.column(t));
        }
        end
    }

    /// Adds the gradients of `sum_t g_t.o_t` with respect to queries, keys and values, and returns
    /// the others.
    ///
    /// # Formula
    /// With `a_t` and `b_t` for the gradients with respect to `A_t` and `B_t`, from the last token
    /// to the first: `b_t += g_t (R_t q_t)'`, `a_t -= (R_t B_t' g_t) (R_t q_t)'`,
    /// `dq_t = R_t B_t' g_t`, `dv_t = b_t k_t`, `dk_t = b_t' v_t + (a_t + a_t') k_t`, and
    /// `a_{t-1} = gamma_t a_t`, `b_{t-1} = gamma_t b_t`. Of the past only the last `R`, `A` and `B`
    /// are kept: `A` and `B` are taken apart, and
    /// `R_{t-1} = gamma_t (R_t - R_t k k' R_t/(k' R_t k - 1))`.
    ///
    /// # Errors
    /// The relative deviation of the `R_0` that is found from `lambda I`, where it is above 1e-6:
    /// then the way back has lost the digits, which happens for `lambda` from about 1e6 on.
    #[inline(always)]
    pub(super) fn backward(
        &self,
        length: usize,
        mut end: End,
        cotangents: Columns<'_>,
        [mut query_slopes, mut key_slopes, mut value_slopes]: [ColumnsMut<'_>; 3],
    ) -> Result<Slopes, f64> {
        let (size, rows) = (self.keys.size, self.values.size);
        let (mut gram_slope, mut cross_slope) = (vec![0.0; size * size], vec![0.0; rows * size]);
        let (mut query_slope, mut pulled) = (vec![0.0; size], vec![0.0; size]);
        let (mut preconditioned, mut value_slope) = (vec![0.0; size], vec![0.0; rows]);
        let mut forget_slopes = vec![0.0; length];
        for t in (0..length).rev() {
            let (key, value, forget) = (self.keys.column(t), self.values.column(t), self.forget(t));
            let cotangent = cotangents.column(t);
            product(&end.inverse, self.queries.column(t), &mut preconditioned);
            transposed_product(&end.cross, cotangent, &mut pulled);
            product(&end.inverse, &pulled, &mut query_slope);
            rank_one(&mut cross_slope, 1.0, cotangent, &preconditioned);
            rank_one(&mut gram_slope, -1.0, &query_slope, &preconditioned);
            add_scaled(1.0, &query_slope, query_slopes.column(t));

            product(&cross_slope, key, &mut value_slope);
            add_scaled(1.0, &value_slope, value_slopes.column(t));
            let slopes = key_slopes.column(t);
            transposed_product(&cross_slope, value, &mut pulled);
            add_scaled(1.0, &pulled, slopes);
            product(&gram_slope, key, &mut pulled);
            add_scaled(1.0, &pulled, slopes);
            transposed_product(&gram_slope, key, &mut pulled);
            add_scaled(1.0, &pulled, slopes);

            end.take_back(key, value, forget, &mut pulled);
            forget_slopes[t] = dot(&gram_slope, &end.gram) + dot(&cross_slope, &end.cross);
            if forget != 1.0 {
                gram_slope.iter_mut().chain(&mut cross_slope).for_each(|entry| *entry *= forget);
            }
        }
        let deviation = end.deviation(self.inverse_ridge);
        if deviation.is_nan() || deviation > RECONSTRUCTION {
            return Err(deviation);
        }
        let trace: f64 = gram_slope.iter().step_by(size + 1).sum();
        let inverse_ridge = -trace / (self.inverse_ridge * self.inverse_ridge);
        Ok(Slopes { inverse_ridge, forget: forget_slopes })
    }
}

impl End {
    /// The state before the last token: `R_{t-1} = gamma_t (R_t - R_t k k' R_t/(k' R_t k - 1))`, and
    /// `A` and `B` without its term. `scratch` has the length of a key.
    #[inline(always)]
    pub(super) fn take_back(
        &mut self,
        key: &[f64],
        value: &[f64],
        forget: f64,
        scratch: &mut [f64],
    ) {
        product(&self.inverse, key, scratch);
        let scale = -1.0 / (dot(key, scratch) - 1.0);
        rank_one(&mut self.inverse, scale, scratch, scratch);
        rank_one(&mut self.cross, -1.0, value, key);
        rank_one(&mut self.gram, -1.0, key, key);
        if forget != 1.0 {
            self.inverse.iter_mut().for_each(|entry| *entry *= forget);
            self.cross.iter_mut().chain(&mut self.gram).for_each(|entry| *entry /= forget);
        }
    }

    /// By how much `R` is off `lambda I`, relative to `lambda`: the largest entry.
    #[inline(always)]
    pub(super) fn deviation(&self, inverse_ridge: f64) -> f64 {
        let start = diagonal((self.gram.len() as f64).sqrt() as usize, inverse_ridge);
        let entries = self.inverse.iter().zip(start);
        entries.map(|(entry, start)| (entry - start).abs() / inverse_ridge).fold(0.0, f64::max)
    }
}

/// `value I`, by columns.
#[inline(always)]
fn diagonal(size: usize, value: f64) -> Vec<f64> {
    let mut matrix = vec![0.0; size * size];
    matrix.iter_mut().step_by(size + 1).for_each(|entry| *entry = value);
    matrix
}

/// `out = M x` for a matrix by columns.
#[inline(always)]
fn product(matrix: &[f64], x: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (column, &x) in matrix.chunks_exact(out.len()).zip(x) {
        add_scaled(x, column, out);
    }
}

/// `out = M' x` for a matrix by columns.
#[inline(always)]
fn transposed_product(matrix: &[f64], x: &[f64], out: &mut [f64]) {
    for (out, column) in out.iter_mut().zip(matrix.chunks_exact(x.len())) {
        *out = dot(column, x);
    }
}

/// `M += a x y'` for a matrix by columns.
#[inline(always)]
fn rank_one(matrix: &mut [f64], a: f64, x: &[f64], y: &[f64]) {
    for (column, &y) in matrix.chunks_exact_mut(x.len()).zip(y) {
        add_scaled(a * y, x, column);
    }
}
