//! One node and what its operator may ask: inputs, attributes, new layers.

use super::attributes::Attributes;
use super::view::View;
use super::{Lowering, Refusal, Value, is_default};
use crate::constant::Constant;
use crate::curve::Curve;
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
    /// The values of the node's outputs, or of the first of them.
    pub(super) fn dispatch(&mut self) -> Result<Vec<Value>, Refusal> {
        if !is_default(&self.node.domain) {
            return self.fused().map(|value| vec![value]);
        }
        match self.node.op_type.as_str() {
            "Split" => self.split(),
            operator => self.weighted(operator).map(|value| vec![value]),
        }
    }

    fn weighted(&mut self, operator: &str) -> Result<Value, Refusal> {
        match operator {
            "Conv" => self.conv(),
            "ConvTranspose" => self.conv_transpose(),
            "Gemm" => self.gemm(),
            "MatMul" => self.mat_mul(),
            "BatchNormalization" => self.batch_normalization(),
            "Add" | "Sum" | "Mean" => self.add(),
            "Sub" => self.sub(),
            "Mul" => self.mul(),
            "Div" => self.div(),
            "Neg" => self.neg(),
            "Pow" => self.pow(),
            "Max" => self.max(),
            "Min" => self.min(),
            "MaxPool" => self.max_pool(),
            "AveragePool" => self.average_pool(),
            "GlobalAveragePool" | "GlobalMaxPool" => self.global_pool(),
            "ReduceMean" | "ReduceSum" | "ReduceMax" => self.reduce(),
            "Pad" => self.pad(),
            "QuantizeLinear" => self.quantize_linear(),
            "DequantizeLinear" => self.dequantize_linear(),
            _ => self.unweighted(operator),
        }
    }

    /// Operators without weights: activations, and those that only move cells.
    fn unweighted(&mut self, operator: &str) -> Result<Value, Refusal> {
        match operator {
            "Softmax" | "LogSoftmax" => self.softmax(),
            "Log" => self.log(),
            "ArgMax" => self.arg_max(),
            "Concat" => self.concat(),
            "Flatten" => self.flatten(),
            "Reshape" => self.reshape(),
            "Squeeze" => self.squeeze(),
            "Unsqueeze" => self.unsqueeze(),
            "Transpose" => self.transpose(),
            "Shape" => self.shape(),
            "Gather" => self.gather(),
            "Slice" => self.slice(),
            "DepthToSpace" => self.depth_to_space(),
            "SpaceToDepth" => self.space_to_depth(),
            "Resize" | "Upsample" => self.resize(),
            "Identity" => self.any_value(0).cloned(),
            "Cast" => self.cast(),
            "Dropout" => self.dropout(),
            "Constant" => self.constant_node(),
            "ConstantOfShape" => self.constant_of_shape(),
            _ => self.elementwise(operator),
        }
    }

    fn elementwise(&mut self, operator: &str) -> Result<Value, Refusal> {
        let curve = match operator {
            "Relu" => return self.activation(Kind::Relu),
            "Clip" => return self.clip(),
            "HardSigmoid" => return self.hard_sigmoid(),
            "PRelu" => return self.p_relu(),
            "LeakyRelu" => return self.leaky_relu(),
            "Gelu" => return self.gelu(),
            "Sigmoid" => Curve::Sigmoid,
            "Tanh" => Curve::Tanh,
            "Elu" => Curve::Elu {
                alpha: self.parameter("alpha", 1.0)?,
            },
            "Celu" => Curve::Celu {
                alpha: self.parameter("alpha", 1.0)?,
            },
            "Selu" => Curve::Selu {
                alpha: self.parameter("alpha", 1.673_263_2)?,
                gamma: self.parameter("gamma", 1.050_701)?,
            },
            "Swish" => Curve::Swish {
                alpha: self.parameter("alpha", 1.0)?,
            },
            "ThresholdedRelu" => Curve::ThresholdedRelu {
                alpha: self.parameter("alpha", 1.0)?,
            },
            "HardSwish" => Curve::HardSwish,
            "Mish" => Curve::Mish,
            "Softplus" => Curve::Softplus,
            "Softsign" => Curve::Softsign,
            "Exp" => Curve::Exp,
            "Sqrt" => Curve::Sqrt,
            "Reciprocal" => Curve::Reciprocal,
            "Erf" => Curve::Erf,
            "Abs" => Curve::Abs,
            "Sin" => Curve::Sin,
            "Cos" => Curve::Cos,
            "Atan" => Curve::Atan,
            other => return Err(format!("`{other}` is listed and not lowered")),
        };
        self.activation(Kind::Curve(curve))
    }

    /// A finite number that the operator's function depends on.
    pub(super) fn parameter(&self, name: &str, default: f32) -> Result<f32, Refusal> {
        let value = self.attributes.float(name).unwrap_or(default);
        if value.is_finite() {
            Ok(value)
        } else {
            Err(format!("its {name} is {value}"))
        }
    }

    /// The name of input `index`, if it is given.
    pub(super) fn input_name(&self, index: usize) -> Option<&str> {
        let name = self.node.input.get(index)?;
        (!name.is_empty()).then_some(name)
    }

    /// Input `index`, which is a number as it stands: not a class, nor what a softmax makes of logits.
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
