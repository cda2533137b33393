//! The reasons of contracts for reverting, in words.

use alloy_primitives::{U256, hex};
use alloy_sol_types::{Panic, Revert, SolError, SolInterface, sol};
use std::fmt;

sol! {
    /// The errors of `contracts/src/verifier`.
    interface Errors {
        error Refused(uint8 reason);
        error NoClass(uint256 label, uint256 classes);
        error PrecompileFailed(uint256 precompile);
        error KeyNotStored();
    }
}

/// The reasons of `ModelVerifier.Reason`, from number 1 on.
const REASONS: [&str; 9] = [
    "the contract's key has no table_layout for so many images in one proof",
    "a label is not one of the model's classes",
    "there are more or fewer input commitments than the images need",
    "a point of an input commitment is not on the curve",
    "it is longer or shorter than proofs of so many images are",
    "a number in it is not below the modulus",
    "a point in it is not on the curve",
    "its challenges coincide, which can happen to an honest prover; prove again",
    "it does not prove the statement",
];

/// The most characters of a contract's own reason that are shown.
const MOST_CHARACTERS: usize = 300;

/// The data that a contract reverted with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An error of our contracts, or one with a text, in words.
    Known(String),
    /// An assertion failed (`Panic(uint256)`), by its code.
    Panic(U256),
    /// An error that is not known here.
    Unknown(Vec<u8>),
    /// No data.
    Silent,
}

impl Refusal {
    /// Reads the data that a contract reverted with.
    #[must_use]
    pub fn decode(data: &[u8]) -> Self {
        if data.is_empty() {
            return Self::Silent;
        }
        if let Ok(error) = Errors::ErrorsErrors::abi_decode_validate(data)
            && error.abi_encode() == data
        {
            return sentence(&error).map_or_else(|| Self::Unknown(data.to_vec()), Self::Known);
        }
        if let Ok(revert) = Revert::abi_decode_validate(data) {
            return Self::Known(zklens_printable::excerpt(&revert.reason, MOST_CHARACTERS));
        }
        Panic::abi_decode_validate(data).map_or_else(
            |_| Self::Unknown(data.to_vec()),
            |panic| Self::Panic(panic.code),
        )
    }
}

fn sentence(error: &Errors::ErrorsErrors) -> Option<String> {
    use Errors::ErrorsErrors::{KeyNotStored, NoClass, PrecompileFailed, Refused};
    match error {
        Refused(error) => {
            let reason = REASONS.get(usize::from(error.reason).checked_sub(1)?)?;
            Some((*reason).into())
        }
        NoClass(error) => Some(format!(
            "label {} is not one of its {} classes",
            error.label, error.classes
        )),
        PrecompileFailed(error) => Some(format!("precompile {} failed", error.precompile)),
        KeyNotStored(_) => {
            Some("the chain does not store it; contracts have a greatest size".into())
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(sentence) => f.write_str(sentence),
            Self::Panic(code) => write!(f, "Solidity's panic {code:#04x}"),
            Self::Unknown(data) => {
                const SHOWN: usize = 68;
                let shown = data.get(..SHOWN).unwrap_or(data);
                let more = if shown.len() < data.len() { "…" } else { "" };
                let digits = hex::encode_prefixed(shown);
                write!(f, "an error that zklens does not know, {digits}{more}")
            }
            Self::Silent => f.write_str("it reverted without a reason"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(data: &[u8]) -> String {
        Refusal::decode(data).to_string()
    }

    fn refused(reason: u8) -> String {
        decode(&Errors::Refused { reason }.abi_encode())
    }

    #[test]
    fn puts_errors_of_our_contracts_into_words() {
        assert_eq!(refused(2), "a label is not one of the model's classes");
        assert_eq!(refused(9), "it does not prove the statement");
        let no_class = Errors::NoClass {
            label: U256::from(11),
            classes: U256::from(10),
        };
        assert_eq!(
            decode(&no_class.abi_encode()),
            "label 11 is not one of its 10 classes"
        );
        let failed = Errors::PrecompileFailed {
            precompile: U256::from(8),
        };
        assert_eq!(decode(&failed.abi_encode()), "precompile 8 failed");
        let not_stored = decode(&Errors::KeyNotStored {}.abi_encode());
        assert!(not_stored.contains("does not store it"), "{not_stored}");
    }

    #[test]
    fn the_reasons_are_those_of_the_contract() {
        let source = include_str!("../../../../contracts/src/verifier/ModelVerifier.sol");
        let (_, list) = source.split_once("enum Reason {").unwrap();
        let (list, _) = list.split_once('}').unwrap();
        let names = list
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("//"));
        let names: Vec<&str> = names.map(|line| line.trim_end_matches(',')).collect();
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        let expected = [
            "None",
            "Batch",
            "Label",
            "InputLength",
            "InputPoint",
            "ProofLength",
            "Scalar",
            "Point",
            "Challenges",
            "False",
        ];
        assert_eq!(names, expected);
        assert_eq!(REASONS.len() + 1, names.len());
    }

    #[test]
    fn shows_other_errors_as_they_are() {
        assert_eq!(
            decode(&[0xde, 0xad, 0xbe, 0xef]),
            "an error that zklens does not know, 0xdeadbeef"
        );
        assert!(refused(0).contains("does not know"));
        assert!(refused(10).contains("does not know"));
        let longer = [&Errors::KeyNotStored {}.abi_encode()[..], &[0; 32]].concat();
        assert!(decode(&longer).contains("does not know"));
        assert!(decode(&[1]).ends_with("0x01"));
        assert!(decode(&[7; 100]).ends_with("07…"));
        assert_eq!(decode(&[]), "it reverted without a reason");
    }

    #[test]
    fn reads_texts_and_panics() {
        let revert = Revert::from("not\u{1b}[1m \u{202e}today").abi_encode();
        assert_eq!(decode(&revert), "not\\u{1b}[1m \\u{202e}today");
        let revert = Revert::from("x".repeat(301)).abi_encode();
        assert_eq!(decode(&revert), "x".repeat(300) + "…");
        let panic = Panic::from(0x11).abi_encode();
        assert_eq!(decode(&panic), "Solidity's panic 0x11");
    }
}
