//! What a file in `theorems/` fills in.

use crate::experiment::Experiment;

/// A published statement: its claims in the claim language, and the experiments that supply the
/// `observed` letters of those claims.
pub struct Theorem {
    /// `<authors>_<year>::<statement>`, stable for ever: seeds, anchors and ids derive from it.
    pub id: &'static str,
    /// Where it is published.
    pub source: Source,
    /// The claims, controls, margins and grids, in the claim language.
    pub claims: &'static str,
    /// The experiments. An experiment holds no prediction.
    pub experiments: fn() -> Vec<Experiment>,
    /// Ids of the statements it builds on; no cycles.
    pub uses: &'static [&'static str],
    /// Figures of its lines, besides those that a report draws by itself.
    pub figures: &'static [Figure],
}

/// A figure of a report. It names lines; what is drawn is what the run found of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// Numbers over a letter or over whatever its author says.
    Curves {
        /// What it shows, in a few words.
        title: &'static str,
        /// The horizontal axis, with the letter of the paper; `^{...}` raises, `_{...}` lowers.
        x: &'static str,
        /// The vertical axis, with its normalisation.
        y: &'static str,
        /// The lines of the theorem that are drawn.
        curves: &'static [Curve],
        /// Numbers of the authors, beside ours.
        published: &'static [Published],
    },
    /// A matrix: prediction, estimate and difference, side by side.
    Matrix {
        /// What it shows, in a few words.
        title: &'static str,
        /// The line that is about it.
        line: &'static str,
        /// The size of its blocks, a letter; none where it has none.
        block: Option<&'static str>,
    },
}

/// Numbers of a figure that belong together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    /// What the legend says of them.
    pub label: &'static str,
    /// Where they come from.
    pub points: Points,
}

/// Where the numbers of a curve come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Points {
    /// The instances of one line, over a letter.
    Over {
        /// The line, by its name.
        line: &'static str,
        /// The letter: a size, or a scalar that `at` lists.
        letter: &'static str,
    },
    /// One line at each place of the axis.
    At(&'static [(f64, &'static str)]),
}

/// Numbers of the authors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Published {
    /// What the legend says of them, with their setting.
    pub label: &'static str,
    /// Where they stand, and how they are normalised.
    pub source: &'static str,
    /// Places on both axes.
    pub points: &'static [(f64, f64)],
}

/// Where a theorem is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// arXiv identifier, such as `2306.09927`.
    pub arxiv: &'static str,
    /// The statement, such as `Theorem 4.1, eq. (4.1)`.
    pub statement: &'static str,
}

/// A paper whose statements a folder in `theorems/` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// The folder, which the ids of its statements start with: `<authors>_<year>`.
    pub id: &'static str,
    /// The authors as they are cited.
    pub authors: &'static str,
    /// The title.
    pub title: &'static str,
    /// Where it appeared and which version's numbers are used.
    pub published: &'static str,
    /// arXiv identifier, such as `2306.09927`.
    pub arxiv: &'static str,
}
