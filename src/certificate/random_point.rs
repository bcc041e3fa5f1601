//! Random points of the field at which a certificate is checked.

use super::evaluation::Point;
use super::field::{Number, PRIME};
use super::format::{Certificate, Expectation};
use super::matrix::Matrix;
use crate::claim::{ClaimFile, Letter, LetterKind, Space};
use num_traits::Zero;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The smallest dimension of a space: a trace identity of matrices of this size has a degree that
/// is larger.
const SMALLEST: usize = 7;

/// The largest dimension.
const LARGEST: usize = 24;

/// Random numbers that depend on the whole certificate, so that none can be made for them.
pub(super) fn generator(certificate: &Certificate, number: u64) -> ChaCha8Rng {
    let text = serde_json::to_string(certificate).expect("plain data: this is a bug");
    let mut generator = ChaCha8Rng::from_seed(Sha256::digest(text.as_bytes()).into());
    generator.set_stream(number);
    generator
}

/// Random values of all sizes and letters.
pub(super) fn point(
    file: &ClaimFile,
    certificate: &Certificate,
    number: u64,
    random: &mut ChaCha8Rng,
) -> Point {
    let mut point = Point::default();
    // One of the points has dimensions above the longest product of letters.
    let longest = certificate.expectations.iter().map(longest).max().unwrap_or(0);
    let first = match number {
        0 => (longest + 1).clamp(SMALLEST, LARGEST),
        _ => SMALLEST + number as usize,
    };
    for (index, size) in file.sizes.iter().enumerate() {
        let dimension = first + index;
        point.dimensions.insert(size.clone(), dimension);
        point.sizes.insert(size.clone(), Number::residue(dimension as u64));
    }
    for letter in &file.letters {
        let mut value = letter_value(letter, &point, random);
        if let LetterKind::Matrix(attributes) = &letter.kind
            && attributes.positive_definite
        {
            let square = value.times(&value).expect("square: this is a bug");
            point.roots.push((square.clone(), value));
            value = square;
        }
        point.letters.insert(letter.name.clone(), value);
    }
    point
}

fn longest(log: &Expectation) -> usize {
    let words = |state: &Vec<Vec<usize>>| state.iter().map(Vec::len).sum();
    log.states.iter().map(words).max().unwrap_or(0)
}

pub(super) fn entry(random: &mut ChaCha8Rng) -> Number {
    Number::residue(random.random_range(1..PRIME))
}

/// Puts a diagonal matrix in the place of one with its diagonal, and of its root.
pub(super) fn make_diagonal(at: &mut Point, name: &str) {
    let Some(value) = at.letters.get_mut(name) else { return };
    let diagonal = |of: &Matrix| {
        let entry = |i, j| if i == j { of.entry(i, i) } else { Number::zero() };
        Matrix::from_fn(of.rows, of.columns, entry)
    };
    let root = at.roots.iter_mut().find(|(square, _)| square == value);
    match root {
        None => *value = diagonal(value),
        Some((square, root)) => {
            *root = diagonal(root);
            *square = root.times(root).expect("square: this is a bug");
            *value = square.clone();
        }
    }
}

fn letter_value(letter: &Letter, at: &Point, random: &mut ChaCha8Rng) -> Matrix {
    let side = |space: &Space| match space {
        Space::One => 1,
        Space::Size(name) => at.dimensions[name],
    };
    let (rows, columns) = (side(&letter.shape.rows), side(&letter.shape.columns));
    if letter.kind == LetterKind::Ones {
        return Matrix::from_fn(rows, columns, |_, _| Number::residue(1));
    }
    let value = Matrix::from_fn(rows, columns, |_, _| entry(random));
    match letter.is_symmetric() {
        true => value.plus(&value.transpose(), Number::residue(1)).expect("square: this is a bug"),
        false => value,
    }
}
