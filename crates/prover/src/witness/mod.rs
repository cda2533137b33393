//! The witness: all that the network computed, as columns of tables. One file for each gadget with rows of its own.
//!
//! [`Model::run`] gives the values of every node. They are split into the numbers that gadgets ask for, and these into
//! bytes.

mod activation;
mod clip;
mod label;
mod maximum;
mod p_relu;
mod run;
mod saturation;
mod values;
mod writer;

use run::Run;
use writer::RowWriter;
use zklens_layers::circuit::{Circuit, Table};
use zklens_layers::gadgets::{Column, Gadget, Query};
use zklens_layers::layout::{Layout, TableLayout};
use zklens_model::{Model, Pixels, Trace};

/// The columns of every table, but for helpers.
///
/// `tables[t][c]` has the cells of column `c` of table `t`, over images, channels, height and width. Columns that are
/// arrays of the key are empty. The bytes of all numbers are the columns of the table
/// [`Gadget::Range`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The cells.
    pub tables: Vec<Vec<Vec<i64>>>,
}

impl Witness {
    /// The columns for a batch of images, each with its run. An image's label is the one that the model gives it.
    ///
    /// # Panics
    ///
    /// If the circuit is not the model's, the layout not the circuit's, or the number of images not the layout's.
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
                .map(|(table, table_layout)| columns(model, circuit, (table, table_layout), images))
                .collect(),
        };
        witness.cut_numbers(circuit, layout);
        witness.count_lookups(circuit, layout);
        witness
    }

    /// Fills the table [`Gadget::Range`]. The top byte of an out-of-range number
    /// keeps the excess; an honest prover never has one.
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
            // The last chunk may have fewer cells.
            column.resize(table_layout.dims.iter().product(), 0);
        }
    }

    /// Fills in the multiplicity of each entry of each table. Queries of zero are not counted: they are free.
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
                    // Only a malicious prover has a cell that is not an entry. It is not counted.
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

/// The columns of a table over all images.
fn columns(
    model: &Model,
    circuit: &Circuit,
    (table, layout): (&Table, &TableLayout),
    images: &[(&Pixels, Trace)],
) -> Vec<Vec<i64>> {
    let kinds = &layout.rules.columns;
    let mut columns: Vec<Vec<i64>> = kinds.iter().map(|_| Vec::new()).collect();
    for (pixels, trace) in images {
        let run = Run {
            model,
            circuit,
            table,
            layout,
            pixels,
            trace,
        };
        let columns = &mut columns;
        write(&run, &mut RowWriter { columns });
    }
    debug_assert!(kinds.iter().zip(&columns).all(|(kind, cells)| {
        !matches!(kind, Column::Number { .. })
            || cells.len() == layout.dims.iter().product::<usize>()
    }));
    columns
}

/// Writes the rows of a table for one image.
fn write(run: &Run<'_>, rows: &mut RowWriter<'_>) {
    match &run.table.gadget {
        Gadget::Pixels => rows.extend(run.pixels.values().iter().map(|pixel| i64::from(*pixel))),
        Gadget::Activation(gadget) => activation::write(gadget, run, rows),
        Gadget::Clip(gadget) => clip::write(gadget, run, rows),
        Gadget::PRelu(gadget) => p_relu::write(gadget, run, rows),
        Gadget::Saturation(gadget) => saturation::write(gadget, run, rows),
        Gadget::Lookup(gadget) => values::write(gadget, run, rows),
        Gadget::Copy => rows.extend(run.output().iter().copied()),
        Gadget::Label(gadget) => label::write(gadget, run, rows),
        // Made from the other tables: `cut_numbers`, `count_lookups`.
        Gadget::Range | Gadget::Bytes | Gadget::Entries(_) => {}
    }
}
