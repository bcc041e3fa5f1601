//! The exact population loss of the linear attention layer, on all weights that matter.

use super::objective::Objective;
use crate::data::{LawError, PromptLaw};
use faer::{Mat, MatRef};

/// The population loss `L = 1/2 E (yhat - y_q)^2` of [`LinearAttention`](crate::network) over
/// prompts with Gaussian inputs and query `N(0, Lambda)`, tasks `w ~ N(0, I)`, labels `w'x` plus
/// noise of variance `v` (0 unless set), as a function of all weights that reach the prediction.
///
/// # Parameters
/// In the order of [`active_weights`](crate::network::LinearAttention::active_weights): `p` (d),
/// `s`, then for every column j the entries `A_1j, ..., A_dj, q_j`; `(d+1)^2` in all.
///
/// # Formula
/// With `B = s A + p q'`, `Y = (A + A')/2`, `t = tr Lambda`,
/// `G = (1 + 1/N) Lambda + ((t + v)/N) I`, and `L` for `Lambda` from here on:
/// ```text
/// 2 loss = odd + e11 + e22 + e33 + 2 (e12 + e13 + e23)
/// odd = tr(G L B L B') - 2 tr(L B L) + t + v
/// e11 = (1 + 1/N) p'L A L A'L p + (1/N) (p'L p) tr(A L A'L)
/// e22 = (1/N^2) { (p'L p) [tr(Y L)^2 + 2 tr(Y L Y L)] + 4 tr(Y L) p'L Y L p + 8 p'L Y L Y L p }
/// e33 = s^2 (1 + 2/N) (q'L q) ((t + v)^2 + 2 tr L^2)
/// e12 = (1/N) { (p'L A L p) tr(Y L) + 2 p'L A L Y L p }
/// e13 = s { (t + v) p'L A L q + (2/N) p'L^2 A L q }
/// e23 = (s (t + v)/N) { (p'L q) tr(Y L) + 2 p'L Y L q }
/// ```
/// The odd part of the prediction (in the labels) is uncorrelated with the even part.
///
/// # Source
/// Derived here with Isserlis' theorem; on `p = q = 0` it is Lemma A.1 of arXiv 2306.09927v3.
#[derive(Clone, Debug)]
pub struct PopulationLoss {
    covariance: Mat<f64>,
    context_length: f64,
    noise: f64,
    /// `G L`.
    second: Mat<f64>,
    /// `L^2`.
    square: Mat<f64>,
    trace: f64,
    square_trace: f64,
}

impl PopulationLoss {
    /// The loss over prompts with `context_length` examples of this covariance, without noise.
    ///
    /// # Errors
    /// If `covariance` is not symmetric positive definite, or there are no examples.
    pub fn new(covariance: &Mat<f64>, context_length: usize) -> Result<Self, LawError> {
        let law = PromptLaw::new(covariance, context_length)?;
        Ok(Self::with_noise(law.covariance(), context_length as f64, 0.0))
    }

    /// The same loss with label noise of this variance, in the examples' labels and in the
    /// query's.
    ///
    /// # Errors
    /// If the variance is negative or not finite.
    pub fn with_label_noise(&self, variance: f64) -> Result<Self, LawError> {
        if !(variance.is_finite() && variance >= 0.0) {
            let what = "variance of the label noise";
            return Err(LawError::Number { what, value: variance, nonnegative: true });
        }
        Ok(Self::with_noise(&self.covariance, self.context_length, variance))
    }

    fn with_noise(covariance: &Mat<f64>, context_length: f64, noise: f64) -> Self {
        let square = covariance * covariance;
        let trace = trace(covariance.as_ref());
        let (n, ratio) = (context_length, (trace + noise) / context_length);
        // G L = (1 + 1/N) L^2 + ((t + v)/N) L.
        let second = Mat::from_fn(square.nrows(), square.nrows(), |i, j| {
            (1.0 + 1.0 / n) * square[(i, j)] + ratio * covariance[(i, j)]
        });
        let square_trace = self::trace(square.as_ref());
        let covariance = covariance.clone();
        Self { covariance, context_length, noise, second, square, trace, square_trace }
    }

    /// The dimension `d` of the inputs.
    pub fn input_dimension(&self) -> usize {
        self.covariance.nrows()
    }

    /// The products that value and gradient share.
    fn products(&self, parameters: &[f64]) -> Products {
        let (d, cov) = (self.input_dimension(), &self.covariance);
        assert_eq!(parameters.len(), self.dimension(), "one number a weight: this is a bug");
        let column = |j: usize, i: usize| parameters[(d + 1) + j * (d + 1) + i];
        let a = Mat::from_fn(d, d, |i, j| column(j, i));
        let p = Mat::from_fn(d, 1, |i, _| parameters[i]);
        let q = Mat::from_fn(d, 1, |j, _| column(j, d));
        let s = parameters[d];
        let outer = &p * q.transpose();
        let b = Mat::from_fn(d, d, |i, j| s * a[(i, j)] + outer[(i, j)]);
        let y = Mat::from_fn(d, d, |i, j| f64::midpoint(a[(i, j)], a[(j, i)]));
        let (lp, lq) = (cov * &p, cov * &q);
        let v = a.transpose() * &lp;
        let z = &y * &lp;
        let (lv, lz) = (cov * &v, cov * &z);
        let ly = cov * &y;
        let r = Mat::from_fn(d, 1, |i, _| (self.trace + self.noise) * lp[(i, 0)])
            + cov * &lp * (2.0 / self.context_length);
        Products {
            al: &a * cov,
            pp: inner(&p, &lp),
            qq: inner(&q, &lq),
            tau: trace(ly.as_ref()),
            yy: trace((&ly * &ly).as_ref()),
            h: inner(&lp, &z),
            k: inner(&z, &lz),
            m: inner(&v, &lz),
            c: inner(&lp, &q),
            g: inner(&z, &lq),
            a,
            p,
            q,
            s,
            b,
            lp,
            lq,
            v,
            lv,
            lz,
            ly,
            r,
        }
    }
}

/// Products of the weights with `L` (see the formula of [`PopulationLoss`]).
struct Products {
    a: Mat<f64>,
    p: Mat<f64>,
    q: Mat<f64>,
    s: f64,
    b: Mat<f64>,
    /// `A L`.
    al: Mat<f64>,
    /// `L Y`.
    ly: Mat<f64>,
    /// `L p`.
    lp: Mat<f64>,
    /// `L q`.
    lq: Mat<f64>,
    /// `A'L p`.
    v: Mat<f64>,
    /// `L v`.
    lv: Mat<f64>,
    /// `L z` with `z = Y L p`.
    lz: Mat<f64>,
    /// `(t + v) L p + (2/N) L^2 p`.
    r: Mat<f64>,
    /// `p'L p`.
    pp: f64,
    /// `q'L q`.
    qq: f64,
    /// `tr(Y L)`.
    tau: f64,
    /// `tr(Y L Y L)`.
    yy: f64,
    /// `p'L A L p = p'L Y L p`.
    h: f64,
    /// `p'L Y L Y L p`.
    k: f64,
    /// `p'L A L Y L p`.
    m: f64,
    /// `p'L q`.
    c: f64,
    /// `p'L Y L q`.
    g: f64,
}

impl Objective for PopulationLoss {
    fn dimension(&self) -> usize {
        (self.input_dimension() + 1).pow(2)
    }

    fn value(&self, point: &[f64]) -> f64 {
        let f = self.products(point);
        let (n, cov, t) = (self.context_length, &self.covariance, self.trace + self.noise);
        let bl = &f.b * cov;
        let odd = product_trace(&(&self.second * &bl), &f.b.transpose().to_owned())
            - 2.0 * product_trace(cov, &bl)
            + t;
        let alal = product_trace(&(&f.al * f.a.transpose()), cov);
        let e11 = (1.0 + 1.0 / n) * inner(&f.v, &f.lv) + f.pp * alal / n;
        let e22 = (f.pp * (f.tau * f.tau + 2.0 * f.yy) + 4.0 * f.tau * f.h + 8.0 * f.k) / (n * n);
        let fourth = t * t + 2.0 * self.square_trace;
        let e33 = f.s * f.s * (1.0 + 2.0 / n) * f.qq * fourth;
        let e12 = (f.h * f.tau + 2.0 * f.m) / n;
        let e13 = f.s * inner(&f.r, &(&f.al * &f.q));
        let e23 = f.s * t / n * (f.c * f.tau + 2.0 * f.g);
        (odd + e11 + e22 + e33 + 2.0 * (e12 + e13 + e23)) / 2.0
    }

    fn gradient(&self, point: &[f64], gradient: &mut [f64]) {
        let f = self.products(point);
        let (n, d) = (self.context_length, self.input_dimension());
        let (cov, t, s) = (&self.covariance, self.trace + self.noise, f.s);
        let fourth = t * t + 2.0 * self.square_trace;
        // Everything below is the derivative of 2 loss, halved at the end.
        // odd: d/dB = 2 (G L B L - L^2), B = s A + p q'.
        let by_b = (&self.second * &f.b * cov - &self.square) * 2.0;
        let mut by_a = &by_b * s;
        let mut by_p = &by_b * &f.q;
        let mut by_q = by_b.transpose() * &f.p;
        let mut by_s = product_trace(&by_b.transpose().to_owned(), &f.a);
        let lal = cov * &f.al;
        let alal = product_trace(&lal, &f.a.transpose().to_owned());
        let lyl = &f.ly * cov;
        let outer = |x: &Mat<f64>, y: &Mat<f64>| x * y.transpose();
        let symmetric = |x: &Mat<f64>, y: &Mat<f64>| outer(x, y) + outer(y, x);
        // e11
        by_a += outer(&f.lp, &f.lv) * (2.0 * (1.0 + 1.0 / n)) + &lal * (2.0 * f.pp / n);
        by_p += cov * (&f.a * &f.lv) * (2.0 * (1.0 + 1.0 / n)) + &f.lp * (2.0 * alal / n);
        // e22
        by_a += (cov * (2.0 * f.pp * f.tau + 4.0 * f.h)
            + &lyl * (4.0 * f.pp)
            + outer(&f.lp, &f.lp) * (4.0 * f.tau)
            + symmetric(&f.lp, &f.lz) * 8.0)
            * (1.0 / (n * n));
        by_p += (&f.lp * (2.0 * (f.tau * f.tau + 2.0 * f.yy))
            + &f.lz * (8.0 * f.tau)
            + &f.ly * &f.lz * 16.0)
            * (1.0 / (n * n));
        // e33
        by_s += 2.0 * s * (1.0 + 2.0 / n) * f.qq * fourth;
        by_q += &f.lq * (2.0 * s * s * (1.0 + 2.0 / n) * fourth);
        // 2 e12
        by_a += (cov * f.h
            + outer(&f.lp, &f.lp) * f.tau
            + outer(&f.lp, &f.lz) * 2.0
            + symmetric(&f.lv, &f.lp))
            * (2.0 / n);
        by_p += (&f.lz * (2.0 * f.tau) + (cov * (&f.a * &f.lz) + &f.ly * &f.lv) * 2.0) * (2.0 / n);
        // 2 e13, with r = R p and R = (t + v) L + (2/N) L^2.
        let alq = &f.a * &f.lq;
        by_a += outer(&f.r, &f.lq) * (2.0 * s);
        by_s += 2.0 * inner(&f.r, &alq);
        by_p += (cov * &alq * t + &self.square * &alq * (2.0 / n)) * (2.0 * s);
        by_q += cov * (f.a.transpose() * &f.r) * (2.0 * s);
        // 2 e23
        let scale = 2.0 * t / n;
        by_a += (cov * f.c + symmetric(&f.lp, &f.lq)) * (s * scale);
        by_s += scale * (f.c * f.tau + 2.0 * f.g);
        by_p += (&f.lq * f.tau + &f.ly * &f.lq * 2.0) * (s * scale);
        by_q += (&f.lp * f.tau + &f.lz * 2.0) * (s * scale);

        for i in 0..d {
            gradient[i] = by_p[(i, 0)] / 2.0;
        }
        gradient[d] = by_s / 2.0;
        for j in 0..d {
            let column = &mut gradient[(d + 1) * (j + 1)..(d + 1) * (j + 2)];
            for (i, entry) in column.iter_mut().enumerate() {
                *entry = if i < d { by_a[(i, j)] } else { by_q[(j, 0)] } / 2.0;
            }
        }
    }
}

fn trace(matrix: MatRef<'_, f64>) -> f64 {
    (0..matrix.nrows()).map(|i| matrix[(i, i)]).sum()
}

/// `tr(X Y)` of square matrices.
fn product_trace(x: &Mat<f64>, y: &Mat<f64>) -> f64 {
    let size = x.nrows();
    (0..size).map(|i| (0..size).map(|j| x[(i, j)] * y[(j, i)]).sum::<f64>()).sum()
}

/// `x'y` of columns.
fn inner(x: &Mat<f64>, y: &Mat<f64>) -> f64 {
    (0..x.nrows()).map(|i| x[(i, 0)] * y[(i, 0)]).sum()
}
