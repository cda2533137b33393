//! The answers of zklens, each defined once: the JSON that `zklens … --json` prints, the JSON that `zklens serve`
//! sends, and the objects that the package `@zklens/wasm` returns.
//!
//! | question | command line and server | JavaScript |
//! |---|---|---|
//! | Which label does the network give an image? | [`Execution`] | [`javascript::Execution`] |
//! | Where is the new proof? | [`ProofSummary`], in [`WrittenProof`] or [`SentProof`] | [`javascript::Proof`] |
//! | What will a proof cost? | [`ProofCost`]; the command line alone | |
//! | Is this proof true? | [`Verification`] | [`javascript::Verification`] |
//! | Which claim does a file make? | [`ClaimedImage`]; the rest belongs to the command line alone | [`javascript::Inspection`] |
//!
//! # Where they differ, and why
//!
//! * **Names of files.** The command line reads files, so its answers name them in `file`. The server and the package
//!   are sent bytes without a name.
//! * **The proof itself.** The command line writes a file and names it. The server sends the bytes in base64, because
//!   JSON has no bytes. JavaScript gets a `Uint8Array`.
//! * **Pixels and probabilities.** Only JavaScript gets them: a page draws them. Probabilities are floating point, and
//!   no proof says anything of them.
//! * **Images.** JSON has one object per image. JavaScript has the lists `labels` and `classes`, in the order of the
//!   images, and calls `modelKnownBy` `knownBy`: programs that use the package rely on these names.
//! * **Absent or null.** A field that only some of the programs know is absent in the others. A field whose value is
//!   unknown is `null` on the command line and absent in JavaScript.
//!
//! # Example
//!
//! ```
//! use zklens_answers::Execution;
//! use zklens_model::Pixels;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let model = zklens_models::ALL[0].decode()?;
//! let preprocessing = model.preprocessing();
//! let black = Pixels::new(preprocessing.shape(), vec![0; preprocessing.len()]).ok_or("too many pixels")?;
//! let result = model.classify(&black)?;
//! let answer = Execution::new(&model, &model.digest(), &result, "ipfs://Qm…".into());
//! let json = serde_json::to_value(answer)?;
//! assert_eq!(json["label"], result.label());
//! assert_eq!(json["class"], model.classes()[result.label()]);
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod cost;
mod execution;
pub mod javascript;
mod proof;
mod text;
mod verification;

pub use cost::ProofCost;
pub use execution::{Execution, RunnerUp};
pub use proof::{LayoutName, ProofSummary, ProvedImage, SentProof, Source, Times, WrittenProof};
pub use text::{NO_NAME, class, hex, hex_word, input, prefixed_hex};
pub use verification::{
    ClaimedImage, Compared, KnownBy, Shown, Verification, VerifiedImage, opening_fits,
};
