//! A drawing as SVG: text stays text, and a title and a description serve screen readers.

use super::drawing::{Anchor, Colour, Drawing, Pen, Point, Shape, Text};
use std::fmt::Write;

const INFALLIBLE: &str = "a string takes everything";

/// The drawing as a stand-alone SVG file that may also stand within HTML: `name` is unique among the
/// drawings of a page.
pub fn svg(drawing: &Drawing, name: &str) -> String {
    let Drawing { width, height, title, description, shapes } = drawing;
    let (width, height) = (number(*width), number(*height));
    let (name, title, description) = (escaped(name), escaped(title), escaped(description));
    let mut out = String::new();
    let mut line = |text: &str| writeln!(out, "{text}").expect(INFALLIBLE);
    line(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{name}-title {name}-description\" \
         font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\" style=\"max-width: 100%; height: auto\">"
    ));
    line(&format!("<title id=\"{name}-title\">{title}</title>"));
    line(&format!("<desc id=\"{name}-description\">{description}</desc>"));
    line(&format!("<rect width=\"{width}\" height=\"{height}\" rx=\"4\" fill=\"#ffffff\"/>"));
    for shape in shapes {
        line(&element(shape));
    }
    line("</svg>");
    out
}

fn element(shape: &Shape) -> String {
    match shape {
        Shape::Line { points, pen } => {
            format!("<polyline points=\"{}\" fill=\"none\"{}/>", list(points), stroke(Some(pen)))
        }
        Shape::Area { points, fill, pen } => {
            let (points, fill) = (list(points), colour(*fill));
            format!("<polygon points=\"{points}\" fill=\"{fill}\"{}/>", stroke(pen.as_ref()))
        }
        Shape::Disc { centre: [x, y], radius, fill, pen } => format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"{}/>",
            number(*x),
            number(*y),
            number(*radius),
            colour(*fill),
            stroke(pen.as_ref())
        ),
        Shape::Text(text) => text_element(text),
    }
}

fn text_element(text: &Text) -> String {
    let Text { at: [x, y], anchor, size, turned, spans, .. } = text;
    let anchor = match anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let (x, y) = (number(*x), number(*y));
    let turn = if *turned { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
    let mut content = String::new();
    let mut rise = 0.0;
    for span in spans {
        let (wanted, scale) = (span.level.rise() * size, span.level.scale());
        let text = escaped(&span.text);
        if wanted == rise && scale == 1.0 {
            content += &text;
        } else {
            let (shift, size) = (number(rise - wanted), number(scale * size));
            content += &format!("<tspan dy=\"{shift}\" font-size=\"{size}\">{text}</tspan>");
        }
        rise = wanted;
    }
    let fit = match text.fitted {
        true => {
            format!(" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"", number(text.length()))
        }
        false => String::new(),
    };
    let (size, fill) = (number(*size), colour(text.colour));
    format!(
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{fill}\"{anchor}{turn}{fit}>{content}</text>"
    )
}

fn stroke(pen: Option<&Pen>) -> String {
    let Some(pen) = pen else { return String::new() };
    let dash: Vec<String> = pen.dash.iter().map(|&length| number(length)).collect();
    let dash = match &dash[..] {
        [] => String::new(),
        lengths => format!(" stroke-dasharray=\"{}\"", lengths.join(" ")),
    };
    format!(" stroke=\"{}\" stroke-width=\"{}\"{dash}", colour(pen.colour), number(pen.width))
}

fn list(points: &[Point]) -> String {
    let pairs = points.iter().map(|[x, y]| format!("{},{}", number(*x), number(*y)));
    pairs.collect::<Vec<_>>().join(" ")
}

fn colour(Colour([red, green, blue]): Colour) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// At most two decimals: a hundredth of a point cannot be seen.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            _ if letter.is_control() => out.push(' '),
            _ => out.push(letter),
        }
    }
    out
}
