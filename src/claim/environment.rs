//! What the names of a file mean: one meaning a name, declared before use.

use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::span::Span;
use super::suggestion::nearest;
use super::surface::{Form, Name, Term};
use super::tree::{Abbreviation, Element, Expr, LawKind, Letter, LetterKind, Node, Space};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a statement does not check.
#[derive(Debug)]
pub(super) enum Fault {
    /// An error to report.
    Error(Box<Diagnostic>),
    /// It uses a name whose own declaration is in error; that error is reported, this one not.
    Consequence,
}

impl From<Diagnostic> for Fault {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Error(Box::new(diagnostic))
    }
}

/// The result of checking a part of a statement.
pub(super) type Checked<T> = Result<T, Fault>;

/// The meaning of a name.
#[derive(Clone, Debug)]
pub(super) enum Meaning {
    Size,
    Letter(Arc<Letter>),
    Abbreviation(Arc<Abbreviation>),
    Element(Arc<Element>),
    /// The joint law of letters known to second order.
    Group,
    /// The declaration is in error, so nothing is known and nothing more is said.
    Broken,
}

impl Meaning {
    /// "a matrix", as in "first declared here as a matrix".
    pub(super) fn in_words(&self) -> &'static str {
        match self {
            Self::Size => "a size",
            Self::Letter(letter) => letter.kind_in_words(),
            Self::Abbreviation(_) => "an abbreviation",
            Self::Element(_) => "a defined element",
            Self::Group => "a group of letters",
            Self::Broken => "a name",
        }
    }
}

impl Letter {
    /// The kind of declaration in words, with its article.
    pub(super) fn kind_in_words(&self) -> &'static str {
        match &self.kind {
            LetterKind::Scalar { .. } => "a scalar",
            LetterKind::Matrix(_) if self.shape.columns == Space::One => "a vector",
            LetterKind::Matrix(_) => "a matrix",
            LetterKind::Ones => "an all-ones vector",
            LetterKind::Param => "a `param`",
            LetterKind::Observed => "an observed letter",
            LetterKind::Random(law) if law.kind == LawKind::Gaussian => "a Gaussian letter",
            LetterKind::Random(_) => "a letter known to second order",
        }
    }
}

/// A name and where it got its meaning.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) meaning: Meaning,
    pub(super) span: Span,
    /// Levels of the value behind the name, those of the names in it included.
    depth: usize,
}

/// All names declared so far.
#[derive(Debug)]
pub(super) struct Environment {
    /// The text of the file.
    pub(super) text: Arc<str>,
    names: BTreeMap<Arc<str>, Declared>,
    /// Names that some statement of the file declares, with the place: to tell "too early" from
    /// "nowhere".
    anywhere: BTreeMap<String, Span>,
}

impl Environment {
    /// No names yet; `anywhere` lists those that the file will declare.
    pub(super) fn new(text: Arc<str>, anywhere: BTreeMap<String, Span>) -> Self {
        Self { text, names: BTreeMap::new(), anywhere }
    }

    /// The line of a place of the file, counted from 1.
    pub(super) fn line(&self, span: Span) -> usize {
        1 + self.text.as_bytes()[..span.start.min(self.text.len())]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Declared> {
        self.names.get(name)
    }

    /// Checks that a statement may give `name` a meaning; `what` is the meaning in words.
    ///
    /// # Errors
    ///
    /// A name that is taken; it has no known meaning from here on.
    pub(super) fn check_new(&mut self, name: &Name, what: &str) -> Checked<()> {
        let Some(first) = self.names.get_mut(name.text.as_str()) else { return Ok(()) };
        let before = std::mem::replace(&mut first.meaning, Meaning::Broken);
        if matches!(before, Meaning::Broken) {
            return Err(Fault::Consequence);
        }
        let message = format!("`{}` is declared twice", name.text);
        Err(Diagnostic::new(
            DiagnosticKind::NamedTwice,
            message,
            name.span,
            format!("declared again as {what}"),
        )
        .also(first.span, format!("first declared here as {}", before.in_words()))
        .help("every name has one meaning in a file; rename one of them")
        .into())
    }

    /// Checks that `name` may name a group of letters: it is new, or a group already.
    pub(super) fn check_group(&self, name: &Name) -> Checked<()> {
        match self.names.get(name.text.as_str()).map(|declared| &declared.meaning) {
            None | Some(Meaning::Group) => Ok(()),
            Some(Meaning::Broken) => Err(Fault::Consequence),
            Some(other) => {
                let message = format!("`{}` is {}, not a group", name.text, other.in_words());
                Err(Diagnostic::new(
                    DiagnosticKind::WrongName,
                    message,
                    name.span,
                    "a name of its own stands here",
                )
                .into())
            }
        }
    }

    /// Gives a name its meaning.
    pub(super) fn declare(&mut self, name: &Name, meaning: Meaning) {
        let depth = match &meaning {
            Meaning::Abbreviation(abbreviation) => self.depth(&abbreviation.value),
            Meaning::Element(element) => self.depth(&element.value),
            _ => 0,
        };
        self.names.insert(name.text.as_str().into(), Declared { meaning, span: name.span, depth });
    }

    /// Levels of an expression with what stands behind its names; the readers of the tree walk
    /// it recursively.
    pub(super) fn depth(&self, expr: &Expr) -> usize {
        let behind = |name: &str| self.names.get(name).map_or(0, |declared| declared.depth);
        1 + match &*expr.node {
            Node::Abbreviation(abbreviation) => behind(&abbreviation.name),
            Node::Element(element) => behind(&element.name),
            _ => expr.parts().into_iter().map(|part| self.depth(part)).max().unwrap_or(0),
        }
    }

    /// The names that have a value.
    pub(super) fn declared_names(&self) -> impl Iterator<Item = &str> {
        self.names
            .iter()
            .filter(|(_, declared)| !matches!(declared.meaning, Meaning::Broken | Meaning::Group))
            .map(|(name, _)| &**name)
    }

    /// The size declared first.
    pub(super) fn first_size(&self) -> Option<&str> {
        let sizes =
            self.names.iter().filter(|(_, declared)| matches!(declared.meaning, Meaning::Size));
        sizes.min_by_key(|(_, declared)| declared.span).map(|(name, _)| &**name)
    }

    /// Records that the declaration of a name is in error.
    pub(super) fn give_up(&mut self, name: &str, span: Span) {
        let declared = Declared { meaning: Meaning::Broken, span, depth: 0 };
        self.names.entry(name.into()).or_insert(declared);
    }

    /// Reports the first name of a term that means nothing; then whether one of them is broken.
    pub(super) fn check_names<'t>(&self, terms: impl IntoIterator<Item = &'t Term>) -> Checked<()> {
        let mut names = Vec::new();
        for term in terms {
            collect_names(term, &mut names);
        }
        for (name, span) in &names {
            if !self.names.contains_key(*name) {
                return Err(self.unknown(name, *span).into());
            }
        }
        let broken = |name: &str| matches!(self.names[name].meaning, Meaning::Broken);
        if names.iter().any(|(name, _)| broken(name)) {
            return Err(Fault::Consequence);
        }
        Ok(())
    }

    /// The meaning of a name that stands for itself, such as the loss of `train`.
    pub(super) fn lookup(&self, name: &Name) -> Checked<&Meaning> {
        match self.names.get(name.text.as_str()) {
            None => Err(self.unknown(&name.text, name.span).into()),
            Some(Declared { meaning: Meaning::Broken, .. }) => Err(Fault::Consequence),
            Some(declared) => Ok(&declared.meaning),
        }
    }

    /// A declared letter by name.
    pub(super) fn letter(&self, name: &Name) -> Checked<Arc<Letter>> {
        match self.lookup(name)? {
            Meaning::Letter(letter) => Ok(letter.clone()),
            other => {
                let message = format!("`{}` is {}, not a letter", name.text, other.in_words());
                Err(Diagnostic::new(
                    DiagnosticKind::WrongName,
                    message,
                    name.span,
                    "a declared letter stands here",
                )
                .into())
            }
        }
    }

    /// Checks that a name is a size.
    pub(super) fn size(&self, name: &Name) -> Checked<()> {
        match self.lookup(name)? {
            Meaning::Size => Ok(()),
            other => {
                let message = format!("`{}` is {}, not a size", name.text, other.in_words());
                Err(Diagnostic::new(
                    DiagnosticKind::WrongName,
                    message,
                    name.span,
                    "a size stands here",
                )
                .into())
            }
        }
    }

    fn unknown(&self, name: &str, span: Span) -> Diagnostic {
        let message = format!("unknown name `{name}`");
        if let Some(later) = self.anywhere.get(name) {
            let line = self.line(*later);
            return Diagnostic::new(DiagnosticKind::UnknownName, message, span, "not declared yet")
                .help(format!("line {line} declares it; a name is declared before it is used"));
        }
        let diagnostic =
            Diagnostic::new(DiagnosticKind::UnknownName, message, span, "not declared");
        let known = self
            .names
            .iter()
            .filter(|(_, declared)| !matches!(declared.meaning, Meaning::Broken | Meaning::Group));
        let mut known: Vec<_> = known.collect();
        known.sort_by_key(|(_, declared)| declared.span);
        match nearest(name, known.iter().map(|(name, _)| &***name)) {
            Some(similar) => {
                let declared = &self.names[similar];
                let line = self.line(declared.span);
                let what = declared.meaning.in_words();
                diagnostic
                    .help(format!("line {line} declares {what} with a similar name: `{similar}`"))
            }
            None => diagnostic,
        }
    }
}

/// The names used in a term, in the order of writing.
fn collect_names<'t>(term: &'t Term, names: &mut Vec<(&'t str, Span)>) {
    match &term.form {
        Form::Name(name) => names.push((name, term.span)),
        Form::Number(_) | Form::Identity => {}
        Form::Negate(inner) | Form::Transpose(inner) | Form::Power { base: inner, .. } => {
            collect_names(inner, names);
        }
        Form::Binary { left, right, .. } => {
            collect_names(left, names);
            collect_names(right, names);
        }
        Form::Call { arguments, .. } => {
            for argument in arguments {
                collect_names(&argument.value, names);
                argument.becomes.iter().for_each(|term| collect_names(term, names));
            }
        }
        Form::Expectation { body, over } => {
            collect_names(body, names);
            names.extend(over.iter().flatten().map(|name| (name.text.as_str(), name.span)));
        }
        Form::Norm { of, weight, .. } => {
            collect_names(of, names);
            weight.iter().for_each(|weight| collect_names(weight, names));
        }
    }
}
