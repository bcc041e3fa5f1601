//! The independent checker: a certificate against the text of the claim.

use super::bound::BoundCheck;
use super::degree::Degrees;
use super::evaluation::{BEYOND, Evaluated, Evaluation, NO_ROOT, Point};
use super::expansion::expansion_at_infinity;
use super::field::{Number, PRIME};
use super::format::{Certificate, DefinitionRow, Expectation, Factor, LetterRow, Term};
use super::matrix::Matrix;
use super::replay::Replay;
use super::rules::satisfy;
use super::square::check_square;
use crate::claim::{
    Claim, ClaimFile, Comparison, Expr, LawKind, Letter, LetterKind, Node, Proposition, Space,
};
use num_traits::Zero;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
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

/// The smallest dimension of a space: a trace identity of matrices of this size has a degree that
/// is larger.
const SMALLEST: usize = 7;

/// The largest dimension.
const LARGEST: usize = 24;

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
    for number in 0..POINTS {
        checks.at(number, None, |at, random| {
            let mut each = found.iter();
            each.try_for_each(|node| check_expectation(&evaluation, file, node, at, random))?;
            Ok(true)
        })?;
    }
    let left_open = sides_left(claim);
    let degrees = left_open.iter().map(|size| {
        let degrees = Degrees { size, logs: &evaluation.logs };
        degrees.of(left).plus(degrees.of(right)).above
    });
    let most = u64::from(degrees.max().unwrap_or(0).saturating_add(most_in_bound)) + 1;
    let is_expansion =
        matches!(claim.proposition, Proposition::Limit { .. } | Proposition::Coefficient { .. });
    let limit = if claim.rules > 0 || is_expansion { MOST_COSTLY_POINTS } else { MOST_POINTS };
    for number in 0..most.clamp(POINTS, limit) {
        checks.at(number, Some(&left_open), |at, _| checks.holds(at))?;
    }
    Ok(())
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

/// A bound without a certificate of its own: zero under what is nonnegative by declaration.
fn check_visible_bound(larger: &Expr, smaller: &Expr) -> Result<(), Rejection> {
    match smaller.is_literally_zero() && larger.is_visibly_nonnegative() {
        true => Ok(()),
        false => Err("a bound without its parts".to_owned().into()),
    }
}

impl Checks<'_> {
    /// The bound of the claim.
    fn bound(&self) -> Evaluated<BoundCheck<'_>> {
        let Self { certificate, file, claim, evaluation } = self;
        let bound = certificate.bound.as_ref().ok_or("a bound without its parts")?;
        Ok(BoundCheck { evaluation, file, claim, bound })
    }

    /// Asks a question at the random point of this number, or at another one if roots do not exist
    /// there. Sizes that are not among the `dimensions` are random numbers.
    fn at(
        &self,
        number: u64,
        dimensions: Option<&BTreeSet<Arc<str>>>,
        mut question: impl FnMut(&Point, &mut ChaCha8Rng) -> Evaluated<bool>,
    ) -> Result<(), Rejection> {
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
                Ok(true) => return Ok(()),
                Ok(false) => {
                    return Err("the two sides differ at a random point".to_owned().into());
                }
                Err(reason) if reason == NO_ROOT && tries < TRIES => tries += 1,
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
        Proposition::Bound { left, comparison, right, .. } => Ok(match comparison {
            Comparison::AtLeast => (left, right),
            Comparison::AtMost => (right, left),
        }),
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

/// Random numbers that depend on the whole certificate, so that none can be made for them.
fn generator(certificate: &Certificate, number: u64) -> ChaCha8Rng {
    let text = serde_json::to_string(certificate).expect("plain data: this is a bug");
    let mut generator = ChaCha8Rng::from_seed(Sha256::digest(text.as_bytes()).into());
    generator.set_stream(number);
    generator
}

/// Random values of all sizes and letters.
fn point(
    file: &ClaimFile,
    certificate: &Certificate,
    number: u64,
    random: &mut ChaCha8Rng,
) -> Point {
    let mut point = Point::default();
    // One of the points has dimensions above the longest product of letters.
    let longest = certificate.expectations.iter().map(longest).max().unwrap_or(0);
    let first = match number {
        0 => (longest + 1).clamp(SMALLEST, LARGEST),
        _ => SMALLEST + number as usize,
    };
    for (index, size) in file.sizes.iter().enumerate() {
        let dimension = first + index;
        point.dimensions.insert(size.clone(), dimension);
        point.sizes.insert(size.clone(), Number::residue(dimension as u64));
    }
    for letter in &file.letters {
        let mut value = letter_value(letter, &point, random);
        if let LetterKind::Matrix(attributes) = &letter.kind
            && attributes.positive_definite
        {
            let square = value.times(&value).expect("square: this is a bug");
            point.roots.push((square.clone(), value));
            value = square;
        }
        point.letters.insert(letter.name.clone(), value);
    }
    point
}

fn longest(log: &Expectation) -> usize {
    let words = |state: &Vec<Vec<usize>>| state.iter().map(Vec::len).sum();
    log.states.iter().map(words).max().unwrap_or(0)
}

fn entry(random: &mut ChaCha8Rng) -> Number {
    Number::residue(random.random_range(1..PRIME))
}

/// Puts a diagonal matrix in the place of one with its diagonal, and of its root.
fn make_diagonal(at: &mut Point, name: &str) {
    let Some(value) = at.letters.get_mut(name) else { return };
    let diagonal = |of: &Matrix| {
        let entry = |i, j| if i == j { of.entry(i, i) } else { Number::zero() };
        Matrix::from_fn(of.rows, of.columns, entry)
    };
    let root = at.roots.iter_mut().find(|(square, _)| square == value);
    match root {
        None => *value = diagonal(value),
        Some((square, root)) => {
            *root = diagonal(root);
            *square = root.times(root).expect("square: this is a bug");
            *value = square.clone();
        }
    }
}

fn letter_value(letter: &Letter, at: &Point, random: &mut ChaCha8Rng) -> Matrix {
    let side = |space: &Space| match space {
        Space::One => 1,
        Space::Size(name) => at.dimensions[name],
    };
    let (rows, columns) = (side(&letter.shape.rows), side(&letter.shape.columns));
    if letter.kind == LetterKind::Ones {
        return Matrix::from_fn(rows, columns, |_, _| Number::residue(1));
    }
    let value = Matrix::from_fn(rows, columns, |_, _| entry(random));
    match letter.is_symmetric() {
        true => value.plus(&value.transpose(), Number::residue(1)).expect("square: this is a bug"),
        false => value,
    }
}

/// One expectation at a point: its law, its integrand and its value.
fn check_expectation(
    evaluation: &Evaluation<'_>,
    file: &ClaimFile,
    expr: &Expr,
    at: &Point,
    random: &mut ChaCha8Rng,
) -> Evaluated<()> {
    let Node::Expectation { body, over } = &*expr.node else { unreachable!("an expectation") };
    let text = expr.to_string();
    let log = evaluation.logs.get(text.as_str()).ok_or_else(|| format!("no log of `{text}`"))?;
    let over: BTreeSet<String> = match over {
        Some(letters) => letters.iter().map(|letter| letter.name.to_string()).collect(),
        None => {
            let random = file.letters.iter().filter(|letter| letter.is_random());
            random.map(|letter| letter.name.to_string()).collect()
        }
    };
    let mut at = at.clone();
    let integrand = evaluation.value(body, &at, 0)?;
    let integrand = match log.marker {
        None => integrand.as_scalar(),
        Some(_) => {
            let marker = Matrix::from_fn(integrand.columns, integrand.rows, |_, _| entry(random));
            let closed = integrand.times(&marker).and_then(|product| product.trace());
            at.marker = Some(marker);
            closed
        }
    };
    check_letters(log, file)?;
    let at = evaluation.with_definitions(log, &at)?;
    let mut replay = Replay::new(log, &at, &over)?;
    for law in &log.laws {
        let letter = file.letters.iter().find(|letter| *letter.name == *law.letter);
        let letter = letter.ok_or("the law of an unknown letter")?;
        let Some(declared) = letter.law() else {
            return Err(format!("`{}` is not random", law.letter));
        };
        let scale = match &law.scale {
            None => Number::residue(1),
            Some((_, terms)) => replay.values().sum(terms)?,
        };
        let rows = evaluation.value(&declared.covariance, &at, 0)?;
        let mut covariance = Matrix::identity(rows.rows, scale);
        for number in &law.covariance {
            let letter = replay.values().letter(*number)?;
            covariance = covariance.times(letter).ok_or("a covariance that does not fit")?;
        }
        if covariance != rows {
            return Err(format!("the covariance of `{}` is another one", law.letter));
        }
    }
    check_second_order(log, file, &over)?;
    if integrand != Some(replay.values().sum(&log.input)?) {
        return Err(format!("the integrand of `{text}` is another one"));
    }
    replay.run()
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

/// Letters have the names of the file, but for the marker, and random ones no powers.
fn check_letters(log: &Expectation, file: &ClaimFile) -> Evaluated<()> {
    let marker = log.marker.and_then(|marker| log.letters.get(marker)).map(|row| &row.name);
    for LetterRow { name, powers, .. } in &log.letters {
        let known = file.letters.iter().find(|letter| *letter.name == **name);
        if log.definitions.iter().any(|row| row.name == *name) && marker != Some(name) {
            continue;
        }
        match known {
            Some(letter) if letter.is_random() && !powers.is_empty() => {
                return Err(format!("a power of the random letter `{name}`"));
            }
            Some(_) if marker == Some(name) => return Err("a letter as marker".to_owned()),
            None if marker != Some(name) => return Err(format!("an unknown letter `{name}`")),
            _ => {}
        }
    }
    // What definitions hold is not looked through when states are read: neither a random letter
    // nor the marker hides there.
    let is_random =
        |name: &str| file.letters.iter().any(|letter| *letter.name == *name && letter.is_random());
    let hides = |terms: &[Term]| {
        terms.iter().flat_map(|Term(_, factors)| factors).any(|(factor, _)| match factor {
            Factor::Scalar(name) => is_random(name),
            Factor::Trace(word) => word
                .iter()
                .any(|number| log.letters.get(*number).is_none_or(|row| is_random(&row.name))),
            Factor::Reciprocal(_) => false,
        })
    };
    let elements = log.elements.iter().flat_map(|row| [&row.slope, &row.shift]);
    let scales = log.laws.iter().filter_map(|law| law.scale.as_ref()).map(|(_, terms)| terms);
    if elements.chain(scales).chain(&log.denominators).any(|terms| hides(terms)) {
        return Err("a definition that holds a random letter or the marker".to_owned());
    }
    for law in &log.laws {
        let clashes = |scale: &str| {
            let letter = file.letters.iter().any(|letter| *letter.name == *scale);
            letter || file.sizes.iter().any(|size| **size == *scale)
        };
        if law.scale.as_ref().is_some_and(|(scale, _)| clashes(scale)) {
            return Err("a scale with the name of a letter".to_owned());
        }
    }
    Ok(())
}

/// No monomial needs more than the second moment of a joint law, or the mean of a letter whose
/// mean is not declared.
fn check_second_order(
    log: &Expectation,
    file: &ClaimFile,
    over: &BTreeSet<String>,
) -> Evaluated<()> {
    let laws: BTreeMap<&str, (&Arc<str>, LawKind)> = file
        .letters
        .iter()
        .filter_map(|letter| Some((&*letter.name, letter.law()?)))
        .filter(|(_, law)| law.kind != LawKind::Gaussian)
        .map(|(name, law)| (name, (&law.group, law.kind)))
        .collect();
    for Term(_, factors) in &log.input {
        let mut degrees: BTreeMap<&str, i32> = BTreeMap::new();
        for (factor, exponent) in factors {
            let word = match factor {
                Factor::Trace(word) => word,
                Factor::Scalar(name) if laws.contains_key(name.as_str()) => {
                    return Err(format!("the random letter `{name}` as a scalar"));
                }
                _ => continue,
            };
            for number in word {
                let row = log.letters.get(*number).ok_or("no such letter")?;
                if laws.contains_key(row.name.as_str()) {
                    *degrees.entry(&row.name).or_default() += exponent;
                }
            }
        }
        let groups: BTreeSet<&Arc<str>> = degrees.keys().map(|name| laws[name].0).collect();
        for group in groups {
            let members = || degrees.iter().filter(|(name, _)| laws[**name].0 == group);
            let integrated = members().filter(|(name, _)| over.contains(**name)).count();
            if integrated == 0 {
                continue;
            }
            let degree: i32 = members().map(|(_, degree)| degree).sum();
            let open = members().any(|(name, _)| laws[*name].1 == LawKind::SecondOrder);
            if integrated < members().count() || degree > 2 || (degree == 1 && open) {
                return Err("a moment that a law known to second order does not declare".to_owned());
            }
        }
    }
    Ok(())
}
