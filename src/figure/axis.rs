//! An axis: what it measures, its range, and where its ticks stand.

/// An axis over some values.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it measures, with its unit or normalisation; `^{...}` raises, `_{...}` lowers.
    pub label: String,
    /// Logarithmic where it may be: asked of both axes of a figure of rates.
    pub logarithmic: bool,
}

/// A range of values along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) logarithmic: bool,
}

/// A mark along an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    /// None for a small tick in between.
    pub(super) label: Option<String>,
}

/// Positive values that span more than this factor are shown on a logarithmic axis.
const WIDE: f64 = 25.0;

impl Range {
    /// A range that holds all values with some room, logarithmic where they are positive and span a
    /// wide range, or where that is asked for.
    pub(super) fn over(values: &[f64], asked: bool) -> Self {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if low > high {
            return Self { low: 0.0, high: 1.0, logarithmic: false };
        }
        let logarithmic = low > 0.0 && (asked || high > WIDE * low);
        if logarithmic {
            let room = (high / low).powf(0.06).max(1.1);
            return Self { low: low / room, high: high * room, logarithmic };
        }
        // A range that nearly reaches zero may as well show it.
        let low = if low > 0.0 && low < 0.4 * high { 0.0 } else { low };
        let high = if high < 0.0 && high > 0.4 * low { 0.0 } else { high };
        let room = match high - low {
            0.0 if high == 0.0 => 1.0,
            0.0 => 0.1 * high.abs(),
            length => 0.06 * length,
        };
        let below = if low == 0.0 { 0.0 } else { room };
        Self { low: low - below, high: high + room, logarithmic }
    }

    /// Where a value stands: 0 at the low end, 1 at the high end. Values beyond the ends, which have
    /// no place on a logarithmic axis, stand there.
    pub(super) fn place(&self, value: f64) -> f64 {
        let value = value.clamp(self.low, self.high);
        let on = |value: f64| if self.logarithmic { value.ln() } else { value };
        (on(value) - on(self.low)) / (on(self.high) - on(self.low))
    }

    pub(super) fn ticks(&self) -> Vec<Tick> {
        if self.logarithmic { self.powers() } else { self.multiples() }
    }

    /// Multiples of 1, 2 or 5 times a power of ten, about five of them.
    fn multiples(&self) -> Vec<Tick> {
        let rough = (self.high - self.low) / 5.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power);
        let step = step.into_iter().find(|step| *step >= 0.99 * rough).unwrap_or(10.0 * power);
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        let tick = |count: i64| {
            let value = count as f64 * step;
            Tick { value, label: Some(decimal(value, step)) }
        };
        (first..=last).map(tick).collect()
    }

    /// Powers of ten; over less than two of them 1, 2 and 5 times those.
    fn powers(&self) -> Vec<Tick> {
        let decades = (self.high / self.low).log10();
        let first = self.low.log10().floor() as i32;
        let last = self.high.log10().ceil() as i32;
        // Labels every so many powers, at most about six.
        let stride = ((decades / 6.0).ceil() as i32).max(1);
        let mut ticks = Vec::new();
        for power in first..=last {
            for digit in 1..10 {
                let value = f64::from(digit) * 10_f64.powi(power);
                if value < self.low * 0.999_999 || value > self.high * 1.000_001 {
                    continue;
                }
                let labelled = match digit {
                    1 => power.rem_euclid(stride) == 0,
                    2 | 5 => decades < 2.3,
                    _ => decades < 0.5,
                };
                if labelled || stride == 1 {
                    ticks.push(Tick { value, label: labelled.then(|| scientific(digit, power)) });
                }
            }
        }
        ticks
    }
}

/// A multiple of a step, with the decimals that the step has.
fn decimal(value: f64, step: f64) -> String {
    let size = value.abs().max(step);
    if size >= 1e5 || step < 1e-4 {
        if value == 0.0 {
            return "0".to_owned();
        }
        let digits = (value.abs().log10().floor() - step.log10().floor()).max(0.0) as usize;
        let text = format!("{value:.digits$e}");
        let (digits, power) = text.split_once('e').expect("an exponent was asked for");
        return signed(&format!("{digits}\u{b7}10^{{{}}}", signed(power)));
    }
    let decimals = (-step.log10().floor()).max(0.0) as usize;
    signed(&format!("{value:.decimals$}"))
}

/// A digit times a power of ten.
fn scientific(digit: i32, power: i32) -> String {
    if (-3..=4).contains(&power) {
        let value = f64::from(digit) * 10_f64.powi(power);
        return format!("{value:.*}", (-power).max(0) as usize);
    }
    let power = signed(&power.to_string());
    if digit == 1 { format!("10^{{{power}}}") } else { format!("{digit}\u{b7}10^{{{power}}}") }
}

/// With a minus as long as a plus.
fn signed(text: &str) -> String {
    text.replace('-', "\u{2212}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64]) -> Vec<String> {
        let ticks = Range::over(values, false).ticks();
        ticks.into_iter().filter_map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(labels(&[0.0, 1.0]), ["0.0", "0.5", "1.0"]);
        assert_eq!(labels(&[3.0, 48.0]), ["0", "20", "40"]);
        assert_eq!(labels(&[-0.02, 0.03]), ["\u{2212}0.02", "0.00", "0.02"]);
    }

    #[test]
    fn wide_ranges_get_powers_of_ten() {
        assert_eq!(labels(&[0.01, 1.0]), ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"]);
        let powers = [7, 6, 5, 4].map(|power| format!("10^{{\u{2212}{power}}}"));
        assert_eq!(labels(&[1e-7, 1e-4]), powers);
    }

    #[test]
    fn a_single_value_has_a_range_around_it() {
        let range = Range::over(&[2.0], false);
        assert!(range.low < 2.0 && range.high > 2.0);
        assert!((range.place(2.0) - 0.5).abs() < 1e-12);
    }
}
