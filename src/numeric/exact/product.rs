//! Products, and expectations of products without expanding them.

use super::environment::Environment;
use super::error::ExactError;
use super::evaluation::{Evaluator, cubed, describe};
use super::expectation::{Prepared, integrate_products};
use super::law::Scope;
use super::matrix::Matrix;
use super::monomial::VariableKind;
use super::number::Number;
use super::polynomial::Polynomial;
use crate::claim::{Expr, LetterKind, Node, Shape, Space};
use dashu_ratio::RBig;
use std::rc::Rc;
use std::sync::Arc;

/// Powers up to this one are written out as factors under an expectation.
const WRITTEN_OUT: i64 = 64;

/// A product taken apart: a sign, divisors, scalar factors, and a chain of matrices.
#[derive(Default)]
struct Factors {
    negative: bool,
    divisors: Vec<Expr>,
    scalars: Vec<Expr>,
    chain: Vec<Expr>,
}

impl Factors {
    /// Takes a product apart, its powers too where `powers` is set. Without recursion along its
    /// length.
    fn of(root: &Expr, powers: bool) -> Self {
        let mut factors = Self::default();
        // The last factor is on top, so that the chain comes out in reverse.
        let mut waiting = Vec::new();
        match &*root.node {
            // A bilinear form such as x'*A*y is a chain where it stands alone, else one scalar.
            Node::Multiply(a, b) => waiting.extend([a.clone(), b.clone()]),
            Node::QuadraticForm { vector, matrix } => {
                waiting.extend([transposed(vector), matrix.clone(), vector.clone()]);
            }
            _ => waiting.push(root.clone()),
        }
        while let Some(next) = waiting.pop() {
            let scalar = is_scalar(&next);
            match &*next.node {
                Node::Negate(a) => {
                    factors.negative = !factors.negative;
                    waiting.push(a.clone());
                }
                Node::Divide(a, b) => {
                    factors.divisors.push(b.clone());
                    waiting.push(a.clone());
                }
                Node::Multiply(a, b) if !scalar || is_scalar(a) => {
                    waiting.extend([a.clone(), b.clone()]);
                }
                Node::Power(a, exponent) if powers && written_out(exponent).is_some() => {
                    let count = written_out(exponent).unwrap_or(0);
                    waiting.extend((0..count).map(|_| a.clone()));
                }
                _ if scalar => factors.scalars.push(next),
                _ => factors.chain.push(next),
            }
        }
        factors.scalars.reverse();
        factors.chain.reverse();
        factors
    }

    /// Whether nothing could be taken apart.
    fn is_only(&self, root: &Expr) -> bool {
        match (self.scalars.as_slice(), self.chain.as_slice()) {
            ([only], []) | ([], [only]) => {
                self.divisors.is_empty() && Arc::ptr_eq(&only.node, &root.node)
            }
            _ => false,
        }
    }
}

fn written_out(exponent: &RBig) -> Option<usize> {
    if !exponent.is_int() {
        return None;
    }
    let exponent = i64::try_from(exponent.numerator()).ok()?;
    (2..=WRITTEN_OUT).contains(&exponent).then_some(exponent as usize)
}

fn is_scalar(expr: &Expr) -> bool {
    expr.shape.rows == Space::One && expr.shape.columns == Space::One
}

fn transposed(expr: &Expr) -> Expr {
    let Shape { rows, columns } = expr.shape.clone();
    let shape = Shape { rows: columns, columns: rows };
    Expr { node: Arc::new(Node::Transpose(expr.clone())), shape, span: expr.span }
}

impl Evaluator<'_> {
    /// A product, quotient or integer power, or its expectation.
    pub(super) fn product(
        &mut self,
        expr: &Expr,
        environment: &Environment,
        over: Option<Scope>,
    ) -> Result<Rc<Matrix>, ExactError> {
        let scope = over.filter(|_| self.is_random(expr, environment));
        if let (None, Node::Power(base, exponent)) = (scope, &*expr.node) {
            return self.integer_power(base, exponent, environment);
        }
        let factors = Factors::of(expr, scope.is_some());
        match scope {
            None => {
                let mut coefficient = self.coefficient(&factors, environment)?;
                for scalar in &factors.scalars {
                    let value = self.value(scalar, environment, None)?;
                    coefficient = self.times(&coefficient, &value.entries[0])?;
                }
                let chain = self.values(&factors.chain, environment)?;
                let product = self.chain_product(&chain)?;
                self.scaled(&product, &coefficient)
            }
            Some(_) if factors.is_only(expr) => {
                let Node::Power(base, exponent) = &*expr.node else {
                    unreachable!("every other product comes apart, this is a bug");
                };
                let value = self.integer_power(base, exponent, environment)?;
                self.integrated(&value, over)
            }
            Some(scope) => self.expected(&factors, environment, scope, false),
        }
    }

    /// tr(a), or its expectation.
    pub(super) fn trace(
        &mut self,
        a: &Expr,
        environment: &Environment,
        over: Option<Scope>,
    ) -> Result<Rc<Matrix>, ExactError> {
        let mut inner = a;
        while let Node::Abbreviation(abbreviation) = &*inner.node {
            inner = &abbreviation.value;
        }
        if let Some(scope) = over.filter(|_| self.is_random(inner, environment))
            && matches!(&*inner.node, Node::Multiply(..) | Node::Divide(..) | Node::Power(..))
        {
            let factors = Factors::of(inner, true);
            if !factors.is_only(inner) {
                return self.expected(&factors, environment, scope, true);
            }
        }
        Ok(Rc::new(Matrix::scalar(self.value(a, environment, over)?.trace())))
    }

    /// tr(a'a) or tr(a'Wa), or its expectation.
    pub(super) fn squared_norm(
        &mut self,
        a: &Expr,
        weight: Option<&Expr>,
        environment: &Environment,
        over: Option<Scope>,
    ) -> Result<Rc<Matrix>, ExactError> {
        let mut chain = vec![transposed(a)];
        chain.extend(weight.cloned());
        chain.push(a.clone());
        let factors = Factors { chain, ..Factors::default() };
        if let Some(scope) = over {
            return self.expected(&factors, environment, scope, true);
        }
        let chain = self.values(&factors.chain, environment)?;
        Ok(Rc::new(Matrix::scalar(self.chain_product(&chain)?.trace())))
    }

    /// The expectation of a product, or of its trace. One random factor is integrated by itself;
    /// several are multiplied into two halves of about equal degree, whose product is integrated
    /// term by term and never stored.
    fn expected(
        &mut self,
        factors: &Factors,
        environment: &Environment,
        scope: Scope,
        trace: bool,
    ) -> Result<Rc<Matrix>, ExactError> {
        let mut coefficient = self.coefficient(factors, environment)?;
        let is_random = |expr: &&Expr| self.is_random(expr, environment);
        let (random, fixed): (Vec<_>, Vec<_>) = factors.scalars.iter().partition(is_random);
        let count = random.len() + factors.chain.iter().filter(is_random).count();
        let over = (count == 1).then_some(scope);
        for scalar in fixed {
            let value = self.value(scalar, environment, None)?;
            coefficient = self.times(&coefficient, &value.entries[0])?;
        }
        let mut scalars: Vec<Rc<Matrix>> = Vec::new();
        for (index, scalar) in random.iter().enumerate() {
            let value = match index.checked_sub(1) {
                Some(last) if Arc::ptr_eq(&random[last].node, &scalar.node) => {
                    scalars[last].clone()
                }
                _ => self.value(scalar, environment, over)?,
            };
            scalars.push(value);
        }
        let mut chain: Vec<Rc<Matrix>> = Vec::new();
        for (index, factor) in factors.chain.iter().enumerate() {
            let value = match index.checked_sub(1) {
                Some(last) if Arc::ptr_eq(&factors.chain[last].node, &factor.node) => {
                    chain[last].clone()
                }
                _ => {
                    let over = over.filter(|_| self.is_random(factor, environment));
                    self.value(factor, environment, over)?
                }
            };
            chain.push(value);
        }
        if count <= 1 {
            for scalar in scalars {
                coefficient = self.times(&coefficient, &scalar.entries[0])?;
            }
            let mut product = self.chain_product(&chain)?;
            if trace {
                product = Rc::new(Matrix::scalar(product.trace()));
            }
            return self.scaled(&product, &coefficient);
        }
        let halves = self.halve(scalars, chain, scope);
        let value = self.integrate_halves(&halves, scope, trace)?;
        self.scaled(&Rc::new(value), &coefficient)
    }

    /// Splits factors into two halves of degrees as equal as possible.
    fn halve(&self, scalars: Vec<Rc<Matrix>>, chain: Vec<Rc<Matrix>>, scope: Scope) -> [Half; 2] {
        let chain_degrees =
            chain.iter().map(|factor| self.degree(factor, scope)).collect::<Vec<_>>();
        let mut scalars = scalars
            .into_iter()
            .map(|scalar| (self.degree(&scalar, scope), scalar))
            .collect::<Vec<_>>();
        // Large ones first, each to the half of smaller degree.
        scalars.sort_by_key(|(degree, _)| std::cmp::Reverse(*degree));
        let split = |place: usize| {
            let mut degrees = [
                chain_degrees[..place].iter().sum::<u64>(),
                chain_degrees[place..].iter().sum::<u64>(),
            ];
            let mut halves = [Half::default(), Half::default()];
            for (degree, scalar) in &scalars {
                let smaller = usize::from(degrees[1] < degrees[0]);
                degrees[smaller] += degree;
                halves[smaller].scalars.push(scalar.clone());
            }
            halves[0].chain = chain[..place].to_vec();
            halves[1].chain = chain[place..].to_vec();
            (degrees[0].abs_diff(degrees[1]), halves)
        };
        let mut best = split(0);
        for place in 1..=chain.len() {
            let candidate = split(place);
            if candidate.0 < best.0 {
                best = candidate;
            }
        }
        best.1
    }

    fn degree(&self, matrix: &Matrix, scope: Scope) -> u64 {
        let terms = matrix.entries.iter().flat_map(Polynomial::terms);
        let bound = terms.map(|(monomial, _)| {
            monomial
                .powers()
                .filter(|(variable, _)| self.laws.binds(scope, *variable))
                .map(|(_, exponent)| u64::from(exponent))
                .sum()
        });
        bound.max().unwrap_or(0)
    }

    /// E of the product of two halves, or of its trace.
    fn integrate_halves(
        &mut self,
        halves: &[Half; 2],
        scope: Scope,
        trace: bool,
    ) -> Result<Matrix, ExactError> {
        let [left, right] = halves;
        let (a, b) = (self.half_product(left)?, {
            if left.same(right) { None } else { Some(self.half_product(right)?) }
        });
        let b = b.unwrap_or_else(|| a.clone());
        let prepare = |matrix: &Matrix, laws| {
            let entries = matrix.entries.iter();
            entries.map(|entry| Prepared::new(entry, scope, laws)).collect::<Vec<_>>()
        };
        let (p, q) = (prepare(&a, &self.laws), prepare(&b, &self.laws));
        let (laws, meter) = (&mut self.laws, &mut self.meter);
        // A half without matrices is a scalar factor of every entry of the other one.
        let scalar_left = left.chain.is_empty();
        let scalar_right = right.chain.is_empty();
        let (rows, inner, columns) = match (scalar_left, scalar_right) {
            (true, _) => (b.rows, 0, b.columns),
            (false, true) => (a.rows, 0, a.columns),
            (false, false) => (a.rows, a.columns, b.columns),
        };
        let pairs = |i: usize, j: usize| -> Vec<(&Prepared, &Prepared)> {
            if scalar_left {
                vec![(&p[0], &q[i * columns + j])]
            } else if scalar_right {
                vec![(&p[i * columns + j], &q[0])]
            } else {
                (0..inner).map(|k| (&p[i * inner + k], &q[k * columns + j])).collect()
            }
        };
        if trace {
            let diagonal = (0..rows).flat_map(|i| pairs(i, i));
            return Ok(Matrix::scalar(integrate_products(diagonal, laws, meter)?));
        }
        let mut entries = Vec::with_capacity(rows * columns);
        for i in 0..rows {
            for j in 0..columns {
                entries.push(integrate_products(pairs(i, j).into_iter(), laws, meter)?);
            }
        }
        Ok(Matrix { rows, columns, entries })
    }

    fn half_product(&mut self, half: &Half) -> Result<Rc<Matrix>, ExactError> {
        let mut coefficient = Polynomial::constant(Number::ONE);
        for scalar in &half.scalars {
            coefficient = self.times(&coefficient, &scalar.entries[0])?;
        }
        let product = self.chain_product(&half.chain)?;
        self.scaled(&product, &coefficient)
    }

    fn values(
        &mut self,
        exprs: &[Expr],
        environment: &Environment,
    ) -> Result<Vec<Rc<Matrix>>, ExactError> {
        exprs.iter().map(|expr| self.value(expr, environment, None)).collect()
    }

    /// The sign over the divisors.
    fn coefficient(
        &mut self,
        factors: &Factors,
        environment: &Environment,
    ) -> Result<Polynomial, ExactError> {
        let sign = if factors.negative { -1_i64 } else { 1 };
        let mut coefficient = Polynomial::constant(Number::from(sign));
        for divisor in &factors.divisors {
            let inverse = self.value(divisor, environment, None)?.inverse(&describe(divisor))?;
            coefficient = self.times(&coefficient, &inverse.entries[0])?;
        }
        Ok(coefficient)
    }

    /// The product of matrices, from the side of the smaller intermediate results.
    fn chain_product(&mut self, chain: &[Rc<Matrix>]) -> Result<Rc<Matrix>, ExactError> {
        let (Some(first), Some(last)) = (chain.first(), chain.last()) else {
            return Ok(Rc::new(Matrix::identity(1)));
        };
        if last.columns < first.rows {
            let mut product = last.clone();
            for factor in chain[..chain.len() - 1].iter().rev() {
                product = self.matrix_product(factor, &product)?;
            }
            return Ok(product);
        }
        let mut product = first.clone();
        for factor in &chain[1..] {
            product = self.matrix_product(&product, factor)?;
        }
        Ok(product)
    }

    fn matrix_product(&mut self, a: &Matrix, b: &Matrix) -> Result<Rc<Matrix>, ExactError> {
        if a.columns != b.rows {
            return Err(ExactError::Unsupported { what: "this change of sizes".to_owned() });
        }
        self.meter.store(a.cost_of_product(b), "a product of matrices")?;
        Ok(Rc::new(a.multiply(b)))
    }

    fn times(&mut self, a: &Polynomial, b: &Polynomial) -> Result<Polynomial, ExactError> {
        self.meter.store(a.len().saturating_mul(b.len()), "a product of polynomials")?;
        Ok(a.multiply(b))
    }

    fn scaled(
        &mut self,
        matrix: &Rc<Matrix>,
        coefficient: &Polynomial,
    ) -> Result<Rc<Matrix>, ExactError> {
        if coefficient.as_constant().is_some_and(|value| value.is_one()) {
            return Ok(matrix.clone());
        }
        self.meter.store(coefficient.len().saturating_mul(matrix.terms()), "a multiple")?;
        Ok(Rc::new(matrix.scale(coefficient)))
    }

    /// base^exponent for an integer exponent, by repeated squaring.
    fn integer_power(
        &mut self,
        base: &Expr,
        exponent: &RBig,
        environment: &Environment,
    ) -> Result<Rc<Matrix>, ExactError> {
        let mut value = self.value(base, environment, None)?;
        let too_large = || ExactError::TooLarge {
            what: format!("the power {exponent} of {}", describe(base)),
            needed: u64::MAX,
            allowed: 1 << 20,
        };
        let exponent = i64::try_from(exponent.numerator()).map_err(|_| too_large())?;
        if exponent < 0 {
            self.meter.pay(cubed(value.rows), "an inverse")?;
            value = Rc::new(value.inverse(&describe(base))?);
        }
        let mut rest = exponent.unsigned_abs();
        if rest >= 1 << 20 && !is_unit(&value) {
            return Err(too_large());
        }
        let mut result = Rc::new(Matrix::identity(value.rows));
        while rest > 0 {
            if rest & 1 == 1 {
                result = self.power_step(&result, &value)?;
            }
            rest >>= 1;
            if rest > 0 {
                value = self.power_step(&value, &value)?;
            }
        }
        Ok(result)
    }

    /// A product inside a power, where the digits of the numbers grow too.
    fn power_step(&mut self, a: &Matrix, b: &Matrix) -> Result<Rc<Matrix>, ExactError> {
        let longest = |matrix: &Matrix| {
            let numbers = matrix.entries.iter().flat_map(Polynomial::terms);
            numbers.map(|(_, number)| number.words()).max().unwrap_or(1)
        };
        let digits = longest(a).saturating_mul(longest(b));
        self.meter.pay(digits, "a power")?;
        self.matrix_product(a, b)
    }

    /// Whether the value of an expression may contain coordinates.
    fn is_random(&self, expr: &Expr, environment: &Environment) -> bool {
        let has_coordinate = |matrix: &Rc<Matrix>| {
            matrix
                .entries
                .iter()
                .any(|entry| matches!(entry.free_variable(), Some(VariableKind::Coordinate { .. })))
        };
        expr.descendants().any(|part| match &*part.node {
            Node::Letter(letter) => {
                matches!(letter.kind, LetterKind::Random(_))
                    || environment.replaced(&letter.name).is_some_and(has_coordinate)
            }
            _ => false,
        })
    }
}

/// Factors whose product is one half of a product.
#[derive(Clone, Default)]
struct Half {
    scalars: Vec<Rc<Matrix>>,
    chain: Vec<Rc<Matrix>>,
}

impl Half {
    /// Whether both halves multiply the same values.
    fn same(&self, other: &Self) -> bool {
        let equal = |a: &[Rc<Matrix>], b: &[Rc<Matrix>]| {
            a.len() == b.len() && a.iter().zip(b).all(|(x, y)| Rc::ptr_eq(x, y))
        };
        equal(&self.scalars, &other.scalars) && equal(&self.chain, &other.chain)
    }
}

/// Whether a matrix is 1 x 1 and 0, 1 or -1, so that no power of it grows.
fn is_unit(matrix: &Matrix) -> bool {
    let value = matrix.is_scalar().then(|| matrix.entries[0].as_constant()).flatten();
    value.is_some_and(|value| value.is_zero() || value.is_one() || value.negate().is_one())
}
