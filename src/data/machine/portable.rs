//! The machine that any processor is.

use super::{LANES, Lane, Machine, Words};

/// Any processor.
#[derive(Clone, Copy)]
pub(super) struct Portable;

/// A lane by lane operation of [`Portable`].
#[inline(always)]
fn each<T: Copy, U: Copy, V: Copy>(
    a: [T; LANES],
    b: [U; LANES],
    op: impl Fn(T, U) -> V,
) -> [V; LANES] {
    std::array::from_fn(|lane| op(a[lane], b[lane]))
}

impl Machine for Portable {
    type Float = [f64; LANES];
    type Word = [u64; LANES];

    #[inline(always)]
    fn splat(self, value: f64) -> Self::Float {
        [value; LANES]
    }
    #[inline(always)]
    fn load(self, from: &Lane) -> Self::Float {
        from.0
    }
    #[inline(always)]
    fn store(self, value: Self::Float, to: &mut Lane) {
        to.0 = value;
    }
    #[inline(always)]
    fn add(self, a: Self::Float, b: Self::Float) -> Self::Float {
        each(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, a: Self::Float, b: Self::Float) -> Self::Float {
        each(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, a: Self::Float, b: Self::Float) -> Self::Float {
        each(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, a: Self::Float, b: Self::Float) -> Self::Float {
        each(a, b, |a, b| a / b)
    }
    #[inline(always)]
    fn sqrt(self, a: Self::Float) -> Self::Float {
        a.map(f64::sqrt)
    }
    #[inline(always)]
    fn mul_add(self, a: Self::Float, b: Self::Float, c: Self::Float) -> Self::Float {
        std::array::from_fn(|lane| a[lane].mul_add(b[lane], c[lane]))
    }
    #[inline(always)]
    fn splat_word(self, value: u64) -> Self::Word {
        [value; LANES]
    }
    #[inline(always)]
    fn load_words(self, from: &Words) -> Self::Word {
        from.0
    }
    #[inline(always)]
    fn store_words(self, value: Self::Word, to: &mut Words) {
        to.0 = value;
    }
    #[inline(always)]
    fn add_words(self, a: Self::Word, b: Self::Word) -> Self::Word {
        each(a, b, u64::wrapping_add)
    }
    #[inline(always)]
    fn xor(self, a: Self::Word, b: Self::Word) -> Self::Word {
        each(a, b, |a, b| a ^ b)
    }
    #[inline(always)]
    fn or(self, a: Self::Word, b: Self::Word) -> Self::Word {
        each(a, b, |a, b| a | b)
    }
    #[inline(always)]
    fn and(self, a: Self::Word, b: Self::Word) -> Self::Word {
        each(a, b, |a, b| a & b)
    }
    #[inline(always)]
    fn all_zero(self, a: Self::Word) -> bool {
        a == [0; LANES]
    }
    #[inline(always)]
    fn shift_left<const N: u32>(self, a: Self::Word) -> Self::Word {
        a.map(|a| a << N)
    }
    #[inline(always)]
    fn shift_right<const N: u32>(self, a: Self::Word) -> Self::Word {
        a.map(|a| a >> N)
    }
    #[inline(always)]
    fn rotate_left<const N: u32>(self, a: Self::Word) -> Self::Word {
        a.map(|a| a.rotate_left(N))
    }
    #[inline(always)]
    fn as_float(self, a: Self::Word) -> Self::Float {
        a.map(f64::from_bits)
    }
    #[inline(always)]
    fn as_word(self, a: Self::Float) -> Self::Word {
        a.map(f64::to_bits)
    }
    #[inline(always)]
    fn convert(self, a: Self::Word) -> Self::Float {
        a.map(|a| a as f64)
    }
    #[inline(always)]
    fn choose(self, choice: Self::Word, yes: Self::Float, no: Self::Float) -> Self::Float {
        let pick = |lane: usize| if choice[lane] & 1 == 1 { yes[lane] } else { no[lane] };
        std::array::from_fn(pick)
    }
}
