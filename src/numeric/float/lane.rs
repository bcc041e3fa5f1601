//! Kernels on lanes: every number is eight independent samples side by side.

/// Samples that are evaluated together.
pub(crate) const LANES: usize = 8;

/// One entry of a matrix in eight samples.
pub(crate) type Lane = [f64; LANES];

/// A matrix whose entries are read as lanes.
pub(super) trait Source: Copy {
    fn at(&self, row: usize, column: usize) -> Lane;
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

    pub(super) fn transposed(self) -> Self {
        Self { row_stride: self.column_stride, column_stride: self.row_stride }
    }

    pub(super) fn index(self, row: usize, column: usize) -> usize {
        row * self.row_stride + column * self.column_stride
    }
}

/// The same value in every sample.
#[derive(Clone, Copy)]
pub(super) struct Fixed<'a>(pub(super) &'a [f64], pub(super) Layout);

impl Source for Fixed<'_> {
    #[inline(always)]
    fn at(&self, row: usize, column: usize) -> Lane {
        [self.0[self.1.index(row, column)]; LANES]
    }
}

/// A value of each sample.
#[derive(Clone, Copy)]
pub(super) struct Sampled<'a>(pub(super) &'a [Lane], pub(super) Layout);

impl Source for Sampled<'_> {
    #[inline(always)]
    fn at(&self, row: usize, column: usize) -> Lane {
        self.0[self.1.index(row, column)]
    }
}

#[inline(always)]
pub(super) fn map(a: Lane, function: impl Fn(f64) -> f64) -> Lane {
    a.map(function)
}

#[inline(always)]
pub(super) fn zip(a: Lane, b: Lane, function: impl Fn(f64, f64) -> f64) -> Lane {
    std::array::from_fn(|lane| function(a[lane], b[lane]))
}

#[inline(always)]
fn add_product(sum: &mut Lane, a: Lane, b: Lane) {
    for lane in 0..LANES {
        sum[lane] += a[lane] * b[lane];
    }
}

/// out = a + b, row by row.
pub(super) fn add(a: impl Source, b: impl Source, columns: usize, out: &mut [Lane]) {
    for (row, out) in out.chunks_exact_mut(columns).enumerate() {
        for (column, out) in out.iter_mut().enumerate() {
            *out = zip(a.at(row, column), b.at(row, column), |x, y| x + y);
        }
    }
}

/// out = s a.
pub(super) fn scale(s: impl Source, a: impl Source, columns: usize, out: &mut [Lane]) {
    let factor = s.at(0, 0);
    for (row, out) in out.chunks_exact_mut(columns).enumerate() {
        for (column, out) in out.iter_mut().enumerate() {
            *out = zip(factor, a.at(row, column), |x, y| x * y);
        }
    }
}

/// out = a b, where a has `inner` columns.
pub(super) fn product(
    a: impl Source,
    b: impl Source,
    inner: usize,
    columns: usize,
    out: &mut [Lane],
) {
    for (row, out) in out.chunks_exact_mut(columns).enumerate() {
        for (column, out) in out.iter_mut().enumerate() {
            *out = dot(a, b, inner, row, column);
        }
    }
}

/// out = a a', each pair of entries once.
pub(super) fn gram(a: impl Source, b: impl Source, inner: usize, size: usize, out: &mut [Lane]) {
    for row in 0..size {
        for column in 0..=row {
            let value = dot(a, b, inner, row, column);
            out[row * size + column] = value;
            out[column * size + row] = value;
        }
    }
}

#[inline(always)]
fn dot(a: impl Source, b: impl Source, inner: usize, row: usize, column: usize) -> Lane {
    let mut sum = [0.0; LANES];
    for index in 0..inner {
        add_product(&mut sum, a.at(row, index), b.at(index, column));
    }
    sum
}

/// <a, b> of matrices with `rows` x `columns` entries.
pub(super) fn inner(a: impl Source, b: impl Source, rows: usize, columns: usize) -> Lane {
    let mut sum = [0.0; LANES];
    for row in 0..rows {
        for column in 0..columns {
            add_product(&mut sum, a.at(row, column), b.at(row, column));
        }
    }
    sum
}

/// tr(a) of a `size` x `size` matrix.
pub(super) fn trace(a: impl Source, size: usize) -> Lane {
    let mut sum = [0.0; LANES];
    for index in 0..size {
        sum = zip(sum, a.at(index, index), |x, y| x + y);
    }
    sum
}
