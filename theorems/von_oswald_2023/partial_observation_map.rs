//! # Stacked observations of a linear system evolve linearly
//! Source: arXiv:2309.05858, Appendix D
//! Claim:  $z_{t+1} = \Phi_k z_t$ with $z_t = (s_{t-k+1}, \ldots, s_t)$, $\Phi_k = O_k W O_k^+$, iff $\operatorname{rank} O_k = n_h$
//! Where:  W, C -> W, C -> d x d, m x d -> transition and observation
//!         k, p -> k, p -> sizes -> stacked observations and their entries, p = k m
//!         z_t, z_{t+1} -> seen, next -> p x 1 -> stacks of k observations of a run from h
//!         Phi_k z_t -> predicted -> p x 1 -> the prediction
//! Needs:  enough observations (too_few_observations)
//! Expect: the map exactly
//! Checked: systems without noise. Not seen: noise, where the best predictor is linear in z, too
//! Not to be confused with: a regression on one observation

use crate::prelude::*;

/// Partial observability.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::partial_observation_map",
    source: Source { arxiv: "2309.05858", statement: "Appendix D" },
    claims: CLAIMS,
    experiments,
    uses: &[],
    figures: &[],
};

const CLAIMS: &str = "\
theory Stacked observations of a linear system evolve linearly
space d, m, k, p
matrix W[d,d]
matrix C[m,d]
vector h[d]
observed seen[p]
observed next[p]
observed predicted[p]
at d = 2; m = 1; k = 2; p = 2 | d = 4; m = 2; k = 2; p = 4 | d = 3; m = 2; k = 2; p = 4 | d = 5; m = 2; k = 4; p = 8
claim observations_evolve: predicted == next
refute observations_stand_still: predicted == seen
at d = 4; m = 2; k = 1; p = 2 | d = 5; m = 2; k = 2; p = 4
refute too_few_observations: predicted == next
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "stacked_observations",
        kind: EvidenceKind::Exact,
        description: "the map by a pseudo-inverse, in double precision",
        supplies: &["seen", "next", "predicted"],
        supply: Supply::Value(stacked),
    }]
}

fn stacked(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (transition, observation, k) = (at.value("W")?, at.value("C")?, at.size("k")?);
    let stack = observation_stack(transition, observation, k);
    let seen = &stack * at.value("h")?;
    let next = &stack * transition * at.value("h")?;
    let predicted = stacked_transition(transition, observation, k) * &seen;
    let size = next.norm_l2().max(1.0);
    Ok(([("seen", seen), ("next", next), ("predicted", predicted)].into(), 1e-12 * size))
}
