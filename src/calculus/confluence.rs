//! Whether side rules bring an expression to one form, whatever the order of their use.
//!
//! Where the left sides of two rules overlap in a word, the word can be rewritten by either first.
//! If both results have one normal form for all such words, rewriting, which ends, is confluent
//! (Newman 1942; the critical pairs of Knuth and Bendix 1970).

use super::algebra::Algebra;
use super::alphabet::LetterId;
use super::error::Stop;
use super::matrix::Matrix;
use super::polynomial::Polynomial;
use super::rewriting::Rule;
use dashu_ratio::RBig;

impl Algebra {
    /// The first word of two rules that has two forms, in the words of the claim language.
    ///
    /// # Errors
    /// Where a budget ends.
    pub(super) fn ambiguous_word(&mut self) -> Result<Option<String>, Stop> {
        // A transposed rule stands before the one as written, which is shown.
        let rules: Vec<Rule> = self.rules.iter().rev().cloned().collect();
        for first in &rules {
            for second in &rules {
                for shared in 1..=first.left.len().min(second.left.len()) {
                    let Some(middle) = self.overlap(first, second, shared) else { continue };
                    let front = &first.left[..first.left.len() - shared];
                    let back = &second.left[shared..];
                    let word = [front, &middle, back].concat();
                    if !self.has_one_form(&word)? {
                        let space = self.alphabet.rows(word[0]);
                        let mut shown = Matrix::zero(
                            space,
                            self.alphabet.columns(*word.last().expect("a word")),
                        );
                        shown.add_word(word.into(), &Polynomial::one());
                        return Ok(Some(self.show_matrix(&shown)));
                    }
                }
            }
        }
        Ok(None)
    }

    /// The last letters of one left side as the first ones of another; of two powers of a family
    /// the larger one.
    fn overlap(&mut self, first: &Rule, second: &Rule, shared: usize) -> Option<Vec<LetterId>> {
        let end = &first.left[first.left.len() - shared..];
        let start = &second.left[..shared];
        let mut middle = Vec::with_capacity(shared);
        for (a, b) in end.iter().zip(start) {
            middle.push(if self.rest(*a, *b).is_some() {
                *a
            } else if self.rest(*b, *a).is_some() {
                *b
            } else {
                return None;
            });
        }
        Some(middle)
    }

    /// Whether all rules that apply somewhere in a word lead to one normal form.
    fn has_one_form(&mut self, word: &[LetterId]) -> Result<bool, Stop> {
        let rows = self.alphabet.rows(word[0]);
        let columns = self.alphabet.columns(*word.last().expect("a word: a bug"));
        let mut known: Option<Matrix> = None;
        for found in self.all_matches(word, true) {
            let mut sum = Matrix::zero(rows, columns);
            self.add_replaced(&mut sum, &found, &Polynomial::one())?;
            let form = self.normal_matrix(&sum)?;
            match &known {
                None => known = Some(form),
                Some(other) => {
                    let mut difference = form;
                    difference.add_scaled(other, &-RBig::ONE);
                    if !self.normal_matrix(&difference)?.is_empty() {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }
}
