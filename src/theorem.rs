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
