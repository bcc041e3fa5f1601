//! Exact averages over the Haar measure of the orthogonal group, and over the sequences
//! `s_{t+1} = W s_t + e_t` that start from it: what one layer of linear self-attention can reach.

mod ladder;
mod pairing;
mod state_moments;
mod step;
mod trace;

pub use ladder::{Combination, Feature, FeatureLadder, best_combination, feature_ladder};
pub use state_moments::StateMoments;
pub use step::{GradientStep, bayes_floor, gradient_step};
pub use trace::trace_moment;

#[cfg(test)]
mod tests_haar;
