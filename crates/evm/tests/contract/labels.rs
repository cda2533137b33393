//! The labels in Solidity are those in Rust.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use zklens_transcript::labels;

const HEAD: &str = "// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Every label the transcript absorbs: Keccak-256 of its name
/// @notice Generated from `crates/transcript/src/labels.rs`: a test of `crates/evm` compares, and writes it anew if asked to.
library Labels {
";

/// All but those of a setup's check, which no contract does.
const LABELS: [(&str, labels::Label); 17] = [
    ("PROTOCOL", labels::PROTOCOL),
    ("WITNESS_ROWS", labels::WITNESS_ROWS),
    ("LOOKUP_POLE", labels::LOOKUP_POLE),
    ("LOOKUP_PAIR", labels::LOOKUP_PAIR),
    ("HELPER_ROWS", labels::HELPER_ROWS),
    ("RULE_POINT", labels::RULE_POINT),
    ("RULE_POWERS", labels::RULE_POWERS),
    ("COLUMN_VALUES", labels::COLUMN_VALUES),
    ("OPENING_CLAIMS", labels::OPENING_CLAIMS),
    ("OPENING_PRODUCT", labels::OPENING_PRODUCT),
    ("OPENING_POINT", labels::OPENING_POINT),
    ("OPENING_VALUE", labels::OPENING_VALUE),
    ("OPENING_QUOTIENT", labels::OPENING_QUOTIENT),
    ("OPENING_FOLD", labels::OPENING_FOLD),
    ("OPENING_WITNESS", labels::OPENING_WITNESS),
    ("SUMCHECK_ROUND", labels::SUMCHECK_ROUND),
    ("SUMCHECK_BIND", labels::SUMCHECK_BIND),
];

#[test]
fn labels_are_those_of_the_transcript() {
    let mut expected = String::from(HEAD);
    for (constant, label) in LABELS {
        let name = label.name();
        let _ = writeln!(
            expected,
            "    /// @dev `{name}`\n    bytes32 internal constant {constant} = keccak256(\"{name}\");"
        );
    }
    expected.push_str("}\n");
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/src/verifier/Labels.sol");
    if std::env::var("SNAPSHOT").is_ok_and(|what| what == "write") {
        fs::write(&file, &expected).unwrap();
    }
    let stored = fs::read_to_string(&file).unwrap();
    assert_eq!(
        stored, expected,
        "run `SNAPSHOT=write cargo test -p zklens-evm --test contract labels`"
    );
}
