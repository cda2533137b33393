//! The networks that zklens ships: trained by `training/`, imported by `zklens import`, embedded
//! here so that every program that shows them carries them.

#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

use zklens_model::{FileError, Model};

/// A network that ships with zklens.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// The name to ask for it by.
    pub name: &'static str,
    /// What it tells apart, in a few words.
    pub summary: &'static str,
    /// The model card, in Markdown.
    pub card: &'static str,
    /// The `.zkl` file.
    pub file: &'static [u8],
}

impl Shipped {
    /// The model itself.
    ///
    /// # Errors
    ///
    /// Never for the files of this repository; a test decodes each.
    pub fn decode(&self) -> Result<Model, FileError> {
        Model::decode(self.file)
    }
}

/// All of them; the first is the default.
pub const ALL: [Shipped; 2] = [
    Shipped {
        name: "fashion-mlp",
        summary: "ten kinds of clothing on a light background",
        card: include_str!("../fashion-mlp.md"),
        file: include_bytes!("../fashion-mlp.zkl"),
    },
    Shipped {
        name: "mnist-cnn",
        summary: "handwritten digits, white on black",
        card: include_str!("../mnist-cnn.md"),
        file: include_bytes!("../mnist-cnn.zkl"),
    },
];

/// The network called `name`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Shipped> {
    ALL.iter().find(|shipped| shipped.name == name)
}
