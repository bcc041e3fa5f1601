//! The syntax as written: what the parser hands to the shape checker.
//!
//! Names are still spellings here and nothing has a shape. Only `claim` sees these types;
//! everybody else reads the typed tree of [`super::tree`].

use super::span::Span;
use dashu_ratio::RBig;

/// An expression as written, with the place it was written at; brackets around it belong to the
/// place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    pub(crate) form: Form,
    pub(crate) span: Span,
}

/// A name and the place it was written at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// The forms of an expression, before names are resolved.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Form {
    Number(RBig),
    Name(String),
    /// `I`, to be sized by its neighbours.
    Identity,
    Negate(Box<Term>),
    /// A binary operator; `operator` is the place of its sign.
    Binary {
        sign: Sign,
        operator: Span,
        left: Box<Term>,
        right: Box<Term>,
    },
    /// `a^k`, `a^(p/q)`; `exponent` is the place of the exponent.
    Power {
        base: Box<Term>,
        exponent: RBig,
        exponent_span: Span,
    },
    Transpose(Box<Term>),
    /// `name(args)`: functions of section 4 of the language, `I(d)` included.
    Call {
        function: Name,
        arguments: Vec<Argument>,
    },
    /// `E[body]` or `E[body; w, e]`.
    Expectation {
        body: Box<Term>,
        over: Option<Vec<Name>>,
    },
    /// `||a||`, `||a||^2`, `||a||^2_(A)`.
    Norm {
        of: Box<Term>,
        squared: bool,
        weight: Option<Box<Term>>,
    },
}

/// A binary operator of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// An argument of a call: `expr` or `expr -> expr`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Argument {
    pub(crate) value: Term,
    pub(crate) becomes: Option<Term>,
}

/// A space as written in a declaration: a name, or the space `1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SpaceName {
    One(Span),
    Named(Name),
}

/// One statement with the place of the whole statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statement {
    pub(crate) form: StatementForm,
    pub(crate) span: Span,
}

/// The statements of section 2 of the language.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StatementForm {
    Theory(String),
    /// `None` ends the source in force.
    Source(Option<String>),
    Note(String),
    Without(String),
    Space(Vec<Name>),
    Scalar(Vec<Name>),
    Positive(Vec<Name>),
    Matrix {
        name: Name,
        rows: SpaceName,
        columns: SpaceName,
        attributes: Vec<Name>,
    },
    Vector {
        name: Name,
        space: SpaceName,
    },
    Ones {
        name: Name,
        space: SpaceName,
    },
    /// `param` or `observed`: a scalar (no spaces), a vector (one) or a matrix (two).
    Free {
        observed: bool,
        name: Name,
        spaces: Vec<SpaceName>,
    },
    Gaussian {
        name: Name,
        spaces: Vec<SpaceName>,
        covariance: Term,
    },
    SecondOrder {
        mean_zero: bool,
        name: Name,
        spaces: Vec<SpaceName>,
        covariance: Term,
        group: Option<Name>,
    },
    Let {
        name: Name,
        value: Term,
    },
    Define {
        name: Name,
        value: Term,
    },
    Rule {
        left: Term,
        right: Term,
    },
    Train {
        loss: Name,
        over: Vec<Name>,
        starts: Vec<(Name, Term)>,
    },
    /// Alternative grids (`|`), each a product of lists; empty: ends the grid in force.
    At(Vec<Vec<GridList>>),
    /// `None` ends the margin in force.
    Margin(Option<MarginText>),
    Claim {
        refute: bool,
        name: Name,
        proposition: Prop,
        by: Option<By>,
    },
    /// A statement with an error, which is reported beside the tree. It stays in the tree so that
    /// nothing that depends on it is reported as a second error.
    Broken {
        /// The first word, such as `matrix` or `train`; empty if it is not one.
        word: String,
        /// The names it declares, as far as they were read; of a claim, its name.
        names: Vec<Name>,
    },
}

/// `name = value, value` of an `at` statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GridList {
    pub(crate) name: Name,
    pub(crate) values: Vec<GridValue>,
}

/// A value of an `at` list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GridValue {
    pub(crate) form: GridForm,
    pub(crate) span: Span,
}

/// A number, or a matrix literal by rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum GridForm {
    Number(RBig),
    Rows(Vec<Vec<RBig>>),
}

/// `margin NUMBER % because TEXT` or `margin NUMBER absolute because TEXT`, with `need NUMBER` in
/// the same unit before `because`; a percentage is stored as a fraction, `1%` as 1/100.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MarginText {
    pub(crate) value: RBig,
    pub(crate) absolute: bool,
    pub(crate) need: Option<RBig>,
    pub(crate) reason: String,
}

/// `by RULE(id, ...)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct By {
    pub(crate) rule: Name,
    pub(crate) premises: Vec<Name>,
}

/// A proposition as written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Prop {
    Equal(Term, Term),
    Minimizer { loss: Name, of: Name, value: Term },
    Minimum { loss: Name, of: Name, value: Term },
    Limit { of: Term, size: Name, value: Term },
    Coefficient { of: Term, size: Name, order: i32, value: Term },
    Reaches { of: Term, value: Term },
    Bound { left: Term, at_least: bool, right: Term, given: Vec<Hypothesis> },
}

/// A hypothesis after `given`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Hypothesis {
    Bound { left: Term, at_least: bool, right: Term },
    Form(Name),
}
