//! From an image file to the values that a network takes, and to the file's identifier on IPFS.
//!
//! ```
//! use zklens_image::{CidVersion, cid, pixels};
//! use zklens_model::{Colour, Preprocessing, Resize};
//!
//! // A GIF of one black pixel; usually `std::fs::read(path)?`.
//! let file = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
//!
//! let preprocessing = Preprocessing {
//!     height: 2,
//!     width: 2,
//!     colour: Colour::Luma,
//!     resize: Resize::Nearest,
//!     invert: true,
//! };
//! let pixels = pixels(file, &preprocessing)?;
//! assert_eq!(pixels.shape(), [1, 2, 2]);
//! assert_eq!(pixels.values(), [255; 4]);
//!
//! let cid = cid::of(file, CidVersion::V0);
//! assert_eq!(cid.ipfs_uri(), "ipfs://QmY4aV458oTwwCwoFXJ55aUaGFh8Z8PaXnpg5nzPsWriLa");
//! # Ok::<(), zklens_image::ImageError>(())
//! ```
//!
//! A proof about a file is about both, so both are fixed exactly: the pixels by the [`mod@decode`]
//! module, [`preprocess()`] and [`DECODER`], the identifier by the [`cid`] module. Everything here
//! runs on files from strangers, with the same result on every machine, also inside a zkVM.

#![forbid(unsafe_code)]
#![deny(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::too_many_arguments
)]

pub mod cid;
pub mod decode;
mod detect;
mod error;
mod exif;
mod format;
mod jpeg;
mod limits;
#[cfg(not(target_os = "zkvm"))]
mod palette;
mod picture;
mod preprocess;
mod view;

pub use cid::{Cid, CidVersion};
pub use decode::{decode, exif_orientation};
pub use detect::detect;
pub use error::ImageError;
pub use format::Format;
pub use picture::Picture;
pub use preprocess::{from_samples, nearest, preprocess};

use zklens_model::{Pixels, Preprocessing};

/// The decoders and their versions. Others may give other pixels, so a statement about a file is
/// about the pixels that these give.
pub const DECODER: &str =
    "zune-jpeg 0.5.15 (scalar), png 0.18.1, gif 0.14.2, image-webp 0.2.4, image 0.25.10 (BMP)";

/// The values that a network takes from an image file: [`decode()`], then [`preprocess()`].
///
/// # Errors
///
/// Those of [`decode()`].
pub fn pixels(bytes: &[u8], preprocessing: &Preprocessing) -> Result<Pixels, ImageError> {
    decode(bytes).map(|picture| preprocess(&picture, preprocessing))
}
