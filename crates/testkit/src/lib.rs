//! Test support, never part of a release.
//!
//! * [`oracle`] runs a network a second time, slowly, from the definitions of the operators;
//! * [`recipe`] grows random models, [`models`] has the usual ones, [`networks`] large ones from the literature, [`vectors`]
//!   the golden ones;
//! * [`recorder`] takes a proof apart;
//! * [`hostile`] makes keys that no model has;
//! * [`ceremony`] writes the file of a small one.
//!
//! `operators/` has a file for each operator of the integer network: its definition, how a random
//! graph gets one, and its golden models.

#![forbid(unsafe_code)]

pub mod ceremony;
mod growth;
pub mod hostile;
pub mod models;
pub mod networks;
mod operators;
pub mod oracle;
pub mod random;
pub mod recipe;
pub mod recorder;
mod tensor;
pub mod vectors;

pub use operators::Kind;
pub use random::Random;
pub use recipe::Recipe;
