//! Prints the typed tree in the ASCII of the language.
//!
//! Reading the printed text in the names of the same file gives the same tree. So brackets stand
//! where precedence or association would give another tree, and nowhere else: `a*(b*c)` keeps its
//! brackets, since `a*b*c` is `(a*b)*c`. Names print as names, not as their values. A number that
//! is no natural number is spelt by operators: the decimal 0.1 prints as the quotient `1/10`.

use super::tree::{
    Claim, Comparison, Expr, Hypothesis, Letter, Node, NumericFunction, Proposition, Space, Target,
};
use dashu_ratio::RBig;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// How tightly the outermost operator of a printed expression binds (section 3 of the language).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Sum,
    Product,
    Sign,
    Postfix,
}

impl Level {
    fn of(expr: &Expr) -> Self {
        match &*expr.node {
            Node::Add(..) | Node::Subtract(..) => Self::Sum,
            Node::Multiply(..) | Node::Divide(..) => Self::Product,
            Node::Number(value) if !value.is_int() => Self::Product,
            Node::Number(value) if *value < RBig::ZERO => Self::Sign,
            Node::Negate(_) => Self::Sign,
            _ => Self::Postfix,
        }
    }
}

/// An expression where only operators of some level and above may stand without brackets.
struct Operand<'a>(&'a Expr, Level);

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if Level::of(self.0) < self.1 { write!(f, "({})", self.0) } else { self.0.fmt(f) }
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sum = |expr| Operand(expr, Level::Sum);
        let product = |expr| Operand(expr, Level::Product);
        let sign = |expr| Operand(expr, Level::Sign);
        let postfix = |expr| Operand(expr, Level::Postfix);
        match &*self.node {
            Node::Number(value) => write!(f, "{value}"),
            Node::Size(name) => f.write_str(name),
            Node::Letter(letter) => f.write_str(&letter.name),
            Node::Abbreviation(abbreviation) => f.write_str(&abbreviation.name),
            Node::Element(element) => f.write_str(&element.name),
            Node::Identity { written_size: false } => f.write_str("I"),
            Node::Identity { written_size: true } => match &self.shape.rows {
                Space::One => f.write_str("I(1)"),
                Space::Size(name) => write!(f, "I({name})"),
            },
            Node::Add(a, b) => write!(f, "{} + {}", sum(a), product(b)),
            Node::Subtract(a, b) => write!(f, "{} - {}", sum(a), product(b)),
            Node::Multiply(a, b) => write!(f, "{}*{}", product(a), sign(b)),
            Node::Divide(a, b) => write!(f, "{}/{}", product(a), sign(b)),
            Node::Negate(a) => write!(f, "-{}", sign(a)),
            Node::Power(base, exponent) if exponent.is_int() => {
                write!(f, "{}^{exponent}", postfix(base))
            }
            Node::Power(base, exponent) => write!(f, "{}^({exponent})", postfix(base)),
            Node::Transpose(a) => write!(f, "{}'", postfix(a)),
            Node::Trace(a) => write!(f, "tr({a})"),
            Node::Inverse(a) => write!(f, "inv({a})"),
            Node::QuadraticForm { vector, matrix } => write!(f, "qf({vector}, {matrix})"),
            Node::Norm { of, squared: false, .. } => write!(f, "||{of}||"),
            Node::Norm { of, weight: None, .. } => write!(f, "||{of}||^2"),
            Node::Norm { of, weight: Some(weight), .. } => write!(f, "||{of}||^2_({weight})"),
            Node::Expectation { body, over: None } => write!(f, "E[{body}]"),
            Node::Expectation { body, over: Some(over) } => {
                write!(f, "E[{body}; {}]", names(over))
            }
            Node::Gradient { of, with_respect_to } => {
                write!(f, "grad({of}, {})", with_respect_to.name)
            }
            Node::Substitute { of, replacements } => {
                write!(f, "subst({of}")?;
                for (target, value) in replacements {
                    write!(f, ", {} -> {value}", target.name())?;
                }
                f.write_str(")")
            }
            Node::Lie { quantity, loss, letters } => {
                write!(f, "lie({quantity}, {loss}, {})", names(letters))
            }
            Node::Numeric { function, arguments } => {
                write!(f, "{}({})", function.word(), separated(arguments))
            }
        }
    }
}

impl Target {
    /// The name that is replaced.
    pub fn name(&self) -> &Arc<str> {
        match self {
            Self::Letter(letter) => &letter.name,
            Self::Size(size) => size,
        }
    }
}

impl NumericFunction {
    /// The word of the language, such as `sqrt`.
    pub fn word(self) -> &'static str {
        match self {
            Self::SquareRoot => "sqrt",
            Self::Exponential => "exp",
            Self::Logarithm => "log",
            Self::Minimum => "min",
            Self::Maximum => "max",
            Self::OperatorNorm => "opnorm",
            Self::SmallestEigenvalue => "eigmin",
            Self::LargestEigenvalue => "eigmax",
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
        })
    }
}

impl Display for Hypothesis {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.left, self.comparison, self.right)
    }
}

impl Display for Proposition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal { left, right } => write!(f, "{left} == {right}"),
            Self::Minimizer { loss, letter, value } => {
                write!(f, "minimizer({}, {}) == {value}", loss.name, letter.name)
            }
            Self::Minimum { loss, letter, value } => {
                write!(f, "minimum({}, {}) == {value}", loss.name, letter.name)
            }
            Self::Limit { of, size, value } => write!(f, "limit({of}, {size}) == {value}"),
            Self::Coefficient { of, size, order, value } => {
                write!(f, "coeff({of}, {size}, {order}) == {value}")
            }
            Self::Reaches { of, value } => write!(f, "reaches({of}) == {value}"),
            Self::Bound { left, comparison, right, given, form } => {
                write!(f, "{left} {comparison} {right}")?;
                let hypotheses = given.iter().map(ToString::to_string);
                let form = form.iter().map(|letter| format!("form {}", letter.name));
                let given: Vec<String> = hypotheses.chain(form).collect();
                if given.is_empty() { Ok(()) } else { write!(f, " given {}", given.join(", ")) }
            }
        }
    }
}

impl Claim {
    /// What the line says, without its name: the proposition and `by RULE(...)`.
    pub fn statement(&self) -> String {
        match &self.by {
            None => self.proposition.to_string(),
            Some(by) => format!("{} by {}({})", self.proposition, by.rule, by.premises.join(", ")),
        }
    }
}

fn separated(values: &[Expr]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn names(letters: &[Arc<Letter>]) -> String {
    letters.iter().map(|letter| &*letter.name).collect::<Vec<_>>().join(", ")
}
