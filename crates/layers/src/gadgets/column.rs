//! The columns of a gadget's table, and typed handles to them.

use alloc::vec::Vec;

/// The kind of values in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Bytes, `0…255`. A query of each cell proves it.
    Byte,
    /// Numbers, `0 … 256^bytes − 1`. Their bytes are committed in place of the numbers themselves, and each byte is
    /// looked up: see [`Gadget::Range`](super::Gadget::Range).
    Number {
        /// Bytes of each number, 1 to 8.
        bytes: u8,
    },
    /// Integers of any size, committed as they are. The gadget's rules have to bind them.
    Integer,
    /// Helper values of a lookup, which the prover commits to after the challenges of lookups: see [`super::lookup`].
    Helper,
    /// An array of the key, with one entry for each row.
    Fixed {
        /// Index of the array in [`Circuit::arrays`](crate::Circuit::arrays).
        array: usize,
    },
}

/// The position of a column in its table, from 0.
///
/// A gadget's `columns` gives a handle for each column it adds. Rules, witness, tests and contracts name columns by these
/// handles, so the order of columns stands in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ColumnId(usize);

impl ColumnId {
    /// The position, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}

/// The columns of a gadget, in the order in which they are added.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColumnList(Vec<Column>);

impl ColumnList {
    /// Adds a column.
    pub(crate) fn add(&mut self, column: Column) -> ColumnId {
        self.0.push(column);
        ColumnId(self.0.len().saturating_sub(1))
    }

    /// Adds a column of `bytes`-byte numbers. With zero bytes, adds no column and returns `None`: every number is zero.
    pub(crate) fn number(&mut self, bytes: u8) -> Option<ColumnId> {
        (bytes > 0).then(|| self.add(Column::Number { bytes }))
    }

    /// Adds a column of one-byte numbers. That they are bits takes a rule:
    /// [`Rules::require_bit`](super::rules::Rules::require_bit).
    pub(crate) fn bit(&mut self) -> ColumnId {
        self.add(Column::Number { bytes: 1 })
    }

    /// Adds the two columns of a signed number whose magnitude takes `bytes` bytes.
    pub(crate) fn signed(&mut self, bytes: u8) -> Signed {
        Signed {
            sign: self.bit(),
            magnitude: self.number(bytes),
        }
    }

    pub(crate) fn into_columns(self) -> Vec<Column> {
        self.0
    }
}

/// The two columns of a signed number: a bit `σ` and a magnitude `t`, which is a number.
///
/// ```text
/// value = (1 − 2σ)·t − σ          σ = 0: value = t          σ = 1: value = −t − 1
/// ```
///
/// Every integer has exactly one such `σ` and `t`. For example `−3` has `σ = 1` and `t = 2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The column of `σ`.
    pub sign: ColumnId,
    /// The column of `t`. `None` if `t` takes zero bytes and is zero.
    pub magnitude: Option<ColumnId>,
}
