//! A drawing as a PDF page of its own size, in the fonts that every reader has.

use super::drawing::{Anchor, Colour, Drawing, Pen, Point, Shape, Text};
use super::metrics::{Font, encoded};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

/// The names of the fonts within the page.
const HELVETICA: Name<'static> = Name(b"F1");
const SYMBOL: Name<'static> = Name(b"F2");

/// Control points of a quarter of a circle of radius 1 stand this far along the tangents.
const QUARTER: f64 = 0.552_284_75;

/// The drawing as a PDF file of one page. The same drawing gives the same bytes.
pub fn pdf(drawing: &Drawing) -> Vec<u8> {
    let [catalogue, pages, page, content, helvetica, symbol, information] =
        [1, 2, 3, 4, 5, 6, 7].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalogue).pages(pages);
    pdf.document_info(information).title(TextStr(&drawing.title));
    pdf.pages(pages).kids([page]).count(1);
    let mut writer = pdf.page(page);
    writer
        .parent(pages)
        .media_box(Rect::new(0.0, 0.0, drawing.width as f32, drawing.height as f32))
        .contents(content);
    let mut resources = writer.resources();
    resources.fonts().pair(HELVETICA, helvetica).pair(SYMBOL, symbol);
    resources.finish();
    writer.finish();
    pdf.type1_font(helvetica)
        .base_font(Name(b"Helvetica"))
        .encoding_predefined(Name(b"WinAnsiEncoding"));
    pdf.type1_font(symbol).base_font(Name(b"Symbol"));
    let mut canvas = Canvas { content: Content::new(), height: drawing.height };
    canvas.content.set_line_join(pdf_writer::types::LineJoinStyle::RoundJoin);
    drawing.shapes.iter().for_each(|shape| canvas.shape(shape));
    pdf.stream(content, &canvas.content.finish());
    pdf.finish()
}

/// The content of the page, whose heights count from below.
struct Canvas {
    content: Content,
    height: f64,
}

impl Canvas {
    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Line { points, pen } => {
                self.pen(pen);
                self.path(points);
                self.content.stroke();
            }
            Shape::Area { points, fill, pen } => {
                self.fill(*fill, pen.as_ref());
                self.path(points);
                self.content.close_path();
                self.paint(pen.is_some());
            }
            Shape::Disc { centre, radius, fill, pen } => {
                self.fill(*fill, pen.as_ref());
                self.circle(*centre, *radius);
                self.paint(pen.is_some());
            }
            Shape::Text(text) => self.text(text),
        }
    }

    fn point(&self, [x, y]: Point) -> (f32, f32) {
        (round(x), round(self.height - y))
    }

    fn path(&mut self, points: &[Point]) {
        for (number, &point) in points.iter().enumerate() {
            let (x, y) = self.point(point);
            if number == 0 {
                self.content.move_to(x, y);
            } else {
                self.content.line_to(x, y);
            }
        }
    }

    fn circle(&mut self, [x, y]: Point, radius: f64) {
        let (start_x, start_y) = self.point([x + radius, y]);
        self.content.move_to(start_x, start_y);
        for quarter in 0..4 {
            let (sine, cosine) = [(0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0)][quarter];
            // A point given along the radius at the start of the quarter and at its end.
            let at = |along: f64, ahead: f64| {
                let (a, b) = (radius * along, radius * ahead);
                self.point([x + a * cosine - b * sine, y + a * sine + b * cosine])
            };
            let ((a, b), (c, d), (e, f)) = (at(1.0, QUARTER), at(QUARTER, 1.0), at(0.0, 1.0));
            self.content.cubic_to(a, b, c, d, e, f);
        }
        self.content.close_path();
    }

    /// Colours are set before a path begins: between its points PDF allows no change of state.
    fn fill(&mut self, fill: Colour, pen: Option<&Pen>) {
        let [red, green, blue] = parts(fill);
        self.content.set_fill_rgb(red, green, blue);
        if let Some(pen) = pen {
            self.pen(pen);
        }
    }

    fn paint(&mut self, stroked: bool) {
        if stroked {
            self.content.fill_nonzero_and_stroke();
        } else {
            self.content.fill_nonzero();
        }
    }

    fn pen(&mut self, pen: &Pen) {
        let [red, green, blue] = parts(pen.colour);
        let dash = pen.dash.iter().map(|&length| length as f32);
        self.content
            .set_stroke_rgb(red, green, blue)
            .set_line_width(pen.width as f32)
            .set_dash_pattern(dash, 0.0);
    }

    fn text(&mut self, text: &Text) {
        let [red, green, blue] = parts(text.colour);
        let before = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => text.length() / 2.0,
            Anchor::End => text.length(),
        };
        let [x, y] = text.at;
        let start = if text.turned { [x, y + before] } else { [x - before, y] };
        let (x, y) = self.point(start);
        let turn = if text.turned { [0.0, 1.0, -1.0, 0.0] } else { [1.0, 0.0, 0.0, 1.0] };
        self.content.begin_text().set_fill_rgb(red, green, blue);
        self.content.set_text_matrix([turn[0], turn[1], turn[2], turn[3], x, y]);
        for span in &text.spans {
            self.content.set_rise((span.level.rise() * text.size) as f32);
            let size = (span.level.scale() * text.size) as f32;
            let letters: Vec<(Font, u8)> =
                span.text.chars().map(encoded).map(|(font, code, _)| (font, code)).collect();
            for run in letters.chunk_by(|(one, _), (other, _)| one == other) {
                let name = if run[0].0 == Font::Helvetica { HELVETICA } else { SYMBOL };
                let codes: Vec<u8> = run.iter().map(|&(_, code)| code).collect();
                self.content.set_font(name, size).show(Str(&codes));
            }
        }
        self.content.end_text();
    }
}

fn parts(Colour(parts): Colour) -> [f32; 3] {
    parts.map(|part| (f32::from(part) / 255.0 * 1000.0).round() / 1000.0)
}

/// A hundredth of a point cannot be seen.
fn round(value: f64) -> f32 {
    ((value * 100.0).round() / 100.0) as f32
}
