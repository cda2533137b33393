//! The range check: the bytes of all numbers, and the table of the 256 bytes in which they are looked up.

use super::column::{Column, ColumnList};
use super::definition::Definition;
use super::rules::{Entry, Rules};
use super::site::{Place, Site};
use alloc::string::String;

/// How many bytes there are.
const BYTES: usize = 1 << 8;

/// The bytes of all numbers. Each is a query. Its columns and sides depend on the batch, so a layout makes
/// them: [`crate::layout`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range;

impl Definition for Range {
    fn rules(&self) -> Rules {
        Rules::default()
    }

    fn is_well_formed(&self, site: &Site<'_>) -> bool {
        site.place == Place::Range && site.takes_nothing() && site.sides == [1, 1, 1]
    }

    fn is_per_image(&self) -> bool {
        false
    }

    fn description(&self) -> String {
        "bytes of all numbers".into()
    }
}

/// The entries `0…255`, with their multiplicities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bytes;

impl Definition for Bytes {
    fn rules(&self) -> Rules {
        let mut list = ColumnList::default();
        let multiplicity = list.add(Column::Integer).index();
        let mut rules = Rules::new(list);
        rules.entry = Some(Entry {
            multiplicity,
            value: None,
        });
        rules
    }

    fn is_well_formed(&self, site: &Site<'_>) -> bool {
        site.place == Place::Bytes && site.takes_nothing() && site.sides == [1, 1, BYTES]
    }

    fn is_per_image(&self) -> bool {
        false
    }

    fn description(&self) -> String {
        "bytes".into()
    }
}
