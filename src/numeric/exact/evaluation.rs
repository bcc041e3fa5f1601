//! Reading a typed tree in coordinates.

use super::environment::Environment;
use super::error::{Budget, ExactError};
use super::expectation::integrate;
use super::law::{Laws, Meter, Scope};
use super::matrix::Matrix;
use super::monomial::{Mixing, Variable};
use super::number::Number;
use super::polynomial::Polynomial;
use crate::claim::{Expr, Letter, LetterKind, Node, Shape, Space, Target};
use crate::numeric::{Instance, RationalMatrix};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

/// Nested readings that the stack of a thread certainly has room for.
const DEEPEST: usize = 1000;

/// Reads expressions at one instance.
pub(crate) struct Evaluator<'a> {
    at: &'a Instance,
    pub(super) meter: Meter,
    pub(super) laws: Laws,
    /// Expectations entered so far; the first stands for no expectation.
    pub(super) scopes: Vec<ScopeRecord>,
    /// Values of the instance as matrices.
    given: BTreeMap<Arc<str>, Rc<Matrix>>,
    /// Values of `let` and `define` names, by name, environment and expectation.
    known: HashMap<(usize, usize, usize), Rc<Matrix>, Mixing>,
    environments: usize,
    /// Differentiations in progress.
    level: u32,
    depth: usize,
    /// Names whose value at the instance was needed.
    used: BTreeSet<Arc<str>>,
}

/// An expectation: where it stands, and the coordinates of its random letters.
pub(super) struct ScopeRecord {
    pub(super) environment: Environment,
    pub(super) letters: BTreeMap<Arc<str>, Rc<Matrix>>,
}

impl<'a> Evaluator<'a> {
    /// Reads at an instance, within a budget.
    pub(crate) fn new(at: &'a Instance, budget: Budget) -> Self {
        let number = |size: &usize| Polynomial::constant(Number::from(*size));
        let sizes = at.sizes.iter().map(|(name, size)| (name.clone(), number(size))).collect();
        let environment = Environment::root(sizes);
        Self {
            at,
            meter: Meter::new(budget),
            laws: Laws::default(),
            scopes: vec![ScopeRecord { environment, letters: BTreeMap::new() }],
            given: BTreeMap::new(),
            known: HashMap::default(),
            environments: 1,
            level: 0,
            depth: 0,
            used: BTreeSet::new(),
        }
    }

    /// The environment of the instance.
    pub(crate) fn root(&self) -> Environment {
        self.scopes[0].environment.clone()
    }

    /// The names whose value at the instance has been needed so far.
    pub(crate) fn used(&self) -> &BTreeSet<Arc<str>> {
        &self.used
    }

    pub(super) fn next_environment(&mut self) -> usize {
        self.environments += 1;
        self.environments
    }

    /// The root environment with indeterminates for the entries of `letters`, row after row.
    pub(super) fn with_indeterminates(
        &mut self,
        letters: &[Arc<Letter>],
    ) -> Result<Environment, ExactError> {
        let root = self.root();
        let mut values = Vec::new();
        let mut count = 0;
        for letter in letters {
            let (rows, columns) = self.dimensions(&letter.shape, &root)?;
            let symmetric = matches!(
                letter.kind,
                LetterKind::Matrix(attributes) if attributes.symmetric
            );
            let mut entries = Vec::with_capacity(rows * columns);
            for place in 0..rows * columns {
                let (i, j) = (place / columns, place % columns);
                if symmetric && j < i {
                    entries.push(Polynomial::clone(&entries[j * columns + i]));
                    continue;
                }
                let variable = Variable::indeterminate(count + place);
                entries.push(Polynomial::variable(variable.ok_or_else(too_many_entries)?));
            }
            count += rows * columns;
            values.push((letter.name.clone(), Rc::new(Matrix { rows, columns, entries })));
        }
        let id = self.next_environment();
        Ok(root.with(id, values, Vec::new()))
    }

    /// The value of an expression; its expectation where `over` is given. An expectation is
    /// pushed inward, so that products can be integrated without being expanded.
    pub(crate) fn value(
        &mut self,
        expr: &Expr,
        environment: &Environment,
        over: Option<Scope>,
    ) -> Result<Rc<Matrix>, ExactError> {
        if self.depth >= DEEPEST {
            let what = "the nesting of expressions and `let` names".to_owned();
            let (needed, allowed) = (DEEPEST as u64 + 1, DEEPEST as u64);
            return Err(ExactError::TooLarge { what, needed, allowed });
        }
        self.depth += 1;
        let value = self.node(expr, environment, over);
        self.depth -= 1;
        value
    }

    fn node(
        &mut self,
        expr: &Expr,
        environment: &Environment,
        over: Option<Scope>,
    ) -> Result<Rc<Matrix>, ExactError> {
        match &*expr.node {
            Node::Abbreviation(abbreviation) => {
                let name = Arc::as_ptr(abbreviation) as usize;
                self.named(name, &abbreviation.value, environment, over)
            }
            Node::Element(element) => {
                let name = Arc::as_ptr(element) as usize;
                self.named(name, &element.value, environment, over)
            }
            Node::Negate(a) => Ok(Rc::new(self.value(a, environment, over)?.negate())),
            Node::Add(..) | Node::Subtract(..) => self.sum(expr, environment, over),
            Node::Transpose(a) => Ok(Rc::new(self.value(a, environment, over)?.transpose())),
            Node::Multiply(..) | Node::Divide(..) | Node::QuadraticForm { .. } => {
                self.product(expr, environment, over)
            }
            Node::Power(_, exponent) if exponent.is_int() => self.product(expr, environment, over),
            Node::Trace(a) => self.trace(a, environment, over),
            Node::Norm { of, squared: true, weight } => {
                self.squared_norm(of, weight.as_ref(), environment, over)
            }
            Node::Substitute { of, replacements } => {
                let inner = self.substituted(replacements, environment)?;
                self.value(of, &inner, over)
            }
            Node::Gradient { of, with_respect_to } => {
                let letters = std::slice::from_ref(with_respect_to);
                let mut gradients = self.gradients(&[of], letters, environment, over)?;
                Ok(Rc::new(gradients.remove(0).remove(0)))
            }
            _ => {
                let value = self.plain(expr, environment)?;
                self.integrated(&value, over)
            }
        }
    }

    /// Nodes that an expectation is not pushed into.
    fn plain(&mut self, expr: &Expr, environment: &Environment) -> Result<Rc<Matrix>, ExactError> {
        match &*expr.node {
            Node::Number(number) => Ok(Rc::new(Matrix::number(Number::from(number)))),
            Node::Size(name) => {
                self.used.insert(name.clone());
                let size = environment.size(name).ok_or_else(|| missing(name))?;
                Ok(Rc::new(Matrix::scalar(size.clone())))
            }
            Node::Letter(letter) => self.letter(letter, environment),
            Node::Identity { .. } => {
                let (size, _) = self.dimensions(&expr.shape, environment)?;
                Ok(Rc::new(Matrix::identity(size)))
            }
            Node::Inverse(a) => {
                let value = self.value(a, environment, None)?;
                self.meter.pay(cubed(value.rows), "an inverse")?;
                Ok(Rc::new(value.inverse(&describe(a))?))
            }
            Node::Expectation { body, over } => {
                let id = self.next_environment();
                let scope = Scope(self.scopes.len());
                let inner = match over {
                    None => environment.inside(id, scope),
                    Some(listed) => {
                        let listed =
                            listed.iter().map(|letter| (letter.name.clone(), group(letter)));
                        environment.inside_part(id, scope, listed.collect())
                    }
                };
                let environment = environment.clone();
                self.scopes.push(ScopeRecord { environment, letters: BTreeMap::new() });
                self.value(body, &inner, Some(scope))
            }
            Node::Lie { quantity, loss, letters } => {
                let gradients = self.gradients(&[quantity, loss], letters, environment, None)?;
                let mut sum = Polynomial::zero();
                for (a, b) in gradients[0].iter().zip(&gradients[1]) {
                    for (x, y) in a.entries.iter().zip(&b.entries) {
                        self.meter.store(x.len() * y.len(), "a Lie derivative")?;
                        sum = sum.subtract(&x.multiply(y));
                    }
                }
                Ok(Rc::new(Matrix::scalar(sum)))
            }
            Node::Power(base, exponent) => self.fractional_power(base, exponent, environment),
            Node::Norm { of, .. } => {
                let square = self.squared_norm(of, None, environment, None)?;
                super::function::root_of_square(&square).map(Rc::new)
            }
            Node::Numeric { function, arguments } => {
                let values = arguments
                    .iter()
                    .map(|argument| self.value(argument, environment, None))
                    .collect::<Result<Vec<_>, _>>()?;
                let size = values.iter().map(|value| value.rows).max().unwrap_or(0);
                self.meter.pay(cubed(size), "a numeric function")?;
                super::function::numeric(*function, &values).map(Rc::new)
            }
            _ => unreachable!("an expectation is pushed into this node, this is a bug"),
        }
    }

    /// The value of a `let` or `define` name, computed once an environment.
    fn named(
        &mut self,
        name: usize,
        value: &Expr,
        environment: &Environment,
        over: Option<Scope>,
    ) -> Result<Rc<Matrix>, ExactError> {
        let key = (name, environment.id, over.map_or(0, |scope| scope.0));
        if let Some(value) = self.known.get(&key) {
            return Ok(value.clone());
        }
        let value = self.value(value, environment, over)?;
        self.known.insert(key, value.clone());
        Ok(value)
    }

    /// A sum, without recursion along its length.
    fn sum(
        &mut self,
        expr: &Expr,
        environment: &Environment,
        over: Option<Scope>,
    ) -> Result<Rc<Matrix>, ExactError> {
        let mut terms = Vec::new();
        let mut first = expr;
        loop {
            match &*first.node {
                Node::Add(a, b) => {
                    terms.push((b, false));
                    first = a;
                }
                Node::Subtract(a, b) => {
                    terms.push((b, true));
                    first = a;
                }
                _ => break,
            }
        }
        let mut sum = (*self.value(first, environment, over)?).clone();
        for (term, negative) in terms.into_iter().rev() {
            let value = self.value(term, environment, over)?;
            self.meter.pay(sum.terms() + value.terms(), "a sum")?;
            if (sum.rows, sum.columns) != (value.rows, value.columns) {
                return Err(ExactError::Unsupported { what: "this change of sizes".to_owned() });
            }
            sum = if negative { sum.subtract(&value) } else { sum.add(&value) };
        }
        Ok(Rc::new(sum))
    }

    /// Integrates a value that is computed already.
    pub(super) fn integrated(
        &mut self,
        value: &Rc<Matrix>,
        over: Option<Scope>,
    ) -> Result<Rc<Matrix>, ExactError> {
        let Some(scope) = over else { return Ok(value.clone()) };
        let entries = value
            .entries
            .iter()
            .map(|entry| integrate(entry, scope, &mut self.laws, &mut self.meter))
            .collect::<Result<_, _>>()?;
        Ok(Rc::new(Matrix { rows: value.rows, columns: value.columns, entries }))
    }

    fn substituted(
        &mut self,
        replacements: &[(Target, Expr)],
        environment: &Environment,
    ) -> Result<Environment, ExactError> {
        let (mut letters, mut sizes) = (Vec::new(), Vec::new());
        for (target, replacement) in replacements {
            let value = self.value(replacement, environment, None)?;
            match target {
                Target::Letter(letter) => letters.push((letter.name.clone(), value)),
                Target::Size(name) => sizes.push((name.clone(), value.entries[0].clone())),
            }
        }
        let id = self.next_environment();
        Ok(environment.with(id, letters, sizes))
    }

    /// The gradients of scalars: for each of them, for each letter, the matrix of partial
    /// derivatives, of the letter's shape.
    fn gradients(
        &mut self,
        scalars: &[&Expr],
        letters: &[Arc<Letter>],
        environment: &Environment,
        over: Option<Scope>,
    ) -> Result<Vec<Vec<Matrix>>, ExactError> {
        let level = self.level;
        let mut moved = Vec::new();
        let mut count = 0;
        for letter in letters {
            let mut value = (*self.letter(letter, environment)?).clone();
            for entry in &mut value.entries {
                let direction =
                    Variable::infinitesimal(level, count).ok_or_else(too_many_entries)?;
                *entry = entry.add(&Polynomial::variable(direction));
                count += 1;
            }
            moved.push((letter.name.clone(), Rc::new(value)));
        }
        let shapes = moved.iter().map(|(_, value)| (value.rows, value.columns)).collect::<Vec<_>>();
        let id = self.next_environment();
        let inner = environment.with(id, moved, Vec::new());
        let mut gradients = Vec::new();
        self.level += 1;
        for scalar in scalars {
            let value = self.value(scalar, &inner, over)?;
            let mut partial = value.entries[0].derivatives(level, count).into_iter();
            let matrix = |&(rows, columns): &(usize, usize)| {
                let entries = partial.by_ref().take(rows * columns).collect();
                Matrix { rows, columns, entries }
            };
            gradients.push(shapes.iter().map(matrix).collect());
        }
        self.level -= 1;
        Ok(gradients)
    }

    /// The value of a letter where it stands.
    pub(super) fn letter(
        &mut self,
        letter: &Arc<Letter>,
        environment: &Environment,
    ) -> Result<Rc<Matrix>, ExactError> {
        let shape = self.dimensions(&letter.shape, environment)?;
        let value = if let Some(value) = environment.replaced(&letter.name) {
            value.clone()
        } else {
            match &letter.kind {
                LetterKind::Ones => {
                    let one = || Polynomial::constant(Number::ONE);
                    return Ok(Rc::new(Matrix::from_fn(shape.0, shape.1, |_, _| one())));
                }
                LetterKind::Observed if !self.at.values.contains_key(&letter.name) => {
                    return Err(ExactError::Observed { letter: letter.name.to_string() });
                }
                LetterKind::Random(law) => return self.random(letter, law, environment),
                LetterKind::Scalar { .. }
                | LetterKind::Matrix(_)
                | LetterKind::Param
                | LetterKind::Observed => self.given(&letter.name)?,
            }
        };
        if (value.rows, value.columns) == shape {
            Ok(value)
        } else {
            let what = format!("`{}` after its size was replaced", letter.name);
            Err(ExactError::Unsupported { what })
        }
    }

    fn given(&mut self, name: &Arc<str>) -> Result<Rc<Matrix>, ExactError> {
        self.used.insert(name.clone());
        if let Some(value) = self.given.get(name) {
            return Ok(value.clone());
        }
        let RationalMatrix { rows, columns, entries } =
            self.at.values.get(name).ok_or_else(|| missing(name))?;
        let entries = entries.iter().map(Number::from).collect();
        let value = Rc::new(Matrix::from_numbers(*rows, *columns, entries));
        self.given.insert(name.clone(), value.clone());
        Ok(value)
    }

    /// Numbers of rows and columns, small enough to be written down.
    pub(super) fn dimensions(
        &mut self,
        shape: &Shape,
        environment: &Environment,
    ) -> Result<(usize, usize), ExactError> {
        let rows = self.dimension(&shape.rows, environment)?;
        let columns = self.dimension(&shape.columns, environment)?;
        let area = rows.saturating_mul(columns) as u64;
        self.meter.store(area, &format!("a {rows} x {columns} matrix"))?;
        Ok((rows, columns))
    }

    fn dimension(&mut self, space: &Space, environment: &Environment) -> Result<usize, ExactError> {
        let Space::Size(name) = space else { return Ok(1) };
        self.used.insert(name.clone());
        let value = environment.size(name).ok_or_else(|| missing(name))?.as_constant();
        let not_a_size = || {
            let value = value.as_ref().map_or("not a number".to_owned(), Number::to_string);
            ExactError::NotAdmissible {
                what: format!("the size `{name}` is {value}, not a positive integer"),
            }
        };
        let exact = value.as_ref().and_then(Number::exact).filter(dashu_ratio::RBig::is_int);
        let size = exact.and_then(|exact| usize::try_from(exact.into_parts().0).ok());
        size.filter(|&size| size > 0).ok_or_else(not_a_size)
    }
}

/// The group of a letter known to second order.
pub(super) fn group(letter: &Letter) -> Option<Arc<str>> {
    match &letter.kind {
        LetterKind::Random(law) if law.kind != crate::claim::LawKind::Gaussian => {
            Some(law.group.clone())
        }
        _ => None,
    }
}

pub(super) fn cubed(size: usize) -> u64 {
    (size as u64).saturating_pow(3)
}

fn missing(name: &Arc<str>) -> ExactError {
    ExactError::Missing { name: name.to_string() }
}

fn too_many_entries() -> ExactError {
    let what = "a letter to differentiate by".to_owned();
    ExactError::TooLarge { what, needed: u64::MAX, allowed: 1 << 20 }
}

/// How a message names an expression.
pub(super) fn describe(expr: &Expr) -> String {
    match &*expr.node {
        Node::Letter(letter) => format!("`{}`", letter.name),
        Node::Size(name) => format!("`{name}`"),
        Node::Abbreviation(abbreviation) => format!("`{}`", abbreviation.name),
        Node::Element(element) => format!("`{}`", element.name),
        _ => "an expression that is divided by or inverted".to_owned(),
    }
}
