//! # A separator between the examples does not help the linear learner
//! Source: arXiv:2309.05858, Section 5
//! Claim:  $\Phi = s^2 W (2 s^2 I + e e^{\top})^{-1}$, $\tfrac12 \mathbb{E}\|W x - \Phi x\|^2 \ge \tfrac18 \mathbb{E}|x|^2$
//! Where:  W -> W -> d x d -> the orthogonal map of the prompt
//!         x, x_+ -> x, xnext -> d x 1 -> an input and the next one
//!         e -> e -> d x 1 -> the separator
//!         s^2 -> s2 -> 1 x 1 -> variance of an entry of x
//! Needs:  pairs that overlap (separator_removes_the_overlap)
//! Expect: the limit by proof for all d and e; the loss exactly
//! Checked: the pairs (x, y), (y, e), (e, x_+). Not seen: trained networks, where a separator helps
//! Not to be confused with: a separator that the first layer learns to use

use crate::prelude::*;

/// The separator.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::separator_no_gain",
    source: Source { arxiv: "2309.05858", statement: "Section 5" },
    claims: CLAIMS,
    experiments: || Vec::new(),
    uses: &["von_oswald_2023::few_shot_half_map"],
    figures: &[],
};

const CLAIMS: &str = "\
theory A separator between the examples does not help the linear learner
space d
positive s2
matrix W[d,d]
vector e[d]
param Phi[d,d]
gaussian x[d] ~ s2*I
gaussian xnext[d] ~ s2*I
rule W*W' == I
rule W'*W == I
let objective = E[||W*x - Phi*x||^2 + ||e - Phi*W*x||^2 + ||xnext - Phi*e||^2]/2
let found = s2*W*inv(2*s2*I + e*e')
let loss = subst(E[||W*x - Phi*x||^2]/2, Phi -> found)
let slope = grad(objective, Phi)
at d = 3; s2 = 1/3; e = [[1, -1/2, 2]]; W = [[0, 1, 0], [0, 0, 1], [-1, 0, 0]]
  | d = 2; s2 = 1; e = [[1/5, 1/3]]; W = [[3/5, 4/5], [-4/5, 3/5]]
claim regression_with_a_separator: subst(slope, Phi -> found) == 0*Phi
refute separator_is_ignored: subst(slope, Phi -> W/2) == 0*Phi
refute separator_removes_the_overlap: subst(slope, Phi -> W) == 0*Phi
claim no_gain: loss >= s2*d/8
refute gain: loss <= s2*d/8
";
