//! Linear probes: what can be read off the tokens of a network.

use faer::prelude::Solve;
use faer::{Mat, MatRef, Side};

/// A ridge regression without intercept from tokens to a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// Target x token.
    map: Mat<f64>,
}

impl Probe {
    /// The map `T X' (X X' + ridge I)^-1` from the columns of `tokens` (token x n) to those of
    /// `targets` (target x n); the ridge is positive.
    pub fn fit(tokens: MatRef<'_, f64>, targets: MatRef<'_, f64>, ridge: f64) -> Self {
        let size = tokens.nrows();
        let gram = tokens * tokens.transpose() + Mat::<f64>::identity(size, size) * ridge;
        let cross = tokens * targets.transpose();
        let solved = gram.llt(Side::Lower).expect("a positive ridge").solve(&cross);
        Self { map: solved.transpose().to_owned() }
    }

    /// The mean of `|target - map token|^2` over the columns.
    pub fn error(&self, tokens: MatRef<'_, f64>, targets: MatRef<'_, f64>) -> f64 {
        (&self.map * tokens - targets).squared_norm_l2() / targets.ncols() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{fill_with_normals, generator};

    #[test]
    fn a_probe_finds_a_linear_map_and_leaves_its_noise() {
        let mut random = generator(1, &["probe"], 0);
        let mut normals = |rows: usize, columns: usize| {
            let mut entries = vec![0.0; rows * columns];
            fill_with_normals(&mut entries, &mut random);
            Mat::from_fn(rows, columns, |i, j| entries[i + rows * j])
        };
        let map = normals(2, 5);
        let mut data = || {
            let (tokens, noise) = (normals(5, 4_000), normals(2, 4_000));
            let targets = &map * &tokens + noise * 0.1;
            (tokens, targets)
        };
        let (tokens, targets) = data();
        let probe = Probe::fit(tokens.as_ref(), targets.as_ref(), 1e-6);
        let (tokens, targets) = data();
        // Two entries of variance 0.01, and 10 coefficients from 4,000 samples.
        let error = probe.error(tokens.as_ref(), targets.as_ref());
        assert!((error - 0.02).abs() < 0.002, "{error}");
    }
}
