//! Columns in the sum that differ from the committed vectors. These columns obey every rule, so only the claim about
//! the column's value refuses the proof.

use crate::case::Case;
use crate::models;
use crate::network::ByteAt;
use crate::prover::{CellAt, Script};
use crate::rules::Rule;
use std::collections::BTreeSet;
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_layers::gadgets::{Column, Gadget};
use zklens_model::Model;

/// A false label, and a cell of some column chosen last, when all challenges are known, so that the sum is zero. No
/// column may be left to its prover.
fn no_column_is_free(model: Model) -> BTreeSet<&'static str> {
    let mut case = Case::new(model, 1);
    let label = case.network.circuit().label_table();
    let winner = case.labels[0];
    case.labels[0] = (winner + 1) % 3;
    case.retell_margins();
    let lie = case.out_of_range(label, 0, winner);
    let mut kinds = BTreeSet::new();
    for (table, table_layout) in case.network.layout.tables.iter().enumerate() {
        for (column, kind) in table_layout.columns().into_iter().enumerate() {
            let mut script = Script::new(&case);
            // An entry that nothing asks for counts nothing, whatever its value.
            let counts = &script.cells[table][0];
            let counts = counts.iter().rposition(|count| *count != Scalar::ZERO);
            let row = match kind {
                Column::Fixed { .. } => counts.expect("some entry is asked for"),
                _ => case.network.rows(table) - 1,
            };
            script.solved = Some(CellAt { table, column, row });
            assert_eq!(script.broken(), [lie, Rule::Row { table, column }].into());
            script.is_refused();
            kinds.insert(match kind {
                Column::Byte if table == 0 => "pixels",
                Column::Byte => "bytes of numbers",
                Column::Number { .. } => "numbers",
                Column::Integer => "integers",
                Column::Helper => "helpers",
                Column::Fixed { .. } => "an array of the key",
            });
        }
    }
    kinds
}

#[test]
fn no_column_of_maxima_is_left_to_its_prover() {
    let kinds = no_column_is_free(models::pooled());
    let others = [
        "bytes of numbers",
        "helpers",
        "integers",
        "numbers",
        "pixels",
    ];
    assert_eq!(kinds, others.into());
}

#[test]
fn no_column_of_lookups_is_left_to_its_prover() {
    let kinds = no_column_is_free(models::looked_up());
    assert!(kinds.contains("an array of the key"));
}

#[test]
fn no_column_of_copies_is_left_to_its_prover() {
    no_column_is_free(models::residual());
}

/// A row with 256 more in one byte and one less in the next, which make up the same number. The sum has proper bytes.
#[test]
fn rows_of_what_is_no_byte_said_to_be_bytes_are_refused() {
    let case = Case::new(models::clipped(), 2);
    let range = case.network.circuit().range_table();
    let mut told = 0;
    for (table, table_layout) in case.network.layout.tables.iter().enumerate() {
        for (column, kind) in table_layout.rules.columns.iter().enumerate() {
            if !matches!(kind, Column::Number { bytes: 2.. }) {
                continue;
            }
            let [low, high] = [0, 1].map(|byte| case.byte_at(table, column, byte, 1));
            let mut script = Script::new(&case);
            script.decouple(at(range, low), Scalar::from(256));
            script.decouple(at(range, high), -Scalar::ONE);
            let chunks = [low, high].map(|byte| Rule::Row {
                table: range,
                column: byte.chunk,
            });
            assert_eq!(script.broken(), chunks.into());
            script.is_refused();
            told += 1;
        }
    }
    assert!(told > 1, "{told} columns");
}

const fn at(table: usize, ByteAt { chunk, row }: ByteAt) -> CellAt {
    CellAt {
        table,
        column: chunk,
        row,
    }
}

/// A remainder as large as the divisor. Its row holds it, and the sum a byte in its place.
#[test]
fn a_number_out_of_range_whose_row_is_said_to_hold_a_byte_is_refused() {
    const REMAINDER: usize = 0;
    const SIGN: usize = 1;
    const MAGNITUDE: usize = 2;
    let mut case = Case::new(models::clipped(), 4);
    let table = case.network.activation();
    let row = case.find(table, |cells| cells[SIGN] == 0 && cells[MAGNITUDE] > 0);
    let byte = case.byte_at(table, REMAINDER, 0, row);
    *case.cell(table, REMAINDER, row) += 256;
    *case.cell(table, MAGNITUDE, row) -= 1;
    case.retell(table + 1);
    *case.byte(byte) -= 256;
    case.count_lookups();
    let range = case.network.circuit().range_table();
    let mut script = Script::new(&case);
    script.decouple(at(range, byte), Scalar::from(256));
    script.is_refused_for(Rule::Row {
        table: range,
        column: byte.chunk,
    });
}

/// All who ask for an entry are told another value, and so is the sum; the key's row has the value that it has.
#[test]
fn a_value_that_the_key_does_not_have_is_refused() {
    const POSITION: usize = 0;
    const VALUE: usize = 1;
    let mut case = Case::new(models::looked_up(), 1);
    let lookup = case
        .network
        .table(|gadget| matches!(gadget, Gadget::Lookup(_)));
    let entries = case
        .network
        .table(|gadget| matches!(gadget, Gadget::Entries(_)));
    let position = *case.cell(lookup, POSITION, 0);
    let mut asked = 0_u64;
    for row in 0..case.network.rows(lookup) {
        if *case.cell(lookup, POSITION, row) == position {
            *case.cell(lookup, VALUE, row) += 1;
            asked += 1;
        }
    }
    case.retell(lookup + 1);
    let row = usize::try_from(position).unwrap();
    let mut script = Script::new(&case);
    script.cells[entries][0][row] = Scalar::from(asked);
    script.cells[entries][1][row] += Scalar::ONE;
    let (table, column) = (entries, 1);
    script.decouple(CellAt { table, column, row }, -Scalar::ONE);
    script.is_refused_for(Rule::Row { table, column });
}

/// The label of one image, proved by the run of another.
#[test]
fn the_pixels_of_another_image_are_refused() {
    let [case, other] = [0, 1].map(|seed| {
        let model = models::pooled();
        let image = crate::common::pixels(&model, seed);
        Case::of(model, &[image])
    });
    let mut script = Script::new(&other);
    let cells = case.cells();
    for (row, (ours, theirs)) in cells[0][0].iter().zip(&other.cells()[0][0]).enumerate() {
        let (table, column) = (0, 0);
        script.decouple(CellAt { table, column, row }, *ours - theirs);
    }
    script.is_refused_for(Rule::Row {
        table: 0,
        column: 0,
    });
}
