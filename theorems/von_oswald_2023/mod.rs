//! von Oswald, Schlegel, Meulemans and others: "Uncovering mesa-optimization algorithms in
//! Transformers", arXiv 2309.05858v2, whose numbers are used here.

pub mod bayes_floor;
pub mod depth_ordering;
pub mod early_ascent;
pub mod feature_ladder;
pub mod few_shot_half_map;
pub mod fixed_teacher_control;
pub mod four_channel_one_step;
pub mod haar_second_moment;
pub mod haar_third_moment;
pub mod haar_trace_moments;
pub mod least_squares_beats_kernel;
pub mod linearisation_ratio;
pub mod loss_over_context;
pub mod mesa_layer_backward;
pub mod mesa_layer_recursion;
pub mod one_layer_gradient_step;
pub mod optimal_step_noise_free;
pub mod optimal_step_with_noise;
pub mod parity_theorem;
pub mod partial_observation_map;
pub mod preconditioner_error;
pub mod preconditioner_plus_gd_identity;
pub mod preconditioning_probe;
pub mod prompt_tuning;
pub mod readout_position;
pub mod repeated_layer_is_one_step;
pub mod reverse_reconstruction;
pub mod richardson_layer;
pub mod running_residual_bias;
pub mod separator_no_gain;
pub mod target_probe;
pub mod token_binding;
pub mod trained_layer_sandwich;
pub mod tuned_chebyshev_baseline;
pub mod weight_blocks;
pub mod weight_interpolation;

use crate::prelude::*;

/// The paper.
pub const PAPER: Paper = Paper {
    id: "von_oswald_2023",
    authors: "Johannes von Oswald, Maximilian Schlegel, Alexander Meulemans and others",
    title: "Uncovering mesa-optimization algorithms in Transformers",
    published: "arXiv 2309.05858v2, 2023",
    arxiv: "2309.05858",
};

/// `s_1`, uniform on (-1, 1)^d, as in the authors' code.
const FIRST: FirstState = FirstState::Uniform { half_width: 1.0 };

/// The states of the instance side by side: `Past`, then `q`.
fn states(at: &Setting) -> Result<Mat<f64>, ExperimentError> {
    let (past, last) = (at.value("Past")?, at.value("q")?);
    let (d, n) = past.shape();
    Ok(Mat::from_fn(d, n + 1, |i, t| if t < n { past[(i, t)] } else { last[(i, 0)] }))
}

/// Letters that are computed in double precision, each to this part of the largest of them (of 1,
/// where all are smaller).
fn computed<const N: usize>(
    letters: [(&'static str, Mat<f64>); N],
    precision: f64,
) -> Result<(Observed, f64), ExperimentError> {
    let size = letters.iter().map(|(_, value)| value.norm_l2()).fold(1.0, f64::max);
    Ok((letters.into(), precision * size))
}

/// Sequences of the instance with a fresh rotation each: dimension d, N predictions, noise of
/// deviation sigma.
fn task(at: &Setting, form: TokenForm) -> Result<SequenceTask, ExperimentError> {
    let law = Dynamics::orthogonal(at.size("d")?, FIRST, at.number("sigma")?);
    Ok(SequenceTask { law, form, predictions: at.size("N")? })
}

/// One layer of linear self-attention with two heads of any weights, on four channels.
fn linear_layer(d: usize) -> Architecture {
    Architecture::attention(4 * d, 1, linear_attention(d, 2), d)
}

/// Layers of linear self-attention with four heads, on four channels, clipped as in the paper.
fn linear_layers(d: usize, layers: usize) -> Architecture {
    let stack = Architecture::attention(4 * d, layers, linear_attention(d, 4), d);
    Architecture { clip: Some(4.0), ..stack }
}

fn linear_attention(d: usize, heads: usize) -> Attention {
    Attention { mechanism: Mechanism::Linear, heads, key_size: 4 * d, positions: 0 }
}

/// Entries of a token between softmax layers.
const WIDTH: usize = 24;

/// Three softmax layers on raw tokens; the first one reads positions.
fn softmax_layers(d: usize) -> Architecture {
    let [first, later] = [24, 0].map(|positions| {
        let mechanism = Mechanism::Softmax;
        Layer::Attention(Attention { mechanism, heads: 4, key_size: 12, positions })
    });
    let layers = vec![Layer::Map { size: WIDTH }, first, later, later, Layer::Map { size: d }];
    Architecture { inputs: d, layers, outputs: d, clip: None }
}

/// The mean of the floor of every causal predictor, without noise.
fn mean_floor(d: usize, predictions: usize) -> f64 {
    bayes_floor(d, d as f64 / 3.0, predictions).iter().sum::<f64>() / predictions as f64
}

/// Batches of fresh sequences that a trained layer is judged by.
fn batches(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 20_000,
        Effort::Standard => 100_000,
        Effort::Full => 1_000_000,
    }
}

/// The same where training takes minutes.
fn batches_for_deep_networks(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 0,
        Effort::Standard => 20_000,
        Effort::Full => 200_000,
    }
}

/// Samples of averages over rotations.
fn samples(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 1_000_000,
        Effort::Standard => 4_000_000,
        Effort::Full => 40_000_000,
    }
}

/// Where a probe reads and what it seeks.
#[derive(Clone, Copy)]
struct Place {
    /// The letter of its error.
    letter: &'static str,
    /// The tokens before this layer.
    layer: usize,
    /// The token, from 1.
    token: usize,
    /// The state that its target is made of, from 1.
    state: usize,
}

/// Probes of a network, fitted on 3,000 sequences.
struct Probes {
    task: SequenceTask,
    network: Transformer,
    fitted: Vec<(Place, Probe)>,
    /// The targets of all sequences, one a column, from the number of a state.
    target: fn(&[Sequence], usize) -> Mat<f64>,
}

/// Fresh sequences, read by a network.
struct Reading {
    sequences: Vec<Sequence>,
    batch: Batch,
    pass: Pass,
}

impl Probes {
    fn fit(
        task: SequenceTask,
        network: Transformer,
        places: &[Place],
        target: fn(&[Sequence], usize) -> Mat<f64>,
        random: &mut ChaCha8Rng,
    ) -> Self {
        let mut probes = Self { task, network, fitted: Vec::new(), target };
        let reading = probes.read(3_000, random);
        let fit = |place: &Place| {
            let tokens = reading.batch.at_token(reading.pass.tokens(place.layer), place.token);
            let targets = target(&reading.sequences, place.state);
            (*place, Probe::fit(tokens.as_ref(), targets.as_ref(), 0.1))
        };
        probes.fitted = places.iter().map(fit).collect();
        probes
    }

    fn read(&self, count: usize, random: &mut ChaCha8Rng) -> Reading {
        let sequences = self.task.draw(count, random);
        let batch = Batch::new(&sequences, &self.task.form);
        let pass = self.network.forward(batch.length, batch.tokens.as_ref());
        Reading { sequences, batch, pass }
    }

    /// The mean squared error of every probe.
    fn errors(&self, reading: &Reading) -> Vec<(&'static str, f64)> {
        let error = |(place, probe): &(Place, Probe)| {
            let tokens = reading.batch.at_token(reading.pass.tokens(place.layer), place.token);
            let targets = (self.target)(&reading.sequences, place.state);
            (place.letter, probe.error(tokens.as_ref(), targets.as_ref()))
        };
        self.fitted.iter().map(error).collect()
    }

    /// The error of the probe that predicts 0.
    fn energy(&self, reading: &Reading, state: usize) -> f64 {
        let targets = (self.target)(&reading.sequences, state);
        targets.squared_norm_l2() / targets.ncols() as f64
    }
}

/// State number `state` of every sequence, one a column.
fn states_numbered(sequences: &[Sequence], state: usize) -> Mat<f64> {
    let rows = sequences.first().map_or(0, |sequence| sequence.states.nrows());
    Mat::from_fn(rows, sequences.len(), |i, j| sequences[j].states[(i, state - 1)])
}
