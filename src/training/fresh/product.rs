//! Products of small matrices with many prompts side by side.

use crate::data::{LANES, Lane, Machine};

/// Rows of a matrix that are multiplied at once.
const ROWS: usize = 4;

/// Overwrites `packed` with the entries of a matrix that is given column by column, as
/// [`multiply`] reads them: of four rows the first column, the second, ..., then of the next four;
/// in the end the rows that are left, one by one.
pub(super) fn pack(matrix: &[f64], rows: usize, packed: &mut [f64]) {
    let columns = matrix.len() / rows;
    let whole = rows / ROWS * ROWS;
    let (tiles, rest) = packed.split_at_mut(whole * columns);
    for (tile, row) in tiles.chunks_exact_mut(ROWS * columns).zip((0..).step_by(ROWS)) {
        for (to, column) in tile.chunks_exact_mut(ROWS).zip(matrix.chunks_exact(rows)) {
            to.copy_from_slice(&column[row..row + ROWS]);
        }
    }
    for (to, row) in rest.chunks_exact_mut(columns).zip(whole..) {
        to.iter_mut().zip(matrix.chunks_exact(rows)).for_each(|(to, column)| *to = column[row]);
    }
}

/// `out_g = matrix x_g` for every group `g` of eight prompts: `packed` is a [packed](pack) matrix of
/// `rows` x `columns`; `x` has `columns` and `out` has `rows` lanes a group. The number of groups is
/// even.
#[inline(always)]
pub(super) fn multiply<M: Machine>(
    m: M,
    packed: &[f64],
    (rows, columns): (usize, usize),
    x: &[Lane],
    out: &mut [Lane],
) {
    let pairs = x.chunks_exact(2 * columns).zip(out.chunks_exact_mut(2 * rows));
    for (x, out) in pairs {
        let mut row = 0;
        while row + ROWS <= rows {
            let tile = &packed[row * columns..(row + ROWS) * columns];
            multiply_tile::<M, ROWS>(m, tile, (rows, row), x, out);
            row += ROWS;
        }
        while row < rows {
            let tile = &packed[row * columns..(row + 1) * columns];
            multiply_tile::<M, 1>(m, tile, (rows, row), x, out);
            row += 1;
        }
    }
}

/// `R` rows of [`multiply`] for two groups.
#[inline(always)]
fn multiply_tile<M: Machine, const R: usize>(
    m: M,
    tile: &[f64],
    (rows, row): (usize, usize),
    x: &[Lane],
    out: &mut [Lane],
) {
    let (first, second) = x.split_at(x.len() / 2);
    let mut sums = [[m.splat(0.0); 2]; R];
    for ((column, x), y) in tile.chunks_exact(R).zip(first).zip(second) {
        let (x, y) = (m.load(x), m.load(y));
        for r in 0..R {
            let entry = m.splat(column[r]);
            sums[r] = [m.mul_add(entry, x, sums[r][0]), m.mul_add(entry, y, sums[r][1])];
        }
    }
    for r in 0..R {
        m.store(sums[r][0], &mut out[row + r]);
        m.store(sums[r][1], &mut out[rows + row + r]);
    }
}

/// `out_j = sum over all prompts of f x_j`, where a prompt has `width` lanes of features `f` and the
/// entry `x_j` of its query; `out` has `width` lanes for each of the `columns` entries.
///
/// Features lie prompt by prompt, so that rows of the sum are side by side and no sum runs across
/// lanes; queries lie in groups of eight prompts, as everywhere else. Prompts are added in order.
#[inline(always)]
pub(super) fn sum_of_outer_products<M: Machine>(
    m: M,
    features: &[Lane],
    width: usize,
    queries: &[Lane],
    columns: usize,
    out: &mut [Lane],
) {
    let mut lane = 0;
    while lane < width {
        let two = lane + 2 <= width;
        let mut column = 0;
        while column < columns {
            let count = (columns - column).min(5);
            let place = (lane, column);
            macro_rules! tile {
                ($lanes:literal, $columns:literal) => {
                    outer_tile::<M, $lanes, $columns>(
                        m, features, width, queries, columns, place, out,
                    )
                };
            }
            match (two, count) {
                (true, 5) => tile!(2, 5),
                (true, 4) => tile!(2, 4),
                (true, 3) => tile!(2, 3),
                (true, 2) => tile!(2, 2),
                (true, _) => tile!(2, 1),
                (false, 5) => tile!(1, 5),
                (false, 4) => tile!(1, 4),
                (false, 3) => tile!(1, 3),
                (false, 2) => tile!(1, 2),
                (false, _) => tile!(1, 1),
            }
            column += count;
        }
        lane += if two { 2 } else { 1 };
    }
}

/// `V` lanes of `C` columns of [`sum_of_outer_products`].
#[inline(always)]
fn outer_tile<M: Machine, const V: usize, const C: usize>(
    m: M,
    features: &[Lane],
    width: usize,
    queries: &[Lane],
    columns: usize,
    (lane, column): (usize, usize),
    out: &mut [Lane],
) {
    let mut sums = [[m.splat(0.0); V]; C];
    let groups = features.chunks_exact(LANES * width).zip(queries.chunks_exact(columns));
    for (features, query) in groups {
        let query = &query[column..column + C];
        for (prompt, features) in features.chunks_exact(width).enumerate() {
            let features = &features[lane..lane + V];
            for c in 0..C {
                let x = m.splat(query[c].0[prompt % LANES]);
                for v in 0..V {
                    sums[c][v] = m.mul_add(m.load(&features[v]), x, sums[c][v]);
                }
            }
        }
    }
    for c in 0..C {
        for v in 0..V {
            m.store(sums[c][v], &mut out[(column + c) * width + lane + v]);
        }
    }
}
