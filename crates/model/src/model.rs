//! A graph with names, which can be shipped, run and proved.

use crate::graph::{Graph, Node, NodeId, Tensor};
use crate::ops::{Op, Value};
use crate::preprocessing::{Pixels, Preprocessing};
use alloc::string::String;
use alloc::vec::Vec;

/// A quantised image classifier: a graph, the name of the model, and the names of the classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    name: String,
    classes: Vec<String>,
    graph: Graph,
}

impl Model {
    /// The longest name of a model or class, in bytes.
    pub const MAX_NAME_BYTES: usize = 128;

    /// The most weights and biases of a model whose file has each weight in whole bytes. A model
    /// with more has a file of another version, in which small weights take few bits.
    pub const MAX_PLAIN_PARAMETERS: usize = 1 << 19;

    /// The most classes a model may have.
    pub const MAX_CLASSES: usize = 1 << 16;

    /// Names a graph and its outputs. The class of logit `i` is `classes[i]`.
    ///
    /// # Errors
    ///
    /// The graph does not end in a flat tensor with one cell per class; there are fewer than two
    /// classes or more than [`Self::MAX_CLASSES`]; or a name is not one by [`Self::is_name`].
    pub fn new(name: &str, classes: Vec<String>, graph: Graph) -> Result<Self, ModelError> {
        if !Self::is_name(name) {
            return Err(ModelError::Name);
        }
        if let Some(class) = classes.iter().position(|class| !Self::is_name(class)) {
            return Err(ModelError::ClassName { class });
        }
        let logits = graph.output().filter(|tensor| tensor.shape.is_flat());
        let outputs = logits.map_or(0, |tensor| tensor.shape.len());
        if outputs != classes.len() || !(2..=Self::MAX_CLASSES).contains(&outputs) {
            return Err(ModelError::Classes {
                outputs,
                got: classes.len(),
            });
        }
        let mut model = Self {
            name: name.into(),
            classes,
            graph,
        };
        let is_compact = model.is_compact();
        model.graph.set_compact(is_compact);
        Ok(model)
    }

    /// Whether a model or a class may have this name: 1 to [`Self::MAX_NAME_BYTES`] bytes without
    /// control characters, which could change the state of a terminal that prints it.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        let is_printable = !name.chars().any(char::is_control);
        is_printable && (1..=Self::MAX_NAME_BYTES).contains(&name.len())
    }

    /// The model's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The class names. A label is a position in this list.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The integer network.
    #[must_use]
    pub const fn graph(&self) -> &Graph {
        &self.graph
    }

    /// How an image becomes the input.
    #[must_use]
    pub const fn preprocessing(&self) -> &Preprocessing {
        self.graph.preprocessing()
    }

    /// The number of weights and biases of all nodes.
    #[must_use]
    pub fn parameters(&self) -> usize {
        let nodes = self.graph.nodes().iter();
        nodes.map(|node| node.op().parameters()).sum()
    }

    /// Whether the model's file has the weights by the Rice code.
    pub(crate) fn is_compact(&self) -> bool {
        self.parameters() > Self::MAX_PLAIN_PARAMETERS
    }

    /// Runs the network and keeps the output of every node: the meaning of the model on these
    /// pixels.
    ///
    /// # Errors
    ///
    /// The pixels' shape is not [`Preprocessing::shape`].
    pub fn run(&self, pixels: &Pixels) -> Result<Trace, InputError> {
        let outputs = self.evaluate(pixels, false)?;
        let remainders = self.graph.nodes().iter().map(|node| {
            let Op::Rescale(rescale) = node.op() else {
                return Vec::new();
            };
            let input = node.inputs().first().and_then(|id| outputs.get(*id));
            let cells = input.map(Vec::as_slice).unwrap_or_default();
            cells.iter().map(|x| rescale.remainder(*x)).collect()
        });
        Ok(Trace {
            remainders: remainders.collect(),
            classification: self.classification(&outputs),
            outputs,
        })
    }

    /// Runs the network and keeps only the result; tensors are dropped after their last use.
    ///
    /// # Errors
    ///
    /// As [`Self::run`].
    pub fn classify(&self, pixels: &Pixels) -> Result<Classification, InputError> {
        let outputs = self.evaluate(pixels, true)?;
        Ok(self.classification(&outputs))
    }

    /// The output of every node. With `forget`, an output is dropped after its last use and is then
    /// empty.
    fn evaluate(&self, pixels: &Pixels, forget: bool) -> Result<Vec<Vec<i64>>, InputError> {
        let expected = self.preprocessing().shape();
        if pixels.shape() != expected {
            return Err(InputError {
                expected,
                got: pixels.shape(),
            });
        }
        let nodes = self.graph.nodes();
        let last_uses = if forget { last_uses(nodes) } else { Vec::new() };
        let mut outputs: Vec<Vec<i64>> = Vec::with_capacity(nodes.len());
        for (id, node) in nodes.iter().enumerate() {
            let value = |input: &NodeId| {
                Some(Value {
                    shape: nodes.get(*input)?.tensor().shape,
                    cells: outputs.get(*input)?,
                })
            };
            let inputs: Vec<_> = node.inputs().iter().filter_map(value).collect();
            let output = if matches!(node.op(), Op::Input) {
                pixels.values().iter().map(|v| i64::from(*v)).collect()
            } else {
                node.op().run(&inputs, node.tensor().shape)
            };
            outputs.push(output);
            for dead in node
                .inputs()
                .iter()
                .filter(|input| last_uses.get(**input) == Some(&id))
            {
                if let Some(output) = outputs.get_mut(*dead) {
                    *output = Vec::new();
                }
            }
        }
        Ok(outputs)
    }

    fn classification(&self, outputs: &[Vec<i64>]) -> Classification {
        Classification {
            logits: outputs.last().cloned().unwrap_or_default(),
            scale: self
                .graph
                .output()
                .map_or(0, |tensor: &Tensor| tensor.scale),
        }
    }
}

/// For every node, the last node that takes its output, or the node itself if none does.
fn last_uses(nodes: &[Node]) -> Vec<NodeId> {
    let mut last: Vec<NodeId> = (0..nodes.len()).collect();
    for (id, node) in nodes.iter().enumerate() {
        for input in node.inputs() {
            if let Some(last) = last.get_mut(*input) {
                *last = id;
            }
        }
    }
    last
}

/// The output of every node on one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    outputs: Vec<Vec<i64>>,
    remainders: Vec<Vec<i64>>,
    classification: Classification,
}

impl Trace {
    /// The cells of a node's output; empty if the node does not exist.
    #[must_use]
    pub fn output(&self, node: NodeId) -> &[i64] {
        self.outputs
            .get(node)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The remainders of a [`crate::Rescale`], one for each cell; empty for every other operator.
    #[must_use]
    pub fn remainders(&self, node: NodeId) -> &[i64] {
        let remainders = self.remainders.get(node);
        remainders.map(Vec::as_slice).unwrap_or_default()
    }

    /// The logits and the label.
    #[must_use]
    pub const fn classification(&self) -> &Classification {
        &self.classification
    }
}

/// The logits of one image, and the label that follows from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classification {
    logits: Vec<i64>,
    scale: i32,
}

impl Classification {
    /// The result of a network whose last node gave these logits. This is for programs that run a
    /// network in another way; [`Model::run`] and [`Model::classify`] make it themselves.
    #[must_use]
    pub const fn new(logits: Vec<i64>, scale: i32) -> Self {
        Self { logits, scale }
    }

    /// One value per class; a logit `X` stands for `X · 2^-scale`.
    #[must_use]
    pub fn logits(&self) -> &[i64] {
        &self.logits
    }

    /// The scale of [`Self::logits`].
    #[must_use]
    pub const fn scale(&self) -> i32 {
        self.scale
    }

    /// The class with the largest logit; the first if several are equal.
    #[must_use]
    pub fn label(&self) -> usize {
        self.best(None)
    }

    /// The class that would be the label if [`Self::label`] did not exist.
    #[must_use]
    pub fn runner_up(&self) -> usize {
        self.best(Some(self.label()))
    }

    /// The label's logit less the runner-up's, at [`Self::scale`]; never negative.
    #[must_use]
    pub fn margin(&self) -> i64 {
        let logit = |class| self.logits.get(class).copied().unwrap_or_default();
        logit(self.label()).saturating_sub(logit(self.runner_up()))
    }

    fn best(&self, except: Option<usize>) -> usize {
        let classes = self.logits.iter().enumerate();
        let rivals = classes.filter(|(class, _)| Some(*class) != except);
        let best = rivals.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map_or(0, |(class, _)| class)
    }
}

/// The shape of the pixels is not that of the model's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the model takes [channels, height, width] = {expected:?}, got {got:?}")]
pub struct InputError {
    /// The shape of the model's input.
    pub expected: [u16; 3],
    /// The pixels' shape.
    pub got: [u16; 3],
}

/// Why a graph and these names are not a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The numbers of classes and of outputs differ, or are out of range.
    #[error(
        "the graph has {outputs} flat outputs for {got} classes; expected as many, 2 to {}",
        Model::MAX_CLASSES
    )]
    Classes {
        /// Outputs of the graph, or 0 if they are not flat.
        outputs: usize,
        /// Class names given.
        got: usize,
    },
    /// The model's name is empty, too long or not printable.
    #[error(
        "the model's name must have 1 to {} bytes and no control characters",
        Model::MAX_NAME_BYTES
    )]
    Name,
    /// A class name is empty, too long or not printable.
    #[error(
        "the name of class {class} must have 1 to {} bytes and no control characters",
        Model::MAX_NAME_BYTES
    )]
    ClassName {
        /// The class whose name it is.
        class: usize,
    },
}
