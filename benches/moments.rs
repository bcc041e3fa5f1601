//! Exact expectations by coordinate expansion: the cost of one exact value at one instance.

use divan::{Bencher, black_box};
use isserlis::claim::ClaimFile;
use isserlis::numeric::{Budget, check, evaluate_exactly, instances};

const LOSS: &str = include_str!("../tests/claims/01_zfb_loss.claim");

fn main() {
    divan::main();
}

fn file() -> ClaimFile {
    ClaimFile::parse("01_zfb_loss", LOSS).expect("the example has no mistakes")
}

/// `E tr(S^k)` at the generic instance of the default grid with d = N = 2.
#[divan::bench(args = [1, 2, 3, 4])]
fn mean_of_a_power_of_the_sample_covariance(bencher: Bencher, power: u32) {
    let file = file();
    let expression = file.expression(&format!("E[tr(S^{power})]")).expect("an expression");
    let at = instances(&file, &file.claims[0], 1).expect("a grid");
    let at = at.last().expect("an instance");
    bencher.bench(|| evaluate_exactly(black_box(&expression), at, &Budget::default()));
}

/// All lines of an example file on their grids: parsing apart, what `isserlis check` does with
/// them in exact arithmetic.
#[divan::bench]
fn every_line_of_the_loss_example(bencher: Bencher) {
    let file = file();
    bencher.bench(|| {
        for claim in &file.claims {
            for at in instances(&file, claim, 1).expect("a grid") {
                black_box(check(&file, claim, &at, &Budget::default()));
            }
        }
    });
}

/// From text to typed tree, shape checks included.
#[divan::bench]
fn parsing_the_loss_example() -> ClaimFile {
    ClaimFile::parse("01_zfb_loss", black_box(LOSS)).expect("the example has no mistakes")
}
