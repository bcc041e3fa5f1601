//! A drawing: shapes on a white plate.

use super::metrics::width;

/// A drawing. Lengths are points, 72 to an inch, from the upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// Width of the plate.
    pub(super) width: f64,
    /// Height of the plate.
    pub(super) height: f64,
    /// What it shows, for who cannot see it.
    pub title: String,
    /// The same at length.
    pub(super) description: String,
    /// Later ones cover earlier ones.
    pub(super) shapes: Vec<Shape>,
}

/// A point of the plate.
pub(super) type Point = [f64; 2];

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub(super) [u8; 3]);

impl Colour {
    pub(super) const BLACK: Self = Self([0x1a, 0x1a, 0x1a]);
    pub(super) const GREY: Self = Self([0x5a, 0x5a, 0x5a]);
    pub(super) const PALE: Self = Self([0xd9, 0xd9, 0xd9]);
    pub(super) const WHITE: Self = Self([0xff, 0xff, 0xff]);
}

/// What draws a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pen {
    pub(super) colour: Colour,
    pub(super) width: f64,
    /// Lengths of dashes and gaps in turn; solid where it is empty.
    pub(super) dash: &'static [f64],
}

impl Pen {
    pub(super) fn solid(colour: Colour, width: f64) -> Self {
        Self { colour, width, dash: &[] }
    }
}

/// One shape.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// A line from point to point.
    Line { points: Vec<Point>, pen: Pen },
    /// A polygon.
    Area { points: Vec<Point>, fill: Colour, pen: Option<Pen> },
    /// A circle with its inside.
    Disc { centre: Point, radius: f64, fill: Colour, pen: Option<Pen> },
    /// A line of text.
    Text(Text),
}

/// Which part of a text stands at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Text {
    /// On the base line.
    pub(super) at: Point,
    pub(super) anchor: Anchor,
    pub(super) size: f64,
    pub(super) colour: Colour,
    /// Turned by a quarter, so that it reads from below.
    pub(super) turned: bool,
    /// Other fonts than Helvetica are fitted to its length, where something stands behind the text.
    pub(super) fitted: bool,
    pub(super) spans: Vec<Span>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) text: String,
    pub(super) level: Level,
}

/// Where a part of a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Base,
    Raised,
    Lowered,
}

impl Level {
    /// How far above the base line, in parts of the size.
    pub(super) fn rise(self) -> f64 {
        match self {
            Self::Base => 0.0,
            Self::Raised => 0.38,
            Self::Lowered => -0.2,
        }
    }

    /// The size in parts of that of the text.
    pub(super) fn scale(self) -> f64 {
        if self == Self::Base { 1.0 } else { 0.75 }
    }
}

impl Text {
    /// Black text from its first letter on. `^{...}` raises and `_{...}` lowers what stands between the
    /// braces.
    pub(super) fn new(at: Point, size: f64, text: &str) -> Self {
        let (anchor, colour) = (Anchor::Start, Colour::BLACK);
        Self { at, anchor, size, colour, turned: false, fitted: false, spans: spans(text) }
    }

    pub(super) fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(super) fn coloured(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    pub(super) fn turned(self) -> Self {
        Self { turned: true, ..self }
    }

    pub(super) fn fitted(self) -> Self {
        Self { fitted: true, ..self }
    }

    /// Its length as set in Helvetica.
    pub(super) fn length(&self) -> f64 {
        let of_span = |span: &Span| self.size * span.level.scale() * width(&span.text);
        self.spans.iter().map(of_span).sum()
    }
}

/// The parts of a text: `x^{2}` raises, `x_{q}` lowers.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut rest = text;
    let mut push = |text: &str, level: Level| {
        if !text.is_empty() {
            spans.push(Span { text: text.to_owned(), level });
        }
    };
    while let Some(place) = rest.find("^{").into_iter().chain(rest.find("_{")).min() {
        let Some(length) = rest[place + 2..].find('}') else { break };
        push(&rest[..place], Level::Base);
        let raised = rest[place..].starts_with('^');
        let level = if raised { Level::Raised } else { Level::Lowered };
        push(&rest[place + 2..place + 2 + length], level);
        rest = &rest[place + 2 + length + 1..];
    }
    push(rest, Level::Base);
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_raise_and_lower() {
        let levels: Vec<_> =
            spans("10^{-3} x_{q} a_b").into_iter().map(|span| (span.text, span.level)).collect();
        let expected = [
            ("10", Level::Base),
            ("-3", Level::Raised),
            (" x", Level::Base),
            ("q", Level::Lowered),
            (" a_b", Level::Base),
        ];
        assert_eq!(levels, expected.map(|(text, level)| (text.to_owned(), level)));
    }

    #[test]
    fn a_brace_that_is_not_closed_is_text() {
        assert_eq!(spans("a^{b").len(), 1);
    }
}
