//! The independent checker: a certificate against the text of the claim.

use super::bound::BoundCheck;
use super::degree::Degrees;
use super::evaluation::{BEYOND, Evaluated, Evaluation, NO_ROOT, Point};
use super::expansion::expansion_at_infinity;
use super::field::Number;
use super::format::{Certificate, DefinitionRow, Expectation};
use super::integration::{check_expectation, check_letters};
use super::matrix::Matrix;
use super::random_point::{entry, generator, make_diagonal, point};
use super::rules::satisfy;
use super::square::check_square;
use crate::claim::{Claim, ClaimFile, Expr, Node, Proposition, Space};
use num_traits::Zero;
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Points at which every expectation is compared, and the fewest for the claim itself.
const POINTS: u64 = 3;

/// The most points: a claim of a higher degree in a size is compared at no more.
const MOST_POINTS: u64 = 40;

/// The same where a point is costly: under rules, which are solved for d^2 unknowns, and for
/// expansions, which are found from values at many sizes.
const MOST_COSTLY_POINTS: u64 = 8;

/// Other points that are tried where a root does not exist at one.
const TRIES: u64 = 500;

/// Dimensions that are passed over because a root of theirs does not exist in the field.
const SKIPPED: u64 = 16;

/// Why a certificate does not prove its claim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Rejection {
    /// In words.
    pub reason: String,
}

impl Rejection {
    /// Whether the checker has no means for lines of this kind, whatever the certificate says.
    pub fn is_beyond_the_checker(&self) -> bool {
        self.reason.starts_with(BEYOND)
    }
}

impl From<String> for Rejection {
    fn from(reason: String) -> Self {
        Self { reason }
    }
}

/// Checks that a certificate proves a line of a file, with nothing but the text of the file, the
/// rule of integration by parts and arithmetic modulo a prime at random points.
///
/// # Errors
/// [`Rejection`] where it does not, or where lines of this kind have no certificate.
pub fn check(certificate: &Certificate, file: &ClaimFile, claim: &Claim) -> Result<(), Rejection> {
    let reject = |reason: &str| Err(Rejection { reason: reason.to_owned() });
    if certificate.format != Certificate::FORMAT {
        return reject("another format");
    }
    if *certificate.text != *file.text {
        return reject("a certificate for another text");
    }
    if certificate.statement != claim.proposition.to_string() {
        return reject("a certificate for another statement");
    }
    let (left, right) = sides(claim)?;
    let mut logs: BTreeMap<&str, &Expectation> = BTreeMap::new();
    for log in &certificate.expectations {
        if logs.insert(&log.expression, log).is_some() {
            return reject("an expectation that is logged twice");
        }
    }
    let mut definitions = BTreeMap::new();
    let square_log = certificate.square.as_ref().map(|square| &square.log);
    let bound_log = certificate.bound.as_ref().map(|bound| &bound.log);
    let all_logs = certificate.expectations.iter().chain(square_log).chain(bound_log);
    for row in all_logs.flat_map(|log| &log.definitions) {
        let value = definition(row, file)?;
        let text = value.to_string();
        if definitions.insert(row.name.clone(), value).is_some_and(|old| old.to_string() != text) {
            return reject("two definitions of one name");
        }
    }
    let evaluation = Evaluation { logs, definitions };
    let mut found = Vec::new();
    expectations(left, &mut found);
    expectations(right, &mut found);
    let checks = Checks { certificate, file, claim, evaluation: &evaluation };
    let mut most_in_bound = 0;
    if let Proposition::Bound { given, .. } = &claim.proposition {
        if certificate.bound.is_none() {
            return check_visible_bound(left, right);
        }
        let bound = checks.bound()?;
        if !bound.bound.variables.is_empty() {
            let given = given.iter().flat_map(|hypothesis| [&hypothesis.left, &hypothesis.right]);
            given.for_each(|side| expectations(side, &mut found));
        }
        check_letters(&bound.bound.log, file)?;
        bound.check_signs()?;
        most_in_bound = bound.degree();
    }
    checks.at_points(POINTS, None, |at, random| {
        let mut each = found.iter();
        each.try_for_each(|node| check_expectation(&evaluation, file, node, at, random))?;
        Ok(true)
    })?;
    let left_open = sides_left(claim);
    let degrees = left_open.iter().map(|size| {
        let degrees = Degrees { size, logs: &evaluation.logs };
        degrees.of(left).plus(degrees.of(right)).above
    });
    let most = u64::from(degrees.max().unwrap_or(0).saturating_add(most_in_bound)) + 1;
    let is_expansion =
        matches!(claim.proposition, Proposition::Limit { .. } | Proposition::Coefficient { .. });
    let limit = if claim.rules > 0 || is_expansion { MOST_COSTLY_POINTS } else { MOST_POINTS };
    checks.at_points(most.clamp(POINTS, limit), Some(&left_open), |at, _| checks.holds(at))
}

/// The sizes that are a side of what is left of a claim after its expectations: these are
/// dimensions, the others mere numbers.
fn sides_left(claim: &Claim) -> BTreeSet<Arc<str>> {
    fn visit(expr: &Expr, seen: &mut BTreeSet<*const Node>, sides: &mut BTreeSet<Arc<str>>) {
        if !seen.insert(Arc::as_ptr(&expr.node)) {
            return;
        }
        for space in [&expr.shape.rows, &expr.shape.columns] {
            if let Space::Size(name) = space {
                sides.insert(name.clone());
            }
        }
        match &*expr.node {
            Node::Expectation { over: None, .. } => {}
            _ => expr.parts().into_iter().for_each(|part| visit(part, seen, sides)),
        }
    }
    let mut sides = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for expr in claim.proposition.expressions() {
        visit(expr, &mut seen, &mut sides);
    }
    sides
}

/// A certificate beside its claim.
struct Checks<'a> {
    certificate: &'a Certificate,
    file: &'a ClaimFile,
    claim: &'a Claim,
    evaluation: &'a Evaluation<'a>,
}

impl Checks<'_> {
    /// The bound of the claim.
    fn bound(&self) -> Evaluated<BoundCheck<'_>> {
        let Self { certificate, file, claim, evaluation } = self;
        let bound = certificate.bound.as_ref().ok_or("a bound without its parts")?;
        Ok(BoundCheck { evaluation, file, claim, bound })
    }

    /// Asks a question at so many random points of different dimensions.
    fn at_points(
        &self,
        count: u64,
        dimensions: Option<&BTreeSet<Arc<str>>>,
        mut question: impl FnMut(&Point, &mut ChaCha8Rng) -> Evaluated<bool>,
    ) -> Result<(), Rejection> {
        let mut numbers = 0..count + SKIPPED;
        for _ in 0..count {
            let found = |number| self.at(number, dimensions, &mut question);
            if !numbers.by_ref().map(found).find(|one| *one != Ok(false)).unwrap_or(Ok(false))? {
                return Err(NO_ROOT.to_owned().into());
            }
        }
        Ok(())
    }

    /// Asks a question at the random point of this number, or at another one of the same dimensions
    /// if roots do not exist there: false where they exist at none. Sizes that are not among the
    /// `dimensions` are random numbers.
    fn at(
        &self,
        number: u64,
        dimensions: Option<&BTreeSet<Arc<str>>>,
        question: &mut impl FnMut(&Point, &mut ChaCha8Rng) -> Evaluated<bool>,
    ) -> Result<bool, Rejection> {
        let mut tries = 0;
        loop {
            let mut random = generator(self.certificate, number + MOST_POINTS * tries);
            let mut at = point(self.file, self.certificate, number, &mut random);
            if let Some(dimensions) = dimensions {
                let basis = self.certificate.bound.as_ref().and_then(|bound| bound.basis.as_ref());
                basis.iter().for_each(|basis| make_diagonal(&mut at, basis));
                let free = self.file.sizes.iter().filter(|size| !dimensions.contains(*size));
                at.sizes.extend(free.map(|size| (size.clone(), entry(&mut random))));
            }
            let rules = &self.file.rules[..self.claim.rules.min(self.file.rules.len())];
            let answer = satisfy(rules, self.evaluation, &mut at);
            match answer.and_then(|()| question(&at, &mut random)) {
                Ok(true) => return Ok(true),
                Ok(false) => {
                    return Err("the two sides differ at a random point".to_owned().into());
                }
                Err(reason) if reason == NO_ROOT && tries < TRIES => tries += 1,
                Err(reason) if reason == NO_ROOT => return Ok(false),
                Err(reason) => return Err(reason.into()),
            }
        }
    }

    /// Whether the claim holds at a point, with its expectations as they are logged.
    fn holds(&self, at: &Point) -> Evaluated<bool> {
        let Self { certificate, file, claim, evaluation } = self;
        let (left, right) = sides(claim)?;
        let other = evaluation.value(right, at, 0)?;
        let square = || {
            let square = certificate.square.as_ref();
            square.ok_or_else(|| "a minimum without its square".to_owned())
        };
        match &claim.proposition {
            Proposition::Limit { size, .. } => {
                is_coefficient(evaluation, left, &other, at, (size, 0, true))
            }
            Proposition::Coefficient { size, order, .. } => {
                is_coefficient(evaluation, left, &other, at, (size, *order, false))
            }
            Proposition::Minimizer { letter, .. } => {
                let what = (left, &**letter, Some(right));
                check_square(evaluation, file, square()?, what, at)?;
                Ok(true)
            }
            Proposition::Minimum { letter, .. } => {
                let what = (left, &**letter, None);
                let least = check_square(evaluation, file, square()?, what, at)?;
                Ok(other.as_scalar() == Some(least))
            }
            Proposition::Bound { .. } => self.bound()?.holds(at, left, right),
            _ => {
                let difference = evaluation.value(left, at, 0)?.plus(&other, -Number::residue(1));
                Ok(difference.is_some_and(|difference| difference.is_zero()))
            }
        }
    }
}

/// A bound without a certificate of its own: zero under what is nonnegative by declaration.
fn check_visible_bound(larger: &Expr, smaller: &Expr) -> Result<(), Rejection> {
    match larger.is_visibly_at_least(smaller) {
        true => Ok(()),
        false => Err("a bound without its parts".to_owned().into()),
    }
}

/// What is compared: two expressions, a loss and its minimiser or minimum, or a function of a size
/// and its coefficient.
fn sides(claim: &Claim) -> Evaluated<(&Expr, &Expr)> {
    match &claim.proposition {
        Proposition::Equal { left, right } => Ok((left, right)),
        Proposition::Limit { of, value, .. } | Proposition::Coefficient { of, value, .. } => {
            Ok((of, value))
        }
        Proposition::Minimizer { loss, value, .. } | Proposition::Minimum { loss, value, .. } => {
            Ok((&loss.value, value))
        }
        Proposition::Bound { left, comparison, right, .. } => {
            Ok(comparison.larger_first(left, right))
        }
        Proposition::Reaches { .. } => Err("lines of this kind have no certificate".to_owned()),
    }
}

/// Whether a value is the coefficient of size^-order, and for a limit the leading one. The size is
/// a number alone here: what is left of a limit has no side of it.
fn is_coefficient(
    evaluation: &Evaluation<'_>,
    of: &Expr,
    value: &Matrix,
    at: &Point,
    (size, order, is_limit): (&Arc<str>, i32, bool),
) -> Evaluated<bool> {
    let (first, found) = expansion_at_infinity(order, |number| {
        let mut there = at.clone();
        there.sizes.insert(size.clone(), number);
        let value = evaluation.value(of, &there, 0)?;
        value.as_scalar().ok_or_else(|| "a limit of a matrix".to_owned())
    })?;
    let coefficient = |index: i32| {
        let place = usize::try_from(index - first).ok();
        place.and_then(|place| found.get(place).copied()).unwrap_or_else(Number::zero)
    };
    let diverges = is_limit && (first..order).any(|index| !coefficient(index).is_zero());
    Ok(!diverges && value.as_scalar() == Some(coefficient(order)))
}

/// The expectations below an expression, each text once.
fn expectations<'a>(expr: &'a Expr, found: &mut Vec<&'a Expr>) {
    for part in expr.descendants() {
        let is_new = || found.iter().all(|known| known.to_string() != part.to_string());
        if matches!(&*part.node, Node::Expectation { .. }) && is_new() {
            found.push(part);
        }
    }
}

/// What a letter or scalar stands for: deterministic, under a name that can be no declared one.
fn definition(row: &DefinitionRow, file: &ClaimFile) -> Evaluated<Expr> {
    let value =
        // The language takes roots only of what is positive; a norm may vanish.
        file.expression(&row.value)
            .map_err(|_| format!("{BEYOND}`{}` is no expression", row.value))?;
    let random = value.letters_in_order(true).iter().any(|letter| letter.is_random());
    match row.name.starts_with(['#', '(']) && !random {
        true => Ok(value),
        false => Err(format!("`{}` stands for no deterministic value", row.name)),
    }
}
