//! Spaces that are still open while a statement is checked, and shapes in words.
//!
//! `I` has no shape of its own: it gets a fresh open space, which its neighbours fix. An open
//! space is spelled `?0`, `?1`, ..., which no declared size can be; nothing that leaves a checked
//! statement contains one.

use super::tree::{Shape, Space};

/// The one open space of a finished `let` value such as `s2*I`.
pub(super) fn unsized_space() -> Space {
    Space::Size("?".into())
}

/// Whether nothing has fixed the space yet.
pub(super) fn is_open(space: &Space) -> bool {
    matches!(space, Space::Size(name) if name.starts_with('?'))
}

impl Shape {
    /// The shape of a number.
    pub(crate) fn scalar() -> Self {
        Self { rows: Space::One, columns: Space::One }
    }

    pub(super) fn square(space: Space) -> Self {
        Self { rows: space.clone(), columns: space }
    }

    pub(super) fn transposed(&self) -> Self {
        Self { rows: self.columns.clone(), columns: self.rows.clone() }
    }

    /// Whether it is 1 x 1.
    pub fn is_scalar(&self) -> bool {
        self.rows == Space::One && self.columns == Space::One
    }

    pub(super) fn is_open(&self) -> bool {
        is_open(&self.rows) || is_open(&self.columns)
    }
}

/// A space in a message.
pub(super) fn space_in_words(space: &Space) -> &str {
    match space {
        Space::One => "1",
        Space::Size(name) => name,
    }
}

/// A shape in a message: `d x N`; open shapes belong to multiples of `I`.
pub(super) fn shape_in_words(shape: &Shape) -> String {
    if shape.is_open() {
        return "square".to_owned();
    }
    format!("{} x {}", space_in_words(&shape.rows), space_in_words(&shape.columns))
}

/// What is known of the open spaces of one statement.
#[derive(Debug, Default)]
pub(super) struct Spaces {
    /// The value of `?0`, `?1`, ...: another space, or itself still open.
    values: Vec<Option<Space>>,
}

impl Spaces {
    /// A new open space.
    pub(super) fn open(&mut self) -> Space {
        self.values.push(None);
        Space::Size(format!("?{}", self.values.len() - 1).into())
    }

    /// What `space` is as far as known.
    pub(super) fn resolve(&self, space: &Space) -> Space {
        let mut space = space.clone();
        while let Some(value) = self.index(&space).and_then(|index| self.values[index].clone()) {
            space = value;
        }
        space
    }

    pub(super) fn resolve_shape(&self, shape: &Shape) -> Shape {
        Shape { rows: self.resolve(&shape.rows), columns: self.resolve(&shape.columns) }
    }

    /// Makes the two spaces equal; false if they are different names.
    pub(super) fn equate(&mut self, left: &Space, right: &Space) -> bool {
        let (left, right) = (self.resolve(left), self.resolve(right));
        if left == right {
            return true;
        }
        match (self.index(&left), self.index(&right)) {
            (Some(index), _) => self.values[index] = Some(right),
            (None, Some(index)) => self.values[index] = Some(left),
            (None, None) => return false,
        }
        true
    }

    /// Makes the two shapes equal, if they can be.
    pub(super) fn equate_shapes(&mut self, left: &Shape, right: &Shape) -> bool {
        self.equate(&left.rows, &right.rows) && self.equate(&left.columns, &right.columns)
    }

    fn index(&self, space: &Space) -> Option<usize> {
        match space {
            Space::Size(name) => name.strip_prefix('?')?.parse().ok(),
            Space::One => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_open_spaces_takes_the_one_known_value() {
        let mut spaces = Spaces::default();
        let (a, b, c) = (spaces.open(), spaces.open(), spaces.open());
        let d = Space::Size("d".into());
        assert!(spaces.equate(&a, &b) && spaces.equate(&c, &b) && spaces.equate(&a, &d));
        assert_eq!(spaces.resolve(&c), d);
        assert!(!spaces.equate(&b, &Space::Size("N".into())));
    }
}
