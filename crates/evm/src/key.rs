//! A verifying key as a contract reads it: counterpart of `contracts/src/verifier/ContractKey.sol`, which describes every
//! field.

mod error;
mod places;
mod program;
mod tables;

pub use error::ExportError;

use crate::word::Word;
use places::{array_word, placed};
use program::Programs;
use tables::{shape, table, table_word};
use zklens_commitment::VerifierSetup;
use zklens_field::encode_point;
use zklens_layers::circuit::Table;
use zklens_layers::layout::{DEGREE, FREE_CELLS, Layout};
use zklens_layers::{Circuit, layout::work};
use zklens_verifier::VerifyingKey;

/// The most bytes of a contract's key. With the verifier's code it fits into one transaction (49,152 bytes, EIP-3860), and
/// with one byte more into a contract (24,576 bytes, EIP-170).
pub const MAX_KEY_BYTES: usize = 24_000;

const WORD: usize = 32;

/// Words before the constants.
const HEADER_WORDS: usize = 7;

/// Words of a layout, which a contract calls a plan, without its places.
const PLAN_WORDS: usize = 2;

/// The key of a contract that verifies proofs about `batches` images.
///
/// # Errors
///
/// `batches` is empty, a number in it is too large for a proof, or a contract cannot hold this key.
pub fn contract_key(
    key: &VerifyingKey,
    setup: &VerifierSetup,
    batches: &[usize],
) -> Result<Vec<u8>, ExportError> {
    let circuit = key.circuit();
    let classes = key.classes().len();
    let plans = batches.iter().map(|images| {
        let plan = Layout::new(circuit, key.columns(), *images);
        // A contract does not count work, so a statement that `verify` refuses for it must not be possible.
        let labels = classes.min(*images);
        plan.and_then(|plan| work::check(circuit, key.columns(), *images, labels).map(|()| plan))
            .map_err(|source| ExportError::Batch {
                images: *images,
                source,
            })
    });
    let plans = plans.collect::<Result<Vec<_>, _>>()?;
    let first = plans.first().ok_or(ExportError::NoBatch)?;
    check_label(circuit)?;

    let mut programs = Programs::new(circuit.tables.len());
    for (index, layout) in first.tables.iter().enumerate() {
        programs.add(index, &layout.rules, &layout.helpers);
    }
    let constants = programs.constants();
    let programs_at = HEADER_WORDS * WORD + constants.len();
    let placed_programs = programs.places(programs_at);
    let program_words = words(programs.words())?;
    let tables = circuit.tables.iter().zip(&first.tables);
    let tables = tables.zip(&placed_programs);
    let tables = words(tables.map(|((of, layout), program)| table(of, layout, *program)))?;
    let arrays = words(first.arrays.iter().map(|array| vec![array_word(array)]))?;
    let tables_at = programs_at + program_words.len();
    let arrays_at = tables_at + tables.len();
    let batches_at = arrays_at + arrays.len();
    let mut places_at = batches_at + plans.len() * PLAN_WORDS * WORD;
    let mut directory = Vec::new();
    let mut places = Vec::new();
    for plan in &plans {
        let of_plan = words(plan.tables.iter().map(placed))?;
        let range = circuit.range_table();
        let range_word = table_word(
            &circuit.tables[range],
            &plan.tables[range],
            placed_programs[range],
        );
        directory.push(vec![plan_word(plan, places_at), range_word]);
        places_at += of_plan.len();
        places.extend(of_plan);
    }
    let names_at = places_at;
    let names = names(key.classes())?;
    let weights_at = names_at + names.len();
    let header = Word::default()
        .with(16, key.classes().len())
        .with(16, circuit.tables.len())
        .with(16, first.vectors.weights.len())
        .with(16, plans.len())
        .with(32, tables_at)
        .with(32, arrays_at)
        .with(32, batches_at)
        .with(32, names_at)
        .with(32, weights_at)
        .with(16, programs.num_constants())
        .with(16, programs.num_cells());

    let mut bytes = key.id().0.to_vec();
    bytes.extend(setup.digest());
    bytes.extend(setup.encode().concat());
    bytes.extend(words([vec![header]])?);
    bytes.extend(constants);
    bytes.extend(program_words);
    bytes.extend(tables);
    bytes.extend(arrays);
    bytes.extend(words(directory)?);
    bytes.extend(places);
    bytes.extend(names);
    bytes.extend(key.weight_commitments().iter().flat_map(encode_point));
    if bytes.len() > MAX_KEY_BYTES {
        return Err(ExportError::TooLong { bytes: bytes.len() });
    }
    Ok(bytes)
}

/// Refuses logits with a height or a width: a contract takes the channels for the classes.
fn check_label(circuit: &Circuit) -> Result<(), ExportError> {
    match circuit.tables.get(circuit.label_table()) {
        Some(Table {
            sides: [_, 1, 1], ..
        }) => Ok(()),
        _ => Err(ExportError::Logits),
    }
}

fn words(words: impl IntoIterator<Item = Vec<Word>>) -> Result<Vec<u8>, ExportError> {
    let bytes = words.into_iter().flatten().map(|word| word.bytes());
    let bytes = bytes.collect::<Option<Vec<_>>>();
    Ok(bytes.ok_or(ExportError::TooLarge)?.concat())
}

/// The names of the classes, each behind a byte with its length.
fn names(classes: &[String]) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    for class in classes {
        bytes.push(u8::try_from(class.len()).map_err(|_| ExportError::TooLarge)?);
        bytes.extend(class.as_bytes());
    }
    Ok(bytes)
}

fn plan_word(plan: &Layout, places_at: usize) -> Word {
    shape(Word::default().with(16, plan.images), plan.images)
        .with(8, plan.num_vars)
        .with(16, plan.vectors.pixels.len())
        .with(16, plan.vectors.witness.len())
        .with(16, plan.vectors.mask)
        .with(16, plan.vectors.helpers.len())
        .with(16, plan.num_values())
        .with(16, FREE_CELLS + DEGREE * plan.num_vars)
        .with(32, places_at)
}
