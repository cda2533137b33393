//! Keys that no network has. The deployer answers for a key, but a contract with one of these accepts nothing, and says why.

use crate::common::call::Call;
use crate::golden::{Golden, NAMES};
use revm::primitives::keccak256;
use std::ops::Range;
use zklens_field::SCALAR_BYTES;
use zklens_transcript::labels;

const WORD: usize = 32;

/// The seventh word's fields.
const CLASSES: Range<usize> = 192..194;
const TABLES: Range<usize> = 194..196;
const TABLES_AT: Range<usize> = 200..204;
const PLANS_AT: Range<usize> = 208..212;
const CELLS: Range<usize> = 222..224;

/// A field of a table's word: the offset of its program.
const PROGRAM_AT: Range<usize> = 27..31;

/// A field of the first word of each layout.
const VALUES: Range<usize> = 17..19;

/// Kinds of tables.
const OPERATOR: u8 = 0;
const LABEL: u8 = 1;
const BYTES: u8 = 3;
const ENTRIES: u8 = 4;

fn number(key: &[u8], field: Range<usize>) -> usize {
    let bytes = key[field].iter();
    bytes.fold(0, |number, byte| number << 8 | usize::from(*byte))
}

fn set(key: &mut [u8], field: Range<usize>, number: usize) {
    let bytes = number.to_be_bytes();
    let from = bytes.len() - field.len();
    key[field].copy_from_slice(&bytes[from..]);
}

/// The offset of each table: a word, a window, then paths of a word, a window and steps of two words.
fn tables(key: &[u8]) -> Vec<usize> {
    let mut at = number(key, TABLES_AT);
    let tables = 0..number(key, TABLES);
    let starts = tables.map(|_| {
        let start = at;
        at += (1 + usize::from(key[start + 2])) * WORD;
        for _ in 0..number(key, start + 3..start + 5) {
            let (steps, map) = (usize::from(key[at]), key[at + 1]);
            at += (1 + usize::from(map == 2) + 2 * steps) * WORD;
        }
        start
    });
    starts.collect()
}

/// The only table of a kind.
fn only(key: &[u8], kind: u8) -> usize {
    let tables = tables(key).into_iter();
    let such: Vec<usize> = tables.filter(|table| key[*table] == kind).collect();
    let [table] = such[..] else {
        panic!("{such:?} of kind {kind}");
    };
    table
}

impl Golden {
    /// Shows a call to a contract with this key.
    fn show_with(&mut self, key: &[u8], call: &Call) -> crate::common::Outcome {
        let contract = self.chain.deploy_verifier(key);
        self.chain.call(contract, call.verify())
    }

    /// A contract with this key calls itself malformed.
    fn is_malformed(&mut self, key: &[u8], call: &Call, what: &str) {
        self.reverts(key, call, "MalformedKey()", what);
    }

    /// A contract with this key reverts with this error.
    fn reverts(&mut self, key: &[u8], call: &Call, error: &str, what: &str) {
        let selector = &keccak256(error)[..4];
        let outcome = self.show_with(key, call);
        assert!(!outcome.succeeded, "{what}: {outcome:?}");
        assert_eq!(outcome.output, selector, "{what}");
    }
}

/// The functions above read the key right and the contract accepts it, so the tests below refuse only their change.
#[test]
fn the_key_as_it_is_verifies_its_proof() {
    for name in NAMES {
        let mut golden = Golden::load(name);
        let (key, call) = (golden.key_bytes.clone(), golden.call());
        let circuit = golden.key.circuit();
        let found = tables(&key);
        assert_eq!(found.len(), circuit.tables.len());
        assert_eq!(found[circuit.label_table()], only(&key, LABEL));
        assert_eq!(found[circuit.bytes_table()], only(&key, BYTES));
        assert_eq!(number(&key, CLASSES), golden.key.classes().len());
        let outcome = golden.show_with(&key, &call);
        assert!(outcome.succeeded);
        assert_eq!(outcome.output.last(), Some(&1), "{name}");
    }
}

#[test]
fn a_key_that_says_of_fewer_tables_than_it_has_is_malformed() {
    for name in NAMES {
        let mut golden = Golden::load(name);
        let count = golden.key.circuit().tables.len();
        for fewer in 1..count {
            let mut key = golden.key_bytes.clone();
            set(&mut key, TABLES, fewer);
            let what = format!("{name}: {fewer} of {count} tables");
            golden.is_malformed(&key, &golden.call(), &what);
        }
    }
}

/// The contract takes the arrays behind the tables for tables.
#[test]
fn a_key_that_says_of_more_tables_than_it_has_verifies_nothing() {
    for name in NAMES {
        let mut golden = Golden::load(name);
        let count = golden.key.circuit().tables.len();
        for more in count + 1..count + 4 {
            let mut key = golden.key_bytes.clone();
            set(&mut key, TABLES, more);
            let call = golden.call();
            let outcome = golden.show_with(&key, &call);
            assert!(!outcome.succeeded, "{name}: {more} tables: {outcome:?}");
        }
    }
}

/// The key is right in everything else: its tables, its values and its label.
#[test]
fn a_key_whose_last_table_is_not_of_bytes_is_malformed() {
    for name in NAMES {
        for kind in [OPERATOR, ENTRIES] {
            let mut golden = Golden::load(name);
            let mut key = golden.key_bytes.clone();
            let last = only(&key, BYTES);
            assert_eq!(tables(&key).last(), Some(&last));
            key[last] = kind;
            let what = format!("{name}: kind {kind}");
            golden.is_malformed(&key, &golden.call(), &what);
        }
    }
}

/// Without this check the contract would accept labels without a logit, or refuse some that have one.
#[test]
fn a_key_of_other_classes_than_logits_is_malformed() {
    for name in NAMES {
        let mut golden = Golden::load(name);
        let classes = golden.key.classes().len();
        let label = golden.statement.labels.iter().max().unwrap();
        let others = (label + 1..classes).chain([classes + 1, 2 * classes, 0xffff]);
        for other in others.collect::<Vec<_>>() {
            let mut key = golden.key_bytes.clone();
            set(&mut key, CLASSES, other);
            let what = format!("{name}: {other} classes for {classes} logits");
            golden.is_malformed(&key, &golden.call(), &what);
        }
    }
}

#[test]
fn a_key_without_a_table_of_labels_is_malformed() {
    for name in NAMES {
        let mut golden = Golden::load(name);
        let mut key = golden.key_bytes.clone();
        let label = only(&key, LABEL);
        key[label] = OPERATOR;
        golden.is_malformed(&key, &golden.call(), name);
    }
}

/// The tape has the number of values that the key says.
#[test]
fn a_key_with_more_or_fewer_values_than_columns_is_malformed() {
    for name in NAMES {
        let mut golden = Golden::load(name);
        let messages = golden.messages();
        let is_values = |label| label == labels::COLUMN_VALUES;
        let sent = messages.iter().find(|message| is_values(message.label));
        let end = sent.unwrap().bytes.end;
        let honest = golden.call();
        for (change, more) in [("one more", true), ("one less", false)] {
            let mut key = golden.key_bytes.clone();
            let layout = number(&key, PLANS_AT);
            let field = layout + VALUES.start..layout + VALUES.end;
            let values = number(&key, field.clone());
            let mut call = honest.clone();
            if more {
                set(&mut key, field, values + 1);
                call.proof.splice(end..end, [0; SCALAR_BYTES]);
            } else {
                set(&mut key, field, values - 1);
                call.proof.drain(end - SCALAR_BYTES..end);
            }
            golden.is_malformed(&key, &call, &format!("{name}: {change}"));
        }
    }
}

/// Otherwise it would write over other values in memory.
#[test]
fn a_program_that_needs_more_cells_than_the_key_says_is_malformed() {
    for name in NAMES {
        let mut golden = Golden::load(name);
        let call = golden.call();
        let cells = number(&golden.key_bytes, CELLS);
        for fewer in [cells - 1, cells - 5] {
            let mut key = golden.key_bytes.clone();
            set(&mut key, CELLS, fewer);
            let what = format!("{name}: {fewer} of {cells} cells");
            golden.reverts(&key, &call, "MalformedProgram()", &what);
        }
    }
}

#[test]
fn a_program_longer_than_any_that_the_key_announces_is_malformed() {
    for name in NAMES {
        let mut golden = Golden::load(name);
        let call = golden.call();
        for table in tables(&golden.key_bytes) {
            let mut key = golden.key_bytes.clone();
            let field = table + PROGRAM_AT.start..table + PROGRAM_AT.end;
            let program = number(&key, field);
            // The plan has the program of `Range`.
            if program != 0 {
                set(&mut key, program..program + 2, 0xffff);
                let what = format!("{name}: the program at {program}");
                golden.reverts(&key, &call, "MalformedProgram()", &what);
            }
        }
    }
}

/// A contract has no rules of its own: those of a key without its programs' rules are not the network's.
#[test]
fn a_changed_step_of_a_program_makes_a_true_proof_false() {
    let mut golden = Golden::load("every-gadget");
    let call = golden.call();
    let mut seen = 0;
    for table in tables(&golden.key_bytes) {
        let field = table + PROGRAM_AT.start..table + PROGRAM_AT.end;
        let program = number(&golden.key_bytes, field);
        if program == 0 || number(&golden.key_bytes, program..program + 2) == 0 {
            continue;
        }
        // The first step's third cell becomes `α`.
        let mut key = golden.key_bytes.clone();
        set(&mut key, program + WORD + 4..program + WORD + 6, 1);
        let outcome = golden.show_with(&key, &call);
        assert!(outcome.succeeded);
        assert_eq!(outcome.output.last(), Some(&0), "the program at {program}");
        seen += 1;
    }
    assert!(seen > 3, "{seen}");
}
