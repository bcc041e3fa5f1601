//! The machine of x86-64 processors: AVX2 and AVX-512, each where it is detected.
//!
//! The only file with `unsafe` code: an instruction is used by a value that exists only where the
//! processor was found to have it.
#![allow(unsafe_code)]

use super::{Lane, Machine, Words, Work};
use std::arch::x86_64::*;

/// A processor with AVX-512 F and DQ.
#[derive(Clone, Copy)]
pub(super) struct Avx512(());

/// A processor with AVX2 and multiply-add: two vectors of four numbers.
#[derive(Clone, Copy)]
pub(super) struct Avx2(());

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma");
        found.then_some(Self(()))
    }

    pub(super) fn dispatch<W: Work>(self, work: W) -> W::Output {
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
        fn compiled<W: Work>(machine: Avx512, work: W) -> W::Output {
            work.run(machine)
        }
        // SAFETY: `self` exists only where these features were detected.
        unsafe { compiled(self, work) }
    }
}

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        found.then_some(Self(()))
    }

    pub(super) fn dispatch<W: Work>(self, work: W) -> W::Output {
        #[target_feature(enable = "avx2,fma")]
        fn compiled<W: Work>(machine: Avx2, work: W) -> W::Output {
            work.run(machine)
        }
        // SAFETY: `self` exists only where these features were detected.
        unsafe { compiled(self, work) }
    }
}

/// Methods that are one instruction of AVX-512.
macro_rules! wide {
    ($($name:ident($($argument:ident: $from:ident),*) -> $to:ident = $instruction:ident;)*) => {$(
        #[inline(always)]
        fn $name(self, $($argument: Self::$from),*) -> Self::$to {
            // SAFETY: `self` exists only where the instruction was detected.
            unsafe { $instruction($($argument),*) }
        }
    )*};
}

/// Methods that are one instruction of AVX2, on each half.
macro_rules! halves {
    ($($name:ident($($argument:ident: $from:ident),*) -> $to:ident = $instruction:ident;)*) => {$(
        #[inline(always)]
        fn $name(self, $($argument: Self::$from),*) -> Self::$to {
            // SAFETY: `self` exists only where the instruction was detected.
            unsafe { [$instruction($($argument[0]),*), $instruction($($argument[1]),*)] }
        }
    )*};
}

impl Machine for Avx512 {
    type Float = __m512d;
    type Word = __m512i;

    wide! {
        add(a: Float, b: Float) -> Float = _mm512_add_pd;
        sub(a: Float, b: Float) -> Float = _mm512_sub_pd;
        mul(a: Float, b: Float) -> Float = _mm512_mul_pd;
        div(a: Float, b: Float) -> Float = _mm512_div_pd;
        sqrt(a: Float) -> Float = _mm512_sqrt_pd;
        mul_add(a: Float, b: Float, c: Float) -> Float = _mm512_fmadd_pd;
        add_words(a: Word, b: Word) -> Word = _mm512_add_epi64;
        xor(a: Word, b: Word) -> Word = _mm512_xor_si512;
        or(a: Word, b: Word) -> Word = _mm512_or_si512;
        and(a: Word, b: Word) -> Word = _mm512_and_si512;
        as_float(a: Word) -> Float = _mm512_castsi512_pd;
        as_word(a: Float) -> Word = _mm512_castpd_si512;
        convert(a: Word) -> Float = _mm512_cvtepu64_pd;
    }

    // SAFETY, here and below: `self` exists only where the instructions were detected, and
    // `Lane` and `Words` are 64 aligned bytes.
    #[inline(always)]
    fn splat(self, value: f64) -> Self::Float {
        unsafe { _mm512_set1_pd(value) }
    }
    #[inline(always)]
    fn load(self, from: &Lane) -> Self::Float {
        unsafe { _mm512_load_pd(from.0.as_ptr()) }
    }
    #[inline(always)]
    fn store(self, value: Self::Float, to: &mut Lane) {
        unsafe { _mm512_store_pd(to.0.as_mut_ptr(), value) }
    }
    #[inline(always)]
    fn splat_word(self, value: u64) -> Self::Word {
        unsafe { _mm512_set1_epi64(value.cast_signed()) }
    }
    #[inline(always)]
    fn load_words(self, from: &Words) -> Self::Word {
        unsafe { _mm512_load_si512(from.0.as_ptr().cast()) }
    }
    #[inline(always)]
    fn store_words(self, value: Self::Word, to: &mut Words) {
        unsafe { _mm512_store_si512(to.0.as_mut_ptr().cast(), value) }
    }
    #[inline(always)]
    fn shift_left<const N: u32>(self, a: Self::Word) -> Self::Word {
        unsafe { _mm512_slli_epi64::<N>(a) }
    }
    #[inline(always)]
    fn shift_right<const N: u32>(self, a: Self::Word) -> Self::Word {
        unsafe { _mm512_srli_epi64::<N>(a) }
    }
    #[inline(always)]
    fn rotate_left<const N: u32>(self, a: Self::Word) -> Self::Word {
        // The count of the instruction is an i32; a variable shift by a constant is as fast.
        unsafe { _mm512_rolv_epi64(a, _mm512_set1_epi64(i64::from(N))) }
    }
    #[inline(always)]
    fn choose(self, choice: Self::Word, yes: Self::Float, no: Self::Float) -> Self::Float {
        unsafe {
            let mask = _mm512_test_epi64_mask(choice, _mm512_set1_epi64(1));
            _mm512_mask_blend_pd(mask, no, yes)
        }
    }
    #[inline(always)]
    fn all_zero(self, a: Self::Word) -> bool {
        unsafe { _mm512_test_epi64_mask(a, a) == 0 }
    }
}

impl Machine for Avx2 {
    type Float = [__m256d; 2];
    type Word = [__m256i; 2];

    halves! {
        add(a: Float, b: Float) -> Float = _mm256_add_pd;
        sub(a: Float, b: Float) -> Float = _mm256_sub_pd;
        mul(a: Float, b: Float) -> Float = _mm256_mul_pd;
        div(a: Float, b: Float) -> Float = _mm256_div_pd;
        sqrt(a: Float) -> Float = _mm256_sqrt_pd;
        mul_add(a: Float, b: Float, c: Float) -> Float = _mm256_fmadd_pd;
        add_words(a: Word, b: Word) -> Word = _mm256_add_epi64;
        xor(a: Word, b: Word) -> Word = _mm256_xor_si256;
        or(a: Word, b: Word) -> Word = _mm256_or_si256;
        and(a: Word, b: Word) -> Word = _mm256_and_si256;
        as_float(a: Word) -> Float = _mm256_castsi256_pd;
        as_word(a: Float) -> Word = _mm256_castpd_si256;
    }

    // SAFETY, here and below: `self` exists only where the instructions were detected, and
    // `Lane` and `Words` are 64 aligned bytes.
    #[inline(always)]
    fn splat(self, value: f64) -> Self::Float {
        unsafe { [_mm256_set1_pd(value); 2] }
    }
    #[inline(always)]
    fn load(self, from: &Lane) -> Self::Float {
        let (low, high) = from.0.split_at(4);
        unsafe { [_mm256_load_pd(low.as_ptr()), _mm256_load_pd(high.as_ptr())] }
    }
    #[inline(always)]
    fn store(self, value: Self::Float, to: &mut Lane) {
        let (low, high) = to.0.split_at_mut(4);
        unsafe {
            _mm256_store_pd(low.as_mut_ptr(), value[0]);
            _mm256_store_pd(high.as_mut_ptr(), value[1]);
        }
    }
    #[inline(always)]
    fn splat_word(self, value: u64) -> Self::Word {
        unsafe { [_mm256_set1_epi64x(value.cast_signed()); 2] }
    }
    #[inline(always)]
    fn load_words(self, from: &Words) -> Self::Word {
        let (low, high) = from.0.split_at(4);
        unsafe { [_mm256_load_si256(low.as_ptr().cast()), _mm256_load_si256(high.as_ptr().cast())] }
    }
    #[inline(always)]
    fn store_words(self, value: Self::Word, to: &mut Words) {
        let (low, high) = to.0.split_at_mut(4);
        unsafe {
            _mm256_store_si256(low.as_mut_ptr().cast(), value[0]);
            _mm256_store_si256(high.as_mut_ptr().cast(), value[1]);
        }
    }
    #[inline(always)]
    fn shift_left<const N: u32>(self, a: Self::Word) -> Self::Word {
        unsafe { a.map(|half| _mm256_sll_epi64(half, _mm_cvtsi32_si128(N.cast_signed()))) }
    }
    #[inline(always)]
    fn shift_right<const N: u32>(self, a: Self::Word) -> Self::Word {
        unsafe { a.map(|half| _mm256_srl_epi64(half, _mm_cvtsi32_si128(N.cast_signed()))) }
    }
    #[inline(always)]
    fn rotate_left<const N: u32>(self, a: Self::Word) -> Self::Word {
        unsafe {
            let (left, right) =
                (_mm_cvtsi32_si128(N.cast_signed()), _mm_cvtsi32_si128(64 - N.cast_signed()));
            let rotate =
                |half| _mm256_or_si256(_mm256_sll_epi64(half, left), _mm256_srl_epi64(half, right));
            [rotate(a[0]), rotate(a[1])]
        }
    }
    #[inline(always)]
    fn convert(self, a: Self::Word) -> Self::Float {
        // 2^84 + high 2^32 and 2^52 + low are exact; their sum without the offsets is rounded
        // once.
        const HIGH: u64 = 0x4530_0000_0000_0000;
        const LOW: u64 = 0x4330_0000_0000_0000;
        let offset = self.splat(f64::from_bits(HIGH) + f64::from_bits(LOW));
        let high = self.or(self.shift_right::<32>(a), self.splat_word(HIGH));
        let low = self.shift_right::<32>(self.shift_left::<32>(a));
        let low = self.or(low, self.splat_word(LOW));
        self.add(self.sub(self.as_float(high), offset), self.as_float(low))
    }
    #[inline(always)]
    fn choose(self, choice: Self::Word, yes: Self::Float, no: Self::Float) -> Self::Float {
        // The blend looks at the highest bit.
        let mask = self.as_float(self.shift_left::<63>(choice));
        unsafe {
            [_mm256_blendv_pd(no[0], yes[0], mask[0]), _mm256_blendv_pd(no[1], yes[1], mask[1])]
        }
    }
    #[inline(always)]
    fn all_zero(self, a: Self::Word) -> bool {
        unsafe {
            let both = _mm256_or_si256(a[0], a[1]);
            _mm256_testz_si256(both, both) == 1
        }
    }
}
