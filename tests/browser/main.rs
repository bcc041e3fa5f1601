//! The report in a real browser: no request, no error, no dead link, readable on a phone, in the
//! dark and with the keyboard alone. Without a browser on the machine every trial is ignored.

#[cfg(unix)]
mod devtools;
#[cfg(unix)]
mod pages;
#[cfg(unix)]
mod trials;

fn main() {
    #[cfg(unix)]
    trials::run();
    #[cfg(not(unix))]
    eprintln!("SKIPPED: the browser is driven through pipes that only Unix has");
}
