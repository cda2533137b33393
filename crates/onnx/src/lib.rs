//! Turns ONNX networks into quantised [`Model`](zklens_model::Model)s, which compute in integers.
//!
//! [`import`] reads an ONNX file and folds layers into each other where that changes nothing. It
//! runs the network in floating point on calibration images, to learn the range of every layer, and
//! then builds the integer network. An operator that zklens does not support is refused, and the
//! error names it. The only approximations are the rounding of numbers and the clipping of values
//! far outside the calibrated range; the [`Report`] measures both.
//!
//! ```
//! use zklens_model::Pixels;
//! use zklens_onnx::{Importer, Options, Sample};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let file = include_bytes!("../tests/graphs/residual.onnx");
//! let classes = ["cat", "dog", "bird", "fish", "frog"].map(String::from);
//! let importer = Importer::new(file, &Options::new("animals", classes.into()))?;
//!
//! // Real images of the network's size would stand here.
//! let preprocessing = importer.preprocessing();
//! let mut samples = Vec::new();
//! for brightness in 0..8u8 {
//!     let values = (0..preprocessing.len()).map(|i| (i * 7) as u8 ^ brightness * 31);
//!     let pixels = Pixels::new(preprocessing.shape(), values.collect()).ok_or("wrong length")?;
//!     samples.push(Sample { pixels, label: None });
//! }
//!
//! let imported = importer.quantise(&samples, &|| ())?;
//! println!("{}", imported.report);
//! assert!(imported.report.agreement > 0.8);
//! let file = imported.model.encode(); // to be written to animals.zkl
//! # assert!(!file.is_empty());
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod attempt;
#[cfg(test)]
mod built_graphs;
mod calibrate;
mod comparison;
mod constant;
mod curve;
mod error;
mod external;
mod fold;
mod foreign;
mod importer;
mod loss;
mod lower;
mod network;
mod options;
mod pixels;
mod plan;
mod proto;
mod quantise;
mod report;
mod search;

pub use calibrate::Sample;
pub use error::ImportError;
pub use external::ExternalData;
pub use importer::{Imported, Importer, import};
pub use options::{Activations, Normalisation, Options, PixelRange, Precision};
pub use report::{LayerReport, Report, Weakest};

use std::ops::RangeInclusive;

/// The versions of ONNX's operator set that the importer reads.
pub const OPSETS: RangeInclusive<i64> = 7..=28;

/// The names of the ONNX operators that the importer supports, separated by commas.
#[must_use]
pub fn supported_operators() -> String {
    lower::names().collect::<Vec<_>>().join(", ")
}
