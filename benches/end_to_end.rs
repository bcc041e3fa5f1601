//! Whole checks, as `isserlis check` runs them, on all threads.

use isserlis::Settings;
use isserlis::suite::{Origin, library, read, run};
use isserlis::verdict::EvidenceKind;

fn main() {
    divan::main();
}

/// A claim file that is decided in exact arithmetic alone.
#[divan::bench]
fn an_exact_claim_file() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/claims/01_zfb_loss.claim");
    let (subjects, _) = read(&[Origin::Path(path.into())]);
    divan::black_box(run(&subjects, &Settings::default(), &|_| ()));
}

/// The theorem library in exact arithmetic and by gradient flow alone.
#[divan::bench(sample_count = 3)]
fn the_library_without_sampling_and_training(bencher: divan::Bencher) {
    let kinds = [EvidenceKind::Exact, EvidenceKind::Flow];
    let settings = Settings { evidence: Some(kinds.into()), ..Settings::default() };
    let (subjects, _) = library();
    bencher.bench(|| run(&subjects, &settings, &|_| ()));
}

/// The theorem library at quick effort: what the first command of the README does.
#[divan::bench(sample_count = 1)]
fn the_whole_library(bencher: divan::Bencher) {
    let (subjects, _) = library();
    bencher.bench(|| run(&subjects, &Settings::default(), &|_| ()));
}
