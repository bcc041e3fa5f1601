//! # The prediction is no convex function of the weights: its Hessian has min(N, d) + 1 negative eigenvalues
//! Source: arXiv:2306.09927, Lemma 5.1, the number of negative eigenvalues
//! Claim:  $\#\{\lambda_k(H) < 0\} = \min(N, d) + 1$
//! Where:  N, d -> N, d -> sizes -> examples, dimension of the inputs
//!         lambda_k(H) < 0 -> fewest, most -> 1 x 1 -> how many there are, at least and at most, over prompts
//!         [[0, x_q], [x_q', 0]] -> largest_of_the_swap, null_of_the_swap -> 1 x 1 -> eigenvalues of the first factor
//! Needs:  a query that is not orthogonal to the task (query_orthogonal_to_the_task), which holds almost surely
//! Expect: exact values at instances: eigenvalue counts are not in the language
//! Checked: the spectrum of H, written out, for 20 Gaussian prompts at each of 16 sizes. The paper states at least
//!         d + 1, which holds for N at least d; the rank of E E' is N + 1 for shorter prompts
//! Not to be confused with: the Hessian of the loss

use crate::prelude::*;
use faer::Side;
use faer::linalg::kron::kron;
use rand::SeedableRng;

/// Lemma 5.1, the count of negative eigenvalues.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::hessian_negative_eigenvalues",
    source: Source {
        arxiv: "2306.09927",
        statement: "Lemma 5.1, the number of negative eigenvalues",
    },
    claims: CLAIMS,
    experiments,
    uses: &["zhang_frei_bartlett_2024::quadratic_prediction_form"],
    figures: &[],
};

const CLAIMS: &str = "\
theory Negative eigenvalues of the quadratic form
space d, N
vector xq[d]
let Negative = min(N, d) + 1
observed fewest
observed most
observed positive
observed orthogonal_to_the_task
observed largest_of_the_swap
observed null_of_the_swap

at d = 1, 2, 3, 5; N = 1, 2, 3, 7
claim count_is_at_least: fewest == Negative
claim count_is_at_most: most == Negative
claim as_many_positive_ones: positive == Negative
note the first factor has eigenvalues |x_q|, -|x_q| and zero
claim largest_eigenvalue_of_the_first_factor: largest_of_the_swap == sqrt(xq'*xq)
claim null_space_of_the_first_factor: null_of_the_swap == d - 1
refute count_without_the_query: fewest == min(N, d)

at d = 2; N = 2, 5 | d = 5; N = 5, 8
note the bound as printed is attained by prompts at least as long as d
claim long_prompts: fewest == d + 1
note w'x_q = 0: the embedded query lies in the span of the embedded inputs
refute query_orthogonal_to_the_task: orthogonal_to_the_task == Negative
at d = 5; N = 2
note as printed: at least d + 1 negative eigenvalues, here for prompts shorter than d
refute printed_bound: most >= d + 1
claim three_and_not_six: most == 3
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "spectra",
            kind: EvidenceKind::Exact,
            description: "signs of the eigenvalues of H, counted only where none lies between 1e-13 and 1e-12 \
                          of the largest; 20 standard normal prompts, and 20 with w orthogonal to x_q",
            supplies: &["fewest", "most", "positive", "orthogonal_to_the_task"],
            supply: Supply::Value(spectra),
        },
        Experiment {
            name: "first_factor",
            kind: EvidenceKind::Exact,
            description: "eigenvalues of the first factor, floating point",
            supplies: &["largest_of_the_swap", "null_of_the_swap"],
            supply: Supply::Value(first_factor),
        },
    ]
}

fn spectra(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let law = PromptLaw::new(&Mat::identity(at.size("d")?, at.size("d")?), at.size("N")?)?
        .with_task(TaskLaw::StandardNormal)?;
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let (mut fewest, mut most, mut positive, mut orthogonal) = (usize::MAX, 0, 0, 0);
    for _ in 0..20 {
        let sample = law.sample(&mut random);
        let signs = Signs::of(&quadratic_form(&sample.prompt))?;
        (fewest, most) = (fewest.min(signs.negative), most.max(signs.negative));
        positive = positive.max(signs.positive);
        let signs = Signs::of(&quadratic_form(&orthogonal_query(sample.prompt, &sample.task)))?;
        orthogonal = orthogonal.max(signs.negative);
    }
    let letters = [
        ("fewest", fewest),
        ("most", most),
        ("positive", positive),
        ("orthogonal_to_the_task", orthogonal),
    ];
    Ok((letters.map(|(letter, count)| (letter, Mat::full(1, 1, count as f64))).into(), 0.0))
}

/// The prompt with another task: the part of `w` that is orthogonal to the query.
fn orthogonal_query(mut prompt: Prompt, task: &[f64]) -> Prompt {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let share = dot(task, &prompt.query) / dot(&prompt.query, &prompt.query);
    let rest: Vec<f64> = task.iter().zip(&prompt.query).map(|(w, x)| w - share * x).collect();
    let inputs = prompt.examples.col_iter();
    prompt.labels = inputs.map(|x| x.iter().zip(&rest).map(|(x, w)| x * w).sum()).collect();
    prompt
}

/// `H`, shaped (d+1)^2 x (d+1)^2.
fn quadratic_form(prompt: &Prompt) -> Mat<f64> {
    let embedding = embedding(prompt);
    let gram = &embedding * embedding.transpose() * (0.5 / prompt.length() as f64);
    let swap = swap(&prompt.query);
    let size = gram.nrows() * swap.nrows();
    let mut form = Mat::zeros(size, size);
    kron(form.as_mut(), swap.as_ref(), gram.as_ref());
    form
}

/// `[[0, x_q], [x_q', 0]]`.
fn swap(query: &[f64]) -> Mat<f64> {
    let d = query.len();
    Mat::from_fn(d + 1, d + 1, |i, j| match (i < d, j < d) {
        (true, false) => query[i],
        (false, true) => query[j],
        _ => 0.0,
    })
}

fn first_factor(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let signs = Signs::of(&swap(&at.vector("xq")?))?;
    let letters = [("largest_of_the_swap", signs.largest), ("null_of_the_swap", signs.zero as f64)];
    let values = letters.map(|(letter, value)| (letter, Mat::full(1, 1, value)));
    Ok((values.into(), 1e-12 * (1.0 + signs.largest)))
}

/// How many eigenvalues a symmetric matrix has of each sign.
struct Signs {
    negative: usize,
    zero: usize,
    positive: usize,
    largest: f64,
}

impl Signs {
    /// An eigenvalue counts as zero below 1e-13 of the largest one.
    fn of(matrix: &Mat<f64>) -> Result<Self, ExperimentError> {
        let failed = |what: &str| ExperimentError::Numerical { what: what.to_owned() };
        let eigenvalues = matrix
            .self_adjoint_eigenvalues(Side::Lower)
            .map_err(|_| failed("the eigenvalues did not converge"))?;
        let largest = eigenvalues.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let small = 1e-13 * largest;
        if eigenvalues.iter().any(|value| (small..10.0 * small).contains(&value.abs())) {
            return Err(failed("an eigenvalue is too small to have a sign; take other prompts"));
        }
        let negative = eigenvalues.iter().filter(|value| **value < -small).count();
        let positive = eigenvalues.iter().filter(|value| **value > small).count();
        let zero = eigenvalues.len() - negative - positive;
        Ok(Self { negative, zero, positive, largest })
    }
}
