//! Streams of random numbers, one for each unit of work.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use sha2::{Digest, Sha256};

/// The generator of one unit of work: its key is the SHA-256 of the seed and the identities of the
/// work (each with its length, so that no two lists collide), `unit` selects one of the 2^64
/// independent streams of that key.
pub(crate) fn generator(seed: u64, identities: &[&str], unit: u64) -> ChaCha8Rng {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    for identity in identities {
        hash.update((identity.len() as u64).to_le_bytes());
        hash.update(identity.as_bytes());
    }
    let mut generator = ChaCha8Rng::from_seed(hash.finalize().into());
    generator.set_stream(unit);
    generator
}

/// Overwrites every entry with an independent standard normal.
pub(crate) fn fill_with_normals(entries: &mut [f64], generator: &mut ChaCha8Rng) {
    for entry in entries {
        *entry = StandardNormal.sample(generator);
    }
}

/// So many independent standard normals.
pub fn standard_normals(count: usize, generator: &mut ChaCha8Rng) -> Vec<f64> {
    let mut entries = vec![0.0; count];
    fill_with_normals(&mut entries, generator);
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn streams_depend_on_seed_identities_and_unit() {
        let first = |seed, identities: &[&str], unit| generator(seed, identities, unit).next_u64();
        let reference = first(1, &["loss", "d=2"], 0);
        assert_eq!(first(1, &["loss", "d=2"], 0), reference);
        assert_ne!(first(2, &["loss", "d=2"], 0), reference);
        assert_ne!(first(1, &["loss", "d=3"], 0), reference);
        assert_ne!(first(1, &["lossd", "=2"], 0), reference);
        assert_ne!(first(1, &["loss", "d=2"], 1), reference);
    }

    #[test]
    fn the_first_eight_moments_of_the_normals_are_right() {
        const COUNT: usize = 1 << 18;
        let mut entries = vec![0.0; COUNT];
        fill_with_normals(&mut entries, &mut generator(7, &["moments"], 0));
        // E z^k = (k-1)!! for even k; the variance of z^k is (2k-1)!! - (E z^k)^2.
        let double_factorial = |n: i32| (1..=n).rev().step_by(2).map(f64::from).product::<f64>();
        for k in 1..=8 {
            let mean = entries.iter().map(|z| z.powi(k)).sum::<f64>() / COUNT as f64;
            let expected = if k % 2 == 0 { double_factorial(k - 1) } else { 0.0 };
            let deviation = (double_factorial(2 * k - 1) - expected * expected).sqrt();
            let error = (mean - expected) / (deviation / (COUNT as f64).sqrt());
            assert!(error.abs() < 5.0, "moment {k}: {mean} against {expected}");
        }
    }
}
