//! A proof message by message, with every challenge between them. It reads and draws in the order
//! of `verify`, and checks nothing.

use zklens_commitment::VerifierSetup;
use zklens_field::{Point, Scalar, encode_point, encode_scalar};
use zklens_layers::Layout;
use zklens_layers::layout::DEGREE;
use zklens_transcript::{Label, Reader, TapeError, labels};
use zklens_verifier::{Statement, VerifyingKey};

/// One step of the transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The prover sent words of 32 bytes.
    Message {
        /// The label of the message.
        label: Label,
        /// The words; a point is two.
        words: Vec<[u8; 32]>,
    },
    /// The verifier drew a challenge.
    Challenge {
        /// The label of the challenge.
        label: Label,
        /// The challenge.
        value: [u8; 32],
    },
}

/// All steps of the transcript of a proof, in order.
///
/// # Errors
///
/// The tape is malformed.
///
/// # Panics
///
/// The statement is about a model other than the key's.
pub fn record(
    setup: &VerifierSetup,
    key: &VerifyingKey,
    statement: &Statement,
    proof: &[u8],
) -> Result<Vec<Event>, TapeError> {
    let layout = Layout::new(key.circuit(), key.columns(), statement.labels.len())
        .expect("a statement of this model");
    let mut recorder = Recorder {
        reader: Reader::open(&statement.digest(setup), proof),
        events: Vec::new(),
    };
    recorder.points(labels::WITNESS_ROWS, layout.vectors.witness.len())?;
    recorder.draw(labels::LOOKUP_POLE);
    recorder.draw(labels::LOOKUP_PAIR);
    recorder.points(labels::HELPER_ROWS, layout.vectors.helpers.len())?;
    for _ in 1..layout.num_vars {
        recorder.draw(labels::RULE_POINT);
    }
    recorder.draw(labels::RULE_POWERS);
    for _ in 0..layout.num_vars {
        recorder.scalars(labels::SUMCHECK_ROUND, DEGREE)?;
        recorder.draw(labels::SUMCHECK_BIND);
    }
    recorder.scalars(labels::COLUMN_VALUES, layout.num_values())?;
    recorder.draw(labels::OPENING_CLAIMS);
    recorder.points(labels::OPENING_PRODUCT, 2)?;
    recorder.draw(labels::OPENING_POINT);
    recorder.scalars(labels::OPENING_VALUE, 1)?;
    recorder.points(labels::OPENING_QUOTIENT, 1)?;
    recorder.draw(labels::OPENING_FOLD);
    recorder.points(labels::OPENING_WITNESS, 1)?;
    recorder.reader.finish()?;
    Ok(recorder.events)
}

struct Recorder<'tape> {
    reader: Reader<'tape>,
    events: Vec<Event>,
}

impl Recorder<'_> {
    fn points(&mut self, label: Label, count: usize) -> Result<(), TapeError> {
        let points = self.reader.read_point_list(label, count)?;
        let halves = |point: &Point| {
            let bytes = encode_point(point);
            bytes.as_chunks::<32>().0.to_vec()
        };
        let words = points.iter().flat_map(halves).collect();
        self.events.push(Event::Message { label, words });
        Ok(())
    }

    fn scalars(&mut self, label: Label, count: usize) -> Result<(), TapeError> {
        let scalars: Vec<Scalar> = self.reader.read_scalar_list(label, count)?;
        let words = scalars.iter().map(encode_scalar).collect();
        self.events.push(Event::Message { label, words });
        Ok(())
    }

    fn draw(&mut self, label: Label) {
        let value = encode_scalar(&self.reader.draw(label));
        self.events.push(Event::Challenge { label, value });
    }
}
