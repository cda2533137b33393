//! Activations.

use super::{Context, Refusal, Value};
use crate::network::{Curve, Kind};

impl Context<'_> {
    pub(super) fn activation(&mut self, kind: Kind) -> Result<Value, Refusal> {
        let view = self.view(0)?;
        self.cell_by_cell(&view, kind)
    }

    pub(super) fn clip(&mut self) -> Result<Value, Refusal> {
        let bound = |index, attribute, open| -> Result<f32, Refusal> {
            if let Some(bound) = self.attributes.float(attribute) {
                return Ok(bound);
            }
            match self.optional(index)? {
                Some(bound) => bound
                    .scalar()
                    .ok_or_else(|| "its bounds must be scalars".into()),
                None => Ok(open),
            }
        };
        let lo = bound(1, "min", f32::NEG_INFINITY)?;
        let hi = bound(2, "max", f32::INFINITY)?;
        if lo > hi || lo.is_nan() || hi.is_nan() {
            return Err(format!("its bounds {lo} and {hi} leave nothing"));
        }
        if lo == 0.0 && hi >= f32::MAX {
            return self.activation(Kind::Relu);
        }
        self.activation(Kind::Clip { lo, hi })
    }

    pub(super) fn leaky_relu(&mut self) -> Result<Value, Refusal> {
        let alpha = self.attributes.float("alpha").unwrap_or(0.01);
        if !alpha.is_finite() || alpha.abs() > 1.0 {
            return Err(format!("its slope {alpha} is not between -1 and 1"));
        }
        self.activation(Kind::Curve(Curve::LeakyRelu { alpha }))
    }

    pub(super) fn sigmoid(&mut self) -> Result<Value, Refusal> {
        self.activation(Kind::Curve(Curve::Sigmoid))
    }

    pub(super) fn tanh(&mut self) -> Result<Value, Refusal> {
        self.activation(Kind::Curve(Curve::Tanh))
    }

    /// A softmax over the classes keeps their order, so as the last operator it is dropped.
    pub(super) fn softmax(&mut self) -> Result<Value, Refusal> {
        let view = self.view(0)?;
        // Before opset 13 it runs over this axis and all that follow.
        let is_one_axis = self.lowering.opset >= 13;
        let default = if is_one_axis { -1 } else { 1 };
        let axis = self.attributes.int("axis").unwrap_or(default);
        let axis = super::relabel::axis(axis, view.dims.len())?;
        let count = if is_one_axis { 1 } else { view.dims.len() };
        let classes: usize = view.dims.iter().skip(axis).take(count).product();
        if classes != view.len() {
            return Err("it must run over all classes, as the last operator".into());
        }
        Ok(Value::Probabilities(view))
    }
}
