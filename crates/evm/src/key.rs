//! A verifying key as a contract reads it: twin of `contracts/src/verifier/ContractKey.sol`, which says what every
//! field means.

use crate::word::Word;
use zklens_commitment::VerifierSetup;
use zklens_field::encode_point;
use zklens_layers::array::{Array, Place};
use zklens_layers::circuit::{Map, Operand, Path, Step, Table};
use zklens_layers::gadget::{Activation, Column, Gadget};
use zklens_layers::plan::{DEGREE, FREE_CELLS, Plan, TablePlan};
use zklens_layers::{Circuit, LayerError};
use zklens_model::{Axis, Window};
use zklens_verifier::VerifyingKey;

/// The longest key of a contract: with the verifier's code it fits into one transaction (49,152 bytes, EIP-3860), and beside one byte
/// more into a contract (24,576, EIP-170).
pub const MAX_KEY_BYTES: usize = 24_000;

const WORD: usize = 32;

/// Words before the tables.
const HEADER_WORDS: usize = 7;

/// No column.
const NONE: usize = 0xffff;

/// `Place` in `ContractKey.sol`.
const IN_ONE_ROW: usize = 0;
const CUT: usize = 1;
const ARRAY: usize = 2;

/// The key of a contract that verifies proofs about `batches` images.
///
/// # Errors
///
/// A contract cannot hold this key, or has no code for it.
pub fn contract_key(
    key: &VerifyingKey,
    setup: &VerifierSetup,
    batches: &[usize],
) -> Result<Vec<u8>, ExportError> {
    let circuit = key.circuit();
    let plans = batches.iter().map(|images| {
        Plan::new(circuit, key.columns(), *images).map_err(|source| ExportError::Batch {
            images: *images,
            source,
        })
    });
    let plans = plans.collect::<Result<Vec<_>, _>>()?;
    let first = plans.first().ok_or(ExportError::NoBatch)?;
    check_label(circuit)?;

    let tables = words(circuit.tables.iter().zip(&first.tables).map(table))?;
    let arrays = words(first.arrays.iter().map(|array| vec![array_word(array)]))?;
    let tables_at = HEADER_WORDS * WORD;
    let arrays_at = tables_at + tables.len();
    let batches_at = arrays_at + arrays.len();
    let mut places_at = batches_at + plans.len() * WORD;
    let mut directory = Vec::new();
    let mut places = Vec::new();
    for plan in &plans {
        let of_plan = words(plan.tables.iter().map(placed))?;
        directory.push(vec![plan_word(plan, places_at)]);
        places_at += of_plan.len();
        places.extend(of_plan);
    }
    let names_at = places_at;
    let names = names(key.classes())?;
    let weights_at = names_at + names.len();
    let header = Word::default()
        .with(16, key.classes().len())
        .with(16, circuit.tables.len())
        .with(16, first.rows.weights.len())
        .with(16, first.rows.pixels.len() / first.images)
        .with(16, plans.len())
        .with(32, tables_at)
        .with(32, arrays_at)
        .with(32, batches_at)
        .with(32, names_at)
        .with(32, weights_at);

    let mut bytes = key.id().0.to_vec();
    bytes.extend(setup.digest());
    bytes.extend(setup.encode().concat());
    bytes.extend(words([vec![header]])?);
    bytes.extend(tables);
    bytes.extend(arrays);
    bytes.extend(words(directory)?);
    bytes.extend(places);
    bytes.extend(names);
    bytes.extend(key.weights().iter().flat_map(encode_point));
    if bytes.len() > MAX_KEY_BYTES {
        return Err(ExportError::TooLong { bytes: bytes.len() });
    }
    Ok(bytes)
}

/// Classes are channels of the logits: what else there may be, the contract does not follow.
fn check_label(circuit: &Circuit) -> Result<(), ExportError> {
    match circuit.tables.get(circuit.label()) {
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

/// A byte of length before each name.
fn names(classes: &[String]) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    for class in classes {
        bytes.push(u8::try_from(class.len()).map_err(|_| ExportError::TooLarge)?);
        bytes.extend(class.as_bytes());
    }
    Ok(bytes)
}

fn plan_word(plan: &Plan, places_at: usize) -> Word {
    Word::default()
        .with(16, plan.images)
        .with(8, plan.num_vars)
        .with(16, plan.rows.witness.len())
        .with(16, plan.rows.helpers.len())
        .with(16, plan.num_values())
        .with(16, FREE_CELLS + DEGREE * plan.num_vars)
        .with(32, places_at)
}

fn table((table, layout): (&Table, &TablePlan)) -> Vec<Word> {
    let [channels, height, width] = table.sides;
    let [_, channel_bits, row_bits, column_bits] = layout.bits();
    let bytes = bytes_of(layout);
    let window = table.gadget.window();
    let paths = table
        .operand
        .as_ref()
        .map_or(&[][..], |operand| &operand.paths);
    let from = table
        .operand
        .as_ref()
        .map_or([0; 3], |operand: &Operand| operand.sides);
    let word = Word::default()
        .with(8, kind(&table.gadget))
        .with(8, usize::from(table.gadget.is_per_image()))
        .with(16, channels)
        .with(16, height)
        .with(16, width)
        .with(8, channel_bits)
        .with(8, row_bits)
        .with(8, column_bits)
        .with(16, layout.rules.columns.len())
        .with(16, layout.helpers.len())
        .with(16, bytes.skipped[0])
        .with(16, bytes.skipped[1])
        .with(16, bytes.end)
        .with(16, paths.len())
        .with(8, usize::from(window.is_some()))
        .with(16, from[1])
        .with(16, from[2]);
    let mut words = vec![word, parameters(&table.gadget)];
    words.extend(window.map(window_word));
    words.extend(paths.iter().flat_map(path));
    words
}

/// Which columns are bytes: those before an end, but for two at most.
struct ByteColumns {
    skipped: [usize; 2],
    end: usize,
}

fn bytes_of(layout: &TablePlan) -> ByteColumns {
    let columns = layout.rules.columns.iter();
    let is_byte: Vec<bool> = columns.map(|column| *column == Column::Byte).collect();
    let end = is_byte
        .iter()
        .rposition(|byte| *byte)
        .map_or(0, |last| last + 1);
    let mut skipped = (0..end).filter(|column| !is_byte[*column]);
    let mut next = || skipped.next().unwrap_or(NONE);
    let skipped = [next(), next()];
    ByteColumns { skipped, end }
}

const fn kind(gadget: &Gadget) -> usize {
    match gadget {
        Gadget::Pixels => 0,
        Gadget::Activation(_) => 1,
        Gadget::Clip(_) => 2,
        Gadget::Lookup(_) => 3,
        Gadget::Copy => 4,
        Gadget::Label { .. } => 5,
        Gadget::Bytes => 6,
        Gadget::Entries(_) => 7,
    }
}

fn parameters(gadget: &Gadget) -> Word {
    let word = Word::default();
    match gadget {
        Gadget::Activation(Activation {
            window,
            gap_bytes,
            shift,
            relu,
            offset,
            magnitude_bytes,
        }) => word
            .with(16, window.as_ref().map_or(1, Window::area))
            .with(8, usize::from(*gap_bytes))
            .with(8, usize::from(*shift))
            .with(8, usize::from(*relu))
            .with(8, usize::from(*magnitude_bytes))
            .with_signed(*offset),
        Gadget::Clip(clip) => word
            .with_signed(clip.lo)
            .with_signed(clip.hi)
            .with(8, usize::from(clip.below_bytes))
            .with(8, usize::from(clip.above_bytes)),
        Gadget::Lookup(lookup) => word.with_signed(lookup.first).with(16, lookup.entries),
        Gadget::Entries(entries) => word.with(16, entries.array),
        Gadget::Pixels | Gadget::Copy | Gadget::Label { .. } | Gadget::Bytes => word,
    }
}

fn window_word(window: &Window) -> Word {
    [&window.rows, &window.columns]
        .into_iter()
        .fold(Word::default(), |word, axis: &Axis| {
            word.with(16, axis.kernel)
                .with(16, axis.stride)
                .with(16, axis.before)
        })
}

fn path(path: &Path) -> Vec<Word> {
    let (map, array, groups, window) = match &path.weights {
        None => (0, 0, 0, None),
        Some(weighted) => match &weighted.map {
            Map::Dense => (1, weighted.array, 0, None),
            Map::Conv2d { window, groups } => (2, weighted.array, *groups, Some(window)),
        },
    };
    let word = Word::default()
        .with(8, path.steps.len())
        .with(8, map)
        .with(16, array)
        .with(16, groups)
        .with(16, path.source);
    let mut words = vec![word];
    words.extend(window.map(window_word));
    words.extend(path.steps.iter().flat_map(step));
    words
}

/// Two words.
fn step(step: &Step) -> [Word; 2] {
    let none = Word::default();
    match step {
        Step::Scale(factor) => [Word::default().with(8, 0).with_signed(*factor), none],
        Step::Channels { start, count, .. } => [
            Word::default()
                .with(8, 1)
                .with_signed(0)
                .with(16, *start)
                .with(16, *count),
            none,
        ],
        Step::Average {
            window,
            multiplier,
            from: [height, width],
        } => [
            Word::default()
                .with(8, 2)
                .with_signed(i64::from(*multiplier))
                .with(16, *height)
                .with(16, *width),
            window_word(window),
        ],
    }
}

fn array_word(array: &Array) -> Word {
    let Run {
        kind,
        row,
        offset,
        axis,
        log_run,
        ..
    } = Run::of(array);
    Word::default()
        .with(8, kind)
        .with(16, row)
        .with(16, offset)
        .with(8, axis)
        .with(8, log_run)
}

/// An axis' number among four. Grouped weights have three sides, of which the last two are the kernel's; a contract
/// takes a side of one between.
fn contract_axis(array: &Array, axis: usize) -> usize {
    match (array.dims().len(), axis) {
        (3, 1..) => axis + 1,
        _ => axis,
    }
}

/// The places of a table's columns: neighbours in one row share a word.
fn placed(layout: &TablePlan) -> Vec<Word> {
    let columns = layout.columns();
    let mut runs: Vec<Run> = Vec::new();
    for (column, place) in columns.iter().zip(&layout.places) {
        let Some(array) = place else { continue };
        let run = match column {
            Column::Fixed { array } => Run {
                kind: ARRAY,
                row: *array,
                ..Run::default()
            },
            _ => Run::of(array),
        };
        match runs.last_mut() {
            Some(last) if last.continues_as(&run) => last.columns += 1,
            _ => runs.push(run),
        }
    }
    runs.iter().map(Run::word).collect()
}

/// Columns one after the other.
#[derive(Debug, Default)]
struct Run {
    kind: usize,
    columns: usize,
    row: usize,
    offset: usize,
    axis: usize,
    log_run: usize,
    /// Rows of one column that is cut.
    rows: usize,
    volume: usize,
}

impl Run {
    fn of(array: &Array) -> Self {
        let run = Self {
            columns: 1,
            volume: array.len(),
            ..Self::default()
        };
        match array.place() {
            Place::Whole { row, offset } => Self {
                kind: IN_ONE_ROW,
                row,
                offset,
                ..run
            },
            Place::Cut {
                first_row,
                axis,
                per_row,
            } => Self {
                kind: CUT,
                row: first_row,
                axis: contract_axis(array, axis),
                log_run: per_row.ilog2() as usize,
                rows: array.spans().len(),
                ..run
            },
        }
    }

    /// Whether `next` lies where one more column of this run would.
    const fn continues_as(&self, next: &Self) -> bool {
        let same = self.kind == next.kind && self.volume == next.volume;
        match self.kind {
            IN_ONE_ROW => {
                let offset = self.offset + self.columns * self.volume;
                same && self.row == next.row && offset == next.offset
            }
            CUT => same && self.row + self.columns * self.rows == next.row,
            _ => false,
        }
    }

    fn word(&self) -> Word {
        Word::default()
            .with(8, self.kind)
            .with(16, self.columns.max(1))
            .with(16, self.row)
            .with(16, self.offset)
            .with(8, self.axis)
            .with(8, self.log_run)
    }
}

/// Why a key has no contract.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// No number of images.
    #[error("a contract verifies proofs of some number of images; none is given")]
    NoBatch,
    /// There is no proof about so many images.
    #[error("{images} images: {source}")]
    Batch {
        /// How many.
        images: usize,
        /// Why.
        source: LayerError,
    },
    /// The logits are no list.
    #[error("the logits have rows and columns; a contract takes a list of classes")]
    Logits,
    /// A side of 65,536 or more, or such.
    #[error("the network has sides or layers that are too large for a contract's key")]
    TooLarge,
    /// More bytes than a contract may have.
    #[error(
        "the contract's key takes {bytes} bytes; it may have {MAX_KEY_BYTES}: fewer rows of weights or fewer batch sizes take less"
    )]
    TooLong {
        /// How many it takes.
        bytes: usize,
    },
}
