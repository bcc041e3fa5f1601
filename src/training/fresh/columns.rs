//! Two columns of the Bartlett factor, in a basis that starts with the two vectors that matter.

use super::context::{Applied, Context};
use crate::data::{Lane, Machine, Normals};

/// Draws what `S a` and `S b` need, `S` being the sum of `z z'` over N independent `z ~ N(0, I)`:
/// 2 d normals, beside the roots `k1`, `k2` of chi-squares with N and N - 1 degrees of freedom.
///
/// # Formula
/// With `a^ = a/|a|`, `e = b - (b'a^) a^`, `e^ = e/|e|` and `z1`, `z2 ~ N(0, I)`, the first two
/// columns of the Bartlett factor in a basis that starts with `a^`, `e^` are
/// ```text
/// l1 = z1 + (k1 - z1'a^) a^
/// l2 = z2 - (z2'a^) a^ + (k2 - z2'e^) e^
/// ```
/// and since the other columns are orthogonal to `a` and `b`,
/// ```text
/// S a = |a| k1 l1
/// S b = (b'a^) k1 l1 + |e| [(l1'e^) l1 + k2 l2]
/// ```
/// It holds for N < d, for N = 1 with `k2 = 0`, and where `a` or `e` vanishes with 0 for its unit
/// vector. Afterwards `b` is overwritten by `e`.
///
/// # Source
/// Bartlett's decomposition and the invariance of the Wishart law under rotations.
#[inline(always)]
pub(super) fn draw<M: Machine>(
    m: M,
    context: &Context,
    chis: &[Lane],
    source: &mut Normals,
    out: &mut Applied,
) {
    let d = context.dimension;
    source.normals(m, &mut out.normals[..2 * d]);
    let (first, second) = out.normals[..2 * d].split_at(d);
    // Of one length: no index is checked in the loops.
    let (a, b, with_a, with_b) =
        (&out.a[..d], &mut out.b[..d], &mut out.with_a[..d], &mut out.with_b[..d]);
    let zero = m.splat(0.0);
    let (mut aa, mut ab, mut z1a, mut z2a) = (zero, zero, zero, zero);
    for i in 0..d {
        let (a, b) = (m.load(&a[i]), m.load(&b[i]));
        aa = m.mul_add(a, a, aa);
        ab = m.mul_add(a, b, ab);
        z1a = m.mul_add(m.load(&first[i]), a, z1a);
        z2a = m.mul_add(m.load(&second[i]), a, z2a);
    }
    let (length_a, inverse_a) = length(m, aa);
    // z1'a^, z2'a^, b'a^ and b'a^/|a|.
    let (z1a, z2a, ab) = (m.mul(z1a, inverse_a), m.mul(z2a, inverse_a), m.mul(ab, inverse_a));
    let minus_ratio = m.sub(zero, m.mul(ab, inverse_a));
    let (mut ee, mut z1e, mut z2e) = (zero, zero, zero);
    for i in 0..d {
        let e = m.mul_add(minus_ratio, m.load(&a[i]), m.load(&b[i]));
        m.store(e, &mut b[i]);
        ee = m.mul_add(e, e, ee);
        z1e = m.mul_add(m.load(&first[i]), e, z1e);
        z2e = m.mul_add(m.load(&second[i]), e, z2e);
    }
    let (length_e, inverse_e) = length(m, ee);
    let (z1e, z2e) = (m.mul(z1e, inverse_e), m.mul(z2e, inverse_e));
    let (k1, k2) = (m.load(&chis[0]), m.load(&chis[1]));

    // S a = scale_a l1 and S b = scale_1 l1 + scale_2 l2, with l1 = z1 + along_1 a and
    // l2 = z2 + along_2 a + along_e e.
    let scale_a = m.mul(length_a, k1);
    let scale_1 = m.mul_add(ab, k1, m.mul(length_e, z1e));
    let scale_2 = m.mul(length_e, k2);
    let along_1 = m.mul(m.sub(k1, z1a), inverse_a);
    let along_2 = m.mul(m.sub(zero, z2a), inverse_a);
    let along_e = m.mul(m.sub(k2, z2e), inverse_e);
    for i in 0..d {
        let (a, e) = (m.load(&a[i]), m.load(&b[i]));
        let l1 = m.mul_add(along_1, a, m.load(&first[i]));
        let l2 = m.mul_add(along_2, a, m.mul_add(along_e, e, m.load(&second[i])));
        m.store(m.mul(scale_a, l1), &mut with_a[i]);
        m.store(m.mul_add(scale_1, l1, m.mul(scale_2, l2)), &mut with_b[i]);
    }
    out.surplus_a = Lane::default();
    out.surplus_b = Lane::default();
}

/// The root of a square and its inverse; 0 for the inverse of 0.
#[inline(always)]
fn length<M: Machine>(m: M, square: M::Float) -> (M::Float, M::Float) {
    let root = m.sqrt(square);
    let tiny = m.splat(f64::MIN_POSITIVE);
    // root/(square + tiny) is 1/root to rounding wherever the square is not negligible itself.
    (root, m.div(root, m.add(square, tiny)))
}
