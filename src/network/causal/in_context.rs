//! The regression of a mesa-layer as a function of its own: what tests and theorems look at.

use super::head::{Columns, ColumnsMut};
use super::mesa::Regression;
use crate::network::NetworkError;
use faer::Mat;

/// The regression that one head of a mesa-layer solves at every token `t`: `Phi_t` minimises
///
/// ```text
/// 1/2 sum_{t' <= t} c_{t t'} |v_t' - Phi k_t'|^2 + c_{t 0} |Phi|_F^2/(2 lambda),
/// c_{t t'} = gamma_{t'+1} ... gamma_t,
/// ```
///
/// and the output is `o_t = Phi_t q_t`.
///
/// # Source
/// arXiv 2309.05858v2, section 4 and the supplement on the mesa-layer.
#[derive(Clone, Debug, PartialEq)]
pub struct InContextRegression {
    /// `q_1, q_2, ...`, one a column (key size x T).
    pub queries: Mat<f64>,
    /// `k_1, k_2, ...` (key size x T).
    pub keys: Mat<f64>,
    /// `v_1, v_2, ...` (value size x T).
    pub values: Mat<f64>,
    /// `gamma_1, gamma_2, ...`, positive; all 1 where there are none.
    pub forget: Option<Vec<f64>>,
    /// `lambda`, the inverse of the ridge, positive.
    pub inverse_ridge: f64,
}

/// Gradients of `sum_t g_t.o_t`.
#[derive(Clone, Debug, PartialEq)]
pub struct RegressionGradient {
    /// With respect to the queries (key size x T).
    pub queries: Mat<f64>,
    /// With respect to the keys (key size x T).
    pub keys: Mat<f64>,
    /// With respect to the values (value size x T).
    pub values: Mat<f64>,
    /// With respect to `gamma_1, gamma_2, ...`.
    pub forget: Vec<f64>,
    /// With respect to `lambda`.
    pub inverse_ridge: f64,
}

impl InContextRegression {
    /// `o_1, o_2, ...`, one a column, by the recursion of Sherman and Morrison: two products with
    /// a vector a token, no inverse.
    pub fn outputs(&self) -> Mat<f64> {
        let mut out = Mat::zeros(self.values.nrows(), self.keys.ncols());
        self.regression().forward(self.keys.ncols(), writable(&mut out));
        out
    }

    /// `R_T = (sum_t' c_{T t'} k_t' k_t'' + c_{T 0} I/lambda)^-1` after the last token.
    pub fn last_inverse(&self) -> Mat<f64> {
        let mut out = Mat::zeros(self.values.nrows(), self.keys.ncols());
        let end = self.regression().forward(self.keys.ncols(), writable(&mut out));
        let size = self.keys.nrows();
        Mat::from_fn(size, size, |i, j| end.inverse[i + size * j])
    }

    /// The gradients of `sum_t g_t.o_t` for the columns `g_t` of `cotangents`. Of the way forward
    /// the last state is kept, whatever the number of tokens.
    ///
    /// # Errors
    /// [`NetworkError::LostPrecision`] where the recursion does not find its way back, for `lambda`
    /// from about 1e6 on.
    pub fn gradient(&self, cotangents: &Mat<f64>) -> Result<RegressionGradient, NetworkError> {
        let length = self.keys.ncols();
        let regression = self.regression();
        let mut out = Mat::zeros(self.values.nrows(), length);
        let end = regression.forward(length, writable(&mut out));
        let mut queries = Mat::zeros(self.keys.nrows(), length);
        let (mut keys, mut values) = (queries.clone(), Mat::zeros(self.values.nrows(), length));
        let below = [writable(&mut queries), writable(&mut keys), writable(&mut values)];
        let slopes =
            regression.backward(length, end, readable(cotangents), below).map_err(|deviation| {
                NetworkError::LostPrecision { inverse_ridge: self.inverse_ridge, deviation }
            })?;
        let (forget, inverse_ridge) = (slopes.forget, slopes.inverse_ridge);
        Ok(RegressionGradient { queries, keys, values, forget, inverse_ridge })
    }

    /// By how much `R_0` is off `lambda I`, relative to `lambda`, after the recursion has run to the
    /// last token and back: the largest entry.
    pub fn way_back_error(&self) -> f64 {
        let regression = self.regression();
        let mut out = Mat::zeros(self.values.nrows(), self.keys.ncols());
        let mut state = regression.forward(self.keys.ncols(), writable(&mut out));
        let mut scratch = vec![0.0; self.keys.nrows()];
        for t in (0..self.keys.ncols()).rev() {
            let (key, value) = (self.keys.col_as_slice(t), self.values.col_as_slice(t));
            state.take_back(key, value, regression.forget(t), &mut scratch);
        }
        state.deviation(self.inverse_ridge)
    }

    fn regression(&self) -> Regression<'_> {
        Regression {
            queries: readable(&self.queries),
            keys: readable(&self.keys),
            values: readable(&self.values),
            forget: self.forget.as_deref(),
            inverse_ridge: self.inverse_ridge,
        }
    }
}

fn readable(matrix: &Mat<f64>) -> Columns<'_> {
    Columns { matrix, start: 0, row: 0, size: matrix.nrows() }
}

fn writable(matrix: &mut Mat<f64>) -> ColumnsMut<'_> {
    let size = matrix.nrows();
    ColumnsMut { matrix, start: 0, row: 0, size }
}
