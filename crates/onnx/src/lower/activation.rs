//! Activations.

use super::view::View;
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
        let view = self.view(0)?;
        self.clip_view(&view, lo, hi)
    }

    /// The larger of `x` and a constant.
    pub(super) fn max(&mut self) -> Result<Value, Refusal> {
        let (view, lo) = self.against_a_constant()?;
        self.clip_view(&view, lo, f32::INFINITY)
    }

    /// The smaller of `x` and a constant.
    pub(super) fn min(&mut self) -> Result<Value, Refusal> {
        let (view, hi) = self.against_a_constant()?;
        self.clip_view(&view, f32::NEG_INFINITY, hi)
    }

    /// What depends on the image, and the number it is compared with.
    fn against_a_constant(&self) -> Result<(View, f32), Refusal> {
        let (view, constant) = match (self.node.input.len(), self.value(0)?, self.value(1)?) {
            (2, Value::Activation(view), Value::Constant(constant))
            | (2, Value::Constant(constant), Value::Activation(view)) => (view, constant),
            _ => return Err("only a comparison with one constant is supported".into()),
        };
        let number = constant
            .scalar()
            .filter(|_| constant.dims.len() <= view.dims.len());
        let number = number.ok_or("its constant must be one number")?;
        Ok((view.clone(), number))
    }

    fn clip_view(&mut self, view: &View, lo: f32, hi: f32) -> Result<Value, Refusal> {
        if lo > hi || lo.is_nan() || hi.is_nan() {
            return Err(format!("its bounds {lo} and {hi} leave nothing"));
        }
        if lo == 0.0 && hi >= f32::MAX {
            return self.cell_by_cell(view, Kind::Relu);
        }
        self.cell_by_cell(view, Kind::Clip { lo, hi })
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
