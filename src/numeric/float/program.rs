//! A graph compiled for repeated evaluation on samples.
//!
//! What does not depend on noise is computed once; the rest is a straight line of
//! [kernels](super::execution) over buffers that are laid out once, eight samples at a time.
//!
//! Large random letters (a context) cost far more to draw than small ones (a task, a query). So one
//! draw of the large letters serves several draws of the small ones, and the mean over those is
//! the sample: independent of the next one, unbiased as before, and much less variable.

use super::environment::FloatEnvironment;
use super::error::FloatError;
use super::graph::{Extent, Graph, NodeId, Operation};
use super::lane::Layout;
use super::value::Values;
use crate::data::Lane;
use std::sync::Arc;

/// A compiled graph.
pub(crate) struct Program {
    graph: Graph,
    outputs: Vec<Output>,
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

/// An output, of which a sum over samples is kept: a sum of terms.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub(super) terms: Vec<Term>,
    pub(super) extent: Extent,
}

/// What is added to an output.
#[derive(Clone, Copy, Debug)]
pub(super) enum Term {
    /// The value of a node.
    Value(NodeId),
    /// The product of two nodes, `inner` columns by as many rows, times a scalar. The outer products
    /// of a gradient are such: most of its entries, and none of them is needed by itself.
    Product { factor: NodeId, left: NodeId, right: NodeId, inner: usize },
}

/// Where the value of a node lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) place: Place,
    pub(super) layout: Layout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Offset into the fixed values.
    Fixed(usize),
    /// Offset into the buffer of lanes; noise comes first.
    Sampled(usize),
}

/// The values of a program that are the same for all samples.
#[derive(Clone)]
pub(crate) struct FixedValues {
    values: Values,
    pub(super) entries: Vec<f64>,
}

/// The buffers of one worker.
pub(crate) struct Workspace {
    pub(super) lanes: Vec<Lane>,
    pub(super) outputs: Vec<Lane>,
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
        mut graph: Graph,
        outputs: Vec<NodeId>,
        moving: &[Arc<str>],
    ) -> Result<Self, FloatError> {
        let one = graph.number(1.0);
        let outputs = as_terms(&graph, &outputs, one);
        let used: Vec<NodeId> = outputs.iter().flat_map(Output::arguments).collect();
        let needed = graph.needed(&used);
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
        let sums: usize = self.outputs.iter().map(Output::operations).sum();
        let inner = (cost(self.noise - self.outer_noise, &self.inner_steps) + sums) as f64;
        (4.0 * (outer / inner).sqrt()).round().clamp(1.0, 64.0) as usize
    }

    /// Work of one sample in multiplications; a normal counts as sixteen.
    pub(crate) fn cost(&self) -> u64 {
        let steps =
            |steps: &[NodeId]| steps.iter().map(|&node| self.operations(node)).sum::<usize>();
        let outer = 16 * self.outer_noise + steps(&self.outer_steps);
        let inner = 16 * (self.noise - self.outer_noise) + steps(&self.inner_steps);
        let sums: usize = self.outputs.iter().map(Output::operations).sum();
        (outer + self.repeats * (inner + sums)).max(1) as u64
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

    pub(super) fn view(&self, node: NodeId) -> View {
        self.views[node.0].expect("needed nodes have a place; this is a bug")
    }

    pub(super) fn graph(&self) -> &Graph {
        &self.graph
    }

    pub(super) fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    pub(super) fn outer_steps(&self) -> &[NodeId] {
        &self.outer_steps
    }

    pub(super) fn inner_steps(&self) -> &[NodeId] {
        &self.inner_steps
    }

    /// Entries of the noise of the large letters, which lies in front.
    pub(super) fn noise_of_large_letters(&self) -> usize {
        self.outer_noise
    }

    /// Entries of all noise.
    pub(super) fn noise(&self) -> usize {
        self.noise
    }

    /// Draws of the small random letters in one sample.
    pub(crate) fn repeats(&self) -> usize {
        self.repeats
    }

    /// Columns of the first output.
    pub(crate) fn output_columns(&self) -> usize {
        self.outputs.first().map_or(1, |output| output.extent.columns)
    }

    /// Entries of all outputs of one sample.
    pub(crate) fn output_entries(&self) -> usize {
        self.outputs.iter().map(|output| output.extent.entries()).sum()
    }

    /// Whether every output is a value without noise.
    pub(crate) fn is_deterministic(&self) -> bool {
        let fixed = |node: NodeId| matches!(self.view(node).place, Place::Fixed(_));
        self.outputs.iter().flat_map(Output::arguments).all(fixed)
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
            lanes: vec![Lane::default(); self.sampled_entries],
            outputs: vec![Lane::default(); self.output_entries()],
        }
    }
}

impl Output {
    fn arguments(&self) -> impl Iterator<Item = NodeId> {
        self.terms.iter().flat_map(|term| match *term {
            Term::Value(node) => vec![node],
            Term::Product { factor, left, right, .. } => vec![factor, left, right],
        })
    }

    /// Multiplications and additions of one sample.
    fn operations(&self) -> usize {
        let operations = |term: &Term| match term {
            Term::Value(_) => self.extent.entries(),
            Term::Product { inner, .. } => inner * self.extent.entries(),
        };
        self.terms.iter().map(operations).sum()
    }
}

/// The terms of outputs: sums and products in them that nothing else uses need no place of their own;
/// `one` is the number.
fn as_terms(graph: &Graph, outputs: &[NodeId], one: NodeId) -> Vec<Output> {
    let mut uses = vec![0; graph.len()];
    let inside = graph.needed(outputs);
    let arguments = inside.iter().flat_map(|&node| graph.operation(node).arguments());
    arguments.chain(outputs.iter().copied()).for_each(|node| uses[node.0] += 1);
    let product = |node: NodeId, factor: NodeId| match *graph.operation(node) {
        Operation::Product(left, right) if uses[node.0] == 1 => {
            let inner = graph.extent(left).columns;
            Some(Term::Product { factor, left, right, inner })
        }
        _ => None,
    };
    let terms = |output: NodeId| {
        let (mut terms, mut waiting) = (Vec::new(), vec![output]);
        while let Some(node) = waiting.pop() {
            let product = match *graph.operation(node) {
                Operation::Add(a, b) if uses[node.0] == 1 => {
                    waiting.extend([b, a]);
                    continue;
                }
                Operation::Scale(factor, of) if uses[node.0] == 1 => product(of, factor),
                _ => product(node, one),
            };
            terms.push(product.unwrap_or(Term::Value(node)));
        }
        Output { terms, extent: graph.extent(output) }
    };
    outputs.iter().map(|&output| terms(output)).collect()
}
