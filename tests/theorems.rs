//! One test for each claim and control of the theorem library. An undecided one is shown as
//! ignored, with the reason.

fn main() {
    isserlis::library_harness();
}
