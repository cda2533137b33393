//! The proof that is tampered with.

use crate::common::{key_with_columns, pixels, rng, setup};
use std::ops::Range;
use std::sync::LazyLock;
use zklens_field::{Point, SCALAR_BYTES, generator, linear_combination};
use zklens_model::Model;
use zklens_prover::{Proved, prove};
use zklens_testkit::models::perceptron;
use zklens_testkit::recorder::{Event, record};
use zklens_transcript::Label;
use zklens_verifier::{Statement, VerifyError, VerifyingKey, verify};

pub(crate) struct Subject {
    pub(crate) key: VerifyingKey,
    pub(crate) proved: Proved,
}

/// A perceptron with one hidden layer, on two images, too large for one row of pixels.
pub(crate) static SUBJECT: LazyLock<Subject> = LazyLock::new(|| {
    let model = model(1);
    let key = key_with_columns(&model, 64);
    let images = [pixels(&model, 0), pixels(&model, 1)];
    let proved = prove(setup(), &key, &images, [9; 32], &mut rng(3)).unwrap();
    Subject {
        key: key.verifying().clone(),
        proved,
    }
});

/// Models of one shape, with weights of their own.
pub(crate) fn model(seed: u64) -> Model {
    perceptron([6, 6], &[2, 3], seed)
}

/// One message on the tape.
pub(crate) struct Message {
    pub(crate) label: Label,
    /// Its bytes on the tape.
    pub(crate) bytes: Range<usize>,
    pub(crate) is_points: bool,
}

impl Subject {
    pub(crate) fn verify(&self, tape: &[u8]) -> Result<(), VerifyError> {
        self.verify_statement(self.proved.statement.clone(), tape)
    }

    pub(crate) fn verify_statement(
        &self,
        statement: Statement,
        tape: &[u8],
    ) -> Result<(), VerifyError> {
        verify(setup().verifier(), &self.key, statement, tape).map(drop)
    }

    /// Everything that happens to the transcript.
    pub(crate) fn events(&self, statement: &Statement, tape: &[u8]) -> Vec<Event> {
        record(setup().verifier(), &self.key, statement, tape).unwrap()
    }

    /// The messages, in the order of the tape.
    pub(crate) fn messages(&self) -> Vec<Message> {
        let mut start = 0;
        let message = |event| match event {
            Event::Message { label, words } => {
                let bytes = start..start + words.len() * SCALAR_BYTES;
                start = bytes.end;
                Some(Message {
                    label,
                    bytes,
                    is_points: is_points(label),
                })
            }
            Event::Challenge { .. } => None,
        };
        let events = self.events(&self.proved.statement, &self.proved.proof);
        let messages: Vec<Message> = events.into_iter().filter_map(message).collect();
        assert_eq!(start, self.proved.proof.len());
        messages
    }
}

fn is_points(label: Label) -> bool {
    use zklens_transcript::labels::{
        HELPER_ROWS, OPENING_PRODUCT, OPENING_QUOTIENT, OPENING_WITNESS, WITNESS_ROWS,
    };
    [
        WITNESS_ROWS,
        HELPER_ROWS,
        OPENING_PRODUCT,
        OPENING_QUOTIENT,
        OPENING_WITNESS,
    ]
    .contains(&label)
}

/// A point that no proof has.
pub(crate) fn other_point() -> Point {
    linear_combination(&[generator()], &[3_u64.into()])
}
