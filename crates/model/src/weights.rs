//! Integer weights, which files store in one, two or four bytes each, or by the Rice code.

use crate::rice;
use alloc::vec::Vec;
use core::fmt;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A list of integer weights.
///
/// In a file of version 1: one byte that gives the bytes per weight (1, 2 or 4, the least that
/// fits), then the weights in little-endian two's complement. In a file of version 2: the weights
/// by the Rice code. The first byte of either tells which it is.
#[derive(Clone, Debug)]
pub struct Weights {
    values: Vec<i32>,
    /// Whether a file has them by the Rice code. This follows from the model that they are part of.
    is_compact: bool,
}

/// Lists are equal if their weights are, in whatever way a file would have them.
impl PartialEq for Weights {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl Eq for Weights {}

impl Weights {
    /// A list of these weights.
    #[must_use]
    pub const fn new(values: Vec<i32>) -> Self {
        Self {
            values,
            is_compact: false,
        }
    }

    /// The weights in order.
    #[must_use]
    pub fn values(&self) -> &[i32] {
        &self.values
    }

    /// Has them written by the Rice code, or not.
    pub(crate) const fn set_compact(&mut self, is_compact: bool) {
        self.is_compact = is_compact;
    }

    /// The number of bytes that each weight takes in a file of version 1: 1, 2 or 4.
    #[must_use]
    pub fn width(&self) -> usize {
        let fits = |lo: i32, hi: i32| self.values.iter().all(|w| (lo..=hi).contains(w));
        if fits(i8::MIN.into(), i8::MAX.into()) {
            1
        } else if fits(i16::MIN.into(), i16::MAX.into()) {
            2
        } else {
            4
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        if self.is_compact {
            return rice::encode(&self.values);
        }
        let width = self.width();
        let mut bytes =
            Vec::with_capacity(self.values.len().saturating_mul(width).saturating_add(1));
        bytes.extend(u8::try_from(width));
        for weight in &self.values {
            bytes.extend(weight.to_le_bytes().into_iter().take(width));
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if let Some(values) = rice::decode(bytes) {
            let weights = Self {
                values,
                is_compact: true,
            };
            return (weights.to_bytes() == bytes).then_some(weights);
        }
        let (&width, rest) = bytes.split_first()?;
        let values = match width {
            1 => rest
                .iter()
                .map(|b| i32::from(i8::from_le_bytes([*b])))
                .collect(),
            2 => {
                let (words, []) = rest.as_chunks() else {
                    return None;
                };
                words
                    .iter()
                    .map(|b| i32::from(i16::from_le_bytes(*b)))
                    .collect()
            }
            4 => {
                let (words, []) = rest.as_chunks() else {
                    return None;
                };
                words.iter().map(|b| i32::from_le_bytes(*b)).collect()
            }
            _ => return None,
        };
        let weights = Self::new(values);
        (weights.width() == usize::from(width)).then_some(weights)
    }
}

impl Serialize for Weights {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.to_bytes())
    }
}

impl<'de> Deserialize<'de> for Weights {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(WeightsVisitor)
    }
}

struct WeightsVisitor;

impl Visitor<'_> for WeightsVisitor {
    type Value = Weights;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a width of 1, 2 or 4 and that many bytes per weight, or the Rice code")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Weights, E> {
        Weights::from_bytes(bytes)
            .ok_or_else(|| E::custom("weights that are longer than they need be, or end early"))
    }
}
