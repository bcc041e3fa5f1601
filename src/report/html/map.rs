//! The graph of statements as shapes with places: what the template draws.

use super::card::Card;
use super::graph;
use serde::Serialize;

/// Width and height of a node, and the room between nodes.
const NODE: (f64, f64) = (156.0, 46.0);
const GAP: (f64, f64) = (16.0, 36.0);

/// Characters that fit a line of a label, and lines that fit a node.
const LABEL: (usize, usize) = (19, 2);

/// A drawing of statements.
#[derive(Serialize)]
pub(super) struct Map<'a> {
    title: String,
    width: f64,
    height: f64,
    nodes: Vec<Node<'a>>,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Node<'a> {
    card: &'a Card,
    /// Its upper left corner.
    x: f64,
    y: f64,
    label: Vec<String>,
}

/// A line from a statement to one that uses it.
#[derive(Serialize)]
struct Line {
    /// The statements, by their places in the list of nodes.
    used: usize,
    user: usize,
    path: String,
}

impl<'a> Map<'a> {
    pub(super) fn of(title: String, cards: &[&'a Card]) -> Self {
        let place = |id: &str| cards.iter().position(|card| card.id == id);
        let mut edges = Vec::new();
        for (user, card) in cards.iter().enumerate() {
            edges.extend(card.uses.iter().filter_map(|id| Some((place(id)?, user))));
        }
        let drawing = graph::draw(cards.len(), &edges);
        let x = |across: f64| rounded(across * (NODE.0 + GAP.0));
        let y = |layer: usize| rounded(GAP.1 / 2.0 + layer as f64 * (NODE.1 + GAP.1));
        let node = |(index, card): (usize, &&'a Card)| Node {
            card,
            x: rounded(x(drawing.across[index]) - NODE.0 / 2.0),
            y: y(drawing.layer[index]),
            label: label(&card.name),
        };
        let line = |(&(used, user), route): (&(usize, usize), &Vec<(f64, usize)>)| {
            let points: Vec<_> =
                route.iter().map(|&(across, layer)| (x(across), y(layer))).collect();
            Line { used, user, path: path(&points) }
        };
        Self {
            title,
            width: x(drawing.width),
            height: y(drawing.layers) - GAP.1 / 2.0,
            nodes: cards.iter().enumerate().map(node).collect(),
            lines: edges.iter().zip(&drawing.routes).map(line).collect(),
        }
    }
}

/// A smooth line from the lower edge of the first node to the upper edge of the last one, straight
/// down between the nodes of the layers that it passes.
fn path(points: &[(f64, f64)]) -> String {
    let curve = |pair: &[(f64, f64)]| {
        let (from, to) = (pair[0].1 + NODE.1, pair[1].1);
        let middle = rounded((from + to) / 2.0);
        let (a, b) = (pair[0].0, pair[1].0);
        format!("{a} {from}C{a} {middle} {b} {middle} {b} {to}")
    };
    format!("M{}", points.windows(2).map(curve).collect::<Vec<_>>().join("L"))
}

/// The words of a name in lines that fit a node; what does not fit ends in dots.
fn label(name: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in name.split_whitespace() {
        let line = lines.last_mut().expect("it starts with a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= LABEL.0 {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    if lines.len() > LABEL.1 {
        lines.truncate(LABEL.1);
        lines.last_mut().expect("it has lines").push('…');
    }
    for line in &mut lines {
        if let Some((end, _)) = line.char_indices().nth(LABEL.0 + 1) {
            line.truncate(end);
            line.push('…');
        }
    }
    lines
}

fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_fit_their_nodes() {
        assert_eq!(label("gradient flow limit"), ["gradient flow limit"]);
        assert_eq!(
            label("isotropic closed form trajectory"),
            ["isotropic closed", "form trajectory"]
        );
        let long = label("one very long name of a statement that nobody can read");
        assert_eq!(long.len(), 2);
        assert!(long[1].ends_with('…'));
        assert!(label(&"x".repeat(99))[0].chars().count() <= LABEL.0 + 2);
    }

    #[test]
    fn a_line_goes_from_edge_to_edge_and_straight_through_layers() {
        let line = path(&[(10.0, 0.0), (30.0, 82.0), (30.0, 164.0)]);
        assert_eq!(line, "M10 46C10 64 30 64 30 82L30 128C30 146 30 146 30 164");
    }
}
