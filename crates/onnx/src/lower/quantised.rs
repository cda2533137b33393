//! Networks with marks of a quantisation: `QuantizeLinear` and `DequantizeLinear` around operators
//! in floating point. Such a pair rounds a value and clips it to the range of its integers. The
//! importer keeps the clip and drops the rounding, since zklens rounds by itself.

use super::{Context, Refusal, Value};
use crate::constant::{Constant, Data};
use crate::proto::data_type;

/// Integers `n` that stand for the numbers `scale · (n − zero)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Grid {
    scale: f32,
    zero: i64,
}

impl Context<'_> {
    pub(super) fn quantize_linear(&mut self) -> Result<Value, Refusal> {
        self.attributes.ignore("saturate");
        self.attributes.ignore("precision");
        let r#type = self.quantised_type()?;
        let (lo, hi) = match r#type {
            data_type::UINT8 => (0, 0xff),
            data_type::INT8 => (-0x80, 0x7f),
            data_type::UINT16 => (0, 0xffff),
            data_type::INT16 => (-0x8000, 0x7fff),
            other => {
                return Err(format!(
                    "it quantises to {}; int8, uint8, int16 and uint16 are supported",
                    data_type::name(other)
                ));
            }
        };
        if let Value::Constant(constant) = self.value(0)?.clone() {
            let (scales, zeros) = self.grids(&constant.dims)?;
            let floats = constant.to_floats().into_iter();
            let quantised = floats
                .zip(scales.iter().zip(zeros))
                .map(|(x, (scale, zero))| {
                    let whole = f64::from(x / scale).round_ties_even() as i64;
                    whole.saturating_add(zero).clamp(lo, hi)
                });
            return Ok(Value::Constant(Constant {
                dims: constant.dims,
                data: Data::Int(quantised.collect()),
            }));
        }
        let view = self.view(0)?;
        let grid = self.grid()?;
        let real = |n: i64| (n - grid.zero) as f32 * grid.scale;
        let clipped = self.clip_view(&view, real(lo), real(hi))?;
        match clipped {
            Value::Activation(view) => Ok(Value::Quantised(view, grid)),
            other => Ok(other),
        }
    }

    pub(super) fn dequantize_linear(&mut self) -> Result<Value, Refusal> {
        self.attributes.ignore("output_dtype");
        if let Value::Quantised(view, grid) = self.any_value(0)?.clone() {
            self.attributes.ignore("axis");
            if self.grid()? != grid {
                return Err("it reads quantised numbers by another scale than wrote them".into());
            }
            return Ok(Value::Activation(view));
        }
        let constant = self.constant(0)?.clone();
        let list = constant.as_ints().ok_or("its input is not quantised")?;
        let (scales, zeros) = self.grids(&constant.dims)?;
        let numbers = list.iter().zip(scales.iter().zip(zeros));
        let real = numbers.map(|(n, (scale, zero))| n.saturating_sub(zero) as f32 * scale);
        Ok(Value::Constant(Constant {
            dims: constant.dims.clone(),
            data: Data::Float(real.collect()),
        }))
    }

    /// The range of a quantisation's integers, which is that of its zero's type.
    fn quantised_type(&self) -> Result<i32, Refusal> {
        let given = self
            .attributes
            .int("output_dtype")
            .and_then(|given| i32::try_from(given).ok());
        match (self.input_name(2), given) {
            (Some(zero), _) => Ok(self.lowering.type_of(zero)),
            (None, Some(given)) if given != 0 => Ok(given),
            (None, _) => Ok(data_type::UINT8),
        }
    }

    /// The scale and the zero of a quantisation that has one of each.
    fn grid(&self) -> Result<Grid, Refusal> {
        let scale = self
            .constant(1)?
            .scalar()
            .filter(|s| *s > 0.0 && s.is_finite())
            .ok_or("activations must have one positive scale")?;
        let zero = match self.optional(2)? {
            Some(zero) => match zero.as_ints() {
                Some([zero]) => *zero,
                _ => return Err("activations must have one whole zero point".into()),
            },
            None => 0,
        };
        Ok(Grid { scale, zero })
    }

    /// A scale and a zero for each element of a constant.
    fn grids(&self, dims: &[usize]) -> Result<(Vec<f32>, Vec<i64>), Refusal> {
        if self.attributes.int("block_size").unwrap_or(0) != 0 {
            return Err("scales for blocks are not supported".into());
        }
        let scales = self.constant(1)?.to_floats();
        if scales.iter().any(|s| *s <= 0.0 || !s.is_finite()) {
            return Err("its scales are not positive".into());
        }
        let zeros = match self.optional(2)? {
            Some(zeros) => zeros
                .as_ints()
                .ok_or("its zero points are not whole")?
                .to_vec(),
            None => vec![0; scales.len()],
        };
        let axis = self.attributes.int("axis").unwrap_or(1);
        let len: usize = dims.iter().product();
        if let ([scale], [zero]) = (&scales[..], &zeros[..]) {
            return Ok((vec![*scale; len], vec![*zero; len]));
        }
        let axis = super::relabel::axis(axis, dims.len())?;
        if scales.len() != dims[axis] || zeros.len() != dims[axis] {
            return Err(format!(
                "{} scales for a dimension of {}",
                scales.len(),
                dims[axis]
            ));
        }
        let inner: usize = dims[axis + 1..].iter().product();
        let along = (0..len).map(|index| index / inner.max(1) % dims[axis]);
        Ok(along.map(|i| (scales[i], zeros[i])).unzip())
    }
}
