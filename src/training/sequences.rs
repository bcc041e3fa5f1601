//! Training of autoregressive transformers on fresh sequences.

use super::descent::{Decay, DescentError, Optimizer, Progress, Schedule};
use crate::data::{Batch, Dynamics, Sequence, TokenForm};
use crate::network::{Architecture, NetworkError, Transformer};
use crate::storage::{CheckpointError, Checkpoints};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::fmt::Debug;
use std::ops::Range;
use std::time::Instant;

/// Sequences that are drawn, read and differentiated at once: the unit of work of a thread.
const BLOCK: usize = 8;

/// What a network is trained or tested on: each sequence gives `predictions` tokens and the states
/// that follow them.
#[derive(Clone, Debug, PartialEq)]
pub struct SequenceTask {
    /// The law of the sequences.
    pub law: Dynamics,
    /// The tokens that the network reads.
    pub form: TokenForm,
    /// `N`, the number of predictions in a sequence.
    pub predictions: usize,
}

/// How a network is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SequencePlan {
    /// Sequences of a step, all fresh.
    pub batch: usize,
    /// How the gradient becomes a step.
    pub optimizer: Optimizer,
    /// Steps and their sizes.
    pub schedule: Schedule,
    /// Every entry of the gradient is clipped to [-clip, clip].
    pub clip: Option<f64>,
}

/// Where the batches of a training come from.
pub trait Examples: Debug + Sync {
    /// The tokens of so many fresh sequences and what a network is to make of them.
    fn batch(&self, sequences: usize, generator: &mut ChaCha8Rng) -> Batch;
}

/// What a layer of a network does with sequences of a task: the tokens before it, and those after
/// it to imitate.
#[derive(Clone, Copy, Debug)]
pub struct LayerExamples<'a> {
    /// Where the sequences come from.
    pub task: &'a SequenceTask,
    /// The network.
    pub network: &'a Transformer,
    /// The number of the layer.
    pub layer: usize,
}

impl SequencePlan {
    /// Adam with the largest step size `rate`: 100 steps to warm up, then half a cosine wave down to
    /// 0; the gradient is clipped to [-1, 1] entry by entry.
    pub fn adam(steps: u64, rate: f64, batch: usize) -> Self {
        let schedule = Schedule { steps, rate, warm: 100, decay: Decay::Cosine(0.0), tail: 1 };
        Self { batch, optimizer: Optimizer::adam(), schedule, clip: Some(1.0) }
    }
}

/// Why a training has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SequenceError {
    /// The descent failed.
    #[error(transparent)]
    Descent(#[from] DescentError),
    /// The network failed.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The training cannot be written down, or taken up again.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// A training on its way.
#[derive(Clone, Debug)]
pub struct SequenceTraining<'a> {
    examples: &'a dyn Examples,
    plan: SequencePlan,
    network: Transformer,
    /// The weights that are trained.
    free: Range<usize>,
    key: [u8; 32],
    progress: Progress,
}

impl SequenceTask {
    /// The sequences of one unit of work.
    pub fn draw(&self, count: usize, generator: &mut ChaCha8Rng) -> Vec<Sequence> {
        (0..count).map(|_| self.law.draw(self.predictions + 1, generator)).collect()
    }

    /// The training of a network of these layers from `N(0, deviation^2)` weights.
    pub fn training(
        &self,
        architecture: Architecture,
        deviation: f64,
        plan: SequencePlan,
        generator: &mut ChaCha8Rng,
    ) -> SequenceTraining<'_> {
        let start = Transformer::random(architecture, deviation, generator);
        SequenceTraining::new(self, plan, &start, generator)
    }
}

impl Examples for SequenceTask {
    fn batch(&self, sequences: usize, generator: &mut ChaCha8Rng) -> Batch {
        Batch::new(&self.draw(sequences, generator), &self.form)
    }
}

impl Examples for LayerExamples<'_> {
    fn batch(&self, sequences: usize, generator: &mut ChaCha8Rng) -> Batch {
        let batch = self.task.batch(sequences, generator);
        let pass = self.network.forward(batch.length, batch.tokens.as_ref());
        let [tokens, targets] = [0, 1].map(|after| pass.tokens(self.layer + after).to_owned());
        Batch { tokens, targets, ..batch }
    }
}

impl<'a> SequenceTraining<'a> {
    /// A training from the weights of `network` on streams of a key that is drawn from `generator`.
    pub fn new(
        examples: &'a dyn Examples,
        plan: SequencePlan,
        network: &Transformer,
        generator: &mut ChaCha8Rng,
    ) -> Self {
        let mut key = [0; 32];
        generator.fill_bytes(&mut key);
        let progress = Progress::new(network.parameters());
        let free = 0..network.parameters().len();
        Self { examples, plan, network: network.clone(), free, key, progress }
    }

    /// The same, of these weights alone: the others stay as they are.
    pub fn of_weights(self, free: Range<usize>) -> Self {
        Self { free, ..self }
    }

    /// Number of steps made.
    pub fn step(&self) -> u64 {
        self.progress.step()
    }

    /// Makes the next step and returns the mean loss `1/(2BN) sum |s_{t+1} - f_t|^2` of its batch
    /// before it. The gradient is summed over blocks of 32 sequences, each with a stream of its own,
    /// in their order: it is the same with any number of threads.
    ///
    /// # Errors
    /// [`SequenceError::Descent`] with the step, [`SequenceError::Network`].
    pub fn advance(&mut self) -> Result<f64, SequenceError> {
        let Self { examples, plan, network, free, key, progress } = self;
        let mut failure = None;
        let mut gradient = |step: u64, point: &[f64], out: &mut [f64]| match batch_gradient(
            *examples, plan, network, *key, step, point,
        ) {
            Ok((loss, slopes)) => {
                out.fill(0.0);
                out[free.clone()].copy_from_slice(&slopes[free.clone()]);
                loss
            }
            Err(error) => {
                failure = Some(error);
                f64::NAN
            }
        };
        let nothing = &mut |_: &[f64], _: &mut Vec<f64>| {};
        let loss = progress.advance(&plan.optimizer, &plan.schedule, &mut gradient, nothing);
        match failure {
            Some(error) => Err(error.into()),
            None => Ok(loss?),
        }
    }

    /// The network after the last step.
    ///
    /// # Errors
    /// [`SequenceError::Descent`] with the step, [`SequenceError::Network`].
    pub fn finish(mut self) -> Result<Transformer, SequenceError> {
        while self.step() < self.plan.schedule.steps {
            self.advance()?;
        }
        let end = self.progress.finish(&self.plan.schedule)?;
        Ok(self.network.with_parameters(end.point)?)
    }

    /// As [`finish`](Self::finish). A training that takes longer than the interval of the checkpoints
    /// is written down on its way and at its end: the same training goes on from there, in this
    /// process or the next, to the same weights.
    ///
    /// # Errors
    /// Those of [`finish`](Self::finish); [`SequenceError::Checkpoint`] where its file cannot be
    /// used.
    pub fn finish_with(mut self, checkpoints: &Checkpoints) -> Result<Transformer, SequenceError> {
        let (digest, steps) = (self.digest(), self.plan.schedule.steps);
        if let Some(progress) = checkpoints.read(&digest)? {
            self.progress = progress;
        }
        let (mut written, mut is_long) = (Instant::now(), false);
        while self.step() < steps {
            self.advance()?;
            let is_due = written.elapsed() >= checkpoints.interval;
            is_long |= is_due;
            if is_due || (is_long && self.step() == steps) {
                checkpoints.write(&digest, &self.progress)?;
                written = Instant::now();
            }
        }
        self.finish()
    }

    /// A digest of all that the weights at the end depend on, the program among it.
    fn digest(&self) -> String {
        let Self { examples, plan, network, free, key, progress } = self;
        let start = (network.architecture(), progress.point());
        let about = format!(
            "{} {key:?} {examples:?} {plan:?} {free:?} {start:?}",
            env!("ISSERLIS_SOURCES")
        );
        Sha256::digest(about).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The mean loss of a batch and its clipped gradient.
fn batch_gradient(
    examples: &dyn Examples,
    plan: &SequencePlan,
    network: &Transformer,
    key: [u8; 32],
    step: u64,
    point: &[f64],
) -> Result<(f64, Vec<f64>), NetworkError> {
    let network = network.with_parameters(point.to_vec())?;
    let blocks = plan.batch.div_ceil(BLOCK);
    let parts = (0..blocks)
        .into_par_iter()
        .map(|block| {
            let mut stream = ChaCha8Rng::from_seed(key);
            stream.set_stream(step * blocks as u64 + block as u64);
            let count = BLOCK.min(plan.batch - block * BLOCK);
            let batch = examples.batch(count, &mut stream);
            let mut slopes = vec![0.0; point.len()];
            let loss = network.add_gradient(&batch, &mut slopes)?;
            Ok((batch.judged_count(), loss, slopes))
        })
        .collect::<Result<Vec<_>, NetworkError>>()?;
    let (mut predictions, mut loss, mut slopes) = (0, 0.0, vec![0.0; point.len()]);
    for (count, part, own) in parts {
        predictions += count;
        loss += part;
        slopes.iter_mut().zip(own).for_each(|(sum, slope)| *sum += slope);
    }
    let scale = 1.0 / predictions as f64;
    for slope in &mut slopes {
        *slope *= scale;
        if let Some(clip) = plan.clip {
            *slope = slope.clamp(-clip, clip);
        }
    }
    Ok((loss * scale, slopes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{FirstState, generator};
    use crate::network::{Attention, Mechanism};
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::time::Duration;

    fn task() -> SequenceTask {
        let law = Dynamics::orthogonal(3, FirstState::Gaussian { variance: 0.36 }, 0.01);
        SequenceTask { law, form: TokenForm::FourChannelsMasked, predictions: 8 }
    }

    fn plan(steps: u64) -> SequencePlan {
        SequencePlan {
            batch: 50,
            optimizer: Optimizer::adam(),
            schedule: Schedule { tail: 1, ..Schedule::constant(steps, 1e-2) },
            clip: Some(1.0),
        }
    }

    fn network() -> Transformer {
        let attention =
            Attention { mechanism: Mechanism::Linear, heads: 2, key_size: 6, positions: 0 };
        let layers = Architecture::attention(12, 1, attention, 3);
        Transformer::random(layers, 0.1, &mut generator(1, &["network"], 0))
    }

    #[test]
    fn training_lowers_the_loss() {
        let (task, plan) = (task(), plan(400));
        let training = SequenceTraining::new(&task, plan, &network(), &mut generator(1, &[], 0));
        let trained = training.finish().unwrap();
        let mean = |network: &Transformer| {
            let fresh = task.draw(2_000, &mut generator(2, &[], 0));
            network.mean_loss(&Batch::new(&fresh, &task.form))
        };
        // 1/2 E |s|^2 = 0.54 for the prediction 0, and 0.349 for the best gradient step.
        let (before, after) = (mean(&network()), mean(&trained));
        assert!(before > 0.5 && after < 0.40, "{before} {after}");
    }

    /// Examples of which only so many batches come before the machine is switched off.
    struct Interrupted<'a> {
        task: &'a SequenceTask,
        left: AtomicUsize,
    }

    impl Debug for Interrupted<'_> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.task.fmt(f)
        }
    }

    impl Examples for Interrupted<'_> {
        fn batch(&self, sequences: usize, generator: &mut ChaCha8Rng) -> Batch {
            let mut batch = self.task.batch(sequences, generator);
            if self.left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_err() {
                batch.targets.fill(f64::NAN);
            }
            batch
        }
    }

    #[test]
    fn an_interrupted_training_goes_on_to_the_same_weights() {
        let (task, plan) = (task(), plan(20));
        let folder = std::env::temp_dir().join(format!("isserlis-training-{}", std::process::id()));
        let after = |steps: usize, seed: u64, interval: u64| -> (_, PathBuf) {
            let blocks = plan.batch.div_ceil(BLOCK);
            let examples = Interrupted { task: &task, left: AtomicUsize::new(steps * blocks) };
            let random = &mut generator(seed, &[], 0);
            let training = SequenceTraining::new(&examples, plan, &network(), random);
            let interval = Duration::from_secs(interval);
            let checkpoints = Checkpoints { folder: folder.clone(), interval };
            let path = checkpoints.path(&training.digest());
            (training.finish_with(&checkpoints), path)
        };
        let (whole, path) = after(20, 1, 100);
        let whole = whole.unwrap();
        assert!(!path.exists(), "a short training leaves no file");

        assert!(matches!(after(7, 1, 0).0, Err(SequenceError::Descent(_))));
        assert!(path.exists());
        assert!(after(12, 1, 0).0.is_err(), "thirteen steps are left");
        assert_eq!(after(1, 1, 0).0.unwrap(), whole);
        assert_eq!(after(0, 1, 0).0.unwrap(), whole, "the end is written down, too");
        let (other, other_path) = after(20, 2, 0);
        assert!(other.unwrap() != whole && other_path != path, "another seed, another file");

        std::fs::write(&path, "{").unwrap();
        let message = after(20, 1, 0).0.unwrap_err().to_string();
        assert!(message.ends_with("remove it to begin anew"), "{message}");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_layer_has_nothing_to_learn_from_itself_and_learns_from_another() {
        let (task, plan) = (task(), plan(300));
        let random = &mut generator(1, &[], 0);
        let network = Transformer::random(network().architecture().clone(), 0.5, random);
        let examples = LayerExamples { task: &task, network: &network, layer: 0 };
        let layers = network.architecture().layers[..1].to_vec();
        let size = network.forward(1, faer::Mat::zeros(12, 1).as_ref()).tokens(1).nrows();
        let alone = Architecture { inputs: 12, layers, outputs: size, clip: None };
        let itself = Transformer::new(alone.clone(), network.parameters().to_vec()).unwrap();
        let point = itself.parameters();
        let (loss, slopes) = batch_gradient(&examples, &plan, &itself, [5; 32], 0, point).unwrap();
        assert_eq!((loss, slopes.iter().all(|slope| *slope == 0.0)), (0.0, true));

        let start = Transformer::random(alone, 0.5, random);
        let trained = SequenceTraining::new(&examples, plan, &start, random).finish().unwrap();
        let batch = examples.batch(200, random);
        let (before, after) = (start.mean_loss(&batch), trained.mean_loss(&batch));
        assert!(after < 0.1 * before, "{before} {after}");
    }

    #[test]
    fn the_gradient_does_not_depend_on_the_threads() {
        let (task, plan) = (task(), plan(1));
        let gradient = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let network = network();
            let point = network.parameters().to_vec();
            pool.install(|| batch_gradient(&task, &plan, &network, [5; 32], 3, &point)).unwrap()
        };
        assert_eq!(gradient(1), gradient(3));
    }
}
