//! The networks that zklens ships, made by `training/` and imported by `zklens import`. They are
//! embedded here, so that every program that offers them has them inside. The one for photographs is
//! large: only programs that ask for the feature `photo` have it.
//!
//! ```
//! let shipped = zklens_models::find("mnist-cnn").expect("it is shipped");
//! assert_eq!(shipped.summary, "handwritten digits, white on black");
//! let model = shipped.decode()?;
//! assert_eq!(model.preprocessing().shape(), [1, 28, 28]);
//! assert_eq!(model.classes().len(), 10);
//! # Ok::<(), zklens_model::FileError>(())
//! ```

#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

use zklens_model::{FileError, Model};

/// A network that ships with zklens.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// The name by which [`find`] knows it.
    pub name: &'static str,
    /// The kinds of images that it tells apart, in a few words.
    pub summary: &'static str,
    /// The model card, in Markdown.
    pub card: &'static str,
    /// The `.zkl` file.
    pub file: &'static [u8],
}

impl Shipped {
    /// Reads [`Self::file`].
    ///
    /// # Errors
    ///
    /// Never for the files of this repository; a test decodes each.
    pub fn decode(&self) -> Result<Model, FileError> {
        Model::decode(self.file)
    }
}

/// The networks that every program has. The first is the default.
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

/// The network for photographs.
#[cfg(feature = "photo")]
pub const PHOTO: Shipped = Shipped {
    name: "efficientnet-lite0",
    summary: "a thousand kinds of things and animals in photographs",
    card: include_str!("../efficientnet-lite0.md"),
    file: include_bytes!("../efficientnet-lite0.zkl"),
};

/// Every network that this program has: [`ALL`], and with the feature `photo` the one for
/// photographs.
pub fn built_in() -> impl Iterator<Item = &'static Shipped> {
    #[cfg(feature = "photo")]
    const PHOTOS: &[Shipped] = &[PHOTO];
    #[cfg(not(feature = "photo"))]
    const PHOTOS: &[Shipped] = &[];
    ALL.iter().chain(PHOTOS)
}

/// The network called `name`, or `None` if this program does not have it.
#[must_use]
pub fn find(name: &str) -> Option<&'static Shipped> {
    built_in().find(|shipped| shipped.name == name)
}
