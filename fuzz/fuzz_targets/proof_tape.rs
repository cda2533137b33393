//! Proofs of the golden statement. Only the golden tape is accepted.
//!
//! An input is read twice: as a tape or a proof file that has one; and as a list of changes of the
//! golden tape. A change replaces a word by another well-formed one, with which the verifier has to
//! compute.
#![no_main]

use std::sync::LazyLock;
use zklens_commitment::OpeningError;
use zklens_field::{
    Scalar, decode_point, decode_scalar, encode_point, encode_scalar, generator, linear_combination,
};
use zklens_fuzz::tape::{Word, words};
use zklens_fuzz::{MIB, SETUP, door};
use zklens_layers::Layout;
use zklens_verifier::{ProofFile, VerifyError, VerifyingKey, verify};

static KEY: LazyLock<VerifyingKey> = LazyLock::new(|| {
    let file = include_bytes!("../../vectors/proofs/v1/smallest.zkk");
    VerifyingKey::decode(file).expect("a golden key")
});
static PROOF: LazyLock<ProofFile> = LazyLock::new(|| {
    let file = include_bytes!("../../vectors/proofs/v1/smallest.zkp");
    ProofFile::decode(file).expect("a golden proof")
});
static WORDS: LazyLock<Vec<Word>> = LazyLock::new(|| {
    let layout = Layout::new(KEY.circuit(), KEY.columns(), 1).expect("a golden key");
    words(&layout)
});

door!(256 * MIB, |bytes| {
    let file = ProofFile::decode(bytes);
    check(file.as_ref().map_or(bytes, |file| &file.proof));
    // A tape of well-formed points and scalars reaches the last check.
    if let Some(refused) = check(&changed(bytes)) {
        assert_eq!(refused, VerifyError::Opening(OpeningError::Refused));
    }
});

/// The error with which a tape is refused.
fn check(tape: &[u8]) -> Option<VerifyError> {
    let verified = verify(&SETUP, &KEY, PROOF.statement.clone(), tape);
    assert_eq!(verified.is_ok(), tape == PROOF.proof);
    verified.err()
}

/// The golden tape after changes. Three bytes of the input make a change: its kind, the word, and a
/// number.
fn changed(changes: &[u8]) -> Vec<u8> {
    let mut tape = PROOF.proof.clone();
    let (changes, _) = changes.as_chunks::<3>();
    for [what, place, with] in changes.iter().take(16) {
        let place = usize::from(*place) % WORDS.len();
        let word = WORDS[place];
        let start = start(place);
        let new = match what % 3 {
            // Another word of the same kind from the golden tape.
            0 => same(word, usize::from(*with)),
            1 => opposite(&tape[start..start + word.bytes()]),
            _ => small(word, *with),
        };
        tape[start..start + word.bytes()].copy_from_slice(&new);
    }
    tape
}

/// The offset at which a word begins.
fn start(place: usize) -> usize {
    WORDS[..place].iter().map(|word| word.bytes()).sum()
}

fn same(kind: Word, number: usize) -> Vec<u8> {
    let places = (0..WORDS.len()).filter(|place| WORDS[*place] == kind);
    let places: Vec<usize> = places.collect();
    let start = start(places[number % places.len()]);
    PROOF.proof[start..start + kind.bytes()].to_vec()
}

/// The negative of a point or of a scalar.
fn opposite(word: &[u8]) -> Vec<u8> {
    if let Ok(point) = word.try_into() {
        encode_point(&-decode_point(point).expect("a point")).to_vec()
    } else {
        let scalar = word.try_into().expect("a scalar");
        encode_scalar(&-decode_scalar(scalar).expect("a scalar")).to_vec()
    }
}

fn small(kind: Word, number: u8) -> Vec<u8> {
    let scalar = Scalar::from(number);
    match kind {
        // Zero has no encoding.
        Word::Point if number > 0 => {
            encode_point(&linear_combination(&[generator()], &[scalar])).to_vec()
        }
        Word::Point => encode_point(&generator()).to_vec(),
        Word::Scalar => encode_scalar(&scalar).to_vec(),
    }
}
