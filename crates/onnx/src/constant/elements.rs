//! The elements of a tensor in a file, from its lists of numbers or from its raw bytes.

use super::Data;
use crate::proto::{self, data_type};

pub(super) fn elements(tensor: &proto::Tensor) -> Option<Data> {
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
    use super::*;

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
