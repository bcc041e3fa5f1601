//! One test for each line of every claim file.

fn main() {
    isserlis::harness("claims");
}
