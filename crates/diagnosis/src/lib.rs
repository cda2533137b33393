//! Recognises files that were given in place of an image or a network, and says how to go on.
//!
//! A decoder only says that it cannot read a file. This crate says what kind of file it is: the metadata of a token, a
//! pointer of Git LFS, a picture that a transfer damaged, a checkpoint of PyTorch. Call it after a decoder has refused
//! the file: it never decides whether a file is accepted.
//!
//! ```
//! use zklens_diagnosis::{Expected, diagnose};
//!
//! let file = br#"{"name": "Token 1", "image": "ipfs://QmWjtPo46BPrRdWQTPgXVbet1mwa29XrzznEWnVBgqUX9V"}"#;
//! let diagnosis = diagnose(file, Expected::Image).unwrap();
//! assert!(diagnosis.what().starts_with("this is JSON, the metadata of a token, not its image"));
//! assert!(diagnosis.help().contains("ipfs get QmWjtPo46BPrRdWQTPgXVbet1mwa29XrzznEWnVBgqUX9V"));
//! assert_eq!(diagnose(b"\0\x01\x02\x03", Expected::Image), None);
//! ```
//!
//! The bytes come from strangers. No function here fails or panics; each takes time linear in the length of the file, and
//! repeats only visible ASCII of it, a few hundred characters at most.

#![forbid(unsafe_code)]
#![deny(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::too_many_lines,
    clippy::too_many_arguments
)]

mod jpeg;
mod json;
mod link;
mod png;
mod signature;
mod text;
mod transfer;

use std::borrow::Cow;
use std::fmt;

pub use link::remote;

/// The purpose that a file was given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A picture to classify. PNG and JPEG files are then searched for damage.
    Image,
    /// A network, as an ONNX file or as a model of zklens.
    Network,
    /// Something else that zklens reads: a proof, a key, labels.
    Other,
}

/// A file's kind or damage, in words, and advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    what: Cow<'static, str>,
    help: Cow<'static, str>,
}

impl Diagnosis {
    fn new(what: impl Into<Cow<'static, str>>, help: impl Into<Cow<'static, str>>) -> Self {
        Self {
            what: what.into(),
            help: help.into(),
        }
    }

    /// The file's kind or damage: the end of a sentence that begins with its name and a colon.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Advice: how to get a file that can be read.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.help)
    }
}

/// Recognises a file that a decoder has refused; `None` if nothing is known about it.
#[must_use]
pub fn diagnose(file: &[u8], expected: Expected) -> Option<Diagnosis> {
    if expected == Expected::Image {
        let damage = transfer::diagnose(file)
            .or_else(|| png::diagnose(file))
            .or_else(|| jpeg::diagnose(file));
        if damage.is_some() {
            return damage;
        }
    }
    signature::diagnose(file, expected).or_else(|| text::diagnose(file, expected))
}

/// Text of a file, or a name that a stranger chose, made safe to print: visible ASCII, and not too long.
fn printable(text: &str) -> String {
    /// The most characters of a text that are printed.
    const LONGEST: usize = 200;
    let visible = |c: char| {
        if c.is_ascii_graphic() || c == ' ' {
            c
        } else {
            '?'
        }
    };
    let mut printed: String = text.chars().take(LONGEST).map(visible).collect();
    if text.chars().nth(LONGEST).is_some() {
        printed.push('…');
    }
    printed
}
