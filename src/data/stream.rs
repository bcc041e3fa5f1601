//! Streams of random numbers, one for each unit of work.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
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
}
