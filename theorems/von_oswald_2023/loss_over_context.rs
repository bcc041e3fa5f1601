//! # The loss falls with the context, at the floor for a mesa-layer, above it for few steps
//! Source: arXiv:2309.05858, Section 4, Figure 4B
//! Claim:  $l_t^{\text{mesa}} = \tfrac12 \mathbb{E}|s_1|^2 \left(1 - \tfrac{t-1}{d}\right) \le l_t^{\text{six layers}},\ l_t^{\text{one layer}}$
//! Where:  d, t -> d, t -> size, 1 x 1 -> dimension, token
//!         eta -> eta -> 1 x 1 -> step size of one layer: the best one for 50 predictions
//!         omega -> omega -> 1 x 1 -> step size of six layers
//!         l_t -> step, layers, mesa, squares -> 1 x 1 -> losses at token t, s_1 uniform on (-1, 1)^d
//! Needs:  the newest pair (mesa_layer_without_the_newest_pair)
//! Expect: averages over sequences
//! Checked: networks with the weights of the constructions, the mesa-layer by its recursion with ridge
//!         0.001, least squares with the same ridge by a factorisation. Not seen: trained weights, more
//!         context than dimensions, where the floor is zero
//! Not to be confused with: the mean over the tokens, which training minimises

use super::{FIRST, samples};
use crate::prelude::*;

/// The curves of Figure 4B.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::loss_over_context",
    source: Source { arxiv: "2309.05858", statement: "Section 4, Figure 4B" },
    claims: CLAIMS,
    experiments,
    uses: &[
        "von_oswald_2023::bayes_floor",
        "von_oswald_2023::optimal_step_with_noise",
        "von_oswald_2023::preconditioner_plus_gd_identity",
        "von_oswald_2023::mesa_layer_recursion",
    ],
    figures: &[Figure::Curves {
        title: "Loss over the length of the context",
        x: "t, tokens of context",
        y: "E|s_{t+1} − prediction|^{2}/2",
        curves: &[
            Curve {
                label: "one layer (a gradient step)",
                points: Points::Over { line: "step_above_the_floor", letter: "t" },
            },
            Curve {
                label: "six layers",
                points: Points::Over { line: "six_layers_above_the_floor", letter: "t" },
            },
            Curve {
                label: "mesa-layer",
                points: Points::Over { line: "mesa_layer_at_the_floor", letter: "t" },
            },
            Curve {
                label: "least squares",
                points: Points::Over { line: "least_squares_at_the_floor", letter: "t" },
            },
        ],
        published: &[Published {
            label: "authors' softmax and mesa-layer",
            source: "trained hybrid of the released code at d = 10, tokens 2, 5 and 10",
            points: &[(2.0, 1.574), (5.0, 1.030), (10.0, 0.198)],
        }],
    }],
};

const CLAIMS: &str = "\
theory The loss falls with the context
space d
positive t, eta, omega
let floor = d/6*(1 - (t - 1)/d)
observed step
observed layers
observed mesa
observed squares
at d = 10; t = 2, 4, 6, 8, 10; eta = 0.0322; omega = 0.03
claim step_above_the_floor: step >= floor
claim six_layers_above_the_floor: layers >= floor
refute step_at_the_floor: step <= floor
margin 5% because one pair more or less changes the loss by a tenth and more
claim mesa_layer_at_the_floor: mesa == floor
claim least_squares_at_the_floor: squares == floor
without the newest pair
refute mesa_layer_without_the_newest_pair: mesa == d/6*(1 - (t - 2)/d)
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "layers",
            kind: EvidenceKind::Simulation,
            description: "networks of linear self-attention with the weights of Propositions 1 and 2, ridge 0.001",
            supplies: &["step", "layers"],
            supply: Supply::Samples { prepare: layers, limit: samples },
        },
        Experiment {
            name: "regressions",
            kind: EvidenceKind::Simulation,
            description: "the recursion of a mesa-layer and a factorised regression, ridge 0.001",
            supplies: &["mesa", "squares"],
            supply: Supply::Samples { prepare: regressions, limit: samples },
        },
    ]
}

/// What the ridge is the inverse of.
const INVERSE_RIDGE: f64 = 1e3;

/// Half the squared error of a prediction of the last state.
fn loss(states: &Mat<f64>, prediction: impl Fn(usize) -> f64) -> f64 {
    let (d, count) = states.shape();
    (0..d).map(|i| (prediction(i) - states[(i, count - 1)]).powi(2)).sum::<f64>() / 2.0
}

fn layers(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, t) = (at.size("d")?, at.number("t")? as usize);
    let law = Dynamics::orthogonal(d, FIRST, 0.0);
    let networks = [
        ("step", Transformer::gradient_step_from_zero(d, at.number("eta")?)),
        ("layers", Transformer::preconditioned_step(d, 5, at.number("omega")?, INVERSE_RIDGE)),
    ];
    Ok(Box::new(move |random| {
        let states = law.draw(t + 1, random).states;
        let tokens = TokenForm::FourChannels.tokens(states.subcols(0, t));
        let of_network = |(letter, network): &(&'static str, Transformer)| {
            let pass = network.forward(t, tokens.as_ref());
            (*letter, loss(&states, |i| pass.predictions()[(i, t - 1)]))
        };
        Ok(numbers(networks.iter().map(of_network)))
    }))
}

fn regressions(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, t) = (at.size("d")?, at.number("t")? as usize);
    let law = Dynamics::orthogonal(d, FIRST, 0.0);
    let learner = Learner::LeastSquares { ridge: 1.0 / INVERSE_RIDGE, lagged: false };
    Ok(Box::new(move |random| {
        let states = law.draw(t + 1, random).states;
        let context = states.subcols(0, t).to_owned();
        let layer = InContextRegression {
            // The state before each token; there is none before the first.
            keys: Mat::from_fn(d, t, |i, j| if j > 0 { states[(i, j - 1)] } else { 0.0 }),
            values: context.clone(),
            queries: context,
            forget: None,
            inverse_ridge: INVERSE_RIDGE,
        };
        let outputs = layer.outputs();
        let next = learner.next(states.subcols(0, t));
        let letters = [
            ("mesa", loss(&states, |i| outputs[(i, t - 1)])),
            ("squares", loss(&states, |i| next[i])),
        ];
        Ok(numbers(letters))
    }))
}
