//! Matrices as coloured squares, side by side.

use super::drawing::{Anchor, Colour, Drawing, Pen, Shape, Text};

/// Matrices of one shape, side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// What it shows, for who cannot see it.
    pub title: String,
    /// The same at length.
    pub description: String,
    /// The columns of each matrix.
    pub columns: usize,
    /// Rows and columns of a block: blocks are parted by lines. Nothing to part where it is 0.
    pub block: usize,
    /// The matrices.
    pub panels: Vec<Panel>,
}

/// One matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What stands above it.
    pub label: String,
    /// The entries, row after row.
    pub entries: Vec<f64>,
    /// The size of an entry that has the full colour.
    pub full: f64,
}

const SIZE: f64 = 12.0;
/// Of a matrix with its scale.
const SIDE: f64 = 150.0;
const GAP: f64 = 22.0;
const MARGIN: f64 = 12.0;
const TOP: f64 = 26.0;
/// Numbers stand in squares that are at least this wide, where they fit.
const ROOM: f64 = 28.0;

impl HeatMap {
    /// The matrices drawn, a scale under each.
    pub fn draw(&self) -> Drawing {
        let rows = self.panels.first().map_or(0, |panel| panel.entries.len() / self.columns.max(1));
        let cell = SIDE / rows.max(self.columns).max(1) as f64;
        let count = self.panels.len() as f64;
        let mut shapes = Vec::new();
        for (number, panel) in self.panels.iter().enumerate() {
            let left = MARGIN + number as f64 * (SIDE + GAP);
            self.panel(panel, left, cell, &mut shapes);
            scale(panel.full, left, TOP + rows as f64 * cell + 14.0, &mut shapes);
        }
        Drawing {
            width: 2.0 * MARGIN + count * SIDE + (count - 1.0).max(0.0) * GAP,
            height: TOP + rows as f64 * cell + 48.0,
            title: self.title.clone(),
            description: self.description.clone(),
            shapes,
        }
    }

    fn panel(&self, panel: &Panel, left: f64, cell: f64, shapes: &mut Vec<Shape>) {
        let corner =
            |row: usize, column: usize| [left + column as f64 * cell, TOP + row as f64 * cell];
        let numbered = cell >= ROOM;
        let label = Text::new([left, TOP - 9.0], SIZE, &panel.label);
        shapes.push(Shape::Text(label));
        for (place, &entry) in panel.entries.iter().enumerate() {
            let (row, column) = (place / self.columns, place % self.columns);
            let share = if panel.full > 0.0 { entry / panel.full } else { 0.0 };
            let points = vec![
                corner(row, column),
                corner(row, column + 1),
                corner(row + 1, column + 1),
                corner(row + 1, column),
            ];
            let fill = diverging(share);
            // A thin seam hides the gaps that readers leave between neighbours.
            let pen = Some(Pen::solid(if cell < 12.0 { fill } else { Colour::WHITE }, 0.5));
            shapes.push(Shape::Area { points, fill, pen });
            let [x, y] = corner(row, column);
            let text = Text::new([x + cell / 2.0, y + cell / 2.0 + 3.5], 10.0, &brief(entry));
            if numbered && text.length() < cell - 4.0 {
                let colour = if share.abs() > 0.62 { Colour::WHITE } else { Colour::BLACK };
                shapes.push(Shape::Text(text.anchored(Anchor::Middle).coloured(colour)));
            }
        }
        let rows = panel.entries.len() / self.columns.max(1);
        let frame = [(0, 0), (0, self.columns), (rows, self.columns), (rows, 0), (0, 0)];
        let points = frame.map(|(row, column)| corner(row, column)).to_vec();
        shapes.push(Shape::Line { points, pen: Pen::solid(Colour::GREY, 0.9) });
        if self.block > 0 {
            let pen = Pen::solid(Colour::BLACK, 1.1);
            for row in (self.block..rows).step_by(self.block) {
                shapes.push(Shape::Line {
                    points: vec![corner(row, 0), corner(row, self.columns)],
                    pen,
                });
            }
            for column in (self.block..self.columns).step_by(self.block) {
                shapes.push(Shape::Line {
                    points: vec![corner(0, column), corner(rows, column)],
                    pen,
                });
            }
        }
    }
}

/// The colours from -full to full, with their ends written under them.
fn scale(full: f64, left: f64, top: f64, shapes: &mut Vec<Shape>) {
    const STEPS: usize = 31;
    const HEIGHT: f64 = 9.0;
    let step = SIDE / STEPS as f64;
    for number in 0..STEPS {
        let x = left + number as f64 * step;
        let fill = diverging(2.0 * number as f64 / (STEPS - 1) as f64 - 1.0);
        let points = vec![[x, top], [x + step, top], [x + step, top + HEIGHT], [x, top + HEIGHT]];
        shapes.push(Shape::Area { points, fill, pen: Some(Pen::solid(fill, 0.5)) });
    }
    let ends = [(0.0, Anchor::Start, -full), (0.5, Anchor::Middle, 0.0), (1.0, Anchor::End, full)];
    for (place, anchor, value) in ends {
        let at = [left + place * SIDE, top + HEIGHT + 13.0];
        shapes.push(Shape::Text(Text::new(at, 11.0, &brief(value)).anchored(anchor)));
    }
}

/// From blue over white to vermillion, which every kind of colour vision tells apart.
fn diverging(share: f64) -> Colour {
    const BLUE: [f64; 3] = [0.0, 68.0, 136.0];
    const VERMILLION: [f64; 3] = [178.0, 70.0, 0.0];
    let share = share.clamp(-1.0, 1.0);
    let end = if share < 0.0 { BLUE } else { VERMILLION };
    Colour(end.map(|end| (255.0 + (end - 255.0) * share.abs()).round() as u8))
}

/// Three significant digits.
fn brief(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let exponent = value.abs().log10().floor();
    let text = if !(-3.0..4.0).contains(&exponent) {
        let text = format!("{value:.1e}");
        let (digits, power) = text.split_once('e').expect("an exponent was asked for");
        format!("{digits}\u{b7}10^{{{power}}}")
    } else {
        format!("{value:.*}", (2.0 - exponent).max(0.0) as usize)
    };
    text.replace('-', "\u{2212}")
}
