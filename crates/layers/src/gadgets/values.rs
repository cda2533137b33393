//! A value looked up in a table of entries, and that table.

use super::column::{Column, ColumnId, ColumnList};
use super::definition::Definition;
use super::polynomial::Linear;
use super::rules::{Entry, Query, Rules};
use super::site::Site;
use alloc::string::String;
use serde::{Deserialize, Serialize};
use zklens_field::{Field, Scalar};

/// The most entries of a table, with the one for padding.
const MOST_ENTRIES: usize = (1 << 16) + 1;

/// `values[x − first]`: the pair `(x − first + 1, y)` is an entry of the table `entries`.
///
/// The pair `(0, 0)` is an entry as well, for rows of padding. For example, with `first = −1` and the values `7, 8, 9`,
/// the entries are `(0, 0)`, `(1, 7)`, `(2, 8)`, `(3, 9)`, and the operand `0` gives `8`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// The operand of the first entry.
    pub first: i64,
    /// Index of the table that holds the entries.
    pub entries: usize,
}

/// The columns of a [`Lookup`], in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupColumns {
    /// `x − first + 1`, the index of the entry.
    pub position: ColumnId,
    /// `y`, the value.
    pub value: ColumnId,
}

/// The entries that [`Lookup`]s query: one for each row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entries {
    /// The committed array: a zero, then the values.
    pub array: usize,
}

/// The columns of [`Entries`], in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryColumns {
    /// How often the entry is queried.
    pub multiplicity: ColumnId,
    /// The entry's value, from the array.
    pub value: ColumnId,
}

impl Lookup {
    /// The table's columns.
    #[must_use]
    pub fn columns(&self) -> LookupColumns {
        Self::add_columns(&mut ColumnList::default())
    }

    fn add_columns(list: &mut ColumnList) -> LookupColumns {
        LookupColumns {
            position: list.add(Column::Integer),
            value: list.add(Column::Integer),
        }
    }
}

impl Definition for Lookup {
    fn rules(&self) -> Rules {
        let mut list = ColumnList::default();
        let LookupColumns { position, value } = Self::add_columns(&mut list);
        let mut rules = Rules::new(list);
        let constant = Scalar::ONE - Scalar::from(self.first);
        rules.input(Linear::column(position).into(), constant);
        rules.output = Linear::column(value).into();
        rules.queries.push(Query::Entry {
            position: position.index(),
            value: value.index(),
            table: self.entries,
        });
        rules
    }

    fn is_well_formed(&self, site: &Site<'_>) -> bool {
        site.is_inside() && site.takes_operand(None)
    }

    fn entries(&self) -> Option<usize> {
        Some(self.entries)
    }

    fn description(&self) -> String {
        "activation from a table".into()
    }
}

impl Entries {
    /// The table's columns.
    #[must_use]
    pub fn columns(&self) -> EntryColumns {
        self.add_columns(&mut ColumnList::default())
    }

    fn add_columns(&self, list: &mut ColumnList) -> EntryColumns {
        EntryColumns {
            multiplicity: list.add(Column::Integer),
            value: list.add(Column::Fixed { array: self.array }),
        }
    }
}

impl Definition for Entries {
    fn rules(&self) -> Rules {
        let mut list = ColumnList::default();
        let columns = self.add_columns(&mut list);
        let mut rules = Rules::new(list);
        rules.entry = Some(Entry {
            multiplicity: columns.multiplicity.index(),
            value: Some(columns.value.index()),
        });
        rules
    }

    fn is_well_formed(&self, site: &Site<'_>) -> bool {
        let [channels, height, width] = site.sides;
        let array = site.arrays.get(self.array);
        let is_array = array.is_some_and(|dims| *dims == [1, 1, 1, width]);
        let is_flat = channels == 1 && height == 1;
        let is_filled = (2..=MOST_ENTRIES).contains(&width);
        site.is_inside() && site.takes_nothing() && is_array && is_flat && is_filled
    }

    fn is_per_image(&self) -> bool {
        false
    }

    fn description(&self) -> String {
        "entries of a table".into()
    }
}
