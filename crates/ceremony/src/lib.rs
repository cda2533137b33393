//! Files of setups, as strangers send them.
//!
//! * [`SetupFile`]: the setup that zklens ships, or one in a `.zks` file.
//! * [`ptau`]: the files of *powers of tau* ceremonies, from which `.zks` files are cut.
//!
//! Reading takes memory in proportion to the bytes that are there, never to the lengths that a file claims. Whether
//! points are powers of one `τ` is for [`zklens_commitment::Setup::check`] to say.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod ptau;
mod setup_file;

pub use ptau::PtauError;
pub use setup_file::{MAGIC, MAX_POWERS, PROOF_POWERS, SetupFile, SetupFileError};
