//! The exact population loss and its gradient where the covariance is diagonal, in O(d^2).

use crate::data::{LANES, Lane, Machine, Work, dispatch};

/// The loss of [`PopulationLoss`](super::PopulationLoss) in the eigenbasis of the covariance.
#[derive(Clone, Debug)]
pub(super) struct SpectralLoss {
    dimension: usize,
    /// Lanes of d numbers, padded with zeros.
    width: usize,
    context_length: f64,
    /// `t + v`: trace of the covariance and variance of the noise.
    trace: f64,
    /// `(t + v)^2 + 2 tr L^2`.
    fourth: f64,
    /// The eigenvalues `l_i`.
    eigenvalues: Vec<Lane>,
    /// The eigenvalues `g_i l_i` of `G L`.
    second: Vec<Lane>,
}

/// Vectors of d numbers that an evaluation needs, one after another: the names say what they hold,
/// in the letters of [`PopulationLoss`](super::PopulationLoss), with `x` for `L q`, `y` for `L p`.
const VECTORS: usize = 21;

impl SpectralLoss {
    pub(super) fn new(eigenvalues: &[f64], context_length: f64, noise: f64) -> Self {
        let (n, trace) = (context_length, eigenvalues.iter().sum::<f64>() + noise);
        let second = |l: &f64| (1.0 + 1.0 / n) * l * l + trace / n * l;
        let square: f64 = eigenvalues.iter().map(|l| l * l).sum();
        Self {
            dimension: eigenvalues.len(),
            width: eigenvalues.len().div_ceil(LANES),
            context_length,
            trace,
            fourth: trace * trace + 2.0 * square,
            eigenvalues: packed(eigenvalues.iter().copied(), eigenvalues.len()),
            second: packed(eigenvalues.iter().map(second), eigenvalues.len()),
        }
    }

    /// The loss at `point`, in the order of the active weights; overwrites `gradient`, if any.
    pub(super) fn evaluate(&self, point: &[f64], gradient: Option<&mut [f64]>) -> f64 {
        dispatch(Evaluation { loss: self, point, gradient })
    }
}

/// Numbers in lanes, the last one padded with zeros.
fn packed(numbers: impl Iterator<Item = f64>, count: usize) -> Vec<Lane> {
    let mut lanes = vec![Lane::default(); count.div_ceil(LANES)];
    numbers.enumerate().for_each(|(i, x)| lanes[i / LANES].0[i % LANES] = x);
    lanes
}

struct Evaluation<'a> {
    loss: &'a SpectralLoss,
    point: &'a [f64],
    gradient: Option<&'a mut [f64]>,
}

impl Work for Evaluation<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<M: Machine>(self, m: M) -> f64 {
        let SpectralLoss { dimension: d, width, context_length: n, trace: t, fourth, .. } =
            *self.loss;
        let (lambda, sigma) = (&self.loss.eigenvalues[..], &self.loss.second[..]);
        let s = self.point[d];
        let mut buffer = vec![Lane::default(); (2 * d + VECTORS) * width];
        let (columns, vectors) = buffer.split_at_mut(2 * d * width);
        let (columns, rows) = columns.split_at_mut(d * width);
        let mut vectors = vectors.chunks_exact_mut(width);
        let mut next = || vectors.next().expect("a vector is counted: this is a bug");

        // A by columns and by rows, p and q.
        let (p, q) = (next(), next());
        write(p, self.point[..d].iter().copied());
        for (j, column) in self.point[d + 1..].chunks_exact(d + 1).enumerate() {
            write(&mut columns[j * width..(j + 1) * width], column[..d].iter().copied());
            for (i, &entry) in column[..d].iter().enumerate() {
                rows[i * width + j / LANES].0[j % LANES] = entry;
            }
            q[j / LANES].0[j % LANES] = column[d];
        }

        // y = L p, x = L q, r = (t + v) L p + (2/N) L^2 p, w = G L p.
        let (y, x, r, w) = (next(), next(), next(), next());
        for k in 0..width {
            let (l, at_p) = (m.load(&lambda[k]), m.load(&p[k]));
            let lp = m.mul(l, at_p);
            m.store(lp, &mut y[k]);
            m.store(m.mul(l, m.load(&q[k])), &mut x[k]);
            let scale = m.mul_add(m.splat(2.0 / n), l, m.splat(t));
            m.store(m.mul(scale, lp), &mut r[k]);
            m.store(m.mul(m.load(&sigma[k]), at_p), &mut w[k]);
        }

        // A x, A'x, A y, A'y, A'w, A'r; sums of squares of the rows of A and of products with A',
        // weighted by L.
        let (ax, atx, ay, aty, atw, atr) = (next(), next(), next(), next(), next(), next());
        let (squares, products) = (next(), next());
        for k in 0..width {
            let zero = m.splat(0.0);
            let mut sums = [zero; 8];
            for j in 0..d {
                let (a, at) = (m.load(&columns[j * width + k]), m.load(&rows[j * width + k]));
                let (place, lane) = (j / LANES, j % LANES);
                let (at_x, at_y) = (m.splat(x[place].0[lane]), m.splat(y[place].0[lane]));
                let weighted = m.mul(a, m.splat(lambda[place].0[lane]));
                sums = [
                    m.mul_add(a, at_x, sums[0]),
                    m.mul_add(at, at_x, sums[1]),
                    m.mul_add(a, at_y, sums[2]),
                    m.mul_add(at, at_y, sums[3]),
                    m.mul_add(at, m.splat(w[place].0[lane]), sums[4]),
                    m.mul_add(at, m.splat(r[place].0[lane]), sums[5]),
                    m.mul_add(weighted, a, sums[6]),
                    m.mul_add(weighted, at, sums[7]),
                ];
            }
            m.store(sums[0], &mut ax[k]);
            m.store(sums[1], &mut atx[k]);
            m.store(sums[2], &mut ay[k]);
            m.store(sums[3], &mut aty[k]);
            m.store(sums[4], &mut atw[k]);
            m.store(sums[5], &mut atr[k]);
            m.store(sums[6], &mut squares[k]);
            m.store(sums[7], &mut products[k]);
        }

        // v = A'y, z = (A y + A'y)/2, L v, L z, and the mean of A x and A'x.
        let (z, lv, lz, yx) = (next(), next(), next(), next());
        let half = m.splat(0.5);
        for k in 0..width {
            let (l, v) = (m.load(&lambda[k]), m.load(&aty[k]));
            let mean = m.mul(half, m.add(m.load(&ay[k]), v));
            m.store(mean, &mut z[k]);
            m.store(m.mul(l, v), &mut lv[k]);
            m.store(m.mul(l, mean), &mut lz[k]);
            m.store(m.mul(half, m.add(m.load(&ax[k]), m.load(&atx[k]))), &mut yx[k]);
        }

        let (pp, qq, c) = (dot(m, p, y), dot(m, q, x), dot(m, y, q));
        let (h, k, big_m, g) = (dot(m, y, z), dot(m, z, lz), dot(m, aty, lz), dot(m, z, x));
        let (wp, wax, rax) = (dot(m, w, p), dot(m, w, ax), dot(m, r, ax));
        let (alal, cross, weighted) =
            (dot(m, lambda, squares), dot(m, lambda, products), dot(m, sigma, squares));
        let yy = f64::midpoint(alal, cross);
        let (mut tau, mut tau_2, mut lplq) = (0.0, 0.0, 0.0);
        for i in 0..d {
            let (place, lane) = (i / LANES, i % LANES);
            let (l, a) = (lambda[place].0[lane], self.point[(d + 1) * (i + 1) + i]);
            tau += l * a;
            tau_2 += l * l * a;
            lplq += y[place].0[lane] * x[place].0[lane];
        }

        let odd = s * s * weighted + 2.0 * s * wax + wp * qq - 2.0 * (s * tau_2 + lplq) + t;
        let e11 = (1.0 + 1.0 / n) * dot(m, aty, lv) + pp * alal / n;
        let e22 = (pp * (tau * tau + 2.0 * yy) + 4.0 * tau * h + 8.0 * k) / (n * n);
        let e33 = s * s * (1.0 + 2.0 / n) * qq * fourth;
        let e12 = (h * tau + 2.0 * big_m) / n;
        let e13 = s * rax;
        let e23 = s * t / n * (c * tau + 2.0 * g);
        let value = (odd + e11 + e22 + e33 + 2.0 * (e12 + e13 + e23)) / 2.0;
        let Some(gradient) = self.gradient else { return value };

        // Derivatives of 2 loss, halved in the end. By A, entry (i, j):
        // l_j (u_i A_ij + f l_i A_ji) + y_i a_j + b_i y_j + (2 s r + 2 s w)_i x_j + [i = j] e_i.
        let (scale, nn) = (2.0 * t / n, n * n);
        let f = 2.0 * pp / nn;
        let by_y = [2.0 + 4.0 / n, 4.0 * tau / nn + 2.0 * tau / n, 8.0 / nn + 4.0 / n, s * scale];
        let diagonal = (2.0 * pp * tau + 4.0 * h) / nn + 2.0 * h / n + s * scale * c;
        let (alv, atlv, alz, atlz) = (next(), products, next(), squares);
        for k in 0..width {
            let l = m.load(&lambda[k]);
            let (at_lv, at_lz) = (m.load(&lv[k]), m.load(&lz[k]));
            let (at_x, at_y) = (m.load(&x[k]), m.load(&y[k]));
            let row = m.mul_add(
                m.splat(2.0 * s * s),
                m.load(&sigma[k]),
                m.mul(m.splat(2.0 * pp / n + f), l),
            );
            let row_of_transpose = m.mul(m.splat(f), l);
            let with_y = m.mul_add(
                m.splat(8.0 / nn),
                at_lz,
                m.mul_add(m.splat(2.0 / n), at_lv, m.mul(m.splat(s * scale), at_x)),
            );
            let with_x = m.mul(m.splat(2.0 * s), m.add(m.load(&r[k]), m.load(&w[k])));
            let zero = m.splat(0.0);
            let mut sums = [zero; 4];
            for j in 0..d {
                let (a, at) = (m.load(&columns[j * width + k]), m.load(&rows[j * width + k]));
                let (place, lane) = (j / LANES, j % LANES);
                let (v, z) = (lv[place].0[lane], lz[place].0[lane]);
                let (x, y) = (x[place].0[lane], y[place].0[lane]);
                let (at_v, at_z) = (m.splat(v), m.splat(z));
                sums = [
                    m.mul_add(a, at_v, sums[0]),
                    m.mul_add(at, at_v, sums[1]),
                    m.mul_add(a, at_z, sums[2]),
                    m.mul_add(at, at_z, sums[3]),
                ];
                let along = by_y[0] * v + by_y[1] * y + by_y[2] * z + by_y[3] * x;
                let scaled = m.mul_add(row, a, m.mul(row_of_transpose, at));
                let mut entry = m.mul(m.splat(lambda[place].0[lane]), scaled);
                entry = m.mul_add(at_y, m.splat(along), entry);
                entry = m.mul_add(with_y, m.splat(y), entry);
                entry = m.mul_add(with_x, m.splat(x), entry);
                // The rows are read for the last time in this lane and become the gradient.
                m.store(m.mul(half, entry), &mut rows[j * width + k]);
            }
            m.store(sums[0], &mut alv[k]);
            m.store(sums[1], &mut atlv[k]);
            m.store(sums[2], &mut alz[k]);
            m.store(sums[3], &mut atlz[k]);
        }

        let (by_p, by_q) = (next(), z);
        for k in 0..width {
            let (l, sig) = (m.load(&lambda[k]), m.load(&sigma[k]));
            let (at_p, at_q, at_x, at_y) =
                (m.load(&p[k]), m.load(&q[k]), m.load(&x[k]), m.load(&y[k]));
            let (at_lz, at_ax) = (m.load(&lz[k]), m.load(&ax[k]));
            // odd: 2 (w q'Lq + s sigma A x - L x), e13: 2 s ((t + v) + (2/N) L) L A x.
            let ax_factor = m.mul_add(
                m.mul(m.splat(2.0 * s), l),
                m.mul_add(m.splat(2.0 / n), l, m.splat(t)),
                m.mul(m.splat(2.0 * s), sig),
            );
            let mut sum = m.mul(ax_factor, at_ax);
            sum = m.mul_add(m.splat(2.0 * qq), m.mul(sig, at_p), sum);
            sum = m.mul_add(m.splat(-2.0), m.mul(l, at_x), sum);
            // What is multiplied by L: e11, e22, 2 e12, 2 e23.
            let means = m.mul_add(
                m.splat(8.0 / nn),
                m.add(m.load(&alz[k]), m.load(&atlz[k])),
                m.mul(m.splat(4.0 / n), m.load(&alz[k])),
            );
            let mut inner = m.mul_add(m.splat(2.0 + 4.0 / n), m.load(&alv[k]), means);
            inner = m.mul_add(m.splat(2.0 / n), m.load(&atlv[k]), inner);
            inner = m.mul_add(m.splat(2.0 * s * scale), m.load(&yx[k]), inner);
            sum = m.mul_add(l, inner, sum);
            let factor = 2.0 * alal / n + 2.0 * (tau * tau + 2.0 * yy) / nn;
            sum = m.mul_add(m.splat(factor), at_y, sum);
            sum = m.mul_add(m.splat(8.0 * tau / nn + 4.0 * tau / n), at_lz, sum);
            sum = m.mul_add(m.splat(s * scale * tau), at_x, sum);
            m.store(m.mul(half, sum), &mut by_p[k]);

            // odd: 2 L (s A'w + (w'p) q) - 2 L y, e33, 2 e13: 2 s L A'r, 2 e23.
            let mut sum = m.mul(m.splat(2.0 * s), m.add(m.load(&atw[k]), m.load(&atr[k])));
            sum = m.mul_add(m.splat(2.0 * wp + 2.0 * s * s * (1.0 + 2.0 / n) * fourth), at_q, sum);
            sum = m.mul(l, m.sub(sum, m.mul(m.splat(2.0), at_y)));
            sum = m.mul_add(m.splat(s * scale * tau), at_y, sum);
            sum = m.mul_add(m.splat(2.0 * s * scale), at_lz, sum);
            m.store(m.mul(half, sum), &mut by_q[k]);
        }
        let by_s = 2.0 * (s * weighted + wax - tau_2)
            + 2.0 * s * (1.0 + 2.0 / n) * qq * fourth
            + 2.0 * rax
            + scale * (c * tau + 2.0 * g);

        read(by_p, &mut gradient[..d]);
        gradient[d] = by_s / 2.0;
        for (j, column) in gradient[d + 1..].chunks_exact_mut(d + 1).enumerate() {
            read(&rows[j * width..(j + 1) * width], &mut column[..d]);
            let (place, lane) = (j / LANES, j % LANES);
            let l = lambda[place].0[lane];
            column[j] += (diagonal - 2.0 * s * l) * l / 2.0;
            column[d] = by_q[place].0[lane];
        }
        value
    }
}

/// Writes numbers to lanes.
#[inline(always)]
fn write(lanes: &mut [Lane], numbers: impl Iterator<Item = f64>) {
    for (i, number) in numbers.enumerate() {
        lanes[i / LANES].0[i % LANES] = number;
    }
}

/// Reads numbers from lanes.
#[inline(always)]
fn read(lanes: &[Lane], numbers: &mut [f64]) {
    for (numbers, lane) in numbers.chunks_mut(LANES).zip(lanes) {
        let count = numbers.len();
        numbers.copy_from_slice(&lane.0[..count]);
    }
}

#[inline(always)]
fn dot<M: Machine>(m: M, a: &[Lane], b: &[Lane]) -> f64 {
    let mut sum = m.splat(0.0);
    for (a, b) in a.iter().zip(b) {
        sum = m.mul_add(m.load(a), m.load(b), sum);
    }
    let mut lane = Lane::default();
    m.store(sum, &mut lane);
    let [a, b, c, d, e, f, g, h] = lane.0;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
