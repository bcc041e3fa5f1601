//! Intervals for the mean of a heavy-tailed loss: the table that the choice of the interval rests
//! on, and the interval that the engine uses.
//!
//! The loss is the squared prediction error of one-layer linear attention with the identity as
//! preconditioner, `(w'(S - I)x_q)^2` with everything Gaussian, d = 5, N = 20: mean d(d+1)/N = 1.5,
//! kurtosis about 300. With task and query integrated out it is `|S - I|_F^2`, whose variance is
//! exactly 1/2.

use super::record::Coverage;
use crate::calculus::Calculus;
use crate::claim::ClaimFile;
use crate::data::{Normals, generator};
use crate::numeric::{Budget, evaluate_exactly, instances};
use crate::statistics::{AsymptoticSequence, Interval, Looks, MeanSequence, Spread};
use rayon::prelude::*;

const D: usize = 5;
const N: usize = 20;
const MEAN: f64 = (D * (D + 1)) as f64 / N as f64;
const SHARE: f64 = 0.05;
const DRAWS: u64 = 4000;

/// Draws before the first look, and between two looks of an interval that was not made for it.
const STRIDE: u64 = 100;

const CLAIM: &str = "\
space d, N
gaussian X[d,N] ~ I
gaussian w[d] ~ I
gaussian xq[d] ~ I
let loss = (w'*X*X'*xq/N - w'*xq)^2
at d = 5; N = 20
claim raw: E[loss^2] - E[loss]^2 == 0
claim integrated: E[E[loss; w, xq]^2] - E[loss]^2 == 0
";

/// How often each interval ever excludes the mean, in `runs` runs of 4,000 draws.
///
/// # Panics
/// If the calculus has no variance for the loss, which is a bug.
pub fn coverage(seed: u64, runs: u64) -> Vec<Coverage> {
    let [raw, integrated] = variances();
    let rows: Vec<Vec<(bool, f64)>> =
        (0..runs).into_par_iter().map(|number| one_run(seed, number, raw, integrated)).collect();
    let names = [
        "raw loss, z-interval every 100 draws",
        "raw loss, asymptotic sequence from 100 draws",
        "raw loss, Catoni sequence, exact variance",
        "task and query integrated out, asymptotic sequence from 100 draws",
        "task and query integrated out, Catoni sequence, exact variance (the interval of the engine)",
    ];
    let row = |(place, name): (usize, &&str)| {
        let all = || rows.iter().map(|run| run[place]);
        Coverage {
            interval: (*name).to_owned(),
            share: SHARE,
            runs,
            draws: DRAWS,
            missed: all().filter(|(missed, _)| *missed).count() as u64,
            half_width: all().map(|(_, half)| half).sum::<f64>() / runs as f64,
        }
    };
    names.iter().enumerate().map(row).collect()
}

/// The exact variances of the loss and of its mean given the examples, by the calculus.
fn variances() -> [f64; 2] {
    let file = ClaimFile::parse("coverage.claim", CLAIM).expect("the claim has no mistakes");
    [0, 1].map(|place: usize| {
        let claim = &file.claims[place];
        let at = &instances(&file, claim, 1).expect("an instance")[0];
        let mut calculus = Calculus::new(&file.letters).expect("Gaussian letters");
        let left = claim.proposition.expressions()[0];
        let text = calculus.normal_form(left).expect("a variance");
        let closed = file.expression(&text).expect("a normal form can be read");
        evaluate_exactly(&closed, at, &Budget::default()).expect("a value").to_f64()[0]
    })
}

/// Of each interval whether it ever excludes the mean, and its half width at the end.
fn one_run(seed: u64, number: u64, raw: f64, integrated: f64) -> Vec<(bool, f64)> {
    let mut random = Normals::new(&mut generator(seed, &["calibration", "coverage"], number));
    // Two looks, as the engine plans them for so many draws.
    let looks = Looks::doubling(DRAWS / 2, DRAWS);
    let known = |variance| MeanSequence::new(1, SHARE, looks, Spread::Bounded(vec![variance]));
    let (mut catoni, mut engine) = (known(raw), known(integrated));
    let mut asymptotic = [(); 2].map(|()| AsymptoticSequence::new(SHARE, STRIDE));
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut ever = vec![(false, f64::INFINITY); 5];
    let mut look = |place: usize, interval: Interval| {
        let row: &mut (bool, f64) = &mut ever[place];
        row.0 |= !interval.contains(MEAN);
        row.1 = (interval.high - interval.low) / 2.0;
    };
    for count in 1..=DRAWS {
        let [loss, given_context] = draw(&mut random);
        sum += loss;
        squares += loss * loss;
        asymptotic[0].push(loss);
        asymptotic[1].push(given_context);
        catoni.push(&[loss]);
        engine.push(&[given_context]);
        if count.is_multiple_of(STRIDE) {
            let n = count as f64;
            let error = ((squares - sum * sum / n) / (n - 1.0) / n).sqrt();
            look(0, Interval::around(sum / n, 1.959_963_985 * error));
        }
        if count >= STRIDE {
            look(1, asymptotic[0].interval());
            look(3, asymptotic[1].interval());
        }
        if catoni.next_look() == Some(count) {
            look(2, catoni.look()[0]);
            look(4, engine.look()[0]);
        }
    }
    ever
}

/// The loss, and its mean given the examples.
fn draw(random: &mut Normals) -> [f64; 2] {
    let normals = random.draw(D * N + 2 * D);
    let (examples, rest) = normals.split_at(D * N);
    let (task, query) = rest.split_at(D);
    let (mut prediction_error, mut length) = (0.0, 0.0);
    for i in 0..D {
        for j in 0..D {
            let moment: f64 =
                (0..N).map(|k| examples[i * N + k] * examples[j * N + k]).sum::<f64>() / N as f64;
            let entry = moment - if i == j { 1.0 } else { 0.0 };
            prediction_error += task[i] * entry * query[j];
            length += entry * entry;
        }
    }
    [prediction_error * prediction_error, length]
}
