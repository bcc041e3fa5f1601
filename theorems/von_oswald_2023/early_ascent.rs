//! # The error of the overlapping regression first rises, to a peak where it interpolates
//! Source: arXiv:2309.05858, Section 5, Figure 6
//! Claim:  $L_{i=6} > 1.1 \cdot \tfrac12 \mathbb{E}|x|^2 > L_{i=2}$, $L_{i=30} < \tfrac14 \mathbb{E}|x|^2$ for $d = 10$: the peak is near $2(i-1) = d$
//! Where:  d -> d -> size -> dimension, 10
//!         losses before, at and behind the peak -> early, peak, late -> 1 x 1 -> at i = 2, 6, 30
//!         the trivial loss -> trivial -> 1 x 1 -> E |x|^2/2
//! Needs:  the pairs between examples (examples_alone_peak_there)
//! Expect: averages over prompts
//! Checked: ridge 0.001. Not seen: trained networks
//! Not to be confused with: the peak of least squares on the examples alone, at i - 1 = d

use super::FIRST;
use crate::prelude::*;

/// The early ascent.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::early_ascent",
    source: Source { arxiv: "2309.05858", statement: "Section 5, Figure 6" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::few_shot_half_map"],
    figures: &[],
};

const CLAIMS: &str = "\
theory The error of the overlapping regression first rises
space d
observed early
observed peak
observed late
observed trivial
observed alone
at d = 10
claim it_rises: peak >= early
claim above_the_trivial_loss: peak >= 11/10*trivial
claim it_falls: late <= 1/2*trivial
refute it_never_rises: peak <= early
refute examples_alone_peak_there: alone >= early
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "prompts",
        kind: EvidenceKind::Simulation,
        description: "ridge regressions on the pairs of a prompt before x_2, x_6 and x_30; the query integrated out; \
                      alone has the examples before x_6 only",
        supplies: &["early", "peak", "late", "trivial", "alone"],
        supply: Supply::Samples { prepare: prompts, limit: samples },
    }]
}

fn samples(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 200_000,
        Effort::Standard => 1_000_000,
        Effort::Full => 10_000_000,
    }
}

fn prompts(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let d = at.size("d")?;
    let inputs = FIRST;
    Ok(Box::new(move |random| {
        let map = haar_orthogonal(d, random);
        let x = inputs.draw(d, 30, random);
        let y = &map * &x;
        let unit = Mat::<f64>::identity(d, d);
        let loss = |i: usize, between: bool| {
            // Before x_i: the examples (x_j, y_j) and the pairs (y_j, x_{j+1}), j < i.
            let (past, answers) = (x.subcols(0, i - 1), y.subcols(0, i - 1));
            let (mut gram, mut cross) =
                (past * past.transpose() + &unit * 1e-3, answers * past.transpose());
            if between {
                gram += answers * answers.transpose();
                cross += x.subcols(1, i - 1) * answers.transpose();
            }
            let found = cross * gram.partial_piv_lu().inverse();
            (&map - found).squared_norm_l2() / 6.0
        };
        let letters = [
            ("early", loss(2, true)),
            ("peak", loss(6, true)),
            ("late", loss(30, true)),
            ("trivial", d as f64 / 6.0),
            ("alone", loss(6, false)),
        ];
        Ok(numbers(letters))
    }))
}
