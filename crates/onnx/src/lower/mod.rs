//! ONNX graph → [`Network`]. Every node is either understood completely or refused by name.

mod activation;
mod attributes;
mod context;
mod input;
mod linear;
mod pool;
mod relabel;
mod shape_arithmetic;
mod view;

use crate::constant::Constant;
use crate::error::ImportError;
use crate::network::{Kind, Layer, LayerId, Network};
use crate::proto;
use attributes::Attributes;
use context::Context;
use std::collections::BTreeMap;
use view::View;
use zklens_model::{GraphBuilder, Shape};

/// Operators the importer understands.
pub(crate) const OPERATORS: [&str; 38] = [
    "Add",
    "AveragePool",
    "BatchNormalization",
    "Cast",
    "Clip",
    "Concat",
    "Constant",
    "Conv",
    "Div",
    "Dropout",
    "Flatten",
    "Gather",
    "Gemm",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "Identity",
    "LeakyRelu",
    "LogSoftmax",
    "MatMul",
    "Max",
    "MaxPool",
    "Min",
    "Mul",
    "Neg",
    "Pad",
    "ReduceMean",
    "Relu",
    "Reshape",
    "Shape",
    "Sigmoid",
    "Slice",
    "Softmax",
    "Squeeze",
    "Sub",
    "Sum",
    "Tanh",
    "Transpose",
    "Unsqueeze",
];

/// Why one node was refused; the node's name is added by [`lower`].
pub(super) type Refusal = String;

/// What an ONNX value name stands for.
#[derive(Clone, Debug)]
enum Value {
    Constant(Constant),
    Activation(View),
    /// The output of a final softmax, which nothing may use.
    Probabilities(View),
}

/// A lowered graph, with what was learned of its input.
pub(crate) struct Lowered {
    pub(crate) network: Network,
    /// `[channels, height, width]`.
    pub(crate) input: [u16; 3],
}

/// Lowers the graph of `model`. `size` is the input's `[height, width]`, where the file leaves it
/// open.
pub(crate) fn lower(model: &proto::Model, size: Option<[u16; 2]>) -> Result<Lowered, ImportError> {
    let graph = model
        .graph
        .as_ref()
        .ok_or_else(|| ImportError::malformed("it holds no graph"))?;
    let opset = opset(model)?;
    if !model.functions.is_empty() || !graph.sparse_initializer.is_empty() {
        return Err(ImportError::malformed(
            "model-local functions and sparse weights are not supported",
        ));
    }
    let mut lowering = Lowering {
        opset,
        ..Lowering::default()
    };
    for tensor in &graph.initializer {
        let constant = Value::Constant(Constant::try_from(tensor)?);
        lowering
            .define(&tensor.name, constant)
            .map_err(ImportError::malformed)?;
    }
    let input = lowering.add_input(graph, size)?;
    for node in &graph.node {
        lowering.add_node(node)?;
    }
    let network = lowering.finish(graph)?;
    Ok(Lowered { network, input })
}

/// The version of the default operator set.
fn opset(model: &proto::Model) -> Result<i64, ImportError> {
    let default = |set: &&proto::OperatorSet| set.domain.is_empty() || set.domain == "ai.onnx";
    let sets: Vec<_> = model.opset_import.iter().filter(default).collect();
    let [opset] = sets[..] else {
        return Err(ImportError::malformed(format!(
            "it names {} versions of ONNX's operator set; expected one",
            sets.len()
        )));
    };
    if crate::OPSETS.contains(&opset.version) {
        Ok(opset.version)
    } else {
        Err(ImportError::Opset { got: opset.version })
    }
}

#[derive(Default)]
struct Lowering {
    opset: i64,
    /// The batch size that the file fixes, 1 if it fixes none. Views have a batch of 1.
    batch: usize,
    values: BTreeMap<String, Value>,
    /// Elements that [`Self::values`] holds.
    held: usize,
    layers: Vec<Layer>,
    /// Cells, weights and work of [`Self::layers`].
    cells: usize,
    weights: usize,
    work: usize,
}

/// The most elements of constants and transposes there may be, and the most weights.
const MAX_HELD: usize = 1 << 28;

impl Lowering {
    fn add_input(
        &mut self,
        graph: &proto::Graph,
        size: Option<[u16; 2]>,
    ) -> Result<[u16; 3], ImportError> {
        let is_free = |input: &&proto::ValueInfo| !self.values.contains_key(&input.name);
        let free: Vec<_> = graph.input.iter().filter(is_free).collect();
        let [image] = free[..] else {
            return Err(ImportError::Input {
                reason: format!("expected one input, got {}", free.len()),
            });
        };
        let fault = |reason| ImportError::Input { reason };
        let input::Image { sides, batch, view } = input::image(image, size).map_err(fault)?;
        let [channels, height, width] = sides.map(usize::from);
        let shape = Shape::new(channels, height, width);
        let shape = shape.ok_or_else(|| fault("it is empty or too large".into()))?;
        self.batch = batch;
        self.push(&image.name, Kind::Input, Vec::new(), shape)
            .map_err(fault)?;
        self.define(&image.name, Value::Activation(view))
            .map_err(fault)?;
        Ok(sides)
    }

    fn add_node(&mut self, node: &proto::Node) -> Result<(), ImportError> {
        let first_output = node.output.first().cloned().unwrap_or_default();
        let mut names = core::iter::once(&node.name).chain(&node.output);
        let name = names
            .find(|name| !name.is_empty())
            .cloned()
            .unwrap_or_default();
        let refuse = |reason: Refusal| ImportError::Unsupported {
            node: name.clone(),
            operator: node.op_type.clone(),
            reason,
        };
        if !OPERATORS.contains(&node.op_type.as_str()) {
            return Err(refuse("the operator is not supported".into()));
        }
        if node.output.iter().skip(1).any(|output| !output.is_empty()) && node.op_type != "Dropout"
        {
            return Err(refuse("only its first output is understood".into()));
        }
        let attributes = Attributes::new(node);
        let mut context = Context {
            lowering: self,
            node,
            name: &name,
            attributes: &attributes,
        };
        let value = context.dispatch().map_err(refuse)?;
        if let Some(unread) = attributes.unread() {
            return Err(refuse(format!(
                "its attribute `{unread}` is not understood"
            )));
        }
        self.define(&first_output, value).map_err(refuse)
    }

    /// Gives `value` a name that no other value has.
    fn define(&mut self, name: &str, value: Value) -> Result<(), Refusal> {
        let len = match &value {
            Value::Constant(constant) => constant.len(),
            Value::Activation(view) | Value::Probabilities(view) => {
                view.order.as_ref().map_or(0, Vec::len)
            }
        };
        self.held = self.held.saturating_add(len);
        if self.held > MAX_HELD {
            return Err("the constants and transposes are too large together".into());
        }
        if name.is_empty() || self.values.insert(name.into(), value).is_some() {
            return Err(format!("the value `{name}` has no name or is made twice"));
        }
        Ok(())
    }

    fn push(
        &mut self,
        name: &str,
        kind: Kind,
        inputs: Vec<LayerId>,
        shape: Shape,
    ) -> Result<LayerId, Refusal> {
        if self.layers.len() >= GraphBuilder::MAX_NODES {
            return Err(format!(
                "there are more than {} layers",
                GraphBuilder::MAX_NODES
            ));
        }
        self.cells = self.cells.saturating_add(shape.len());
        if self.cells > GraphBuilder::MAX_CELLS {
            return Err("the activations are too large together".into());
        }
        self.weights = self.weights.saturating_add(kind.weights());
        if self.weights > MAX_HELD {
            return Err("there are too many weights".into());
        }
        self.work = self.work.saturating_add(kind.work(shape));
        if self.work as u64 > GraphBuilder::MAX_WORK {
            return Err("one run would take too many operations".into());
        }
        self.layers.push(Layer {
            name: name.into(),
            kind,
            inputs,
            shape,
        });
        Ok(self.layers.len() - 1)
    }

    /// Makes the graph's output the last layer, and drops what does not feed it.
    fn finish(mut self, graph: &proto::Graph) -> Result<Network, ImportError> {
        let fault = |reason: String| ImportError::Output { reason };
        let [output] = &graph.output[..] else {
            return Err(fault(format!(
                "expected one output, got {}",
                graph.output.len()
            )));
        };
        let view = match self.values.get(&output.name) {
            Some(Value::Activation(view) | Value::Probabilities(view)) => view.clone(),
            Some(Value::Constant(_)) => {
                return Err(fault("it does not depend on the image".into()));
            }
            None => return Err(fault(format!("no node makes `{}`", output.name))),
        };
        if view.order.is_some() {
            return Err(fault("its elements are transposed".into()));
        }
        let row = view.dims.iter().filter(|dim| **dim != 1).count() <= 1;
        if !row {
            return Err(fault(format!("it has dimensions {:?}", view.dims)));
        }
        let flat = self.flat(&output.name, &view).map_err(fault)?;
        if flat == 0 {
            return Err(fault("it is the image itself".into()));
        }
        let mut network = Network {
            layers: self.layers,
            output: flat,
        };
        crate::fold::drop_unused(&mut network);
        if network
            .layers
            .first()
            .is_none_or(|layer| layer.kind != Kind::Input)
        {
            return Err(fault("it does not depend on the image".into()));
        }
        Ok(network)
    }
}
