//! Tables: their sides, where their rules are, and the paths that are wired to them.

use crate::word::Word;
use zklens_layers::circuit::{LinearOp, Path, Step, Table};
use zklens_layers::gadgets::Gadget;
use zklens_layers::layout::TableLayout;
use zklens_model::{Axis, Window};

/// A table's words. `program` is where its program is in the key.
pub(super) fn table(table: &Table, layout: &TableLayout, program: usize) -> Vec<Word> {
    let word = match table.gadget {
        Gadget::Range => Word::default().with(8, kind(&table.gadget)),
        _ => table_word(table, layout, program),
    };
    let mut words = vec![word];
    let operand = table.operand.as_ref();
    words.extend(table.gadget.window().map(|window| {
        let [_, height, width] = operand.map_or([0; 3], |operand| operand.sides);
        window_over(window, [height, width])
    }));
    words.extend(paths(table).iter().flat_map(|path| path_words(table, path)));
    words
}

/// A table's first word. Only the plan of a number of images knows the sides of the table `Range`.
pub(super) fn table_word(table: &Table, layout: &TableLayout, program: usize) -> Word {
    let [_, channels, height, width] = layout.dims;
    let word = Word::default()
        .with(8, kind(&table.gadget))
        .with(8, usize::from(table.gadget.is_per_image()))
        .with(8, usize::from(table.gadget.window().is_some()))
        .with(16, paths(table).len())
        .with(16, layout.rules.columns.len())
        .with(16, layout.helpers.len());
    let word = [channels, height, width].into_iter().fold(word, shape);
    word.with(32, program)
}

fn paths(table: &Table) -> &[Path] {
    table.operand.as_ref().map_or(&[], |operand| &operand.paths)
}

/// The kind of table, which is all that a contract knows of a gadget but for its rules.
const fn kind(gadget: &Gadget) -> usize {
    match gadget {
        Gadget::Label(_) => 1,
        Gadget::Range => 2,
        Gadget::Bytes => 3,
        Gadget::Entries(_) => 4,
        _ => 0,
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

/// A window with the height and width of the picture under it.
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

/// Whether a path ends in a convolution of stride one right under the table's window, and all taps of the window are inside
/// the picture: then the taps of both can be combined.
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

/// A step takes two words.
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

/// The fields of an axis without the pointer to its weights: see `Axis` in `Axes.sol`.
pub(super) fn shape(word: Word, side: usize) -> Word {
    let bits = side.next_power_of_two().ilog2();
    word.with(32, side).with(8, bits as usize).with(8, 1)
}
