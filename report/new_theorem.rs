//! # One sentence that states the theorem, without symbols
//! Source: arXiv:0000.00000, Theorem 1, eq. (1)
//! Claim:  $\mathbb{E}[S^2] = \Gamma \Lambda$
//! Where:  S -> S -> d x d -> mean of x x' over the N examples of a prompt
//!         Gamma -> Gamma -> d x d -> (1 + 1/N) Lambda + tr(Lambda)/N I
//! Needs:  Gaussian inputs
//! Expect: proof for all d, N; the moment by simulation
//! Checked: the second moment of (1/N) sum y_i x_i on raw prompts with tasks w ~ N(0, I), which is
//!         E[S^2]. Not seen: other laws of the task
//! Not to be confused with: the same moment for a fixed design

use crate::prelude::*;

/// Theorem 1.
pub const THEOREM: Theorem = Theorem {
    id: "authors_year::NAME",
    source: Source { arxiv: "0000.00000", statement: "Theorem 1, eq. (1)" },
    claims: CLAIMS,
    experiments,
    uses: &[],
    figures: &[],
};

const CLAIMS: &str = "\
theory One sentence that states the theorem
space d, N
matrix Lambda[d,d] pd
gaussian X[d,N] ~ Lambda
let S = X*X'/N
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
define NoTrace := (1 + 1/N)*Lambda

claim second_moment: E[S^2] == Gamma*Lambda
refute without_trace: E[S^2] == NoTrace*Lambda

observed sampled[d,d]
at d = 2; N = 6; Lambda = [[2, 1/2], [1/2, 1]]
margin 10% because the term that is easily forgotten is a third of the moment
claim moment_on_prompts: sampled == Gamma*Lambda
refute moment_without_trace: sampled == NoTrace*Lambda
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "prompts",
        kind: EvidenceKind::Simulation,
        description: "b b' of raw prompts, b = (1/N) sum y_i x_i",
        supplies: &["sampled"],
        supply: Supply::Samples { prepare, limit: samples },
    }]
}

fn samples(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 500_000,
        Effort::Standard => 5_000_000,
        Effort::Full => 50_000_000,
    }
}

/// What all prompts share is made once; what is returned draws one prompt.
fn prepare(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let law = PromptLaw::new(at.value("Lambda")?, at.size("N")?)?;
    Ok(Box::new(move |random| {
        let b = law.sample(random).prompt.label_correlation();
        let square = Mat::from_fn(b.len(), b.len(), |i, j| b[i] * b[j]);
        Ok([("sampled", square)].into())
    }))
}
