//! Integer arithmetic on constants: what exporters leave in the graph to flatten a batch of any
//! size, as in `Shape → Slice → Concat → Reshape`. All of it is known at import.

use super::relabel::axis;
use super::{Context, Refusal, Value};
use crate::constant::{Constant, Data};

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
        let dims = dims.get(start..end).unwrap_or_default();
        let dims = dims
            .iter()
            .map(|dim| i64::try_from(*dim).unwrap_or(i64::MAX));
        Ok(Value::Constant(Constant::ints(dims.collect())))
    }

    /// Picks elements of a list of integers.
    pub(super) fn gather(&mut self) -> Result<Value, Refusal> {
        let list = self.constant(0)?.clone();
        let (Some(values), 1) = (list.as_ints(), list.dims.len()) else {
            return Err("only elements of a shape can be gathered".into());
        };
        axis(self.attributes.int("axis").unwrap_or(0), 1)?;
        let indices = self.constant(1)?.clone();
        let picked = indices.as_ints().ok_or("its indices must be integers")?;
        let pick = |index: &i64| axis(*index, values.len()).map(|index| values[index]);
        let data = picked.iter().map(pick).collect::<Result<_, _>>()?;
        let dims = indices.dims.clone();
        Ok(Value::Constant(Constant {
            dims,
            data: Data::Int(data),
        }))
    }

    /// A range of a list of integers.
    pub(super) fn slice(&mut self) -> Result<Value, Refusal> {
        let list = self.constant(0)?.clone();
        let (Some(values), 1) = (list.as_ints(), list.dims.len()) else {
            return Err("only a shape can be sliced".into());
        };
        let one = |ints: Option<Vec<i64>>, name: &str| match ints.as_deref() {
            Some([int]) => Ok(Some(*int)),
            Some(_) => Err(format!("its {name} are not one number")),
            None => Ok(None),
        };
        let start = one(self.ints("starts", 1)?, "starts")?.ok_or("its starts are missing")?;
        let end = one(self.ints("ends", 2)?, "ends")?.ok_or("its ends are missing")?;
        axis(one(self.ints("axes", 3)?, "axes")?.unwrap_or(0), 1)?;
        if one(self.ints("steps", 4)?, "steps")?.unwrap_or(1) != 1 {
            return Err("only steps of one are supported".into());
        }
        let len = i64::try_from(values.len()).unwrap_or(i64::MAX);
        let bound = |at: i64| {
            let from_start = if at < 0 { at.saturating_add(len) } else { at };
            usize::try_from(from_start.clamp(0, len)).unwrap_or(0)
        };
        let range = values.get(bound(start)..bound(end)).unwrap_or_default();
        Ok(Value::Constant(Constant::ints(range.to_vec())))
    }

    /// The result of `operate` if both inputs are integer constants, of which one may be a single
    /// number. `None` if either is something else.
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
        let data: Option<Vec<i64>> = results.collect();
        let data = Data::Int(data.ok_or("it overflows or divides by zero")?);
        Ok(Some(Value::Constant(Constant { dims, data })))
    }
}
