//! The prover: the trusted crates' protocols once more, fast, under the same file names.
//!
//! [`ProvingKey::new`] makes the keys of a model, [`prove`] proves a label of an image, and
//! [`zklens_verifier::verify`] checks that.
//!
//! ```
//! use zklens_commitment::Setup;
//! use zklens_model::Pixels;
//! use zklens_prover::{Privacy, Target, ProvingKey, prove};
//! use zklens_verifier::verify;
//!
//! let setup = Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2)?;
//! let model = zklens_models::find("mnist-cnn").expect("a shipped model").decode()?;
//! let key = ProvingKey::new(&setup, model, Privacy::Public)?;
//!
//! // The prover has the image. The verifier chooses the context.
//! let image = Pixels::new([1, 28, 28], vec![0; 28 * 28]).expect("28×28 pixels");
//! let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
//! let proved = prove(&setup, &key, &[image], [7; 32], &mut rng)?;
//!
//! // The verifier has the verifying key, the statement and the proof.
//! let verified = verify(setup.verifier(), key.verifying(), proved.statement, &proved.proof)?;
//! let label = verified.statement().labels[0];
//! println!("a digit that looks like {}", key.verifying().classes()[label]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod commitment;
pub mod cost;
mod error;
mod integers;
mod key;
mod lookup;
mod progress;
mod proof;
mod random;
mod stage;
pub mod sumcheck;
mod summation;
mod vectors;
mod wiring;
mod witness;

pub use cost::Cost;
pub use error::ProveError;
pub use integers::{Bytes, Integers};
pub use key::{
    KeygenError, PROVING_KEY_MAGIC, PROVING_KEY_VERSION, Privacy, ProvingKey, ProvingKeyError,
    Target,
};
pub use progress::Progress;
pub use proof::{Proved, prove, prove_with, prove_witness};
pub use stage::Stage;
pub use witness::Witness;
