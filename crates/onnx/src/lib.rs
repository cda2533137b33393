//! ONNX networks to quantised [`Model`]s.
//!
//! [`import`] reads an ONNX file, folds what can be folded, runs it in floating point on calibration
//! images to learn the range of every layer, and builds the integer network. What it does not
//! understand it refuses by name; nothing is approximated but the rounding of numbers, and that is
//! measured in the [`Report`].
//!
//! ```no_run
//! use zklens_model::{Colour, Pixels, Resize};
//! use zklens_onnx::{Options, Sample, import};
//!
//! let file = std::fs::read("net.onnx")?;
//! let samples: Vec<Sample> = vec![]; // labelled images of the network's size
//! let imported = import(&file, &samples, &Options::new("net", vec!["cat".into(), "dog".into()]))?;
//! println!("{}", imported.report);
//! std::fs::write("net.zkl", imported.model.encode())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]

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
mod lower;
mod network;
mod options;
mod pixels;
mod proto;
mod quantise;
mod report;

pub use calibrate::Sample;
pub use error::ImportError;
pub use external::ExternalData;
pub use importer::{Imported, Importer, import};
pub use options::{Normalisation, Options, PixelRange, Precision};
pub use report::{LayerReport, Report};

use std::ops::RangeInclusive;

/// The ONNX operator sets that are understood.
pub const OPSETS: RangeInclusive<i64> = 7..=28;

/// The names of the ONNX operators that are understood, comma-separated.
#[must_use]
pub fn supported_operators() -> String {
    lower::names().collect::<Vec<_>>().join(", ")
}
