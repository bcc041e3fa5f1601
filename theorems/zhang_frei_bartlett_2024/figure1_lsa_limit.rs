//! # The error of trained linear self-attention under random covariances, for finite and for long prompts
//! Source: arXiv:2306.09927, Section 4.3, Figure 1, the lines of linear self-attention
//! Claim:  $\tfrac1d\mathbb{E}(\hat y - w'x_q)^2 = 6c^3b^2 - 4c^2b + c + \tfrac{c^3b^2}{M}(2d + 10), \quad b = \frac{N}{3N + d + 5}$
//! Where:  c -> c -> 1 x 1 -> scale of the test covariance: c diag(l), independent l ~ Exp(1); or c I
//!         b -> b, TrainedOnRandom, TrainedOnIdentity -> 1 x 1 -> the trained layer predicts b x_q' (1/M) sum y_i x_i
//!         l_1, l_2 -> first, second -> 1 x 1 -> entries of a random covariance, squares of normals g, h and k, l
//!         N, M -> N, M -> sizes -> examples in a training and in a test prompt
//! Needs:  training on Exp(1) covariances, or on the identity; a query with the covariance of its examples
//!         (query_of_another_covariance)
//! Expect: proof of the error given the covariance and of all moments, for all sizes; of whole prompts
//!         with random covariances at d = 1 and d = 2, for all M
//! Checked: an input of variance l ~ Exp(1) is g z + h y with g and h shared by the prompt, so the mean over
//!         covariances is a moment of normal numbers. The values at infinite lengths lie above the plotted range at
//!         c = 4, 9
//! Not to be confused with: the figure's curves of GPT-2, which is no linear attention

use crate::prelude::*;

/// The LSA lines of Figure 1.
pub const THEOREM: Theorem = Theorem {
    id: "zhang_frei_bartlett_2024::figure1_lsa_limit",
    source: Source {
        arxiv: "2306.09927",
        statement: "Section 4.3, Figure 1, the lines of linear self-attention",
    },
    claims: CLAIMS,
    experiments: Vec::new,
    uses: &["zhang_frei_bartlett_2024::master_test_risk"],
    figures: &[],
};

const CLAIMS: &str = "\
theory Linear self-attention in Figure 1
space d, N, M
positive c
scalar b
matrix Lambda[d,d] pd
matrix Q[d,d] pd
gaussian X[d,M] ~ Lambda
gaussian w[d] ~ I
gaussian xq[d] ~ Lambda
gaussian other[d] ~ Q
let GivenTheCovariance = b^2*tr(Lambda^3) - 2*b*tr(Lambda^2) + tr(Lambda) + b^2*(tr(Lambda)*tr(Lambda^2) + tr(Lambda^3))/M

let TrainedOnRandom = N/(3*N + d + 5)
let TrainedOnIdentity = N/(N + d + 1)
let LongRandomTest = 6*c^3*b^2 - 4*c^2*b + c
let LongFixedTest = c*(c*b - 1)^2
let RandomTest = LongRandomTest + c^3*b^2*(2*d + 10)/M
let FixedTest = LongFixedTest + c^3*b^2*(d + 1)/M
let RandomOnRandom = subst(RandomTest, b -> TrainedOnRandom)
let RandomOnFixed = subst(FixedTest, b -> TrainedOnRandom)
let IdentityOnRandom = subst(RandomTest, b -> TrainedOnIdentity)
let IdentityOnFixed = subst(FixedTest, b -> TrainedOnIdentity)
let RandomOnRandomLimit = 2/3*c^3 - 4/3*c^2 + c
let RandomOnFixedLimit = c*(c/3 - 1)^2
let IdentityOnRandomLimit = 6*c^3 - 4*c^2 + c
let IdentityOnFixedLimit = c*(c - 1)^2
let ZeroEstimator = c

at d = 1, 2; M = 1, 3; N = 2
claim error_given_the_covariance: E[(b*w'*X*X'/M*xq - w'*xq)^2] == GivenTheCovariance
refute query_of_another_covariance: E[(b*w'*X*X'/M*other - w'*other)^2] == GivenTheCovariance
claim error_of_a_fixed_covariance: subst(GivenTheCovariance, Lambda -> c*I)/d == FixedTest

note g^2 + h^2 is an Exp(1) entry of the covariance, and g z + h y a normal number of that variance, given g and h
gaussian g[1] ~ 1/2*I
gaussian h[1] ~ 1/2*I
gaussian k[1] ~ 1/2*I
gaussian l[1] ~ 1/2*I
let first = g^2 + h^2
let second = k^2 + l^2
claim first_moment_of_an_entry: E[first] == 1
claim second_moment_of_an_entry: E[first^2] == 2
claim third_moment_of_an_entry: E[first^3] == 6
claim moment_of_two_entries: E[first*second^2] == 2
note E tr(L^j)/d = c^j E l^j and E tr(L) tr(L^2)/d = c^3 (E l^3 + (d - 1) E l E l^2) for L = c diag(l)
claim mean_over_covariances: RandomTest == b^2*c^3*E[first^3] - 2*b*c^2*E[first^2] + c*E[first]
   + b^2*c^3*(2*E[first^3] + (d - 1)*E[first*second^2])/M
refute independent_powers: RandomTest == b^2*c^3*E[first]^3 - 2*b*c^2*E[first]^2 + c*E[first] + b^2*c^3*(d + 1)/M
refute one_pair_of_entries_too_few: RandomTest == b^2*c^3*E[first^3] - 2*b*c^2*E[first^2] + c*E[first]
   + b^2*c^3*(E[first^3] + (d - 1)*E[first*second^2])/M

note whole prompts with one and with two inputs, covariances drawn with the prompt
gaussian z1[M] ~ c*I
gaussian y1[M] ~ c*I
gaussian z2[M] ~ c*I
gaussian y2[M] ~ c*I
gaussian zq1[1] ~ c*I
gaussian yq1[1] ~ c*I
gaussian zq2[1] ~ c*I
gaussian yq2[1] ~ c*I
gaussian w1[1] ~ I
gaussian w2[1] ~ I
let x1 = g*z1 + h*y1
let x2 = k*z2 + l*y2
let q1 = g*zq1 + h*yq1
let q2 = k*zq2 + l*yq2
let answers = w1*x1 + w2*x2
at d = 1; M = 1, 3; N = 2 | d = 2; M = 2; N = 2
claim prompts_of_one_input: E[(b*w1*x1'*x1/M*q1 - w1*q1)^2] == subst(RandomTest, d -> 1)
claim prompts_of_two_inputs: E[(b*(answers'*x1*q1 + answers'*x2*q2)/M - (w1*q1 + w2*q2))^2]/2 == subst(RandomTest, d -> 2)
refute prompts_of_a_fixed_covariance: E[(b*w1*x1'*x1/M*q1 - w1*q1)^2] == subst(FixedTest, d -> 1)

note the trained layer: M = N and c = 1, b at the minimum
claim best_on_random: subst(grad(subst(RandomTest, c -> 1, M -> N), b), b -> TrainedOnRandom) == 0
claim best_on_identity: subst(grad(subst(FixedTest, c -> 1, M -> N), b), b -> TrainedOnIdentity) == 0
refute best_with_the_query_counted: subst(grad(subst(RandomTest, c -> 1, M -> N), b), b -> (N + 1)/(3*N + d + 8)) == 0

claim long_random_prompts: limit(RandomTest, M) == LongRandomTest
claim long_fixed_prompts: limit(FixedTest, M) == LongFixedTest
claim random_on_random: limit(subst(LongRandomTest, b -> TrainedOnRandom), N) == RandomOnRandomLimit
claim random_on_fixed: limit(subst(LongFixedTest, b -> TrainedOnRandom), N) == RandomOnFixedLimit
claim identity_on_random: limit(subst(LongRandomTest, b -> TrainedOnIdentity), N) == IdentityOnRandomLimit
claim identity_on_fixed: limit(subst(LongFixedTest, b -> TrainedOnIdentity), N) == IdentityOnFixedLimit
claim zero_estimator: subst(RandomTest, b -> 0) == ZeroEstimator
refute one_third_of_every_scale: limit(subst(LongRandomTest, b -> TrainedOnRandom), N) == c/3
at c = 4, 9; d = 2
note where the figure ends: an error of at most the zero estimator's
refute within_the_plotted_range: RandomOnRandomLimit <= ZeroEstimator
";
