//! Means, sums and maxima over whole axes.

use super::affine::scalar;
use super::pool::whole;
use super::{Context, Refusal, Value};
use crate::network::Kind;
use zklens_model::Shape;

impl Context<'_> {
    /// Reduces an axis or two. Over height and width, this is a global pool, wherever these axes
    /// stand.
    pub(super) fn reduce(&mut self) -> Result<Value, Refusal> {
        let given = self.ints("axes", 1)?.unwrap_or_default();
        let keeps = self.attributes.int("keepdims").unwrap_or(1) != 0;
        let is_noop = self.attributes.int("noop_with_empty_axes").unwrap_or(0) != 0;
        let view = self.view(0)?;
        let rank = view.dims.len();
        let axes = if given.is_empty() {
            (0..rank).collect()
        } else {
            let axes = given.iter().map(|a| super::relabel::axis(*a, rank));
            axes.collect::<Result<Vec<_>, _>>()?
        };
        if given.is_empty() && is_noop {
            return Ok(Value::Activation(view));
        }
        let (gone, kept): (Vec<usize>, Vec<usize>) =
            (0..rank).partition(|axis| axes.contains(axis));
        let sides: Vec<usize> = gone
            .iter()
            .map(|axis| view.dims[*axis])
            .filter(|side| *side != 1)
            .collect();
        let (height, width) = match sides[..] {
            [] => (1, 1),
            [len] => (len, 1),
            [height, width] => (height, width),
            _ => return Err("only two axes can be reduced: height and width".into()),
        };
        let order: Vec<usize> = kept.iter().chain(&gone).copied().collect();
        let channels = kept.iter().map(|axis| view.dims[*axis]).product();
        let shape = Shape::new(channels, height, width).ok_or("its input is empty or too large")?;
        let layer = self.in_order(&view.transposed(&order), shape)?;
        let value = if self.node.op_type == "ReduceMax" {
            self.largest(layer, shape, whole(shape))?
        } else {
            let window = whole(shape);
            self.pool(layer, shape, Kind::AveragePool(window), window)?
        };
        let Value::Activation(reduced) = value else {
            return Err("it has no values".into());
        };
        let dims = (0..rank).filter_map(|axis| match (axes.contains(&axis), keeps) {
            (false, _) => Some(view.dims[axis]),
            (true, true) => Some(1),
            (true, false) => None,
        });
        let reduced = reduced.with_dims(dims.collect())?;
        if self.node.op_type == "ReduceSum" {
            let count = scalar(shape.area() as f32);
            return self.affine(&reduced, Some(&count), None);
        }
        Ok(Value::Activation(reduced))
    }
}
