//! A chart: predicted numbers as lines, measured ones as marks with intervals, over one letter.

use super::axis::{Axis, Range};
use super::drawing::{Anchor, Colour, Drawing, Pen, Point, Shape, Text};
use super::style::Style;

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it shows, for who cannot see it.
    pub title: String,
    /// The same at length.
    pub description: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn; later ones over earlier ones.
    pub series: Vec<Series>,
}

/// Numbers that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What the legend says of it; nothing where it stands under the one before.
    pub label: String,
    /// How it looks.
    pub style: Style,
    /// Points that a line joins, such as predictions.
    pub line: Vec<[f64; 2]>,
    /// Points of their own, such as measurements.
    pub marks: Vec<Mark>,
}

/// A measured number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Where it was measured.
    pub x: f64,
    /// The estimate.
    pub y: f64,
    /// Its interval, where there is one.
    pub interval: Option<[f64; 2]>,
}

const WIDTH: f64 = 440.0;
/// Of the frame.
const HEIGHT: f64 = 240.0;
const SIZE: f64 = 12.0;
const RIGHT: f64 = 14.0;
/// Of one line of the legend.
const ROW: f64 = 17.0;
/// Of the sample of a series in the legend.
const SAMPLE: f64 = 30.0;

/// The frame with its ranges.
struct Frame {
    left: f64,
    top: f64,
    x: Range,
    y: Range,
}

impl Frame {
    fn at(&self, [x, y]: [f64; 2]) -> Point {
        let width = WIDTH - RIGHT - self.left;
        [self.left + self.x.place(x) * width, self.top + (1.0 - self.y.place(y)) * HEIGHT]
    }
}

impl Chart {
    /// The chart drawn, with axes and legend.
    pub fn draw(&self) -> Drawing {
        let (x, y) = self.ranges();
        let mut shapes = Vec::new();
        let top = self.legend(&mut shapes);
        let ticks = y.ticks();
        let labels = ticks.iter().filter_map(|tick| tick.label.as_deref());
        let widest =
            labels.map(|label| Text::new([0.0; 2], SIZE, label).length()).fold(0.0, f64::max);
        let frame = Frame { left: 28.0 + widest, top, x, y };
        self.axes(&frame, &mut shapes);
        for series in &self.series {
            series.draw(&frame, &mut shapes);
        }
        Drawing {
            width: WIDTH,
            height: top + HEIGHT + 42.0,
            title: self.title.clone(),
            description: self.description.clone(),
            shapes,
        }
    }

    /// Ranges that hold every line, mark and interval; an interval far longer than all else leaves
    /// the frame.
    fn ranges(&self) -> (Range, Range) {
        let points = || {
            self.series.iter().flat_map(|series| {
                let marks = series.marks.iter().map(|mark| [mark.x, mark.y]);
                series.line.iter().copied().chain(marks)
            })
        };
        let across: Vec<f64> = points().map(|[x, _]| x).collect();
        let mut upward: Vec<f64> = points().map(|[_, y]| y).collect();
        let least = upward.iter().copied().fold(f64::INFINITY, f64::min);
        let most = upward.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let reach = 2.0 * (most - least).max(0.1 * most.abs());
        let positive = least > 0.0;
        let intervals = self.series.iter().flat_map(|series| &series.marks);
        let ends = intervals.filter_map(|mark| mark.interval).flatten().filter(|&end| {
            let near = end > least - reach && end < most + reach;
            near && (!positive || end > least / 10.0)
        });
        upward.extend(ends.collect::<Vec<_>>());
        (Range::over(&across, self.x.logarithmic), Range::over(&upward, self.y.logarithmic))
    }

    /// Draws the legend and gives the height at which the frame begins.
    fn legend(&self, shapes: &mut Vec<Shape>) -> f64 {
        const GAP: f64 = 16.0;
        let (mut x, mut y) = (10.0, 18.0);
        for series in self.series.iter().filter(|series| !series.label.is_empty()) {
            let text = Text::new([0.0; 2], SIZE, &series.label).fitted();
            let length = SAMPLE + 6.0 + text.length();
            if x > 10.0 && x + length > WIDTH - 6.0 {
                x = 10.0;
                y += ROW;
            }
            let middle = y - 4.0;
            if !series.line.is_empty() {
                let points = vec![[x, middle], [x + SAMPLE, middle]];
                shapes.push(Shape::Line { points, pen: series.style.pen() });
            }
            if !series.marks.is_empty() {
                shapes.extend(series.style.mark([x + SAMPLE / 2.0, middle]));
            }
            shapes.push(Shape::Text(Text { at: [x + SAMPLE + 6.0, y], ..text }));
            x += length + GAP;
        }
        y + 14.0
    }

    fn axes(&self, frame: &Frame, shapes: &mut Vec<Shape>) {
        let (left, right) = (frame.left, WIDTH - RIGHT);
        let (top, bottom) = (frame.top, frame.top + HEIGHT);
        let grid = Pen::solid(Colour::PALE, 0.6);
        let pen = Pen::solid(Colour::GREY, 0.9);
        let text = |at: Point, label: &str, anchor| {
            Shape::Text(Text::new(at, SIZE, label).anchored(anchor))
        };
        for tick in frame.x.ticks() {
            let [x, _] = frame.at([tick.value, frame.y.low]);
            let length = if tick.label.is_some() { 5.0 } else { 3.0 };
            if let Some(label) = &tick.label {
                shapes.push(Shape::Line { points: vec![[x, top], [x, bottom]], pen: grid });
                shapes.push(text([x, bottom + 18.0], label, Anchor::Middle));
            }
            shapes.push(Shape::Line { points: vec![[x, bottom], [x, bottom + length]], pen });
        }
        for tick in frame.y.ticks() {
            let [_, y] = frame.at([frame.x.low, tick.value]);
            let length = if tick.label.is_some() { 5.0 } else { 3.0 };
            if let Some(label) = &tick.label {
                shapes.push(Shape::Line { points: vec![[left, y], [right, y]], pen: grid });
                shapes.push(text([left - 8.0, y + 4.0], label, Anchor::End));
            }
            shapes.push(Shape::Line { points: vec![[left, y], [left - length, y]], pen });
        }
        let corners = vec![[left, top], [right, top], [right, bottom], [left, bottom], [left, top]];
        shapes.push(Shape::Line { points: corners, pen });
        let middle = (left + right) / 2.0;
        shapes.push(text([middle, bottom + 36.0], &self.x.label, Anchor::Middle));
        let label = Text::new([14.0, (top + bottom) / 2.0], SIZE, &self.y.label);
        shapes.push(Shape::Text(label.anchored(Anchor::Middle).turned()));
    }
}

impl Series {
    fn draw(&self, frame: &Frame, shapes: &mut Vec<Shape>) {
        if self.line.len() > 1 {
            let points = self.line.iter().map(|&point| frame.at(point)).collect();
            shapes.push(Shape::Line { points, pen: self.style.pen() });
        }
        for mark in &self.marks {
            self.interval(mark, frame, shapes);
            shapes.extend(self.style.mark(frame.at([mark.x, mark.y])));
        }
    }

    /// The interval as a bar with caps; an end beyond the frame has no cap.
    fn interval(&self, mark: &Mark, frame: &Frame, shapes: &mut Vec<Shape>) {
        const CAP: f64 = 3.5;
        let Some([low, high]) = mark.interval else { return };
        let pen = Pen::solid(self.style.colour(), 1.1);
        let ends = [low, high].map(|end| frame.at([mark.x, end]));
        shapes.push(Shape::Line { points: ends.to_vec(), pen });
        for ([x, y], end) in ends.into_iter().zip([low, high]) {
            if (frame.y.low..=frame.y.high).contains(&end) {
                let points = vec![[x - CAP, y], [x + CAP, y]];
                shapes.push(Shape::Line { points, pen });
            }
        }
    }
}
