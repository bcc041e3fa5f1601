//! A graph compiled for repeated evaluation on samples.
//!
//! What does not depend on noise is computed once; the rest is a straight line of kernels over
//! buffers that are laid out once, eight samples at a time. Nothing is allocated for a sample.
//!
//! Large random letters (a context) cost far more to draw than small ones (a task, a query). So one
//! draw of the large letters serves several draws of the small ones, and the mean over those is
//! the sample: independent of the next one, unbiased as before, and much less variable.

use super::environment::FloatEnvironment;
use super::error::FloatError;
use super::graph::{Extent, Graph, NodeId, Operation};
use super::lane::{self, Fixed, LANES, Lane, Layout, Sampled, Source};
use super::value::Values;
use std::sync::Arc;

/// A compiled graph.
pub(crate) struct Program {
    graph: Graph,
    outputs: Vec<NodeId>,
    /// Nodes without noise that depend on no moving letter, and those that do.
    constant: Vec<NodeId>,
    moving: Vec<NodeId>,
    /// Sampled nodes that need a kernel, in order: those of the large letters alone, and those
    /// that are repeated for every draw of the small letters.
    outer_steps: Vec<NodeId>,
    inner_steps: Vec<NodeId>,
    repeats: usize,
    views: Vec<Option<View>>,
    fixed_entries: usize,
    /// Noise of the large letters lies in front, then that of the small ones.
    outer_noise: usize,
    noise: usize,
    sampled_entries: usize,
}

/// Where the value of a node lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct View {
    place: Place,
    layout: Layout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Offset into the fixed values.
    Fixed(usize),
    /// Offset into the buffer of lanes; noise comes first.
    Sampled(usize),
}

/// The values of a program that are the same for all samples.
#[derive(Clone)]
pub(crate) struct FixedValues {
    values: Values,
    entries: Vec<f64>,
}

/// The buffers of one worker.
pub(crate) struct Workspace {
    lanes: Vec<Lane>,
    outputs: Vec<Lane>,
}

/// Applies a kernel to two operands, each fixed or sampled.
macro_rules! with_sources {
    ($fixed:expr, $before:expr, $a:expr, $b:expr, |$x:ident, $y:ident| $kernel:expr) => {
        match ($a.place, $b.place) {
            (Place::Fixed(p), Place::Fixed(q)) => {
                let ($x, $y) = (Fixed(&$fixed[p..], $a.layout), Fixed(&$fixed[q..], $b.layout));
                $kernel
            }
            (Place::Fixed(p), Place::Sampled(q)) => {
                let ($x, $y) = (Fixed(&$fixed[p..], $a.layout), Sampled(&$before[q..], $b.layout));
                $kernel
            }
            (Place::Sampled(p), Place::Fixed(q)) => {
                let ($x, $y) = (Sampled(&$before[p..], $a.layout), Fixed(&$fixed[q..], $b.layout));
                $kernel
            }
            (Place::Sampled(p), Place::Sampled(q)) => {
                let ($x, $y) =
                    (Sampled(&$before[p..], $a.layout), Sampled(&$before[q..], $b.layout));
                $kernel
            }
        }
    };
}

/// What a node depends on.
#[derive(Clone, Copy, Debug, Default)]
struct Uses {
    sampled: bool,
    small_noise: bool,
    moving: bool,
}

impl Uses {
    fn union(self, other: Self) -> Self {
        Self {
            sampled: self.sampled || other.sampled,
            small_noise: self.small_noise || other.small_noise,
            moving: self.moving || other.moving,
        }
    }
}

impl Program {
    /// Compiles the nodes `outputs` of `graph`. The values of the letters `moving` may change
    /// between runs ([`Self::update`]).
    ///
    /// # Errors
    /// [`FloatError::RandomArgument`] if a matrix function is applied to a sampled value,
    /// [`FloatError::TooLarge`] if the buffers would not fit into memory.
    pub(crate) fn compile(
        graph: Graph,
        outputs: Vec<NodeId>,
        moving: &[Arc<str>],
    ) -> Result<Self, FloatError> {
        let needed = graph.needed(&outputs);
        let mut program = Self {
            views: vec![None; graph.len()],
            graph,
            outputs,
            constant: Vec::new(),
            moving: Vec::new(),
            outer_steps: Vec::new(),
            inner_steps: Vec::new(),
            repeats: 1,
            fixed_entries: 0,
            outer_noise: 0,
            noise: 0,
            sampled_entries: 0,
        };
        let mut uses = vec![Uses::default(); program.graph.len()];
        program.place_noise(&needed, &mut uses);
        for &node in &needed {
            let operation = program.graph.operation(node);
            if matches!(operation, Operation::Noise { .. }) {
                continue;
            }
            let mut use_of_node = operation
                .arguments()
                .fold(Uses::default(), |all, argument| all.union(uses[argument.0]));
            if let Operation::Letter(name) = operation {
                use_of_node.moving = moving.contains(name);
            }
            uses[node.0] = use_of_node;
            program.place(node, use_of_node)?;
            // 2^24 lanes are a gigabyte.
            if program.sampled_entries.max(program.fixed_entries) > 1 << 24 {
                return Err(FloatError::TooLarge { what: "its matrices do not fit into memory" });
            }
        }
        program.repeats = program.repetitions();
        Ok(program)
    }

    /// Places the noise, that of the large letters first: those above the geometric mean of the
    /// largest and the smallest number of entries.
    fn place_noise(&mut self, needed: &[NodeId], uses: &mut [Uses]) {
        let noise: Vec<(NodeId, Extent)> = needed
            .iter()
            .filter(|&&node| matches!(self.graph.operation(node), Operation::Noise { .. }))
            .map(|&node| (node, self.graph.extent(node)))
            .collect();
        let entries = || noise.iter().map(|(_, extent)| extent.entries());
        let bound = entries().max().unwrap_or(0) * entries().min().unwrap_or(0);
        let is_large = |extent: Extent| extent.entries().pow(2) > bound;
        for large in [true, false] {
            for &(node, extent) in noise.iter().filter(|&&(_, extent)| is_large(extent) == large) {
                uses[node.0] = Uses { sampled: true, small_noise: !large, moving: false };
                self.place_sampled(node, extent);
            }
            if large {
                self.outer_noise = self.sampled_entries;
            }
        }
        self.noise = self.sampled_entries;
    }

    fn place(&mut self, node: NodeId, uses: Uses) -> Result<(), FloatError> {
        let extent = self.graph.extent(node);
        match *self.graph.operation(node) {
            _ if !uses.sampled => {
                let list = if uses.moving { &mut self.moving } else { &mut self.constant };
                list.push(node);
                let place = Place::Fixed(self.fixed_entries);
                self.views[node.0] =
                    Some(View { place, layout: Layout::row_major(extent.columns) });
                self.fixed_entries += extent.entries();
            }
            Operation::Alias { of, .. } => self.views[node.0] = self.views[of.0],
            Operation::Transpose(of) => {
                let of = self.view(of);
                let layout = of.layout.transposed();
                self.views[node.0] = Some(View { place: of.place, layout });
            }
            _ => {
                self.check(node)?;
                let list =
                    if uses.small_noise { &mut self.inner_steps } else { &mut self.outer_steps };
                list.push(node);
                self.place_sampled(node, extent);
            }
        }
        Ok(())
    }

    /// How many draws of the small letters one draw of the large letters serves. With costs c and
    /// C of one draw and variances v within and V between, the best number is
    /// sqrt((C/c) (v/V)); v/V is not known, 16 is a typical value for squared prediction errors.
    fn repetitions(&self) -> usize {
        if self.outer_noise == 0 || self.outer_noise == self.noise {
            return 1;
        }
        let cost = |noise: usize, steps: &[NodeId]| {
            // A normal costs about as much as sixteen lane operations.
            16 * noise + steps.iter().map(|&node| self.operations(node)).sum::<usize>()
        };
        let outer = cost(self.outer_noise, &self.outer_steps) as f64;
        let inner = cost(self.noise - self.outer_noise, &self.inner_steps) as f64;
        (4.0 * (outer / inner).sqrt()).round().clamp(1.0, 64.0) as usize
    }

    /// Work of one sample in multiplications; a normal counts as sixteen.
    pub(crate) fn cost(&self) -> u64 {
        let steps =
            |steps: &[NodeId]| steps.iter().map(|&node| self.operations(node)).sum::<usize>();
        let outer = 16 * self.outer_noise + steps(&self.outer_steps);
        let inner = 16 * (self.noise - self.outer_noise) + steps(&self.inner_steps);
        (outer + self.repeats * (inner + self.output_entries())).max(1) as u64
    }

    /// Multiplications of one evaluation of a node.
    fn operations(&self, node: NodeId) -> usize {
        match *self.graph.operation(node) {
            Operation::Product(a, _) => {
                self.graph.extent(node).entries() * self.graph.extent(a).columns
            }
            Operation::Inner(a, _) => self.graph.extent(a).entries(),
            _ => self.graph.extent(node).entries(),
        }
    }

    fn place_sampled(&mut self, node: NodeId, extent: Extent) {
        let place = Place::Sampled(self.sampled_entries);
        self.views[node.0] = Some(View { place, layout: Layout::row_major(extent.columns) });
        self.sampled_entries += extent.entries();
    }

    /// Whether a kernel exists for a sampled node.
    fn check(&self, node: NodeId) -> Result<(), FloatError> {
        let scalar = self.graph.extent(node) == Extent::SCALAR;
        let what = match self.graph.operation(node) {
            Operation::Inverse(_) if !scalar => "an inverse",
            Operation::Power(..) if !scalar => "a root",
            Operation::Factor(_) => "a law",
            Operation::OperatorNorm(_) => "`opnorm`",
            Operation::SmallestEigenvalue(_) => "`eigmin`",
            Operation::LargestEigenvalue(_) => "`eigmax`",
            _ => return Ok(()),
        };
        Err(FloatError::RandomArgument { what })
    }

    fn view(&self, node: NodeId) -> View {
        self.views[node.0].expect("needed nodes have a place; this is a bug")
    }

    /// Draws of the small random letters in one sample.
    pub(crate) fn repeats(&self) -> usize {
        self.repeats
    }

    /// Entries of all outputs of one sample.
    pub(crate) fn output_entries(&self) -> usize {
        self.outputs.iter().map(|&output| self.graph.extent(output).entries()).sum()
    }

    /// Whether every output is a value without noise.
    pub(crate) fn is_deterministic(&self) -> bool {
        self.outputs.iter().all(|&output| matches!(self.view(output).place, Place::Fixed(_)))
    }

    /// The values that are the same for all samples.
    ///
    /// # Errors
    /// A missing letter, a singular matrix, an argument outside a domain.
    pub(crate) fn prepare(
        &self,
        environment: &FloatEnvironment,
    ) -> Result<FixedValues, FloatError> {
        let mut fixed = FixedValues {
            values: vec![None; self.graph.len()],
            entries: vec![0.0; self.fixed_entries],
        };
        self.refresh(&mut fixed, &self.constant, environment)?;
        self.refresh(&mut fixed, &self.moving, environment)?;
        Ok(fixed)
    }

    /// New values of the moving letters.
    ///
    /// # Errors
    /// Those of [`Self::prepare`].
    pub(crate) fn update(
        &self,
        fixed: &mut FixedValues,
        environment: &FloatEnvironment,
    ) -> Result<(), FloatError> {
        self.refresh(fixed, &self.moving, environment)
    }

    fn refresh(
        &self,
        fixed: &mut FixedValues,
        nodes: &[NodeId],
        environment: &FloatEnvironment,
    ) -> Result<(), FloatError> {
        for &node in nodes {
            let value = self.graph.value(node, &fixed.values, environment)?;
            super::dense::finite(value.as_ref())?;
            let View { place: Place::Fixed(offset), layout } = self.view(node) else {
                unreachable!("nodes without noise are fixed; this is a bug")
            };
            for row in 0..value.nrows() {
                for column in 0..value.ncols() {
                    fixed.entries[offset + layout.index(row, column)] = value[(row, column)];
                }
            }
            fixed.values[node.0] = Some(value);
        }
        Ok(())
    }

    /// Buffers for one worker.
    pub(crate) fn workspace(&self) -> Workspace {
        Workspace {
            lanes: vec![[0.0; LANES]; self.sampled_entries],
            outputs: vec![[0.0; LANES]; self.output_entries()],
        }
    }

    /// Evaluates eight independent samples of all outputs, output by output and row by row. `fill`
    /// supplies standard normals.
    pub(crate) fn run<'workspace>(
        &self,
        fixed: &FixedValues,
        workspace: &'workspace mut Workspace,
        mut fill: impl FnMut(&mut [f64]),
    ) -> &'workspace [Lane] {
        let Workspace { lanes, outputs } = workspace;
        fill(lanes[..self.outer_noise].as_flattened_mut());
        for &node in &self.outer_steps {
            self.step(node, &fixed.entries, lanes);
        }
        outputs.fill([0.0; LANES]);
        for _ in 0..self.repeats {
            fill(lanes[self.outer_noise..self.noise].as_flattened_mut());
            for &node in &self.inner_steps {
                self.step(node, &fixed.entries, lanes);
            }
            self.add_outputs(&fixed.entries, lanes, outputs);
        }
        let share = 1.0 / self.repeats as f64;
        outputs.as_flattened_mut().iter_mut().for_each(|entry| *entry *= share);
        outputs
    }

    fn add_outputs(&self, fixed: &[f64], lanes: &[Lane], sums: &mut [Lane]) {
        let mut sums = sums.iter_mut();
        for &output in &self.outputs {
            let Extent { rows, columns } = self.graph.extent(output);
            let view = self.view(output);
            for row in 0..rows {
                for (column, sum) in (0..columns).zip(&mut sums) {
                    let value =
                        with_sources!(fixed, lanes, view, view, |a, _same| a.at(row, column));
                    *sum = lane::zip(*sum, value, |x, y| x + y);
                }
            }
        }
    }

    fn step(&self, node: NodeId, fixed: &[f64], lanes: &mut [Lane]) {
        let Extent { rows, columns } = self.graph.extent(node);
        let View { place: Place::Sampled(offset), .. } = self.view(node) else {
            unreachable!("steps compute sampled values; this is a bug")
        };
        let (before, out) = lanes.split_at_mut(offset);
        let out = &mut out[..rows * columns];
        let scalar = |argument: NodeId| {
            let view = self.view(argument);
            with_sources!(fixed, before, view, view, |a, _same| a.at(0, 0))
        };
        match *self.graph.operation(node) {
            Operation::Add(a, b) => {
                let (a, b) = (self.view(a), self.view(b));
                with_sources!(fixed, before, a, b, |a, b| lane::add(a, b, columns, out));
            }
            Operation::Scale(s, a) => {
                let (s, a) = (self.view(s), self.view(a));
                with_sources!(fixed, before, s, a, |s, a| lane::scale(s, a, columns, out));
            }
            Operation::Product(a, b) => {
                let inner = self.graph.extent(a).columns;
                let (a, b) = (self.view(a), self.view(b));
                let is_gram = a.place == b.place && a.layout == b.layout.transposed();
                with_sources!(fixed, before, a, b, |a, b| if is_gram {
                    lane::gram(a, b, inner, columns, out);
                } else {
                    lane::product(a, b, inner, columns, out);
                });
            }
            Operation::Trace(a) => {
                let size = self.graph.extent(a).rows;
                let a = self.view(a);
                out[0] = with_sources!(fixed, before, a, a, |a, _same| lane::trace(a, size));
            }
            Operation::Inner(a, b) => {
                let Extent { rows, columns } = self.graph.extent(a);
                let (a, b) = (self.view(a), self.view(b));
                out[0] =
                    with_sources!(fixed, before, a, b, |a, b| lane::inner(a, b, rows, columns));
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
