//! The full Bartlett factor of the Gram matrix of a context.

use super::context::{Applied, Context, Surplus};
use super::raw::{TILE, add_tile, clear};
use crate::data::{Lane, Machine, Normals};

/// The number of columns of the factor: the roots of chi-squares that it needs.
pub(super) fn columns(context: &Context) -> usize {
    context.dimension.min(context.length)
}

/// Draws the columns of the factor, in tiles as [`raw`](super::raw) draws examples, and adds them in
/// the same way; the normals of a tile column after column.
///
/// # Formula
/// The sum `S` of `z z'` over N independent `z ~ N(0, I)` has the law of `L L'`, where `L` (d x
/// min(N, d)) is zero above its diagonal, `L_kk^2` is chi-square with N - k degrees of freedom
/// (k = 0, 1, ...), and the entries below are standard normal, all independent.
///
/// # Source
/// Bartlett, "On the theory of statistical regression", Proceedings of the Royal Society of
/// Edinburgh 53 (1933). It holds for N < d too: the triangular factor of the QR decomposition of X'
/// has N rows then.
#[inline(always)]
pub(super) fn draw<M: Machine>(
    m: M,
    context: &Context,
    chis: &[Lane],
    source: &mut Normals,
    out: &mut Applied,
) {
    clear(out);
    let count = columns(context);
    let mut first = 0;
    while first < count {
        if first + TILE <= count {
            draw_tile::<M, TILE>(m, context.dimension, first, chis, source, out);
            first += TILE;
        } else {
            draw_tile::<M, 1>(m, context.dimension, first, chis, source, out);
            first += 1;
        }
    }
}

#[inline(always)]
fn draw_tile<M: Machine, const T: usize>(
    m: M,
    dimension: usize,
    first: usize,
    chis: &[Lane],
    source: &mut Normals,
    out: &mut Applied,
) {
    let (columns, drawn) = out.normals.split_at_mut(T * dimension);
    let count = (first..first + T).map(|k| dimension - k - 1).sum::<usize>();
    source.normals(m, &mut drawn[..count]);
    let mut rest = &drawn[..count];
    for (diagonal, column) in (first..).zip(columns.chunks_exact_mut(dimension)) {
        let (below, others) = rest.split_at(dimension - diagonal - 1);
        column[first..diagonal].fill(Lane::default());
        column[diagonal] = chis[diagonal];
        column[diagonal + 1..].copy_from_slice(below);
        rest = others;
    }
    add_tile::<M, T>(m, first, dimension, &Surplus::None, out);
}
