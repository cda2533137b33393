//! Files of setups.
//!
//! A setup is the list `[1]₁, [τ]₁, [τ²]₁, …` of points of a curve, where nobody knows the number `τ`, and `[τ]₂` in the
//! curve's second group. A public ceremony makes it.
//!
//! * [`SetupFile`]: the setup that zklens ships, or one in a `.zks` file.
//! * [`ptau`]: the files of *powers of tau* ceremonies. The beginning of one becomes a `.zks` file.
//!
//! ```
//! use zklens_ceremony::SetupFile;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let file = SetupFile::shipped(9).encode();
//! let read = SetupFile::read(&mut &file[..], 5)?;
//! let setup = read.check()?;
//! assert_eq!(setup.powers().len(), 5);
//! assert!(read.is_of_shipped_ceremony());
//! # Ok(())
//! # }
//! ```
//!
//! The files come from strangers. Reading takes memory in proportion to the bytes that are there, never to the lengths
//! that a file claims. Reading does not show that the points are powers of one `τ`: [`SetupFile::check`] does.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod ptau;
mod setup_file;

pub use ptau::PtauError;
pub use setup_file::{MAGIC, MAX_POWERS, PROOF_POWERS, SetupFile, SetupFileError};
