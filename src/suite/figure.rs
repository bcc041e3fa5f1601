//! The figures that a theorem asks for, as they stand in results.

use crate::theorem::{Curve, Figure, Points, Published};
use serde::{Deserialize, Serialize};

/// A figure of the lines of a theorem: see [`Figure`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum FigureResult {
    /// Numbers over a letter or over whatever its author says.
    Curves {
        /// What it shows.
        title: String,
        /// The horizontal axis.
        x: String,
        /// The vertical axis.
        y: String,
        /// What is drawn.
        curves: Vec<CurveResult>,
        /// Numbers of the authors.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        published: Vec<PublishedResult>,
    },
    /// A matrix: prediction, estimate and difference.
    Matrix {
        /// What it shows.
        title: String,
        /// The name of the line.
        line: String,
        /// The letter that is the size of its blocks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        block: Option<String>,
    },
}

/// Numbers of a figure that belong together: see [`Curve`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CurveResult {
    /// What the legend says of them.
    pub label: String,
    /// Where they come from.
    pub points: PointsResult,
}

/// Where the numbers of a curve come from: see [`Points`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum PointsResult {
    /// The instances of one line, over a letter.
    Over {
        /// The name of the line.
        line: String,
        /// The letter.
        letter: String,
    },
    /// A place on the axis, and the name of the line there.
    At(Vec<(f64, String)>),
}

/// Numbers of the authors: see [`Published`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PublishedResult {
    /// What the legend says of them.
    pub label: String,
    /// Where they stand.
    pub source: String,
    /// Places on both axes.
    pub points: Vec<(f64, f64)>,
}

impl FigureResult {
    pub(super) fn of(figure: &Figure) -> Self {
        match *figure {
            Figure::Curves { title, x, y, curves, published } => Self::Curves {
                title: title.to_owned(),
                x: x.to_owned(),
                y: y.to_owned(),
                curves: curves.iter().map(CurveResult::of).collect(),
                published: published.iter().map(PublishedResult::of).collect(),
            },
            Figure::Matrix { title, line, block } => Self::Matrix {
                title: title.to_owned(),
                line: line.to_owned(),
                block: block.map(str::to_owned),
            },
        }
    }

    /// The names of the lines that it draws.
    pub fn lines(&self) -> Vec<&str> {
        match self {
            Self::Matrix { line, .. } => vec![line],
            Self::Curves { curves, .. } => curves.iter().flat_map(CurveResult::lines).collect(),
        }
    }
}

impl CurveResult {
    fn lines(&self) -> Vec<&str> {
        match &self.points {
            PointsResult::Over { line, .. } => vec![line],
            PointsResult::At(places) => places.iter().map(|(_, line)| line.as_str()).collect(),
        }
    }

    fn of(curve: &Curve) -> Self {
        let points = match curve.points {
            Points::Over { line, letter } => {
                PointsResult::Over { line: line.to_owned(), letter: letter.to_owned() }
            }
            Points::At(places) => {
                let place = |(x, line): &(f64, &str)| (*x, (*line).to_owned());
                PointsResult::At(places.iter().map(place).collect())
            }
        };
        Self { label: curve.label.to_owned(), points }
    }
}

impl PublishedResult {
    fn of(published: &Published) -> Self {
        let Published { label, source, points } = *published;
        let (label, source) = (label.to_owned(), source.to_owned());
        Self { label, source, points: points.to_vec() }
    }
}
