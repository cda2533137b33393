//! Test support, never part of a release: [`oracle`] says again, and slowly, what a network means;
//! [`recipe`] grows random models; [`models`] has the usual ones; [`vectors`] are the golden files;
//! [`recorder`] takes a proof apart; [`hostile`] makes keys that no model has; [`ceremony`] is one in
//! small.

#![forbid(unsafe_code)]

pub mod ceremony;
pub mod hostile;
pub mod models;
pub mod oracle;
pub mod random;
pub mod recipe;
pub mod recorder;
pub mod vectors;

pub use random::Random;
pub use recipe::{Kind, Recipe};
