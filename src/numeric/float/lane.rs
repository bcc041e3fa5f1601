//! Kernels on lanes: every number is eight independent samples side by side.

use crate::data::{Lane, Machine};

/// Rows and columns of a product that are computed at once: sixteen sums stay in registers.
const TILE: usize = 4;

/// A matrix whose entries are read as lanes.
pub(super) trait Source: Copy {
    fn at<M: Machine>(self, m: M, row: usize, column: usize) -> M::Float;

    /// The transpose.
    fn turned(self) -> Self;
}

/// How the entries of a matrix lie in a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) row_stride: usize,
    pub(super) column_stride: usize,
}

impl Layout {
    pub(super) fn row_major(columns: usize) -> Self {
        Self { row_stride: columns, column_stride: 1 }
    }

    #[inline(always)]
    pub(super) fn transposed(self) -> Self {
        Self { row_stride: self.column_stride, column_stride: self.row_stride }
    }

    #[inline(always)]
    pub(super) fn index(self, row: usize, column: usize) -> usize {
        row * self.row_stride + column * self.column_stride
    }
}

/// The same value in every sample.
#[derive(Clone, Copy)]
pub(super) struct Fixed<'a>(pub(super) &'a [f64], pub(super) Layout);

impl Source for Fixed<'_> {
    #[inline(always)]
    fn at<M: Machine>(self, m: M, row: usize, column: usize) -> M::Float {
        m.splat(self.0[self.1.index(row, column)])
    }
    #[inline(always)]
    fn turned(self) -> Self {
        Self(self.0, self.1.transposed())
    }
}

/// A value of each sample.
#[derive(Clone, Copy)]
pub(super) struct Sampled<'a>(pub(super) &'a [Lane], pub(super) Layout);

impl Source for Sampled<'_> {
    #[inline(always)]
    fn at<M: Machine>(self, m: M, row: usize, column: usize) -> M::Float {
        m.load(&self.0[self.1.index(row, column)])
    }
    #[inline(always)]
    fn turned(self) -> Self {
        Self(self.0, self.1.transposed())
    }
}

/// A scalar function, sample by sample.
pub(super) fn map(a: Lane, function: impl Fn(f64) -> f64) -> Lane {
    Lane(a.0.map(function))
}

/// A function of two scalars, sample by sample.
pub(super) fn zip(a: Lane, b: Lane, function: impl Fn(f64, f64) -> f64) -> Lane {
    Lane(std::array::from_fn(|lane| function(a.0[lane], b.0[lane])))
}

/// out = a + b, row by row.
#[inline(always)]
pub(super) fn add<M: Machine>(
    m: M,
    a: impl Source,
    b: impl Source,
    columns: usize,
    out: &mut [Lane],
) {
    for (row, out) in out.chunks_exact_mut(columns).enumerate() {
        for (column, out) in out.iter_mut().enumerate() {
            m.store(m.add(a.at(m, row, column), b.at(m, row, column)), out);
        }
    }
}

/// out += a.
#[inline(always)]
pub(super) fn accumulate<M: Machine>(m: M, a: impl Source, columns: usize, out: &mut [Lane]) {
    for (row, out) in out.chunks_exact_mut(columns).enumerate() {
        for (column, out) in out.iter_mut().enumerate() {
            m.store(m.add(m.load(out), a.at(m, row, column)), out);
        }
    }
}

/// out = s a.
#[inline(always)]
pub(super) fn scale<M: Machine>(
    m: M,
    s: impl Source,
    a: impl Source,
    columns: usize,
    out: &mut [Lane],
) {
    let factor = s.at(m, 0, 0);
    for (row, out) in out.chunks_exact_mut(columns).enumerate() {
        for (column, out) in out.iter_mut().enumerate() {
            m.store(m.mul(factor, a.at(m, row, column)), out);
        }
    }
}

/// out = a b, where a has `inner` columns.
#[inline(always)]
pub(super) fn product<M: Machine>(
    m: M,
    factors: (impl Source, impl Source),
    inner: usize,
    columns: usize,
    out: &mut [Lane],
) {
    tiles::<M, false>(m, m.splat(1.0), factors, inner, columns, out);
}

/// out += s a b.
#[inline(always)]
pub(super) fn add_product<M: Machine>(
    m: M,
    s: M::Float,
    factors: (impl Source, impl Source),
    inner: usize,
    columns: usize,
    out: &mut [Lane],
) {
    tiles::<M, true>(m, s, factors, inner, columns, out);
}

#[inline(always)]
fn tiles<M: Machine, const ADD: bool>(
    m: M,
    s: M::Float,
    factors: (impl Source, impl Source),
    inner: usize,
    columns: usize,
    out: &mut [Lane],
) {
    let rows = out.len() / columns;
    let mut row = 0;
    while row < rows {
        let tall = row + TILE <= rows;
        let mut column = 0;
        while column < columns {
            let wide = column + TILE <= columns;
            let at = (row, column);
            match (tall, wide) {
                (true, true) => tile::<M, TILE, TILE, ADD>(m, s, factors, inner, at, columns, out),
                (true, false) => tile::<M, TILE, 1, ADD>(m, s, factors, inner, at, columns, out),
                (false, true) => tile::<M, 1, TILE, ADD>(m, s, factors, inner, at, columns, out),
                (false, false) => tile::<M, 1, 1, ADD>(m, s, factors, inner, at, columns, out),
            }
            column += if wide { TILE } else { 1 };
        }
        row += if tall { TILE } else { 1 };
    }
}

/// out = a a' of `size` rows, its lower half computed and copied.
#[inline(always)]
pub(super) fn gram<M: Machine>(m: M, a: impl Source, inner: usize, size: usize, out: &mut [Lane]) {
    let (factors, one) = ((a, a.turned()), m.splat(1.0));
    let mut row = 0;
    while row < size {
        let tall = row + TILE <= size;
        let height = if tall { TILE } else { 1 };
        let mut column = 0;
        while column < row + height {
            let at = (row, column);
            if tall {
                // The rows are a multiple of four before this one.
                tile::<M, TILE, TILE, false>(m, one, factors, inner, at, size, out);
                column += TILE;
            } else {
                tile::<M, 1, 1, false>(m, one, factors, inner, at, size, out);
                column += 1;
            }
        }
        row += height;
    }
    for row in 0..size {
        for column in 0..row {
            out[column * size + row] = out[row * size + column];
        }
    }
}

/// `R` x `C` entries of a product from one on.
#[inline(always)]
fn tile<M: Machine, const R: usize, const C: usize, const ADD: bool>(
    m: M,
    s: M::Float,
    (a, b): (impl Source, impl Source),
    inner: usize,
    (row, column): (usize, usize),
    columns: usize,
    out: &mut [Lane],
) {
    let mut sums = [[m.splat(0.0); C]; R];
    for index in 0..inner {
        let mut right = [m.splat(0.0); C];
        for (c, entry) in right.iter_mut().enumerate() {
            *entry = b.at(m, index, column + c);
        }
        for (r, sums) in sums.iter_mut().enumerate() {
            let left = a.at(m, row + r, index);
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum = m.mul_add(left, right, *sum);
            }
        }
    }
    for (r, sums) in sums.into_iter().enumerate() {
        let out = &mut out[(row + r) * columns + column..][..C];
        for (out, sum) in out.iter_mut().zip(sums) {
            let value = if ADD { m.mul_add(s, sum, m.load(out)) } else { sum };
            m.store(value, out);
        }
    }
}

/// <a, b> of matrices with `rows` x `columns` entries.
#[inline(always)]
pub(super) fn inner<M: Machine>(
    m: M,
    a: impl Source,
    b: impl Source,
    rows: usize,
    columns: usize,
) -> Lane {
    // Along the longer side, in four sums: one would wait for itself.
    let (a, b, lines, length) = match columns < rows {
        true => (a.turned(), b.turned(), columns, rows),
        false => (a, b, rows, columns),
    };
    let mut sums = [m.splat(0.0); TILE];
    for line in 0..lines {
        let mut place = 0;
        while place + TILE <= length {
            for (t, sum) in sums.iter_mut().enumerate() {
                let (x, y) = (a.at(m, line, place + t), b.at(m, line, place + t));
                *sum = m.mul_add(x, y, *sum);
            }
            place += TILE;
        }
        while place < length {
            sums[0] = m.mul_add(a.at(m, line, place), b.at(m, line, place), sums[0]);
            place += 1;
        }
    }
    let [first, second, third, fourth] = sums;
    let mut lane = Lane::default();
    m.store(m.add(m.add(first, second), m.add(third, fourth)), &mut lane);
    lane
}

/// tr(a) of a `size` x `size` matrix.
#[inline(always)]
pub(super) fn trace<M: Machine>(m: M, a: impl Source, size: usize) -> Lane {
    let mut sum = m.splat(0.0);
    for index in 0..size {
        sum = m.add(sum, a.at(m, index, index));
    }
    let mut lane = Lane::default();
    m.store(sum, &mut lane);
    lane
}
