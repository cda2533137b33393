//! A model as tables and wires.
//!
//! Every operator that is not linear becomes a [`Table`]; the linear ones between tables become
//! [`Path`]s. A path carries at most one matrix of weights, for the weights are committed and the
//! product of two of them is no linear function of either; where a graph has two linear layers in a
//! row, a table that copies comes between.

use crate::error::LayerError;
use crate::gadget::{Activation, Clip, Entries, Gadget, Lookup};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use zklens_model::{Interval, Model, Node, NodeId, Op, Shape, Window};

/// Sides of a tensor: `[channels, height, width]`.
pub type Sides = [usize; 3];

/// A network, but for its weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circuit {
    /// The pixels first, each table after those it is wired to, the label and the bytes last.
    pub tables: Vec<Table>,
    /// Arrays of weights, in the order of [`Self::parameters`].
    pub arrays: Vec<Vec<usize>>,
}

/// Rows of one gadget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The model's node whose output this table has; for a label and for entries, the node that needs
    /// them, which for the label is one past the last.
    pub node: usize,
    /// What a row shows.
    pub gadget: Gadget,
    /// One row per cell of an image's tensor.
    pub sides: Sides,
    /// What is wired to it.
    pub operand: Option<Operand>,
}

/// A tensor as a sum of paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operand {
    /// The tensor's sides.
    pub sides: Sides,
    /// What is added up.
    pub paths: Vec<Path>,
}

/// A linear function of one table's output, written from the operand back to the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// Functions without weights.
    pub steps: Vec<Step>,
    /// A function with weights, at the table's end.
    pub weights: Option<Weighted>,
    /// The table.
    pub source: usize,
}

/// A linear function that the verifier computes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Times a number.
    Scale(i64),
    /// What lies in `channels` channels of the output from `start` on; the others are of other paths.
    Channels {
        /// First channel.
        start: usize,
        /// How many.
        count: usize,
    },
    /// `multiplier · Σ window`.
    Average {
        /// How the window slides.
        window: Window,
        /// What each sum is multiplied by.
        multiplier: i32,
        /// Height and width before.
        from: [usize; 2],
    },
}

/// A layer with weights and bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighted {
    /// Array of the weights; the bias is the next.
    pub array: usize,
    /// What it does.
    pub map: Map,
}

/// What a layer with weights does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Map {
    /// Weights `[outputs][channels][height][width]` of the source.
    Dense,
    /// Weights `[outputs][channels][rows][columns]` of the kernel, or
    /// `[outputs · channels per group][rows][columns]` if there are groups.
    Conv2d {
        /// How the kernel slides.
        window: Window,
        /// Groups of channels.
        groups: usize,
        /// Height and width of what the operand sees before the layer's steps.
        to: [usize; 2],
    },
}

/// What a node is while the graph is read.
#[derive(Clone, Debug)]
struct Value {
    /// How cells are indexed; in row-major order the node's own.
    sides: Sides,
    paths: Vec<Path>,
}

impl Value {
    fn of_table(source: usize, sides: Sides) -> Self {
        let path = Path {
            steps: Vec::new(),
            weights: None,
            source,
        };
        Self {
            sides,
            paths: Vec::from([path]),
        }
    }

    /// The table whose output this is, unchanged.
    fn source(&self) -> Option<usize> {
        match self.paths.as_slice() {
            [path] if path.steps.is_empty() && path.weights.is_none() => Some(path.source),
            _ => None,
        }
    }

    fn then(mut self, step: Step) -> Self {
        for path in &mut self.paths {
            path.steps.insert(0, step);
        }
        self
    }
}

impl Circuit {
    /// The tables and wires of `model`, whose weights only enter through bounds.
    ///
    /// # Errors
    ///
    /// The graph reshapes a tensor in a way that no wire follows.
    pub fn compile(model: &Model) -> Result<Self, LayerError> {
        let nodes = model.graph().nodes();
        let mut compiler = Compiler {
            nodes,
            consumers: consumers(nodes),
            circuit: Self {
                tables: Vec::new(),
                arrays: Vec::new(),
            },
            values: Vec::with_capacity(nodes.len()),
        };
        for (id, node) in nodes.iter().enumerate() {
            let value = compiler.node(id, node)?;
            let value = compiler.bounded(id, value);
            compiler.values.push(value);
        }
        compiler.finish()
    }

    /// Checks a circuit that comes from a file: that every wire leads somewhere, and that numbers are
    /// as small as those of any circuit that is compiled. A circuit that passes may still be of no
    /// network that anyone wants; its model id says which it is.
    ///
    /// # Errors
    ///
    /// Something does not fit.
    pub fn check(&self) -> Result<(), LayerError> {
        let (bytes, label) = (self.bytes(), self.label());
        if self.tables.len() < 3 || self.tables.len() > MOST_TABLES {
            return Err(LayerError::Malformed {
                table: self.tables.len(),
            });
        }
        for (index, table) in self.tables.iter().enumerate() {
            let place = match table.gadget {
                Gadget::Pixels => index == 0,
                Gadget::Label { .. } => index == label,
                Gadget::Bytes => index == bytes,
                Gadget::Lookup(ref lookup) => {
                    let entries = self.tables.get(lookup.entries);
                    let is_entries = |table: &Table| matches!(table.gadget, Gadget::Entries(_));
                    lookup.entries < index && entries.is_some_and(is_entries)
                }
                Gadget::Entries(ref entries) => entries.array < self.arrays.len(),
                Gadget::Activation(_) | Gadget::Clip(_) | Gadget::Copy => {
                    index != 0 && index < label
                }
            };
            if !place || !table.is_sane() || !self.is_wired(index, table) {
                return Err(LayerError::Malformed { table: index });
            }
        }
        Ok(())
    }

    /// Whether the operand is there if it has to be, and made of earlier tables.
    fn is_wired(&self, index: usize, table: &Table) -> bool {
        let Some(operand) = &table.operand else {
            return matches!(
                table.gadget,
                Gadget::Pixels | Gadget::Entries(_) | Gadget::Bytes
            );
        };
        let takes_operand = !matches!(
            table.gadget,
            Gadget::Pixels | Gadget::Entries(_) | Gadget::Bytes
        );
        let is_sane = |path: &Path| {
            let arrays = path.weights.map(|weights| weights.array);
            let exists = |array: usize| array.saturating_add(1) < self.arrays.len();
            let source = self.tables.get(path.source);
            path.source < index
                && path.steps.len() <= MOST_STEPS.saturating_add(1)
                && arrays.is_none_or(exists)
                && source.is_some_and(|source| source.gadget.is_per_image())
                && path.windows().all(is_sane_window)
        };
        let [channels, height, width] = operand.sides;
        takes_operand
            && Shape::new(channels, height, width).is_some()
            && operand.paths.len() <= MOST_OPERAND_PATHS
            && operand.paths.iter().all(is_sane)
    }

    /// The table of bytes, which is the last.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.tables.len().saturating_sub(1)
    }

    /// The table of the label, before that of the bytes.
    #[must_use]
    pub const fn label(&self) -> usize {
        self.tables.len().saturating_sub(2)
    }

    /// The numbers in [`Self::arrays`], for the model that this was compiled from.
    #[must_use]
    pub fn parameters(&self, model: &Model) -> Vec<Vec<i64>> {
        let widen = |weights: &[i32]| weights.iter().map(|w| i64::from(*w)).collect();
        let mut arrays = Vec::with_capacity(self.arrays.len());
        for node in model.graph().nodes() {
            match node.op() {
                Op::Dense(op) => arrays.extend([widen(op.weights.values()), op.bias.clone()]),
                Op::Conv2d(op) => arrays.extend([widen(op.weights.values()), op.bias.clone()]),
                Op::Table(op) => {
                    let values = op.values.values().iter().map(|value| i64::from(*value));
                    arrays.push(core::iter::once(0).chain(values).collect());
                }
                _ => {}
            }
        }
        arrays
    }
}

/// A tensor of more paths is copied, so that sums of sums do not grow without bound.
const MOST_PATHS: usize = 16;

/// A path of more steps is cut by a copy.
const MOST_STEPS: usize = 16;

impl Table {
    fn is_sane(&self) -> bool {
        const MOST_BYTES: u8 = 8;
        const MOST_TAPS: usize = 1 << 10;
        let [channels, height, width] = self.sides;
        let few = |bytes: &[u8]| bytes.iter().all(|bytes| *bytes <= MOST_BYTES);
        let gadget = match &self.gadget {
            Gadget::Activation(gadget) => {
                let window = gadget.window.as_ref();
                let shift = matches!(gadget.shift, 0 | 8 | 16);
                shift
                    && few(&[gadget.gap_bytes, gadget.magnitude_bytes])
                    && window.is_none_or(|w| is_sane_window(w) && w.area() <= MOST_TAPS)
            }
            Gadget::Clip(gadget) => few(&[gadget.below_bytes, gadget.above_bytes]),
            Gadget::Label { bytes } => few(&[*bytes]),
            Gadget::Pixels
            | Gadget::Lookup(_)
            | Gadget::Copy
            | Gadget::Bytes
            | Gadget::Entries(_) => true,
        };
        gadget && Shape::new(channels, height, width).is_some()
    }
}

impl Path {
    fn windows(&self) -> impl Iterator<Item = &Window> {
        let steps = self.steps.iter().filter_map(|step| match step {
            Step::Average { window, .. } => Some(window),
            Step::Scale(_) | Step::Channels { .. } => None,
        });
        let weights = self
            .weights
            .iter()
            .filter_map(|weights| match &weights.map {
                Map::Conv2d { window, .. } => Some(window),
                Map::Dense => None,
            });
        steps.chain(weights)
    }
}

/// Whether a window is one that a model could have.
fn is_sane_window(window: &Window) -> bool {
    [&window.rows, &window.columns].into_iter().all(|axis| {
        // A picture as large as any takes every window that any takes.
        axis.output_len(Shape::MAX_LEN).is_some()
    })
}

/// The most tables a circuit may have.
const MOST_TABLES: usize = 1 << 14;

/// The most paths an operand may have: those of as many operands as a node may have.
const MOST_OPERAND_PATHS: usize = 1 << 12;

struct Compiler<'a> {
    nodes: &'a [Node],
    consumers: Vec<Vec<NodeId>>,
    circuit: Circuit,
    /// For every node so far; of a node that is made together with the next, its operand.
    values: Vec<Value>,
}

impl Compiler<'_> {
    fn node(&mut self, id: NodeId, node: &Node) -> Result<Value, LayerError> {
        let sides = sides(node.tensor().shape);
        match node.op() {
            Op::Input => Ok(self.table(id, Gadget::Pixels, sides, None)),
            Op::Dense(op) => {
                let outputs = op.bias.len();
                let (source, from) = self.source(node)?;
                let [channels, height, width] = from;
                let dims = Vec::from([outputs, channels, height, width]);
                Ok(self.weighted(source, dims, Map::Dense, [outputs, 1, 1]))
            }
            Op::Conv2d(op) => {
                let (source, from) = self.source(node)?;
                self.laid_out(id, node)?;
                let [channels, ..] = from;
                let [outputs, height, width] = sides;
                let depth = channels.checked_div(op.groups).unwrap_or_default();
                let kernel = [op.window.rows.kernel, op.window.columns.kernel];
                let mut dims = match op.groups {
                    1 => Vec::from([outputs, channels]),
                    _ => Vec::from([outputs.saturating_mul(depth)]),
                };
                dims.extend(kernel);
                let map = Map::Conv2d {
                    window: op.window,
                    groups: op.groups,
                    to: [height, width],
                };
                Ok(self.weighted(source, dims, map, sides))
            }
            Op::AveragePool(op) => {
                let [_, height, width] = self.laid_out(id, node)?;
                let value = self.operand(node, 0)?.then(Step::Average {
                    window: op.window,
                    multiplier: op.multiplier,
                    from: [height, width],
                });
                Ok(Value { sides, ..value })
            }
            Op::Add(_) => {
                let (mut left, right) = (self.operand(node, 0)?, self.operand(node, 1)?);
                if left.sides != right.sides {
                    return Err(unsupported(id, node));
                }
                left.paths.extend(right.paths);
                Ok(left)
            }
            Op::Concat(_) => self.concat(id, node, sides),
            Op::LeftShift(op) => {
                let factor = 1_i64.checked_shl(op.bits).unwrap_or_default();
                Ok(self.operand(node, 0)?.then(Step::Scale(factor)))
            }
            Op::Reshape(_) => self.operand(node, 0),
            Op::MaxPool(_) | Op::Rescale(_) | Op::Relu(_) => self.activation(id, node),
            Op::Clip(op) => {
                let bounds = self.bounds(node);
                let width = op.bounds.hi.abs_diff(op.bounds.lo);
                let gadget = Gadget::Clip(Clip {
                    lo: op.bounds.lo,
                    hi: op.bounds.hi,
                    below_bytes: bytes_of_signed(bounds, op.bounds.lo),
                    above_bytes: bytes(width.max(bounds.hi.abs_diff(op.bounds.lo))),
                });
                self.elementwise(id, node, gadget)
            }
            Op::Table(op) => {
                let len = op.values.values().len().saturating_add(1);
                let array = self.circuit.arrays.len();
                self.circuit.arrays.push(Vec::from([1, 1, 1, len]));
                let entries = self.circuit.tables.len();
                self.table(id, Gadget::Entries(Entries { array }), [1, 1, len], None);
                let first = op.first;
                self.elementwise(id, node, Gadget::Lookup(Lookup { first, entries }))
            }
            _ => Err(unsupported(id, node)),
        }
    }

    fn finish(mut self) -> Result<Circuit, LayerError> {
        let logits = self.values.last().cloned().ok_or(LayerError::NoLogits)?;
        let bounds = self.nodes.last().map(|node| node.tensor().bounds);
        let widest = bounds.map_or(0, |bounds| bounds.hi.abs_diff(bounds.lo));
        let end = self.nodes.len();
        let gadget = Gadget::Label {
            bytes: bytes(widest),
        };
        let sides = logits.sides;
        self.table(end, gadget, sides, Some(logits));
        self.table(end, Gadget::Bytes, [1, 1, 256], None);
        Ok(self.circuit)
    }

    /// A value of few paths: the value itself, or a copy of it.
    fn bounded(&mut self, id: NodeId, value: Value) -> Value {
        let is_long = value.paths.iter().any(|path| path.steps.len() > MOST_STEPS);
        if value.paths.len() <= MOST_PATHS && !is_long {
            return value;
        }
        let sides = value.sides;
        self.table(id, Gadget::Copy, sides, Some(value))
    }

    /// Adds a table, and gives its output.
    fn table(
        &mut self,
        node: usize,
        gadget: Gadget,
        sides: Sides,
        operand: Option<Value>,
    ) -> Value {
        let operand = operand.map(|Value { sides, paths }| Operand { sides, paths });
        self.circuit.tables.push(Table {
            node,
            gadget,
            sides,
            operand,
        });
        Value::of_table(self.circuit.tables.len().saturating_sub(1), sides)
    }

    /// A layer with weights and a bias per output channel.
    fn weighted(&mut self, source: usize, dims: Vec<usize>, map: Map, sides: Sides) -> Value {
        let array = self.circuit.arrays.len();
        let [outputs, ..] = sides;
        self.circuit.arrays.extend([dims, Vec::from([outputs])]);
        let path = Path {
            steps: Vec::new(),
            weights: Some(Weighted { array, map }),
            source,
        };
        Value {
            sides,
            paths: Vec::from([path]),
        }
    }

    fn elementwise(
        &mut self,
        id: NodeId,
        node: &Node,
        gadget: Gadget,
    ) -> Result<Value, LayerError> {
        let operand = self.operand(node, 0)?;
        let sides = operand.sides;
        Ok(self.table(id, gadget, sides, Some(operand)))
    }

    /// Maximum, rescale and ReLU, as many of them as follow each other without a branch.
    fn activation(&mut self, id: NodeId, node: &Node) -> Result<Value, LayerError> {
        if matches!(node.op(), Op::MaxPool(_)) {
            self.laid_out(id, node)?;
        }
        if self.joins_next(id, node) {
            return self.operand(node, 0);
        }
        let mut gadget = Activation {
            window: None,
            gap_bytes: 0,
            shift: 0,
            relu: false,
            offset: 0,
            magnitude_bytes: 0,
        };
        let mut sides = self.operand(node, 0)?.sides;
        // From the last operator of the chain back to the first.
        let mut step = node;
        loop {
            match step.op() {
                Op::Relu(_) => gadget.relu = true,
                Op::Rescale(op) => gadget.shift = u8::try_from(op.shift).unwrap_or_default(),
                Op::MaxPool(op) => {
                    let bounds = self.bounds(step);
                    gadget.window = Some(op.window);
                    gadget.gap_bytes = bytes(bounds.hi.abs_diff(bounds.lo));
                    let shape = step.tensor().shape;
                    sides = [shape.channels(), shape.height(), shape.width()];
                }
                _ => break,
            }
            let previous = step.inputs().first().copied().unwrap_or_default();
            match self.nodes.get(previous) {
                Some(node) if self.joins_next(previous, node) => step = node,
                _ => break,
            }
        }
        let bounds = match node.op() {
            Op::Relu(_) => self.bounds(node),
            _ => node.tensor().bounds,
        };
        if gadget.relu {
            gadget.magnitude_bytes = bytes_of_signed(bounds, 0);
        } else {
            gadget.offset = bounds.lo.saturating_neg().max(0);
            gadget.magnitude_bytes = bytes(bounds.hi.saturating_add(gadget.offset).unsigned_abs());
        }
        let operand = self.operand(node, 0)?;
        Ok(self.table(id, Gadget::Activation(gadget), sides, Some(operand)))
    }

    /// Whether a node is shown by the table of its only consumer.
    fn joins_next(&self, id: NodeId, node: &Node) -> bool {
        let [consumer] = self
            .consumers
            .get(id)
            .map(Vec::as_slice)
            .unwrap_or_default()
        else {
            return false;
        };
        let Some(next) = self.nodes.get(*consumer) else {
            return false;
        };
        matches!(
            (node.op(), next.op()),
            (Op::MaxPool(_), Op::Rescale(_) | Op::Relu(_)) | (Op::Rescale(_), Op::Relu(_))
        )
    }

    fn concat(&mut self, id: NodeId, node: &Node, sides: Sides) -> Result<Value, LayerError> {
        let mut paths = Vec::new();
        let mut start = 0_usize;
        for (index, input) in node.inputs().iter().enumerate() {
            let value = self.operand(node, index)?;
            let shape = self.nodes.get(*input).map(|node| node.tensor().shape);
            let Some(shape) = shape.filter(|shape| self::sides(*shape) == value.sides) else {
                return Err(unsupported(id, node));
            };
            let count = shape.channels();
            paths.extend(value.then(Step::Channels { start, count }).paths);
            start = start.saturating_add(count);
        }
        Ok(Value { sides, paths })
    }

    fn operand(&self, node: &Node, index: usize) -> Result<Value, LayerError> {
        let value = node.inputs().get(index).and_then(|id| self.values.get(*id));
        value.cloned().ok_or(LayerError::NoLogits)
    }

    /// The table that a layer with weights takes, and its sides; a copy if it is none yet.
    fn source(&mut self, node: &Node) -> Result<(usize, Sides), LayerError> {
        let value = self.operand(node, 0)?;
        let sides = value.sides;
        if let Some(source) = value.source() {
            return Ok((source, sides));
        }
        let input = node.inputs().first().copied().unwrap_or_default();
        let copy = self.table(input, Gadget::Copy, sides, Some(value));
        if let Some(value) = self.values.get_mut(input) {
            *value = copy.clone();
        }
        Ok((copy.source().unwrap_or_default(), sides))
    }

    /// The sides of the operand, if cells are indexed as its shape says.
    fn laid_out(&self, id: NodeId, node: &Node) -> Result<Sides, LayerError> {
        let value = self.operand(node, 0)?;
        let operand = node.inputs().first().and_then(|id| self.nodes.get(*id));
        let shape = operand.map(|operand| sides(operand.tensor().shape));
        if shape == Some(value.sides) {
            Ok(value.sides)
        } else {
            Err(unsupported(id, node))
        }
    }

    fn bounds(&self, node: &Node) -> Interval {
        let operand = node.inputs().first().and_then(|id| self.nodes.get(*id));
        operand.map_or(Interval::ZERO, |operand| operand.tensor().bounds)
    }
}

fn unsupported(node: NodeId, operator: &Node) -> LayerError {
    LayerError::Unsupported {
        node,
        operator: operator.op().name(),
    }
}

const fn sides(shape: Shape) -> Sides {
    [shape.channels(), shape.height(), shape.width()]
}

/// Every node that takes a node's output. The last node's is taken by the label.
fn consumers(nodes: &[Node]) -> Vec<Vec<NodeId>> {
    let mut consumers = alloc::vec![Vec::new(); nodes.len()];
    for (id, node) in nodes.iter().enumerate() {
        for input in node.inputs() {
            if let Some(list) = consumers.get_mut(*input) {
                list.push(id);
            }
        }
    }
    if let Some(list) = consumers.last_mut() {
        list.push(nodes.len());
    }
    consumers
}

/// Bytes of a number up to `most`, at least one.
fn bytes(most: u64) -> u8 {
    let bits = u64::BITS.saturating_sub(most.leading_zeros());
    u8::try_from(bits.div_ceil(8).max(1)).unwrap_or(u8::MAX)
}

/// Bytes of the magnitude of `x − from` as [`crate::gadget`] writes signed numbers.
fn bytes_of_signed(bounds: Interval, from: i64) -> u8 {
    let above = bounds.hi.saturating_sub(from).max(0).unsigned_abs();
    let below = from
        .saturating_sub(bounds.lo)
        .saturating_sub(1)
        .max(0)
        .unsigned_abs();
    bytes(above.max(below))
}
