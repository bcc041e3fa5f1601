//! Prints the typed tree in LaTeX, for amsmath and amssymb.
//!
//! Unlike [`super::text`], which reproduces the tree, this is for the eye: quotients are fractions,
//! products are juxtaposed, and a bracket that only records an association (`a(bc)`, `a + (b + c)`)
//! is left out. What the language reads between dollar signs has the same value when read back.

use super::latex_name::{letter, name};
use super::tree::{
    Claim, Comparison, Expr, Hypothesis, Letter, Node, NumericFunction, Proposition, Shape, Space,
};
use dashu_ratio::RBig;
use std::sync::Arc;

/// How much a formula holds together: what may be done to it without brackets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// A sum.
    Sum,
    /// A term with a minus sign in front.
    Signed,
    /// An operator in front of its operand, such as a gradient: a term, but no factor.
    Operator,
    /// A product: a term and the start of a product.
    Product,
    /// A factor that takes no superscript, such as a fraction.
    Factor,
    /// A symbol, a bracket, a function with its argument.
    Atom,
}

/// What a formula starts or ends with, which decides what stands between two factors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// A digit, or a fraction of numbers behind which one could be misread.
    Number,
    /// An upright word.
    Word,
    /// A bracket that belongs to a function.
    Function,
    Symbol,
}

/// A piece of LaTeX with what its neighbours need to know.
struct Formula {
    text: String,
    level: Level,
    /// Taller than a line, so that brackets around it must grow.
    tall: bool,
    first: Edge,
    last: Edge,
}

impl Formula {
    fn new(text: impl Into<String>, level: Level, tall: bool) -> Self {
        Self { text: text.into(), level, tall, first: Edge::Symbol, last: Edge::Symbol }
    }

    fn symbol(text: String) -> Self {
        let word = text.starts_with("\\mathrm");
        let edge = if word { Edge::Word } else { Edge::Symbol };
        Self { first: edge, last: edge, ..Self::new(text, Level::Atom, false) }
    }

    /// `word(argument)`.
    fn function(word: &str, argument: Self) -> Self {
        let text = format!("{word}{}", argument.bracketed("(", ")").text);
        Self { last: Edge::Function, ..Self::new(text, Level::Atom, argument.tall) }
    }

    /// The formula between brackets, which grow around a tall one.
    fn bracketed(&self, open: &str, close: &str) -> Self {
        let text = match self.tall {
            true => format!("\\!\\left{open}{}\\right{close}", self.text),
            false => format!("{open}{}{close}", self.text),
        };
        Self::new(text, Level::Atom, self.tall)
    }

    /// In brackets, unless it holds together well enough.
    fn at_least(self, level: Level) -> Self {
        if self.level >= level {
            return self;
        }
        let mut bracketed = self.bracketed("(", ")");
        // The negative space pulls the bracket to a function; here is none.
        if let Some(text) = bracketed.text.strip_prefix("\\!") {
            bracketed.text = text.to_owned();
        }
        bracketed
    }

    fn superscript(self, exponent: &str) -> Self {
        let mut base = self.at_least(Level::Atom);
        base.text.push_str(&format!("^{{{exponent}}}"));
        base.level = Level::Factor;
        base.last = Edge::Symbol;
        base
    }

    fn negated(self) -> Self {
        let operand = self.at_least(Level::Operator);
        Self { text: format!("-{}", operand.text), level: Level::Signed, ..operand }
    }

    /// `self sign right` of a sum.
    fn plus(mut self, sign: &str, right: Self) -> Self {
        self.text.push_str(&format!(" {sign} {}", right.text));
        Self { level: Level::Sum, tall: self.tall || right.tall, last: right.last, ..self }
    }

    fn times(self, right: Self) -> Self {
        // A minus sign in front of a product is one in front of its first factor.
        let signed = self.level == Level::Signed;
        let mut left = if signed { self } else { self.at_least(Level::Product) };
        let right = right.at_least(Level::Product);
        left.text.push_str(match (left.last, right.first) {
            (_, Edge::Number) => " \\cdot ",
            (Edge::Word | Edge::Function, _) | (_, Edge::Word) => "\\, ",
            _ => " ",
        });
        left.text.push_str(&right.text);
        let level = if signed { Level::Signed } else { Level::Product };
        Self { level, tall: left.tall || right.tall, last: right.last, ..left }
    }

    fn over(self, denominator: Self) -> Self {
        let numbers = self.first == Edge::Number && denominator.first == Edge::Number;
        let text = format!("\\frac{{{}}}{{{}}}", self.text, denominator.text);
        let first = if numbers { Edge::Number } else { Edge::Symbol };
        Self { first, ..Self::new(text, Level::Factor, true) }
    }
}

impl Expr {
    /// The expression in LaTeX, without dollar signs; needs amsmath and amssymb. Names print as
    /// names, not as their values.
    pub fn latex(&self) -> String {
        formula(self).text
    }
}

fn formula(expr: &Expr) -> Formula {
    match &*expr.node {
        Node::Number(value) => number(value),
        Node::Size(size) => Formula::symbol(name(size)),
        Node::Letter(it) => Formula::symbol(letter(it)),
        Node::Abbreviation(abbreviation) => Formula::symbol(name(&abbreviation.name)),
        Node::Element(element) => Formula::symbol(name(&element.name)),
        Node::Identity { written_size } => Formula::symbol(identity(&expr.shape, *written_size)),
        Node::Negate(a) => formula(a).negated(),
        Node::Add(a, b) => {
            let right = formula(b);
            let sum = right.level == Level::Sum && !right.text.starts_with('-');
            let least = if sum { Level::Sum } else { Level::Operator };
            formula(a).plus("+", right.at_least(least))
        }
        Node::Subtract(a, b) => formula(a).plus("-", formula(b).at_least(Level::Operator)),
        Node::Multiply(a, b) => formula(a).times(formula(b)),
        Node::Divide(a, b) => formula(a).over(formula(b)),
        Node::Power(base, exponent) => power(base, exponent),
        Node::Transpose(a) => formula(a).superscript("\\top"),
        Node::Trace(a) => Formula::function("\\operatorname{tr}", formula(a)),
        Node::Inverse(a) => formula(a).superscript("-1"),
        Node::QuadraticForm { vector, matrix } => {
            let transposed = formula(vector).superscript("\\top");
            transposed.times(formula(matrix)).times(formula(vector).at_least(Level::Factor))
        }
        Node::Norm { of, squared, weight } => {
            let weight = weight.as_ref().map(formula);
            norm(formula(of), *squared, weight.map(|weight| weight.text))
        }
        Node::Expectation { body, over } => {
            let over = over.as_ref().map(|over| format!("_{{{}}}", letters(over)));
            let body = formula(body);
            let bracket = body.bracketed("[", "]");
            let text = format!("\\mathbb{{E}}{}{}", over.unwrap_or_default(), bracket.text);
            Formula { last: Edge::Function, ..Formula::new(text, Level::Atom, body.tall) }
        }
        Node::Gradient { of, with_respect_to } => gradient(&letter(with_respect_to), formula(of)),
        Node::Substitute { of, replacements } => {
            let of = formula(of).at_least(Level::Atom);
            let replacements: Vec<String> = replacements
                .iter()
                .map(|(target, value)| format!("{} \\to {}", name(target.name()), value.latex()))
                .collect();
            let replacements = replacements.join(",\\, ");
            let text = format!("\\left.{}\\right|_{{{replacements}}}", of.text);
            Formula { last: Edge::Function, ..Formula::new(text, Level::Factor, of.tall) }
        }
        Node::Lie { quantity, loss, letters: moved } => {
            // The letter that runs over the moved ones must be none of the claim's own.
            let taken = expr.letters().iter().any(|letter| &*letter.name == "theta");
            let running = if taken { "\\vartheta" } else { "\\theta" };
            let (q, l) = (gradient(running, formula(quantity)), gradient(running, formula(loss)));
            let inner = Formula::new(format!("{},\\, {}", q.text, l.text), Level::Sum, true);
            let text = format!(
                "-\\sum_{{{running} \\in \\{{{}\\}}}} {}",
                letters(moved),
                inner.bracketed("\\langle ", "\\rangle").text.trim_start_matches("\\!")
            );
            Formula::new(text, Level::Signed, true)
        }
        Node::Numeric { function, arguments } => {
            numeric(*function, arguments.iter().map(formula).collect())
        }
    }
}

fn number(value: &RBig) -> Formula {
    if *value < RBig::ZERO {
        return number(&-value).negated();
    }
    let natural = |digits: String| Formula {
        first: Edge::Number,
        last: Edge::Number,
        ..Formula::new(digits, Level::Atom, false)
    };
    match value.is_int() {
        true => natural(value.to_string()),
        false => {
            natural(value.numerator().to_string()).over(natural(value.denominator().to_string()))
        }
    }
}

fn identity(shape: &Shape, written_size: bool) -> String {
    match &shape.rows {
        _ if !written_size => "I".to_owned(),
        Space::One => "I_{1}".to_owned(),
        Space::Size(size) => format!("I_{{{}}}", name(size)),
    }
}

fn power(base: &Expr, exponent: &RBig) -> Formula {
    match &*base.node {
        // A power of an inverse is a negative power.
        Node::Inverse(inner) if *exponent > RBig::ONE && exponent.is_int() => {
            formula(inner).superscript(&format!("-{exponent}"))
        }
        _ => formula(base).superscript(&exponent.to_string()),
    }
}

fn gradient(of: &str, value: Formula) -> Formula {
    let value = value.at_least(Level::Factor);
    Formula {
        last: value.last,
        ..Formula::new(format!("\\nabla_{{{of}}} {}", value.text), Level::Operator, value.tall)
    }
}

fn norm(of: Formula, squared: bool, weight: Option<String>) -> Formula {
    let bars = match of.tall {
        true => format!("\\left\\lVert {} \\right\\rVert", of.text),
        false => format!("\\lVert {} \\rVert", of.text),
    };
    let square = if squared { "^{2}" } else { "" };
    let weight = weight.map(|weight| format!("_{{{weight}}}")).unwrap_or_default();
    let level = if squared { Level::Factor } else { Level::Atom };
    Formula::new(format!("{bars}{square}{weight}"), level, of.tall)
}

fn numeric(function: NumericFunction, arguments: Vec<Formula>) -> Formula {
    use NumericFunction as F;
    let tall = arguments.iter().any(|argument| argument.tall);
    let texts: Vec<String> = arguments.into_iter().map(|argument| argument.text).collect();
    let inner = Formula::new(texts.join(", "), Level::Sum, tall);
    match function {
        F::SquareRoot => Formula::new(format!("\\sqrt{{{}}}", inner.text), Level::Factor, tall),
        F::OperatorNorm => norm(inner, false, Some("\\mathrm{op}".to_owned())),
        F::Exponential => Formula::function("\\exp", inner),
        F::Logarithm => Formula::function("\\log", inner),
        F::Minimum => Formula::function("\\min", inner),
        F::Maximum => Formula::function("\\max", inner),
        F::SmallestEigenvalue => Formula::function("\\lambda_{\\min}", inner),
        F::LargestEigenvalue => Formula::function("\\lambda_{\\max}", inner),
    }
}

fn letters(letters: &[Arc<Letter>]) -> String {
    letters.iter().map(|it| letter(it)).collect::<Vec<_>>().join(", ")
}

impl Comparison {
    fn latex(self) -> &'static str {
        match self {
            Self::AtLeast => "\\ge",
            Self::AtMost => "\\le",
        }
    }
}

impl Hypothesis {
    fn latex(&self) -> String {
        let (left, right) = (self.left.latex(), self.right.latex());
        if self.left.shape.is_scalar() {
            return format!("{left} {} {right}", self.comparison.latex());
        }
        // A symmetric matrix whose smallest eigenvalue is bounded.
        let order = match self.comparison {
            Comparison::AtLeast => "\\succeq",
            Comparison::AtMost => "\\preceq",
        };
        let bound = formula(&self.right).times(Formula::symbol("I".to_owned()));
        format!("{left} {order} {}", bound.text)
    }
}

impl Proposition {
    /// The proposition in LaTeX, without dollar signs; needs amsmath and amssymb.
    pub fn latex(&self) -> String {
        let operand = |expr: &Expr| formula(expr).at_least(Level::Operator).text;
        match self {
            Self::Equal { left, right } => format!("{} = {}", left.latex(), right.latex()),
            Self::Minimizer { loss, letter: of, value } => {
                let (loss, of) = (name(&loss.name), letter(of));
                format!("\\operatorname*{{arg\\,min}}_{{{of}}} {loss} = {}", value.latex())
            }
            Self::Minimum { loss, letter: of, value } => {
                let (loss, of) = (name(&loss.name), letter(of));
                format!("\\min_{{{of}}} {loss} = {}", value.latex())
            }
            Self::Limit { of, size, value } => {
                let (of, size) = (operand(of), name(size));
                format!("\\lim_{{{size} \\to \\infty}} {of} = {}", value.latex())
            }
            Self::Coefficient { of, size, order, value } => {
                let (of, size) = (operand(of), name(size));
                format!("[{size}^{{{}}}]\\, {of} = {}", -order, value.latex())
            }
            Self::Reaches { of, value } => {
                format!("\\lim_{{t \\to \\infty}} {} = {}", operand(of), value.latex())
            }
            Self::Bound { left, comparison, right, given, form } => {
                let bound = format!("{} {} {}", left.latex(), comparison.latex(), right.latex());
                let mut conditions = Vec::new();
                if !given.is_empty() {
                    let given: Vec<String> = given.iter().map(Hypothesis::latex).collect();
                    conditions.push(format!("\\text{{given }} {}", given.join(",\\ ")));
                }
                if let Some(form) = form {
                    conditions.push(format!("\\text{{for every }} {}", letter(form)));
                }
                match conditions.is_empty() {
                    true => bound,
                    false => format!("{bound} \\quad {}", conditions.join(",\\ ")),
                }
            }
        }
    }
}

impl Letter {
    /// The letter in LaTeX, without dollar signs.
    pub fn latex(&self) -> String {
        letter(self)
    }
}

impl Space {
    /// The space in LaTeX, without dollar signs: `1` or the name of a size.
    pub fn latex(&self) -> String {
        match self {
            Self::One => "1".to_owned(),
            Self::Size(size) => name(size),
        }
    }
}

impl Claim {
    /// What the line says in LaTeX, without its name and dollar signs.
    pub fn statement_latex(&self) -> String {
        self.proposition.latex()
    }
}
