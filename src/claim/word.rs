//! The reading of an expression as words of letters, to see that it equals its transpose.

use super::family::family_of;
use super::tree::{Expr, Node, Target};
use dashu_int::IBig;

/// Nodes that are looked at before the answer is "not visibly".
const EFFORT: usize = 4000;

/// Whether the expression is visibly its own transpose: the words of its summands, read backwards
/// with every letter transposed, are the same words. Members of one commuting family may swap.
pub(super) fn is_visibly_symmetric(expr: &Expr) -> bool {
    expr.shape.is_scalar() || are_visibly_transposes(expr, expr)
}

/// Whether one expression is visibly the transpose of the other.
pub(super) fn are_visibly_transposes(left: &Expr, right: &Expr) -> bool {
    let mut reader = Reader { effort: EFFORT };
    let left = reader.read(left, false);
    left.is_some() && left == reader.read(right, true)
}

/// Turns expressions into a text that is the same for expressions that are the same words.
struct Reader {
    effort: usize,
}

/// One matrix factor of a word, and the commuting family in which it may swap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Factor {
    family: Option<String>,
    text: String,
}

/// A product: its scalar factors, and its matrix factors in order.
#[derive(Clone, Default)]
struct Word {
    scalars: Vec<String>,
    factors: Vec<Factor>,
}

impl Word {
    fn text(mut self) -> String {
        self.scalars.sort();
        for run in self.factors.chunk_by_mut(|a, b| a.family.is_some() && a.family == b.family) {
            run.sort();
        }
        let factors = self.factors.into_iter().map(|factor| factor.text);
        self.scalars.into_iter().chain(factors).collect::<Vec<_>>().join("*")
    }
}

impl Reader {
    fn read(&mut self, expr: &Expr, transposed: bool) -> Option<String> {
        if expr.shape.is_scalar() { self.scalar(expr) } else { self.summands(expr, transposed) }
    }

    /// A 1 x 1 expression: the smaller of its two readings.
    fn scalar(&mut self, expr: &Expr) -> Option<String> {
        Some(self.summands(expr, false)?.min(self.summands(expr, true)?))
    }

    fn summands(&mut self, expr: &Expr, transposed: bool) -> Option<String> {
        let mut summands = Vec::new();
        self.sum(expr, transposed, false, &mut summands)?;
        summands.sort();
        Some(summands.join("+"))
    }

    fn sum(
        &mut self,
        expr: &Expr,
        transposed: bool,
        negative: bool,
        summands: &mut Vec<String>,
    ) -> Option<()> {
        self.effort = self.effort.checked_sub(1)?;
        match &*expr.node {
            Node::Abbreviation(abbreviation) => {
                self.sum(&abbreviation.value, transposed, negative, summands)
            }
            Node::Transpose(inner) => self.sum(inner, !transposed, negative, summands),
            Node::Negate(inner) => self.sum(inner, transposed, !negative, summands),
            Node::Add(a, b) => {
                self.sum(a, transposed, negative, summands)?;
                self.sum(b, transposed, negative, summands)
            }
            Node::Subtract(a, b) => {
                self.sum(a, transposed, negative, summands)?;
                self.sum(b, transposed, !negative, summands)
            }
            _ => {
                let mut word = Word::default();
                self.product(expr, transposed, &mut word)?;
                let sign = if negative { "-" } else { "" };
                summands.push(format!("{sign}{}", word.text()));
                Some(())
            }
        }
    }

    fn product(&mut self, expr: &Expr, transposed: bool, word: &mut Word) -> Option<()> {
        self.effort = self.effort.checked_sub(1)?;
        match &*expr.node {
            Node::Abbreviation(abbreviation) => self.product(&abbreviation.value, transposed, word),
            Node::Transpose(inner) => self.product(inner, !transposed, word),
            Node::Multiply(a, b) => {
                let (first, second) = if transposed { (b, a) } else { (a, b) };
                for factor in [first, second] {
                    if factor.shape.is_scalar() {
                        let text = self.scalar(factor)?;
                        word.scalars.push(format!("({text})"));
                    } else {
                        self.product(factor, transposed, word)?;
                    }
                }
                Some(())
            }
            Node::Divide(a, b) => {
                self.product(a, transposed, word)?;
                let text = self.scalar(b)?;
                word.scalars.push(format!("1/({text})"));
                Some(())
            }
            Node::Power(base, exponent) => {
                let count =
                    usize::try_from(exponent.numerator()).ok().filter(|_| exponent.is_int());
                match count.filter(|count| (1..=16).contains(count)) {
                    Some(count) if !expr.shape.is_scalar() => {
                        (0..count).try_for_each(|_| self.product(base, transposed, word))
                    }
                    _ => {
                        let text = self.read(base, transposed)?;
                        self.push(expr, format!("({text})^{exponent}"), word)
                    }
                }
            }
            _ => {
                let text = self.atom(expr, transposed)?;
                self.push(expr, text, word)
            }
        }
    }

    fn push(&mut self, expr: &Expr, text: String, word: &mut Word) -> Option<()> {
        let family = family_of(expr).map(|base| base.to_string());
        word.factors.push(Factor { family, text });
        Some(())
    }

    fn atom(&mut self, expr: &Expr, transposed: bool) -> Option<String> {
        let mark = if transposed { "'" } else { "" };
        Some(match &*expr.node {
            Node::Number(value) => value.to_string(),
            Node::Size(name) => name.to_string(),
            Node::Identity { .. } => "I".to_owned(),
            Node::Letter(letter) if letter.is_symmetric() => letter.name.to_string(),
            Node::Letter(letter) => format!("{}{mark}", letter.name),
            Node::Element(element) => {
                let base = family_of(&element.value);
                let symmetric = base.is_some_and(|base| base.letter.is_symmetric());
                format!("{}{}", element.name, if symmetric { "" } else { mark })
            }
            Node::Trace(inner) => {
                let (a, b) = (self.read(inner, false)?, self.read(inner, true)?);
                format!("tr({})", a.min(b))
            }
            Node::Inverse(inner) => {
                format!("({})^{}", self.read(inner, transposed)?, IBig::NEG_ONE)
            }
            Node::Expectation { body, over } => {
                let over: Vec<&str> = over.iter().flatten().map(|letter| &*letter.name).collect();
                format!("E[{};{}]", self.read(body, transposed)?, over.join(","))
            }
            Node::Substitute { of, replacements } => {
                let mut text = format!("subst({}", self.read(of, transposed)?);
                for (target, value) in replacements {
                    let name = match target {
                        Target::Letter(letter) => &letter.name,
                        Target::Size(size) => size,
                    };
                    text += &format!(",{name}->{}", self.read(value, false)?);
                }
                text + ")"
            }
            Node::Gradient { of, with_respect_to } => {
                format!("grad({},{}){mark}", self.read(of, false)?, with_respect_to.name)
            }
            Node::Lie { letters, .. } => {
                let names: Vec<&str> = letters.iter().map(|letter| &*letter.name).collect();
                format!("lie({},{})", self.parts(expr)?, names.join(","))
            }
            Node::Norm { squared, .. } => format!("norm({},{squared})", self.parts(expr)?),
            Node::QuadraticForm { .. } => format!("qf({})", self.parts(expr)?),
            Node::Numeric { function, .. } => format!("{function:?}({})", self.parts(expr)?),
            // A sum inside a product.
            _ => format!("({})", self.summands(expr, transposed)?),
        })
    }

    fn parts(&mut self, expr: &Expr) -> Option<String> {
        let parts: Option<Vec<String>> =
            expr.parts().into_iter().map(|part| self.read(part, false)).collect();
        Some(parts?.join(","))
    }
}
