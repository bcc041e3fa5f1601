//! Eight numbers side by side on the machine at hand: portable code, AVX2 and AVX-512 in turn.
//!
//! Kernels are written once, over [`Machine`], and get the same bits from all three: every
//! operation is rounded once as IEEE 754 says, a multiply-add included. Closures that call a machine
//! are avoided: they may be compiled apart from the kernel, without its instructions.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

use portable::Portable;

/// Numbers side by side.
pub(crate) const LANES: usize = 8;

/// One number for each of eight pieces of work, on one cache line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub struct Lane(pub [f64; 8]);

impl Lane {
    /// The same number eight times.
    pub const fn splat(value: f64) -> Self {
        Self([value; LANES])
    }
}

/// Eight words of 64 bits on one cache line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Words(pub(crate) [u64; LANES]);

/// The operations of a machine on eight numbers. All are lane by lane and exactly rounded.
pub(crate) trait Machine: Copy {
    /// Eight numbers.
    type Float: Copy;
    /// Eight words of 64 bits.
    type Word: Copy;

    fn splat(self, value: f64) -> Self::Float;
    fn load(self, from: &Lane) -> Self::Float;
    fn store(self, value: Self::Float, to: &mut Lane);
    fn add(self, a: Self::Float, b: Self::Float) -> Self::Float;
    fn sub(self, a: Self::Float, b: Self::Float) -> Self::Float;
    fn mul(self, a: Self::Float, b: Self::Float) -> Self::Float;
    fn div(self, a: Self::Float, b: Self::Float) -> Self::Float;
    fn sqrt(self, a: Self::Float) -> Self::Float;
    /// `a b + c`, rounded once.
    fn mul_add(self, a: Self::Float, b: Self::Float, c: Self::Float) -> Self::Float;

    fn splat_word(self, value: u64) -> Self::Word;
    fn load_words(self, from: &Words) -> Self::Word;
    fn store_words(self, value: Self::Word, to: &mut Words);
    fn add_words(self, a: Self::Word, b: Self::Word) -> Self::Word;
    fn xor(self, a: Self::Word, b: Self::Word) -> Self::Word;
    fn or(self, a: Self::Word, b: Self::Word) -> Self::Word;
    fn and(self, a: Self::Word, b: Self::Word) -> Self::Word;
    fn shift_left<const N: u32>(self, a: Self::Word) -> Self::Word;
    fn shift_right<const N: u32>(self, a: Self::Word) -> Self::Word;
    fn rotate_left<const N: u32>(self, a: Self::Word) -> Self::Word;
    /// The numbers with these bits.
    fn as_float(self, a: Self::Word) -> Self::Float;
    /// The bits of these numbers.
    fn as_word(self, a: Self::Float) -> Self::Word;
    /// The nearest numbers to these unsigned integers.
    fn convert(self, a: Self::Word) -> Self::Float;
    /// `yes` in the lanes whose lowest bit of `choice` is set, `no` in the others.
    fn choose(self, choice: Self::Word, yes: Self::Float, no: Self::Float) -> Self::Float;
    fn all_zero(self, a: Self::Word) -> bool;
}

/// Work that runs on any machine.
pub(crate) trait Work {
    /// What comes of it.
    type Output;

    /// Does it. Implementations are `#[inline(always)]`, and so is all they call in their loops:
    /// only then is it compiled for the machine.
    fn run<M: Machine>(self, machine: M) -> Self::Output;
}

/// Does the work on the best machine that this processor has.
pub(crate) fn dispatch<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(machine) = x86::Avx512::detect() {
            return machine.dispatch(work);
        }
        if let Some(machine) = x86::Avx2::detect() {
            return machine.dispatch(work);
        }
    }
    work.run(Portable)
}

/// Does the work on every machine that this processor has.
#[cfg(test)]
pub(crate) fn on_every_machine<W: Work + Clone>(work: &W) -> Vec<W::Output> {
    let mut all = vec![work.clone().run(Portable)];
    #[cfg(target_arch = "x86_64")]
    {
        all.extend(x86::Avx2::detect().map(|machine| machine.dispatch(work.clone())));
        all.extend(x86::Avx512::detect().map(|machine| machine.dispatch(work.clone())));
    }
    all
}
