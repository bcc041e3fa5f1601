//! Moments of traces of powers of a Haar orthogonal matrix.

/// `E tr(W^k_1) tr(W^k_2) ...` for at most three powers of a Haar matrix of O(d), an integer;
/// `W^-k` is the transpose of `W^k`.
///
/// # Formula
/// The eigenvalues of a component of O(d) are fixed ones and `exp(+-i theta_j)`, `j <= n`, so that
/// `tr W^k = c(k) + sum_j 2 cos(k theta_j)`. The angles are a determinantal process with the
/// projection `P` on the first `n` functions of an orthonormal basis of [0, pi]. With `F_k` for the
/// multiplication by `2 cos(k theta)` in that basis the cumulants of the sums are
/// ```text
/// k1 = tr PFP,  k2 = tr PFGP - tr PFPGP,
/// k3 = tr PFGHP - tr PFPGHP - tr PGPFHP - tr PHPFGP + tr PFPGPHP + tr PFPHPGP.
/// ```
///
/// | component | n | c(k) | basis |
/// |---|---|---|---|
/// | SO(d), d odd | (d-1)/2 | 1 | sin((j-1/2) theta), j >= 1 |
/// | SO(d), d even | d/2 | 0 | 1, cos(j theta), j >= 1 |
/// | O-(d), d even | d/2 - 1 | 1 + (-1)^k | sin(j theta), j >= 1 |
///
/// For odd d the other component is `-SO(d)`.
///
/// # Source
/// Katz and Sarnak, "Random matrices, Frobenius eigenvalues, and monodromy" (1999), for the kernels;
/// Soshnikov, "Determinantal random point fields" (2000), for the cumulants.
///
/// # Panics
/// With more than three powers.
pub fn trace_moment(dimension: usize, powers: &[i64]) -> f64 {
    let factors: Vec<usize> =
        powers.iter().map(|power| power.unsigned_abs() as usize).filter(|&k| k > 0).collect();
    assert!(powers.len() <= 3, "cumulants up to the third");
    // tr W^0 = d.
    let constant = (dimension as f64).powi((powers.len() - factors.len()) as i32);
    let odd = factors.iter().sum::<usize>() % 2 == 1;
    let mean = match (dimension % 2 == 1, odd) {
        (true, true) => 0.0,
        (true, false) => component(Component::OddRotations, dimension, &factors),
        (false, _) => {
            let both = [Component::EvenRotations, Component::EvenReflections];
            both.map(|part| component(part, dimension, &factors)).iter().sum::<f64>() / 2.0
        }
    };
    // An integer: the number of certain matchings of the powers.
    constant * mean.round()
}

#[derive(Clone, Copy)]
enum Component {
    OddRotations,
    EvenRotations,
    EvenReflections,
}

impl Component {
    /// `n`.
    fn angles(self, dimension: usize) -> usize {
        match self {
            Self::OddRotations => (dimension - 1) / 2,
            Self::EvenRotations => dimension / 2,
            Self::EvenReflections => dimension / 2 - 1,
        }
    }

    /// `c(k)`.
    fn fixed(self, power: usize) -> f64 {
        match self {
            Self::OddRotations => 1.0,
            Self::EvenRotations => 0.0,
            Self::EvenReflections => 1.0 + if power.is_multiple_of(2) { 1.0 } else { -1.0 },
        }
    }

    /// The two basis functions, counted from 0, and coefficients of `2 cos(k theta)` times basis
    /// function `index`.
    fn multiply(self, power: usize, index: usize) -> [(usize, f64); 2] {
        let up = (index + power, 1.0);
        let (j, k) = (index, power);
        match self {
            // sin((m - 1/2) theta) = -sin((1 - m - 1/2) theta).
            Self::OddRotations if j >= k => [up, (j - k, 1.0)],
            Self::OddRotations => [up, (k - j - 1, -1.0)],
            // The constant has another norm than the cosines.
            Self::EvenRotations if j == 0 => [(k, 2.0_f64.sqrt()), (0, 0.0)],
            Self::EvenRotations if j == k => [up, (0, 2.0_f64.sqrt())],
            Self::EvenRotations => [up, (j.abs_diff(k), 1.0)],
            // Function `index` is sin((index + 1) theta).
            Self::EvenReflections if j >= k => [up, (j - k, 1.0)],
            Self::EvenReflections if j + 1 == k => [up, (0, 0.0)],
            Self::EvenReflections => [up, (k - j - 2, -1.0)],
        }
    }
}

/// `E prod tr W^k` over one component, for positive powers.
fn component(part: Component, dimension: usize, powers: &[usize]) -> f64 {
    let angles = part.angles(dimension);
    let rows: Vec<_> = powers.iter().map(|&power| Rows::new(part, power, angles)).collect();
    let means: Vec<f64> =
        rows.iter().zip(powers).map(|(f, &power)| f.trace() + part.fixed(power)).collect();
    match rows.as_slice() {
        [] => 1.0,
        [_] => means[0],
        [f, g] => f.covariance(g) + means[0] * means[1],
        [f, g, h] => {
            f.third_cumulant(g, h)
                + f.covariance(g) * means[2]
                + f.covariance(h) * means[1]
                + g.covariance(h) * means[0]
                + means.iter().product::<f64>()
        }
        _ => unreachable!("at most three powers"),
    }
}

/// `P F`: the first `n` rows of a multiplication, each by its coefficients.
struct Rows {
    part: Component,
    power: usize,
    angles: usize,
    rows: Vec<Vec<f64>>,
}

impl Rows {
    fn new(part: Component, power: usize, angles: usize) -> Self {
        let mut rows = vec![vec![0.0; angles + power + 1]; angles];
        for (index, row) in rows.iter_mut().enumerate() {
            for (column, coefficient) in part.multiply(power, index) {
                row[column] += coefficient;
            }
        }
        Self { part, power, angles, rows }
    }

    /// `tr PFP`.
    fn trace(&self) -> f64 {
        self.rows.iter().enumerate().map(|(index, row)| row[index]).sum()
    }

    /// `tr PFGP - tr PFPGP`: what leaves the first `n` functions and comes back.
    fn covariance(&self, other: &Self) -> f64 {
        let outside = |row: &[f64], back: &[f64]| {
            row.iter().zip(back).skip(self.angles).map(|(x, y)| x * y).sum::<f64>()
        };
        self.rows.iter().zip(&other.rows).map(|(row, back)| outside(row, back)).sum()
    }

    /// The formula of [`trace_moment`].
    fn third_cumulant(&self, g: &Self, h: &Self) -> f64 {
        let inside = |x: &Self, y: &Self, z: &Self| {
            // tr PXPYPZP.
            (0..self.angles)
                .flat_map(|i| (0..self.angles).map(move |j| (i, j)))
                .map(|(i, j)| {
                    let back: f64 = (0..self.angles).map(|k| y.rows[j][k] * z.rows[i][k]).sum();
                    x.rows[i][j] * back
                })
                .sum::<f64>()
        };
        // tr PXYP with X = F P or all of F between: rows of P X through Y back into P.
        let through = |x: &Self, y: &Self, z: &Self, limit: usize| {
            let passed = |row: &[f64]| {
                let mut out = vec![0.0; row.len() + y.power + 1];
                for (index, &entry) in row.iter().enumerate().take(limit) {
                    for (column, coefficient) in y.part.multiply(y.power, index) {
                        out[column] += entry * coefficient;
                    }
                }
                out
            };
            x.rows
                .iter()
                .zip(&z.rows)
                .map(|(row, back)| passed(row).iter().zip(back).map(|(x, y)| x * y).sum::<f64>())
                .sum::<f64>()
        };
        through(self, g, h, usize::MAX)
            - through(self, g, h, self.angles)
            - through(g, self, h, self.angles)
            - through(h, self, g, self.angles)
            + inside(self, g, h)
            + inside(self, h, g)
    }
}
