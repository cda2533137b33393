//! A node that is being lowered, with its inputs, its attributes and the layers that it may add.

use super::attributes::Attributes;
use super::view::View;
use super::{Lowering, Refusal, Value};
use crate::constant::Constant;
use crate::network::{Kind, LayerId};
use crate::proto;
use zklens_model::Shape;

/// A node that is being lowered.
pub(super) struct Context<'a> {
    pub(super) lowering: &'a mut Lowering,
    pub(super) node: &'a proto::Node,
    pub(super) name: &'a str,
    pub(super) attributes: &'a Attributes<'a>,
}

impl Context<'_> {
    /// The number in attribute `name`, which must be finite, or the default.
    pub(super) fn parameter(&self, name: &str, default: f32) -> Result<f32, Refusal> {
        let value = self.attributes.float(name).unwrap_or(default);
        if value.is_finite() {
            Ok(value)
        } else {
            Err(format!("its {name} is {value}"))
        }
    }

    /// The name of input `index`; `None` if the node leaves it out.
    pub(super) fn input_name(&self, index: usize) -> Option<&str> {
        let name = self.node.input.get(index)?;
        (!name.is_empty()).then_some(name)
    }

    /// Input `index`, which must have ordinary numbers: not a label, probabilities or quantised
    /// numbers.
    pub(super) fn value(&self, index: usize) -> Result<&Value, Refusal> {
        match self.any_value(index)? {
            Value::Probabilities(_) => {
                Err("it follows a softmax, which can only be the last operator".into())
            }
            Value::Label(_) => {
                Err("it follows an ArgMax, which can only be the last operator".into())
            }
            Value::Quantised(..) => Err(
                "it computes with quantised numbers; give the network in floating point: zklens \
                 quantises by itself"
                    .into(),
            ),
            value => Ok(value),
        }
    }

    pub(super) fn any_value(&self, index: usize) -> Result<&Value, Refusal> {
        let name = self
            .input_name(index)
            .ok_or_else(|| format!("input {index} is missing"))?;
        let value = self.lowering.values.get(name);
        value.ok_or_else(|| format!("input `{name}` is not defined before it"))
    }

    pub(super) fn view(&self, index: usize) -> Result<View, Refusal> {
        match self.value(index)? {
            Value::Activation(view) if view.is_integer => {
                Err("it computes with whole numbers; a Cast to float must come before".into())
            }
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

    /// A list of integers that is an attribute in old opsets and an input in new ones.
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

    /// Adds a layer that has the node's name.
    pub(super) fn emit(
        &mut self,
        kind: Kind,
        inputs: Vec<LayerId>,
        shape: Shape,
    ) -> Result<LayerId, Refusal> {
        self.lowering.push(self.name, kind, inputs, shape)
    }
}
