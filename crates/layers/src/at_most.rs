//! Lists in files from strangers, with a limit that holds while they are read.

use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Reads a list of at most `LIMIT` items. A one-byte item of a file may take a hundred bytes in memory.
///
/// # Errors
///
/// The list is longer, or an item is malformed. Memory is taken for `LIMIT` items at most, whatever length the file claims.
pub fn at_most<'de, D: Deserializer<'de>, T: Deserialize<'de>, const LIMIT: usize>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(AtMost::<T, LIMIT>(PhantomData))
}

struct AtMost<T, const LIMIT: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const LIMIT: usize> Visitor<'de> for AtMost<T, LIMIT> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {LIMIT} items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        // A file that claims more than it has takes memory for `LIMIT` items once.
        let claimed = items.size_hint().unwrap_or_default();
        let mut list = Vec::with_capacity(claimed.min(LIMIT));
        while let Some(item) = items.next_element()? {
            if list.len() == LIMIT {
                return Err(A::Error::custom("too many items"));
            }
            list.push(item);
        }
        Ok(list)
    }
}
