//! Colours, dashes and marks that differ for every reader.

use super::drawing::{Colour, Pen, Point, Shape};

/// How a series looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Numbers of ours, with a colour, a dash and a mark of their own for each number.
    Ours(usize),
    /// Numbers of somebody else: marks without a line.
    Published(usize),
    /// What the eye may follow.
    Guide,
}

/// Distinct for every kind of colour vision.
///
/// Source: Okabe and Ito, "Color universal design" (2008), without yellow, which white paper hides.
const COLOURS: [Colour; 7] = [
    Colour([0x00, 0x72, 0xb2]),
    Colour([0xd5, 0x5e, 0x00]),
    Colour([0x00, 0x9e, 0x73]),
    Colour([0xcc, 0x79, 0xa7]),
    Colour([0xe6, 0x9f, 0x00]),
    Colour([0x56, 0xb4, 0xe9]),
    Colour([0x1a, 0x1a, 0x1a]),
];

const DASHES: [&[f64]; 7] = [
    &[],
    &[7.0, 3.0],
    &[2.0, 2.5],
    &[8.0, 3.0, 2.0, 3.0],
    &[4.0, 2.0],
    &[8.0, 2.0, 2.0, 2.0, 2.0, 2.0],
    &[1.0, 3.0],
];

/// Corners of marks around the origin, of about the same area; none for a circle.
const MARKS: [&[Point]; 5] = [
    &[],
    &[[-3.2, -3.2], [3.2, -3.2], [3.2, 3.2], [-3.2, 3.2]],
    &[[0.0, -4.4], [4.2, 3.2], [-4.2, 3.2]],
    &[[0.0, -4.8], [4.8, 0.0], [0.0, 4.8], [-4.8, 0.0]],
    &[[0.0, 4.4], [4.2, -3.2], [-4.2, -3.2]],
];

impl Style {
    pub(super) fn colour(self) -> Colour {
        match self {
            Self::Ours(number) => COLOURS[number % COLOURS.len()],
            Self::Published(_) => Colour::BLACK,
            Self::Guide => Colour::GREY,
        }
    }

    pub(super) fn pen(self) -> Pen {
        match self {
            Self::Ours(number) => {
                Pen { colour: self.colour(), width: 1.5, dash: DASHES[number % DASHES.len()] }
            }
            Self::Published(_) => Pen::solid(self.colour(), 1.3),
            Self::Guide => Pen { colour: self.colour(), width: 1.0, dash: &[3.0, 3.0] },
        }
    }

    /// The mark at a point: measured numbers are white inside, published ones are crosses.
    pub(super) fn mark(self, [x, y]: Point) -> Vec<Shape> {
        let pen = Pen::solid(self.colour(), 1.4);
        let moved = |corners: &[Point]| corners.iter().map(|[a, b]| [x + a, y + b]).collect();
        match self {
            Self::Ours(number) => match MARKS[number % MARKS.len()] {
                [] => vec![Shape::Disc {
                    centre: [x, y],
                    radius: 3.6,
                    fill: Colour::WHITE,
                    pen: Some(pen),
                }],
                corners => vec![Shape::Area {
                    points: moved(corners),
                    fill: Colour::WHITE,
                    pen: Some(pen),
                }],
            },
            Self::Published(number) => {
                let arms: [[Point; 2]; 2] = match number % 2 {
                    0 => [[[-4.0, -4.0], [4.0, 4.0]], [[-4.0, 4.0], [4.0, -4.0]]],
                    _ => [[[-5.0, 0.0], [5.0, 0.0]], [[0.0, -5.0], [0.0, 5.0]]],
                };
                arms.iter().map(|arm| Shape::Line { points: moved(arm), pen }).collect()
            }
            Self::Guide => Vec::new(),
        }
    }
}
