//! The witness: all that the network computed, as columns of tables. One file for each gadget with rows of its own.
//!
//! [`Model::run`] gives the values of every node. They are split into the numbers that gadgets ask for, and these into
//! bytes.

mod activation;
mod bytes;
mod clip;
mod label;
mod maximum;
mod p_relu;
mod run;
mod saturation;
mod values;
mod writer;

use crate::integers::Integers;
use rayon::prelude::*;
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
    pub tables: Vec<Vec<Integers>>,
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
        let tables = circuit.tables.par_iter().zip(&layout.tables);
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
        let range = circuit.range_table();
        let columns = bytes::cut(layout, range, &self.tables);
        self.tables[range] = columns;
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
                add_counts(&columns[column], counts);
            }
        }
        for (columns, counts) in self.tables.iter_mut().zip(counts) {
            if let Some(counts) = counts {
                columns[0] = counts.into();
            }
        }
    }
}

/// Counts how often each entry occurs, but for entry 0.
fn add_counts(column: &Integers, counts: &mut [i64]) {
    if let Some(bytes) = column.bytes() {
        let mut of_bytes = [0_i64; 256];
        for byte in bytes.iter() {
            of_bytes[usize::from(*byte)] += 1;
        }
        let counts = counts.iter_mut().zip(of_bytes).skip(1);
        counts.for_each(|(count, more)| *count += more);
        return;
    }
    for index in 0..column.len() {
        // Only a malicious prover has a cell that is not an entry. It is not counted.
        let entry = usize::try_from(column.at(index)).ok();
        if let Some(count) = entry.filter(|e| *e != 0).and_then(|e| counts.get_mut(e)) {
            *count += 1;
        }
    }
}

/// The columns of a table over all images.
fn columns(
    model: &Model,
    circuit: &Circuit,
    (table, layout): (&Table, &TableLayout),
    images: &[(&Pixels, Trace)],
) -> Vec<Integers> {
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
    columns.into_iter().map(Integers::from).collect()
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
