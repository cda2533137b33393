//! Lowers an ONNX graph to a [`Network`]. Every node is either supported in full or refused, and
//! the error names it.

mod activation;
mod affine;
mod arithmetic;
mod attributes;
mod context;
mod formula;
mod function;
mod fused;
mod input;
mod linear;
mod operators;
mod output;
mod pad;
mod pick;
mod pool;
mod quantised;
mod reduce;
mod relabel;
mod resize;
mod shape_arithmetic;
mod transposed_conv;
mod view;

pub(crate) use operators::names;

use crate::constant::Constant;
use crate::error::ImportError;
use crate::network::{Kind, Layer, LayerId, Network};
use crate::proto::{self, data_type};
use attributes::Attributes;
use context::Context;
use function::Calls;
use quantised::Grid;
use std::collections::BTreeMap;
use view::View;
use zklens_model::{GraphBuilder, Shape};

/// Why a node was refused. [`lower`] adds the node's name.
pub(super) type Refusal = String;

/// A named value of the ONNX graph.
#[derive(Clone, Debug)]
enum Value {
    Constant(Constant),
    Activation(View),
    /// The output of a final softmax over these logits. It is dropped, since it keeps their order.
    Probabilities(View),
    /// The position of the largest of these logits.
    Label(View),
    /// The output of a `QuantizeLinear`. Only a `DequantizeLinear` may take it. The view has the
    /// real numbers that the integers stand for.
    Quantised(View, Grid),
    /// The output of a node that cannot be imported. It is an error only if the scores depend on
    /// it.
    Failed(ImportError),
}

/// A lowered graph, and facts about its input.
pub(crate) struct Lowered {
    pub(crate) network: Network,
    /// `[channels, height, width]`.
    pub(crate) input: [u16; 3],
    /// Whether the graph's input is of an integer type. Its values are then bytes.
    pub(crate) takes_integers: bool,
}

/// Choices that the file leaves open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// The input's `[height, width]`.
    pub(crate) size: Option<[u16; 2]>,
    /// The name of the output with the scores.
    pub(crate) output: Option<&'a str>,
    pub(crate) classes: usize,
}

/// Lowers the graph of `model`.
pub(crate) fn lower(model: &proto::Model, wanted: Wanted<'_>) -> Result<Lowered, ImportError> {
    let graph = model
        .graph
        .as_ref()
        .ok_or_else(|| ImportError::malformed("it holds no graph"))?;
    let mut lowering = Lowering {
        opset: opset(model)?,
        ..Lowering::default()
    };
    for tensor in &graph.initializer {
        lowering.types.insert(tensor.name.clone(), tensor.data_type);
        lowering.add_constant(&tensor.name, Constant::try_from(tensor)?)?;
    }
    for tensor in &graph.sparse_initializer {
        let name = tensor.values.as_ref().map_or("", |values| &values.name);
        lowering.add_constant(name, Constant::try_from(tensor)?)?;
    }
    let input = lowering.add_input(graph, wanted.size)?;
    let mut calls = Calls::new(&model.functions);
    for node in &graph.node {
        calls.add(&mut lowering, node)?;
    }
    let takes_integers = lowering.takes_integers;
    let network = lowering.finish(graph, wanted)?;
    Ok(Lowered {
        network,
        input,
        takes_integers,
    })
}

/// The version of the default operator set.
fn opset(model: &proto::Model) -> Result<i64, ImportError> {
    let sets: Vec<_> = model
        .opset_import
        .iter()
        .filter(|set| is_default(&set.domain))
        .collect();
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

/// Whether a domain is that of ONNX's own operators.
fn is_default(domain: &str) -> bool {
    domain.is_empty() || domain == "ai.onnx"
}

#[derive(Default)]
struct Lowering {
    opset: i64,
    /// The batch size that the file fixes, or 1. Views always have a batch of 1.
    batch: usize,
    takes_integers: bool,
    values: BTreeMap<String, Value>,
    /// Element types of constants, as the file gives them.
    types: BTreeMap<String, i32>,
    /// The number of elements that [`Self::values`] holds.
    held: usize,
    /// The number of elements that nodes have read and made so far, whether or not [`Self::values`]
    /// holds them.
    moved: usize,
    layers: Vec<Layer>,
    /// The number of cells of [`Self::layers`] so far; then weights, and operations of a run.
    cells: usize,
    weights: usize,
    work: usize,
}

/// The most elements of all constants and transposes together, and the most weights.
const MAX_HELD: usize = 1 << 28;

/// The most elements of constants and transposes that all nodes together may read and make.
const MAX_MOVED: usize = 1 << 30;

impl Lowering {
    fn add_constant(&mut self, name: &str, constant: Constant) -> Result<(), ImportError> {
        let value = Value::Constant(constant);
        self.define(name, value).map_err(ImportError::malformed)
    }

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
        let shape = Shape::new(channels, height, width)
            .ok_or_else(|| fault("it is empty or too large".into()))?;
        self.batch = batch;
        self.takes_integers = view.is_integer;
        self.push(&image.name, Kind::Input, Vec::new(), shape)
            .map_err(fault)?;
        self.define(&image.name, Value::Activation(view))
            .map_err(fault)?;
        Ok(sides)
    }

    /// Lowers `node` and gives every output its value.
    fn add_node(&mut self, node: &proto::Node) -> Result<(), ImportError> {
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
        let lowered = match self.failed_input(node) {
            Some(error) => Err(error),
            None => self.node_values(node, &name).map_err(refuse),
        };
        let mut values = match lowered {
            Ok(values) => values.into_iter(),
            Err(error) => vec![Value::Failed(error); node.output.len()].into_iter(),
        };
        for output in &node.output {
            let missing = || {
                let what = format!("its output `{output}` is not understood");
                Value::Failed(refuse(what))
            };
            let value = values.next().unwrap_or_else(missing);
            if !output.is_empty() {
                self.define(output, value).map_err(refuse)?;
            }
        }
        Ok(())
    }

    /// The error of the first input of `node` that could not be imported, if there is one.
    fn failed_input(&self, node: &proto::Node) -> Option<ImportError> {
        let inputs = node.input.iter().filter_map(|name| self.values.get(name));
        inputs.into_iter().find_map(|value| match value {
            Value::Failed(error) => Some(error.clone()),
            _ => None,
        })
    }

    fn node_values(&mut self, node: &proto::Node, name: &str) -> Result<Vec<Value>, Refusal> {
        let operator = operators::find(node)?;
        let inputs = node.input.iter().filter_map(|name| self.values.get(name));
        self.charge(inputs.map(Value::elements).sum())?;
        let attributes = Attributes::new(node);
        let mut context = Context {
            lowering: self,
            node,
            name,
            attributes: &attributes,
        };
        let mut values = operator.lower(&mut context)?;
        context
            .lowering
            .charge(values.iter().map(Value::elements).sum())?;
        for view in values.iter_mut().filter_map(Value::view_mut) {
            if view.order.is_some() && (view.picker.is_none() || operator.moves) {
                view.picker = Some([name.into(), node.op_type.clone()]);
            }
        }
        match attributes.unread() {
            Some(unread) => Err(format!("its attribute `{unread}` is not understood")),
            None => Ok(values),
        }
    }

    /// Counts elements that a node reads or makes. Once the total is too large, every further node
    /// is refused before it does any work.
    fn charge(&mut self, elements: usize) -> Result<(), Refusal> {
        self.moved = self.moved.saturating_add(elements);
        if self.moved > MAX_MOVED {
            return Err(format!(
                "the nodes up to this one move more than {MAX_MOVED} elements of constants and \
                 transposes"
            ));
        }
        Ok(())
    }

    /// Gives `value` its name, which no other value may have.
    fn define(&mut self, name: &str, mut value: Value) -> Result<(), Refusal> {
        if let Some(view) = value.view_mut() {
            let layer = self.layers.get(view.layer);
            if layer.is_some_and(|layer| view.is_all_of(layer.shape)) {
                view.order = None;
            }
        }
        self.held = self.held.saturating_add(value.elements());
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

    /// The element type of a constant, as the file gives it.
    fn type_of(&self, name: &str) -> i32 {
        self.types.get(name).copied().unwrap_or(data_type::FLOAT)
    }
}
