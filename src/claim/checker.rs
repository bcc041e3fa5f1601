//! A file statement by statement: from its text to the checked [`ClaimFile`].

use super::declaration::{Declaration, element};
use super::diagnostic::Diagnostic;
use super::diagnostic_kind::DiagnosticKind;
use super::elaborate::Elaborator;
use super::environment::{Checked, Environment, Fault, Meaning};
use super::parser::{parse, parse_expression};
use super::span::Span;
use super::surface::{Name, SpaceName, Statement, StatementForm};
use super::tree::{
    Abbreviation, Attributes, Claim, ClaimFile, Expr, Grid, LawKind, Letter, LetterKind, Margin,
    Training,
};
use std::collections::BTreeMap;
use std::sync::Arc;

impl ClaimFile {
    /// The checked claim file of a text. `name` is used in ids and messages. A file without a
    /// `claim` or `refute` is fine here.
    ///
    /// # Errors
    ///
    /// All errors of the file in the order of their places, at most one for each statement, and
    /// none that is only a consequence of another one.
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let checker = Checker::run(name, text);
        if checker.diagnostics.is_empty() { Ok(checker.file) } else { Err(checker.diagnostics) }
    }

    /// An expression in the letters and names of this file, such as one of the command line. The
    /// places in it, and in the errors, are those of `text`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in one diagnostic.
    pub fn expression(&self, text: &str) -> Result<Expr, Vec<Diagnostic>> {
        let environment = Checker::run(&self.name, &self.text).environment;
        let declared: Vec<&str> = environment.declared_names().collect();
        let term = parse_expression(text, &declared).map_err(|diagnostic| vec![diagnostic])?;
        let check = || {
            environment.check_names([&term])?;
            let mut elaborator = Elaborator::outside(&environment, text);
            let value = elaborator.term(&term)?;
            elaborator.finish(&value)
        };
        check().map_err(|fault| match fault {
            Fault::Error(diagnostic) => vec![*diagnostic],
            Fault::Consequence => Vec::new(),
        })
    }
}

/// What has been read so far, and what is in force.
pub(super) struct Checker {
    pub(super) environment: Environment,
    pub(super) file: ClaimFile,
    diagnostics: Vec<Diagnostic>,
    /// Names of claims, with their places.
    pub(super) claim_names: BTreeMap<String, Span>,
    source: Option<String>,
    notes: Vec<String>,
    /// `without`, with its place, for the next control.
    drops: Option<(String, Span)>,
    pub(super) grid: Option<Arc<Grid>>,
    pub(super) margin: Option<Arc<Margin>>,
    pub(super) training: InForce<Training>,
}

/// A statement that later ones refer to.
pub(super) enum InForce<T> {
    Nothing,
    /// It is there, but in error.
    Broken,
    Value(Arc<T>),
}

impl Checker {
    fn run(name: &str, text: &str) -> Self {
        let (statements, diagnostics) = parse(text);
        let text: Arc<str> = text.into();
        let anywhere = statements
            .iter()
            .flat_map(|statement| declared_names(&statement.form))
            .map(|name| (name.text.clone(), name.span));
        let mut checker = Self {
            environment: Environment::new(text.clone(), anywhere.collect()),
            file: ClaimFile {
                name: name.to_owned(),
                text,
                title: None,
                sizes: Vec::new(),
                letters: Vec::new(),
                abbreviations: Vec::new(),
                elements: Vec::new(),
                rules: Vec::new(),
                claims: Vec::new(),
                closing_notes: Vec::new(),
            },
            diagnostics,
            claim_names: BTreeMap::new(),
            source: None,
            notes: Vec::new(),
            drops: None,
            grid: None,
            margin: None,
            training: InForce::Nothing,
        };
        for statement in &statements {
            if let Err(fault) = checker.statement(statement) {
                checker.give_up(statement);
                if let Fault::Error(diagnostic) = fault {
                    checker.diagnostics.push(*diagnostic);
                }
            }
        }
        if let Some((_, span)) = checker.drops.take() {
            checker.diagnostics.push(no_control(span));
        }
        checker.file.closing_notes = std::mem::take(&mut checker.notes);
        checker.diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span);
        checker
    }

    /// After an error in a statement: what it declares has no known meaning.
    fn give_up(&mut self, statement: &Statement) {
        for name in declared_names(&statement.form) {
            self.environment.give_up(&name.text, name.span);
        }
        match &statement.form {
            StatementForm::Train { .. } => self.training = InForce::Broken,
            StatementForm::Claim { name, .. } => {
                self.claim_names.entry(name.text.clone()).or_insert(name.span);
            }
            StatementForm::Broken { word, names } => match word.as_str() {
                "train" => self.training = InForce::Broken,
                "claim" | "refute" => {
                    for name in names {
                        self.claim_names.entry(name.text.clone()).or_insert(name.span);
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn statement(&mut self, statement: &Statement) -> Checked<()> {
        match &statement.form {
            StatementForm::Theory(text) => self.file.title = Some(text.clone()),
            StatementForm::Source(text) => self.source.clone_from(text),
            StatementForm::Note(text) => self.notes.push(text.clone()),
            StatementForm::Without(text) => {
                let former = self.drops.replace((text.clone(), statement.span));
                if let Some((_, span)) = former {
                    return Err(no_control(span).into());
                }
            }
            StatementForm::Space(names) => {
                self.each(names, |checker, name| {
                    checker.environment.check_new(name, "a size")?;
                    checker.environment.declare(name, Meaning::Size);
                    checker.file.sizes.push(name.text.as_str().into());
                    Ok(())
                })?;
            }
            StatementForm::Scalar(names) => self.scalars(names, false)?,
            StatementForm::Positive(names) => self.scalars(names, true)?,
            StatementForm::Matrix { name, rows, columns, attributes } => {
                let spaces = [rows.clone(), columns.clone()];
                self.letter("a matrix", name, &spaces, |it| it.matrix(attributes))?;
            }
            StatementForm::Vector { name, space } => {
                let kind = LetterKind::Matrix(Attributes::default());
                self.letter("a vector", name, std::slice::from_ref(space), |it| it.letter(kind))?;
            }
            StatementForm::Ones { name, space } => {
                let spaces = [space.clone()];
                self.letter("an all-ones vector", name, &spaces, |it| it.letter(LetterKind::Ones))?;
            }
            StatementForm::Free { observed: false, name, spaces } => {
                self.letter("a `param`", name, spaces, |it| it.letter(LetterKind::Param))?;
            }
            StatementForm::Free { observed: true, name, spaces } => {
                let kind = LetterKind::Observed;
                self.letter("an observed letter", name, spaces, |it| it.letter(kind))?;
            }
            StatementForm::Gaussian { name, spaces, covariance } => {
                let kind = LawKind::Gaussian;
                self.letter("a Gaussian letter", name, spaces, |it| {
                    it.random(kind, covariance, None)
                })?;
            }
            StatementForm::SecondOrder { mean_zero, name, spaces, covariance, group } => {
                let kind = match mean_zero {
                    true => LawKind::SecondOrderMeanZero,
                    false => LawKind::SecondOrder,
                };
                if let Some(group) = group {
                    self.environment.check_group(group)?;
                }
                self.letter("a letter known to second order", name, spaces, |it| {
                    it.random(kind, covariance, group.as_ref())
                })?;
                if let Some(group) = group.as_ref().filter(|group| group.text != name.text) {
                    self.environment.declare(group, Meaning::Group);
                }
            }
            StatementForm::Let { name, value } => {
                self.environment.check_new(name, "an abbreviation")?;
                self.environment.check_names([value])?;
                let mut elaborator = Elaborator::new(&self.environment);
                let typed = elaborator.term(value)?;
                let value = elaborator.finish_abbreviation(&typed)?;
                let name_text: Arc<str> = name.text.as_str().into();
                let abbreviation = Arc::new(Abbreviation { name: name_text, value });
                self.environment.declare(name, Meaning::Abbreviation(abbreviation.clone()));
                if !abbreviation.value.shape.is_open() {
                    self.file.abbreviations.push(abbreviation);
                }
            }
            StatementForm::Define { name, value } => {
                self.environment.check_new(name, "a defined element")?;
                let element = Arc::new(element(&self.environment, name, value)?);
                self.environment.declare(name, Meaning::Element(element.clone()));
                self.file.elements.push(element);
            }
            StatementForm::Rule { left, right } => {
                let rule = self.rule(left, right, statement.span)?;
                self.file.rules.push(rule);
            }
            StatementForm::Train { loss, over, starts } => {
                let training = self.train(loss, over, starts, statement.span)?;
                self.training = InForce::Value(Arc::new(training));
            }
            StatementForm::At(products) => {
                // A grid in error is none: no later statement complains about it.
                self.grid = None;
                self.grid = self.at(products, statement.span)?.map(Arc::new);
            }
            StatementForm::Margin(margin) => {
                self.margin = None;
                self.margin = match margin {
                    None => None,
                    Some(margin) => Some(Arc::new(self.margin(margin, statement.span)?)),
                };
            }
            StatementForm::Claim { refute, name, proposition, by } => {
                let notes = std::mem::take(&mut self.notes);
                let source = self.source.clone();
                let drops = match self.drops.take() {
                    Some((_, span)) if !refute => return Err(no_control(span).into()),
                    drops => drops.map(|(text, _)| text),
                };
                let claim = self.claim(*refute, name, proposition, by.as_ref(), statement.span)?;
                self.file.claims.push(Claim { notes, source, drops, ..claim });
            }
            StatementForm::Broken { .. } => return Err(Fault::Consequence),
        }
        Ok(())
    }

    /// Declares every name of a list; the first error counts.
    fn each(
        &mut self,
        names: &[Name],
        mut declare: impl FnMut(&mut Self, &Name) -> Checked<()>,
    ) -> Checked<()> {
        let mut result = Ok(());
        for name in names {
            let declared = declare(self, name);
            result = result.and(declared);
        }
        result
    }

    fn scalars(&mut self, names: &[Name], positive: bool) -> Checked<()> {
        self.each(names, |checker, name| {
            let kind = LetterKind::Scalar { positive };
            checker.letter("a scalar", name, &[], |declaration| declaration.letter(kind))
        })
    }

    fn letter(
        &mut self,
        what: &str,
        name: &Name,
        spaces: &[SpaceName],
        build: impl FnOnce(&Declaration<'_>) -> Checked<Arc<Letter>>,
    ) -> Checked<()> {
        self.environment.check_new(name, what)?;
        let letter = build(&Declaration { environment: &self.environment, name, spaces })?;
        self.environment.declare(name, Meaning::Letter(letter.clone()));
        self.file.letters.push(letter);
        Ok(())
    }
}

/// The names that a statement declares.
fn declared_names(form: &StatementForm) -> &[Name] {
    match form {
        StatementForm::Space(names)
        | StatementForm::Scalar(names)
        | StatementForm::Positive(names) => names,
        StatementForm::Matrix { name, .. }
        | StatementForm::Vector { name, .. }
        | StatementForm::Ones { name, .. }
        | StatementForm::Free { name, .. }
        | StatementForm::Gaussian { name, .. }
        | StatementForm::SecondOrder { name, .. }
        | StatementForm::Let { name, .. }
        | StatementForm::Define { name, .. } => std::slice::from_ref(name),
        StatementForm::Broken { word, names } if word != "claim" && word != "refute" => names,
        _ => &[],
    }
}

/// A `without` that no control follows.
fn no_control(span: Span) -> Diagnostic {
    Diagnostic::new(
        DiagnosticKind::Syntax,
        "`without` stands in front of a `refute`",
        span,
        "no control drops it",
    )
    .help("write the `refute` line that fails without this hypothesis below it")
}
