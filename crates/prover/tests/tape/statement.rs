//! Other statements for the same bytes.

use crate::common::{key_with_columns, setup};
use crate::subject::{SUBJECT, model, other_point};
use zklens_commitment::{OpeningError, VerifierSetup};
use zklens_layers::LayerError;
use zklens_verifier::{Statement, VerifyError, verify};

const REFUSED: VerifyError = VerifyError::Opening(OpeningError::Refused);

fn changed(change: impl Fn(&mut Statement)) -> Result<(), VerifyError> {
    let mut statement = SUBJECT.proved.statement.clone();
    change(&mut statement);
    SUBJECT.verify_statement(statement, &SUBJECT.proved.proof)
}

#[test]
fn rejects_another_label() {
    for image in 0..2 {
        for step in 1..3 {
            let other = changed(|statement| {
                let label = &mut statement.labels[image];
                *label = (*label + step) % 3;
            });
            assert_eq!(other, Err(REFUSED));
        }
        for label in [3, usize::MAX] {
            let none = changed(|statement| statement.labels[image] = label);
            let error = LayerError::Label {
                image,
                label,
                classes: 3,
            };
            assert_eq!(none, Err(VerifyError::Statement(error)));
        }
    }
}

#[test]
fn rejects_another_context() {
    for bit in 0..256 {
        let other = changed(|statement| statement.context[bit / 8] ^= 1 << (bit % 8));
        assert_eq!(other, Err(REFUSED), "bit {bit}");
    }
}

#[test]
fn rejects_other_inputs() {
    assert_eq!(SUBJECT.proved.statement.inputs.len(), 2);
    for row in 0..2 {
        for other in [other_point(), zklens_field::Point::default()] {
            let other = changed(|statement| statement.inputs[row] = other);
            assert_eq!(other, Err(REFUSED));
        }
        let negated = changed(|statement| statement.inputs[row] = -statement.inputs[row]);
        assert_eq!(negated, Err(REFUSED));
    }
    assert_eq!(
        changed(|statement| statement.inputs.swap(0, 1)),
        Err(REFUSED)
    );
    assert_eq!(
        changed(|statement| statement.inputs[1] = statement.inputs[0]),
        Err(REFUSED)
    );
}

#[test]
fn rejects_another_number_of_images() {
    let inputs = |expected, got| Err(VerifyError::Inputs { expected, got });
    let fewer = changed(|statement| statement.inputs.truncate(1));
    assert_eq!(fewer, inputs(2, 1));
    let more = changed(|statement| statement.inputs.push(statement.inputs[0]));
    assert_eq!(more, inputs(2, 3));
    let fewer_labels = changed(|statement| statement.labels.truncate(1));
    assert_eq!(fewer_labels, inputs(1, 2));
    let more_labels = changed(|statement| statement.labels.push(0));
    assert_eq!(more_labels, inputs(3, 2));
    for images in [0, 1, 3] {
        let other = changed(|statement| {
            statement.labels.resize(images, 0);
            statement.inputs.resize(images, statement.inputs[0]);
        });
        assert!(other.is_err(), "{images} images");
    }
}

#[test]
fn rejects_another_model() {
    let other = key_with_columns(&model(2), 64);
    let other = other.verifying();
    let own = SUBJECT.proved.statement.clone();
    assert_ne!(other.id(), own.model);
    let mismatch = |expected, got| Err(VerifyError::OtherModel { expected, got });
    let proof = &SUBJECT.proved.proof;
    let result = verify(setup().verifier(), other, own.clone(), proof).map(drop);
    assert_eq!(result, mismatch(own.model, other.id()));
    assert_eq!(
        changed(|statement| statement.model = other.id()),
        mismatch(other.id(), own.model)
    );
    // The other key with a statement to match.
    let mut statement = own;
    statement.model = other.id();
    let result = verify(setup().verifier(), other, statement, proof).map(drop);
    assert_eq!(result, Err(REFUSED));
}

#[test]
fn rejects_another_setup() {
    let statement = SUBJECT.proved.statement.clone();
    let result = verify(
        &other_setup(),
        &SUBJECT.key,
        statement,
        &SUBJECT.proved.proof,
    );
    assert_eq!(result.map(drop), Err(REFUSED));
}

/// The generator of the second group: a setup whose `τ` is one.
pub(crate) fn other_setup() -> VerifierSetup {
    let word = |hex: &str| {
        let digit = |at: usize| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap();
        std::array::from_fn(digit)
    };
    let generator = [
        "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2",
        "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed",
        "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b",
        "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa",
    ];
    VerifierSetup::decode(&generator.map(word)).unwrap()
}
