//! Verifies that a network sees in hidden images what a statement says.
//!
//! # Claim
//!
//! For every image of a [`Statement`]: the pixels inside its input commitment, run through the
//! network that [`ModelId`] names, give its label.
//!
//! # Protocol
//!
//! 0. The statement, the setup and the model are absorbed, as one digest.
//! 1. The prover sends commitments to the witness, the mask row among its rows.
//! 2. The verifier draws `α` and `β`; the prover sends commitments to the helpers of lookups.
//! 3. The verifier draws `r` and `λ`, which make one sum of all rules
//!    ([`zklens_layers::relation`]).
//! 4. Sumcheck on that sum, which is zero ([`mod@zklens_sumcheck`]).
//! 5. The prover sends the value of every column where it ends.
//! 6. What is left are claims on committed rows ([`zklens_layers::relation::closing`]), which one opening proves
//!    ([`zklens_commitment::opening`]).
//!
//! The book, *The protocol*, has the whole of it in one place, with soundness and zero-knowledge.

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

/// Evidence that a statement was proved. Only [`verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Verified {
    statement: Statement,
    /// Of the setup that it was verified with.
    setup: [u8; 32],
}

impl Verified {
    /// What was proved.
    #[must_use]
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }
}

/// Verifies that `proof` proves `statement` about the model of `key`.
///
/// What it does not show: that the model is any good, where the pixels come from, or that the one
/// who sends the proof made it; for the last, see [`Context`].
///
/// # Errors
///
/// The key is of another model than the statement's, the statement cannot be of this model, or the
/// proof does not prove it.
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
    let pixels = statement.input_rows(&layout)?;

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

    // 5. The columns' values.
    let sent = reader.read_scalar_list(labels::COLUMN_VALUES, layout.num_values())?;
    let values = split(&layout, &sent);

    // 6. Claims on rows.
    let claims = close(
        key.circuit(),
        &layout,
        &relations,
        &challenges,
        end,
        &values,
    );
    let rows = [key.weight_commitments(), pixels, &witness, &helpers].concat();
    opening::verify(setup, layout.columns, &rows, &claims, &mut reader)?;
    reader.finish()?;
    Ok(Verified {
        statement,
        setup: *setup.digest(),
    })
}

/// The columns' values, table by table.
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
