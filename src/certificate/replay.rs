//! A log replayed: every integration by parts is done again, on letters with random values.
//!
//! One node says that in expectation a product of traces equals a sum of others. The checker pairs
//! the pivot with every other occurrence itself and compares both sums as numbers, with random
//! values for all letters, the random ones too: as polynomials in matrices they are then equal but
//! for a chance of the order of degree/2^61. No normal form of words is needed for that.

use super::evaluation::{Evaluated, Point, Values};
use super::field::Number;
use super::format::{Expectation, Factor, Node, Target, Term};
use super::matrix::Matrix;
use num_traits::{One, Zero};
use std::collections::{BTreeMap, BTreeSet};

/// An occurrence of a letter: its number, and whether it is read transposed.
type Place = (usize, bool);

/// A log at a point.
pub(super) struct Replay<'a> {
    log: &'a Expectation,
    values: Values<'a>,
    /// The names of the letters that are integrated.
    over: &'a BTreeSet<String>,
    nodes: BTreeMap<usize, &'a Node>,
    known: BTreeMap<usize, Number>,
}

impl<'a> Replay<'a> {
    pub(super) fn new(
        log: &'a Expectation,
        at: &'a Point,
        over: &'a BTreeSet<String>,
    ) -> Evaluated<Self> {
        let nodes: BTreeMap<usize, &Node> =
            log.nodes.iter().map(|node| (node.state, node)).collect();
        if nodes.len() != log.nodes.len() {
            return Err("a state that is expanded twice".to_owned());
        }
        let values = Values::new(log, at)?;
        Ok(Self { log, values, over, nodes, known: BTreeMap::new() })
    }

    /// The values of the letters.
    pub(super) fn values(&self) -> &Values<'a> {
        &self.values
    }

    /// Replays everything: the integrand has the logged value in expectation.
    pub(super) fn run(&mut self) -> Evaluated<()> {
        for node in &self.log.nodes {
            self.check_node(node)?;
        }
        let mut sum = Number::zero();
        for Term(coefficient, factors) in &self.log.input {
            let (state, rest) = self.split(factors)?;
            let rest = self.values.sum(&[Term(coefficient.clone(), rest)])?;
            let state = self.log.states.iter().position(|known| sorted(known) == state);
            let state = state.ok_or("a state of the integrand is not listed")?;
            sum = sum + rest * self.expectation(state)?;
        }
        for Term(_, factors) in &self.log.result {
            if self.meets(factors) {
                return Err("the value holds letters that are integrated".to_owned());
            }
        }
        match sum == self.values.sum(&self.log.result)? {
            true => Ok(()),
            false => Err("the value is not that of the integrand".to_owned()),
        }
    }

    /// The words with integrated letters, each as often as it occurs, and the other factors.
    #[expect(clippy::type_complexity, reason = "a product in two parts")]
    fn split(&self, factors: &[(Factor, i32)]) -> Evaluated<(Vec<Vec<usize>>, Vec<(Factor, i32)>)> {
        let (mut state, mut rest) = (Vec::new(), Vec::new());
        for (factor, exponent) in factors {
            match factor {
                Factor::Trace(word) if self.count(word, None) > 0 => {
                    let times = usize::try_from(*exponent)
                        .map_err(|_| "a divisor with letters that are integrated")?;
                    state.extend(std::iter::repeat_n(word.clone(), times));
                }
                _ => rest.push((factor.clone(), *exponent)),
            }
        }
        if self.meets(&rest) {
            return Err("a divisor with letters that are integrated".to_owned());
        }
        state.sort();
        Ok((state, rest))
    }

    /// How often an integrated letter, or this one, occurs in a word.
    fn count(&self, word: &[usize], letter: Option<&str>) -> usize {
        let counts = |number: &&usize| {
            self.log.letters.get(**number).is_some_and(|row| match letter {
                Some(letter) => row.name == letter,
                None => self.over.contains(&row.name),
            })
        };
        word.iter().filter(counts).count()
    }

    fn state(&self, number: usize) -> Evaluated<&'a Vec<Vec<usize>>> {
        self.log.states.get(number).ok_or_else(|| "no such state".to_owned())
    }

    fn total(&self, state: &[Vec<usize>], letter: Option<&str>) -> usize {
        state.iter().map(|word| self.count(word, letter)).sum()
    }

    /// Whether letters that are integrated occur, also inside definitions.
    fn meets(&self, factors: &[(Factor, i32)]) -> bool {
        factors.iter().any(|(factor, _)| match factor {
            Factor::Scalar(name) => self.over.contains(name),
            Factor::Trace(word) => self.count(word, None) > 0,
            Factor::Reciprocal(number) => {
                let terms = self.log.denominators.get(*number);
                // A denominator that names a later one, or itself, has no value anyway.
                terms.is_none_or(|terms| {
                    terms.iter().any(|Term(_, factors)| {
                        let deeper = factors.iter().filter(|(factor, _)| match factor {
                            Factor::Reciprocal(other) => other < number,
                            _ => true,
                        });
                        let deeper: Vec<_> = deeper.cloned().collect();
                        self.meets(&deeper)
                    })
                })
            }
        })
    }

    /// The expectation of a state, from the nodes.
    fn expectation(&mut self, number: usize) -> Evaluated<Number> {
        if let Some(known) = self.known.get(&number) {
            return Ok(*known);
        }
        let state = self.state(number)?;
        let odd = self.over.iter().any(|letter| self.total(state, Some(letter)) % 2 == 1);
        let value = if odd {
            Number::zero()
        } else if self.total(state, None) == 0 {
            self.traces(state)?
        } else {
            let node = *self.nodes.get(&number).ok_or("a state that is not expanded")?;
            let mut sum = Number::zero();
            for Target(times, factors, target) in &node.to {
                let factor = self.values.product(factors, 0)?;
                let multiple = Number::residue(u64::from(*times)) * factor;
                sum = sum + multiple * self.expectation(*target)?;
            }
            sum
        };
        self.known.insert(number, value);
        Ok(value)
    }

    fn check_node(&self, node: &Node) -> Evaluated<()> {
        let state = self.state(node.state)?;
        if !self.over.contains(&node.letter) {
            return Err(format!("`{}` is not integrated here", node.letter));
        }
        let total = self.total(state, None);
        let mut claimed = Number::zero();
        for Target(times, factors, target) in &node.to {
            let target = self.state(*target)?;
            // So the graph has no cycle, and nothing that is integrated leaves the states.
            if self.total(target, None) + 2 != total || self.meets(factors) {
                return Err("a target that is no pairing".to_owned());
            }
            let factor = self.values.product(factors, 0)? * self.traces(target)?;
            claimed = claimed + Number::residue(u64::from(*times)) * factor;
        }
        match self.pairings(node, state)? == claimed {
            true => Ok(()),
            false => Err("an integration by parts with another result".to_owned()),
        }
    }

    /// The sum over all pairings of the pivot.
    fn pairings(&self, node: &Node, state: &[Vec<usize>]) -> Evaluated<Number> {
        let law = self.log.laws.iter().find(|law| law.letter == node.letter);
        let law = law.ok_or_else(|| format!("no law of `{}`", node.letter))?;
        let scale = match &law.scale {
            None => Number::one(),
            Some((_, terms)) => self.values.sum(terms)?,
        };
        let (index, place) = node.pivot;
        let word = state.get(index).ok_or("a pivot outside its state")?;
        let pivot = *word.get(place).ok_or("a pivot outside its word")?;
        let row = self.log.letters.get(pivot).ok_or("no such letter")?;
        if row.name != node.letter {
            return Err("a pivot that is another letter".to_owned());
        }
        let mut after: Vec<Place> =
            word[place + 1..].iter().chain(&word[..place]).map(|one| (*one, false)).collect();
        if row.transposed {
            after = turned(&after);
        }
        let (rows, columns) = match row.transposed {
            false => (&row.rows, &row.columns),
            true => (&row.columns, &row.rows),
        };
        let covariance: Vec<Place> = law.covariance.iter().map(|one| (*one, false)).collect();
        let mut sum = Number::zero();
        let others = self.traces_but(state, index)?;
        for (at, partner) in after.iter().enumerate() {
            let Some(is_turned) = self.partner(*partner, &node.letter)? else { continue };
            let (between, behind) = (&after[..at], &after[at + 1..]);
            let product = if is_turned {
                let first = self.closed(&[&covariance, behind].concat(), rows)?;
                first * self.closed(between, columns)?
            } else {
                self.closed(&[between, &covariance, &turned(behind)].concat(), columns)?
            };
            sum = sum + product * others;
        }
        for (other, word) in state.iter().enumerate().filter(|(other, _)| *other != index) {
            let rest = self.traces_but_two(state, index, other)?;
            for (at, letter) in word.iter().enumerate() {
                let Some(is_turned) = self.partner((*letter, false), &node.letter)? else {
                    continue;
                };
                let around: Vec<Place> =
                    word[at + 1..].iter().chain(&word[..at]).map(|one| (*one, false)).collect();
                let around = if is_turned { around } else { turned(&around) };
                let product = self.closed(&[&after, &covariance, &around[..]].concat(), columns)?;
                sum = sum + product * rest;
            }
        }
        Ok(sum * scale)
    }

    /// Whether an occurrence is the letter, and then whether it reads transposed. A number is its
    /// own transpose.
    fn partner(&self, (number, is_turned): Place, letter: &str) -> Evaluated<Option<bool>> {
        let row = self.log.letters.get(number).ok_or("no such letter")?;
        if row.name != letter {
            return Ok(None);
        }
        let is_number = row.rows == "1" && row.columns == "1";
        Ok(Some(is_number || row.transposed != is_turned))
    }

    /// The trace of a product that begins and ends in a space.
    fn closed(&self, places: &[Place], space: &str) -> Evaluated<Number> {
        let mut product = None;
        for (number, is_turned) in places {
            let letter = self.values.letter(*number)?;
            let letter = if *is_turned { letter.transpose() } else { letter.clone() };
            product = Some(match product {
                None => letter,
                Some(known) => {
                    Matrix::times(&known, &letter).ok_or("a product that does not fit")?
                }
            });
        }
        let value = match product {
            Some(product) => product.trace(),
            None => Some(Number::residue(self.values.dimension(space)? as u64)),
        };
        value.ok_or_else(|| "a product that is not closed".to_owned())
    }

    fn traces(&self, state: &[Vec<usize>]) -> Evaluated<Number> {
        self.traces_but(state, usize::MAX)
    }

    fn traces_but(&self, state: &[Vec<usize>], index: usize) -> Evaluated<Number> {
        self.traces_but_two(state, index, index)
    }

    fn traces_but_two(
        &self,
        state: &[Vec<usize>],
        index: usize,
        other: usize,
    ) -> Evaluated<Number> {
        let mut product = Number::one();
        for (at, word) in state.iter().enumerate() {
            if at != index && at != other {
                product = product * self.values.product(&[(Factor::Trace(word.clone()), 1)], 0)?;
            }
        }
        Ok(product)
    }
}

fn turned(places: &[Place]) -> Vec<Place> {
    places.iter().rev().map(|(number, is_turned)| (*number, !is_turned)).collect()
}

fn sorted(state: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut state = state.to_vec();
    state.sort();
    state
}
