//! Raw prompts: every example of the context is drawn and met once.

use super::context::{Applied, Context, Surplus};
use crate::data::{Lane, Machine, Normals};

/// Examples that are drawn before they are used: their products with `a` and `b` share the loads.
pub(super) const TILE: usize = 4;

/// Draws all examples, in tiles of [`TILE`] and one by one at the end; of each the coordinates in
/// order.
#[inline(always)]
pub(super) fn draw<M: Machine>(m: M, context: &Context, source: &mut Normals, out: &mut Applied) {
    clear(out);
    let rest = context.length % TILE;
    for _ in 0..context.length / TILE {
        draw_tile::<M, TILE>(m, context, source, out);
    }
    for _ in 0..rest {
        draw_tile::<M, 1>(m, context, source, out);
    }
}

#[inline(always)]
fn draw_tile<M: Machine, const T: usize>(
    m: M,
    context: &Context,
    source: &mut Normals,
    out: &mut Applied,
) {
    source.normals(m, &mut out.normals[..T * context.dimension]);
    add_tile::<M, T>(m, 0, context.dimension, &context.surplus, out);
}

/// Sets the sums to zero.
#[inline(always)]
pub(super) fn clear(out: &mut Applied) {
    out.with_a.fill(Lane::default());
    out.with_b.fill(Lane::default());
    out.surplus_a = Lane::default();
    out.surplus_b = Lane::default();
}

/// Adds the `T` columns in `out.normals` to the sums; their entries before `first` count as zero.
#[inline(always)]
pub(super) fn add_tile<M: Machine, const T: usize>(
    m: M,
    first: usize,
    dimension: usize,
    surplus: &Surplus,
    out: &mut Applied,
) {
    let columns: [&[Lane]; T] =
        std::array::from_fn(|t| &out.normals[t * dimension + first..(t + 1) * dimension]);
    let mut alpha = [m.splat(0.0); T];
    let mut beta = [m.splat(0.0); T];
    for (i, (a, b)) in out.a[first..].iter().zip(&out.b[first..]).enumerate() {
        let (a, b) = (m.load(a), m.load(b));
        for t in 0..T {
            let z = m.load(&columns[t][i]);
            alpha[t] = m.mul_add(z, a, alpha[t]);
            beta[t] = m.mul_add(z, b, beta[t]);
        }
    }
    if !matches!(surplus, Surplus::None) {
        let (p0, u0) = (m.splat(out.output_scale), m.load(&out.label_key));
        let (mut with_a, mut with_b) = (m.load(&out.surplus_a), m.load(&out.surplus_b));
        for t in 0..T {
            let extra = surplus.of(m, columns[t]);
            alpha[t] = m.mul_add(p0, extra, alpha[t]);
            beta[t] = m.mul_add(u0, extra, beta[t]);
            with_a = m.mul_add(extra, alpha[t], with_a);
            with_b = m.mul_add(extra, beta[t], with_b);
        }
        m.store(with_a, &mut out.surplus_a);
        m.store(with_b, &mut out.surplus_b);
    }
    let sums = out.with_a[first..].iter_mut().zip(&mut out.with_b[first..]);
    for (i, (with_a, with_b)) in sums.enumerate() {
        let (mut sum_a, mut sum_b) = (m.load(with_a), m.load(with_b));
        for t in 0..T {
            let z = m.load(&columns[t][i]);
            sum_a = m.mul_add(z, alpha[t], sum_a);
            sum_b = m.mul_add(z, beta[t], sum_b);
        }
        m.store(sum_a, with_a);
        m.store(sum_b, with_b);
    }
}
