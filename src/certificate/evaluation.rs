//! The claim's own text, evaluated at a random point of the field.

use super::field::{Number, PRIME};
use super::format::{DefinitionRow, Expectation, Factor, LetterRow, Term};
use super::matrix::Matrix;
use crate::claim::{Expr, Letter, LetterKind, Node, NumericFunction, Space, Target};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use num_traits::{One, Zero};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The beginning of reasons that say nothing of a certificate: the checker does not know the means.
pub(super) const BEYOND: &str = "beyond the checker: ";

/// Why there is no value where a number is no square: half of all numbers are.
pub(super) const NO_ROOT: &str = "no square";

/// Elements may refer to one another so deep.
const DEEPEST: usize = 32;

/// Why an expression has no value at a point: words for the rejection.
pub(super) type Evaluated<T> = Result<T, String>;

/// Values of sizes and letters.
#[derive(Clone, Debug, Default)]
pub(super) struct Point {
    /// The dimension of each space other than `1`.
    pub(super) dimensions: BTreeMap<Arc<str>, usize>,
    /// Sizes as numbers: their dimensions, or what a substitution puts in.
    pub(super) sizes: BTreeMap<Arc<str>, Number>,
    /// Letters; scalars are 1 x 1.
    pub(super) letters: BTreeMap<Arc<str>, Matrix>,
    /// Positive definite letters with their roots: such a letter is the square of a random matrix.
    pub(super) roots: Vec<(Matrix, Matrix)>,
    /// The marker of the expectation that is looked at.
    pub(super) marker: Option<Matrix>,
}

impl Point {
    fn dimension(&self, space: &Space) -> Evaluated<usize> {
        match space {
            Space::One => Ok(1),
            Space::Size(name) => self.named_dimension(name),
        }
    }

    /// The root of the matrix of a positive definite letter.
    fn matrix_root(&self, of: &Matrix) -> Evaluated<Matrix> {
        let known = self.roots.iter().find(|(square, _)| square == of);
        let known = known.map(|(_, root)| root.clone());
        known.ok_or_else(|| format!("{BEYOND}the root of an element"))
    }

    /// The dimension of the space with this name.
    pub(super) fn named_dimension(&self, name: &str) -> Evaluated<usize> {
        match name {
            "1" => Ok(1),
            _ => self.dimensions.get(name).copied().ok_or_else(|| format!("no space `{name}`")),
        }
    }
}

/// Reads the claim's tree at points; expectations have the values that were logged.
pub(super) struct Evaluation<'a> {
    /// The logs by the text of the expectation.
    pub(super) logs: BTreeMap<&'a str, &'a Expectation>,
    /// What letters and scalars of logs stand for, by their names.
    pub(super) definitions: BTreeMap<String, Expr>,
}

impl Evaluation<'_> {
    /// The value of an expression. `level` counts the derivatives around it.
    pub(super) fn value(&self, expr: &Expr, at: &Point, level: usize) -> Evaluated<Matrix> {
        let value = |expr: &Expr| self.value(expr, at, level);
        let fits = |found: Option<Matrix>| found.ok_or_else(|| format!("`{expr}` does not fit"));
        match &*expr.node {
            Node::Number(number) => Ok(Matrix::scalar(rational(number)?)),
            Node::Size(name) => match at.sizes.get(name) {
                Some(size) => Ok(Matrix::scalar(*size)),
                None => Err(format!("no size `{name}`")),
            },
            Node::Letter(letter) => self.letter(letter, at),
            Node::Abbreviation(abbreviation) => value(&abbreviation.value),
            Node::Element(element) => value(&element.value),
            Node::Identity { .. } => {
                Ok(Matrix::identity(at.dimension(&expr.shape.rows)?, Number::one()))
            }
            Node::Negate(a) => Ok(value(a)?.map(|entry| -entry)),
            Node::Add(a, b) => fits(value(a)?.plus(&value(b)?, Number::one())),
            Node::Subtract(a, b) => fits(value(a)?.plus(&value(b)?, -Number::one())),
            Node::Multiply(a, b) => {
                let (a, b) = (value(a)?, value(b)?);
                match (a.as_scalar(), b.as_scalar()) {
                    (Some(factor), _) => Ok(b.map(|entry| factor * entry)),
                    (_, Some(factor)) => Ok(a.map(|entry| entry * factor)),
                    _ => fits(a.times(&b)),
                }
            }
            Node::Divide(a, b) => {
                let divisor = value(b)?.as_scalar().and_then(Number::inverse);
                let divisor = divisor.ok_or_else(|| format!("`{b}` vanishes at a random point"))?;
                Ok(value(a)?.map(|entry| entry * divisor))
            }
            Node::Inverse(a) => {
                value(a)?.inverse().ok_or_else(|| format!("`{a}` is singular at a random point"))
            }
            Node::Power(base, exponent) => {
                let whole = i32::try_from(exponent.numerator()).ok();
                let whole = whole.ok_or("an exponent is too large")?;
                let root = root(value(base)?, exponent.denominator(), at)?;
                let power = root.power(whole);
                power.ok_or_else(|| format!("`{base}` is singular at a random point"))
            }
            Node::Transpose(a) => Ok(value(a)?.transpose()),
            Node::Trace(a) => fits(value(a)?.trace().map(Matrix::scalar)),
            Node::QuadraticForm { vector, matrix } => {
                let (vector, matrix) = (value(vector)?, value(matrix)?);
                let left = vector.transpose().times(&matrix);
                fits(left.and_then(|left| left.times(&vector)))
            }
            Node::Norm { of, squared, weight } => {
                let of = value(of)?;
                let left = match weight {
                    None => Some(of.transpose()),
                    Some(weight) => of.transpose().times(&value(weight)?),
                };
                let square = left.and_then(|left| left.times(&of));
                let square = fits(square.and_then(|square| square.trace()).map(Matrix::scalar))?;
                if *squared { Ok(square) } else { root(square, &UBig::from(2_u8), at) }
            }
            Node::Numeric { function: NumericFunction::SquareRoot, arguments } => {
                root(value(&arguments[0])?, &UBig::from(2_u8), at)
            }
            Node::Expectation { .. } => self.logged(expr, at),
            Node::Gradient { of, with_respect_to } => self.gradient(of, with_respect_to, at, level),
            Node::Substitute { of, replacements } => {
                let mut there = at.clone();
                for (target, by) in replacements {
                    let new = self.value(by, at, level)?;
                    match target {
                        Target::Letter(letter) => {
                            there.letters.insert(letter.name.clone(), new);
                        }
                        Target::Size(name) => {
                            let new = new.as_scalar().ok_or("a size is a number")?;
                            there.sizes.insert(name.clone(), new);
                        }
                    }
                }
                self.value(of, &there, level)
            }
            Node::Lie { quantity, loss, letters } => {
                let mut rate = Number::zero();
                for letter in letters {
                    let left = self.gradient(quantity, letter, at, level)?;
                    let right = self.gradient(loss, letter, at, level)?;
                    let product = left.transpose().times(&right).and_then(|one| one.trace());
                    rate = rate - product.ok_or("gradients that do not fit")?;
                }
                Ok(Matrix::scalar(rate))
            }
            Node::Numeric { .. } => Err(format!("`{expr}` has no value in the field")),
        }
    }

    fn letter(&self, letter: &Letter, at: &Point) -> Evaluated<Matrix> {
        if letter.kind == LetterKind::Ones {
            let rows = at.dimension(&letter.shape.rows)?;
            return Ok(Matrix::from_fn(rows, 1, |_, _| Number::one()));
        }
        at.letters.get(&letter.name).cloned().ok_or_else(|| format!("no letter `{}`", letter.name))
    }

    /// Entry by entry the coefficient of an infinitesimal that is added to it.
    fn gradient(&self, of: &Expr, letter: &Letter, at: &Point, level: usize) -> Evaluated<Matrix> {
        if level > 1 {
            return Err("derivatives are nested deeper than two".to_owned());
        }
        let value = self.letter(letter, at)?;
        let mut gradient = Matrix::from_fn(value.rows, value.columns, |_, _| Number::zero());
        for row in 0..value.rows {
            for column in 0..value.columns {
                let mut there = at.clone();
                let mut moved = value.clone();
                moved.add_to(row, column, Number::infinitesimal(level));
                there.letters.insert(letter.name.clone(), moved);
                let found = self.value(of, &there, level + 1)?;
                let found = found.as_scalar().ok_or("a derivative of a matrix")?;
                gradient.add_to(row, column, found.derivative(level));
            }
        }
        Ok(gradient)
    }

    /// The logged value of an expectation.
    fn logged(&self, expr: &Expr, at: &Point) -> Evaluated<Matrix> {
        let text = expr.to_string();
        let log = self.logs.get(text.as_str()).ok_or_else(|| format!("no log of `{text}`"))?;
        let rows = at.dimension(&expr.shape.rows)?;
        let columns = at.dimension(&expr.shape.columns)?;
        let at = self.with_definitions(log, at)?;
        Values::new(log, &at)?.matrix(&log.result, rows, columns)
    }

    /// The point with what letters and scalars of a log stand for.
    pub(super) fn with_definitions(&self, log: &Expectation, at: &Point) -> Evaluated<Point> {
        let mut there = at.clone();
        for DefinitionRow { name, .. } in &log.definitions {
            let value = self.definitions.get(name).ok_or_else(|| format!("no letter `{name}`"))?;
            there.letters.insert(name.as_str().into(), self.value(value, at, 0)?);
        }
        Ok(there)
    }
}

/// The root of this order, a power of two.
fn root(of: Matrix, order: &UBig, at: &Point) -> Evaluated<Matrix> {
    let mut root = of;
    let mut left = order.clone();
    while left != UBig::ONE {
        if left.clone() % 2_u8 != 0 {
            return Err(format!("{BEYOND}a root whose order is no power of two"));
        }
        root = match root.as_scalar() {
            Some(number) => Matrix::scalar(number.square_root().ok_or(NO_ROOT)?),
            None => at.matrix_root(&root)?,
        };
        left >>= 1;
    }
    Ok(root)
}

/// The letters of a log at a point.
pub(super) struct Values<'a> {
    log: &'a Expectation,
    at: &'a Point,
    letters: Vec<Matrix>,
    /// Values of further scalars, by their names.
    pub(super) variables: BTreeMap<String, Number>,
}

impl<'a> Values<'a> {
    /// The values of all letters of a log.
    pub(super) fn new(log: &'a Expectation, at: &'a Point) -> Evaluated<Self> {
        let mut values = Self { log, at, letters: Vec::new(), variables: BTreeMap::new() };
        for (number, row) in log.letters.iter().enumerate() {
            let value = values.row(number, row, 0)?;
            values.letters.push(value);
        }
        Ok(values)
    }

    fn row(&self, number: usize, row: &LetterRow, depth: usize) -> Evaluated<Matrix> {
        let rows = self.at.named_dimension(&row.rows)?;
        let columns = self.at.named_dimension(&row.columns)?;
        let is_marker = self.log.marker.is_some_and(|marker| {
            marker == number || self.log.letters.get(marker).is_some_and(|one| one.name == row.name)
        });
        let value = if is_marker {
            match &self.at.marker {
                Some(marker) => marker.clone(),
                // Looked at only when the value is opened; see `matrix`.
                None if row.transposed => Matrix::from_fn(columns, rows, |_, _| Number::zero()),
                None => Matrix::from_fn(rows, columns, |_, _| Number::zero()),
            }
        } else if row.powers.is_empty() {
            self.named(&row.name)?
        } else {
            let mut product: Option<Matrix> = None;
            for (generator, doubled) in &row.powers {
                let base = self.generator(&row.name, *generator, depth)?;
                let power = match doubled % 2 {
                    0 => base.power(doubled / 2),
                    _ => self.at.matrix_root(&base)?.power(*doubled),
                };
                let power = power.ok_or_else(|| format!("`{}` is singular", row.name))?;
                product = Some(match product {
                    None => power,
                    Some(known) => known.times(&power).ok_or("powers that do not fit")?,
                });
            }
            product.ok_or("a power of nothing")?
        };
        let value = if row.transposed { value.transpose() } else { value };
        if (value.rows, value.columns) != (rows, columns) {
            return Err(format!("the letter `{}` has another shape", row.name));
        }
        Ok(value)
    }

    fn named(&self, name: &str) -> Evaluated<Matrix> {
        self.at.letters.get(name).cloned().ok_or_else(|| format!("no letter `{name}`"))
    }

    fn generator(&self, family: &str, generator: u16, depth: usize) -> Evaluated<Matrix> {
        let letter = self.named(family)?;
        if generator == 0 {
            return Ok(letter);
        }
        if depth > DEEPEST {
            return Err("elements that refer to one another".to_owned());
        }
        let is_it =
            |row: &&super::format::ElementRow| row.family == family && row.generator == generator;
        let element = self.log.elements.iter().find(is_it);
        let element = element.ok_or_else(|| format!("no element of `{family}`"))?;
        let slope = self.deep_sum(&element.slope, depth + 1)?;
        let shift = self.deep_sum(&element.shift, depth + 1)?;
        let multiple = letter.map(|entry| slope * entry);
        let identity = Matrix::identity(letter.rows, shift);
        multiple
            .plus(&identity, Number::one())
            .ok_or_else(|| "an element that is not square".to_owned())
    }

    /// The dimension of a space.
    pub(super) fn dimension(&self, space: &str) -> Evaluated<usize> {
        self.at.named_dimension(space)
    }

    /// A letter by number.
    pub(super) fn letter(&self, number: usize) -> Evaluated<&Matrix> {
        self.letters.get(number).ok_or_else(|| format!("no letter {number}"))
    }

    /// A sum of terms.
    pub(super) fn sum(&self, terms: &[Term]) -> Evaluated<Number> {
        self.deep_sum(terms, 0)
    }

    fn deep_sum(&self, terms: &[Term], depth: usize) -> Evaluated<Number> {
        let mut sum = Number::zero();
        for Term(coefficient, factors) in terms {
            let coefficient: RBig = coefficient
                .parse()
                .map_err(|_| format!("`{coefficient}` is no rational number"))?;
            sum = sum + rational(&coefficient)? * self.product(factors, depth)?;
        }
        Ok(sum)
    }

    /// A product of powers of factors.
    pub(super) fn product(&self, factors: &[(Factor, i32)], depth: usize) -> Evaluated<Number> {
        let mut product = Number::one();
        for (factor, exponent) in factors {
            let value = match factor {
                Factor::Scalar(name) => self.scalar(name, depth)?,
                Factor::Trace(word) => self.trace(word, depth)?,
                Factor::Reciprocal(number) => {
                    let polynomial = self.log.denominators.get(*number);
                    let polynomial = polynomial.ok_or("no such denominator")?;
                    if depth > DEEPEST {
                        return Err("denominators that refer to one another".to_owned());
                    }
                    let value = self.deep_sum(polynomial, depth + 1)?;
                    value.inverse().ok_or("a denominator vanishes at a random point")?
                }
            };
            let power = value.power(*exponent).ok_or("a divisor vanishes at a random point")?;
            product = product * power;
        }
        Ok(product)
    }

    fn scalar(&self, name: &str, depth: usize) -> Evaluated<Number> {
        if let Some(value) = self.variables.get(name) {
            return Ok(*value);
        }
        let scales = self.log.laws.iter().filter_map(|law| law.scale.as_ref());
        for (scale, terms) in scales {
            if scale == name {
                if depth > DEEPEST {
                    return Err("scales that refer to one another".to_owned());
                }
                return self.deep_sum(terms, depth + 1);
            }
        }
        if let Some(size) = self.at.sizes.get(name) {
            return Ok(*size);
        }
        self.named(name)?.as_scalar().ok_or_else(|| format!("`{name}` is no scalar"))
    }

    fn trace(&self, word: &[usize], depth: usize) -> Evaluated<Number> {
        let mut product: Option<Matrix> = None;
        for number in word {
            // While letters are still worked out, those of definitions are worked out again.
            let letter = match self.letters.get(*number) {
                Some(letter) => letter.clone(),
                None => {
                    if depth > DEEPEST {
                        return Err("letters that refer to one another".to_owned());
                    }
                    let row = self.log.letters.get(*number).ok_or("no such letter")?;
                    self.row(*number, row, depth + 1)?
                }
            };
            product = Some(match product {
                None => letter,
                Some(known) => known.times(&letter).ok_or("a word that does not fit")?,
            });
        }
        product
            .and_then(|product| product.trace())
            .ok_or_else(|| "a word that is not closed".to_owned())
    }

    /// A value that is logged with a marker under the trace: each term is cut at the marker.
    pub(super) fn matrix(&self, terms: &[Term], rows: usize, columns: usize) -> Evaluated<Matrix> {
        let Some(marker) = self.log.marker else {
            let value = Matrix::scalar(self.sum(terms)?);
            return if (rows, columns) == (1, 1) { Ok(value) } else { Err("no marker".to_owned()) };
        };
        let name = &self.log.letters.get(marker).ok_or("no such marker")?.name;
        let is_marker =
            |number: &usize| self.log.letters.get(*number).is_some_and(|row| row.name == *name);
        let mut sum = Matrix::from_fn(rows, columns, |_, _| Number::zero());
        for Term(coefficient, factors) in terms {
            let mut rest = Vec::new();
            let mut open: Option<&Vec<usize>> = None;
            for (factor, exponent) in factors {
                match factor {
                    Factor::Trace(word) if word.iter().any(is_marker) => {
                        if open.is_some() || *exponent != 1 {
                            return Err("a marker that does not stand once".to_owned());
                        }
                        open = Some(word);
                    }
                    _ => rest.push((factor.clone(), *exponent)),
                }
            }
            let word = open.ok_or("a term without the marker")?;
            let places: Vec<usize> =
                (0..word.len()).filter(|place| is_marker(&word[*place])).collect();
            let [place] = places[..] else {
                return Err("a marker that does not stand once".to_owned());
            };
            let mut product = None;
            for number in word[place + 1..].iter().chain(&word[..place]) {
                let letter = self.letter(*number)?;
                product = Some(match product {
                    None => letter.clone(),
                    Some(known) => {
                        Matrix::times(&known, letter).ok_or("a word that does not fit")?
                    }
                });
            }
            let product = product.unwrap_or_else(|| Matrix::identity(rows, Number::one()));
            let turned = self.log.letters[word[place]].transposed;
            let product = if turned { product.transpose() } else { product };
            let factor = self.sum(&[Term(coefficient.clone(), rest)])?;
            sum = sum.plus(&product, factor).ok_or("a value of another shape")?;
        }
        Ok(sum)
    }
}

/// A rational number in the field.
fn rational(value: &RBig) -> Evaluated<Number> {
    let modulus = IBig::from(PRIME);
    let residue = |integer: &IBig| {
        let rest = integer % &modulus;
        let rest = if rest < IBig::ZERO { rest + &modulus } else { rest };
        Number::residue(u64::try_from(rest).expect("below the modulus: this is a bug"))
    };
    let below = residue(&IBig::from(value.denominator().clone()));
    let below = below.inverse().ok_or("a denominator is a multiple of the modulus")?;
    Ok(residue(value.numerator()) * below)
}
