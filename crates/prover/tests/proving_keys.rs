//! Files of proving keys, and commitments to weights that are stored.

mod common;

use common::{first_version, pixels, rng, setup};
use zklens_commitment::Setup;
use zklens_field::{Point, generator};
use zklens_model::Model;
use zklens_prover::{KeygenError, Privacy, ProvingKey, ProvingKeyError, Target, prove};
use zklens_testkit::models::perceptron;
use zklens_verifier::{Names, VerifyError, VerifyingKey, verify};

/// A model with weights in seven vectors and more.
fn model(seed: u64) -> Model {
    perceptron([16, 16], &[64, 10], seed)
}

fn key(seed: u64) -> ProvingKey {
    ProvingKey::new(setup(), model(seed), Privacy::Public).unwrap()
}

fn decode(file: &[u8]) -> Result<ProvingKey, ProvingKeyError> {
    ProvingKey::decode(setup(), file)
}

fn refusal(file: &[u8]) -> ProvingKeyError {
    decode(file).unwrap_err()
}

/// The verifying key with other commitments.
fn with_commitments(key: &VerifyingKey, commitments: &[Point]) -> VerifyingKey {
    let names = Names {
        name: key.name().to_owned(),
        classes: key.classes().to_vec(),
        preprocessing: *key.preprocessing(),
    };
    VerifyingKey::new(names, key.circuit().clone(), key.columns(), commitments).unwrap()
}

/// The file of `key`, with `verifying` in the place of its verifying key.
fn file_with(key: &ProvingKey, verifying: &VerifyingKey) -> Vec<u8> {
    let mut file = b"ZKLX\x02\x00".to_vec();
    for part in [key.model().encode(), verifying.encode()] {
        file.extend((part.len() as u64).to_le_bytes());
        file.extend(part);
    }
    file.extend(vec![0; 32 * verifying.weight_commitments().len()]);
    file
}

/// A setup without the second power, so that all commitments differ.
fn other_setup() -> Setup {
    let string = [&zklens_setup::STRING[..64], &zklens_setup::STRING[128..]].concat();
    Setup::decode(&string, &zklens_setup::TAU_G2).unwrap()
}

#[test]
fn a_key_is_read_as_it_was_written() {
    let key = key(1);
    let file = key.encode();
    assert_eq!(file, file_with(&key, key.verifying()));
    let read = decode(&file).unwrap();
    assert_eq!(read.verifying(), key.verifying());
    assert_eq!(read.encode(), file);
    let mut private = rng(3);
    let key = ProvingKey::new(setup(), model(1), Privacy::Private(&mut private)).unwrap();
    let read = decode(&key.encode()).unwrap();
    assert_eq!(read.verifying(), key.verifying());
    let proved = prove(
        setup(),
        &read,
        &[pixels(&model(1), 1)],
        [0; 32],
        &mut rng(1),
    )
    .unwrap();
    let verified = verify(
        setup().verifier(),
        key.verifying(),
        proved.statement,
        &proved.proof,
    );
    assert!(verified.is_ok());
}

/// Its reader makes the commitments again.
#[test]
fn a_key_of_the_first_version_is_read_and_written_in_the_second() {
    let key = key(1);
    let vectors = key.verifying().weight_commitments().len();
    let columns = key.verifying().columns().count();
    let file = first_version(key.model(), columns, &vec![0; 32 * vectors]);
    let read = decode(&file).unwrap();
    assert_eq!(read.verifying(), key.verifying());
    assert_eq!(read.encode(), key.encode());
    for length in [7, 20, file.len() - 32, file.len() - 1] {
        assert_eq!(refusal(&file[..length]), ProvingKeyError::Malformed);
    }
}

#[test]
fn files_that_are_no_keys_are_refused() {
    let key = key(1);
    let file = key.encode();
    assert_eq!(refusal(b"ZKL"), ProvingKeyError::NotAKey);
    assert_eq!(refusal(&file[1..]), ProvingKeyError::NotAKey);
    assert_eq!(
        refusal(&file[..file.len() - 32]),
        ProvingKeyError::Malformed
    );
    let longer = [&file[..], &[0]].concat();
    assert_eq!(refusal(&longer), ProvingKeyError::Malformed);
    for version in [0, 3, 9] {
        let mut other = file.clone();
        other[4] = version;
        let got = version.into();
        assert_eq!(refusal(&other), ProvingKeyError::Version { got });
    }
    let mut other = file.clone();
    other[100] ^= 1;
    assert!(matches!(refusal(&other), ProvingKeyError::Model(_)));
    let mut other = file.clone();
    let last = file.len() - 32 * key.verifying().weight_commitments().len() - 1;
    other[last] ^= 1;
    assert!(matches!(refusal(&other), ProvingKeyError::Verifying(_)));
}

#[test]
fn a_key_beside_another_model_is_refused() {
    let [one, two] = [1, 2].map(key);
    let mismatch = ProvingKeyError::Keygen(KeygenError::Mismatch);
    assert_eq!(refusal(&file_with(&one, two.verifying())), mismatch);
    let with = |model, target, verifying: &ProvingKey| {
        let verifying = verifying.verifying().clone();
        ProvingKey::with_verifying(setup(), model, target, verifying).map(|key| key.encode())
    };
    assert_eq!(with(model(1), Target::Native, &one), Ok(one.encode()));
    assert_eq!(
        with(model(2), Target::Native, &one),
        Err(KeygenError::Mismatch)
    );
    assert_eq!(
        with(model(1), Target::Evm, &one),
        Err(KeygenError::Mismatch)
    );
    let private = ProvingKey::new(setup(), model(1), Privacy::Private(&mut rng(1))).unwrap();
    assert_eq!(
        with(model(1), Target::Native, &private),
        Err(KeygenError::Mismatch)
    );
}

#[test]
fn a_key_of_another_setup_is_refused() {
    let key = key(1);
    let read = ProvingKey::decode(&other_setup(), &key.encode());
    let mismatch = ProvingKeyError::Keygen(KeygenError::Mismatch);
    assert_eq!(read.unwrap_err(), mismatch);
    let columns = key.verifying().columns().count();
    let string = &zklens_setup::STRING[..64 * columns];
    let short = Setup::decode(string, &zklens_setup::TAU_G2).unwrap();
    let read = ProvingKey::decode(&short, &key.encode());
    let (expected, got) = (columns + 1, columns);
    let short = ProvingKeyError::Keygen(KeygenError::ShortSetup { expected, got });
    assert_eq!(read.unwrap_err(), short);
}

/// Those that are compared refuse the key. A wrong one among the others makes proofs that are refused.
#[test]
fn a_wrong_commitment_never_makes_a_proof_that_is_accepted() {
    let key = key(1);
    let right = key.verifying().weight_commitments();
    assert!(right.len() > 5, "{} vectors of weights", right.len());
    let mut read = 0;
    for vector in 0..right.len() {
        let mut commitments = right.to_vec();
        commitments[vector] = generator();
        let verifying = with_commitments(key.verifying(), &commitments);
        let Ok(wrong) = decode(&file_with(&key, &verifying)) else {
            continue;
        };
        read += 1;
        assert_ne!(wrong.verifying().id(), key.verifying().id());
        let image = pixels(&model(1), 1);
        let proved = prove(setup(), &wrong, &[image], [0; 32], &mut rng(1)).unwrap();
        let (setup, statement) = (setup().verifier(), proved.statement);
        let refused = verify(setup, wrong.verifying(), statement.clone(), &proved.proof);
        assert!(
            matches!(refused, Err(VerifyError::Opening(_))),
            "{refused:?}"
        );
        let refused = verify(setup, key.verifying(), statement, &proved.proof);
        assert!(refused.is_err());
    }
    assert_eq!(read, right.len() - 3);
}
