//! Keys that say of themselves what no network's key says. Whoever deploys one answers for it; such a contract still
//! accepts nothing.

use crate::golden::{Golden, NAMES};
use revm::primitives::keccak256;

/// Of the key's seventh word: classes, then tables, 16 bits each.
const TABLES: usize = 6 * 32 + 2;

#[test]
fn a_key_with_more_or_fewer_tables_than_it_says_verifies_nothing() {
    let malformed = &keccak256("MalformedKey()")[..4];
    for name in NAMES {
        let mut golden = Golden::load(name);
        assert!(
            golden
                .chain
                .call(golden.contract, golden.call().check())
                .succeeded
        );
        let tables = golden.key.circuit().tables.len();
        for other in 1..tables {
            let mut key = golden.key_bytes.clone();
            key[TABLES..TABLES + 2].copy_from_slice(&(other as u16).to_be_bytes());
            let contract = golden.chain.deploy_verifier(&key);
            let outcome = golden.chain.call(contract, golden.call().verify());
            assert!(!outcome.succeeded, "{name}: {other} of {tables} tables");
            assert_eq!(
                outcome.output, malformed,
                "{name}: {other} of {tables} tables"
            );
        }
    }
}
