//! Lies about numbers and their bytes, which only the opening ties to each other.

use crate::case::Case;
use crate::columns::{MAGNITUDE, REMAINDER, SIGN};
use crate::models;
use crate::network::{ByteAt, Network};
use crate::rules::Rule;
use std::collections::BTreeSet;
use std::ops::Range;
use zklens_layers::gadgets::Column;

/// Six images, whose bytes fill chunks of several rows, the last of fewer.
fn in_short_rows() -> Case {
    let case = Case::in_rows_of(64, &models::clipped(), 6);
    let range = &case.network.layout.tables[case.network.circuit().range_table()];
    let heights = range.placements.iter().zip(&range.rules.columns);
    let heights = heights.map(|(place, _)| place.as_ref().unwrap().dims()[2]);
    assert_eq!(heights.collect::<Vec<_>>(), [3, 3, 3, 2]);
    case
}

/// One of every model, and one in short rows.
fn cases() -> impl Iterator<Item = Case> {
    let cases = models::all().into_iter();
    let cases = cases.map(|model| Case::new(model, 2));
    cases.chain(std::iter::once_with(in_short_rows))
}

/// All numbers: tables and columns.
fn numbers(network: &Network) -> Vec<(usize, usize)> {
    let tables = network.layout.tables.iter().enumerate();
    let numbers = tables.flat_map(|(table, table_layout)| {
        let columns = table_layout.rules.columns.iter().enumerate();
        let numbers = columns.filter(|(_, kind)| matches!(kind, Column::Number { .. }));
        numbers.map(move |(column, _)| (table, column))
    });
    numbers.collect()
}

fn bytes(network: &Network, table: usize, column: usize) -> Range<usize> {
    0..network.bytes_of(table, column)
}

/// The cells in vectors of bytes that belong to no number.
fn of_no_number(network: &Network) -> Vec<ByteAt> {
    let mut owned = BTreeSet::new();
    for (table, column) in numbers(network) {
        for row in 0..network.rows(table) {
            let bytes = bytes(network, table, column);
            let places = bytes.map(|byte| network.byte_at(table, column, byte, row));
            owned.extend(places.map(|ByteAt { chunk, row }| (chunk, row)));
        }
    }
    let all = network.chunks.values().copied();
    all.filter(|at| !owned.contains(&(at.chunk, at.row)))
        .collect()
}

#[test]
fn the_truth_is_proved_in_rows_of_many_lengths() {
    for columns in [72, 80, 100, 256, 1000, 5000] {
        for images in [1, 3] {
            let mut case = Case::in_rows_of(columns, &models::clipped(), images);
            case.is_proved();
            let told = case.witness.clone();
            case.count();
            assert_eq!(case.witness, told, "{columns} columns");
        }
    }
    in_short_rows().is_proved();
}

/// The number is true, and a byte of it is another byte.
#[test]
fn bytes_that_are_not_the_numbers_are_refused() {
    for mut case in cases() {
        let told = case.witness.clone();
        for (table, column) in numbers(&case.network) {
            for byte in bytes(&case.network, table, column) {
                let row = case.network.rows(table) - 1;
                let at = case.byte_at(table, column, byte, row);
                let cell = case.byte(at);
                *cell += if *cell < 255 { 1 } else { -1 };
                case.count_lookups();
                case.is_refused_for(Rule::Bytes { table, column });
                case.witness.clone_from(&told);
            }
        }
    }
}

/// All that is told of numbers holds, and all bytes are bytes.
#[test]
fn a_number_out_of_range_with_bytes_within_is_refused() {
    for mut case in [Case::new(models::clipped(), 4), in_short_rows()] {
        let table = case.network.activation();
        let is_such = |cells: &[i64]| cells[SIGN] == 0 && cells[MAGNITUDE] > 0;
        let row = case.find(table, is_such);
        let at = case.byte_at(table, REMAINDER, 0, row);
        let byte = *case.byte(at);
        *case.cell(table, REMAINDER, row) += 256;
        *case.cell(table, MAGNITUDE, row) -= 1;
        case.retell(table + 1);
        *case.byte(at) = byte;
        case.count_lookups();
        let column = REMAINDER;
        case.is_refused_for(Rule::Bytes { table, column });
    }
}

/// The margins are those of another label, so some are negative; their bytes are zero.
#[test]
fn another_label_with_bytes_within_range_is_refused() {
    let mut case = Case::new(models::pooled(), 1);
    let (table, column) = (case.network.circuit().label_table(), 0);
    case.labels[0] = (case.labels[0] + 1) % 3;
    case.retell_margins();
    for row in 0..3 {
        if *case.cell(table, column, row) < 0 {
            for byte in bytes(&case.network, table, column) {
                let at = case.byte_at(table, column, byte, row);
                *case.byte(at) = 0;
            }
        }
    }
    case.count_lookups();
    case.is_refused_for(Rule::Bytes { table, column });
}

#[test]
fn bytes_of_one_number_exchanged_are_refused() {
    let mut case = Case::new(models::clipped(), 2);
    let (table, column) = (case.network.activation(), MAGNITUDE);
    let row = case.find(table, |cells| cells[MAGNITUDE] % 257 != 0);
    let [low, high] = [0, 1].map(|byte| case.byte_at(table, column, byte, row));
    let cells = [*case.byte(low), *case.byte(high)];
    *case.byte(low) = cells[1];
    *case.byte(high) = cells[0];
    case.is_refused_for(Rule::Bytes { table, column });
}

#[test]
fn bytes_of_two_rows_exchanged_are_refused() {
    let mut case = Case::new(models::clipped(), 2);
    let (table, column) = (case.network.activation(), REMAINDER);
    let first = *case.cell(table, column, 0);
    let other = case.find(table, |cells| cells[REMAINDER] != first);
    let [a, b] = [0, other].map(|row| case.byte_at(table, column, 0, row));
    let cells = [*case.byte(a), *case.byte(b)];
    *case.byte(a) = cells[1];
    *case.byte(b) = cells[0];
    case.is_refused_for(Rule::Bytes { table, column });
}

/// Two numbers exchange their bytes. All bytes are in the table, but beside the wrong number.
#[test]
fn bytes_of_two_columns_exchanged_are_refused() {
    let mut case = Case::new(models::clipped(), 2);
    let table = case.network.activation();
    let row = case.find(table, |cells| cells[REMAINDER] != cells[SIGN]);
    let [a, b] = [REMAINDER, SIGN].map(|column| case.byte_at(table, column, 0, row));
    let cells = [*case.byte(a), *case.byte(b)];
    *case.byte(a) = cells[1];
    *case.byte(b) = cells[0];
    let rules = [REMAINDER, SIGN].map(|column| Rule::Bytes { table, column });
    assert_eq!(case.broken(), rules.into());
    assert_eq!(case.verify(case.prove()), Err(crate::case::REFUSED));
}

/// 256 of a byte are one of the next, but not the other way round.
#[test]
fn a_carry_to_the_wrong_byte_is_refused() {
    let mut case = Case::new(models::clipped(), 2);
    let (table, column) = (case.network.activation(), MAGNITUDE);
    let row = case.find(table, |cells| {
        cells[MAGNITUDE] % 256 > 0 && cells[MAGNITUDE] < 65_280
    });
    let [low, high] = [0, 1].map(|byte| case.byte_at(table, column, byte, row));
    *case.byte(low) -= 1;
    *case.byte(high) += 1;
    case.count_lookups();
    case.is_refused_for(Rule::Bytes { table, column });
}

/// Chunks have more cells than numbers have bytes. These are looked up like all others, and weighed by no number.
#[test]
fn a_byte_of_no_number_may_be_any_byte() {
    let mut chunks = 0;
    for mut case in cases() {
        let told = case.witness.clone();
        let places = of_no_number(&case.network);
        chunks += places.len();
        let (Some(first), Some(last)) = (places.first(), places.last()) else {
            continue;
        };
        for at in &places {
            assert_eq!(*case.byte(*at), 0);
        }
        for byte in [1, 255] {
            *case.byte(*first) = byte;
            *case.byte(*last) = byte;
            case.count_lookups();
            case.is_proved();
        }
        // Counted as the zero that an honest prover has there.
        let counts = case.network.circuit().bytes_table();
        case.witness.tables[counts].clone_from(&told.tables[counts]);
        case.is_refused_for(Rule::Count { table: counts });
        for no_byte in [256, -1, i64::MAX] {
            for at in [*first, *last] {
                case.witness.clone_from(&told);
                *case.byte(at) = no_byte;
                case.count_lookups();
                case.is_refused_for(case.no_byte(at));
            }
        }
    }
    assert!(chunks > 100, "{chunks} cells of no number");
}

/// Numbers whose bytes lie in rows of other lengths: a carry from row to row makes up the same number, or one that is
/// not the same.
#[test]
fn carries_from_one_row_to_another_are_refused() {
    let mut rows = BTreeSet::new();
    for columns in [64, 72, 100, 150] {
        let mut case = Case::in_rows_of(columns, &models::clipped(), 6);
        let told = case.witness.clone();
        let (table, column) = (case.network.activation(), MAGNITUDE);
        let at = |byte, row| case.network.committed_at(table, column, byte, row);
        let is_crossed = |row: usize| at(0, row).0 != at(1, row).0;
        let has_room = |number: i64| number % 256 > 0 && (256..65_280).contains(&number);
        let numbers = case.witness.tables[table][column].iter().enumerate();
        let mut crossed = numbers.filter(|(row, number)| is_crossed(*row) && has_room(**number));
        let Some((row, _)) = crossed.next() else {
            continue;
        };
        rows.insert((columns, at(0, row).1, at(1, row).1));
        let [low, high] = [0, 1].map(|byte| case.byte_at(table, column, byte, row));
        *case.byte(low) += 256;
        *case.byte(high) -= 1;
        case.count_lookups();
        case.is_refused_for(case.no_byte(low));
        for carry in [1, -1] {
            case.witness.clone_from(&told);
            *case.byte(low) -= carry;
            *case.byte(high) += carry;
            case.count_lookups();
            let lows = 0..256;
            let is_byte = lows.contains(case.byte(low)) && lows.contains(case.byte(high));
            if is_byte {
                case.is_refused_for(Rule::Bytes { table, column });
            }
        }
    }
    assert!(rows.len() > 1, "{rows:?}");
}
