//! A graph of integer tensors, checked as it is built.

use crate::interval::Interval;
use crate::ops::{Inferred, Op, OpError, Operand};
use crate::preprocessing::Preprocessing;
use crate::shape::Shape;
use alloc::vec::Vec;

/// A node's position in its graph. Node 0 is the input.
pub type NodeId = usize;

/// One operator, the nodes that it takes, and the shape, scale and bounds of its output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    op: Op,
    inputs: Vec<NodeId>,
    tensor: Tensor,
}

impl Node {
    /// The operator.
    #[must_use]
    pub const fn op(&self) -> &Op {
        &self.op
    }

    /// The nodes whose outputs it takes, each before this one.
    #[must_use]
    pub fn inputs(&self) -> &[NodeId] {
        &self.inputs
    }

    /// Shape, scale and bounds of the output.
    #[must_use]
    pub const fn tensor(&self) -> &Tensor {
        &self.tensor
    }
}

/// Shape, scale and bounds of a tensor, which hold for every image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Its sides.
    pub shape: Shape,
    /// A value `X` stands for `X · 2^-scale`.
    pub scale: i32,
    /// Every cell lies in this interval, for every image.
    pub bounds: Interval,
}

/// A checked graph: shapes and scales agree, nothing can overflow, every node but the last feeds
/// another. The last node's output are the logits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    preprocessing: Preprocessing,
    nodes: Vec<Node>,
}

impl Graph {
    /// How an image becomes the input.
    #[must_use]
    pub const fn preprocessing(&self) -> &Preprocessing {
        &self.preprocessing
    }

    /// The nodes, each after its inputs.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Has all weights written by the Rice code, or none.
    pub(crate) fn set_compact(&mut self, is_compact: bool) {
        let weights = self.nodes.iter_mut().filter_map(|n| n.op.weights_mut());
        weights.for_each(|weights| weights.set_compact(is_compact));
    }

    /// Shape, scale and bounds of the logits. Every graph has a node, so this is never `None`.
    #[must_use]
    pub fn output(&self) -> Option<&Tensor> {
        self.nodes.last().map(Node::tensor)
    }
}

/// Builds a [`Graph`] node by node.
#[derive(Clone, Debug)]
pub struct GraphBuilder {
    preprocessing: Preprocessing,
    nodes: Vec<Node>,
    /// Bounds of each node's channels; empty for a node that is forgotten.
    ranges: Vec<Vec<Interval>>,
    cells: usize,
    work: u64,
}

impl GraphBuilder {
    /// The input's node.
    pub const INPUT: NodeId = 0;

    /// The most nodes a graph may have.
    pub const MAX_NODES: usize = 1 << 12;

    /// The most cells all tensors of a graph may have together.
    pub const MAX_CELLS: usize = 1 << 26;

    /// The most operations one run may take, as [`Op::work`] counts them.
    pub const MAX_WORK: u64 = 1 << 36;

    /// The most operands one node may take.
    pub const MAX_OPERANDS: usize = 1 << 8;

    /// A graph with only its input.
    ///
    /// # Errors
    ///
    /// The input has no pixels, or too many.
    pub fn new(preprocessing: Preprocessing) -> Result<Self, GraphError> {
        let [channels, height, width] = preprocessing.shape().map(usize::from);
        let shape = Shape::new(channels, height, width).ok_or(GraphError::InputShape)?;
        let bounds = Interval { lo: 0, hi: 255 };
        let tensor = Tensor {
            shape,
            scale: 0,
            bounds,
        };
        Ok(Self {
            preprocessing,
            nodes: alloc::vec![Node {
                op: Op::Input,
                inputs: Vec::new(),
                tensor,
            }],
            ranges: alloc::vec![alloc::vec![bounds; channels]],
            cells: shape.len(),
            work: 0,
        })
    }

    /// Appends `op` on the outputs of `inputs`, and returns the new node.
    ///
    /// # Errors
    ///
    /// The operator does not fit its inputs, its output could overflow, or the graph would pass a
    /// limit above. The graph is then unchanged.
    pub fn push(&mut self, op: Op, inputs: &[NodeId]) -> Result<NodeId, GraphError> {
        let node = self.nodes.len();
        if node >= Self::MAX_NODES {
            return Err(GraphError::TooManyNodes {
                limit: Self::MAX_NODES,
            });
        }
        let operator = op.name();
        let fault = |error| GraphError::Node {
            node,
            operator,
            error,
        };
        let inferred = self.infer(&op, inputs).map_err(fault)?;
        let bounds = inferred.ranges.iter().copied().reduce(Interval::hull);
        self.reserve(&op, inferred.shape)?;
        self.nodes.push(Node {
            op,
            inputs: inputs.to_vec(),
            tensor: Tensor {
                shape: inferred.shape,
                scale: inferred.scale,
                bounds: bounds.unwrap_or(Interval::ZERO),
            },
        });
        self.ranges.push(inferred.ranges);
        Ok(node)
    }

    /// Shape, scale and bounds of a node's output; `None` if the node does not exist.
    #[must_use]
    pub fn tensor(&self, node: NodeId) -> Option<&Tensor> {
        self.nodes.get(node).map(Node::tensor)
    }

    /// Drops the bounds of a node's channels. A node that is pushed later must not take it.
    #[cfg(not(target_os = "zkvm"))]
    pub(crate) fn forget(&mut self, node: NodeId) {
        if let Some(ranges) = self.ranges.get_mut(node) {
            *ranges = Vec::new();
        }
    }

    /// Ends the graph; the last node pushed gives the logits.
    ///
    /// # Errors
    ///
    /// A node other than the last feeds nothing.
    pub fn finish(self) -> Result<Graph, GraphError> {
        let last = self.nodes.len().saturating_sub(1);
        let mut used = alloc::vec![false; self.nodes.len()];
        for input in self.nodes.iter().flat_map(|node| &node.inputs) {
            if let Some(used) = used.get_mut(*input) {
                *used = true;
            }
        }
        let unused = used.iter().take(last).position(|used| !used);
        match unused {
            Some(node) => Err(GraphError::Unused { node }),
            None => Ok(Graph {
                preprocessing: self.preprocessing,
                nodes: self.nodes,
            }),
        }
    }

    /// Counts a new node's cells and work against the limits.
    fn reserve(&mut self, op: &Op, output: Shape) -> Result<(), GraphError> {
        let cells = self.cells.saturating_add(output.len());
        if cells > Self::MAX_CELLS {
            return Err(GraphError::TooManyCells {
                limit: Self::MAX_CELLS,
            });
        }
        let work = self.work.saturating_add(op.work(output));
        if work > Self::MAX_WORK {
            return Err(GraphError::TooMuchWork {
                limit: Self::MAX_WORK,
            });
        }
        self.cells = cells;
        self.work = work;
        Ok(())
    }

    fn infer(&self, op: &Op, inputs: &[NodeId]) -> Result<Inferred, OpError> {
        if inputs.len() > Self::MAX_OPERANDS {
            return Err(OpError::TooManyOperands {
                limit: Self::MAX_OPERANDS,
                got: inputs.len(),
            });
        }
        let operand = |id: &NodeId| {
            let (node, ranges) = self.nodes.get(*id).zip(self.ranges.get(*id))?;
            Some(Operand {
                shape: node.tensor.shape,
                scale: node.tensor.scale,
                ranges,
            })
        };
        let operands: Option<Vec<_>> = inputs.iter().map(operand).collect();
        let inferred = op.infer(&operands.ok_or(OpError::UnknownOperand)?)?;
        let sane = inferred.scale.unsigned_abs() <= MAX_SCALE && inferred.shape.is_valid();
        if sane {
            Ok(inferred)
        } else {
            Err(OpError::Scale {
                got: inferred.scale,
            })
        }
    }
}

/// The largest magnitude of a scale. No network needs more, and sums of larger ones could overflow.
const MAX_SCALE: u32 = 256;

/// Why a graph was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// The preprocessing gives no pixels, or more than one tensor may have.
    #[error("the input has no pixels or more than {} values", Shape::MAX_LEN)]
    InputShape,
    /// An operator does not fit its inputs.
    #[error("node {node} ({operator}): {error}")]
    Node {
        /// The node being added.
        node: NodeId,
        /// Its operator.
        operator: &'static str,
        /// Why it does not fit.
        error: OpError,
    },
    /// The graph would have more than [`GraphBuilder::MAX_NODES`].
    #[error("the graph has more than {limit} nodes")]
    TooManyNodes {
        /// The most there may be.
        limit: usize,
    },
    /// The tensors would have more than [`GraphBuilder::MAX_CELLS`].
    #[error("the graph's tensors have more than {limit} cells together")]
    TooManyCells {
        /// The most there may be.
        limit: usize,
    },
    /// One run would take more than [`GraphBuilder::MAX_WORK`].
    #[error("one run of the graph takes more than {limit} operations")]
    TooMuchWork {
        /// The most it may take.
        limit: u64,
    },
    /// No node takes this node's output, and it is not the last.
    #[error("node {node} feeds no other node and is not the output")]
    Unused {
        /// The node.
        node: NodeId,
    },
}
