//! The columns of one attention head of one sequence, and arithmetic on them.

use faer::Mat;

/// `size` rows from `row` on, columns from `start` on: one head of one sequence.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    pub(super) matrix: &'a Mat<f64>,
    pub(super) start: usize,
    pub(super) row: usize,
    pub(super) size: usize,
}

impl<'a> Columns<'a> {
    #[inline(always)]
    pub(super) fn column(&self, index: usize) -> &'a [f64] {
        &self.matrix.col_as_slice(self.start + index)[self.row..][..self.size]
    }
}

/// The same, to write to.
pub(super) struct ColumnsMut<'a> {
    pub(super) matrix: &'a mut Mat<f64>,
    pub(super) start: usize,
    pub(super) row: usize,
    pub(super) size: usize,
}

impl ColumnsMut<'_> {
    #[inline(always)]
    pub(super) fn column(&mut self, index: usize) -> &mut [f64] {
        &mut self.matrix.col_as_slice_mut(self.start + index)[self.row..][..self.size]
    }
}

/// `x'y`, in eight running sums.
#[inline(always)]
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    let (heads, tails) = (x.chunks_exact(8), y.chunks_exact(8));
    let rest: f64 = heads.remainder().iter().zip(tails.remainder()).map(|(x, y)| x * y).sum();
    let mut sums = [0.0; 8];
    for (x, y) in heads.zip(tails) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h)) + rest
}

/// `y += a x`.
#[inline(always)]
pub(super) fn add_scaled(a: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}
