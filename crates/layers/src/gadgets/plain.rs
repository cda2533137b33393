//! Gadgets of a single column: pixels, a copy, and the margin of the label.

use super::column::{Column, ColumnId, ColumnList};
use super::definition::Definition;
use super::polynomial::{Linear, Polynomial};
use super::rules::Rules;
use super::site::{Place, Site};
use super::sizes::are_few;
use alloc::string::String;
use serde::{Deserialize, Serialize};
use zklens_field::Scalar;

/// Pixels: one byte each, which is also the output. The first table of every circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pixels;

impl Definition for Pixels {
    fn rules(&self) -> Rules {
        let mut rules = Rules::of_bytes(1);
        rules.output = Linear::cell(0).into();
        rules
    }

    fn is_well_formed(&self, site: &Site<'_>) -> bool {
        site.place == Place::First && site.takes_nothing()
    }

    fn description(&self) -> String {
        "pixels".into()
    }
}

/// The operand itself. It stands between two linear layers, since a wire carries the weights of one layer at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Copy;

impl Definition for Copy {
    fn rules(&self) -> Rules {
        let mut list = ColumnList::default();
        let copy = Polynomial::from(Linear::column(list.add(Column::Integer)));
        let mut rules = Rules::new(list);
        rules.input(copy.clone(), Scalar::default());
        rules.output = copy;
        rules
    }

    fn is_well_formed(&self, site: &Site<'_>) -> bool {
        site.is_inside() && site.takes_operand(None)
    }

    fn description(&self) -> String {
        "copy".into()
    }
}

/// The margin of the label: its logit less the logit of each class, and less one for classes before it. Every margin is
/// a number, so no class beats the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Bytes of a margin.
    pub bytes: u8,
}

impl Label {
    /// The column of margins. `None` if a margin takes zero bytes: then all logits are equal.
    #[must_use]
    pub fn margin(&self) -> Option<ColumnId> {
        ColumnList::default().number(self.bytes)
    }
}

impl Definition for Label {
    fn rules(&self) -> Rules {
        let mut list = ColumnList::default();
        let margin = Linear::number(list.number(self.bytes));
        let mut rules = Rules::new(list);
        rules.input(margin.into(), Scalar::default());
        rules
    }

    fn is_well_formed(&self, site: &Site<'_>) -> bool {
        site.place == Place::Label && are_few(&[self.bytes]) && site.takes_operand(None)
    }

    fn description(&self) -> String {
        "label".into()
    }
}
