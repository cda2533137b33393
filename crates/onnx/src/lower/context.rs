//! One node and what its operator may ask: inputs, attributes, new layers.

use super::attributes::Attributes;
use super::view::View;
use super::{Lowering, Refusal, Value};
use crate::constant::Constant;
use crate::network::{Kind, LayerId};
use crate::proto;
use zklens_model::Shape;

/// One node while it is lowered.
pub(super) struct Context<'a> {
    pub(super) lowering: &'a mut Lowering,
    pub(super) node: &'a proto::Node,
    pub(super) name: &'a str,
    pub(super) attributes: &'a Attributes<'a>,
}

impl Context<'_> {
    pub(super) fn dispatch(&mut self) -> Result<Value, Refusal> {
        if !self.node.domain.is_empty() && self.node.domain != "ai.onnx" {
            return Err(format!(
                "its operator domain `{}` is not supported",
                self.node.domain
            ));
        }
        match self.node.op_type.as_str() {
            "Conv" => self.conv(),
            "Gemm" => self.gemm(),
            "MatMul" => self.mat_mul(),
            "BatchNormalization" => self.batch_normalization(),
            "Add" | "Sum" => self.add(),
            "Sub" => self.sub(),
            "Mul" => self.mul(),
            "Div" => self.div(),
            "Neg" => self.neg(),
            "Relu" => self.activation(Kind::Relu),
            "Clip" => self.clip(),
            "LeakyRelu" => self.leaky_relu(),
            "Sigmoid" => self.sigmoid(),
            "Tanh" => self.tanh(),
            "Softmax" | "LogSoftmax" => self.softmax(),
            "MaxPool" => self.max_pool(),
            "AveragePool" => self.average_pool(),
            "GlobalAveragePool" => self.global_pool(Kind::AveragePool),
            "GlobalMaxPool" => self.global_pool(Kind::MaxPool),
            "ReduceMean" => self.reduce_mean(),
            "Pad" => self.pad(),
            "Concat" => self.concat(),
            "Flatten" => self.flatten(),
            "Reshape" => self.reshape(),
            "Squeeze" => self.squeeze(),
            "Unsqueeze" => self.unsqueeze(),
            "Transpose" => self.transpose(),
            "Shape" => self.shape(),
            "Gather" => self.gather(),
            "Identity" => self.any_value(0).cloned(),
            "Max" => self.max(),
            "Min" => self.min(),
            "Slice" => self.slice(),
            "Cast" => self.cast(),
            "Dropout" => self.dropout(),
            "Constant" => self.constant_node(),
            other => Err(format!("`{other}` is listed and not lowered")),
        }
    }

    /// The name of input `index`, if it is given.
    pub(super) fn input_name(&self, index: usize) -> Option<&str> {
        let name = self.node.input.get(index)?;
        (!name.is_empty()).then_some(name)
    }

    /// Input `index`, which is not the output of a softmax.
    pub(super) fn value(&self, index: usize) -> Result<&Value, Refusal> {
        match self.any_value(index)? {
            Value::Probabilities(_) => {
                Err("it follows a softmax, which can only be the last operator".into())
            }
            value => Ok(value),
        }
    }

    fn any_value(&self, index: usize) -> Result<&Value, Refusal> {
        let name = self
            .input_name(index)
            .ok_or_else(|| format!("input {index} is missing"))?;
        let value = self.lowering.values.get(name);
        value.ok_or_else(|| format!("input `{name}` is not defined before it"))
    }

    pub(super) fn view(&self, index: usize) -> Result<View, Refusal> {
        match self.value(index)? {
            Value::Activation(view) => Ok(view.clone()),
            _ => Err(format!(
                "input {index} is a constant; expected values that depend on the image"
            )),
        }
    }

    pub(super) fn constant(&self, index: usize) -> Result<&Constant, Refusal> {
        match self.value(index)? {
            Value::Constant(constant) => Ok(constant),
            _ => Err(format!(
                "input {index} depends on the image; expected a constant"
            )),
        }
    }

    /// An optional constant input.
    pub(super) fn optional(&self, index: usize) -> Result<Option<&Constant>, Refusal> {
        self.input_name(index)
            .map(|_| self.constant(index))
            .transpose()
    }

    /// Small integers given as an attribute in old opsets and as an input in new ones.
    pub(super) fn ints(&self, attribute: &str, index: usize) -> Result<Option<Vec<i64>>, Refusal> {
        if let Some(ints) = self.attributes.ints(attribute) {
            return Ok(Some(ints.to_vec()));
        }
        let Some(constant) = self.optional(index)? else {
            return Ok(None);
        };
        let ints = constant
            .as_ints()
            .ok_or_else(|| format!("input {index} must hold integers"))?;
        Ok(Some(ints.to_vec()))
    }

    /// Pushes a layer on one input and views it in its own order.
    pub(super) fn emit(
        &mut self,
        kind: Kind,
        inputs: Vec<LayerId>,
        shape: Shape,
    ) -> Result<LayerId, Refusal> {
        self.lowering.push(self.name, kind, inputs, shape)
    }
}
