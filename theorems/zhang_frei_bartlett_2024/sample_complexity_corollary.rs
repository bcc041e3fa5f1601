//! # A test prompt of explicit length brings the error within any margin of a floor set by the training length
//! Source: arXiv:2306.09927, Corollary 4.3
//! Claim:  $M \ge \frac{(d + 1)\operatorname{tr}\Lambda}{\varepsilon} \implies \mathbb{E}(\hat y - w'x_q)^2 \le \eta + \varepsilon, \quad \eta = \frac{(1 + 2d + d^2\kappa)\operatorname{tr}\Lambda}{N^2}$
//! Where:  N, M -> N, M -> sizes -> examples in a training and in a test prompt
//!         epsilon -> eps -> 1 x 1 -> margin, any positive number
//!         eta -> Floor -> 1 x 1 -> what long test prompts do not remove
//!         kappa -> kappa -> 1 x 1 -> condition number of Lambda
//! Needs:  a test prompt that is long enough (short_test_prompts), training prompts that are long enough for
//!         the floor (floor_of_longer_training), a standard normal task
//! Expect: exact values at instances; the condition number is an eigenvalue, so no proof
//! Checked: the exact risk of noiseless_risk at 100 settings where M is just enough, and at longer prompts;
//!         the room is stated beside each
//! Not to be confused with: a rate in N alone; the floor remains however long the test prompt

use crate::prelude::*;

/// Corollary 4.3.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::sample_complexity_corollary",
    source: Source { arxiv: "2306.09927", statement: "Corollary 4.3" },
    claims: CLAIMS,
    experiments: Vec::new,
    uses: &["zhang_frei_bartlett_2024::noiseless_risk"],
    figures: &[],
};

const CLAIMS: &str = "\
theory A test prompt of explicit length suffices
space d, N, M
positive eps
matrix Lambda[d,d] pd
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
let MeanRisk = (tr(inv(Gamma)^2*Lambda^3) + tr(inv(Gamma)^2*Lambda^2)*tr(Lambda))/M
   + (tr(inv(Gamma)^2*Lambda^3) + 2*tr(Lambda)*tr(inv(Gamma)^2*Lambda^2) + tr(Lambda)^2*tr(inv(Gamma)^2*Lambda))/N^2
let kappa = eigmax(Lambda)/eigmin(Lambda)
let Floor = (1 + 2*d + d^2*kappa)*tr(Lambda)/N^2
let SufficientLength = (d + 1)*tr(Lambda)/eps
let JustEnough = (d + 1)*tr(Lambda)/M

note the least margin that M allows
at d = 1, 2, 3, 5, 8; N = 1, 2, 5, 10, 80; M = 1, 3, 7, 50
claim just_enough: MeanRisk <= Floor + JustEnough
at d = 2; N = 6, 60; M = 40, 400; eps = 1/3; Lambda = [[2, 1/2], [1/2, 1]]
  | d = 3; N = 10, 100; M = 150; eps = 1/10; Lambda = [[2, 1/2, 0], [1/2, 1, 1/4], [0, 1/4, 1/2]]
claim within_the_margin: MeanRisk <= Floor + eps given M >= SufficientLength
refute without_the_floor: MeanRisk <= eps given M >= SufficientLength
at d = 2; N = 60; M = 10; eps = 1/3; Lambda = [[2, 1/2], [1/2, 1]]
refute short_test_prompts: MeanRisk <= Floor + eps
refute length_without_the_trace: MeanRisk <= Floor + eps given M >= (d + 1)/eps
at d = 1; N = 20; M = 200000; eps = 1/1000; Lambda = [[4]]
note the floor of twice the training length
refute floor_of_longer_training: MeanRisk <= subst(Floor, N -> 2*N) + eps given M >= SufficientLength
at d = 2; N = 2000; M = 1000000; eps = 1/50000; Lambda = [[4, 0], [0, 1/100]]
refute floor_without_the_condition_number: MeanRisk <= (1 + 2*d)*tr(Lambda)/N^2 + eps given M >= SufficientLength
";
