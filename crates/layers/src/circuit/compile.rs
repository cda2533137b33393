//! From a model to a circuit.

use super::{Circuit, LinearOp, Operand, Path, Step, Table, Weighted};
use crate::dims::Sides;
use crate::error::LayerError;
use crate::gadgets::{
    Activation, Clip, Entries, Gadget, Label, Lookup, MOST_TAPS, PRelu, Saturation, bytes_up_to,
};
use alloc::vec::Vec;
use zklens_model::{self as model, Conv2d, Interval, Model, Node, NodeId, Op, Shape, Window};

impl Circuit {
    /// The tables and wires of `model`, whose weights only enter through bounds.
    ///
    /// # Errors
    ///
    /// The graph reshapes a tensor in a way that no wire follows.
    pub fn compile(model: &Model) -> Result<Self, LayerError> {
        let nodes = model.graph().nodes();
        let mut compiler = Compiler::new(nodes);
        for (id, node) in nodes.iter().enumerate() {
            let value = compiler.node(id, node)?;
            let value = compiler.bounded(id, value);
            compiler.values.push(value);
            let saturated = compiler.saturated_to(node);
            compiler.saturated.push(saturated);
        }
        compiler.finish()
    }
}

/// A node of the model, as a sum of paths from tables.
#[derive(Clone, Debug)]
struct Value {
    /// The sides by which cells are indexed. In row-major order the cells are the node's own.
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

/// A tensor with more paths is copied into a table, so that sums of sums do not grow without bound.
const COPY_ABOVE_PATHS: usize = 16;

/// A tensor with a path of more steps is copied into a table as well.
const COPY_ABOVE_STEPS: usize = 16;

/// The operators that one table shows.
struct Chain {
    /// The window of a maximum, with the bounds of the cells under it.
    window: Option<(Window, Interval)>,
    /// The shift of a rescale, or 0.
    shift: u8,
    relu: bool,
    /// The sides of the output.
    sides: Sides,
    /// The bounds of the input of the first ReLU or clip.
    before_clamp: Interval,
}

struct Compiler<'a> {
    nodes: &'a [Node],
    consumers: Vec<Vec<NodeId>>,
    circuit: Circuit,
    /// For every node so far, its value. A node that shares a table with the next has its operand here.
    values: Vec<Value>,
    /// For every node so far, the interval of `256^k` values to which a clip before it brings its cells, if one does. Unlike
    /// bounds it does not depend on weights, so a key may show it.
    saturated: Vec<Option<Interval>>,
}

impl<'a> Compiler<'a> {
    fn new(nodes: &'a [Node]) -> Self {
        Self {
            nodes,
            consumers: consumers(nodes),
            circuit: Circuit {
                tables: Vec::new(),
                arrays: Vec::new(),
            },
            values: Vec::with_capacity(nodes.len()),
            saturated: Vec::with_capacity(nodes.len()),
        }
    }

    fn node(&mut self, id: NodeId, node: &Node) -> Result<Value, LayerError> {
        let sides = sides(node.tensor().shape);
        match node.op() {
            Op::Input => Ok(self.table(id, Gadget::Pixels, sides, None)),
            Op::Dense(op) => {
                let outputs = op.bias.len();
                let (source, from) = self.source(node)?;
                let [channels, height, width] = from;
                let dims = Vec::from([outputs, channels, height, width]);
                Ok(self.weighted(source, dims, LinearOp::Dense, [outputs, 1, 1]))
            }
            Op::Conv2d(op) => self.convolution(id, node, op),
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
            Op::Clip(op) => self.clip(id, node, op),
            Op::LookupTable(op) => self.values(id, node, op),
            Op::PRelu(op) => {
                let gadget = PRelu::of_bounds(self.bounds(node), op);
                self.elementwise(id, node, Gadget::PRelu(gadget))
            }
            _ => Err(unsupported(id, node)),
        }
    }

    fn finish(mut self) -> Result<Circuit, LayerError> {
        let logits = self.values.last().cloned().ok_or(LayerError::NoLogits)?;
        let bounds = self.nodes.last().map(|node| node.tensor().bounds);
        let widest = bounds.map_or(0, |bounds| bounds.hi.abs_diff(bounds.lo));
        let end = self.nodes.len();
        let gadget = Gadget::Label(Label {
            bytes: bytes_up_to(widest),
        });
        let sides = logits.sides;
        self.table(end, gadget, sides, Some(logits));
        self.table(end, Gadget::Range, [1, 1, 1], None);
        self.table(end, Gadget::Bytes, [1, 1, 256], None);
        Ok(self.circuit)
    }

    /// A value of few paths: the value itself, or a copy of it.
    fn bounded(&mut self, id: NodeId, value: Value) -> Value {
        let is_long = value
            .paths
            .iter()
            .any(|path| path.steps.len() > COPY_ABOVE_STEPS);
        if value.paths.len() <= COPY_ABOVE_PATHS && !is_long {
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
    fn weighted(&mut self, source: usize, dims: Vec<usize>, map: LinearOp, sides: Sides) -> Value {
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

    fn convolution(&mut self, id: NodeId, node: &Node, op: &Conv2d) -> Result<Value, LayerError> {
        let (source, from) = self.source(node)?;
        self.laid_out(id, node)?;
        let sides = sides(node.tensor().shape);
        let ([channels, ..], [outputs, ..]) = (from, sides);
        let depth = channels.checked_div(op.groups).unwrap_or_default();
        let mut dims = match op.groups {
            1 => Vec::from([outputs, channels]),
            _ => Vec::from([outputs.saturating_mul(depth)]),
        };
        dims.extend([op.window.height.kernel, op.window.width.kernel]);
        let map = LinearOp::Conv2d {
            window: op.window,
            groups: op.groups,
        };
        Ok(self.weighted(source, dims, map, sides))
    }

    fn clip(&mut self, id: NodeId, node: &Node, op: &model::Clip) -> Result<Value, LayerError> {
        let Some(bytes) = Saturation::bytes_of(op.bounds) else {
            let gadget = Clip::of_bounds(self.bounds(node), op.bounds);
            return self.elementwise(id, node, Gadget::Clip(gadget));
        };
        let chain = self.chain(id, node)?;
        let (quotient, sides) = (chain.before_clamp, chain.sides);
        let gadget = Saturation::of_bounds(chain.window, chain.shift, quotient, op.bounds, bytes);
        let operand = self.operand(node, 0)?;
        Ok(self.table(id, Gadget::Saturation(gadget), sides, Some(operand)))
    }

    fn values(
        &mut self,
        id: NodeId,
        node: &Node,
        op: &model::LookupTable,
    ) -> Result<Value, LayerError> {
        let len = op.values.values().len().saturating_add(1);
        let array = self.circuit.arrays.len();
        self.circuit.arrays.push(Vec::from([1, 1, 1, len]));
        let entries = self.circuit.tables.len();
        self.table(id, Gadget::Entries(Entries { array }), [1, 1, len], None);
        let first = op.first;
        self.elementwise(id, node, Gadget::Lookup(Lookup { first, entries }))
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
        let chain = self.chain(id, node)?;
        let (window, shift, relu) = (chain.window, chain.shift, chain.relu);
        let (bounds, output) = (self.bounds(node), node.tensor().bounds);
        let operand = self.operand(node, 0)?;
        let saturated = self.saturated_to(node);
        let saturated = saturated.and_then(|clip| Some((clip, Saturation::bytes_of(clip)?)));
        let gadget = match saturated {
            // Only a maximum alone is one: it needs no bytes for selectors.
            Some((clip, bytes)) => {
                Gadget::Saturation(Saturation::of_bounds(window, 0, clip, clip, bytes))
            }
            None => {
                let gadget = Activation::of_bounds(window, shift, relu, bounds, output);
                Gadget::Activation(gadget)
            }
        };
        Ok(self.table(id, gadget, chain.sides, Some(operand)))
    }

    /// The interval of `256^k` values to which a clip brings the cells of a node: its own clip, or one behind which cells are only
    /// moved and compared.
    fn saturated_to(&self, node: &Node) -> Option<Interval> {
        match node.op() {
            Op::Clip(op) => Saturation::bytes_of(op.bounds).map(|_| op.bounds),
            Op::MaxPool(_) | Op::Reshape(_) | Op::Concat(_) => {
                let mut inputs = node.inputs().iter();
                let of = |input: &NodeId| self.saturated.get(*input).copied().flatten();
                let first = inputs.next().and_then(of)?;
                inputs
                    .all(|input| of(input) == Some(first))
                    .then_some(first)
            }
            Op::Input
            | Op::Dense(_)
            | Op::Conv2d(_)
            | Op::AveragePool(_)
            | Op::Rescale(_)
            | Op::Relu(_)
            | Op::LookupTable(_)
            | Op::Add(_)
            | Op::LeftShift(_)
            | Op::PRelu(_)
            | _ => None,
        }
    }

    /// The operators that a table shows, from its own node back to the first.
    fn chain(&self, id: NodeId, node: &Node) -> Result<Chain, LayerError> {
        let mut chain = Chain {
            window: None,
            shift: 0,
            relu: false,
            sides: self.operand(node, 0)?.sides,
            before_clamp: self.bounds(node),
        };
        let mut step = node;
        loop {
            if let Op::Relu(_) = step.op() {
                chain.relu = true;
                chain.before_clamp = self.bounds(step);
            } else if let Op::Rescale(op) = step.op() {
                chain.shift = u8::try_from(op.shift).unwrap_or_default();
            } else if let Op::MaxPool(op) = step.op() {
                if op.window.area() > MOST_TAPS {
                    return Err(unsupported(id, step));
                }
                chain.window = Some((op.window, self.bounds(step)));
                chain.sides = sides(step.tensor().shape);
            }
            let previous = step.inputs().first().copied().unwrap_or_default();
            match self.nodes.get(previous) {
                Some(node) if self.joins_next(previous, node) => step = node,
                _ => return Ok(chain),
            }
        }
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
        match (node.op(), next.op()) {
            (Op::MaxPool(_), Op::Rescale(_) | Op::Relu(_)) | (Op::Rescale(_), Op::Relu(_)) => true,
            (Op::MaxPool(_) | Op::Rescale(_), Op::Clip(clip)) => {
                Saturation::bytes_of(clip.bounds).is_some()
            }
            // A clip that starts at zero or above changes all cells that the ReLU changes.
            (Op::Relu(_), Op::Clip(clip)) => {
                clip.bounds.lo >= 0 && Saturation::bytes_of(clip.bounds).is_some()
            }
            _ => false,
        }
    }

    fn concat(&mut self, id: NodeId, node: &Node, sides: Sides) -> Result<Value, LayerError> {
        let [total, ..] = sides;
        let mut paths = Vec::new();
        let mut start = 0_usize;
        for (index, input) in node.inputs().iter().enumerate() {
            let value = self.operand(node, index)?;
            let shape = self.nodes.get(*input).map(|node| node.tensor().shape);
            let Some(shape) = shape.filter(|shape| self::sides(*shape) == value.sides) else {
                return Err(unsupported(id, node));
            };
            let count = shape.channels();
            let step = Step::Channels {
                start,
                count,
                total,
            };
            paths.extend(value.then(step).paths);
            start = start.saturating_add(count);
        }
        Ok(Value { sides, paths })
    }

    fn operand(&self, node: &Node, index: usize) -> Result<Value, LayerError> {
        let value = node.inputs().get(index).and_then(|id| self.values.get(*id));
        value.cloned().ok_or(LayerError::NoLogits)
    }

    /// The table that a layer with weights reads, and its sides. A value that is not the output of a table is copied into
    /// one.
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

const fn unsupported(node: NodeId, operator: &Node) -> LayerError {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every [`Model`] has a node, its input, so only the compiler itself can be asked.
    #[test]
    fn a_graph_without_nodes_has_no_logits() {
        assert_eq!(Compiler::new(&[]).finish(), Err(LayerError::NoLogits));
    }
}
