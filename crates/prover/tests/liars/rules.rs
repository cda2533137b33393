//! Every rule, checked on the witness itself.

use crate::network::{ByteAt, Cells, Network, row_of};
use std::collections::{BTreeMap, BTreeSet};
use zklens_field::{AdditiveGroup, Scalar};
use zklens_layers::gadgets::{Column, Gadget, Query};

/// A rule that a witness can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// A polynomial is zero on every row.
    Zero { table: usize, index: usize },
    /// The query of a row is an entry: a byte, or a position and a value, which are in this column and the next.
    Entry { table: usize, column: usize },
    /// The multiplicity of each entry is the number of its queries.
    Count { table: usize },
    /// A number is `Σ 256^i·byte_i` of its bytes, which are in the table `Range`.
    Bytes { table: usize, column: usize },
    /// The input of a row equals the operand that the wires bring.
    Input { table: usize, input: usize },
    /// A column of the sum, and its value where the sumcheck ends, are those of its committed vector.
    Row { table: usize, column: usize },
    /// The entry for padding is zero.
    Padding { table: usize },
}

/// A position and a value. For a byte, the value is zero.
pub(crate) type Entry = [Scalar; 2];

/// The rules that fail on some row, if images are claimed to have these `labels`. [`Rule::Row`] is left out, because
/// it depends on the committed vectors.
pub(crate) fn broken_rules(network: &Network, cells: &Cells, labels: &[usize]) -> BTreeSet<Rule> {
    let mut broken = broken_bytes(network, cells, cells);
    let asked = asked(network, cells);
    for (table, table_layout) in network.layout.tables.iter().enumerate() {
        for (index, rule) in table_layout.rules.zero.iter().enumerate() {
            let fails = |row| rule.evaluate(&row_of(&cells[table], row)) != Scalar::ZERO;
            if (0..network.rows(table)).any(fails) {
                broken.insert(Rule::Zero { table, index });
            }
        }
        for query in &table_layout.rules.queries {
            let (column, of) = match *query {
                Query::Byte(column) => (column, network.circuit().bytes_table()),
                Query::Entry {
                    position, table, ..
                } => (position, table),
            };
            let entries = entries_of(network, cells, of);
            let fails = |row| !entries.contains(&entry(query, &row_of(&cells[table], row)));
            if (0..network.rows(table)).any(fails) {
                broken.insert(Rule::Entry { table, column });
            }
        }
        if has_entries(network, table) {
            let entries = entries_of(network, cells, table);
            if entries[0] != [Scalar::ZERO; 2] {
                broken.insert(Rule::Padding { table });
            }
            let counts = entries.into_iter().zip(&cells[table][0]);
            // Zero is asked for freely.
            let fails = |(entry, count): (Entry, &Scalar)| {
                let times = asked.get(&(table, entry)).copied().unwrap_or(0);
                *count != Scalar::from(times)
            };
            if counts.skip(1).any(fails) {
                broken.insert(Rule::Count { table });
            }
        }
        let inputs = broken_inputs(network, table, cells, labels).into_iter();
        broken.extend(inputs.map(|input| Rule::Input { table, input }));
    }
    broken
}

/// The columns whose numbers differ from the sums of their bytes in the rows, which hold `bytes`.
pub(crate) fn broken_bytes(network: &Network, cells: &Cells, bytes: &Cells) -> BTreeSet<Rule> {
    let mut broken = BTreeSet::new();
    for (table, table_layout) in network.layout.tables.iter().enumerate() {
        let columns = table_layout.rules.columns.iter().enumerate();
        for (column, _) in columns.filter(|(_, kind)| matches!(kind, Column::Number { .. })) {
            let fails =
                |row| number_of(network, bytes, table, column, row) != cells[table][column][row];
            if (0..network.rows(table)).any(fails) {
                broken.insert(Rule::Bytes { table, column });
            }
        }
    }
    broken
}

/// The number that bytes make up.
fn number_of(network: &Network, cells: &Cells, table: usize, column: usize, row: usize) -> Scalar {
    let bytes = (0..network.bytes_of(table, column)).rev();
    bytes.fold(Scalar::ZERO, |number, byte| {
        let ByteAt { chunk, row } = network.byte_at(table, column, byte, row);
        number * Scalar::from(256_u64) + cells[network.circuit().range_table()][chunk][row]
    })
}

/// Whether a table is one of entries.
pub(crate) fn has_entries(network: &Network, table: usize) -> bool {
    let gadget = &network.circuit().tables[table].gadget;
    matches!(gadget, Gadget::Bytes | Gadget::Entries(_))
}

/// The number of queries for each position and value, also for those that are not an entry.
pub(crate) fn asked(network: &Network, cells: &Cells) -> BTreeMap<(usize, Entry), i64> {
    let mut asked = BTreeMap::new();
    for (table, table_layout) in network.layout.tables.iter().enumerate() {
        for key in &table_layout.rules.queries {
            let of = match *key {
                Query::Byte(_) => network.circuit().bytes_table(),
                Query::Entry { table, .. } => table,
            };
            for row in 0..network.rows(table) {
                let entry = entry(key, &row_of(&cells[table], row));
                *asked.entry((of, entry)).or_default() += 1;
            }
        }
    }
    asked
}

fn entry(key: &Query, cells: &[Scalar]) -> Entry {
    match *key {
        Query::Byte(column) => [cells[column], Scalar::ZERO],
        Query::Entry {
            position, value, ..
        } => [cells[position], cells[value]],
    }
}

/// The entries of a table: positions, and the values that the cells have behind the counts, if they have any.
pub(crate) fn entries_of(network: &Network, cells: &Cells, table: usize) -> Vec<Entry> {
    let values = cells[table].get(1);
    let value = |row: usize| values.map_or(Scalar::ZERO, |values| values[row]);
    let rows = 0..network.rows(table);
    rows.map(|row| [Scalar::from(row as u64), value(row)])
        .collect()
}

fn broken_inputs(network: &Network, table: usize, cells: &Cells, labels: &[usize]) -> Vec<usize> {
    let table_layout = &network.layout.tables[table];
    let gadget = &network.circuit().tables[table].gadget;
    let operand = network.operand_values(table, cells);
    let classes = network.rows(table) / table_layout.dims[0];
    let brought = |row: usize, input: usize| match gadget {
        Gadget::Label(_) => {
            let (image, class) = (row / classes, row % classes);
            let label = labels[image];
            let strict = Scalar::from(u64::from(class < label));
            operand[image * classes + label] - operand[row] - strict
        }
        _ if table_layout.rules.inputs[input].is_wired => operand[network.taps(table, row)[input]],
        _ => Scalar::ZERO,
    };
    let fails = |input: &usize| {
        let rule = &table_layout.rules.inputs[*input];
        (0..network.rows(table)).any(|row| {
            let said = rule.polynomial.evaluate(&row_of(&cells[table], row));
            said != brought(row, *input) + rule.constant
        })
    };
    (0..table_layout.rules.inputs.len()).filter(fails).collect()
}
