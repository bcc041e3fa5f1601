//! # Overlapping pairs of a prompt drive the regression to half of the map
//! Source: arXiv:2309.05858, Section 5
//! Claim:  $\arg\min_\Phi \mathbb{E} \left[\|W x - \Phi x\|^2 + \|x_+ - \Phi W x\|^2\right] = \tfrac12 W$, with $\tfrac12 \mathbb{E}\|W x - \tfrac12 W x\|^2 = \tfrac18 \mathbb{E}|x|^2$
//! Where:  W -> W -> d x d -> the orthogonal map of the prompt
//!         x, x_+ -> x, xnext -> d x 1 -> an input and the next one
//!         s^2 -> s2 -> 1 x 1 -> variance of an entry of x
//!         n -> n -> size -> number of pairs (x_i, y_i)
//!         the loss after n pairs -> loss -> 1 x 1 -> average over prompts, x uniform on (-1, 1)^d
//! Needs:  the pairs between examples (regression_finds_the_map)
//! Expect: the limit by proof for all d; the loss at n = 100 by samples
//! Checked: least squares. Not seen: trained networks, whose first layer may bind otherwise
//! Not to be confused with: least squares on the examples alone, which finds W

use crate::prelude::*;

/// Few-shot use of an autoregressive model; the law is derived, not stated in the paper.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::few_shot_half_map",
    source: Source { arxiv: "2309.05858", statement: "Section 5" },
    claims: CLAIMS,
    experiments,
    uses: &[],
    figures: &[],
};

const CLAIMS: &str = "\
theory Overlapping pairs of a prompt drive the regression to half of the map
space d, n
positive s2
matrix W[d,d]
param Phi[d,d]
gaussian x[d] ~ s2*I
gaussian xnext[d] ~ s2*I
rule W*W' == I
rule W'*W == I
let objective = E[||W*x - Phi*x||^2 + ||xnext - Phi*W*x||^2]/2
let slope = grad(objective, Phi)
at d = 2; n = 1; s2 = 1/3; W = [[3/5, 4/5], [-4/5, 3/5]] | d = 3; n = 1; s2 = 2; W = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
claim regression_finds_half_the_map: subst(slope, Phi -> W/2) == 0*Phi
claim loss_of_half_the_map: subst(E[||W*x - Phi*x||^2]/2, Phi -> W/2) == s2*d/8
claim quarter_of_the_trivial_loss: subst(E[||W*x - Phi*x||^2]/2, Phi -> W/2) == E[||W*x||^2]/8
refute regression_finds_the_map: subst(slope, Phi -> W) == 0*Phi
refute regression_finds_a_third: subst(slope, Phi -> W/3) == 0*Phi
refute no_loss: subst(E[||W*x - Phi*x||^2]/2, Phi -> W/2) == 0

observed loss
observed examples_alone
at d = 4; n = 100; s2 = 1/3; W = [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, -1, 0]]
margin 4% because the correction 3d/(2n), the nearest term, is 6% at these sizes
claim loss_after_many_pairs: loss == s2*d/8*(1 + 3*d/(2*n))
refute loss_of_the_map: loss <= s2*d/80
refute loss_of_a_third: loss == 2*s2*d/9
refute trivial_loss: loss == s2*d/2
claim examples_alone_are_better: examples_alone <= loss
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "prompts",
        kind: EvidenceKind::Simulation,
        description: "least squares on the pairs of a prompt, a fresh Haar map in each; the query integrated out",
        supplies: &["loss", "examples_alone"],
        supply: Supply::Samples { prepare: prompts, limit: samples },
    }]
}

fn samples(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 100_000,
        Effort::Standard => 1_000_000,
        Effort::Full => 10_000_000,
    }
}

fn prompts(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, n, variance) = (at.size("d")?, at.size("n")?, at.number("s2")?);
    let inputs = FirstState::Uniform { half_width: (3.0 * variance).sqrt() };
    Ok(Box::new(move |random| {
        let map = haar_orthogonal(d, random);
        let x = inputs.draw(d, n, random);
        let y = &map * &x;
        // E |(W - Phi) x|^2/2 over the query.
        let loss = |found: Mat<f64>| variance * (&map - found).squared_norm_l2() / 2.0;
        let (gram_x, gram_y) = (&x * x.transpose(), &y * y.transpose());
        let between = x.subcols(1, n - 1) * y.subcols(0, n - 1).transpose();
        let last = y.subcols(n - 1, 1);
        let all = (&y * x.transpose() + between)
            * (&gram_x + gram_y - last * last.transpose()).partial_piv_lu().inverse();
        let alone = &y * x.transpose() * gram_x.partial_piv_lu().inverse();
        let letters = [("loss", loss(all)), ("examples_alone", loss(alone))];
        Ok(numbers(letters))
    }))
}
