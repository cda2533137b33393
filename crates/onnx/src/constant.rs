//! Constant tensors: weights, shapes, scalars.

use crate::error::ImportError;
use crate::proto::{self, data_type};
use zklens_model::Shape;

/// A tensor known at import.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Constant {
    pub(crate) dims: Vec<usize>,
    pub(crate) data: Data,
}

/// Its elements, row-major.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    Float(Vec<f32>),
    Int(Vec<i64>),
}

impl Constant {
    /// A one-dimensional list of integers.
    pub(crate) fn ints(values: Vec<i64>) -> Self {
        Self {
            dims: vec![values.len()],
            data: Data::Int(values),
        }
    }

    pub(crate) const fn len(&self) -> usize {
        match &self.data {
            Data::Float(values) => values.len(),
            Data::Int(values) => values.len(),
        }
    }

    /// The elements as floats, whatever their type.
    pub(crate) fn to_floats(&self) -> Vec<f32> {
        match &self.data {
            Data::Float(values) => values.clone(),
            Data::Int(values) => values.iter().map(|v| *v as f32).collect(),
        }
    }

    /// The elements, if they are integers.
    pub(crate) fn as_ints(&self) -> Option<&[i64]> {
        match &self.data {
            Data::Int(values) => Some(values),
            Data::Float(_) => None,
        }
    }

    /// The one element, if there is just one.
    pub(crate) fn scalar(&self) -> Option<f32> {
        match self.to_floats()[..] {
            [value] => Some(value),
            _ => None,
        }
    }

    /// The same constant with element `i` taken from `order[i]`.
    pub(crate) fn gathered(&self, dims: Vec<usize>, order: &[usize]) -> Self {
        let data = match &self.data {
            Data::Float(values) => Data::Float(order.iter().map(|i| values[*i]).collect()),
            Data::Int(values) => Data::Int(order.iter().map(|i| values[*i]).collect()),
        };
        Self { dims, data }
    }
}

impl TryFrom<&proto::Tensor> for Constant {
    type Error = ImportError;

    fn try_from(tensor: &proto::Tensor) -> Result<Self, ImportError> {
        let name = &tensor.name;
        let fault = |what: &str| ImportError::malformed(format!("tensor `{name}` {what}"));
        if tensor.data_location != 0 {
            return Err(fault(
                "is stored in another file; save the network with its weights inside",
            ));
        }
        let dims: Option<Vec<usize>> = tensor
            .dims
            .iter()
            .map(|d| usize::try_from(*d).ok())
            .collect();
        let dims = dims.ok_or_else(|| fault("has a negative dimension"))?;
        let len =
            len(&dims).ok_or_else(|| fault("is empty, is too large or has too many dimensions"))?;
        let data = elements(tensor).ok_or_else(|| {
            fault("has an element type that is not supported (float, double, int32, int64 are)")
        })?;
        let constant = Self { dims, data };
        if constant.len() != len {
            return Err(fault(
                "has another number of elements than its dimensions say",
            ));
        }
        if constant.to_floats().iter().any(|v| v.is_nan()) {
            return Err(fault("holds a value that is not a number"));
        }
        Ok(constant)
    }
}

/// The product of dimensions, or `None` past what an import may hold. Only a list may be empty.
pub(crate) fn len(dims: &[usize]) -> Option<usize> {
    if dims == [0] {
        return Some(0);
    }
    let len = dims
        .iter()
        .try_fold(1usize, |len, dim| len.checked_mul(*dim))?;
    ((1..=MAX_WEIGHTS).contains(&len) && dims.len() <= MAX_RANK).then_some(len)
}

/// A constant may hold more elements than an activation.
const MAX_WEIGHTS: usize = Shape::MAX_LEN << 5;
pub(crate) const MAX_RANK: usize = 8;

fn elements(tensor: &proto::Tensor) -> Option<Data> {
    let raw = &tensor.raw_data;
    Some(match tensor.data_type {
        data_type::FLOAT if raw.is_empty() => Data::Float(tensor.float_data.clone()),
        data_type::FLOAT => Data::Float(words(raw)?.map(f32::from_le_bytes).collect()),
        data_type::DOUBLE if raw.is_empty() => {
            Data::Float(tensor.double_data.iter().map(|v| *v as f32).collect())
        }
        data_type::DOUBLE => {
            Data::Float(words(raw)?.map(|b| f64::from_le_bytes(b) as f32).collect())
        }
        data_type::INT32 if raw.is_empty() => {
            Data::Int(tensor.int32_data.iter().map(|v| i64::from(*v)).collect())
        }
        data_type::INT32 => Data::Int(
            words(raw)?
                .map(|b| i64::from(i32::from_le_bytes(b)))
                .collect(),
        ),
        data_type::INT64 if raw.is_empty() => Data::Int(tensor.int64_data.clone()),
        data_type::INT64 => Data::Int(words(raw)?.map(i64::from_le_bytes).collect()),
        _ => return None,
    })
}

fn words<const N: usize>(bytes: &[u8]) -> Option<impl Iterator<Item = [u8; N]> + '_> {
    let (words, rest) = bytes.as_chunks();
    rest.is_empty().then(|| words.iter().copied())
}
