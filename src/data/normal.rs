//! Independent standard normals and chi variables, eight streams of random bits side by side.

use super::machine::{LANES, Lane, Machine, Words, Work, dispatch};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::f64::consts::LN_2;

/// Standard normals from eight generators xoshiro256++ side by side. The same start gives the same
/// bits on any machine.
///
/// # Source
/// Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM Transactions on
/// Mathematical Software 47 (2021).
#[derive(Clone, Debug)]
pub struct Normals {
    state: [Words; 4],
}

impl Normals {
    /// Eight generators whose states are drawn from `generator`: they are independent, and so are
    /// those of other streams of it.
    pub fn new(generator: &mut ChaCha8Rng) -> Self {
        let mut state = [Words::default(); 4];
        for word in state.iter_mut().flat_map(|words| &mut words.0) {
            *word = generator.next_u64();
        }
        Self { state }
    }

    /// Overwrites every entry with an independent standard normal.
    pub fn fill(&mut self, out: &mut [Lane]) {
        struct Fill<'a>(&'a mut Normals, &'a mut [Lane]);
        impl Work for Fill<'_> {
            type Output = ();
            #[inline(always)]
            fn run<M: Machine>(self, m: M) {
                self.0.normals(m, self.1);
            }
        }
        dispatch(Fill(self, out));
    }

    /// So many independent standard normals: those of the lanes that [`fill`](Self::fill) fills, one
    /// lane after another.
    pub fn draw(&mut self, count: usize) -> Vec<f64> {
        let mut lanes = vec![Lane::default(); count.div_ceil(LANES)];
        self.fill(&mut lanes);
        lanes.iter().flat_map(|lane| lane.0).take(count).collect()
    }

    /// Overwrites every entry with the root of an independent chi-square of `freedom` degrees of
    /// freedom (0 where there are none).
    pub fn fill_with_chis(&mut self, freedom: usize, out: &mut [Lane]) {
        struct Fill<'a>(&'a mut Normals, usize, &'a mut [Lane]);
        impl Work for Fill<'_> {
            type Output = ();
            #[inline(always)]
            fn run<M: Machine>(self, m: M) {
                self.0.chis(m, self.1, self.2);
            }
        }
        dispatch(Fill(self, freedom, out));
    }

    /// [`fill`](Self::fill) on this machine.
    ///
    /// # Formula
    /// Box and Muller, two at a time: `sqrt(-2 ln U) (cos A, sin A)` with `U` uniform on (0, 1] in steps of 2^-64
    /// and `A` uniform on the circle, each from 64 bits.
    #[inline(always)]
    pub(crate) fn normals<M: Machine>(&mut self, m: M, out: &mut [Lane]) {
        let mut bits = Bits::load(m, self);
        for pair in out.chunks_mut(2) {
            let [x, y] = bits.normal_pair(m);
            m.store(x, &mut pair[0]);
            if let Some(second) = pair.get_mut(1) {
                m.store(y, second);
            }
        }
        bits.store(m, self);
    }

    /// [`fill_with_chis`](Self::fill_with_chis) on this machine.
    ///
    /// # Formula
    /// `-2 ln(U_1 ... U_k)` has 2k degrees of freedom and a squared normal has one. From 16 on,
    /// the method of Marsaglia and Tsang for a gamma variable of shape `a = freedom/2`: with a
    /// normal x, a uniform U, `s = a - 1/3` and `v = (1 + x/sqrt(9 s))^3`, accept `2 s v` where
    /// `v > 0` and `ln U < x^2/2 + s (1 - v + ln v)`.
    ///
    /// # Source
    /// Marsaglia and Tsang, "A simple method for generating gamma variables", ACM Transactions on
    /// Mathematical Software 26 (2000).
    #[inline(always)]
    pub(crate) fn chis<M: Machine>(&mut self, m: M, freedom: usize, out: &mut [Lane]) {
        let mut bits = Bits::load(m, self);
        for pair in out.chunks_mut(2) {
            let [x, y] = match freedom {
                0 => [m.splat(0.0); 2],
                1..DIRECT => bits.small_chi_squares(m, freedom),
                _ => bits.large_chi_squares(m, freedom),
            };
            m.store(m.sqrt(x), &mut pair[0]);
            if let Some(second) = pair.get_mut(1) {
                m.store(m.sqrt(y), second);
            }
        }
        bits.store(m, self);
    }
}

/// Chi-squares of fewer degrees of freedom are sums.
const DIRECT: usize = 16;

/// The state of a source in registers.
struct Bits<M: Machine>([M::Word; 4]);

impl<M: Machine> Bits<M> {
    #[inline(always)]
    fn load(m: M, source: &Normals) -> Self {
        let [a, b, c, d] = &source.state;
        Self([m.load_words(a), m.load_words(b), m.load_words(c), m.load_words(d)])
    }

    #[inline(always)]
    fn store(self, m: M, source: &mut Normals) {
        for (words, to) in self.0.into_iter().zip(&mut source.state) {
            m.store_words(words, to);
        }
    }

    /// The next word of every generator.
    #[inline(always)]
    fn next(&mut self, m: M) -> M::Word {
        let [a, b, c, d] = self.0;
        let word = m.add_words(m.rotate_left::<23>(m.add_words(a, d)), a);
        let (c, d) = (m.xor(c, a), m.xor(d, b));
        self.0 =
            [m.xor(a, d), m.xor(b, c), m.xor(c, m.shift_left::<17>(b)), m.rotate_left::<45>(d)];
        word
    }

    /// `2^64 U` with `U` uniform on (0, 1].
    #[inline(always)]
    fn uniform(&mut self, m: M) -> M::Float {
        let word = self.next(m);
        m.convert(m.or(word, m.splat_word(1)))
    }

    #[inline(always)]
    fn normal_pair(&mut self, m: M) -> [M::Float; 2] {
        let square = minus_two_ln::<M, 64>(m, self.uniform(m));
        let radius = m.sqrt(square);
        let [x, y] = unit_vector(m, self.next(m));
        [m.mul(radius, x), m.mul(radius, y)]
    }

    #[inline(always)]
    fn small_chi_squares(&mut self, m: M, freedom: usize) -> [M::Float; 2] {
        let unit = m.splat(2.0_f64.powi(-64));
        let [mut x, mut y] = [m.splat(1.0); 2];
        for _ in 0..freedom / 2 {
            x = m.mul(x, m.mul(self.uniform(m), unit));
            y = m.mul(y, m.mul(self.uniform(m), unit));
        }
        let (x, y) = (minus_two_ln::<M, 0>(m, x), minus_two_ln::<M, 0>(m, y));
        if freedom.is_multiple_of(2) {
            return [x, y];
        }
        let [a, b] = self.normal_pair(m);
        [m.mul_add(a, a, x), m.mul_add(b, b, y)]
    }

    /// All sixteen are drawn again until each has been accepted once; a lane keeps its first.
    ///
    /// With `y = x/sqrt(9 s)` the right hand side is `-(3/4) s y^4 + ...`, and not below
    /// `-(81/78) s y^4 = -x^4/(78 s)` for `y >= -1/3`; so `1 - U > x^4/(78 s)` accepts without a
    /// logarithm, since `-ln U >= 1 - U`.
    #[inline(always)]
    fn large_chi_squares(&mut self, m: M, freedom: usize) -> [M::Float; 2] {
        let shape = freedom as f64 / 2.0 - 1.0 / 3.0;
        let (scale, twice) = (m.splat(1.0 / (9.0 * shape).sqrt()), m.splat(2.0 * shape));
        let one = m.splat(1.0);
        let (mut cubes, mut waiting) = ([one; 2], [m.splat_word(1); 2]);
        loop {
            let normals = self.normal_pair(m);
            let uniforms = [self.uniform(m), self.uniform(m)];
            let (mut drawn, mut slow) = ([one; 2], m.splat_word(0));
            let mut roots = [one; 2];
            for i in 0..2 {
                roots[i] = m.mul_add(normals[i], scale, one);
                drawn[i] = m.mul(m.mul(roots[i], roots[i]), roots[i]);
                let square = m.mul(normals[i], normals[i]);
                let bound = m.mul(m.mul(square, square), m.splat(-1.0 / (78.0 * shape)));
                let rest = m.mul_add(uniforms[i], m.splat(-(2.0_f64.powi(-64))), one);
                slow = m.or(slow, m.as_word(m.add(rest, bound)));
                slow = m.or(slow, m.as_word(m.sub(roots[i], m.splat(2.0 / 3.0))));
            }
            // The highest bit is the sign.
            let accepted = m.all_zero(m.shift_right::<63>(slow));
            for i in 0..2 {
                let mut refused = m.splat_word(0);
                if !accepted {
                    // -2 ln U and minus twice the right hand side; meaningless where the root is
                    // negative.
                    let exponential = minus_two_ln::<M, 64>(m, uniforms[i]);
                    let log = m.mul(m.splat(shape), minus_two_ln::<M, 0>(m, drawn[i]));
                    let rest = m.sub(log, m.mul(normals[i], normals[i]));
                    let bound = m.mul_add(twice, m.sub(drawn[i], one), rest);
                    let sign = m.as_word(m.sub(exponential, bound));
                    refused = m.shift_right::<63>(m.or(sign, m.as_word(roots[i])));
                }
                cubes[i] = m.choose(waiting[i], drawn[i], cubes[i]);
                waiting[i] = m.and(waiting[i], refused);
            }
            if m.all_zero(m.or(waiting[0], waiting[1])) {
                return [m.mul(twice, cubes[0]), m.mul(twice, cubes[1])];
            }
        }
    }
}

/// `-2 ln(x/2^EXPONENT)` for positive finite `x` that are not subnormal, with an error of two units
/// in the last place (of the larger of its two parts, where `x/2^EXPONENT` is not near 1).
///
/// # Formula
/// `x = 2^k m` with `m` between sqrt(1/2) and sqrt(2), `s = (m - 1)/(m + 1)`, `-2 ln m = s P(s^2)`;
/// `P` is the best polynomial of degree 6 for `-4 atanh(s)/s`, off by 1.8e-16 of the value.
#[inline(always)]
fn minus_two_ln<M: Machine, const EXPONENT: u32>(m: M, x: M::Float) -> M::Float {
    const SQRT_HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    const MANTISSA: u64 = (1 << 52) - 1;
    /// 2^52: the integers up to there are mantissas.
    const INTEGER: f64 = 4_503_599_627_370_496.0;
    const P: [f64; 7] = [
        -4.000000000000001,
        -1.3333333333310362,
        -0.8000000012436437,
        -0.5714283191434553,
        -0.444468774797116,
        -0.36243615519791095,
        -0.33678190000629205,
    ];
    // Relative to sqrt(1/2) the exponent is k and the mantissa that of m.
    let moved = m.add_words(m.as_word(x), m.splat_word((1023 << 52) - SQRT_HALF));
    let exponent = m.or(m.shift_right::<52>(moved), m.splat_word(INTEGER.to_bits()));
    let exponent = m.sub(m.splat(INTEGER + 1023.0 + f64::from(EXPONENT)), m.as_float(exponent));
    let mantissa = m.add_words(m.and(moved, m.splat_word(MANTISSA)), m.splat_word(SQRT_HALF));
    let mantissa = m.as_float(mantissa);
    let one = m.splat(1.0);
    let s = m.div(m.sub(mantissa, one), m.add(mantissa, one));
    let series = polynomial(m, m.mul(s, s), P);
    m.mul_add(s, series, m.mul(exponent, m.splat(2.0 * LN_2)))
}

/// A point on the unit circle from 64 random bits.
///
/// # Formula
/// `(cos(pi v/2), sin(pi v/2))` with `v` between -1/2 and 1/2, the two exchanged at random and the
/// cosine given a random sign. The best polynomials in `v^2` of degree 6 are off by 5e-17.
#[inline(always)]
fn unit_vector<M: Machine>(m: M, bits: M::Word) -> [M::Float; 2] {
    const COSINE: [f64; 7] = [
        1.0,
        -1.2337005501361513,
        0.25366950789986553,
        -0.020863480734960516,
        0.0009192599501492171,
        -2.520013564665259e-05,
        4.6553012844640495e-07,
    ];
    const SINE: [f64; 7] = [
        std::f64::consts::FRAC_PI_2,
        -0.6459640975062443,
        0.07969262624604308,
        -0.004681754132342266,
        0.0001604411507521391,
        -3.5986433883476083e-06,
        5.633938495636882e-08,
    ];
    let fraction = m.or(m.shift_right::<12>(bits), m.splat_word(1.0_f64.to_bits()));
    let v = m.sub(m.as_float(fraction), m.splat(1.5));
    let square = m.mul(v, v);
    let (cosine, sine) = (polynomial(m, square, COSINE), m.mul(v, polynomial(m, square, SINE)));
    // Bit 0 is the sign, bit 1 the exchange; the angle uses the highest 52.
    let cosine = m.as_float(m.xor(m.as_word(cosine), m.shift_left::<63>(bits)));
    let exchange = m.shift_right::<1>(bits);
    [m.choose(exchange, sine, cosine), m.choose(exchange, cosine, sine)]
}

/// `c_0 + c_1 x + c_2 x^2 + ...` by Horner's rule.
#[inline(always)]
fn polynomial<M: Machine, const N: usize>(m: M, x: M::Float, coefficients: [f64; N]) -> M::Float {
    let mut sum = m.splat(coefficients[N - 1]);
    for &coefficient in coefficients.iter().rev().skip(1) {
        sum = m.mul_add(sum, x, m.splat(coefficient));
    }
    sum
}
