//! # The error of the preconditioned query after K layers, and the best rates
//! Source: arXiv:2309.05858, Section 3
//! Claim:  $x_K - A^{-1} b = -(I - \omega A)^{K+1} A^{-1} b$; $\omega = \tfrac{2}{m+M}$ contracts by $\tfrac{\kappa-1}{\kappa+1}$, Chebyshev's steps by $\tfrac{2 r^K}{1 + r^{2K}}$
//! Where:  A -> A -> d x d -> the Gram matrix with its ridge
//!         b -> b -> d x 1 -> the state that is preconditioned
//!         omega -> omega -> 1 x 1 -> the step size
//!         m, M = kappa m -> m, kappa -> 1 x 1 -> the ends of the spectrum and their ratio
//!         r -> r -> 1 x 1 -> (sqrt(kappa) - 1)/(sqrt(kappa) + 1)
//! Needs:  a fixed step for the first rate (richardson_for_chebyshev)
//! Expect: proof for K = 1, 2, 3, 4, all d and A; the worst case over a spectrum exactly
//! Checked: error polynomials at 20,001 points of the spectrum. Not seen: steps tuned for a loss,
//!         which need not be the best ones for the worst case
//! Not to be confused with: rates of the square of the error, and the root of kappa for a fixed step

use crate::prelude::*;

/// The rates behind Proposition 2.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::preconditioner_error",
    source: Source { arxiv: "2309.05858", statement: "Section 3" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::richardson_layer"],
    figures: &[],
};

const CLAIMS: &str = "\
theory The error of the preconditioned query, and the best rates
space d
positive omega, m, kappa, root
matrix A[d,d] pd
vector b[d]
let x0 = omega*b
let x1 = x0 - omega*(A*x0 - b)
let x2 = x1 - omega*(A*x1 - b)
let x3 = x2 - omega*(A*x2 - b)
claim error_of_one_layer: x1 - inv(A)*b == -(I - omega*A)^2*inv(A)*b
claim error_of_two_layers: x2 - inv(A)*b == -(I - omega*A)^3*inv(A)*b
claim error_of_three_layers: x3 - inv(A)*b == -(I - omega*A)^4*inv(A)*b
refute error_with_one_power_less: x2 - inv(A)*b == -(I - omega*A)^2*inv(A)*b
refute error_without_its_sign: x2 - inv(A)*b == (I - omega*A)^3*inv(A)*b

note the best fixed step contracts equally at both ends of the spectrum
claim contraction_at_the_bottom: 1 - 2/(m + kappa*m)*m == (kappa - 1)/(kappa + 1)
claim contraction_at_the_top: 1 - 2/(m + kappa*m)*kappa*m == -(kappa - 1)/(kappa + 1)
refute contraction_by_the_root: 1 - 2/(m + kappa*m)*m == (sqrt(kappa) - 1)/(sqrt(kappa) + 1)

note 1/T_K(c) of Chebyshev's polynomials at c = (kappa + 1)/(kappa - 1), kappa = root^2
let r = (root - 1)/(root + 1)
let c = (root^2 + 1)/(root^2 - 1)
claim chebyshev_two_steps: 1/(2*c^2 - 1) == 2*r^2/(1 + r^4)
claim chebyshev_three_steps: 1/(4*c^3 - 3*c) == 2*r^3/(1 + r^6)
claim chebyshev_four_steps: 1/(8*c^4 - 8*c^2 + 1) == 2*r^4/(1 + r^8)
refute chebyshev_squared: 1/(2*c^2 - 1) == 2*r^4/(1 + r^8)
refute richardson_for_chebyshev: 1/(2*c^2 - 1) == ((root^2 - 1)/(root^2 + 1))^2

observed fixed
observed chebyshev
at d = 2; root = 2, 3, 5
note the largest value of the error polynomial of four steps over a spectrum from 1/root^2 to 1
claim fixed_step_at_its_worst: fixed == ((root^2 - 1)/(root^2 + 1))^4
claim chebyshev_at_its_worst: chebyshev == 2*r^4/(1 + r^8)
refute fixed_step_by_the_root: fixed == r^4
refute fixed_step_squared: fixed == ((root^2 - 1)/(root^2 + 1))^8
refute chebyshev_by_the_square: chebyshev == 2*r^8/(1 + r^16)
";

fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        name: "worst_case",
        kind: EvidenceKind::Exact,
        description: "error polynomials of four steps at 20,001 points of the spectrum, ends included",
        supplies: &["fixed", "chebyshev"],
        supply: Supply::Value(worst_case),
    }]
}

fn worst_case(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (bottom, steps) = (at.number("root")?.powi(-2), 4);
    let fixed = vec![2.0 / (1.0 + bottom); steps];
    // The reciprocals of the roots of Chebyshev's polynomial on [bottom, 1].
    let angle = |k: usize| std::f64::consts::PI * (2 * k + 1) as f64 / (2 * steps) as f64;
    let root = |k| (1.0 + bottom) / 2.0 + (1.0 - bottom) / 2.0 * f64::cos(angle(k));
    let chebyshev: Vec<f64> = (0..steps).map(|k| 1.0 / root(k)).collect();
    let worst = |rates: &[f64]| {
        let points = (0..=20_000).map(|i| bottom + (1.0 - bottom) * f64::from(i) / 20_000.0);
        let error = points.map(|x| rates.iter().map(|rate| 1.0 - rate * x).product::<f64>().abs());
        error.fold(0.0, f64::max)
    };
    Ok((numbers([("fixed", worst(&fixed)), ("chebyshev", worst(&chebyshev))]), 1e-12))
}
