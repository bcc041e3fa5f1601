//! From the typed tree to a graph of matrix operations.
//!
//! An expectation becomes an unbiased sample of it. A random letter that an `E` binds becomes
//! noise times a factor of its covariance, in numbered independent copies. Terms of a sum may
//! share copies, because an expectation is linear; factors of a product, and an `E` inside another,
//! get copies of their own, because E[a] E[b] is E[a b] for independent a and b only.

use super::error::FloatError;
use super::graph::{Extent, Graph, NodeId, Operation};
use crate::claim::{
    Expr, LawKind, Letter, LetterKind, Node, NumericFunction, Shape, Space, Target,
};
use dashu_ratio::RBig;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Deepest nesting; brackets alone may nest 256 deep.
const DEPTH: usize = 700;

/// Most independent copies of the random letters of one expression.
const COPIES: usize = 1024;

/// Most nodes of one graph.
const NODES: usize = 200_000;

/// Whether expectations become samples or errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expectations {
    /// An `E` is an error.
    Refuse,
    /// An `E` is sampled without bias.
    Sample,
}

/// Lowers expressions at given sizes into one graph.
pub(crate) struct Lowering {
    pub(crate) graph: Graph,
    expectations: Expectations,
    scopes: Vec<Scope>,
    lowered: HashMap<(usize, usize, usize), Sampled>,
    /// Expressions whose addresses are keys of `lowered`: they must outlive it.
    kept: Vec<Arc<Node>>,
    depth: usize,
}

/// What names mean at a place of the tree.
#[derive(Clone, Default)]
struct Scope {
    sizes: BTreeMap<Arc<str>, SizeValue>,
    letters: BTreeMap<Arc<str>, Meaning>,
    /// The innermost `E` over all random letters, for those not in `letters`.
    expectation: Option<Draw>,
}

/// A size: the number, and where it can be the size of a matrix also the integer.
#[derive(Clone)]
struct SizeValue {
    number: NodeId,
    integer: Option<usize>,
}

/// What a letter stands for.
#[derive(Clone)]
enum Meaning {
    /// A value.
    Value(NodeId),
    /// A value that contains an `E`: sampled afresh wherever the letter occurs.
    Fresh(Expr, ScopeId),
    /// A random letter that an `E` binds.
    Drawn(Draw),
}

/// The copy number that an `E` gives to its letters, and the scope the `E` stands in (laws are
/// read there: what is replaced inside does not touch the letters that are bound outside).
#[derive(Clone, Copy)]
struct Draw {
    copy: usize,
    scope: ScopeId,
}

type ScopeId = usize;

/// A node whose expectation is the value, and how many copies it uses (0: it is the value).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sampled {
    pub(crate) node: NodeId,
    pub(crate) copies: usize,
}

impl Sampled {
    fn exact(node: NodeId) -> Self {
        Self { node, copies: 0 }
    }
}

impl Lowering {
    /// An empty graph at `sizes`.
    pub(crate) fn new(sizes: &BTreeMap<Arc<str>, usize>, expectations: Expectations) -> Self {
        let mut graph = Graph::default();
        let mut scope = Scope::default();
        for (name, &size) in sizes {
            let number = graph.number(size as f64);
            scope.sizes.insert(name.clone(), SizeValue { number, integer: Some(size) });
        }
        Self {
            graph,
            expectations,
            scopes: vec![scope],
            lowered: HashMap::new(),
            kept: Vec::new(),
            depth: 0,
        }
    }

    /// Lowers `expr`; the copies it uses are numbered from `first_copy`.
    ///
    /// # Errors
    /// See [`FloatError`]: a function of an expectation that has no unbiased sample, a law known
    /// to second order only, a size that is missing.
    pub(crate) fn lower(&mut self, expr: &Expr, first_copy: usize) -> Result<Sampled, FloatError> {
        self.kept.push(expr.node.clone());
        self.expression(expr, 0, first_copy)
    }

    /// The node of a letter that has a value from outside, to differentiate at.
    pub(crate) fn letter_node(&mut self, letter: &Letter) -> Result<NodeId, FloatError> {
        let extent = self.extent(&letter.shape, 0)?;
        Ok(self.graph.letter(letter.name.clone(), extent))
    }

    fn expression(
        &mut self,
        expr: &Expr,
        scope: ScopeId,
        copy: usize,
    ) -> Result<Sampled, FloatError> {
        let key = (Arc::as_ptr(&expr.node) as usize, scope, copy);
        if let Some(&known) = self.lowered.get(&key) {
            return Ok(known);
        }
        if self.depth >= DEPTH {
            return Err(FloatError::TooLarge { what: "it is nested too deeply" });
        }
        if copy > COPIES {
            return Err(FloatError::TooLarge { what: "it needs too many independent copies" });
        }
        if self.graph.len() > NODES {
            return Err(FloatError::TooLarge { what: "it has too many operations" });
        }
        self.depth += 1;
        let result = self.chain(expr, scope, copy);
        self.depth -= 1;
        let sampled = result?;
        self.lowered.insert(key, sampled);
        Ok(sampled)
    }

    /// A chain of operators that associate to the left, without recursion: sums may be long.
    fn chain(&mut self, expr: &Expr, scope: ScopeId, copy: usize) -> Result<Sampled, FloatError> {
        let mut links = Vec::new();
        let mut head = expr;
        while let Node::Add(left, _)
        | Node::Subtract(left, _)
        | Node::Multiply(left, _)
        | Node::Divide(left, _) = &*head.node
        {
            links.push(head);
            head = left;
        }
        let mut value = self.single(head, scope, copy)?;
        for link in links.into_iter().rev() {
            value = match &*link.node {
                Node::Add(_, right) => {
                    let right = self.expression(right, scope, copy)?;
                    self.sum(value, right, Graph::add)
                }
                Node::Subtract(_, right) => {
                    let right = self.expression(right, scope, copy)?;
                    self.sum(value, right, Graph::subtract)
                }
                Node::Multiply(_, right) => {
                    let right = self.expression(right, scope, copy + value.copies)?;
                    let node = self.graph.product(value.node, right.node);
                    Sampled { node, copies: value.copies + right.copies }
                }
                Node::Divide(_, right) => {
                    let divisor = self.value(right, scope, copy, "the reciprocal")?;
                    let reciprocal = self.graph.inverse(divisor);
                    let node = self.graph.scale(reciprocal, value.node);
                    Sampled { node, copies: value.copies }
                }
                _ => unreachable!("only binary operators are links; this is a bug"),
            };
        }
        Ok(value)
    }

    fn sum(
        &mut self,
        left: Sampled,
        right: Sampled,
        operation: fn(&mut Graph, NodeId, NodeId) -> NodeId,
    ) -> Sampled {
        let node = operation(&mut self.graph, left.node, right.node);
        Sampled { node, copies: left.copies.max(right.copies) }
    }

    /// A value without sampling, as the argument of a nonlinear function.
    fn value(
        &mut self,
        expr: &Expr,
        scope: ScopeId,
        copy: usize,
        what: &'static str,
    ) -> Result<NodeId, FloatError> {
        let sampled = self.expression(expr, scope, copy)?;
        if sampled.copies == 0 { Ok(sampled.node) } else { Err(FloatError::Nonlinear { what }) }
    }

    fn single(&mut self, expr: &Expr, scope: ScopeId, copy: usize) -> Result<Sampled, FloatError> {
        match &*expr.node {
            Node::Number(number) => Ok(Sampled::exact(self.number(number))),
            Node::Size(name) => Ok(Sampled::exact(self.size(name, scope)?.number)),
            Node::Letter(letter) => self.letter(letter, scope, copy),
            Node::Abbreviation(abbreviation) => self.expression(&abbreviation.value, scope, copy),
            Node::Element(element) => self.expression(&element.value, scope, copy),
            Node::Identity { .. } => {
                let size = self.dimension(&expr.shape.rows, scope)?;
                Ok(Sampled::exact(self.graph.identity(size)))
            }
            Node::Negate(of) => self.linear(of, scope, copy, Graph::negate),
            Node::Transpose(of) => self.linear(of, scope, copy, Graph::transpose),
            Node::Trace(of) => match &*of.node {
                // A size that was replaced need not be an integer here.
                Node::Identity { .. } => self.space_size(&of.shape.rows, scope),
                _ => self.linear(of, scope, copy, Graph::trace),
            },
            Node::Add(..) | Node::Subtract(..) | Node::Multiply(..) | Node::Divide(..) => {
                unreachable!("the head of a chain is no binary operator; this is a bug")
            }
            Node::Inverse(of) => {
                let value = self.value(of, scope, copy, "an inverse")?;
                Ok(Sampled::exact(self.graph.inverse(value)))
            }
            Node::Power(base, exponent) => self.power(base, exponent, scope, copy),
            Node::QuadraticForm { vector, matrix } => {
                let left = self.expression(vector, scope, copy)?;
                let middle = self.expression(matrix, scope, copy + left.copies)?;
                let used = left.copies + middle.copies;
                let right = self.expression(vector, scope, copy + used)?;
                let image = self.graph.product(middle.node, right.node);
                let node = self.graph.inner(left.node, image);
                Ok(Sampled { node, copies: used + right.copies })
            }
            Node::Norm { of, squared, weight } => {
                self.norm(of, *squared, weight.as_ref(), scope, copy)
            }
            Node::Expectation { body, over } => {
                self.expectation(body, over.as_deref(), scope, copy)
            }
            Node::Gradient { of, with_respect_to } => {
                let letters = std::slice::from_ref(with_respect_to);
                let (moved, places) = self.places(letters, scope, copy)?;
                let value = self.expression(of, moved, copy)?;
                let gradient = self.graph.gradient(value.node, &places)?;
                Ok(Sampled { node: gradient[0], copies: value.copies })
            }
            Node::Lie { quantity, loss, letters } => {
                let (moved, places) = self.places(letters, scope, copy)?;
                let quantity = self.expression(quantity, moved, copy)?;
                let loss = self.expression(loss, moved, copy + quantity.copies)?;
                let rates = self.graph.gradient(loss.node, &places)?;
                let slopes = self.graph.gradient(quantity.node, &places)?;
                let mut node = self.graph.number(0.0);
                for (slope, rate) in slopes.into_iter().zip(rates) {
                    let term = self.graph.inner(slope, rate);
                    node = self.graph.subtract(node, term);
                }
                Ok(Sampled { node, copies: quantity.copies + loss.copies })
            }
            Node::Substitute { of, replacements } => {
                let inner = self.replaced(replacements, scope, copy)?;
                self.expression(of, inner, copy)
            }
            Node::Numeric { function, arguments } => {
                self.numeric(*function, arguments, scope, copy)
            }
        }
    }

    fn linear(
        &mut self,
        of: &Expr,
        scope: ScopeId,
        copy: usize,
        operation: fn(&mut Graph, NodeId) -> NodeId,
    ) -> Result<Sampled, FloatError> {
        let value = self.expression(of, scope, copy)?;
        Ok(Sampled { node: operation(&mut self.graph, value.node), copies: value.copies })
    }

    fn number(&mut self, number: &RBig) -> NodeId {
        self.graph.number(number.to_f64().value())
    }

    fn size(&self, name: &Arc<str>, scope: ScopeId) -> Result<SizeValue, FloatError> {
        let size = self.scopes[scope].sizes.get(name);
        size.cloned().ok_or_else(|| FloatError::MissingSize { name: name.clone() })
    }

    fn space_size(&mut self, space: &Space, scope: ScopeId) -> Result<Sampled, FloatError> {
        Ok(Sampled::exact(match space {
            Space::One => self.graph.number(1.0),
            Space::Size(name) => self.size(name, scope)?.number,
        }))
    }

    fn dimension(&self, space: &Space, scope: ScopeId) -> Result<usize, FloatError> {
        match space {
            Space::One => Ok(1),
            Space::Size(name) => self
                .size(name, scope)?
                .integer
                .ok_or_else(|| FloatError::FractionalSize { name: name.clone() }),
        }
    }

    fn extent(&self, shape: &Shape, scope: ScopeId) -> Result<Extent, FloatError> {
        Ok(Extent::new(self.dimension(&shape.rows, scope)?, self.dimension(&shape.columns, scope)?))
    }

    fn letter(
        &mut self,
        letter: &Arc<Letter>,
        scope: ScopeId,
        copy: usize,
    ) -> Result<Sampled, FloatError> {
        let here = &self.scopes[scope];
        let drawn = match here.letters.get(&letter.name) {
            Some(&Meaning::Value(node)) => return Ok(Sampled::exact(node)),
            Some(Meaning::Fresh(expr, outer)) => {
                let (expr, outer) = (expr.clone(), *outer);
                return self.expression(&expr, outer, copy);
            }
            Some(&Meaning::Drawn(draw)) => Some(draw),
            None => here.expectation,
        };
        match &letter.kind {
            LetterKind::Random(_) if drawn.is_some() => {
                let draw = drawn.expect("just tested; this is a bug");
                Ok(Sampled::exact(self.draw(letter, draw)?))
            }
            LetterKind::Ones => {
                let extent = self.extent(&letter.shape, scope)?;
                Ok(Sampled::exact(self.graph.ones(extent)))
            }
            _ => {
                let extent = self.extent(&letter.shape, scope)?;
                Ok(Sampled::exact(self.graph.letter(letter.name.clone(), extent)))
            }
        }
    }

    /// Independent columns N(0, s C): sqrt(s) F Z with F F' = C and standard normals Z. The scalar
    /// s stays outside the factor, so that derivatives with respect to it exist.
    fn draw(&mut self, letter: &Arc<Letter>, draw: Draw) -> Result<NodeId, FloatError> {
        let LetterKind::Random(law) = &letter.kind else {
            unreachable!("only random letters are drawn; this is a bug")
        };
        if law.kind != LawKind::Gaussian {
            return Err(FloatError::SecondOrder { name: letter.name.clone() });
        }
        let extent = self.extent(&letter.shape, draw.scope)?;
        let noise = self.graph.noise(letter.name.clone(), draw.copy, extent);
        let covariance = self.value(&law.covariance, draw.scope, draw.copy, "a law")?;
        let (variance, matrix) = match *self.graph.operation(covariance) {
            _ if extent.rows == 1 => (Some(covariance), None),
            Operation::Identity => (None, None),
            Operation::Scale(scalar, of) => match self.graph.operation(of) {
                Operation::Identity => (Some(scalar), None),
                _ => (Some(scalar), Some(of)),
            },
            _ => (None, Some(covariance)),
        };
        let mut node = noise;
        if let Some(matrix) = matrix {
            let factor = self.graph.apply(Operation::Factor(matrix));
            node = self.graph.product(factor, node);
        }
        if let Some(variance) = variance {
            let deviation = self.graph.power(variance, 1, 2);
            node = self.graph.scale(deviation, node);
        }
        Ok(node)
    }

    fn expectation(
        &mut self,
        body: &Expr,
        over: Option<&[Arc<Letter>]>,
        scope: ScopeId,
        copy: usize,
    ) -> Result<Sampled, FloatError> {
        if self.expectations == Expectations::Refuse {
            return Err(FloatError::Expectation);
        }
        let draw = Draw { copy, scope };
        let mut inner = self.scopes[scope].clone();
        match over {
            None => {
                inner.letters.retain(|_, meaning| !matches!(meaning, Meaning::Drawn(_)));
                inner.expectation = Some(draw);
            }
            Some(letters) => {
                for letter in letters {
                    inner.letters.insert(letter.name.clone(), Meaning::Drawn(draw));
                }
            }
        }
        let inner = self.open(inner)?;
        let value = self.expression(body, inner, copy + 1)?;
        Ok(Sampled { node: value.node, copies: value.copies + 1 })
    }

    /// A scope in which `letters` are places of their own to differentiate at.
    fn places(
        &mut self,
        letters: &[Arc<Letter>],
        scope: ScopeId,
        copy: usize,
    ) -> Result<(ScopeId, Vec<NodeId>), FloatError> {
        let mut inner = self.scopes[scope].clone();
        let mut places = Vec::with_capacity(letters.len());
        for letter in letters {
            let at = self.letter(letter, scope, copy)?;
            if at.copies > 0 {
                return Err(FloatError::Nonlinear { what: "a derivative at the value" });
            }
            let place = self.graph.alias(at.node);
            inner.letters.insert(letter.name.clone(), Meaning::Value(place));
            places.push(place);
        }
        Ok((self.open(inner)?, places))
    }

    fn replaced(
        &mut self,
        replacements: &[(Target, Expr)],
        scope: ScopeId,
        copy: usize,
    ) -> Result<ScopeId, FloatError> {
        let mut inner = self.scopes[scope].clone();
        for (target, expr) in replacements {
            let value = self.expression(expr, scope, copy)?;
            match target {
                Target::Letter(letter) => {
                    let meaning = match value.copies {
                        0 => Meaning::Value(value.node),
                        _ => Meaning::Fresh(expr.clone(), scope),
                    };
                    inner.letters.insert(letter.name.clone(), meaning);
                }
                Target::Size(name) => {
                    if value.copies > 0 {
                        return Err(FloatError::Nonlinear { what: "a size with the value" });
                    }
                    let integer = self.graph.as_number(value.node).and_then(matrix_size);
                    let size = SizeValue { number: value.node, integer };
                    inner.sizes.insert(name.clone(), size);
                }
            }
        }
        self.open(inner)
    }

    fn open(&mut self, scope: Scope) -> Result<ScopeId, FloatError> {
        if self.scopes.len() > NODES {
            return Err(FloatError::TooLarge { what: "it has too many operations" });
        }
        self.scopes.push(scope);
        Ok(self.scopes.len() - 1)
    }

    fn power(
        &mut self,
        base: &Expr,
        exponent: &RBig,
        scope: ScopeId,
        copy: usize,
    ) -> Result<Sampled, FloatError> {
        let too_large = || FloatError::TooLarge { what: "an exponent" };
        let numerator = i32::try_from(exponent.numerator()).map_err(|_| too_large())?;
        let denominator = i32::try_from(exponent.denominator()).map_err(|_| too_large())?;
        let first = self.expression(base, scope, copy)?;
        if first.copies == 0 {
            let node = if denominator != 1 {
                self.graph.power(first.node, numerator, denominator)
            } else if numerator < 0 {
                let inverse = self.graph.inverse(first.node);
                self.graph.repeated_product(inverse, numerator.unsigned_abs())
            } else {
                self.graph.repeated_product(first.node, numerator.unsigned_abs())
            };
            return Ok(Sampled::exact(node));
        }
        if denominator != 1 || numerator < 0 {
            return Err(FloatError::Nonlinear { what: "a negative or fractional power" });
        }
        let mut product = Sampled::exact(self.graph.identity(self.graph.extent(first.node).rows));
        for _ in 0..numerator {
            let factor = self.expression(base, scope, copy + product.copies)?;
            let node = self.graph.product(product.node, factor.node);
            product = Sampled { node, copies: product.copies + factor.copies };
        }
        Ok(product)
    }

    fn norm(
        &mut self,
        of: &Expr,
        squared: bool,
        weight: Option<&Expr>,
        scope: ScopeId,
        copy: usize,
    ) -> Result<Sampled, FloatError> {
        let left = self.expression(of, scope, copy)?;
        let mut copies = left.copies;
        let middle = match weight {
            Some(weight) => {
                let middle = self.expression(weight, scope, copy + copies)?;
                copies += middle.copies;
                Some(middle.node)
            }
            None => None,
        };
        let right = self.expression(of, scope, copy + copies)?;
        copies += right.copies;
        let image = match middle {
            Some(middle) => self.graph.product(middle, right.node),
            None => right.node,
        };
        let square = self.graph.inner(left.node, image);
        match (squared, copies) {
            (true, _) => Ok(Sampled { node: square, copies }),
            (false, 0) => Ok(Sampled::exact(self.graph.power(square, 1, 2))),
            (false, _) => Err(FloatError::Nonlinear { what: "the norm" }),
        }
    }

    fn numeric(
        &mut self,
        function: NumericFunction,
        arguments: &[Expr],
        scope: ScopeId,
        copy: usize,
    ) -> Result<Sampled, FloatError> {
        let values = arguments
            .iter()
            .map(|argument| self.value(argument, scope, copy, "a numeric function"))
            .collect::<Result<Vec<_>, _>>()?;
        let (first, last) = match values[..] {
            [only] => (only, only),
            [first, last] => (first, last),
            _ => unreachable!("numeric functions take one or two arguments; this is a bug"),
        };
        Ok(Sampled::exact(match function {
            NumericFunction::SquareRoot => self.graph.power(first, 1, 2),
            NumericFunction::Exponential => self.graph.apply(Operation::Exponential(first)),
            NumericFunction::Logarithm => self.graph.apply(Operation::Logarithm(first)),
            NumericFunction::Minimum => self.graph.apply(Operation::Minimum(first, last)),
            NumericFunction::Maximum => self.graph.apply(Operation::Maximum(first, last)),
            NumericFunction::OperatorNorm => self.graph.apply(Operation::OperatorNorm(first)),
            NumericFunction::SmallestEigenvalue => {
                self.graph.apply(Operation::SmallestEigenvalue(first))
            }
            NumericFunction::LargestEigenvalue => {
                self.graph.apply(Operation::LargestEigenvalue(first))
            }
        }))
    }
}

/// The number as the size of a matrix.
fn matrix_size(number: f64) -> Option<usize> {
    // Beyond this no matrix fits into memory, and below it every integer is exact.
    const LARGEST: f64 = 1e6;
    let rounded = number.round();
    // 2*N/2 may miss an integer by rounding.
    let close = (number - rounded).abs() <= 1e-9;
    (close && (1.0..=LARGEST).contains(&rounded)).then_some(rounded as usize)
}
