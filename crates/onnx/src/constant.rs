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
        let size = dims(&sparse.dims).and_then(|dims| Some((len(&dims)?, dims)));
        let size = size.filter(|(len, _)| *len <= MAX_SPARSE);
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
    let list: Option<Vec<usize>> = indices
        .as_ints()?
        .iter()
        .map(|i| usize::try_from(*i).ok())
        .collect();
    let list = list?;
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

fn elements(tensor: &proto::Tensor) -> Option<Data> {
    if tensor.raw_data.is_empty() {
        listed(tensor)
    } else {
        raw(tensor)
    }
}

/// The elements from the tensor's lists of numbers.
fn listed(tensor: &proto::Tensor) -> Option<Data> {
    let small = &tensor.int32_data;
    let halves = || small.iter().map(|v| u16::try_from(*v).ok());
    let within = |range: core::ops::RangeInclusive<i64>| {
        let widened = small.iter().map(|v| i64::from(*v));
        let checked: Option<_> = widened.map(|v| range.contains(&v).then_some(v)).collect();
        checked.map(Data::Int)
    };
    match tensor.data_type {
        data_type::FLOAT => Some(Data::Float(tensor.float_data.clone())),
        data_type::DOUBLE => {
            let list = tensor.double_data.iter().map(|v| *v as f32);
            Some(Data::Float(list.collect()))
        }
        data_type::FLOAT16 => halves()
            .map(|v| v.map(half))
            .collect::<Option<_>>()
            .map(Data::Float),
        data_type::BFLOAT16 => halves()
            .map(|v| v.map(brain))
            .collect::<Option<_>>()
            .map(Data::Float),
        data_type::BOOL => within(0..=1),
        data_type::UINT8 => within(0..=0xff),
        data_type::INT8 => within(-0x80..=0x7f),
        data_type::UINT16 => within(0..=0xffff),
        data_type::INT16 => within(-0x8000..=0x7fff),
        data_type::INT32 => within(i64::from(i32::MIN)..=i64::from(i32::MAX)),
        data_type::INT64 => Some(Data::Int(tensor.int64_data.clone())),
        data_type::UINT32 | data_type::UINT64 => tensor
            .uint64_data
            .iter()
            .map(|v| i64::try_from(*v).ok())
            .collect::<Option<_>>()
            .map(Data::Int),
        _ => None,
    }
}

/// The elements from the tensor's raw bytes, little-endian.
fn raw(tensor: &proto::Tensor) -> Option<Data> {
    let bytes = &tensor.raw_data;
    let floats = |list: Vec<f32>| Some(Data::Float(list));
    let ints = |list: Vec<i64>| Some(Data::Int(list));
    match tensor.data_type {
        data_type::FLOAT => floats(words(bytes)?.map(f32::from_le_bytes).collect()),
        data_type::DOUBLE => floats(
            words(bytes)?
                .map(|b| f64::from_le_bytes(b) as f32)
                .collect(),
        ),
        data_type::FLOAT16 => floats(words(bytes)?.map(|b| half(u16::from_le_bytes(b))).collect()),
        data_type::BFLOAT16 => floats(
            words(bytes)?
                .map(|b| brain(u16::from_le_bytes(b)))
                .collect(),
        ),
        data_type::BOOL | data_type::UINT8 => ints(bytes.iter().map(|b| i64::from(*b)).collect()),
        data_type::INT8 => ints(words(bytes)?.map(|b| i8::from_le_bytes(b).into()).collect()),
        data_type::UINT16 => ints(
            words(bytes)?
                .map(|b| u16::from_le_bytes(b).into())
                .collect(),
        ),
        data_type::INT16 => ints(
            words(bytes)?
                .map(|b| i16::from_le_bytes(b).into())
                .collect(),
        ),
        data_type::INT32 => ints(
            words(bytes)?
                .map(|b| i32::from_le_bytes(b).into())
                .collect(),
        ),
        data_type::UINT32 => ints(
            words(bytes)?
                .map(|b| u32::from_le_bytes(b).into())
                .collect(),
        ),
        data_type::INT64 => ints(words(bytes)?.map(i64::from_le_bytes).collect()),
        data_type::UINT64 => {
            let list = words(bytes)?.map(|b| i64::try_from(u64::from_le_bytes(b)).ok());
            list.collect::<Option<_>>().map(Data::Int)
        }
        _ => None,
    }
}

fn words<const N: usize>(bytes: &[u8]) -> Option<impl Iterator<Item = [u8; N]> + '_> {
    let (words, rest) = bytes.as_chunks();
    rest.is_empty().then(|| words.iter().copied())
}

/// A number in IEEE 754's binary16.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2f32.powi(-24),
        0x1f if fraction == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        exponent => (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    };
    sign * magnitude
}

/// A number in bfloat16: the upper half of a float.
fn brain(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

#[cfg(test)]
mod tests {
    use super::{Constant, brain, half};
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

    #[test]
    fn halves_are_what_ieee_says() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x0001, 5.960_464_5e-8),
            (0x03ff, 6.097_555e-5),
            (0x0400, 6.103_515_6e-5),
            (0x3555, 0.333_251_95),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x7c00, f32::INFINITY),
            (0xfc00, f32::NEG_INFINITY),
        ] {
            assert_eq!(half(bits), value, "{bits:#x}");
        }
        assert!(half(0x8000).is_sign_negative());
        assert!(half(0x7e00).is_nan());
    }

    #[test]
    fn brain_floats_are_the_upper_half_of_floats() {
        assert_eq!(brain(0x3f80), 1.0);
        assert_eq!(brain(0xc2f7), -123.5);
        assert!(brain(0x7fc0).is_nan());
    }
}
