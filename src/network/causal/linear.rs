//! Causal linear attention of one head.

use super::head::{Columns, ColumnsMut, add_scaled, dot};

/// `o_t = sum_{t' <= t} v_t' (k_t'.q_t)`, the token itself included; no root of the key size.
#[inline(always)]
pub(super) fn forward(
    length: usize,
    [queries, keys, values]: [Columns<'_>; 3],
    mut out: ColumnsMut<'_>,
) {
    for t in 0..length {
        let (query, out) = (queries.column(t), out.column(t));
        for earlier in 0..=t {
            add_scaled(dot(keys.column(earlier), query), values.column(earlier), out);
        }
    }
}

/// Adds the gradients of `sum_t g_t.o_t` with respect to queries, keys and values.
#[inline(always)]
pub(super) fn backward(
    length: usize,
    [queries, keys, values]: [Columns<'_>; 3],
    cotangents: Columns<'_>,
    [mut query_slopes, mut key_slopes, mut value_slopes]: [ColumnsMut<'_>; 3],
) {
    for t in 0..length {
        let (query, cotangent) = (queries.column(t), cotangents.column(t));
        for earlier in 0..=t {
            let (key, value) = (keys.column(earlier), values.column(earlier));
            let (score, slope) = (dot(key, query), dot(value, cotangent));
            add_scaled(score, cotangent, value_slopes.column(earlier));
            add_scaled(slope, query, key_slopes.column(earlier));
            add_scaled(slope, key, query_slopes.column(t));
        }
    }
}
