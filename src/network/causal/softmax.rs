//! Causal softmax attention of one head.

use super::head::{Columns, ColumnsMut, add_scaled, dot};

/// `o_t = sum_{t' <= t} a_{t t'} v_t'` with `a_t = softmax(k_t'.q_t/sqrt(key size))` over
/// `t' <= t`. Returns the weights, `length` rows of growing length.
#[inline(always)]
pub(super) fn forward(
    length: usize,
    [queries, keys, values]: [Columns<'_>; 3],
    mut out: ColumnsMut<'_>,
) -> Vec<f64> {
    let mut weights = Vec::with_capacity(length * (length + 1) / 2);
    let scale = 1.0 / (queries.size as f64).sqrt();
    for t in 0..length {
        let (query, out, start) = (queries.column(t), out.column(t), weights.len());
        weights.extend((0..=t).map(|earlier| scale * dot(keys.column(earlier), query)));
        let row = &mut weights[start..];
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.iter_mut().for_each(|score| *score = (*score - largest).exp());
        let total: f64 = row.iter().sum();
        for (earlier, weight) in row.iter_mut().enumerate() {
            *weight /= total;
            add_scaled(*weight, values.column(earlier), out);
        }
    }
    weights
}

/// Adds the gradients of `sum_t g_t.o_t`; `weights` are those of [`forward`].
///
/// # Formula
/// `d/d score_{t t'} = a_{t t'} (v_t'.g_t - sum_u a_{t u} v_u.g_t)`.
#[inline(always)]
pub(super) fn backward(
    length: usize,
    [queries, keys, values]: [Columns<'_>; 3],
    weights: &[f64],
    cotangents: Columns<'_>,
    [mut query_slopes, mut key_slopes, mut value_slopes]: [ColumnsMut<'_>; 3],
) {
    let scale = 1.0 / (queries.size as f64).sqrt();
    let mut slopes = vec![0.0; length];
    for t in 0..length {
        let (query, cotangent) = (queries.column(t), cotangents.column(t));
        let row = &weights[t * (t + 1) / 2..][..=t];
        for (earlier, slope) in slopes[..=t].iter_mut().enumerate() {
            *slope = dot(values.column(earlier), cotangent);
        }
        let mean = dot(row, &slopes[..=t]);
        for (earlier, (&weight, &slope)) in row.iter().zip(&slopes).enumerate() {
            let slope = scale * weight * (slope - mean);
            add_scaled(weight, cotangent, value_slopes.column(earlier));
            add_scaled(slope, query, key_slopes.column(earlier));
            add_scaled(slope, keys.column(earlier), query_slopes.column(t));
        }
    }
}
