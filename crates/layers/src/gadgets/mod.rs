//! Gadgets: the rules of one row of a table. One file for each kind of operator that is not linear.
//!
//! A gadget declares the columns that the prover fills, polynomials that are zero on every row, the operand that is
//! wired to the row, the row's output, and which cells are looked up ([`Rules`]). [`Clip`] is a short example.
//!
//! # Why an equation in the field is one of integers
//!
//! In a model's own key, operands are signed integers of at most 62 bits, and numbers have at most 8 bytes, which the
//! table [`Gadget::Range`] proves to be bytes. No sum of them comes near the field's modulus, about `2^254`. In any key,
//! also one made to cheat, every representation of a gadget is unique for numbers below `2^82`, far more than 8 bytes: see
//! *At most one label* in the book's chapter on soundness.
//!
//! # Adding a gadget
//!
//! 1. A file here: a type with its parameters, its columns as handles ([`ColumnId`]), and its `Definition`.
//! 2. Its lines in this file: the module, the export, a variant of [`Gadget`] at the end, since the order is the key's format,
//!    and the arm in `Gadget::definition`.
//! 3. An arm in [`Circuit::compile`](crate::Circuit::compile), for the operator that the gadget proves.
//! 4. The prover's cells, malicious provers, the second verifier and the book's page: *Adding an operator* in
//!    ARCHITECTURE.md. Contracts need nothing.

mod activation;
mod bytes;
mod clip;
mod column;
mod definition;
pub mod lookup;
mod maximum;
mod p_relu;
mod plain;
pub mod polynomial;
mod rules;
mod saturation;
mod site;
mod sizes;
mod values;

pub use activation::{Activation, ActivationColumns};
pub use clip::{Clip, ClipColumns};
pub use column::{Column, ColumnId, Signed};
pub use p_relu::{PRelu, PReluColumns};
pub use plain::Label;
pub use rules::{Entry, Input, Query, Rules};
pub use saturation::{Saturation, SaturationColumns};
pub use values::{Entries, EntryColumns, Lookup, LookupColumns};

pub(crate) use maximum::MOST_TAPS;
pub(crate) use site::{Place, Site, output};
pub(crate) use sizes::bytes_up_to;

use alloc::string::String;
use definition::Definition;
use serde::{Deserialize, Serialize};
use zklens_model::Window;

/// The kind of a table: the rules of its rows, with their parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gadget {
    /// Pixels: a byte each.
    Pixels,
    /// Maximum, rescale and ReLU. Each may be left out.
    Activation(Activation),
    /// The nearest value in an interval.
    Clip(Clip),
    /// A value looked up in a table of entries.
    Lookup(Lookup),
    /// The operand itself: between two linear layers.
    Copy,
    /// By how much the label's logit exceeds one logit.
    Label(Label),
    /// The bytes of all numbers, each looked up in [`Self::Bytes`]: see [`crate::layout`].
    Range,
    /// The bytes `0…255`, and how often each is looked up.
    Bytes,
    /// The entries of a [`Lookup`], and how often each is looked up.
    Entries(Entries),
    /// One factor for positive operands, another for negative ones.
    PRelu(PRelu),
    /// Maximum, rescale and a clip to an interval of `256^k` values. Maximum and rescale may be left out.
    Saturation(Saturation),
}

impl Gadget {
    fn definition(&self) -> &dyn Definition {
        match self {
            Self::Pixels => &plain::Pixels,
            Self::Activation(gadget) => gadget,
            Self::Clip(gadget) => gadget,
            Self::Lookup(gadget) => gadget,
            Self::Copy => &plain::Copy,
            Self::Label(gadget) => gadget,
            Self::Range => &bytes::Range,
            Self::Bytes => &bytes::Bytes,
            Self::Entries(gadget) => gadget,
            Self::PRelu(gadget) => gadget,
            Self::Saturation(gadget) => gadget,
        }
    }

    /// The rules of a row. [`Self::Range`] has no columns here: only a layout knows how many it has.
    #[must_use]
    pub fn rules(&self) -> Rules {
        self.definition().rules()
    }

    /// The window whose cells a row takes, each as one input.
    #[must_use]
    pub fn window(&self) -> Option<&Window> {
        self.definition().window()
    }

    /// Whether the table has rows for every image, so that its image axis is as long as the batch. If not, that axis has
    /// length one, and all images share the rows.
    #[must_use]
    pub fn is_per_image(&self) -> bool {
        self.definition().is_per_image()
    }

    /// The gadget in a few words for people, such as `clip to 0…255`.
    #[must_use]
    pub fn description(&self) -> String {
        self.definition().description()
    }

    pub(crate) fn is_well_formed(&self, site: &Site<'_>) -> bool {
        self.definition().is_well_formed(site)
    }

    pub(crate) fn entries(&self) -> Option<usize> {
        self.definition().entries()
    }
}
