//! A random graph while it grows.

use crate::random::Random;
use zklens_model::{
    Axis, Clip, Concat, Dense, GraphBuilder, Interval, LeftShift, NodeId, Op, Preprocessing, Shape,
    Tensor, Weights, Window,
};

/// A graph under construction, which knows the nodes that nothing takes yet.
pub(crate) struct Growth {
    pub(crate) graph: GraphBuilder,
    pub(crate) used: Vec<bool>,
    pub(crate) random: Random,
}

impl Growth {
    /// Larger tensors are taken no further, so that tests stay fast.
    const MAX_CELLS: usize = 600;

    /// A graph of the input alone.
    pub(crate) fn new(preprocessing: Preprocessing) -> Self {
        Self {
            graph: GraphBuilder::new(preprocessing).expect("a recipe's input has pixels"),
            used: vec![false],
            random: Random::new(0),
        }
    }

    /// Appends a node, or nothing if the graph refuses it.
    pub(crate) fn push(&mut self, op: Op, inputs: &[NodeId]) -> Option<NodeId> {
        let node = self.graph.push(op, inputs).ok()?;
        self.used.push(false);
        for input in inputs {
            self.used[*input] = true;
        }
        Some(node)
    }

    pub(crate) fn tensor(&self, node: NodeId) -> Tensor {
        *self.graph.tensor(node).expect("a node that was pushed")
    }

    /// The nodes whose shape satisfies `is_alike`.
    pub(crate) fn nodes_like(&self, is_alike: impl Fn(Shape) -> bool) -> Vec<NodeId> {
        let all = 0..self.used.len();
        all.filter(|node| is_alike(self.tensor(*node).shape))
            .collect()
    }

    /// A node to build on, more often than not the last one; `None` if its tensor is large already.
    pub(crate) fn pick(&mut self) -> Option<NodeId> {
        let last = self.used.len() - 1;
        let node = if self.random.count(0, 2) > 0 {
            last
        } else {
            self.random.count(0, last)
        };
        (self.tensor(node).shape.len() <= Self::MAX_CELLS).then_some(node)
    }

    pub(crate) fn flatten(&mut self, at: NodeId) -> Option<NodeId> {
        let shape = self.tensor(at).shape;
        if shape.is_flat() {
            Some(at)
        } else {
            self.push(Op::flatten(shape.len()), &[at])
        }
    }

    /// A random window. Its padding may be up to `beyond` cells wider than the widest with which it
    /// always touches the picture.
    pub(crate) fn window(&mut self, input: Shape, beyond: usize) -> Window {
        let random = &mut self.random;
        let mut axis = |len: usize| {
            let kernel = random.count(1, 4);
            let mut padding = || match random.count(0, 2) {
                0 => 0,
                _ => random.count(0, kernel - 1 + beyond),
            };
            let (before, after) = (padding(), padding());
            Axis {
                kernel: kernel.min(len + before + after),
                stride: random.count(1, 3),
                before,
                after,
            }
        };
        Window {
            height: axis(input.height()),
            width: axis(input.width()),
        }
    }

    /// Shifts nodes to the finest of their scales.
    pub(crate) fn align(&mut self, nodes: &[NodeId]) -> Option<Vec<NodeId>> {
        let finest = nodes.iter().map(|n| self.tensor(*n).scale).max()?;
        let mut aligned = Vec::new();
        for node in nodes {
            let bits = u32::try_from(finest - self.tensor(*node).scale).ok()?;
            aligned.push(match bits {
                0 => *node,
                bits => self.push(Op::LeftShift(LeftShift { bits }), &[*node])?,
            });
        }
        Some(aligned)
    }

    pub(crate) fn divisor(&mut self, count: usize) -> usize {
        let all = 1..=count;
        let divisors: Vec<usize> = all.filter(|d| count.is_multiple_of(*d)).collect();
        self.random.pick(&divisors)
    }

    pub(crate) fn weights(&mut self, len: usize) -> Weights {
        let magnitude = self.random.pick(&[1, 127, 127, 0x7FFF, i32::MAX]);
        self.random.weights(len, magnitude)
    }

    pub(crate) fn biases(&mut self, len: usize) -> Vec<i64> {
        let magnitude = self.random.pick(&[0, 255, 1 << 20, 1 << 40]);
        self.random.biases(len, magnitude)
    }

    pub(crate) fn weight_scale(&mut self) -> i32 {
        self.random.pick(&[-3, 0, 0, 4, 7, 12])
    }

    /// Makes a classifier of all nodes that nothing takes, and returns its number of outputs.
    pub(crate) fn end(&mut self) -> Option<usize> {
        let unused: Vec<NodeId> = (0..self.used.len()).filter(|n| !self.used[*n]).collect();
        if let [last] = unused[..] {
            let shape = self.tensor(last).shape;
            if shape.is_flat() && (2..=10).contains(&shape.len()) {
                return Some(shape.len());
            }
        }
        let mut ends = Vec::new();
        for mut at in unused {
            if self.tensor(at).bounds.magnitude_bits() > 20 {
                let bounds = Interval::new(-(1 << 20), 1 << 20)?;
                at = self.push(Op::Clip(Clip { bounds }), &[at])?;
            }
            at = self.flatten(at)?;
            let Tensor { shape, scale, .. } = self.tensor(at);
            let op = Op::Dense(Dense {
                weights: self.random.weights(2 * shape.len(), 127),
                weight_scale: -scale,
                bias: self.random.biases(2, 1000),
            });
            ends.push(self.push(op, &[at])?);
        }
        if ends.len() > 1 {
            self.push(Op::Concat(Concat), &ends)?;
        }
        Some(2 * ends.len())
    }
}
