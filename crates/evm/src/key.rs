//! A verifying key as a contract reads it: twin of `contracts/src/verifier/ContractKey.sol`, which says what every
//! field means.

use crate::word::Word;
use zklens_commitment::VerifierSetup;
use zklens_field::encode_point;
use zklens_layers::circuit::{LinearOp, Path, Step, Table};
use zklens_layers::gadgets::{Activation, Column, Gadget};
use zklens_layers::layout::array::{Array, Placement};
use zklens_layers::layout::work;
use zklens_layers::layout::{DEGREE, FREE_CELLS, Layout, TableLayout};
use zklens_layers::{Circuit, LayerError};
use zklens_model::{Axis, Window};
use zklens_verifier::VerifyingKey;

/// The longest key of a contract: with the verifier's code it fits into one transaction (49,152 bytes, EIP-3860), and beside one byte
/// more into a contract (24,576, EIP-170).
pub const MAX_KEY_BYTES: usize = 24_000;

const WORD: usize = 32;

/// Words before the tables.
const HEADER_WORDS: usize = 7;

/// Words of a layout, but for its places.
const PLAN_WORDS: usize = 2;

/// Places of columns in `ContractKey.sol`.
const IN_ONE_ROW: usize = 0;
const CUT: usize = 1;
const ARRAY: usize = 2;
const CUT_BYTES: usize = 3;

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
    let classes = key.classes().len();
    let layouts = batches.iter().map(|images| {
        let layout = Layout::new(circuit, key.columns(), *images);
        // A contract does not count work, so a statement that `verify` refuses for it must not be possible.
        let labels = classes.min(*images);
        layout
            .and_then(|layout| {
                work::check(circuit, key.columns(), *images, labels).map(|()| layout)
            })
            .map_err(|source| ExportError::Batch {
                images: *images,
                source,
            })
    });
    let layouts = layouts.collect::<Result<Vec<_>, _>>()?;
    let first = layouts.first().ok_or(ExportError::NoBatch)?;
    check_label(circuit)?;

    let tables = words(circuit.tables.iter().zip(&first.tables).map(table))?;
    let arrays = words(first.arrays.iter().map(|array| vec![array_word(array)]))?;
    let tables_at = HEADER_WORDS * WORD;
    let arrays_at = tables_at + tables.len();
    let batches_at = arrays_at + arrays.len();
    let mut places_at = batches_at + layouts.len() * PLAN_WORDS * WORD;
    let mut directory = Vec::new();
    let mut places = Vec::new();
    for layout in &layouts {
        let of_plan = words(layout.tables.iter().map(placed))?;
        directory.push(vec![
            plan_word(layout, places_at),
            range_word(circuit, layout),
        ]);
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
        .with(16, layouts.len())
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
    bytes.extend(key.weight_commitments().iter().flat_map(encode_point));
    if bytes.len() > MAX_KEY_BYTES {
        return Err(ExportError::TooLong { bytes: bytes.len() });
    }
    Ok(bytes)
}

/// Classes are channels of the logits: what else there may be, the contract does not follow.
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

/// A byte of length before each name.
fn names(classes: &[String]) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    for class in classes {
        bytes.push(u8::try_from(class.len()).map_err(|_| ExportError::TooLarge)?);
        bytes.extend(class.as_bytes());
    }
    Ok(bytes)
}

fn plan_word(layout: &Layout, places_at: usize) -> Word {
    shape(Word::default().with(16, layout.images), layout.images)
        .with(8, layout.num_vars)
        .with(16, layout.vectors.pixels.len())
        .with(16, layout.vectors.witness.len())
        .with(16, layout.vectors.mask)
        .with(16, layout.vectors.helpers.len())
        .with(16, layout.num_values())
        .with(16, FREE_CELLS + DEGREE * layout.num_vars)
        .with(32, places_at)
}

/// An axis without the pointer to its weights: see `Axis` in `Axes.sol`.
fn shape(word: Word, side: usize) -> Word {
    let bits = side.next_power_of_two().ilog2();
    word.with(32, side).with(8, bits as usize).with(8, 1)
}

/// The word of the table whose sides only a layout tells.
fn range_word(circuit: &Circuit, layout: &Layout) -> Word {
    let range = circuit.range_table();
    table_word(&circuit.tables[range], &layout.tables[range])
}

fn table((table, table_layout): (&Table, &TableLayout)) -> Vec<Word> {
    let word = match table.gadget {
        Gadget::Range => Word::default().with(8, kind(&table.gadget)),
        _ => table_word(table, table_layout),
    };
    let mut words = vec![word, parameters(&table.gadget)];
    let operand = table.operand.as_ref();
    words.extend(table.gadget.window().map(|window| {
        let [_, height, width] = operand.map_or([0; 3], |operand| operand.sides);
        window_over(window, [height, width])
    }));
    words.extend(paths(table).iter().flat_map(|path| path_words(table, path)));
    words
}

fn table_word(table: &Table, table_layout: &TableLayout) -> Word {
    let [_, channels, height, width] = table_layout.dims;
    let word = Word::default()
        .with(8, kind(&table.gadget))
        .with(8, usize::from(table.gadget.is_per_image()))
        .with(8, usize::from(table.gadget.window().is_some()))
        .with(16, paths(table).len())
        .with(16, table_layout.rules.columns.len())
        .with(16, table_layout.helpers.len());
    [channels, height, width].into_iter().fold(word, shape)
}

fn paths(table: &Table) -> &[Path] {
    table.operand.as_ref().map_or(&[], |operand| &operand.paths)
}

const fn kind(gadget: &Gadget) -> usize {
    match gadget {
        Gadget::Pixels => 0,
        Gadget::Activation(_) => 1,
        Gadget::Clip(_) => 2,
        Gadget::Lookup(_) => 3,
        Gadget::Copy => 4,
        Gadget::Label(_) => 5,
        Gadget::Range => 6,
        Gadget::Bytes => 7,
        Gadget::Entries(_) => 8,
    }
}

fn parameters(gadget: &Gadget) -> Word {
    let word = Word::default();
    // A number without a byte has no column.
    let columns = |bytes: &u8| usize::from(*bytes != 0);
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
            .with(8, window.as_ref().map_or(0, |_| columns(gap_bytes)))
            .with(8, usize::from(*shift))
            .with(8, usize::from(*relu))
            .with(8, columns(magnitude_bytes))
            .with_signed(*offset),
        Gadget::Clip(clip) => word
            .with_signed(clip.lo)
            .with_signed(clip.hi)
            .with(8, columns(&clip.below_bytes))
            .with(8, columns(&clip.above_bytes)),
        Gadget::Lookup(lookup) => word.with_signed(lookup.first).with(16, lookup.entries),
        Gadget::Entries(entries) => word.with(16, entries.array),
        Gadget::Pixels | Gadget::Copy | Gadget::Label(_) | Gadget::Range | Gadget::Bytes => word,
    }
}

fn window_word(window: &Window) -> Word {
    [&window.height, &window.width]
        .into_iter()
        .fold(Word::default(), |word, axis: &Axis| {
            word.with(16, axis.kernel)
                .with(16, axis.stride)
                .with(16, axis.before)
        })
}

/// A window with the height and width of what is under it.
fn window_over(window: &Window, sides: [usize; 2]) -> Word {
    sides
        .into_iter()
        .fold(window_word(window), |word, side| word.with(16, side))
}

fn path_words(table: &Table, path: &Path) -> Vec<Word> {
    let (map, array, groups, window) = match &path.weights {
        None => (0, 0, 0, None),
        Some(weighted) => match &weighted.map {
            LinearOp::Dense => (1, weighted.array, 0, None),
            LinearOp::Conv2d { window, groups } => (2, weighted.array, *groups, Some(window)),
        },
    };
    let word = Word::default()
        .with(8, path.steps.len())
        .with(8, map)
        .with(16, array)
        .with(16, groups)
        .with(16, path.source)
        .with(8, usize::from(is_under_window(table, path)));
    let mut words = vec![word];
    words.extend(window.map(window_word));
    words.extend(path.steps.iter().flat_map(step));
    words
}

/// Whether a path ends in a convolution right under the table's window, none of whose taps is in the padding, and moves
/// on by one cell: then the taps of both go together.
fn is_under_window(table: &Table, path: &Path) -> bool {
    let Some(LinearOp::Conv2d { window: kernel, .. }) =
        path.weights.as_ref().map(|weights| &weights.map)
    else {
        return false;
    };
    let (Some(window), Some(operand)) = (table.gadget.window(), &table.operand) else {
        return false;
    };
    let ([_, height, width], [_, rows, columns]) = (table.sides, operand.sides);
    let is_inside = |axis: &Axis, positions: usize, cells: usize| {
        axis.before == 0 && (positions - 1) * axis.stride + axis.kernel <= cells
    };
    path.steps.is_empty()
        && [&kernel.height, &kernel.width]
            .iter()
            .all(|axis| axis.stride == 1)
        && is_inside(&window.height, height, rows)
        && is_inside(&window.width, width, columns)
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
            from,
        } => [
            Word::default()
                .with(8, 2)
                .with_signed(i64::from(*multiplier)),
            window_over(window, *from),
        ],
    }
}

fn array_word(array: &Array) -> Word {
    // Grouped weights have three sides, of which the last two are the kernel's; a contract takes a side of one between.
    let between = usize::from(array.dims().len() == 3);
    let axis_of = |axis| if axis == 0 { 0 } else { axis + between };
    let run = Run::of(array);
    Word::default()
        .with(8, run.kind)
        .with(16, run.row)
        .with(16, run.offset)
        .with(8, axis_of(run.axis))
        .with(8, run.log_run)
}

/// The places of a table's columns: neighbours in one row share a word.
fn placed(table_layout: &TableLayout) -> Vec<Word> {
    let columns = table_layout.columns();
    let mut runs: Vec<Run> = Vec::new();
    for (column, place) in columns.iter().zip(&table_layout.placements) {
        let Some(array) = place else { continue };
        let run = match column {
            Column::Fixed { array } => Run {
                kind: ARRAY,
                row: *array,
                ..Run::default()
            },
            Column::Number { bytes } => Run::of_bytes(array, usize::from(*bytes)),
            Column::Byte | Column::Integer | Column::Helper | Column::Index => Run::of(array),
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
    /// Bytes of a number; one of what is no number.
    bytes: usize,
    /// Rows of one column that is cut, or of one byte of all its numbers.
    rows: usize,
    /// Cells of one column.
    volume: usize,
}

impl Run {
    fn of(array: &Array) -> Self {
        let run = Self {
            columns: 1,
            bytes: 1,
            volume: array.len(),
            ..Self::default()
        };
        match array.place() {
            Placement::Whole {
                vector: row,
                offset,
            } => Self {
                kind: IN_ONE_ROW,
                row,
                offset,
                ..run
            },
            Placement::Cut {
                first_vector: first_row,
                axis,
                per_vector: per_row,
            } => Self {
                kind: CUT,
                row: first_row,
                axis,
                log_run: per_row.ilog2() as usize,
                rows: array.spans().len(),
                ..run
            },
        }
    }

    /// Of an array with an axis of bytes before the table's.
    fn of_bytes(array: &Array, bytes: usize) -> Self {
        let run = Self {
            bytes,
            ..Self::of(array)
        };
        match (run.kind, run.axis) {
            (CUT, 0) => Self {
                kind: CUT_BYTES,
                ..run
            },
            (CUT, axis) => Self {
                axis: axis - 1,
                rows: run.rows / bytes,
                ..run
            },
            _ => run,
        }
    }

    /// Whether `next` lies where one more column of this run would.
    const fn continues_as(&self, next: &Self) -> bool {
        let same = self.kind == next.kind && self.volume == next.volume && self.bytes == next.bytes;
        match self.kind {
            IN_ONE_ROW => {
                let offset = self.offset + self.columns * self.volume;
                same && self.row == next.row && offset == next.offset
            }
            CUT => same && self.row + self.columns * self.bytes * self.rows == next.row,
            CUT_BYTES => same && self.row + self.columns * self.rows == next.row,
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
            .with(8, self.bytes)
            .with(16, self.rows)
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
