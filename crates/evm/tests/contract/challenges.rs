//! The contract and the native verifier draw the same challenges, and every word that the contract
//! absorbs moves every challenge after it and none before.
//!
//! The test watches the hashes of the deployed code, so no contract is made for the test alone.

use crate::common::SETUP;
use crate::common::call::Call;
use crate::golden::{Golden, NAMES};
use crate::trace::Trace;
use std::collections::BTreeSet;
use zklens_evm::U256;
use zklens_field::{
    Field, POINT_BYTES, SCALAR_BYTES, Scalar, decode_point, decode_scalar, encode_point,
    encode_scalar,
};
use zklens_testkit::recorder::record;

impl Golden {
    fn trace(&mut self, call: &Call) -> Trace {
        Trace::of(&mut self.chain, self.contract, call.check())
    }
}

#[test]
fn every_message_and_challenge_is_the_native_verifiers() {
    for name in NAMES {
        let mut golden = Golden::load(name);
        let trace = golden.trace(&golden.call());
        let setup = SETUP.verifier();
        assert_eq!(trace.statement, golden.statement.digest(setup), "{name}");
        let events = record(setup, &golden.key, &golden.statement, &golden.proof);
        assert_eq!(trace.events, events.unwrap(), "{name}");
    }
}

/// The challenges that the second verifier, in Python, computed as well.
#[test]
fn every_challenge_is_the_golden_files() {
    for name in NAMES {
        let mut golden = Golden::load(name);
        let trace = golden.trace(&golden.call());
        let file = format!("../../vectors/proofs/v1/{name}.json");
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let json: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let hex = |bytes: &[u8]| zklens_evm::hex::encode_prefixed(bytes);
        assert_eq!(json["statement"], hex(&trace.statement), "{name}");
        let transcript = json["transcript"].as_array().unwrap().iter();
        let stored = transcript.filter(|event| event.get("challenge").is_some());
        let stored: Vec<_> = stored
            .map(|event| [&event["challenge"], &event["value"]].map(|text| text.as_str().unwrap()))
            .collect();
        let drawn = trace.challenges();
        assert_eq!(stored.len(), drawn.len(), "{name}");
        for ([label, value], (_, drawn, challenge)) in stored.iter().zip(&drawn) {
            assert_eq!(*label, drawn.name(), "{name}");
            assert_eq!(*value, hex(challenge), "{name}, {label}");
        }
    }
}

/// The primitive cube root of one: `(ζ·x, y)` is on the curve if `(x, y)` is.
fn other_abscissa(point: &[u8; POINT_BYTES]) -> [u8; POINT_BYTES] {
    let modulus = *crate::tape_faults::COORDINATE_MODULUS;
    let third = (modulus - U256::from(1)) / U256::from(3);
    let mut roots = (2..).map(|base| U256::from(base).pow_mod(third, modulus));
    let root = roots.find(|root| *root != U256::from(1)).unwrap();
    let abscissa = U256::from_be_slice(&point[..SCALAR_BYTES]).mul_mod(root, modulus);
    let mut other = *point;
    other[..SCALAR_BYTES].copy_from_slice(&abscissa.to_be_bytes::<32>());
    assert!(decode_point(&other).is_some());
    other
}

fn other_ordinate(point: &[u8; POINT_BYTES]) -> [u8; POINT_BYTES] {
    encode_point(&-decode_point(point).unwrap())
}

/// For every word of the tape, a tape in which only that word differs and is still valid.
fn other_words(golden: &Golden) -> Vec<(usize, Vec<u8>)> {
    let mut tapes = Vec::new();
    for message in golden.messages() {
        for start in message.bytes.clone().step_by(SCALAR_BYTES) {
            let mut tape = golden.proof.clone();
            if message.is_points {
                let is_abscissa = (start - message.bytes.start).is_multiple_of(POINT_BYTES);
                let first = if is_abscissa { start } else { start - 32 };
                let point: &mut [u8; POINT_BYTES] = tape[first..].first_chunk_mut().unwrap();
                *point = match is_abscissa {
                    true => other_abscissa(point),
                    false => other_ordinate(point),
                };
            } else {
                let word: &mut [u8; SCALAR_BYTES] = tape[start..].first_chunk_mut().unwrap();
                *word = encode_scalar(&(decode_scalar(word).unwrap() + Scalar::ONE));
            }
            tapes.push((start, tape));
        }
    }
    tapes
}

#[test]
fn every_word_moves_every_later_challenge_and_no_earlier_one() {
    let mut golden = Golden::load("smallest");
    let honest = golden.trace(&golden.call()).challenges();
    let ends: Vec<usize> = golden.messages().iter().map(|m| m.bytes.end).collect();
    let words = other_words(&golden);
    assert_eq!(words.len(), golden.proof.len() / SCALAR_BYTES);
    for (start, proof) in words {
        let call = golden.call();
        let moved = golden.trace(&Call { proof, ..call }).challenges();
        let end = *ends.iter().find(|end| **end > start).unwrap();
        assert_eq!(honest.len(), moved.len());
        for ((drawn, of, honest), (_, _, moved)) in honest.iter().zip(&moved) {
            let of = of.name();
            assert_eq!(honest != moved, *drawn >= end, "word at {start} and {of}");
        }
    }
}

#[track_caller]
fn all_move(honest: &Trace, moved: &Trace) {
    assert_ne!(honest.statement, moved.statement);
    assert_eq!(honest.events.len(), moved.events.len());
    for ((_, label, one), (_, _, other)) in honest.challenges().iter().zip(moved.challenges()) {
        assert_ne!(*one, other, "{}", label.name());
    }
}

#[test]
fn the_statement_moves_every_challenge() {
    for (name, inputs) in [("every-gadget", 1), ("mnist-cnn-batch", 2)] {
        let golden = Golden::load(name);
        assert_eq!(golden.call().inputs.len(), inputs * POINT_BYTES);
        statement_moves_every_challenge(golden);
    }
}

fn statement_moves_every_challenge(mut golden: Golden) {
    let call = golden.call();
    let honest = golden.trace(&call);
    let classes = u16::try_from(golden.key.classes().len()).unwrap();
    let mut calls = Vec::new();
    let mut add = |change: &dyn Fn(&mut Call)| {
        let mut changed = call.clone();
        change(&mut changed);
        calls.push(changed);
    };
    for image in 0..golden.images() {
        add(&|call| call.labels[image] = (call.labels[image] + 1) % classes);
    }
    for byte in 0..32 {
        add(&|call| call.context[byte] ^= 1);
    }
    for start in (0..call.inputs.len()).step_by(POINT_BYTES) {
        for other in [other_abscissa, other_ordinate] {
            add(&|call| {
                let point: &mut [u8; POINT_BYTES] = call.inputs[start..].first_chunk_mut().unwrap();
                *point = other(point);
            });
        }
    }
    if call.inputs.len() > POINT_BYTES {
        add(&|call| call.inputs.rotate_left(POINT_BYTES));
    }
    for call in calls {
        all_move(&honest, &golden.trace(&call));
    }
}

#[test]
fn the_model_and_the_setup_move_every_challenge() {
    let mut golden = Golden::load("smallest");
    let call = golden.call();
    let honest = golden.trace(&call);
    // The model id, then the setup's digest.
    for byte in 0..64 {
        let mut key = golden.key_bytes.clone();
        key[byte] ^= 1;
        golden.contract = golden.chain.deploy_verifier(&key);
        all_move(&honest, &golden.trace(&call));
    }
}

/// The challenges of a proof all differ.
#[test]
fn challenges_differ() {
    for name in NAMES {
        let mut golden = Golden::load(name);
        let challenges = golden.trace(&golden.call()).challenges();
        let values: BTreeSet<_> = challenges.iter().map(|(_, _, value)| value).collect();
        assert_eq!(values.len(), challenges.len(), "{name}");
    }
}
