//! Arithmetic with constants, and of tensors with each other.

use super::affine::scalar;
use super::view::View;
use super::{Context, Refusal, Value};
use crate::constant::{Constant, Data};
use crate::curve::{Curve, Formula};
use crate::network::Kind;
use zklens_model::{GraphBuilder, Shape};

impl Context<'_> {
    pub(super) fn add(&mut self) -> Result<Value, Refusal> {
        let count = self.node.input.len();
        let is_mean = self.node.op_type == "Mean";
        if count == 2
            && !is_mean
            && let Some(sum) = self.integers(i64::checked_add)?
        {
            return Ok(sum);
        }
        if count == 0 || count > GraphBuilder::MAX_OPERANDS {
            return Err(format!("it has {count} inputs"));
        }
        let mut sum = self.value(0)?.clone();
        for index in 1..count {
            let next = self.value(index)?.clone();
            sum = self.sum(sum, next)?;
        }
        match sum {
            Value::Activation(view) if is_mean => {
                self.affine(&view, Some(&scalar(1.0 / count as f32)), None)
            }
            sum => Ok(sum),
        }
    }

    fn sum(&mut self, left: Value, right: Value) -> Result<Value, Refusal> {
        match (left, right) {
            (Value::Activation(view), Value::Constant(constant))
            | (Value::Constant(constant), Value::Activation(view)) => {
                self.affine(&view, None, Some(&constant))
            }
            (Value::Activation(a), Value::Activation(b)) => self.residual(&a, &b),
            _ => Err("a sum of two constants; simplify the network before importing it".into()),
        }
    }

    pub(super) fn residual(&mut self, a: &View, b: &View) -> Result<Value, Refusal> {
        if a.is_integer || b.is_integer {
            return Err("it computes with whole numbers; a Cast to float must come before".into());
        }
        if a.dims != b.dims {
            return Err(format!(
                "tensors of dimensions {:?} and {:?} are added; only equal ones are supported",
                a.dims, b.dims
            ));
        }
        let shape = |this: &Self, view: &View| this.lowering.layers[view.layer].shape;
        let (left, right) = (shape(self, a), shape(self, b));
        if a.order == b.order && left.len() == right.len() {
            let other = self.lowering.relabelled(self.name, b.layer, left)?;
            let layer = self.emit(Kind::Add, vec![a.layer, other], left)?;
            return Ok(Value::Activation(View { layer, ..a.clone() }));
        }
        let common = a
            .picture()
            .ok()
            .or_else(|| Shape::flat(a.len()))
            .ok_or("its input is empty or too large")?;
        let inputs = vec![self.in_order(a, common)?, self.in_order(b, common)?];
        let layer = self.emit(Kind::Add, inputs, common)?;
        Ok(Value::Activation(View::new(layer, a.dims.clone())))
    }

    pub(super) fn sub(&mut self) -> Result<Value, Refusal> {
        if let Some(difference) = self.integers(i64::checked_sub)? {
            return Ok(difference);
        }
        let minus_one = scalar(-1.0);
        if let Value::Constant(constant) = self.value(0)?.clone() {
            let view = self.view(1)?;
            return self.affine(&view, Some(&minus_one), Some(&constant));
        }
        let view = self.view(0)?;
        let Value::Constant(constant) = self.value(1)?.clone() else {
            let subtracted = self.view(1)?;
            let negated = self.affine(&subtracted, Some(&minus_one), None)?;
            return self.sum(Value::Activation(view), negated);
        };
        let negated = constant.to_floats().iter().map(|v| -v).collect();
        let negated = Constant {
            dims: constant.dims,
            data: Data::Float(negated),
        };
        self.affine(&view, None, Some(&negated))
    }

    pub(super) fn mul(&mut self) -> Result<Value, Refusal> {
        if let Some(product) = self.integers(i64::checked_mul)? {
            return Ok(product);
        }
        match (self.value(0)?.clone(), self.value(1)?.clone()) {
            (Value::Activation(view), Value::Constant(factor))
            | (Value::Constant(factor), Value::Activation(view)) => {
                self.affine(&view, Some(&factor), None)
            }
            (Value::Activation(a), Value::Activation(b)) => {
                let function = self.function_of_both(&a, &b, Formula::Product, "");
                function.or_else(|_| self.product(&a, &b))
            }
            _ => Err("a product of two constants; simplify the network before importing it".into()),
        }
    }

    /// The product of two tensors of one shape, or of a picture with a number for each channel.
    fn product(&mut self, a: &View, b: &View) -> Result<Value, Refusal> {
        if a.is_integer || b.is_integer {
            return Err("it computes with whole numbers; a Cast to float must come before".into());
        }
        let (a, b) = if a.len() < b.len() { (b, a) } else { (a, b) };
        let inner = |view: &View| self.lowering.layers[view.layer].shape;
        let shape = inner(a);
        if a.dims == b.dims && a.order == b.order && shape == inner(b) {
            let layer = self.emit(Kind::Product, vec![a.layer, b.layer], shape)?;
            return Ok(Value::Activation(View { layer, ..a.clone() }));
        }
        let shape = a
            .picture()
            .ok()
            .or_else(|| Shape::flat(a.len()))
            .ok_or("its input is empty or too large")?;
        let per_channel = [1, shape.channels(), 1, 1];
        let other = if a.dims == b.dims {
            shape
        } else if b.dims == per_channel || b.dims == per_channel[1..] {
            Shape::flat(b.len()).ok_or("its input is empty or too large")?
        } else {
            return Err(format!(
                "it multiplies tensors of dimensions {:?} and {:?} that both depend on the image; only \
                 equal ones, or one number per channel, are supported",
                a.dims, b.dims
            ));
        };
        let inputs = vec![self.in_order(a, shape)?, self.in_order(b, other)?];
        let layer = self.emit(Kind::Product, inputs, shape)?;
        Ok(Value::Activation(View::new(layer, a.dims.clone())))
    }

    /// The larger of `a` and `b` as `b + max(a − b, 0)`, or the smaller as `a − max(a − b, 0)`.
    pub(super) fn larger_or_smaller(
        &mut self,
        a: &View,
        b: &View,
        is_larger: bool,
    ) -> Result<Value, Refusal> {
        let minus_one = scalar(-1.0);
        let negated = self.affine(b, Some(&minus_one), None)?;
        let difference = self.sum(Value::Activation(a.clone()), negated)?;
        let Value::Activation(difference) = difference else {
            return Err("it compares constants".into());
        };
        let excess = self.cell_by_cell(&difference, Kind::Relu)?;
        if is_larger {
            return self.sum(Value::Activation(b.clone()), excess);
        }
        let Value::Activation(excess) = excess else {
            return Err("it compares constants".into());
        };
        let taken = self.affine(&excess, Some(&minus_one), None)?;
        self.sum(Value::Activation(a.clone()), taken)
    }

    pub(super) fn div(&mut self) -> Result<Value, Refusal> {
        if let Some(quotient) = self.integers(i64::checked_div)? {
            return Ok(quotient);
        }
        if let Value::Constant(dividend) = self.value(0)?.clone() {
            let divisor = self.view(1)?;
            let inverse = self.cell_by_cell(&divisor, Kind::Curve(Curve::Reciprocal))?;
            return match inverse {
                Value::Activation(view) => self.affine(&view, Some(&dividend), None),
                other => Ok(other),
            };
        }
        let view = self.view(0)?;
        let divisor = match self.value(1)?.clone() {
            Value::Constant(divisor) => divisor,
            Value::Activation(other) => {
                return self.function_of_both(
                    &view,
                    &other,
                    Formula::Quotient,
                    "it divides by numbers computed from the image; only division by constants is \
                     supported",
                );
            }
            _ => return Err("only division by a constant is supported".into()),
        };
        let inverse: Vec<f32> = divisor
            .to_floats()
            .iter()
            .map(|v| (1.0 / f64::from(*v)) as f32)
            .collect();
        if inverse.iter().any(|v| !v.is_finite()) {
            return Err("it divides by zero, or by nearly zero".into());
        }
        let inverse = Constant {
            dims: divisor.dims,
            data: Data::Float(inverse),
        };
        self.affine(&view, Some(&inverse), None)
    }

    pub(super) fn neg(&mut self) -> Result<Value, Refusal> {
        let view = self.view(0)?;
        self.affine(&view, Some(&scalar(-1.0)), None)
    }

    /// A power with a constant exponent, such as a square or a square root.
    pub(super) fn pow(&mut self) -> Result<Value, Refusal> {
        let exponent = self
            .constant(1)?
            .scalar()
            .filter(|e| e.is_finite())
            .ok_or("its exponent must be one constant number")?;
        if exponent == 1.0 {
            return self.value(0).cloned();
        }
        self.curve(Curve::Power { exponent })
    }
}
