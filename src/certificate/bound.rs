//! Bounds: their difference as a sum of parts that are not negative, checked.
//!
//! At random points the difference of the two sides equals the sum of the parts, where the letter
//! in whose eigenbasis they are written is diagonal: everything else is rotated with it. The
//! variables of the parts are recomputed from what the certificate says they stand for, and that
//! they are not negative is read off the declarations and the hypotheses of the claim.

use super::evaluation::{BEYOND, Evaluated, Evaluation, Point, Values};
use super::field::Number;
use super::format::{Bound, BoundPart, Factor, Meaning, Over, Term};
use super::sturm::is_nonnegative;
use super::visible::{Sign, Signs};
use crate::claim::{Claim, ClaimFile, Expr, Letter, LetterKind, Node, Proposition, Space};
use num_traits::{One, Zero};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A bound of a claim, and how it is shown.
pub(super) struct BoundCheck<'a> {
    pub(super) evaluation: &'a Evaluation<'a>,
    pub(super) file: &'a ClaimFile,
    pub(super) claim: &'a Claim,
    pub(super) bound: &'a Bound,
}

impl BoundCheck<'_> {
    /// Whether the variables mean what they may, and every part is visibly nonnegative.
    pub(super) fn check_signs(&self) -> Evaluated<()> {
        let Self { evaluation, file, claim, bound } = self;
        if claim.rules > 0 {
            return Err(format!("{BEYOND}a bound under rules"));
        }
        if bound.log.marker.is_some() || !bound.log.laws.is_empty() {
            return Err("a bound with laws".to_owned());
        }
        let is_ones = |letter: &Arc<Letter>| letter.kind == LetterKind::Ones;
        if bound.basis.is_some() && file.letters.iter().any(is_ones) {
            return Err(format!("{BEYOND}an eigenbasis beside the vector of ones"));
        }
        let mut variables = BTreeMap::new();
        for (name, meaning) in &bound.variables {
            if !name.starts_with('#') || evaluation.definitions.contains_key(name) {
                return Err(format!("`{name}` is no variable"));
            }
            variables.insert(name.clone(), self.sign(meaning)?);
        }
        let definitions = &evaluation.definitions;
        let signs = Signs { log: &bound.log, file, definitions, variables: &variables };
        for part in &bound.parts {
            self.check_variables(part)?;
            if part.below.iter().any(|factor| signs.sum(factor) != Sign::Positive) {
                return Err(format!("{BEYOND}a divisor that is not visibly positive"));
            }
            let visible = signs.sum(&part.above) >= Sign::Nonnegative;
            if !visible && !is_nonnegative(&part.above, |factor| signs.power(factor, 1)) {
                return Err(format!("{BEYOND}a part that is not visibly nonnegative"));
            }
        }
        Ok(())
    }

    /// A degree in any size that no side of the identity exceeds, but for the claim itself: every
    /// factor counts as much as the largest hypothesis, and a sum over a size once more.
    pub(super) fn degree(&self) -> u32 {
        let length = |terms: &Vec<Term>| {
            let degree = |Term(_, factors): &Term| -> u32 {
                factors.iter().map(|(_, exponent)| exponent.unsigned_abs()).sum()
            };
            terms.iter().map(degree).max().unwrap_or(0)
        };
        let part =
            |part: &BoundPart| length(&part.above) + part.below.iter().map(length).sum::<u32>();
        let given = match &self.claim.proposition {
            Proposition::Bound { given, .. } => given.as_slice(),
            _ => &[],
        };
        let sizes = |expr: &Expr| {
            let sizes = expr.descendants();
            sizes.filter(|one| matches!(&*one.node, Node::Size(_) | Node::Trace(_))).count() as u32
        };
        let most = given.iter().map(|one| 1 + sizes(&one.left).max(sizes(&one.right))).max();
        let all: u32 = self.bound.parts.iter().map(part).sum();
        all.saturating_mul(most.unwrap_or(1)).saturating_add(2)
    }

    /// The sign of a variable.
    fn sign(&self, meaning: &Meaning) -> Evaluated<Sign> {
        match meaning {
            Meaning::Size(size) if self.file.sizes.iter().any(|known| **known == **size) => {
                Ok(Sign::Nonnegative)
            }
            Meaning::Size(size) => Err(format!("no size `{size}`")),
            Meaning::Given(place) | Meaning::Ratio(place) => {
                let (larger, smaller) = self.hypothesis(*place)?;
                let scalars = larger.shape.is_scalar() && smaller.shape.is_scalar();
                let ratio = matches!(meaning, Meaning::Ratio(_));
                match scalars && (!ratio || smaller.is_visibly_positive()) {
                    true => Ok(Sign::Nonnegative),
                    false => Err("a hypothesis of another kind".to_owned()),
                }
            }
            Meaning::Trace(place) => {
                let (larger, smaller) = self.hypothesis(*place)?;
                match !larger.shape.is_scalar() && smaller.shape.is_scalar() {
                    true => Ok(Sign::Nonnegative),
                    false => Err("a hypothesis of another kind".to_owned()),
                }
            }
            Meaning::Row(floor) | Meaning::Column(floor) => {
                let basis = self.basis()?;
                let Some(place) = floor else {
                    let definite = matches!(&basis.kind, LetterKind::Matrix(attributes) if attributes.positive_definite);
                    return Ok(if definite { Sign::Positive } else { Sign::Unknown });
                };
                let (larger, smaller) = self.hypothesis(*place)?;
                let is_it = matches!(&*larger.unabbreviated().node, Node::Letter(letter) if letter.name == basis.name);
                match is_it && smaller.shape.is_scalar() {
                    true => Ok(Sign::Nonnegative),
                    false => Err("a hypothesis about another matrix".to_owned()),
                }
            }
            Meaning::Gap => Ok(Sign::Nonnegative),
        }
    }

    /// Whether the variables of a part have a meaning under its sum.
    fn check_variables(&self, part: &BoundPart) -> Evaluated<()> {
        let basis = self.bound.basis.as_ref().map(|_| self.basis()).transpose()?;
        let of_rows = |space: &Space| basis.is_some_and(|basis| basis.shape.rows == *space);
        let form = self.form();
        let mut sums = part.below.iter().chain([&part.above]).flatten();
        let fits = |meaning: &Meaning| match (meaning, part.over) {
            (Meaning::Row(_), Over::Entries) => form.is_some_and(|form| of_rows(&form.shape.rows)),
            (Meaning::Column(_), Over::Entries) => {
                form.is_some_and(|form| of_rows(&form.shape.columns))
            }
            (Meaning::Row(_), Over::Eigenvalues | Over::Pairs) | (Meaning::Gap, Over::Pairs) => {
                basis.is_some()
            }
            (Meaning::Row(_) | Meaning::Column(_) | Meaning::Gap, _) => false,
            _ => true,
        };
        let all_fit = sums.all(|Term(_, factors)| {
            factors.iter().all(|(factor, _)| match factor {
                Factor::Scalar(name) => self.bound.variables.get(name).is_none_or(fits),
                _ => true,
            })
        });
        let has_sum = match part.over {
            Over::Once => true,
            Over::Entries => form.is_some(),
            Over::Eigenvalues | Over::Pairs => basis.is_some(),
        };
        if all_fit && has_sum { Ok(()) } else { Err("a variable outside its sum".to_owned()) }
    }

    /// Whether the parts sum up to the difference of the sides at a point.
    pub(super) fn holds(&self, at: &Point, larger: &Expr, smaller: &Expr) -> Evaluated<bool> {
        let Self { evaluation, bound, .. } = self;
        let number = |expr: &Expr| {
            let value = evaluation.value(expr, at, 0)?.as_scalar();
            value.ok_or_else(|| "a bound of a matrix".to_owned())
        };
        let difference = number(larger)? - number(smaller)?;
        let there = evaluation.with_definitions(&bound.log, at)?;
        let mut values = Values::new(&bound.log, &there)?;
        for (name, meaning) in &bound.variables {
            if let Some(value) = self.variable(meaning, at)? {
                values.variables.insert(name.clone(), value);
            }
        }
        let mut sum = Number::zero();
        for part in &bound.parts {
            for (weight, [row, column, gap]) in self.places(part.over, at)? {
                for (name, meaning) in &bound.variables {
                    let (eigenvalue, floor) = match meaning {
                        Meaning::Row(floor) => (row, floor),
                        Meaning::Column(floor) => (column, floor),
                        Meaning::Gap => (gap, &None),
                        _ => continue,
                    };
                    let Some(mut value) = eigenvalue else { continue };
                    if let Some(place) = floor {
                        value = value - number(self.hypothesis(*place)?.1)?;
                    }
                    values.variables.insert(name.clone(), value);
                }
                let mut below = Number::one();
                for factor in &part.below {
                    below = below * values.sum(factor)?;
                }
                let inverse = below.inverse().ok_or("a divisor vanishes at a random point")?;
                sum = sum + weight * values.sum(&part.above)? * inverse;
            }
        }
        Ok(sum == difference)
    }

    /// The summands of a sum: their weights, and the eigenvalues there of the row and of the column,
    /// and the gap between two.
    fn places(&self, over: Over, at: &Point) -> Evaluated<Vec<(Number, [Option<Number>; 3])>> {
        let diagonal = match &self.bound.basis {
            None => None,
            Some(_) => at.letters.get(&self.basis()?.name),
        };
        let eigenvalue = |place: usize| {
            let matrix = diagonal.filter(|matrix| place < matrix.rows)?;
            Some(matrix.entry(place, place))
        };
        let size = diagonal.map_or(0, |matrix| matrix.rows);
        let mut places = Vec::new();
        match over {
            Over::Once => places.push((Number::one(), [None; 3])),
            Over::Entries => {
                let form = self.form().and_then(|form| at.letters.get(&form.name));
                let form = form.ok_or("no form letter")?;
                for i in 0..form.rows {
                    for j in 0..form.columns {
                        let entry = form.entry(i, j);
                        places.push((entry * entry, [eigenvalue(i), eigenvalue(j), None]));
                    }
                }
            }
            Over::Eigenvalues => {
                places.extend((0..size).map(|i| (Number::one(), [eigenvalue(i), None, None])));
            }
            Over::Pairs => {
                for j in 0..size {
                    for i in 0..j {
                        let gap = eigenvalue(j).zip(eigenvalue(i)).map(|(high, low)| high - low);
                        places.push((Number::one(), [eigenvalue(i), None, gap]));
                    }
                }
            }
        }
        Ok(places)
    }

    /// The value of a variable that is the same in all summands.
    fn variable(&self, meaning: &Meaning, at: &Point) -> Evaluated<Option<Number>> {
        let value = |expr: &Expr| self.evaluation.value(expr, at, 0);
        let number = |expr: &Expr| {
            value(expr)?.as_scalar().ok_or_else(|| "a hypothesis about a matrix".to_owned())
        };
        match meaning {
            Meaning::Size(size) => {
                let size = at.sizes.get(size.as_str()).ok_or("no such size")?;
                Ok(Some(*size - Number::one()))
            }
            Meaning::Given(place) => {
                let (larger, smaller) = self.hypothesis(*place)?;
                Ok(Some(number(larger)? - number(smaller)?))
            }
            Meaning::Ratio(place) => {
                let (larger, smaller) = self.hypothesis(*place)?;
                let inverse = number(smaller)?.inverse().ok_or("a divisor vanishes")?;
                Ok(Some((number(larger)? - number(smaller)?) * inverse))
            }
            Meaning::Trace(place) => {
                let (larger, smaller) = self.hypothesis(*place)?;
                let matrix = value(larger)?;
                let size = Number::residue(matrix.rows as u64);
                let trace = matrix.trace().ok_or("a hypothesis about another shape")?;
                Ok(Some(trace - size * number(smaller)?))
            }
            Meaning::Row(_) | Meaning::Column(_) | Meaning::Gap => Ok(None),
        }
    }

    /// The larger and the smaller side of a hypothesis of the claim.
    fn hypothesis(&self, place: usize) -> Evaluated<(&Expr, &Expr)> {
        let Proposition::Bound { given, .. } = &self.claim.proposition else {
            return Err("no bound".to_owned());
        };
        Ok(given.get(place).ok_or("no such hypothesis")?.larger_first())
    }

    fn form(&self) -> Option<&Letter> {
        match &self.claim.proposition {
            Proposition::Bound { form, .. } => form.as_deref(),
            _ => None,
        }
    }

    /// The letter that is diagonal: a declared symmetric matrix.
    fn basis(&self) -> Evaluated<&Letter> {
        let name = self.bound.basis.as_ref().ok_or("no eigenbasis")?;
        let letter = self.file.letters.iter().find(|letter| *letter.name == **name);
        let letter = letter.ok_or_else(|| format!("no letter `{name}`"))?;
        let matrix = matches!(letter.kind, LetterKind::Matrix(_));
        match matrix && letter.is_symmetric() && !letter.shape.is_scalar() {
            true => Ok(letter),
            false => Err(format!("`{name}` has no eigenbasis")),
        }
    }
}
