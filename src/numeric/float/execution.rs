//! A compiled program run on eight samples.

use super::graph::{Extent, NodeId, Operation};
use super::lane::{self, Fixed, Sampled, Source};
use super::program::{FixedValues, Place, Program, Term, View, Workspace};
use crate::data::{LANES, Lane, Machine, Normals, Work, dispatch};

/// Applies a kernel to an operand, fixed or sampled.
macro_rules! with_source {
    ($operands:expr, $a:expr, |$x:ident| $kernel:expr) => {{
        let (operands, a): (Operands<'_>, View) = ($operands, $a);
        match a.place {
            Place::Fixed(p) => {
                let $x = Fixed(&operands.fixed[p..], a.layout);
                $kernel
            }
            Place::Sampled(p) => {
                let $x = Sampled(&operands.lanes[p..], a.layout);
                $kernel
            }
        }
    }};
}

/// Applies a kernel to two operands.
macro_rules! with_sources {
    ($operands:expr, $a:expr, $b:expr, |$x:ident, $y:ident| $kernel:expr) => {
        with_source!($operands, $a, |$x| with_source!($operands, $b, |$y| $kernel))
    };
}

/// Where operands lie.
#[derive(Clone, Copy)]
struct Operands<'a> {
    fixed: &'a [f64],
    lanes: &'a [Lane],
}

impl Program {
    /// Evaluates eight independent samples of all outputs, output by output and row by row, from
    /// the normals of `source`.
    pub(crate) fn run<'workspace>(
        &self,
        fixed: &FixedValues,
        workspace: &'workspace mut Workspace,
        source: &mut Normals,
    ) -> &'workspace [Lane] {
        self.add_up(fixed, workspace, source, 1);
        let share = 1.0 / self.repeats() as f64;
        let entries = workspace.outputs.iter_mut().flat_map(|lane| &mut lane.0);
        entries.for_each(|entry| *entry *= share);
        &workspace.outputs
    }

    /// Overwrites `means` with the means of all outputs over `groups` times eight samples.
    pub(crate) fn mean(
        &self,
        fixed: &FixedValues,
        workspace: &mut Workspace,
        source: &mut Normals,
        groups: u64,
        means: &mut [f64],
    ) {
        self.add_up(fixed, workspace, source, groups);
        let share = 1.0 / (groups * (LANES * self.repeats()) as u64) as f64;
        for (mean, lane) in means.iter_mut().zip(&workspace.outputs) {
            *mean = share * lane.0.iter().sum::<f64>();
        }
    }

    fn add_up(
        &self,
        fixed: &FixedValues,
        workspace: &mut Workspace,
        source: &mut Normals,
        groups: u64,
    ) {
        let Workspace { lanes, outputs } = workspace;
        outputs.fill(Lane::default());
        dispatch(Samples { program: self, fixed: &fixed.entries, lanes, outputs, source, groups });
    }
}

/// Samples that are added up in the outputs.
struct Samples<'a> {
    program: &'a Program,
    fixed: &'a [f64],
    lanes: &'a mut [Lane],
    outputs: &'a mut [Lane],
    source: &'a mut Normals,
    groups: u64,
}

impl Work for Samples<'_> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self, m: M) {
        let Self { program, fixed, lanes, outputs, source, groups } = self;
        let noise = program.noise_of_large_letters();
        for _ in 0..groups {
            source.normals(m, &mut lanes[..noise]);
            steps(m, program, program.outer_steps(), fixed, lanes);
            for _ in 0..program.repeats() {
                source.normals(m, &mut lanes[noise..program.noise()]);
                steps(m, program, program.inner_steps(), fixed, lanes);
                add_outputs(m, program, Operands { fixed, lanes }, outputs);
            }
        }
    }
}

/// Adds the outputs to their sums.
#[inline(always)]
fn add_outputs<M: Machine>(m: M, program: &Program, from: Operands<'_>, mut sums: &mut [Lane]) {
    for output in program.outputs() {
        let columns = output.extent.columns;
        let (out, rest) = sums.split_at_mut(output.extent.entries());
        for term in &output.terms {
            match *term {
                Term::Value(node) => {
                    let view = program.view(node);
                    with_source!(from, view, |a| lane::accumulate(m, a, columns, out));
                }
                Term::Product { factor, left, right, inner } => {
                    let factor = with_source!(from, program.view(factor), |s| s.at(m, 0, 0));
                    let (a, b) = (program.view(left), program.view(right));
                    with_sources!(from, a, b, |a, b| {
                        lane::add_product(m, factor, (a, b), inner, columns, out);
                    });
                }
            }
        }
        sums = rest;
    }
}

#[inline(always)]
fn steps<M: Machine>(m: M, program: &Program, nodes: &[NodeId], fixed: &[f64], lanes: &mut [Lane]) {
    for &node in nodes {
        let Extent { rows, columns } = program.graph().extent(node);
        let View { place: Place::Sampled(offset), .. } = program.view(node) else {
            unreachable!("steps compute sampled values; this is a bug")
        };
        let (before, out) = lanes.split_at_mut(offset);
        let (from, out) = (Operands { fixed, lanes: before }, &mut out[..rows * columns]);
        let scalar = |argument: NodeId| -> Lane {
            match program.view(argument) {
                View { place: Place::Fixed(offset), .. } => Lane::splat(from.fixed[offset]),
                View { place: Place::Sampled(offset), .. } => from.lanes[offset],
            }
        };
        let view = |argument: NodeId| program.view(argument);
        match *program.graph().operation(node) {
            Operation::Add(a, b) => {
                with_sources!(from, view(a), view(b), |a, b| lane::add(m, a, b, columns, out));
            }
            Operation::Scale(s, a) => {
                with_sources!(from, view(s), view(a), |s, a| lane::scale(m, s, a, columns, out));
            }
            Operation::Product(a, b) => {
                let inner = program.graph().extent(a).columns;
                let (a, b) = (view(a), view(b));
                if a.place == b.place && a.layout == b.layout.transposed() {
                    with_source!(from, a, |a| lane::gram(m, a, inner, columns, out));
                } else {
                    with_sources!(from, a, b, |a, b| {
                        lane::product(m, (a, b), inner, columns, out);
                    });
                }
            }
            Operation::Trace(a) => {
                let size = program.graph().extent(a).rows;
                with_source!(from, view(a), |a| out[0] = lane::trace(m, a, size));
            }
            Operation::Inner(a, b) => {
                let Extent { rows, columns } = program.graph().extent(a);
                with_sources!(from, view(a), view(b), |a, b| {
                    out[0] = lane::inner(m, a, b, rows, columns);
                });
            }
            Operation::Inverse(a) => out[0] = lane::map(scalar(a), |value| 1.0 / value),
            Operation::Power(a, numerator, denominator) => {
                let exponent = f64::from(numerator) / f64::from(denominator);
                out[0] = lane::map(scalar(a), |value| value.powf(exponent));
            }
            Operation::Exponential(a) => out[0] = lane::map(scalar(a), f64::exp),
            Operation::Logarithm(a) => out[0] = lane::map(scalar(a), f64::ln),
            Operation::Minimum(a, b) => out[0] = lane::zip(scalar(a), scalar(b), f64::min),
            Operation::Maximum(a, b) => out[0] = lane::zip(scalar(a), scalar(b), f64::max),
            Operation::Number(_)
            | Operation::Identity
            | Operation::Ones
            | Operation::Zero
            | Operation::Letter(_)
            | Operation::Noise { .. }
            | Operation::Alias { .. }
            | Operation::Transpose(_)
            | Operation::Factor(_)
            | Operation::OperatorNorm(_)
            | Operation::SmallestEigenvalue(_)
            | Operation::LargestEigenvalue(_) => {
                unreachable!("no kernel was compiled for this operation; this is a bug")
            }
        }
    }
}
