//! Side rules: assumed equations, used from left to right on normal forms and nowhere else.
//!
//! The left side is a product of deterministic letters, or a power of a scalar. A power of a family
//! at an end of the product also matches a higher one, whose rest stays. Every replacement is
//! shorter than what it replaces (or as long, and earlier in the order of letters), so rewriting
//! ends; whether different orders end in the same form (`confluence.rs`) is reported, but nothing
//! rests on it, because a difference that is left under rules shows nothing.

use super::algebra::Algebra;
use super::alphabet::{Exponent, FamilyId, LetterId, Role, SpaceId, added};
use super::error::Stop;
use super::matrix::Matrix;
use super::monomial::Atom;
use super::polynomial::Polynomial;
use super::root::Root;
use super::word::transposed;
use dashu_ratio::RBig;

/// A product of letters that equals a matrix.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) left: Vec<LetterId>,
    pub(super) right: Matrix,
    /// Only brings two letters that commute into order.
    commutes: bool,
}

/// A word around a place where a rule applies.
pub(super) struct Match {
    pub(super) before: Vec<LetterId>,
    pub(super) value: Matrix,
    pub(super) after: Vec<LetterId>,
}

impl Algebra {
    /// Adds the rule `left == right` and its transpose.
    ///
    /// # Errors
    /// Where the left side is no product of letters, or the right side is not shorter.
    pub(super) fn add_rule(&mut self, left: &Matrix, right: &Matrix) -> Result<(), Stop> {
        let right = self.normal_matrix(right)?;
        if left.is_scalar() {
            return self.add_scalar_rule(&left.clone().into_scalar(), right.into_scalar());
        }
        let Some((word, factor)) = left.single() else {
            let shown = self.show_matrix(left);
            return Err(Stop::unsupported(format!(
                "the rule for `{shown}` is for no single product"
            )));
        };
        let word = word.to_vec();
        let factor = self.reciprocal(factor)?;
        let right = right.map(|one| one.times(&factor, &mut self.monomials))?;
        if word.is_empty() || !right.terms().all(|(other, _)| self.shrinks(&word, other)) {
            let shown = self.show_matrix(left);
            return Err(Stop::unsupported(format!(
                "the rule for `{shown}` does not make expressions shorter, so it is not used"
            )));
        }
        let turned = transposed(&self.alphabet, &word);
        let turned_right = self.transpose(&right);
        if turned_right.terms().all(|(other, _)| self.shrinks(&turned, other)) {
            if turned != word {
                self.rules.push(Rule { left: turned, right: turned_right, commutes: false });
            }
        } else if let Some((other, factor)) = turned_right.single()
            && let Some(factor) = factor.as_number()
            && other != word
        {
            // As long, and later in the order of letters: used from right to left. For symmetric
            // letters it is the rule itself.
            let mut back = Matrix::zero(right.columns, right.rows);
            back.add_word(turned.into(), &Polynomial::number(RBig::ONE / factor));
            self.rules.push(Rule { left: other.to_vec(), right: back, commutes: false });
        }
        self.rules.push(Rule { left: word, right, commutes: false });
        self.normal_traces.clear();
        Ok(())
    }

    /// Adds the rule that a letter moves to the right past the square root of another, and past its
    /// inverse, with which it commutes.
    pub(super) fn add_commutation(&mut self, letter: LetterId, family: FamilyId) {
        for doubled in [1, -1] {
            let root = self.alphabet.power(family, false, &[(0, doubled)]);
            let space = self.alphabet.rows(letter);
            let mut right = Matrix::zero(space, space);
            right.add_word([root, letter].into(), &Polynomial::one());
            self.rules.push(Rule { left: vec![letter, root], right, commutes: true });
        }
        self.normal_traces.clear();
    }

    /// `q^k == x`, like a root whose sign is not known.
    fn add_scalar_rule(&mut self, left: &Polynomial, radicand: Polynomial) -> Result<(), Stop> {
        let power =
            left.single().and_then(
                |(monomial, factor)| match self.monomials.factors(monomial)[..] {
                    [(Atom::Scalar(symbol), order @ 1..)] => Some((symbol, order, factor.clone())),
                    _ => None,
                },
            );
        let Some((symbol, order, factor)) = power else {
            let shown = self.show(left);
            return Err(Stop::unsupported(format!(
                "the rule for `{shown}` is for no power of a scalar"
            )));
        };
        if self.depends(&radicand, symbol) {
            return Err(Stop::unsupported("a rule for a scalar has the scalar on its right side"));
        }
        let radicand = radicand.scaled(&(RBig::ONE / factor));
        self.roots.push(Root { symbol, order: order as u32, radicand, positive: false });
        self.normal_traces.clear();
        Ok(())
    }

    /// Whether rewriting `word` to `other` brings it nearer to an end.
    fn shrinks(&self, word: &[LetterId], other: &[LetterId]) -> bool {
        let (ahead, behind) = (self.length(word), self.length(other));
        behind < ahead || (behind == ahead && other < word)
    }

    /// The length of a word, powers written out.
    pub(super) fn length(&self, word: &[LetterId]) -> i32 {
        let one = |letter: &LetterId| match self.alphabet.role(*letter) {
            Role::Power { exponents, .. } => exponents.iter().map(|(_, e)| e.abs()).sum(),
            _ => 2,
        };
        word.iter().map(one).sum()
    }

    /// The first rule that applies to a word, and where.
    pub(super) fn matched(&mut self, word: &[LetterId]) -> Option<Match> {
        (0..self.rules.len())
            .find_map(|rule| (0..word.len()).find_map(|start| self.match_at(word, rule, start)))
    }

    /// All rules that apply to a word, and where, with or without those that only bring letters into
    /// order.
    pub(super) fn all_matches(&mut self, word: &[LetterId], with_commuting: bool) -> Vec<Match> {
        let mut found = Vec::new();
        for rule in 0..self.rules.len() {
            if self.rules[rule].commutes && !with_commuting {
                continue;
            }
            found.extend((0..word.len()).filter_map(|start| self.match_at(word, rule, start)));
        }
        found
    }

    /// The use of a rule at a place of a word.
    fn match_at(&mut self, word: &[LetterId], rule: usize, start: usize) -> Option<Match> {
        let end = start + self.rules[rule].left.len();
        let part = word.get(start..end)?;
        let rule = self.rules[rule].clone();
        let (left, right) = self.rests(part, &rule.left)?;
        let before = [&word[..start], &left].concat();
        let after = [&right[..], &word[end..]].concat();
        Some(Match { before, value: rule.right, after })
    }

    /// What is left at both ends when a rule's product is taken out of a part of a word.
    fn rests(
        &mut self,
        part: &[LetterId],
        left: &[LetterId],
    ) -> Option<(Vec<LetterId>, Vec<LetterId>)> {
        let last = left.len() - 1;
        for place in 1..last {
            if part[place] != left[place] {
                return None;
            }
        }
        let front = self.rest(part[0], left[0])?;
        if last == 0 {
            return Some((front, Vec::new()));
        }
        Some((front, self.rest(part[last], left[last])?))
    }

    /// The power that is left of a letter when another is taken out: none for the same letter.
    pub(super) fn rest(&mut self, letter: LetterId, taken: LetterId) -> Option<Vec<LetterId>> {
        if letter == taken {
            return Some(Vec::new());
        }
        let (
            Role::Power { family, transposed, exponents },
            Role::Power { family: other, transposed: turned, exponents: less },
        ) = (self.alphabet.role(letter).clone(), self.alphabet.role(taken).clone())
        else {
            return None;
        };
        if family != other || transposed != turned {
            return None;
        }
        let of = |all: &[Exponent], generator: u16| {
            all.iter().find(|(known, _)| *known == generator).map_or(0, |(_, e)| *e)
        };
        // Each exponent of the same sign and at least as large.
        let contains = less.iter().all(|(generator, e)| {
            let whole = of(&exponents, *generator);
            whole.signum() == e.signum() && whole.abs() >= e.abs()
        });
        if !contains {
            return None;
        }
        let negated: Vec<Exponent> = less.iter().map(|(generator, e)| (*generator, -e)).collect();
        let rest = added(&exponents, &negated);
        Some(vec![self.alphabet.power(family, transposed, &rest)])
    }

    /// A closed word after one use of a rule; `None` if none applies to any of its rotations.
    pub(super) fn rewritten_trace(
        &mut self,
        letters: &[LetterId],
    ) -> Result<Option<Polynomial>, Stop> {
        // Round a cycle of letters that all commute nothing comes to an end.
        let cycle = self.in_order_of_families(letters);
        if let Some(sorted) = cycle.as_ref().filter(|_| letters.len() > 2) {
            let space = self.alphabet.rows(letters[0]);
            let trace = self.trace(sorted, space);
            return Ok(Some(Polynomial::term(trace, RBig::ONE)));
        }
        for start in 0..letters.len() {
            let rotated = [&letters[start..], &letters[..start]].concat();
            // A word that begins at a cut is no cycle.
            let is_cut = self.alphabet.rows(letters[0]) == SpaceId::ONE;
            if is_cut && start > 0 {
                break;
            }
            let all = self.all_matches(&rotated, cycle.is_none());
            if let Some(found) = all.into_iter().next() {
                let space = self.alphabet.rows(rotated[0]);
                let mut sum = Matrix::zero(space, space);
                self.add_replaced(&mut sum, &found, &Polynomial::one())?;
                return Ok(Some(self.matrix_trace(&sum)));
            }
        }
        Ok(None)
    }

    /// Adds a word with a rule used at a place of it.
    pub(super) fn add_replaced(
        &mut self,
        matrix: &mut Matrix,
        found: &Match,
        coefficient: &Polynomial,
    ) -> Result<(), Stop> {
        for (middle, factor) in found.value.terms() {
            let product = [&found.before[..], middle, &found.after].concat();
            let factor = factor.times(coefficient, &mut self.monomials)?;
            self.add_product(matrix, &product, &factor)?;
        }
        Ok(())
    }
}
