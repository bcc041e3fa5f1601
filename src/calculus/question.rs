//! What is asked of the calculus: differences, minima, coefficients, bounds, conserved quantities.

use super::bound::{Hypotheses, Side};
use super::derivation::Derivation;
use super::derivative::Moving;
use super::error::Stop;
use super::log::Writer;
use super::matrix::Matrix;
use super::polynomial::Polynomial;
use super::reading::Calculus;
use crate::certificate::{Bound, Expectation, Square};
use crate::claim::{Expr, Hypothesis, Letter, LetterKind, Rule};
use std::sync::Arc;

/// What is left of a difference that is not zero for all sizes and values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remainder {
    /// Its normal form, in the words of the claim language.
    pub expression: String,
    /// The power of the size by which a limit grows, where that is what differs.
    pub growth: Option<(i32, String)>,
}

impl Remainder {
    fn of(expression: String) -> Self {
        Self { expression, growth: None }
    }
}

impl std::fmt::Display for Remainder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.growth {
            None => write!(formatter, "the difference is {}", self.expression),
            Some((power, size)) => {
                write!(formatter, "it grows like ({})*{size}^{power}", self.expression)
            }
        }
    }
}

impl Calculus {
    /// Keeps logs of the expectations that are computed from here on.
    pub fn keep_logs(&mut self) {
        self.algebra.records = Some(Vec::new());
    }

    /// The logs that were kept, each expectation once, in the order in which they were computed.
    pub fn logs(self) -> Vec<Expectation> {
        self.logs
    }

    /// The expectations that were computed since [`Calculus::keep_logs`], in words.
    pub fn derivations(&self) -> &[Derivation] {
        &self.derivations
    }

    /// Supposes a rule in what follows.
    ///
    /// # Errors
    /// Where it cannot be used from left to right.
    pub fn suppose(&mut self, rule: &Rule) -> Result<(), Stop> {
        let (left, right) = (self.value(&rule.left)?, self.value(&rule.right)?);
        for side in [&rule.left, &rule.right] {
            self.ruled.extend(side.letters_in_order(true).iter().map(|one| one.name.clone()));
            self.ruled.extend(side.sizes());
        }
        self.algebra.add_rule(&left, &right)
    }

    /// What is left of `left - right` in normal form; `None` where the two are equal for all
    /// sizes and values.
    ///
    /// # Errors
    /// Why this is not known.
    pub fn difference(&mut self, left: &Expr, right: &Expr) -> Result<Option<Remainder>, Stop> {
        let difference = self.value(left)?.minus(&self.value(right)?);
        self.left_of_matrix(&difference)
    }

    /// What is left of the gradient of a loss at its claimed minimiser, as in
    /// [`Calculus::difference`], and the factors that must not vanish.
    ///
    /// # Errors
    /// Where the loss is not visibly convex in the letter with one minimiser.
    pub fn minimizer(
        &mut self,
        loss: &Expr,
        letter: &Arc<Letter>,
        value: &Expr,
    ) -> Result<(Option<Remainder>, Vec<String>), Stop> {
        let (loss, moving) = self.loss(loss, letter)?;
        let value = self.value(value)?;
        let (left, except) = self.algebra.minimizer_difference(&loss, moving, &value)?;
        Ok((self.left_of_matrix(&left)?, except))
    }

    /// What is left of the minimal value of a loss, which is found, minus the claimed one, and
    /// the factors that must not vanish.
    ///
    /// # Errors
    /// Where the minimiser is not found.
    pub fn minimum(
        &mut self,
        loss: &Expr,
        letter: &Arc<Letter>,
        value: &Expr,
    ) -> Result<(Option<Remainder>, Vec<String>), Stop> {
        let (loss, moving) = self.loss(loss, letter)?;
        let value = self.value(value)?.into_scalar();
        let (minimum, except) = self.algebra.minimum(&loss, moving)?;
        Ok((self.left(&minimum.minus(&value))?, except))
    }

    /// The completed square of a loss at a claimed minimiser, or at the one that is found.
    ///
    /// # Errors
    /// As [`Calculus::minimizer`] and [`Calculus::minimum`].
    pub fn square(
        &mut self,
        loss: &Expr,
        letter: &Arc<Letter>,
        claimed: Option<&Expr>,
    ) -> Result<Square, Stop> {
        if letter.kind == (LetterKind::Scalar { positive: true }) {
            return Err(Stop::unsupported("the square of a minimum over positive numbers"));
        }
        let (loss, moving) = self.loss(loss, letter)?;
        let claimed = claimed.map(|claimed| self.value(claimed)).transpose()?;
        self.algebra.square_of(&loss, moving, claimed.as_ref())
    }

    /// A loss, and the letter over which it is minimised.
    fn loss(&mut self, loss: &Expr, letter: &Arc<Letter>) -> Result<(Polynomial, Moving), Stop> {
        Ok((self.value(loss)?.into_scalar(), self.moving(letter)?))
    }

    /// A polynomial that is not zero.
    fn left(&mut self, polynomial: &Polynomial) -> Result<Option<Remainder>, Stop> {
        if self.algebra.is_zero(polynomial)? {
            return Ok(None);
        }
        let shown = self.algebra.fraction(polynomial)?;
        Ok(Some(Remainder::of(self.algebra.show(&shown))))
    }

    /// A matrix that is not zero.
    fn left_of_matrix(&mut self, matrix: &Matrix) -> Result<Option<Remainder>, Stop> {
        let shown = self.algebra.displayed(matrix)?;
        Ok((!shown.is_empty()).then(|| Remainder::of(self.algebra.show_matrix(&shown))))
    }

    /// What is left of the coefficient of size^-order minus the claimed one. For a limit the order
    /// is 0, and a coefficient of a positive power of the size that does not vanish is an answer
    /// too.
    ///
    /// # Errors
    /// Where the expansion is not known.
    pub fn coefficient(
        &mut self,
        of: &Expr,
        size: &str,
        order: i32,
        value: &Expr,
        limit: bool,
    ) -> Result<Option<Remainder>, Stop> {
        self.check_free(size)?;
        let of = self.value(of)?.into_scalar();
        let value = self.value(value)?.into_scalar();
        self.algebra.size(size);
        let scalar = self.algebra.scalar(size);
        for side in [&of, &value] {
            if let Some(random) = self.algebra.random_letters(side).first() {
                let name = self.algebra.random_name(*random);
                return Err(Stop::unsupported(format!("the random letter `{name}` is left")));
            }
        }
        let normal = self.algebra.normal(&of)?;
        if let Some(letter) = self.algebra.letter_with_side(&normal, size) {
            return Err(Stop::unsupported(format!("`{size}` is a side of `{letter}`")));
        }
        let value = self.algebra.normal(&value)?;
        if self.algebra.depends(&value, scalar) {
            return Err(Stop::unsupported(format!("the right side depends on `{size}`")));
        }
        let mut expansion = self.algebra.expansion(&normal, scalar, order)?;
        let coefficient = expansion.remove(&order).unwrap_or_default();
        if let Some((power, leading)) = expansion.pop_first().filter(|_| limit) {
            let leading = self.algebra.fraction(&leading)?;
            let expression = self.algebra.show(&leading);
            return Ok(Some(Remainder { expression, growth: Some((-power, size.to_owned())) }));
        }
        self.left(&coefficient.minus(&value))
    }

    /// Leading terms of divisors that [`Calculus::coefficient`] supposes to be nonzero.
    pub fn leading_terms(&self) -> impl Iterator<Item = &str> {
        self.algebra.leading_terms.iter().map(String::as_str)
    }

    /// Whether a scalar is visibly positive for all sizes: with every size written as 1 + n, n >= 0.
    ///
    /// # Errors
    /// Why it has no normal form.
    pub fn is_positive(&mut self, expr: &Expr) -> Result<bool, Stop> {
        let value = self.value(expr)?.into_scalar();
        self.algebra.is_positive_for_all_sizes(&value)
    }

    /// Whether a scalar is visibly a positive definite quadratic form in a letter.
    ///
    /// # Errors
    /// Why it has no normal form.
    pub fn is_definite_form(&mut self, form: &Expr, letter: &Arc<Letter>) -> Result<bool, Stop> {
        let (value, moving) = self.loss(form, letter)?;
        self.algebra.is_definite_form(&value, moving)
    }

    /// Shows `larger >= smaller` under hypotheses; with `form` for every value of that letter. The
    /// result says how.
    ///
    /// # Errors
    /// Why no fragment shows it.
    pub fn show_bound(
        &mut self,
        larger: &Expr,
        smaller: &Expr,
        given: &[Hypothesis],
        form: Option<&Arc<Letter>>,
    ) -> Result<Bound, Stop> {
        let difference = self.value(larger)?.minus(&self.value(smaller)?).into_scalar();
        if self.algebra.is_zero(&difference)? {
            return Ok(Bound::default());
        }
        let hypotheses = self.hypotheses(given)?;
        let form = form.map(|letter| self.moving(letter)).transpose()?;
        match self.algebra.shown_nonnegative(&difference, form, hypotheses)? {
            Some(shown) => Ok(Writer::bound(&self.algebra, &shown)),
            None => Err(Stop::unsupported("no fragment decides this bound")),
        }
    }

    /// The hypotheses that can be used.
    fn hypotheses(&mut self, given: &[Hypothesis]) -> Result<Hypotheses, Stop> {
        let mut hypotheses = Hypotheses::default();
        for (place, hypothesis) in given.iter().enumerate() {
            let (above, below) = hypothesis.larger_first();
            let (above, below) = (self.value(above)?, self.value(below)?);
            if !below.is_scalar() {
                continue; // No matrix is bounded from above.
            }
            let below = below.into_scalar();
            if !above.is_scalar() {
                hypotheses.floors.extend(self.algebra.floor(&above, below, place));
                continue;
            }
            let above = above.into_scalar();
            let sides = [(&above, &below, true), (&below, &above, false)];
            for (scalar, other, is_above) in sides {
                if let Some(scalar) = self.algebra.single_scalar(scalar)
                    && !self.algebra.depends(other, scalar)
                    && hypotheses.sides.iter().all(|side| side.scalar != scalar)
                {
                    let other = other.clone();
                    hypotheses.sides.push(Side { scalar, other, is_above, hypothesis: place });
                    break;
                }
            }
        }
        Ok(hypotheses)
    }

    /// A basis of the quantities that the gradient flow of a loss in these letters conserves, among
    /// their linear and quadratic invariants, in the words of the claim language.
    ///
    /// # Errors
    /// Why the loss has no normal form.
    pub fn conserved(&mut self, loss: &Expr, letters: &[Arc<Letter>]) -> Result<Vec<String>, Stop> {
        let loss = self.value(loss)?.into_scalar();
        let mut moving = Vec::new();
        for letter in letters {
            moving.push(self.moving(letter)?);
        }
        let found = self.algebra.conserved(&loss, &moving)?;
        Ok(found.iter().map(|quantity| self.algebra.show(quantity)).collect())
    }

    /// A word to which the rules in force give two forms, if they do: then two equal expressions
    /// may look different.
    ///
    /// # Errors
    /// Where a budget ends.
    pub fn ambiguous_word(&mut self) -> Result<Option<String>, Stop> {
        self.algebra.ambiguous_word()
    }

    /// Whether a difference that is not zero in normal form is one: no roots, whose products are
    /// independent symbols, no rules, and no inverses of sums, which have rules.
    pub fn is_complete(&self) -> bool {
        self.algebra.roots.is_empty() && self.algebra.rules.is_empty()
    }

    /// The normal form of an expression, in the words of the claim language.
    ///
    /// # Errors
    /// Why it has none.
    pub fn normal_form(&mut self, expr: &Expr) -> Result<String, Stop> {
        let value = self.value(expr)?;
        let normal = self.algebra.displayed(&value)?;
        Ok(self.algebra.show_matrix(&normal))
    }
}
