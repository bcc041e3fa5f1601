//! Numbers as reports print them.

/// Four significant digits, without a long row of zeros: `0.4706`, `1.2e-7`, `12000`.
pub(super) fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() || value.abs() > 1e300 {
        return if value.is_nan() { "undefined" } else { "unbounded" }.to_owned();
    }
    let exponent = value.abs().log10().floor();
    if !(-4.0..6.0).contains(&exponent) {
        let text = format!("{value:.2e}");
        let (digits, power) = text.split_once('e').expect("an exponent was asked for");
        return format!("{}e{power}", without_zeros(digits));
    }
    let decimals = (3.0 - exponent).max(0.0) as usize;
    without_zeros(&format!("{value:.decimals$}")).to_owned()
}

/// A fraction in percent, with at most two decimals unless it is smaller: `1.34%`, `4.6e-7%`.
pub(super) fn percent(value: f64) -> String {
    let rounded = (value * 1e4).round() / 100.0;
    let shown = if rounded == 0.0 { value * 100.0 } else { rounded };
    format!("{}%", short(shown))
}

fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_are_enough_and_zeros_are_dropped() {
        assert_eq!(short(0.470_588_2), "0.4706");
        assert_eq!(short(-1.5), "-1.5");
        assert_eq!(short(120_000.0), "120000");
        assert_eq!(short(100.0), "100");
        assert_eq!(short(1.234e-9), "1.23e-9");
        assert_eq!(short(f64::MAX), "unbounded");
    }

    #[test]
    fn percentages_keep_two_decimals_at_most() {
        assert_eq!(percent(0.01), "1%");
        assert_eq!(percent(0.013_44), "1.34%");
        assert_eq!(percent(4.6e-9), "4.6e-7%");
    }
}
