//! Lists of integers, in as few bytes as they need.

use std::ops::{Deref, Range};
use std::sync::Arc;
use zklens_field::{Scalar, over_radix};

/// A list of integers. Most columns of a witness are bytes, so a list of them takes a byte for each. Clones share it.
#[derive(Clone, Debug)]
pub enum Integers {
    /// Integers from 0 to 255.
    Bytes(Bytes),
    /// Integers of 32 bits.
    Words(Arc<[i32]>),
    /// Any integers.
    Wide(Arc<[i64]>),
}

/// A part of a list of bytes that several owners share.
#[derive(Clone, Debug)]
pub struct Bytes {
    list: Arc<[u8]>,
    part: Range<usize>,
}

impl Bytes {
    /// A part of a list.
    ///
    /// # Panics
    ///
    /// If the list ends before the part.
    #[must_use]
    pub fn part(list: &Arc<[u8]>, part: Range<usize>) -> Self {
        assert!(
            part.start <= part.end && part.end <= list.len(),
            "a part of the list"
        );
        Self {
            list: Arc::clone(list),
            part,
        }
    }
}

impl Bytes {
    /// The whole list, and the part's indices in it.
    pub(crate) const fn place(&self) -> (&Arc<[u8]>, &Range<usize>) {
        (&self.list, &self.part)
    }

    /// Names the list, and the part's first byte in it. Lists that live at the same time have different names.
    pub(crate) fn start(&self) -> (usize, usize) {
        (self.list.as_ptr().addr(), self.part.start)
    }

    /// A part of these bytes.
    pub(crate) fn range(&self, range: Range<usize>) -> Self {
        let start = self.part.start;
        Self::part(&self.list, start + range.start..start + range.end)
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.list[self.part.clone()]
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        let part = 0..bytes.len();
        Self {
            list: bytes.into(),
            part,
        }
    }
}

impl Integers {
    /// The number of integers.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Words(words) => words.len(),
            Self::Wide(wide) => wide.len(),
        }
    }

    /// Whether the list has no integers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The integer at an index.
    ///
    /// # Panics
    ///
    /// If the list ends before it.
    #[must_use]
    pub fn at(&self, index: usize) -> i64 {
        match self {
            Self::Bytes(bytes) => bytes[index].into(),
            Self::Words(words) => words[index].into(),
            Self::Wide(wide) => wide[index],
        }
    }

    /// All integers, in order.
    #[must_use]
    pub fn to_vec(&self) -> Vec<i64> {
        match self {
            Self::Bytes(bytes) => bytes.iter().map(|byte| i64::from(*byte)).collect(),
            Self::Words(words) => words.iter().map(|word| i64::from(*word)).collect(),
            Self::Wide(wide) => wide.to_vec(),
        }
    }

    /// The integers of a range of indices.
    pub(crate) fn slice(&self, range: Range<usize>) -> Vec<i64> {
        range.map(|index| self.at(index)).collect()
    }

    /// The bytes, if the list is one of bytes.
    pub(crate) const fn bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Words(_) | Self::Wide(_) => None,
        }
    }

    /// All integers as scalars, in order.
    pub(crate) fn scalars(&self) -> impl Iterator<Item = Scalar> + '_ {
        (0..self.len()).map(|index| Scalar::from(self.at(index)))
    }

    /// The largest absolute value.
    pub(crate) fn largest(&self) -> u64 {
        let largest = match self {
            Self::Bytes(bytes) => bytes.iter().max().map(|byte| u64::from(*byte)),
            Self::Words(words) => words.iter().map(|n| u64::from(n.unsigned_abs())).max(),
            Self::Wide(wide) => wide.iter().map(|n| n.unsigned_abs()).max(),
        };
        largest.unwrap_or(0)
    }
}

impl From<Vec<i64>> for Integers {
    fn from(integers: Vec<i64>) -> Self {
        let (mut least, mut largest) = (0, 0);
        for n in &integers {
            least = least.min(*n);
            largest = largest.max(*n);
        }
        if least == 0 && largest <= u8::MAX.into() {
            let bytes: Vec<u8> = integers.iter().map(|n| *n as u8).collect();
            Self::Bytes(bytes.into())
        } else if least >= i32::MIN.into() && largest <= i32::MAX.into() {
            Self::Words(integers.iter().map(|n| *n as i32).collect())
        } else {
            Self::Wide(integers.into())
        }
    }
}

impl PartialEq for Integers {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && (0..self.len()).all(|i| self.at(i) == other.at(i))
    }
}

impl Eq for Integers {}

/// Adds `coefficient·integer`, over the radix: see [`over_radix`].
pub(crate) fn add_multiple(sum: &mut Scalar, coefficient: &Scalar, integer: i128) {
    if integer > 0 {
        *sum += *coefficient * over_radix(integer.unsigned_abs());
    } else if integer < 0 {
        *sum -= *coefficient * over_radix(integer.unsigned_abs());
    }
}
