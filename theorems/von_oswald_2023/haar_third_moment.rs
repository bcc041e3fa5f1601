//! # The joint third moment of two powers of a Haar matrix and their product
//! Source: arXiv:2309.05858, Section 3
//! Claim:  $\beta_{a,b} = \mathbb{E}[c_a c_b c_{a+b}]$, $c_k = u' W^k u$, from traces; $\beta_{1,1} = \frac{3}{d(d+2)}$
//! Where:  d, a, b -> d, a, b -> size, 1 x 1 -> dimension and powers, c = a + b
//!         J(.., .., ..), J(..) -> triples, singles -> 1 x 1 -> sums of exact averages of products of traces
//!         beta -> beta -> 1 x 1 -> exact average by another route
//!         the same -> sampled_beta -> 1 x 1 -> average over sampled matrices
//! Needs:  powers of one matrix (product_of_second_moments)
//! Expect: exact averages by two routes; samples
//! Checked: d up to 5, a and b up to 3. Not seen: the formula for all d at once
//! Not to be confused with: a product of lower moments

use super::samples;
use crate::prelude::*;

/// The third moment behind the optimal step size; derived, not stated in the paper.
pub const THEOREM: Theorem = Theorem {
    id: "von_oswald_2023::haar_third_moment",
    source: Source { arxiv: "2309.05858", statement: "Section 3" },
    claims: CLAIMS,
    experiments,
    uses: &["von_oswald_2023::haar_trace_moments"],
    figures: &[],
};

const CLAIMS: &str = "\
theory The joint third moment of two powers of a Haar matrix and their product
space d
positive a, b
observed beta
observed triples
observed singles
observed alpha
observed sampled_beta
margin 5% because the product of lower moments, the nearest slip, is off by half and more

note triples is J(a,b,c) + J(a,b-c) + J(a,b+c) + J(b,a-c) + J(b,a+c) + J(c,a-b) + J(c,a+b), singles J(2c) + d + J(2a) + J(2b)
at d = 1, 2, 3, 5; a = 1, 2; b = 1, 3
claim from_traces: beta == (triples + 2*singles)/(d*(d + 2)*(d + 4))
refute from_triples_alone: beta == triples/(d*(d + 2)*(d + 4))
at d = 2, 3, 4, 5; a = 1; b = 1
claim two_steps: beta == 3/(d*(d + 2))
refute product_of_second_moments: beta == alpha^2
at d = 3; a = 1; b = 1
claim sampled_two_steps: sampled_beta == 3/(d*(d + 2))
refute sampled_product: sampled_beta == 1/d^2
";

fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "average",
            kind: EvidenceKind::Exact,
            description: "a sum over pairings with Weingarten weights, and trace moments apart",
            supplies: &["beta", "triples", "singles", "alpha"],
            supply: Supply::Value(average),
        },
        Experiment {
            name: "sample",
            kind: EvidenceKind::Simulation,
            description: "orthogonal factors of Gaussian matrices",
            supplies: &["sampled_beta"],
            supply: Supply::Samples { prepare: sample, limit: samples },
        },
    ]
}

fn average(at: &Setting) -> Result<(Observed, f64), ExperimentError> {
    let (d, a, b) = (at.size("d")?, at.number("a")? as usize, at.number("b")? as usize);
    let mut moments = StateMoments::new(d, &FirstState::Gaussian { variance: 1.0 }, 0.0);
    let [_, _, fourth, sixth] = *moments.radial();
    let beta = moments.mean(&[(1, a + 1), (1, b + 1), (1, a + b + 1)]) / sixth;
    let alpha = moments.mean(&[(1, a + 1), (1, a + 1)]) / fourth;
    let (a, b) = (a as i64, b as i64);
    let c = a + b;
    let j = |powers: &[i64]| trace_moment(d, powers);
    let pairs = [[a, b - c], [a, b + c], [b, a - c], [b, a + c], [c, a - b], [c, a + b]];
    let triples = j(&[a, b, c]) + pairs.iter().map(|pair| j(pair)).sum::<f64>();
    let singles = j(&[2 * c]) + d as f64 + j(&[2 * a]) + j(&[2 * b]);
    let letters = [("beta", beta), ("triples", triples), ("singles", singles), ("alpha", alpha)];
    Ok((numbers(letters), 1e-10))
}

fn sample(at: &Setting, _: &mut ChaCha8Rng) -> Result<Draw, ExperimentError> {
    let (d, a, b) = (at.size("d")?, at.number("a")? as usize, at.number("b")? as usize);
    Ok(Box::new(move |random| {
        let rotation = haar_orthogonal(d, random);
        let (mut turned, mut product) = (rotation.subcols(0, 1).to_owned(), 1.0);
        for power in 1..=a + b {
            for factor in [a, b, a + b] {
                if factor == power {
                    product *= turned[(0, 0)];
                }
            }
            turned = &rotation * turned;
        }
        Ok(numbers([("sampled_beta", product)]))
    }))
}
