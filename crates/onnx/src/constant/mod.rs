//! Constant tensors: weights, shapes, scalars.

mod elements;

use crate::error::ImportError;
use crate::proto::{self, data_type};
use elements::elements;
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

    /// The element of a tensor that has exactly one.
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
        let fault = |reason: &str| ImportError::Weights {
            tensor: tensor.name.clone(),
            reason: reason.into(),
        };
        let dims = dims(&tensor.dims).ok_or_else(|| fault("has a negative dimension"))?;
        let len =
            len(&dims).ok_or_else(|| fault("is empty, is too large or has too many dimensions"))?;
        if data_type::bytes(tensor.data_type).is_none() {
            return Err(fault(&format!(
                "has elements of type {}, which is not supported",
                data_type::name(tensor.data_type)
            )));
        }
        let data = elements(tensor)
            .ok_or_else(|| fault("has elements that are cut off or out of their type's range"))?;
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

impl TryFrom<&proto::SparseTensor> for Constant {
    type Error = ImportError;

    fn try_from(sparse: &proto::SparseTensor) -> Result<Self, ImportError> {
        let (Some(values), Some(indices)) = (&sparse.values, &sparse.indices) else {
            return Err(ImportError::malformed(
                "a sparse tensor without values or indices",
            ));
        };
        let fault = |reason: &str| ImportError::Weights {
            tensor: values.name.clone(),
            reason: reason.into(),
        };
        let size = dims(&sparse.dims)
            .and_then(|dims| Some((len(&dims)?, dims)))
            .filter(|(len, _)| *len <= MAX_SPARSE);
        let (len, dims) =
            size.ok_or_else(|| fault("is empty, is too large or has too many dimensions"))?;
        let (values, indices) = (Self::try_from(values)?, Self::try_from(indices)?);
        let places = places(&indices, &dims, values.len())
            .ok_or_else(|| fault("is sparse, and its indices do not fit its dimensions"))?;
        let mut taken = vec![false; len];
        if places
            .iter()
            .any(|place| core::mem::replace(&mut taken[*place], true))
        {
            return Err(fault("is sparse, and gives an element twice"));
        }
        let data = match values.data {
            Data::Float(list) => Data::Float(scattered(len, &places, list)),
            Data::Int(list) => Data::Int(scattered(len, &places, list)),
        };
        Ok(Self { dims, data })
    }
}

/// The positions of the `count` values of a sparse tensor, checked against its dimensions. The file
/// gives each value one index into all elements, or one index per axis.
fn places(indices: &Constant, dims: &[usize], count: usize) -> Option<Vec<usize>> {
    let list: Vec<usize> = indices
        .as_ints()?
        .iter()
        .map(|i| usize::try_from(*i).ok())
        .collect::<Option<_>>()?;
    let len = len(dims)?;
    match indices.dims[..] {
        [rows] if rows == count => list.iter().all(|i| *i < len).then_some(list),
        [rows, rank] if rows == count && rank == dims.len() => {
            let place = |row: &[usize]| {
                let mut axes = row.iter().zip(dims);
                axes.try_fold(0, |place, (i, dim)| (i < dim).then_some(place * dim + i))
            };
            list.chunks(rank.max(1)).map(place).collect()
        }
        _ => None,
    }
}

fn scattered<T: Copy + Default>(len: usize, places: &[usize], values: Vec<T>) -> Vec<T> {
    let mut all = vec![T::default(); len];
    for (place, value) in places.iter().zip(values) {
        all[*place] = value;
    }
    all
}

/// A file's dimensions; `None` if one is negative.
pub(crate) fn dims(dims: &[i64]) -> Option<Vec<usize>> {
    dims.iter().map(|dim| usize::try_from(*dim).ok()).collect()
}

/// The number of elements; `None` if there are more than an import may hold. Only a list may be
/// empty.
pub(crate) fn len(dims: &[usize]) -> Option<usize> {
    if dims == [0] {
        return Some(0);
    }
    let len = dims
        .iter()
        .try_fold(1usize, |len, dim| len.checked_mul(*dim))?;
    ((1..=MAX_WEIGHTS).contains(&len) && dims.len() <= MAX_RANK).then_some(len)
}

/// The most elements of a constant. It may have more than an activation.
const MAX_WEIGHTS: usize = Shape::MAX_LEN << 5;
pub(crate) const MAX_RANK: usize = 8;
/// The most elements of a sparse tensor, including zeros. A file of a few bytes can ask for all of
/// them.
const MAX_SPARSE: usize = Shape::MAX_LEN << 2;
#[cfg(test)]
mod tests {
    use super::Constant;
    use crate::proto::{SparseTensor, Tensor, data_type};

    fn list(data_type: i32, dims: Vec<i64>, int64_data: Vec<i64>) -> Option<Tensor> {
        Some(Tensor {
            name: "sparse".into(),
            dims,
            data_type,
            int64_data,
            ..Tensor::default()
        })
    }

    #[test]
    fn sparse_tensors_have_each_value_once_and_inside() {
        let sparse = |dims: &[i64], indices: Option<Tensor>| {
            let tensor = SparseTensor {
                values: list(data_type::INT64, vec![2], vec![5, 7]),
                indices,
                dims: dims.to_vec(),
            };
            Constant::try_from(&tensor).map_err(|error| error.to_string())
        };
        let places = |dims: Vec<i64>, values: Vec<i64>| list(data_type::INT64, dims, values);
        let flat = sparse(&[2, 3], places(vec![2], vec![1, 5])).unwrap();
        assert_eq!(flat.as_ints().unwrap(), [0, 5, 0, 0, 0, 7]);
        let by_axis = sparse(&[2, 3], places(vec![2, 2], vec![0, 1, 1, 2])).unwrap();
        assert_eq!(flat, by_axis);
        for (dims, indices, said) in [
            (vec![2, 3], places(vec![2], vec![1, 1]), "an element twice"),
            (vec![2, 3], places(vec![2], vec![1, 6]), "do not fit"),
            (vec![2, 3], places(vec![2], vec![-1, 5]), "do not fit"),
            (
                vec![2, 3],
                places(vec![2, 2], vec![0, 1, 0, 3]),
                "do not fit",
            ),
            (vec![2, 3], places(vec![3], vec![0, 1, 2]), "do not fit"),
            (vec![1 << 25], places(vec![2], vec![0, 1]), "too large"),
            (vec![2, 3], None, "without values or indices"),
        ] {
            let error = sparse(&dims, indices).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
