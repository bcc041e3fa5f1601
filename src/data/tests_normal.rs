//! Normals and chis: against other generators and functions, and in distribution.

use super::machine::{LANES, Lane, Machine, Work, on_every_machine};
use super::{Normals, generator};
use rand::{Rng, SeedableRng, rngs::SmallRng};
use statrs::distribution::{ChiSquared, ContinuousCDF, Normal};

fn normals(unit: u64, count: usize) -> Vec<Lane> {
    let mut lanes = vec![Lane::default(); count];
    Normals::new(&mut generator(11, &["normals"], unit)).fill(&mut lanes);
    lanes
}

fn chis(freedom: usize, count: usize) -> Vec<Lane> {
    let mut lanes = vec![Lane::default(); count];
    Normals::new(&mut generator(12, &["chis"], freedom as u64)).fill_with_chis(freedom, &mut lanes);
    lanes
}

fn numbers(lanes: &[Lane]) -> impl Iterator<Item = f64> {
    lanes.iter().flat_map(|lane| lane.0)
}

/// The largest distance of the empirical distribution function from `cdf`, times the root of the
/// number of values: above 2.5 with a probability of 7e-6 (Kolmogorov's law).
fn kolmogorov(values: impl Iterator<Item = f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    let apart = values.iter().enumerate().map(|(place, &value)| {
        let (below, p) = (place as f64 / count, cdf(value));
        (p - below).max(below + 1.0 / count - p)
    });
    apart.fold(0.0, f64::max) * count.sqrt()
}

#[test]
fn normals_are_those_of_box_and_muller_from_another_xoshiro() {
    let mut seeds = generator(11, &["normals"], 5);
    let state: Vec<u64> = (0..4 * LANES).map(|_| seeds.next_u64()).collect();
    let found = normals(5, 400);
    for lane in 0..LANES {
        let seed: Vec<u8> = (0..4).flat_map(|i| state[i * LANES + lane].to_le_bytes()).collect();
        // The small generator of `rand` is xoshiro256++ on 64 bits.
        let mut small = SmallRng::from_seed(seed.try_into().unwrap());
        for pair in found.chunks(2) {
            let uniform = (small.next_u64() | 1) as f64 / 2.0_f64.powi(64);
            let bits = small.next_u64();
            let radius = (-2.0 * uniform.ln()).sqrt();
            let quarter = (bits >> 12) as f64 / 2.0_f64.powi(52) - 0.5;
            let (sine, cosine) = (quarter * std::f64::consts::FRAC_PI_2).sin_cos();
            let cosine = if bits & 1 == 1 { -cosine } else { cosine };
            let (x, y) = if bits & 2 == 2 { (sine, cosine) } else { (cosine, sine) };
            for (found, expected) in [(pair[0], x), (pair[1], y)] {
                let (found, expected) = (found.0[lane], radius * expected);
                assert!((found - expected).abs() < 1e-15 * (1.0 + radius), "{found} {expected}");
            }
        }
    }
}

#[test]
fn every_machine_gives_the_same_bits() {
    #[derive(Clone)]
    struct Draw(Option<usize>);
    impl Work for Draw {
        type Output = Vec<u64>;
        #[inline(always)]
        fn run<M: Machine>(self, m: M) -> Vec<u64> {
            let mut source = Normals::new(&mut generator(1, &["machines"], 0));
            let mut lanes = vec![Lane::default(); 4_001];
            match self.0 {
                None => source.normals(m, &mut lanes),
                Some(freedom) => source.chis(m, freedom, &mut lanes),
            }
            lanes.iter().flat_map(|lane| lane.0.map(f64::to_bits)).collect()
        }
    }
    for kind in [None, Some(1), Some(2), Some(15), Some(16), Some(17), Some(1_000_000)] {
        let all = on_every_machine(&Draw(kind));
        assert!(all.iter().all(|one| *one == all[0]), "{kind:?}");
    }
}

#[test]
fn the_first_eight_moments_of_normals_are_right() {
    let lanes = normals(1, 1 << 16);
    let count = (lanes.len() * LANES) as f64;
    // E z^k = (k-1)!! for even k; the variance of z^k is (2k-1)!! - (E z^k)^2.
    let double_factorial = |n: i32| (1..=n).rev().step_by(2).map(f64::from).product::<f64>();
    for k in 1..=8 {
        let mean = numbers(&lanes).map(|z| z.powi(k)).sum::<f64>() / count;
        let expected = if k % 2 == 0 { double_factorial(k - 1) } else { 0.0 };
        let deviation = (double_factorial(2 * k - 1) - expected * expected).sqrt();
        let error = (mean - expected) / (deviation / count.sqrt());
        assert!(error.abs() < 5.0, "moment {k}: {mean} against {expected}");
    }
}

#[test]
fn normals_follow_their_distribution_function_into_the_tails() {
    let lanes = normals(2, 1 << 17);
    let law = Normal::standard();
    let statistic = kolmogorov(numbers(&lanes), |x| law.cdf(x));
    assert!(statistic < 2.5, "{statistic}");
    let count = (lanes.len() * LANES) as f64;
    for bound in [2.0, 3.0, 4.0, 4.5] {
        for side in [-1.0, 1.0] {
            let p = law.cdf(-bound);
            let found = numbers(&lanes).filter(|z| side * z > bound).count() as f64;
            let error = (found - count * p) / (count * p).sqrt();
            assert!(error.abs() < 5.0, "beyond {bound}: {found} against {}", count * p);
        }
    }
}

#[test]
fn lanes_neighbours_pairs_and_streams_are_uncorrelated() {
    let (lanes, others) = (normals(3, 1 << 14), normals(4, 1 << 14));
    let correlation = |pairs: &mut dyn Iterator<Item = (f64, f64)>, what: &str| {
        let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for (x, y) in pairs {
            count += 1.0;
            sum += x * y;
            // (x^2 - 1)(y^2 - 1) has variance 4.
            squares += (x * x - 1.0) * (y * y - 1.0) / 2.0;
        }
        for sum in [sum, squares] {
            assert!(sum.abs() < 5.0 * f64::sqrt(count), "{what}: {sum} of {count}");
        }
    };
    for lane in 0..LANES {
        let column =
            |lanes: &[Lane], lane: usize| lanes.iter().map(|l| l.0[lane]).collect::<Vec<_>>();
        let own = column(&lanes, lane);
        for other in lane + 1..LANES {
            let other = column(&lanes, other);
            correlation(&mut own.iter().copied().zip(other), "two lanes");
        }
        for shift in 1..6 {
            let later = own[shift..].to_vec();
            correlation(&mut own.iter().copied().zip(later), "numbers of a lane");
        }
        correlation(&mut own.iter().copied().zip(column(&others, lane)), "two streams");
    }
    let pairs = lanes.chunks_exact(2).flat_map(|pair| pair[0].0.into_iter().zip(pair[1].0));
    correlation(&mut pairs.into_iter(), "the two of a pair");
}

#[test]
fn squares_of_chis_follow_the_chi_square_law() {
    assert!(numbers(&chis(0, 3)).all(|chi| chi == 0.0));
    for freedom in [1, 2, 3, 8, 15, 16, 17, 40, 499, 1_000_000] {
        let lanes = chis(freedom, 1 << 13);
        let count = (lanes.len() * LANES) as f64;
        let (f, squares) = (freedom as f64, || numbers(&lanes).map(|chi| chi * chi));
        let law = ChiSquared::new(f).unwrap();
        let statistic = kolmogorov(squares(), |x| law.cdf(x));
        assert!(statistic < 2.5, "{freedom}: {statistic}");
        // Mean f, variance 2 f, and E (x - f)^4 = 12 f^2 + 48 f.
        let mean = squares().sum::<f64>() / count;
        let error = (mean - f) / (2.0 * f / count).sqrt();
        assert!(error.abs() < 5.0, "{freedom}: mean {mean}");
        let variance = squares().map(|x| (x - f).powi(2)).sum::<f64>() / count;
        let error = (variance - 2.0 * f) / ((8.0 * f * f + 48.0 * f) / count).sqrt();
        assert!(error.abs() < 5.0, "{freedom}: variance {variance}");
    }
}
