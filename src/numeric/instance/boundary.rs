//! Instances on the boundary of the hypotheses of a bound, where it has the least room.

use super::draw::ratio;
use super::{Instance, RationalMatrix};
use crate::claim::{Claim, Hypothesis, Letter, Node, Proposition};
use dashu_ratio::RBig;
use std::sync::Arc;

/// For every hypothesis `Lambda >= m` of a bound, of two letters that the author did not list, the
/// instance with `Lambda = m I`, and with eigenvalues `m, 2m, 3m, ...`, at a small, a middle and a
/// large m. Other hypotheses and rules may fail there: exact evidence then says so.
pub fn on_the_boundary(claim: &Claim, at: &Instance) -> Vec<Instance> {
    let Proposition::Bound { given, .. } = &claim.proposition else { return Vec::new() };
    given
        .iter()
        .filter_map(smallest_eigenvalue)
        .flat_map(|(matrix, least)| along(at, matrix, least))
        .collect()
}

/// The letters of `Lambda >= m` or `m <= Lambda`.
fn smallest_eigenvalue(hypothesis: &Hypothesis) -> Option<(&Arc<Letter>, &Arc<Letter>)> {
    let (larger, smaller) = hypothesis.larger_first();
    let (Node::Letter(matrix), Node::Letter(least)) = (&*larger.node, &*smaller.node) else {
        return None;
    };
    (!matrix.shape.is_scalar() && least.shape.is_scalar()).then_some((matrix, least))
}

fn along(at: &Instance, matrix: &Letter, least: &Letter) -> Vec<Instance> {
    let listed = |letter: &Letter| at.listed.contains(&letter.name);
    let Some(value) = at.values.get(&matrix.name).filter(|_| !listed(matrix) && !listed(least))
    else {
        return Vec::new();
    };
    let size = value.rows;
    let scales = [ratio(1, 8), ratio(1, 1), ratio(8, 1)];
    let diagonal = |scale: &RBig, steps: bool| {
        let entry = |i: usize, j: usize| match (i == j, steps) {
            (false, _) => RBig::ZERO,
            (true, false) => scale.clone(),
            (true, true) => scale * RBig::from(i + 1),
        };
        let mut instance = at.clone();
        instance.values.insert(matrix.name.clone(), RationalMatrix::from_fn(size, size, entry));
        instance.values.insert(least.name.clone(), RationalMatrix::scalar(scale.clone()));
        instance
    };
    let both = |scale: &RBig| [diagonal(scale, false), diagonal(scale, true)];
    scales.iter().flat_map(both).collect()
}
