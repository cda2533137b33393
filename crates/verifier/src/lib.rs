//! Verifies proofs that a network gives certain labels to hidden images.
//!
//! # Claim
//!
//! Run the network on the pixels inside the input commitments: every image gets the label that the [`Statement`] says.
//!
//! The statement consists of
//!
//! * `model`: the [`ModelId`], a hash that names the network;
//! * `inputs`: commitments to the pixels of all images;
//! * `labels`: the position of a class, for every image;
//! * `context`: 32 bytes that the verifying side chooses ([`Context`]).
//!
//! # Protocol
//!
//! 0. The transcript absorbs one digest of the statement and the setup.
//! 1. The prover sends commitments to the witness, the mask vector included.
//! 2. The verifier draws `α` and `β`; the prover sends commitments to the helpers of lookups.
//! 3. The verifier draws `r` and `λ`, which combine all rules into one sum
//!    ([`zklens_layers::relation`]).
//! 4. A sumcheck reduces the claim that this sum is zero to its value at one random point ([`mod@zklens_sumcheck`]).
//! 5. The prover sends the value of every column at that point.
//! 6. These values become claims about committed vectors ([`zklens_layers::relation::closing`]). One opening proves
//!    them all ([`zklens_commitment::opening`]).
//!
//! # Soundness
//!
//! In the algebraic group model, with Keccak-256 as a random oracle, a prover that computes `Q` hashes proves a false
//! statement with probability at most `Q · (largest line) + Q² / 2^256`. The book, *Soundness*, has the assumptions,
//! the lines, one for each challenge, and their values.
//!
//! # Reference
//!
//! The book, *The protocol*, describes every step in one place; *Zero-knowledge* shows that proofs hide the images.
//!
//! # Example
//!
//! ```
//! use zklens_verifier::{KeyError, ProofFile, ProofFileError, VerifyingKey};
//!
//! // Files from strangers are decoded first. Both types can only hold well-formed values.
//! assert_eq!(VerifyingKey::decode(b"GIF89a"), Err(KeyError::NotAKey));
//! assert_eq!(ProofFile::decode(b"GIF89a"), Err(ProofFileError::NotAProof));
//! ```
//!
//! Then [`verify`] checks the proof of a decoded file, with a setup from `zklens_setup`:
//!
//! ```
//! use zklens_commitment::VerifierSetup;
//! use zklens_verifier::{ModelId, ProofFile, VerifyingKey, verify};
//!
//! fn labels(trusted: ModelId, key: &[u8], proof: &[u8]) -> Option<Vec<usize>> {
//!     let setup = VerifierSetup::decode(&zklens_setup::TAU_G2).ok()?;
//!     let key = VerifyingKey::decode(key).ok()?;
//!     let file = ProofFile::decode(proof).ok()?;
//!     // Anyone can make a key: its id must be known from a source that is trusted.
//!     if key.id() != trusted {
//!         return None;
//!     }
//!     let verified = verify(&setup, &key, file.statement, &file.proof).ok()?;
//!     Some(verified.statement().labels.clone())
//! }
//! assert_eq!(labels(ModelId::default(), b"", b""), None);
//! ```

#![no_std]
#![forbid(unsafe_code)]
#![deny(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    clippy::too_many_arguments
)]

extern crate alloc;

mod error;
mod input;
mod key;
mod proof_file;
mod statement;

pub use error::VerifyError;
pub use input::InputOpening;
pub use key::{
    KEY_MAGIC, KEY_VERSION, KeyError, MAX_CIRCUIT_BYTES, MAX_KEY_BYTES, ModelId, Names,
    VerifyingKey,
};
pub use proof_file::{MAX_PROOF_BYTES, PROOF_MAGIC, PROOF_VERSION, ProofFile, ProofFileError};
pub use statement::{Context, Statement};

use alloc::vec::Vec;
use zklens_commitment::{VerifierSetup, opening};
use zklens_field::Scalar;
use zklens_layers::gadgets::lookup::LookupChallenges;
use zklens_layers::layout::DEGREE;
use zklens_layers::relation::closing::close;
use zklens_layers::{Challenges, Layout, Relations};
use zklens_sumcheck::{SumClaim, reduce};
use zklens_transcript::{Reader, labels};

/// Evidence that a statement was proved.
///
/// Only [`verify`] makes a value of this type, and its fields are private. So a function that takes a `Verified`
/// cannot be called with a statement that nobody verified, and a caller who forgets to verify gets an error from the
/// compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Verified {
    statement: Statement,
    /// The digest of the setup that the proof was verified with, so that images are compared under the same one.
    setup: [u8; 32],
}

impl Verified {
    /// The statement that was proved.
    #[must_use]
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }
}

/// Verifies that `proof` proves `statement` about the model of `key`.
///
/// **Warning:** a proof does not show that the model is any good, where the pixels come from, or that the sender of
/// the proof made it; for the last, see [`Context`]. The caller must know `key.id()` from a trusted source.
///
/// # Errors
///
/// The key belongs to a different model than the statement, the statement does not fit the model, or the proof does
/// not prove it. [`VerifyError`] says whose fault each error is.
pub fn verify(
    setup: &VerifierSetup,
    key: &VerifyingKey,
    statement: Statement,
    proof: &[u8],
) -> Result<Verified, VerifyError> {
    if statement.model != key.id() {
        return Err(VerifyError::OtherModel {
            expected: statement.model,
            got: key.id(),
        });
    }
    let layout = Layout::new(key.circuit(), key.columns(), statement.labels.len())?;
    let pixels = statement.input_commitments(&layout)?;

    // 0. The statement.
    let mut reader = Reader::open(&statement.digest(setup), proof);

    // 1. The witness.
    let witness = reader.read_point_list(labels::WITNESS_ROWS, layout.vectors.witness.len())?;

    // 2. Helpers of lookups.
    let lookup = LookupChallenges {
        alpha: reader.draw(labels::LOOKUP_POLE),
        beta: reader.draw(labels::LOOKUP_PAIR),
    };
    let helpers = reader.read_point_list(labels::HELPER_ROWS, layout.vectors.helpers.len())?;

    // 3. One sum of all rules.
    let coordinates = 1..layout.num_vars;
    let challenges = Challenges {
        lookup,
        point: coordinates
            .map(|_| reader.draw(labels::RULE_POINT))
            .collect(),
        lambda: reader.draw(labels::RULE_POWERS),
    };
    let relations = Relations::new(key.circuit(), &layout, &statement.labels, &challenges)?;

    // 4. Sumcheck.
    let claim = SumClaim {
        num_vars: layout.num_vars,
        sum: Scalar::default(),
    };
    let end = reduce::<DEGREE>(claim, &mut reader)?;

    // 5. The columns' values where the sumcheck ends.
    let sent = reader.read_scalar_list(labels::COLUMN_VALUES, layout.num_values())?;
    let values = split(&layout, &sent);

    // 6. Claims about committed vectors.
    let claims = close(
        key.circuit(),
        &layout,
        &relations,
        &challenges,
        end,
        &values,
    );
    let commitments = [key.weight_commitments(), pixels, &witness, &helpers].concat();
    opening::verify(setup, layout.columns, &commitments, &claims, &mut reader)?;
    reader.finish()?;
    Ok(Verified {
        statement,
        setup: *setup.digest(),
    })
}

/// The sent values of columns, as one list per table.
fn split(layout: &Layout, sent: &[Scalar]) -> Vec<Vec<Scalar>> {
    let mut rest = sent.iter();
    let tables = layout.tables.iter();
    tables
        .map(|table| {
            rest.by_ref()
                .take(table.placements.len())
                .copied()
                .collect()
        })
        .collect()
}
