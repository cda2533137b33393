//! Every word that was absorbed moves every challenge after it and none before. Tampering alone misses
//! a message that both sides forget.

use crate::common::setup;
use crate::statement::other_setup;
use crate::subject::{Message, SUBJECT, other_point};
use zklens_field::{
    Field, POINT_BYTES, SCALAR_BYTES, Scalar, decode_point, decode_scalar, encode_point,
    encode_scalar,
};
use zklens_testkit::recorder::{Event, record};
use zklens_transcript::{Label, labels};
use zklens_verifier::{ModelId, Statement};

/// A challenge, and where on the tape it is drawn.
type Challenge = (usize, Label, [u8; 32]);

/// All challenges. That the tape ends where the reading does shows that this is its order.
fn challenges(statement: &Statement, tape: &[u8]) -> Vec<Challenge> {
    placed(SUBJECT.events(statement, tape))
}

fn placed(events: Vec<Event>) -> Vec<Challenge> {
    let mut read = 0;
    let mut challenges = Vec::new();
    for event in events {
        match event {
            Event::Message { words, .. } => read += words.len() * SCALAR_BYTES,
            Event::Challenge { label, value } => challenges.push((read, label, value)),
        }
    }
    challenges
}

fn all_move(statement: &Statement) {
    let honest = challenges(&SUBJECT.proved.statement, &SUBJECT.proved.proof);
    let moved = challenges(statement, &SUBJECT.proved.proof);
    assert_eq!(honest.len(), moved.len());
    for ((_, label, honest), (_, _, moved)) in honest.iter().zip(&moved) {
        assert_ne!(honest, moved, "{}", label.name());
    }
}

#[test]
fn every_word_moves_every_later_challenge_and_no_earlier_one() {
    let tape = &SUBJECT.proved.proof;
    let statement = &SUBJECT.proved.statement;
    let honest = challenges(statement, tape);
    for Message {
        bytes,
        is_points,
        label,
    } in SUBJECT.messages()
    {
        let len = if is_points { POINT_BYTES } else { SCALAR_BYTES };
        for start in bytes.clone().step_by(len) {
            let mut forged = tape.clone();
            let word = &mut forged[start..start + len];
            if is_points {
                word.copy_from_slice(&encode_point(&other_point()));
            } else {
                let scalar = decode_scalar(word.first_chunk().unwrap()).unwrap();
                word.copy_from_slice(&encode_scalar(&(scalar + Scalar::ONE)));
            }
            let moved = challenges(statement, &forged);
            for ((drawn, of, honest), (_, _, moved)) in honest.iter().zip(&moved) {
                let is_later = *drawn >= bytes.end;
                let (word, of) = (label.name(), of.name());
                assert_eq!(honest != moved, is_later, "{word} at {start} and {of}");
            }
        }
    }
}

/// A point's negative differs in its ordinate alone.
#[test]
fn both_coordinates_of_a_point_move_challenges() {
    let tape = &SUBJECT.proved.proof;
    let statement = &SUBJECT.proved.statement;
    let honest = challenges(statement, tape);
    for Message { bytes, .. } in SUBJECT.messages().into_iter().filter(|m| m.is_points) {
        for start in bytes.clone().step_by(POINT_BYTES) {
            let mut forged = tape.clone();
            let word = &mut forged[start..start + POINT_BYTES];
            let point = decode_point(word.first_chunk().unwrap()).unwrap();
            word.copy_from_slice(&encode_point(&-point));
            let moved = challenges(statement, &forged);
            for ((drawn, _, honest), (_, _, moved)) in honest.iter().zip(&moved) {
                assert_eq!(honest != moved, *drawn >= bytes.end);
            }
        }
    }
}

#[test]
fn the_statement_moves_every_challenge() {
    let own = &SUBJECT.proved.statement;
    let changed = |change: &dyn Fn(&mut Statement)| {
        let mut statement = own.clone();
        change(&mut statement);
        all_move(&statement);
    };
    for image in 0..2 {
        changed(&|statement| statement.labels[image] = (statement.labels[image] + 1) % 3);
    }
    assert_eq!(own.inputs.len(), 2);
    for row in 0..2 {
        changed(&|statement| statement.inputs[row] = other_point());
        changed(&|statement| statement.inputs[row] = -statement.inputs[row]);
    }
    changed(&|statement| statement.inputs.swap(0, 1));
    for byte in 0..32 {
        changed(&|statement| statement.context[byte] ^= 1);
        changed(&|statement| {
            let ModelId(id) = &mut statement.model;
            id[byte] ^= 1;
        });
    }
}

#[test]
fn the_setup_moves_every_challenge() {
    let (statement, tape) = (&SUBJECT.proved.statement, &SUBJECT.proved.proof);
    let honest = challenges(statement, tape);
    let moved = record(&other_setup(), &SUBJECT.key, statement, tape).unwrap();
    for ((_, label, honest), (_, _, moved)) in honest.iter().zip(&placed(moved)) {
        assert_ne!(honest, moved, "{}", label.name());
    }
}

/// Statements that say different things have different digests, however their lists are cut.
#[test]
fn lists_of_a_statement_are_told_apart() {
    let own = &SUBJECT.proved.statement;
    let setup = setup().verifier();
    let mut fewer_inputs = own.clone();
    fewer_inputs.inputs.pop();
    let mut fewer_labels = own.clone();
    fewer_labels.labels.pop();
    // The number of inputs in the place of a label.
    let mut more_labels = own.clone();
    more_labels.labels.push(own.inputs.len());
    let statements = [own, &fewer_inputs, &fewer_labels, &more_labels];
    let digests = statements.map(|statement| statement.digest(setup));
    for (index, digest) in digests.iter().enumerate() {
        assert!(!digests[..index].contains(digest));
    }
}

/// The order of the protocol: the message after which each challenge is drawn.
#[test]
fn challenges_come_after_what_they_check() {
    let messages = SUBJECT.messages();
    let end = |label: Label| {
        let of = messages.iter().filter(|message| message.label == label);
        of.map(|message| message.bytes.end).max().unwrap()
    };
    let after = [
        // Nobody may know the pole when it chooses queries.
        (labels::LOOKUP_POLE, labels::WITNESS_ROWS),
        (labels::LOOKUP_PAIR, labels::WITNESS_ROWS),
        (labels::RULE_POINT, labels::HELPER_ROWS),
        (labels::RULE_POWERS, labels::HELPER_ROWS),
        (labels::OPENING_CLAIMS, labels::COLUMN_VALUES),
        (labels::OPENING_POINT, labels::OPENING_PRODUCT),
        (labels::OPENING_FOLD, labels::OPENING_VALUE),
        (labels::OPENING_FOLD, labels::OPENING_QUOTIENT),
    ];
    let challenges = challenges(&SUBJECT.proved.statement, &SUBJECT.proved.proof);
    for (challenge, message) in after {
        let mut of = challenges
            .iter()
            .filter(|(_, label, _)| *label == challenge);
        assert!(
            of.all(|(drawn, ..)| *drawn >= end(message)),
            "{}",
            challenge.name()
        );
    }
}
