//! One test for a whole file.

#[test]
fn the_second_moment_is_as_claimed() {
    isserlis::check_file!("claims/gram.claim");
}
