//! Activations.

use super::affine::scalar;
use super::view::View;
use super::{Context, Refusal, Value};
use crate::constant::{Constant, Data};
use crate::curve::{Curve, Formula};
use crate::network::Kind;

impl Context<'_> {
    pub(super) fn activation(&mut self, kind: Kind) -> Result<Value, Refusal> {
        let view = self.view(0)?;
        self.cell_by_cell(&view, kind)
    }

    pub(super) fn curve(&mut self, curve: Curve) -> Result<Value, Refusal> {
        self.activation(Kind::Curve(curve))
    }

    /// A curve that depends on the attribute `alpha`.
    pub(super) fn curve_of_alpha(
        &mut self,
        default: f32,
        curve: impl FnOnce(f32) -> Curve,
    ) -> Result<Value, Refusal> {
        let alpha = self.parameter("alpha", default)?;
        self.curve(curve(alpha))
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

    /// The larger of `x` and a constant, or of two tensors.
    pub(super) fn max(&mut self) -> Result<Value, Refusal> {
        match self.compared()? {
            Compared::WithNumber(view, lo) => self.clip_view(&view, lo, f32::INFINITY),
            Compared::Both(a, b) => {
                let function = self.function_of_both(&a, &b, Formula::Larger, "");
                function.or_else(|_| self.larger_or_smaller(&a, &b, true))
            }
        }
    }

    /// The smaller of `x` and a constant, or of two tensors.
    pub(super) fn min(&mut self) -> Result<Value, Refusal> {
        match self.compared()? {
            Compared::WithNumber(view, hi) => self.clip_view(&view, f32::NEG_INFINITY, hi),
            Compared::Both(a, b) => {
                let function = self.function_of_both(&a, &b, Formula::Smaller, "");
                function.or_else(|_| self.larger_or_smaller(&a, &b, false))
            }
        }
    }

    fn compared(&self) -> Result<Compared, Refusal> {
        if self.node.input.len() != 2 {
            return Err("only a comparison of two is supported".into());
        }
        let (view, constant) = match (self.value(0)?, self.value(1)?) {
            (Value::Activation(view), Value::Constant(constant))
            | (Value::Constant(constant), Value::Activation(view)) => (view, constant),
            (Value::Activation(a), Value::Activation(b)) => {
                return Ok(Compared::Both(a.clone(), b.clone()));
            }
            _ => return Err("only a comparison with one constant is supported".into()),
        };
        let number = constant
            .scalar()
            .filter(|_| constant.dims.len() <= view.dims.len())
            .ok_or("its constant must be one number")?;
        Ok(Compared::WithNumber(view.clone(), number))
    }

    pub(super) fn clip_view(&mut self, view: &View, lo: f32, hi: f32) -> Result<Value, Refusal> {
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
        self.curve(Curve::LeakyRelu { alpha })
    }

    /// `alpha·x + beta`, clipped to the range from 0 to 1.
    pub(super) fn hard_sigmoid(&mut self) -> Result<Value, Refusal> {
        let alpha = self.parameter("alpha", 0.2)?;
        let beta = self.parameter("beta", 0.5)?;
        let view = self.view(0)?;
        self.hard_sigmoid_of(&view, alpha, beta)
    }

    pub(super) fn hard_sigmoid_of(
        &mut self,
        view: &View,
        alpha: f32,
        beta: f32,
    ) -> Result<Value, Refusal> {
        let line = self.affine(view, Some(&scalar(alpha)), Some(&scalar(beta)))?;
        match line {
            Value::Activation(line) => self.clip_view(&line, 0.0, 1.0),
            other => Ok(other),
        }
    }

    /// With one slope, this is a leaky ReLU. With a slope `a` for each channel, it is
    /// `a·x + (1 − a)·max(x, 0)`.
    pub(super) fn p_relu(&mut self) -> Result<Value, Refusal> {
        let view = self.view(0)?;
        let slopes = self.constant(1)?.clone();
        let list = slopes.to_floats();
        let (Some(first), true) = (list.first(), list.iter().all(|a| a.is_finite())) else {
            return Err("its slopes are not finite".into());
        };
        if list.iter().all(|slope| slope == first) && first.abs() <= 1.0 {
            let alpha = *first;
            return self.cell_by_cell(&view, Kind::Curve(Curve::LeakyRelu { alpha }));
        }
        let rest = Constant {
            dims: slopes.dims.clone(),
            data: Data::Float(list.iter().map(|slope| 1.0 - slope).collect()),
        };
        let Value::Activation(positive) = self.cell_by_cell(&view, Kind::Relu)? else {
            return Err("it has no values".into());
        };
        let bent = self.affine(&positive, Some(&rest), None)?;
        let line = self.affine(&view, Some(&slopes), None)?;
        match (line, bent) {
            (Value::Activation(line), Value::Activation(bent)) => self.residual(&line, &bent),
            _ => Err("it has no values".into()),
        }
    }

    pub(super) fn gelu(&mut self) -> Result<Value, Refusal> {
        let curve = match self.attributes.text("approximate").unwrap_or("none") {
            "none" => Curve::Gelu,
            "tanh" => Curve::GeluTanh,
            other => return Err(format!("its approximation `{other}` is not supported")),
        };
        self.curve(curve)
    }
}

/// The operands of a `Max` or `Min`.
enum Compared {
    WithNumber(View, f32),
    Both(View, View),
}
