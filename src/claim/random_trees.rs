//! Random typed trees that keep the rules of the language, for the tests of the printers.

use super::*;
use dashu_ratio::RBig;
use std::sync::{Arc, LazyLock};

/// The declarations in whose letters the trees are built.
pub(super) const FILE: &str = "\
space d, N
scalar u, eta
positive s2, rho
matrix Lambda[d,d] pd
matrix Omega[d,d] sym
matrix A[d,d]
matrix B[d,d] invertible
matrix C[d,N]
vector a[d]
ones one[N]
param U[d,d]
param v
gaussian X[d,N] ~ Lambda
gaussian w[d] ~ I
gaussian e[N] ~ s2*I
gaussian g[1] ~ s2*I
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let S = X*X'/N
let R = s2*I
let L = E[(w'*S*U*w - v)^2]/2
let y = w'*a + g
train L over U, v from U -> 0.1*I, v -> 1
";

/// The file of [`FILE`].
pub(super) fn file() -> &'static ClaimFile {
    static PARSED: LazyLock<ClaimFile> =
        LazyLock::new(|| ClaimFile::parse("trees.claim", FILE).expect("a file without errors"));
    &PARSED
}

/// Builds trees; every choice is the next byte of a tape, so that a shorter tape is a smaller tree.
pub(super) struct Trees<'a> {
    file: &'a ClaimFile,
    tape: std::slice::Iter<'a, u8>,
}

/// Whether random letters may stand at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Letters {
    Any,
    Deterministic,
}
use Letters::{Any, Deterministic};

const DEEPEST: usize = 5;

fn expr(node: Node, shape: Shape) -> Expr {
    Expr { node: Arc::new(node), shape, span: Span::default() }
}

fn scalar(node: Node) -> Expr {
    expr(node, Shape::scalar())
}

impl<'a> Trees<'a> {
    pub(super) fn new(file: &'a ClaimFile, tape: &'a [u8]) -> Self {
        Self { file, tape: tape.iter() }
    }

    /// A number below `count`; 0 when the tape has run out.
    fn choose(&mut self, count: usize) -> usize {
        usize::from(*self.tape.next().unwrap_or(&0)) % count
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.choose(choices.len())]
    }

    /// Any expression, random or not.
    pub(super) fn expression(&mut self) -> Expr {
        let rows = self.space();
        let columns = self.space();
        self.value(rows, columns, DEEPEST, Any)
    }

    /// Any proposition about deterministic values.
    pub(super) fn proposition(&mut self) -> Proposition {
        let loss = self.file.abbreviations.iter().find(|it| &*it.name == "L").unwrap().clone();
        match self.choose(7) {
            0 => {
                let (rows, columns) = (self.space(), self.space());
                let left = self.value(rows.clone(), columns.clone(), DEEPEST, Deterministic);
                let right = self.value(rows, columns, DEEPEST, Deterministic);
                Proposition::Equal { left, right }
            }
            1 => {
                let value = self.one_of(&["A", "B", "Lambda"]);
                Proposition::Minimizer {
                    loss,
                    letter: self.letter("U"),
                    value: self.letter_value(value),
                }
            }
            2 => Proposition::Minimum {
                loss,
                letter: self.letter("U"),
                value: self.scalar(DEEPEST, Deterministic),
            },
            3 => Proposition::Limit {
                of: self.plain(DEEPEST),
                size: "N".into(),
                value: self.letter_value("u"),
            },
            4 => Proposition::Coefficient {
                of: self.plain(DEEPEST),
                size: "N".into(),
                order: self.choose(7) as i32 - 3,
                value: self.letter_value("u"),
            },
            5 => {
                let (rows, columns) = (self.space(), self.space());
                let of = self.value(rows.clone(), columns.clone(), DEEPEST, Deterministic);
                let value = self.value(rows, columns, DEEPEST, Deterministic);
                Proposition::Reaches { of, value }
            }
            _ => {
                let left = self.scalar(DEEPEST, Deterministic);
                let right = self.scalar(DEEPEST, Deterministic);
                let given = (0..self.choose(3)).map(|_| self.hypothesis()).collect();
                Proposition::Bound { left, comparison: self.comparison(), right, given, form: None }
            }
        }
    }

    fn hypothesis(&mut self) -> Hypothesis {
        match self.choose(2) {
            0 => Hypothesis {
                left: self.scalar(2, Deterministic),
                comparison: self.comparison(),
                right: self.scalar(2, Deterministic),
            },
            _ => Hypothesis {
                left: self.letter_value("Lambda"),
                comparison: Comparison::AtLeast,
                right: self.positive(2),
            },
        }
    }

    fn comparison(&mut self) -> Comparison {
        self.one_of(&[Comparison::AtLeast, Comparison::AtMost])
    }

    fn space(&mut self) -> Space {
        match self.choose(4) {
            0 => Space::One,
            1 => Space::Size("N".into()),
            _ => Space::Size("d".into()),
        }
    }

    fn letter(&self, name: &str) -> Arc<Letter> {
        let found = self.file.letters.iter().find(|letter| &*letter.name == name);
        found.expect("a declared letter").clone()
    }

    fn letter_value(&self, name: &str) -> Expr {
        let letter = self.letter(name);
        let shape = letter.shape.clone();
        expr(Node::Letter(letter), shape)
    }

    fn abbreviation(&self, name: &str) -> Expr {
        let found = self.file.abbreviations.iter().find(|it| &*it.name == name).unwrap();
        expr(Node::Abbreviation(found.clone()), found.value.shape.clone())
    }

    fn number(&mut self) -> Expr {
        let numerator = 1 + self.choose(12) as u32;
        let denominator = self.one_of(&[1u8, 1, 1, 2, 10, 3]);
        let value = RBig::from_parts(numerator.into(), denominator.into());
        scalar(Node::Number(if self.choose(8) == 7 { -value } else { value }))
    }

    /// A value of this shape.
    fn value(&mut self, rows: Space, columns: Space, depth: usize, letters: Letters) -> Expr {
        if rows == Space::One && columns == Space::One {
            return self.scalar(depth, letters);
        }
        let shape = Shape { rows: rows.clone(), columns: columns.clone() };
        let square = rows == columns;
        let Some(below) = depth.checked_sub(1) else { return self.leaf(&shape, letters) };
        let same = |trees: &mut Self| trees.value(rows.clone(), columns.clone(), below, letters);
        let node = match self.choose(16) {
            0 => return self.leaf(&shape, letters),
            1 => Node::Add(same(self), same(self)),
            2 => Node::Subtract(same(self), same(self)),
            3 => Node::Multiply(self.scalar(below, letters), same(self)),
            4 => Node::Multiply(same(self), self.scalar(below, letters)),
            5 => Node::Divide(same(self), self.scalar(below, Deterministic)),
            6 | 7 => {
                let inner = self.space();
                let left = self.value(rows, inner.clone(), below, letters);
                Node::Multiply(left, self.value(inner, columns, below, letters))
            }
            8 => Node::Negate(same(self)),
            9 => Node::Transpose(self.value(columns, rows, below, letters)),
            10 if square => Node::Power(same(self), RBig::from(self.choose(4))),
            11 if rows == Space::Size("d".into()) && square => return self.invertible(below),
            12 if rows == Space::Size("d".into()) && square => self.gradient(below, letters),
            12 if rows == Space::Size("d".into()) && columns == Space::One => Node::Gradient {
                of: self.scalar(below, letters),
                with_respect_to: self.letter("a"),
            },
            13 => self.expectation(rows, columns, below, letters),
            14 => self.substitution(rows, columns, below, letters),
            15 => return self.with_identity(&shape, below, letters),
            _ => Node::Negate(same(self)),
        };
        expr(node, shape)
    }

    fn leaf(&mut self, shape: &Shape, letters: Letters) -> Expr {
        let random = letters == Any && self.choose(2) == 1;
        let size = |space: &Space| if *space == Space::One { '1' } else { 'n' };
        let side_d = |space: &Space| *space == Space::Size("d".into());
        let name = match (&shape.rows, &shape.columns) {
            (rows, columns) if rows == columns && side_d(rows) => {
                if random {
                    return self.abbreviation("S");
                }
                match self.choose(8) {
                    0 => {
                        let gamma = self.file.elements[0].clone();
                        return expr(Node::Element(gamma), shape.clone());
                    }
                    1 => {
                        let node = Node::Identity { written_size: true };
                        return expr(node, shape.clone());
                    }
                    _ => self.one_of(&["Lambda", "Omega", "A", "B", "U"]),
                }
            }
            (rows, columns) if rows == columns => {
                return expr(Node::Identity { written_size: true }, shape.clone());
            }
            (rows, columns) if size(rows) == 'n' && size(columns) == 'n' => {
                if random {
                    "X"
                } else {
                    "C"
                }
            }
            (rows, columns) if side_d(rows) || side_d(columns) => {
                if random {
                    "w"
                } else {
                    "a"
                }
            }
            _ => {
                if random {
                    "e"
                } else {
                    "one"
                }
            }
        };
        let value = self.letter_value(name);
        if value.shape == *shape { value } else { expr(Node::Transpose(value), shape.clone()) }
    }

    /// A sum or product with an `I` whose size its neighbour fixes.
    fn with_identity(&mut self, shape: &Shape, below: usize, letters: Letters) -> Expr {
        let leaf = self.leaf(shape, letters);
        let square = |space: &Space| Shape { rows: space.clone(), columns: space.clone() };
        let identity = |shape: Shape| expr(Node::Identity { written_size: false }, shape);
        let node = match self.choose(4) {
            0 => Node::Multiply(leaf, identity(square(&shape.columns))),
            1 if shape.rows != Space::One => Node::Multiply(identity(square(&shape.rows)), leaf),
            2 if shape.rows == shape.columns => {
                let multiple = Node::Multiply(self.scalar(below, letters), identity(shape.clone()));
                Node::Add(expr(multiple, shape.clone()), leaf)
            }
            3 if *shape == square(&Space::Size("d".into())) => {
                // `R` is `s2*I`, sized where it stands.
                let sized = self.file.expression("Lambda + R").expect("an expression");
                let Node::Add(_, named) = &*sized.node else { unreachable!("a sum") };
                Node::Subtract(leaf, named.clone())
            }
            _ => Node::Negate(leaf),
        };
        expr(node, shape.clone())
    }

    /// A d x d inverse, negative power or root.
    fn invertible(&mut self, below: usize) -> Expr {
        let shape = self.letter("A").shape.clone();
        let gamma = expr(Node::Element(self.file.elements[0].clone()), shape.clone());
        let lambda = self.letter_value("Lambda");
        let node = match self.choose(6) {
            0 => Node::Inverse(gamma),
            1 => Node::Power(lambda, RBig::from(-1 - self.choose(3) as i32)),
            2 => Node::Inverse(expr(Node::Multiply(lambda, self.letter_value("B")), shape.clone())),
            3 => {
                let multiple = Node::Multiply(
                    self.positive(below),
                    expr(Node::Identity { written_size: false }, shape.clone()),
                );
                let sum = Node::Add(lambda, expr(multiple, shape.clone()));
                Node::Inverse(expr(sum, shape.clone()))
            }
            4 => Node::Power(lambda, self.half()),
            _ => Node::Power(gamma, self.half()),
        };
        expr(node, shape)
    }

    fn half(&mut self) -> RBig {
        let numerator: i32 = self.one_of(&[1, -1]);
        RBig::from_parts(numerator.into(), 2u8.into())
    }

    fn gradient(&mut self, below: usize, letters: Letters) -> Node {
        let name = self.one_of(&["U", "A", "B"]);
        Node::Gradient { of: self.scalar(below, letters), with_respect_to: self.letter(name) }
    }

    fn expectation(&mut self, rows: Space, columns: Space, below: usize, letters: Letters) -> Node {
        let body = self.value(rows, columns, below, Any);
        let over = match self.choose(3) {
            1 if letters == Any => Some(vec![self.letter("w")]),
            2 if letters == Any => Some(vec![self.letter("X"), self.letter("g")]),
            _ => None,
        };
        Node::Expectation { body, over }
    }

    fn substitution(
        &mut self,
        rows: Space,
        columns: Space,
        below: usize,
        letters: Letters,
    ) -> Node {
        let of = self.value(rows, columns, below, letters);
        let mut replacements = Vec::new();
        let d = Space::Size("d".into());
        if self.choose(2) == 0 {
            let value = self.value(d.clone(), d, below, Deterministic);
            replacements.push((Target::Letter(self.letter("U")), value));
        }
        let value = self.scalar(below, Deterministic);
        replacements.push((Target::Letter(self.letter("u")), value));
        Node::Substitute { of, replacements }
    }

    /// A visibly positive scalar.
    fn positive(&mut self, depth: usize) -> Expr {
        let Some(below) = depth.checked_sub(1) else { return self.letter_value("s2") };
        scalar(match self.choose(6) {
            0 => return self.letter_value("rho"),
            1 => Node::Size("d".into()),
            2 => Node::Trace(self.letter_value("Lambda")),
            3 => Node::Add(self.positive(below), self.positive(below)),
            4 => Node::Multiply(self.positive(below), self.positive(below)),
            _ => Node::Divide(self.positive(below), self.positive(below)),
        })
    }

    /// A scalar of numbers, sizes and scalar letters: the size N can grow or be replaced in it.
    fn plain(&mut self, depth: usize) -> Expr {
        let Some(below) = depth.checked_sub(1) else { return self.letter_value("u") };
        scalar(match self.choose(9) {
            0 => return self.number(),
            1 => Node::Size(self.one_of(&["N", "d"]).into()),
            2 => Node::Add(self.plain(below), self.plain(below)),
            3 => Node::Subtract(self.plain(below), self.plain(below)),
            4 => Node::Multiply(self.plain(below), self.plain(below)),
            5 => Node::Divide(self.plain(below), self.plain(below)),
            6 => Node::Negate(self.plain(below)),
            7 => Node::Power(self.plain(below), RBig::from(self.choose(5) as i32 - 2)),
            _ => Node::Substitute {
                of: self.plain(below),
                replacements: vec![
                    (Target::Size("N".into()), self.plain(below)),
                    (Target::Letter(self.letter("eta")), self.plain(below)),
                ],
            },
        })
    }

    fn scalar(&mut self, depth: usize, letters: Letters) -> Expr {
        let Some(below) = depth.checked_sub(1) else {
            return match self.choose(4) {
                0 => self.number(),
                1 => scalar(Node::Size(self.one_of(&["N", "d"]).into())),
                2 if letters == Any => self.letter_value("g"),
                _ => self.letter_value("u"),
            };
        };
        let d = || Space::Size("d".into());
        let n = || Space::Size("N".into());
        scalar(match self.choose(24) {
            0 => return self.number(),
            1 => {
                let name = self.one_of(&["u", "eta", "s2", "rho", "v"]);
                return self.letter_value(name);
            }
            2 if letters == Any => return self.abbreviation("y"),
            2 => return self.abbreviation("L"),
            3 => Node::Add(self.scalar(below, letters), self.scalar(below, letters)),
            4 => Node::Subtract(self.scalar(below, letters), self.scalar(below, letters)),
            5 => Node::Multiply(self.scalar(below, letters), self.scalar(below, letters)),
            6 => Node::Divide(self.scalar(below, letters), self.scalar(below, Deterministic)),
            7 => Node::Negate(self.scalar(below, letters)),
            8 => Node::Power(self.scalar(below, letters), RBig::from(self.choose(4))),
            9 => {
                let exponent = RBig::from(-1 - self.choose(3) as i32);
                Node::Power(self.scalar(below, Deterministic), exponent)
            }
            10 => {
                let numerator: i32 = self.one_of(&[1, -1, 2, -5]);
                let exponent = RBig::from_parts(numerator.into(), 3u8.into());
                Node::Power(self.positive(below), exponent)
            }
            11 => Node::Transpose(self.scalar(below, letters)),
            12 => Node::Trace(self.value(d(), d(), below, letters)),
            13 => Node::Trace(self.value(n(), n(), below, letters)),
            14 => Node::Inverse(self.scalar(below, Deterministic)),
            15 => Node::QuadraticForm {
                vector: self.value(d(), Space::One, below, letters),
                matrix: self.value(d(), d(), below, letters),
            },
            16 => Node::Norm {
                of: self.value(d(), Space::One, below, letters),
                squared: true,
                weight: Some(self.value(d(), d(), below, letters)),
            },
            17 => {
                let (rows, columns) = (self.space(), self.space());
                let of = self.value(rows, columns, below, letters);
                Node::Norm { of, squared: true, weight: None }
            }
            18 => {
                let (rows, columns) = (self.space(), self.space());
                let of = self.value(rows, columns, below, Deterministic);
                Node::Norm { of, squared: false, weight: None }
            }
            19 => self.expectation(Space::One, Space::One, below, letters),
            20 => {
                let left = self.value(Space::One, d(), below, letters);
                Node::Multiply(left, self.value(d(), Space::One, below, letters))
            }
            21 => Node::Lie {
                quantity: self.scalar(below, Deterministic),
                loss: self.scalar(below, Deterministic),
                letters: ["u", "U", "v"][..=self.choose(3)]
                    .iter()
                    .map(|name| self.letter(name))
                    .collect(),
            },
            22 => self.numeric(below),
            _ if self.choose(2) == 0 => return self.plain(below),
            _ => self.substitution(Space::One, Space::One, below, letters),
        })
    }

    fn numeric(&mut self, below: usize) -> Node {
        use NumericFunction as F;
        let function = self.one_of(&[
            F::SquareRoot,
            F::Exponential,
            F::Logarithm,
            F::Minimum,
            F::Maximum,
            F::OperatorNorm,
            F::SmallestEigenvalue,
            F::LargestEigenvalue,
        ]);
        let arguments = match function {
            F::Minimum | F::Maximum => {
                vec![self.scalar(below, Deterministic), self.scalar(below, Deterministic)]
            }
            F::OperatorNorm => {
                let (rows, columns) = (self.space(), self.space());
                vec![self.value(rows, columns, below, Deterministic)]
            }
            F::SmallestEigenvalue | F::LargestEigenvalue => vec![self.letter_value("Omega")],
            _ => vec![self.scalar(below, Deterministic)],
        };
        Node::Numeric { function, arguments }
    }
}
