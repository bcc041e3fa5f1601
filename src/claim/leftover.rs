//! The letters that are left in a value when its expectations are taken.

use super::tree::{Abbreviation, Expr, Letter, LetterKind, Node, Target};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Expr {
    /// The letters left when the expectations and substitutions in it are carried out: an
    /// integrated letter leaves the letters of its covariance, a replaced one those of its
    /// replacement. All-ones vectors do not count, they contract to sizes.
    pub fn letters_left(&self) -> Vec<Arc<Letter>> {
        Leftover::default().of(self)
    }
}

#[derive(Default)]
struct Leftover {
    known: BTreeMap<*const Abbreviation, Vec<Arc<Letter>>>,
}

impl Leftover {
    fn of(&mut self, expr: &Expr) -> Vec<Arc<Letter>> {
        match &*expr.node {
            _ if expr.is_literally_zero() => Vec::new(),
            Node::Letter(letter) if letter.kind == LetterKind::Ones => Vec::new(),
            Node::Letter(letter) => {
                let mut letters = vec![letter.clone()];
                if let Some(law) = letter.law() {
                    merge(&mut letters, self.of(&law.covariance));
                }
                letters
            }
            Node::Abbreviation(abbreviation) => {
                let key = Arc::as_ptr(abbreviation);
                if let Some(letters) = self.known.get(&key) {
                    return letters.clone();
                }
                let letters = self.of(&abbreviation.value);
                self.known.insert(key, letters.clone());
                letters
            }
            Node::Expectation { body, over } => {
                let mut letters = self.of(body);
                letters.retain(|letter| match over {
                    None => !letter.is_random(),
                    Some(bound) => bound.iter().all(|other| other.name != letter.name),
                });
                letters
            }
            Node::Substitute { of, replacements } => {
                let value_of = |letter: &Letter| {
                    replacements.iter().find_map(|(target, value)| match target {
                        Target::Letter(target) if target.name == letter.name => Some(value),
                        _ => None,
                    })
                };
                let mut letters = Vec::new();
                for letter in self.of(of) {
                    match value_of(&letter) {
                        Some(value) => merge(&mut letters, self.of(value)),
                        None => merge(&mut letters, vec![letter]),
                    }
                }
                letters
            }
            _ => {
                let mut letters = Vec::new();
                for part in expr.parts() {
                    merge(&mut letters, self.of(part));
                }
                letters
            }
        }
    }
}

fn merge(letters: &mut Vec<Arc<Letter>>, more: Vec<Arc<Letter>>) {
    for letter in more {
        if letters.iter().all(|known| known.name != letter.name) {
            letters.push(letter);
        }
    }
}
