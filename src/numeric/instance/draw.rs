//! Values of letters at an instance: the simplest ones, and small generic rationals.

use super::RationalMatrix;
use crate::claim::{Letter, LetterKind};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use num_traits::{Signed, pow};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// What the claim asks of a letter's value beyond its declaration.
#[derive(Clone, Copy, Default)]
pub(super) struct Role {
    /// It stands in a covariance.
    pub(super) covariance: bool,
    /// It is the power of this order of a rational value (0 and 1: nothing asked).
    pub(super) root: u32,
    /// It becomes a size.
    pub(super) whole: bool,
}

/// The simplest value: 1, ones, or the identity (cut to shape).
pub(super) fn simplest(rows: usize, columns: usize) -> RationalMatrix {
    RationalMatrix::from_fn(rows, columns, |i, j| {
        if columns == 1 || i == j { RBig::ONE } else { RBig::ZERO }
    })
}

/// A generic value: small rationals, nothing symmetric, commuting or singular unless declared.
pub(super) fn generic(
    letter: &Letter,
    role: Role,
    rows: usize,
    columns: usize,
    stream: &mut ChaCha8Rng,
) -> RationalMatrix {
    let order = role.root.max(1);
    match &letter.kind {
        LetterKind::Scalar { positive } => {
            let value = if role.whole {
                RBig::from(stream.random_range(2..=3_u32))
            } else {
                scalar(stream)
            };
            let keeps_sign = *positive || role.covariance || role.whole || order > 1;
            let value = pow(value, order as usize);
            let negative = !keeps_sign && stream.random_bool(0.5);
            RationalMatrix::scalar(if negative { -value } else { value })
        }
        LetterKind::Matrix(attributes) if attributes.positive_definite => {
            let root = positive_definite(rows, stream);
            (1..order).fold(root.clone(), |power, _| power.multiply(&root))
        }
        LetterKind::Matrix(attributes) if attributes.symmetric && role.covariance => {
            positive_definite(rows, stream)
        }
        LetterKind::Matrix(attributes) if attributes.symmetric => {
            let general = RationalMatrix::from_fn(rows, columns, |_, _| entry(stream));
            let mut value = RationalMatrix::from_fn(rows, columns, |i, j| {
                general.entry(i.max(j), i.min(j)).clone()
            });
            if attributes.invertible || attributes.commuting {
                dominate(&mut value, stream);
            }
            value
        }
        LetterKind::Matrix(attributes) => {
            let mut value = general(rows, columns, stream);
            if attributes.invertible || attributes.commuting {
                dominate(&mut value, stream);
            }
            value
        }
        _ if rows == 1 && columns == 1 => {
            let value = scalar(stream);
            RationalMatrix::scalar(if stream.random_bool(0.5) { -value } else { value })
        }
        _ => general(rows, columns, stream),
    }
}

/// A positive number other than 1, such as 3/2.
fn scalar(stream: &mut ChaCha8Rng) -> RBig {
    const VALUES: [(i64, u64); 8] =
        [(1, 2), (2, 1), (3, 2), (3, 1), (2, 3), (1, 3), (5, 2), (4, 3)];
    let (numerator, denominator) = VALUES[stream.random_range(0..VALUES.len())];
    ratio(numerator, denominator)
}

/// A nonzero entry between -3 and 3.
fn entry(stream: &mut ChaCha8Rng) -> RBig {
    const VALUES: [(i64, u64); 10] =
        [(1, 1), (2, 1), (3, 1), (1, 2), (3, 2), (-1, 1), (-2, 1), (-3, 1), (-1, 2), (-3, 2)];
    let (numerator, denominator) = VALUES[stream.random_range(0..VALUES.len())];
    ratio(numerator, denominator)
}

/// A matrix that is not symmetric where it could be.
fn general(rows: usize, columns: usize, stream: &mut ChaCha8Rng) -> RationalMatrix {
    let mut value = RationalMatrix::from_fn(rows, columns, |_, _| entry(stream));
    if rows == columns && rows > 1 && value.entry(0, 1) == value.entry(1, 0) {
        value.entries[1] += RBig::ONE;
    }
    value
}

/// A symmetric matrix with eigenvalues of at least 1 (Gershgorin), anisotropic, and with enough
/// off the diagonal that two of them do not commute. Entries far off the diagonal are 0, so that
/// a large matrix is still well conditioned.
fn positive_definite(size: usize, stream: &mut ChaCha8Rng) -> RationalMatrix {
    let mut value = RationalMatrix::from_fn(size, size, |_, _| RBig::ZERO);
    for i in 0..size {
        for j in i.saturating_sub(2)..i {
            let sign = if stream.random_bool(0.5) { 1 } else { -1 };
            let off = ratio(sign, if stream.random_bool(0.5) { 1 } else { 2 });
            value.entries[i * size + j] = off.clone();
            value.entries[j * size + i] = off;
        }
    }
    dominate(&mut value, stream);
    value
}

/// Makes the diagonal positive and larger than the rest of its row: no eigenvalue is near 0.
fn dominate(value: &mut RationalMatrix, stream: &mut ChaCha8Rng) {
    let size = value.rows;
    for i in 0..size {
        let others = (0..size).filter(|&j| j != i).map(|j| value.entry(i, j).abs());
        let others = others.fold(RBig::ZERO, |sum, size| sum + size);
        let extra = ratio(stream.random_range(2..=6_i64), 2);
        value.entries[i * size + i] = others + extra;
    }
}

pub(super) fn ratio(numerator: i64, denominator: u64) -> RBig {
    RBig::from_parts(IBig::from(numerator), UBig::from(denominator))
}
