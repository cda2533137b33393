//! What the network computed, as columns of tables: [`Model::run`] cut into numbers, and these into bytes.

use zklens_layers::circuit::{Circuit, Table};
use zklens_layers::gadget::{Activation, Clip, Column, Gadget, Lookup, Query, Rules};
use zklens_layers::layout::{Layout, TableLayout};
use zklens_model::{Axis, Model, Pixels, Trace, Window};

/// The columns of every table that are not helpers: for each table, for each column, its cells over
/// images, channels, rows and columns. Arrays of the key are left empty. The bytes of numbers are there as the
/// columns of the table of all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The cells.
    pub tables: Vec<Vec<Vec<i64>>>,
}

impl Witness {
    /// The columns of a run. An image's label is the one that the model gives it.
    ///
    /// # Panics
    ///
    /// The circuit is not the model's, the layout not the circuit's, or there are more or fewer images
    /// than the layout has.
    #[must_use]
    pub fn new(
        model: &Model,
        circuit: &Circuit,
        layout: &Layout,
        images: &[(&Pixels, Trace)],
    ) -> Self {
        assert_eq!(images.len(), layout.images, "images in the batch");
        let tables = circuit.tables.iter().zip(&layout.tables);
        let mut witness = Self {
            tables: tables
                .map(|(table, table_layout)| columns(model, table, table_layout, images))
                .collect(),
        };
        witness.cut_numbers(circuit, layout);
        witness.count_lookups(circuit, layout);
        witness
    }

    /// Fills the table of all numbers' bytes. The last holds all that is left of a number that is negative or too
    /// large, which only a liar has.
    pub fn cut_numbers(&mut self, circuit: &Circuit, layout: &Layout) {
        let first = layout.vectors.witness.start;
        let mut rows = vec![vec![0_i64; layout.columns.count()]; layout.vectors.mask - first];
        for (table_layout, columns) in layout.tables.iter().zip(&self.tables) {
            let columns = columns.iter().zip(&table_layout.rules.columns);
            for ((numbers, column), place) in columns.zip(&table_layout.placements) {
                let Column::Number { bytes } = column else {
                    continue;
                };
                let last = usize::from(*bytes) - 1;
                let place = place.as_ref().expect("bytes have a place");
                for span in place.spans() {
                    let cells = rows[span.vector - first][span.offset..].iter_mut();
                    for (cell, index) in cells.zip(span.cells) {
                        let (byte, number) = (index / numbers.len(), index % numbers.len());
                        let rest = numbers[number] >> (8 * byte);
                        *cell = if byte == last { rest } else { rest & 0xff };
                    }
                }
            }
        }
        let range = circuit.range_table();
        let table_layout = &layout.tables[range];
        let pieces = table_layout.placements.iter();
        for (column, place) in self.tables[range].iter_mut().zip(pieces) {
            let place = place.as_ref().expect("a piece is somewhere");
            let spans = place.spans().into_iter();
            let cells =
                spans.map(|span| &rows[span.vector - first][span.offset..][..span.cells.len()]);
            *column = cells.flatten().copied().collect();
            // Of the last piece some rows may be missing.
            column.resize(table_layout.dims.iter().product(), 0);
        }
    }

    /// Fills in how often each entry of each table is asked for. Zero is asked for freely.
    pub fn count_lookups(&mut self, circuit: &Circuit, layout: &Layout) {
        let is_entries = |table: &Table| matches!(table.gadget, Gadget::Bytes | Gadget::Entries(_));
        let count = |(table, table_layout): (&Table, &TableLayout)| {
            let entries = table_layout.dims.iter().product();
            is_entries(table).then(|| vec![0_i64; entries])
        };
        let tables = circuit.tables.iter().zip(&layout.tables);
        let mut counts: Vec<Option<Vec<i64>>> = tables.map(count).collect();
        for (table_layout, columns) in layout.tables.iter().zip(&self.tables) {
            for key in &table_layout.rules.queries {
                let (column, table) = match *key {
                    Query::Byte(column) => (column, circuit.bytes_table()),
                    Query::Entry {
                        position, table, ..
                    } => (position, table),
                };
                let counts = counts[table].as_mut().expect("keys ask for entries");
                for entry in columns[column].iter().filter(|entry| **entry != 0) {
                    // A cell that is no entry is counted nowhere: only a liar has one.
                    if let Some(count) =
                        usize::try_from(*entry).ok().and_then(|e| counts.get_mut(e))
                    {
                        *count += 1;
                    }
                }
            }
        }
        for (columns, counts) in self.tables.iter_mut().zip(counts) {
            if let Some(counts) = counts {
                columns[0] = counts;
            }
        }
    }
}

fn columns(
    model: &Model,
    table: &Table,
    table_layout: &TableLayout,
    images: &[(&Pixels, Trace)],
) -> Vec<Vec<i64>> {
    let Rules { columns, .. } = &table_layout.rules;
    let mut filled: Vec<Vec<i64>> = columns.iter().map(|_| Vec::new()).collect();
    for (pixels, trace) in images {
        let operand = |steps| trace.output(before(model, table.node, steps));
        let mut rows = RowWriter {
            columns: &mut filled,
            next: 0,
        };
        match &table.gadget {
            Gadget::Pixels => {
                let pixels = pixels.values().iter().map(|pixel| i64::from(*pixel));
                filled[0].extend(pixels);
            }
            Gadget::Activation(gadget) => {
                let operand = operand(steps(gadget));
                let from = table.operand.as_ref().expect("an operand").sides;
                activation(gadget, table_layout, operand, from, &mut rows);
            }
            Gadget::Clip(gadget) => clip(gadget, operand(1), &mut rows),
            Gadget::Lookup(gadget) => {
                lookup(gadget, operand(1), trace.output(table.node), &mut rows);
            }
            Gadget::Copy => filled[0].extend(trace.output(table.node)),
            Gadget::Label { .. } => label(trace, &mut rows),
            Gadget::Range | Gadget::Bytes | Gadget::Entries(_) => {}
        }
    }
    debug_assert!(columns.iter().zip(&filled).all(|(column, cells)| {
        !matches!(column, Column::Number { .. })
            || cells.len() == table_layout.dims.iter().product::<usize>()
    }));
    filled
}

/// The node some steps back along first inputs.
fn before(model: &Model, node: usize, steps: usize) -> usize {
    let nodes = model.graph().nodes();
    (0..steps).fold(node, |node, _| nodes[node].inputs()[0])
}

/// How many nodes an activation stands for.
fn steps(gadget: &Activation) -> usize {
    let Activation {
        window,
        shift,
        relu,
        ..
    } = gadget;
    usize::from(window.is_some()) + usize::from(*shift > 0) + usize::from(*relu)
}

/// Writes rows, column by column.
struct RowWriter<'a> {
    columns: &'a mut [Vec<i64>],
    next: usize,
}

impl RowWriter<'_> {
    fn write(&mut self, cell: i64) {
        self.columns[self.next].push(cell);
        self.next = (self.next + 1) % self.columns.len();
    }

    /// A number, unless it has no bytes and so no column.
    fn number(&mut self, number: i64, bytes: u8) {
        if bytes > 0 {
            self.write(number);
        }
    }

    /// A sign and a magnitude, of which [`zklens_layers::gadget`] says what they mean.
    fn signed(&mut self, number: i64, bytes: u8) {
        self.write(i64::from(number < 0));
        self.number(magnitude(number), bytes);
    }
}

const fn magnitude(number: i64) -> i64 {
    if number < 0 { -number - 1 } else { number }
}

fn activation(
    gadget: &Activation,
    table_layout: &TableLayout,
    operand: &[i64],
    [_, height, width]: [usize; 3],
    rows: &mut RowWriter<'_>,
) {
    let half = if gadget.shift > 0 {
        1_i64 << (gadget.shift - 1)
    } else {
        0
    };
    let mut row = |value: i64, taps: &[i64]| {
        let shifted = value + half;
        let remainder = shifted & ((1 << gadget.shift) - 1);
        let quotient = shifted >> gadget.shift;
        rows.number(remainder, gadget.shift / 8);
        if gadget.relu {
            rows.signed(quotient, gadget.magnitude_bytes);
        } else {
            rows.number(quotient + gadget.offset, gadget.magnitude_bytes);
        }
        for tap in taps {
            rows.number(value - tap, gadget.gap_bytes);
        }
        let selectors = table_layout.rules.selectors.len();
        let largest = taps.iter().position(|tap| *tap == value);
        for selector in 0..selectors {
            rows.write(i64::from(largest.is_some_and(|tap| tap / 2 == selector)));
        }
    };
    let Some(window) = &gadget.window else {
        for value in operand {
            row(*value, &[]);
        }
        return;
    };
    let [_, _, out_height, out_width] = table_layout.dims;
    for channel in operand.chunks(height * width) {
        for y in 0..out_height {
            for x in 0..out_width {
                let taps = taps(window, [y, x], [height, width]);
                let taps: Vec<i64> = taps.map(|cell| channel[cell]).collect();
                let value = taps.iter().copied().max().expect("a window has a cell");
                row(value, &taps);
            }
        }
    }
}

/// The cells under a window, those in the padding replaced by the nearest.
fn taps(
    window: &Window,
    [y, x]: [usize; 2],
    [height, width]: [usize; 2],
) -> impl Iterator<Item = usize> {
    let clamped = |axis: &Axis, position: usize, tap: usize, cells: usize| {
        (position * axis.stride + tap)
            .saturating_sub(axis.before)
            .min(cells - 1)
    };
    let Window {
        height: rows,
        width: columns,
    } = *window;
    (0..rows.kernel).flat_map(move |tap| {
        let row = clamped(&rows, y, tap, height);
        (0..columns.kernel).map(move |tap| row * width + clamped(&columns, x, tap, width))
    })
}

fn clip(gadget: &Clip, operand: &[i64], rows: &mut RowWriter<'_>) {
    for x in operand {
        let over = x - gadget.lo;
        rows.signed(over, gadget.below_bytes);
        rows.signed(gadget.hi - gadget.lo - over.max(0), gadget.above_bytes);
    }
}

fn lookup(gadget: &Lookup, operand: &[i64], output: &[i64], rows: &mut RowWriter<'_>) {
    for (x, y) in operand.iter().zip(output) {
        rows.write(x - gadget.first + 1);
        rows.write(*y);
    }
}

fn label(trace: &Trace, rows: &mut RowWriter<'_>) {
    let classification = trace.classification();
    let (label, logits) = (classification.label(), classification.logits());
    for (class, logit) in logits.iter().enumerate() {
        let lead = logits[label] - logit - i64::from(class < label);
        rows.write(lead);
    }
}
