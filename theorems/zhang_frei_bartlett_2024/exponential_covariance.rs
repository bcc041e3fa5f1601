//! # Exponential entries of the covariance give closed forms in d, N and M
//! Source: arXiv:2306.09927, Section 4.3, for exponential entries
//! Claim:  $\gamma = \frac{6N + 2d + 10}{N}$, $\zeta = \frac{2N + d + 4}{N}$, $B = \frac{N}{3N + d + 5} I$, $L_{\min} = \frac{d(N + d + 5)}{2(3N + d + 5)}$, risk $= d\left[6b^2 - 4b + 1 + \frac{b^2 (10 + 2d)}{M}\right]$
//! Where:  lambda_i -> Lambda -> d x d -> covariance of a prompt, whose entries are independent and Exp(1)
//!         E lambda^k = k! -> m1, m2, m3 -> 1 x 1 -> moments of an entry
//!         gamma, zeta -> gamma, zeta -> 1 x 1 -> coefficients of the flow
//!         b -> b, x -> 1 x 1 -> the limit is B = b I; x any multiple of the identity
//!         N, M -> N, M -> sizes -> examples in a training and in a test prompt
//! Needs:  Exp(1) entries: other moments give other numbers (limit_of_a_fixed_covariance)
//! Expect: proof for all d, N, M; the risk by simulation
//! Checked: a layer with this preconditioner on raw prompts with a new exponential covariance each. Not seen: the
//!         covariance shift of Figure 1, where the covariance is scaled
//! Not to be confused with: the limit at the mean covariance I, N/(N + d + 1)

use super::{error_given_examples, multiple_of_the_identity, scalar};
use crate::prelude::*;

/// Section 4.3 for Exp(1) entries.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::exponential_covariance",
    source: Source { arxiv: "2306.09927", statement: "Section 4.3, for exponential entries" },
    claims: CLAIMS,
    experiments,
    uses: &["zhang_frei_bartlett_2024::random_covariance_limit"],
    figures: &[],
};

const CLAIMS: &str = "\
theory Exponential entries of the covariance
space d, N, M
scalar x
positive m1, m2, m3
matrix Lambda[d,d] pd
gaussian X[d,M] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
let S = X*X'/M

note moments of independent entries with one law
let gamma_of = (1 + 2/N)*m3 + (d - 1)*m2*m1/N
let zeta_of = (1 + 2/N)*m2*m1 + (m1*m2 + (d - 2)*m1^3)/N
let gamma = subst(gamma_of, m1 -> 1, m2 -> 2, m3 -> 6)
let zeta = subst(zeta_of, m1 -> 1, m2 -> 2, m3 -> 6)
let b = 2/gamma
claim gamma_in_closed_form: gamma == (6*N + 2*d + 10)/N
claim zeta_in_closed_form: zeta == (2*N + d + 4)/N
claim limit_in_closed_form: b == N/(3*N + d + 5)
claim least_loss_in_closed_form: d/2 - d*2*b/2 == d*(N + d + 5)/(2*(3*N + d + 5))
claim least_loss_of_long_prompts: limit(d/2 - d*b, N) == d/6
refute limit_of_a_fixed_covariance: b == N/(N + d + 1)
refute limit_of_first_moments: b == subst(m1/((1 + 1/N)*m2 + (d - 1)*m1^2/N), m1 -> 1, m2 -> 2)
refute limit_with_the_trace_apart: b == subst(m2/((1 + 1/N)*m3 + (d - 1)*m2*m1/N), m1 -> 1, m2 -> 2, m3 -> 6)
refute limit_of_long_prompts: b == 1/3

note the risk given the covariance, for the preconditioner x I; E tr L^k = d k!, E tr(L) tr(L^2) = 6 d + 2 d (d - 1)
claim risk_given_the_covariance: E[(x*w'*S*xq - w'*xq)^2] == tr(Lambda) - 2*x*tr(Lambda^2) + x^2*tr(Lambda^3)
   + x^2/M*(tr(Lambda)*tr(Lambda^2) + tr(Lambda^3))
let test_risk = d - 2*b*2*d + b^2*6*d + b^2/M*(6*d + 2*d*(d - 1) + 6*d)
claim risk_in_closed_form: test_risk == d*(6*b^2 - 4*b + 1 + b^2*(10 + 2*d)/M)
claim risk_of_long_prompts: limit(subst(test_risk, M -> N), N) == d/3
refute risk_with_independent_traces: test_risk == d*(6*b^2 - 4*b + 1 + b^2*(6 + 2*d)/M)

observed risk
at d = 3; N = 8; M = 8
  | d = 5; N = 20; M = 12
margin 12% because the cube of an exponential variable has heavy tails; a risk without its variance is off by 25%
claim risk_at_a_new_covariance: risk == test_risk
refute risk_with_moments_of_one_order_less: risk == d*(2*b^2 - 2*b + 1)
refute risk_without_variance: risk == d*(6*b^2 - 4*b + 1)
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "risk",
        kind: EvidenceKind::Simulation,
        description: "the squared error of the layer with u U = N/(3 N + d + 5) I on raw prompts, each with its own \
                      exponential covariance; task and query integrated out",
        supplies: &["risk"],
        supply: Supply::Samples { prepare: risk, limit: samples },
    }]
}

fn samples(effort: Effort) -> u64 {
    match effort {
        Effort::Quick => 3_000_000,
        Effort::Standard => 10_000_000,
        Effort::Full => 100_000_000,
    }
}

fn risk(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, length) = (at.size("d")?, at.size("N")? as f64);
    let law = PromptLaw::new(&Mat::identity(d, d), at.size("M")?)?;
    let law = law.with_random_diagonal(vec![PositiveLaw::Exponential(1.0); d])?;
    let layer = multiple_of_the_identity(d, length / (3.0 * length + d as f64 + 5.0))?;
    Ok(Box::new(move |random| {
        Ok([("risk", scalar(error_given_examples(&layer, &law, random)?))].into())
    }))
}
