//! Functions whose values are not rational: fractional powers and the numeric functions.

use super::definite::{is_symmetric, largest_eigenvalue, smallest_eigenvalue, square_root};
use super::environment::Environment;
use super::error::ExactError;
use super::evaluation::{Evaluator, cubed, describe};
use super::interval::Interval;
use super::matrix::Matrix;
use super::number::Number;
use super::polynomial::Polynomial;
use crate::claim::{Expr, NumericFunction};
use dashu_int::IBig;
use dashu_ratio::RBig;
use std::cmp::Ordering;
use std::rc::Rc;

/// The largest numerator or denominator of a fractional exponent.
const LARGEST_EXPONENT: i64 = 1000;

impl Evaluator<'_> {
    /// base^(p/q): of a scalar, or of a positive definite matrix with q = 2.
    pub(super) fn fractional_power(
        &mut self,
        base: &Expr,
        exponent: &RBig,
        environment: &Environment,
    ) -> Result<Rc<Matrix>, ExactError> {
        let value = self.value(base, environment, None)?;
        let what = describe(base);
        let small =
            |part: &IBig| i64::try_from(part).ok().filter(|part| part.abs() <= LARGEST_EXPONENT);
        let denominator = IBig::from(exponent.denominator().clone());
        let (Some(p), Some(q)) = (small(exponent.numerator()), small(&denominator)) else {
            let what = format!("the power {exponent} of {what}");
            return Err(ExactError::TooLarge {
                what,
                needed: u64::MAX,
                allowed: LARGEST_EXPONENT as u64,
            });
        };
        if base.shape.rows == crate::claim::Space::One {
            let power = fraction_of_scalar(&value.entries[0], p, q as usize, &what)?;
            return Ok(Rc::new(Matrix::scalar(power)));
        }
        if q != 2 {
            return Err(ExactError::Unsupported { what: format!("a matrix to the {exponent}") });
        }
        let Some(numbers) = value.numbers() else {
            let what = format!("the derivative of a square root of {what}");
            return Err(ExactError::Unsupported { what });
        };
        let size = value.rows;
        self.meter.pay(cubed(size).saturating_mul(10), "the square root of a matrix")?;
        if !is_symmetric(size, &numbers) {
            let what = format!("{what} is not symmetric");
            return Err(ExactError::NotAdmissible { what });
        }
        let root = Matrix::from_numbers(size, size, square_root(size, &numbers, &what)?);
        let factor = if p < 0 { root.inverse(&what)? } else { root };
        let mut power = factor.clone();
        for _ in 1..p.abs() {
            self.meter.store(power.cost_of_product(&factor), "the power of a matrix")?;
            power = power.multiply(&factor);
        }
        Ok(Rc::new(power))
    }
}

/// The root of a squared norm.
pub(super) fn root_of_square(square: &Matrix) -> Result<Matrix, ExactError> {
    let power = fraction_of_scalar(&square.entries[0], 1, 2, "a squared norm")?;
    Ok(Matrix::scalar(power))
}

/// The value of a numeric function.
pub(super) fn numeric(
    function: NumericFunction,
    arguments: &[Rc<Matrix>],
) -> Result<Matrix, ExactError> {
    let first = &arguments[0];
    let scalar = &first.entries[0];
    let value = match function {
        NumericFunction::SquareRoot => fraction_of_scalar(scalar, 1, 2, "the operand of `sqrt`")?,
        NumericFunction::Exponential => {
            let (constant, _) = scalar.split_constant();
            let exponential = exponential(&constant);
            let mut coefficient = exponential;
            taylor(scalar, "the operand of `exp`", |order| {
                if order > 0 {
                    coefficient = coefficient.multiply(&ratio(1, i64::from(order)));
                }
                Ok(coefficient.clone())
            })?
        }
        NumericFunction::Logarithm => {
            let (constant, _) = scalar.split_constant();
            let logarithm = logarithm(&constant)?;
            let inverse = invert(&constant, "the operand of `log`")?;
            taylor(scalar, "the operand of `log`", |order| match i64::from(order) {
                0 => Ok(logarithm.clone()),
                k => {
                    let sign = if k % 2 == 1 { 1 } else { -1 };
                    Ok(inverse.power(order).multiply(&ratio(sign, k)))
                }
            })?
        }
        NumericFunction::Minimum | NumericFunction::Maximum => {
            let numbers = arguments
                .iter()
                .map(|argument| constant(&argument.entries[0], "`min` and `max`"))
                .collect::<Result<Vec<_>, _>>()?;
            let smaller = function == NumericFunction::Minimum;
            Polynomial::constant(extreme(&numbers[0], &numbers[1], smaller))
        }
        NumericFunction::OperatorNorm => {
            let gram = first.transpose().multiply(first);
            let numbers = numbers(&gram)?;
            let square = largest_eigenvalue(gram.rows, &numbers)?;
            let root = match square.root(2) {
                Some(root) => root,
                // An enclosure that reaches below 0: the norm itself does not.
                None => Number::enclosed(Interval::new(0.0, square.interval().upper.max(0.0)))
                    .root(2)
                    .ok_or_else(|| ExactError::Undecided { what: "`opnorm`".to_owned() })?,
            };
            Polynomial::constant(root)
        }
        NumericFunction::SmallestEigenvalue | NumericFunction::LargestEigenvalue => {
            let numbers = numbers(first)?;
            if !is_symmetric(first.rows, &numbers) {
                let what = "an eigenvalue of a matrix that is not symmetric".to_owned();
                return Err(ExactError::Unsupported { what });
            }
            Polynomial::constant(if function == NumericFunction::SmallestEigenvalue {
                smallest_eigenvalue(first.rows, &numbers)?
            } else {
                largest_eigenvalue(first.rows, &numbers)?
            })
        }
    };
    Ok(Matrix::scalar(value))
}

/// x^(p/q) = sum over k of binom(p/q, k) c^(p/q - k) n^k for x = c + n, n nilpotent.
fn fraction_of_scalar(
    x: &Polynomial,
    p: i64,
    q: usize,
    what: &str,
) -> Result<Polynomial, ExactError> {
    let (constant, rest) = x.split_constant();
    let outside =
        |property: &str| ExactError::NotAdmissible { what: format!("{what} is {property}") };
    if constant.is_zero() {
        return if p > 0 && rest.is_zero() { Ok(Polynomial::zero()) } else { Err(outside("0")) };
    }
    let root = constant.root(q).ok_or_else(|| match constant.sign() {
        Some(Ordering::Less) => outside("negative"),
        _ => ExactError::Undecided { what: format!("whether {what} is positive") },
    })?;
    let magnitude = root.power(p.unsigned_abs() as u32);
    let power = if p < 0 { invert(&magnitude, what)? } else { magnitude };
    let mut binomial = Number::ONE;
    taylor(x, what, |order| {
        let k = i64::from(order);
        if k > 0 {
            let q = q as i64;
            binomial = binomial.multiply(&ratio(p - (k - 1) * q, q * k));
        }
        let lower = if k == 0 { Number::ONE } else { invert(&constant, what)?.power(order) };
        Ok(binomial.multiply(&power).multiply(&lower))
    })
}

/// The sum of coefficient(k) n^k where x = c + n; n is nilpotent, so the sum ends.
fn taylor(
    x: &Polynomial,
    what: &str,
    mut coefficient: impl FnMut(u32) -> Result<Number, ExactError>,
) -> Result<Polynomial, ExactError> {
    if x.free_variable().is_some() {
        return Err(ExactError::Unsupported { what: format!("a function of {what}") });
    }
    let (_, step) = x.split_constant();
    let mut sum = Polynomial::constant(coefficient(0)?);
    let mut power = step.clone();
    let mut order = 1;
    while !power.is_zero() {
        sum = sum.add(&power.scale(&coefficient(order)?));
        power = power.multiply(&step);
        order += 1;
    }
    Ok(sum)
}

fn ratio(numerator: i64, denominator: i64) -> Number {
    let denominator = Number::from(denominator);
    let Some(inverse) = denominator.invert() else {
        unreachable!("the denominator is not 0, this is a bug");
    };
    Number::from(numerator).multiply(&inverse)
}

fn invert(number: &Number, what: &str) -> Result<Number, ExactError> {
    number.invert().ok_or_else(|| {
        if number.is_zero() {
            ExactError::NotAdmissible { what: format!("{what} is 0") }
        } else {
            ExactError::Undecided { what: format!("whether {what} is 0") }
        }
    })
}

fn constant(value: &Polynomial, what: &str) -> Result<Number, ExactError> {
    let derivative = || ExactError::Unsupported { what: format!("the derivative of {what}") };
    value.as_constant().ok_or_else(derivative)
}

fn numbers(matrix: &Matrix) -> Result<Vec<Number>, ExactError> {
    let what = "the derivative of an eigenvalue".to_owned();
    matrix.numbers().ok_or(ExactError::Unsupported { what })
}

fn extreme(a: &Number, b: &Number, smaller: bool) -> Number {
    match a.compare(b) {
        Some(order) => {
            if (order == Ordering::Less) == smaller {
                a.clone()
            } else {
                b.clone()
            }
        }
        None if smaller => Number::enclosed(a.interval().minimum(b.interval())),
        None => Number::enclosed(a.interval().maximum(b.interval())),
    }
}

fn exponential(x: &Number) -> Number {
    match x.exact() {
        Some(exact) if exact.is_zero() => Number::ONE,
        Some(exact) => Number::enclosed(Interval::exponential(&exact)),
        None => Number::enclosed(x.interval().monotone(Interval::exponential)),
    }
}

fn logarithm(x: &Number) -> Result<Number, ExactError> {
    match (x.sign(), x.exact()) {
        (Some(Ordering::Greater), Some(exact)) if exact.is_one() => Ok(Number::ZERO),
        (Some(Ordering::Greater), Some(exact)) => Ok(Number::enclosed(Interval::logarithm(&exact))),
        (Some(Ordering::Greater), None) => {
            Ok(Number::enclosed(x.interval().monotone(Interval::logarithm)))
        }
        (None, _) => Err(ExactError::Undecided {
            what: "whether the operand of `log` is positive".to_owned(),
        }),
        _ => {
            let what = "the operand of `log` is not positive".to_owned();
            Err(ExactError::NotAdmissible { what })
        }
    }
}
