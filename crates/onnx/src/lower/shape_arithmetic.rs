//! Integer arithmetic on constants. To flatten a batch of any size, exporters put nodes such as
//! `Shape → Slice → Concat → Reshape` into the graph. Their results are all known at import.

use super::{Context, Refusal, Value};
use crate::constant::{Constant, Data};
use zklens_model::Shape;

impl Context<'_> {
    pub(super) fn shape(&mut self) -> Result<Value, Refusal> {
        let dims = self.value(0)?.dims().to_vec();
        let rank = i64::try_from(dims.len()).unwrap_or(i64::MAX);
        let bound = |name: &str, default: i64| {
            let value = self.attributes.int(name).unwrap_or(default);
            let from_start = if value < 0 {
                value.saturating_add(rank)
            } else {
                value
            };
            usize::try_from(from_start.clamp(0, rank)).unwrap_or(0)
        };
        let (start, end) = (bound("start", 0), bound("end", rank));
        let dims = dims
            .get(start..end)
            .unwrap_or_default()
            .iter()
            .map(|dim| i64::try_from(*dim).unwrap_or(i64::MAX));
        Ok(Value::Constant(Constant::ints(dims.collect())))
    }

    /// A tensor that repeats one number, in a constant shape.
    pub(super) fn constant_of_shape(&mut self) -> Result<Value, Refusal> {
        let wanted = self.constant(0)?.as_ints().map(<[i64]>::to_vec);
        let dims = crate::constant::dims(&wanted.ok_or("its shape must hold integers")?);
        let size = dims
            .and_then(|dims| Some((crate::constant::len(&dims)?, dims)))
            .filter(|(len, _)| *len <= Shape::MAX_LEN);
        let (len, dims) = size.ok_or("its shape is empty or too large")?;
        let data = match self.attributes.tensor("value").transpose()? {
            None => Data::Float(vec![0.0; len]),
            Some(value) => match value.data {
                Data::Float(list) if list.len() == 1 => Data::Float(vec![list[0]; len]),
                Data::Int(list) if list.len() == 1 => Data::Int(vec![list[0]; len]),
                _ => return Err("its value must be one number".into()),
            },
        };
        Ok(Value::Constant(Constant { dims, data }))
    }

    /// The result of `operate` on two integer constants. One of them may be a single number. `None`
    /// if an input is not an integer constant.
    pub(super) fn integers(
        &self,
        operate: impl Fn(i64, i64) -> Option<i64>,
    ) -> Result<Option<Value>, Refusal> {
        let (Value::Constant(a), Value::Constant(b)) = (self.value(0)?, self.value(1)?) else {
            return Ok(None);
        };
        let (Some(left), Some(right)) = (a.as_ints(), b.as_ints()) else {
            return Ok(None);
        };
        let dims = match (left.len(), right.len()) {
            (_, 1) if a.dims.len() >= b.dims.len() => a.dims.clone(),
            (1, _) if b.dims.len() >= a.dims.len() => b.dims.clone(),
            _ if a.dims == b.dims => a.dims.clone(),
            _ => return Err("its constants do not have one shape".into()),
        };
        let len = left.len().max(right.len());
        let pick = |list: &[i64], index: usize| {
            if list.len() == 1 {
                list[0]
            } else {
                list[index]
            }
        };
        let results = (0..len).map(|index| operate(pick(left, index), pick(right, index)));
        let ints: Option<Vec<i64>> = results.collect();
        let data = Data::Int(ints.ok_or("it overflows or divides by zero")?);
        Ok(Some(Value::Constant(Constant { dims, data })))
    }
}
