//! `isserlis train`: one network trained, its weights beside what Theorem 4.1 predicts.

use super::Exit;
use super::options::ShowOptions;
use super::output::{message, print};
use super::setting::{instance, names, positive};
use crate::claim::{Expr, Proposition, nearest};
use crate::data::{PromptLaw, fill_with_normals, generator};
use crate::network::LinearAttention;
use crate::numeric::{FloatEnvironment, evaluate};
use crate::suite::Subject;
use crate::theorems::zhang_frei_bartlett_2024::gradient_flow_limit;
use crate::training::{
    FlowSettings, Objective, Pilot, PopulationLoss, Prompts, Sampler, TrainingPlan, gradient_flow,
};
use anyhow::{Context, anyhow, bail};
use clap::builder::TypedValueParser;
use clap::{Args, ValueEnum};
use faer::Mat;
use rand_chacha::ChaCha8Rng;
use std::fmt::Write;
use std::num::{NonZeroU32, NonZeroUsize};

#[derive(Debug, Args)]
pub(super) struct TrainOptions {
    /// A size or letter: d=5, N=20, 'Lambda=[[2, 1/2], [1/2, 1]]', and of the start sigma=1/2,
    /// 'theta=[[3/5, 4/5]]'
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// How it is trained
    #[arg(long, value_enum, default_value_t)]
    optimizer: Algorithm,
    /// Steps [default: as many as the gradient flow asks for, with adam 1000]
    #[arg(long, value_name = "N")]
    steps: Option<NonZeroU32>,
    /// Prompts a step, or with `gd` fixed prompts in all [default: gd 40000, sgd 512, adam 128]
    #[arg(long, value_name = "N")]
    batch: Option<NonZeroUsize>,
    /// Step size [default: from the curvature along the gradient flow, with adam from its limit]
    #[arg(long, value_name = "X", value_parser = step_size)]
    rate: Option<f64>,
    /// How the contexts of fresh prompts are drawn [default: the cheapest exact way]
    #[arg(long, value_name = "SAMPLER", value_parser = sampler())]
    sampler: Option<Sampler>,
    /// Where it starts
    #[arg(long, value_enum, default_value_t)]
    start: Start,
    /// Seed of all random numbers
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    show: ShowOptions,
}

/// How `train` trains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Algorithm {
    /// Gradient flow of the exact population loss
    Flow,
    /// Gradient descent on fixed prompts
    #[default]
    Gd,
    /// Stochastic gradient descent on fresh prompts
    Sgd,
    /// Adam on fresh prompts
    Adam,
}

/// Where `train` starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Start {
    /// Assumption 3.3: A = sigma theta theta', s = sigma
    #[default]
    Paper,
    /// All weights that reach the prediction from N(0, sigma^2)
    Random,
}

/// The names that a training sets, as the theorem declares them.
const NAMES: [&str; 5] = ["d", "N", "Lambda", "sigma", "theta"];

/// Wider matrices do not fit on a line.
const WIDEST: usize = 8;

/// Trains and prints.
///
/// # Errors
/// Where a value cannot be read or does not fit, or the training has no end.
pub(super) fn train(options: &TrainOptions) -> anyhow::Result<Exit> {
    let task = Task::read(options)?;
    let mut generator = generator(options.seed, &["train"], 0);
    let start = task.start(options.start, &mut generator)?;
    let trained = match options.optimizer {
        Algorithm::Flow => task.flow(&start, options)?,
        _ => task.descend(&start, options, &mut generator)?,
    };
    print(&task.compared(&trained)?, options.show)?;
    Ok(Exit::Success)
}

/// What is trained on, and the theorem that predicts where it leads.
struct Task {
    theorem: Subject,
    at: FloatEnvironment,
    law: PromptLaw,
}

/// A network and how it came about.
struct Trained {
    network: LinearAttention,
    preconditioner: Mat<f64>,
    how: String,
}

impl Task {
    fn read(options: &TrainOptions) -> anyhow::Result<Self> {
        let theorem = Subject::of_theorem(&gradient_flow_limit::THEOREM)?;
        let given = names(&options.set)?;
        for name in &given {
            if !NAMES.contains(&&**name) {
                let help = match nearest(name, NAMES) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it sets {}", NAMES.join(", ")),
                };
                bail!("a training has no `{name}`; {help}");
            }
        }
        let dimension = positive(&options.set, "d")?;
        let dimension = dimension.context("a training needs the dimension: --set d=5")?;
        if positive(&options.set, "N")?.is_none() {
            bail!("a training needs the number of examples in a prompt: --set N=20");
        }
        let mut set = options.set.clone();
        let defaults = [
            ("Lambda", covariance(dimension)),
            ("sigma", "1/2".to_owned()),
            ("theta", direction(dimension)),
        ];
        for (name, value) in defaults {
            if !given.iter().any(|other| other == name) {
                set.push(format!("{name}={value}"));
            }
        }
        // It contains every name.
        let all = theorem.file.expression("sigma*theta'*inv(Gamma)*theta");
        let all = all.map_err(|_| anyhow!("the theorem declares other letters: this is a bug"))?;
        let at = FloatEnvironment::from(&instance(&theorem.file, &all, &set)?);
        let law = PromptLaw::new(&at.values["Lambda"], at.sizes["N"])?;
        Ok(Self { theorem, at, law })
    }

    fn start(&self, start: Start, generator: &mut ChaCha8Rng) -> anyhow::Result<LinearAttention> {
        let sigma = self.at.values["sigma"][(0, 0)];
        Ok(match start {
            Start::Paper => LinearAttention::paper_start(sigma, &self.at.values["theta"])?,
            Start::Random => {
                let d = self.law.dimension();
                let mut weights = vec![0.0; (d + 1) * (d + 1)];
                fill_with_normals(&mut weights, generator);
                weights.iter_mut().for_each(|weight| *weight *= sigma);
                LinearAttention::from_active_weights(d, &weights)?
            }
        })
    }

    fn loss(&self) -> anyhow::Result<PopulationLoss> {
        Ok(PopulationLoss::new(self.law.covariance(), self.law.context_length())?)
    }

    fn flow(&self, start: &LinearAttention, options: &TrainOptions) -> anyhow::Result<Trained> {
        let unused = [
            ("--steps", options.steps.is_some()),
            ("--batch", options.batch.is_some()),
            ("--rate", options.rate.is_some()),
            ("--sampler", options.sampler.is_some()),
        ];
        if let Some((name, _)) = unused.iter().find(|(_, given)| *given) {
            bail!("the gradient flow has no `{name}`; use it with --optimizer gd, sgd or adam");
        }
        let settings = FlowSettings::default();
        let end = gradient_flow(&self.loss()?, &start.active_weights(), &settings)?;
        let network = LinearAttention::from_active_weights(self.law.dimension(), &end.point)?;
        let (time, error) = (end.time, end.error());
        Ok(Trained {
            preconditioner: network.effective_preconditioner(),
            network,
            how: format!(
                "gradient flow of the exact population loss up to time {time:.4}; the weights are \
                 within {error:.1e} of its limit"
            ),
        })
    }

    fn descend(
        &self,
        start: &LinearAttention,
        options: &TrainOptions,
        generator: &mut ChaCha8Rng,
    ) -> anyhow::Result<Trained> {
        let plan = self.plan(start, options)?;
        let (steps, rate) = (plan.schedule.steps, plan.schedule.rate);
        let (name, prompts) = match (options.optimizer, plan.prompts) {
            (Algorithm::Adam, Prompts::Fresh(batch)) => ("Adam", format!("{batch} fresh")),
            (_, Prompts::Fresh(batch)) => ("stochastic gradient descent", format!("{batch} fresh")),
            (_, Prompts::Fixed(count)) => ("gradient descent", format!("the same {count}")),
        };
        let how = format!("{name}, {steps} steps of size {rate:.4} on {prompts} prompts");
        message(&format!("{how} ..."), options.show);
        let trained = plan.train(&self.law, start, generator)?;
        let note = match plan.sampling(&self.law) {
            None => String::new(),
            Some(sampler) => format!(
                "\nsampler `{sampler}`: {}\nnoisy steps break the balance of A and s; compare s A + p q'",
                sampler.description()
            ),
        };
        Ok(Trained {
            network: trained.network,
            preconditioner: trained.preconditioner,
            how: format!("{how}; training loss {:.6}{note}", trained.loss),
        })
    }

    /// Settings that suit the task, with what the options say otherwise.
    fn plan(
        &self,
        start: &LinearAttention,
        options: &TrainOptions,
    ) -> anyhow::Result<TrainingPlan> {
        let pilot = Pilot::of(&self.loss()?, start)?;
        let batch = |usual| options.batch.map_or(usual, usize::from);
        let steps = options.steps.map(|steps| u64::from(steps.get()));
        let mut plan = match options.optimizer {
            Algorithm::Flow | Algorithm::Gd => pilot.full_batch(batch(40_000)),
            Algorithm::Sgd => pilot.stochastic(batch(512)),
            Algorithm::Adam => pilot.adam(steps.unwrap_or(1_000), batch(128)),
        };
        if let Some(steps) = steps {
            plan.schedule.steps = steps;
            plan.schedule.tail = plan.schedule.tail.min(steps.div_ceil(2));
        }
        if let Some(rate) = options.rate {
            plan.schedule.rate = rate;
        }
        if options.sampler.is_some() && plan.sampling(&self.law).is_none() {
            bail!(
                "fixed prompts are drawn once and raw; use `--sampler` with --optimizer sgd or adam"
            );
        }
        plan.sampler = options.sampler;
        Ok(plan)
    }

    /// The right side of a line of the theorem, in numbers.
    fn predicted(&self, line: &str) -> anyhow::Result<Mat<f64>> {
        Ok(evaluate(self.right_side(line)?, &self.at)?)
    }

    fn right_side(&self, line: &str) -> anyhow::Result<&Expr> {
        let claims = &self.theorem.file.claims;
        match claims.iter().find(|claim| claim.name == line).map(|claim| &claim.proposition) {
            Some(Proposition::Equal { right, .. }) => Ok(right),
            _ => Err(anyhow!("the theorem has no equation `{line}`: this is a bug")),
        }
    }

    fn compared(&self, trained: &Trained) -> anyhow::Result<String> {
        let (d, n) = (self.law.dimension(), self.law.context_length());
        let network = &trained.network;
        let (matrix, scale, product) = (
            self.predicted("limit_of_the_matrix")?,
            self.predicted("limit_of_the_scale")?,
            self.predicted("trained_to_the_limit")?,
        );
        let mut out = String::new();
        writeln!(out, "linear self-attention, d = {d}, N = {n}")?;
        writeln!(out, "{}", trained.how)?;
        writeln!(out, "prediction: {} ({})", self.theorem.id, self.source())?;
        rows(&mut out, "Lambda", self.law.covariance(), None)?;
        rows(&mut out, "W^KQ, block A", &network.key_query_block(), Some(&matrix))?;
        let output_scale = Mat::full(1, 1, network.output_scale());
        rows(&mut out, "W^PV, last entry s", &output_scale, Some(&scale))?;
        let zero = Mat::zeros(1, d);
        let row = |column: Mat<f64>| column.transpose().to_owned();
        rows(&mut out, "W^PV, p'", &row(network.input_value()), Some(&zero))?;
        rows(&mut out, "W^KQ, q'", &row(network.label_key()), Some(&zero))?;
        rows(&mut out, "s A + p q'", &trained.preconditioner, Some(&product))?;
        let loss = self.loss()?;
        let limit =
            LinearAttention::from_blocks(&vec![0.0; d], scale[(0, 0)], &matrix, &vec![0.0; d])?;
        let (reached, least) =
            (loss.value(&network.active_weights()), loss.value(&limit.active_weights()));
        writeln!(out, "\npopulation loss {reached:.6}; of the prediction {least:.6}")?;
        Ok(out)
    }

    fn source(&self) -> &str {
        self.theorem.source.as_deref().unwrap_or_default()
    }
}

/// A matrix, and below it the predicted one with the distance between them.
fn rows(
    out: &mut String,
    name: &str,
    matrix: &Mat<f64>,
    predicted: Option<&Mat<f64>>,
) -> std::fmt::Result {
    writeln!(out, "\n{name}")?;
    let mut write = |matrix: &Mat<f64>, label: &str| -> std::fmt::Result {
        if matrix.ncols() > WIDEST {
            return writeln!(out, "  {label:<11}norm {:.4}", matrix.norm_l2());
        }
        for (number, row) in matrix.row_iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            write!(out, "  {label:<11}")?;
            for entry in row.iter() {
                // No minus before what rounds to zero.
                let entry = if entry.abs() < 5e-5 { 0.0 } else { *entry };
                write!(out, "{entry:>8.4}")?;
            }
            writeln!(out)?;
        }
        Ok(())
    };
    let Some(predicted) = predicted else { return write(matrix, "") };
    write(matrix, "trained")?;
    write(predicted, "predicted")?;
    let (distance, size) = ((matrix - predicted).norm_l2(), predicted.norm_l2());
    match size > 0.0 {
        true => writeln!(out, "  {:<11}{:>8.2} %", "apart by", 100.0 * distance / size),
        false => writeln!(out, "  {:<11}{distance:>8.4}", "apart by"),
    }
}

/// `[[1, 1/4, 0], [1/4, 1, 1/4], [0, 1/4, 1]]`: positive definite, not diagonal.
fn covariance(dimension: usize) -> String {
    let entry = |i: usize, j: usize| match i.abs_diff(j) {
        0 => "1",
        1 => "1/4",
        _ => "0",
    };
    let row = |i| {
        let entries: Vec<&str> = (0..dimension).map(|j| entry(i, j)).collect();
        format!("[{}]", entries.join(", "))
    };
    format!("[{}]", (0..dimension).map(row).collect::<Vec<_>>().join(", "))
}

/// The first unit vector reflected at the plane orthogonal to (1, ..., 1): length one, rational.
fn direction(dimension: usize) -> String {
    let d = i64::try_from(dimension).unwrap_or(i64::MAX);
    let entry = |i: i64| format!("{}/{d}", if i == 0 { d - 2 } else { -2 });
    format!("[[{}]]", (0..d).map(entry).collect::<Vec<_>>().join(", "))
}

fn sampler() -> impl TypedValueParser<Value = Sampler> {
    clap::builder::PossibleValuesParser::new(Sampler::ALL.map(Sampler::word)).map(|word| {
        *Sampler::ALL.iter().find(|one| one.word() == word).expect("one of the words above")
    })
}

fn step_size(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("a step size is positive, such as 0.05".to_owned()),
    }
}
