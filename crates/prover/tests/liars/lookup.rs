//! Lies about tables of values, about counts, and about clips.

use crate::case::{Case, integer};
use crate::columns::{BELOW, OVER, POSITION, UNDER, VALUE};
use crate::models;
use crate::prover::Script;
use crate::rules::Rule;
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_layers::gadgets::Gadget;

fn clip_of(case: &Case) -> usize {
    case.network
        .table(|gadget| matches!(gadget, Gadget::Clip(_)))
}

fn lookup_of(case: &Case) -> usize {
    case.network
        .table(|gadget| matches!(gadget, Gadget::Lookup(_)))
}

#[test]
fn a_value_that_is_no_entry_is_refused() {
    let mut case = Case::new(models::looked_up(), 1);
    let table = lookup_of(&case);
    *case.cell(table, VALUE, 3) += 1;
    case.retell(table + 1);
    case.is_refused_for(Rule::Entry {
        table,
        column: POSITION,
    });
}

#[test]
fn the_value_of_another_entry_is_refused() {
    let mut case = Case::new(models::looked_up(), 1);
    let table = lookup_of(&case);
    let value = *case.cell(table, VALUE, 0);
    let other = case.find(table, |cells| cells[VALUE] != value);
    *case.cell(table, VALUE, 0) = *case.cell(table, VALUE, other);
    case.retell(table + 1);
    case.is_refused_for(Rule::Entry {
        table,
        column: POSITION,
    });
}

#[test]
fn another_entry_is_refused() {
    let mut case = Case::new(models::looked_up(), 1);
    let table = lookup_of(&case);
    let position = *case.cell(table, POSITION, 0);
    let other = case.find(table, |cells| cells[POSITION] != position);
    for column in [POSITION, VALUE] {
        *case.cell(table, column, 0) = *case.cell(table, column, other);
    }
    case.retell(table + 1);
    case.is_refused_for(Rule::Input { table, input: 0 });
}

/// The pair of zeros is an entry for the sake of padding, and no other row may ask for it.
#[test]
fn the_entry_of_padding_is_refused_elsewhere() {
    let mut case = Case::new(models::looked_up(), 1);
    let table = lookup_of(&case);
    for column in [POSITION, VALUE] {
        *case.cell(table, column, 0) = 0;
    }
    case.retell(table + 1);
    case.is_refused_for(Rule::Input { table, input: 0 });
}

#[test]
fn wrong_counts_are_refused() {
    let case = || Case::new(models::looked_up(), 1);
    let network = case().network;
    let entries = network.table(|gadget| matches!(gadget, Gadget::Entries(_)));
    for table in [entries, network.circuit().bytes_table()] {
        for change in [1, -1, 1000] {
            let mut case = case();
            *case.cell(table, 0, 7) += change;
            case.is_refused_for(Rule::Count { table });
        }
        // As many in all, of other entries.
        let mut case = case();
        let used = 1 + case.witness.tables[table][0][1..]
            .iter()
            .position(|n| *n > 0)
            .unwrap();
        *case.cell(table, 0, used) -= 1;
        *case.cell(table, 0, used + 1) += 1;
        case.is_refused_for(Rule::Count { table });
    }
}

/// An entry asked for as often as the wrong one is, which is one more than it is.
#[test]
fn a_count_for_an_entry_that_is_none_is_refused() {
    let mut case = Case::new(models::constant(&[3, 4]), 1);
    *case.cell(0, 0, 0) = 256;
    case.count();
    let bytes = case.network.circuit().bytes_table();
    *case.cell(bytes, 0, 128) += 2;
    let broken = case.broken();
    assert_eq!(
        broken,
        [
            Rule::Entry {
                table: 0,
                column: 0
            },
            Rule::Count { table: bytes }
        ]
        .into()
    );
    assert_eq!(case.verify(case.prove()), Err(crate::case::REFUSED));
}

#[test]
fn how_often_zero_is_asked_for_does_not_matter() {
    let mut case = Case::new(models::looked_up(), 1);
    let entries = case
        .network
        .table(|gadget| matches!(gadget, Gadget::Entries(_)));
    let bytes = case.network.circuit().bytes_table();
    *case.cell(entries, 0, 0) = 77;
    *case.cell(bytes, 0, 0) = -5;
    case.is_proved();
}

/// The clip of [`models::looked_up`], and its bounds.
struct Bounds {
    table: usize,
    width: i64,
}

fn clip() -> (Case, Bounds) {
    let case = Case::new(models::looked_up(), 6);
    let table = clip_of(&case);
    let Gadget::Clip(gadget) = &case.network.circuit().tables[table].gadget else {
        panic!("a clip");
    };
    let width = gadget.hi - gadget.lo;
    (case, Bounds { table, width })
}

impl Bounds {
    fn set(&self, case: &mut Case, row: usize, cells: [i64; 4]) {
        for (column, cell) in cells.into_iter().enumerate() {
            *case.cell(self.table, column, row) = cell;
        }
    }

    /// `x − lo`.
    const fn over(cells: &[i64]) -> i64 {
        let t = cells[OVER];
        if cells[BELOW] == 1 { -t - 1 } else { t }
    }

    fn find(&self, case: &Case, is_such: impl Fn(i64) -> bool) -> (usize, i64) {
        let row = case.find(self.table, |cells| is_such(Self::over(cells)));
        let cells = case.witness.tables[self.table]
            .iter()
            .map(|column| column[row]);
        (row, Self::over(&cells.collect::<Vec<_>>()))
    }
}

#[test]
fn another_value_between_the_bounds_is_refused() {
    let (mut case, clip) = clip();
    let (row, over) = clip.find(&case, |over| over > 0 && over < 70);
    clip.set(&mut case, row, [0, over, 0, clip.width - over - 1]);
    case.retell(clip.table + 1);
    case.is_refused_for(Rule::Input {
        table: clip.table,
        input: 1,
    });
    clip.set(&mut case, row, [0, over + 1, 0, clip.width - over - 1]);
    case.retell(clip.table + 1);
    case.is_refused_for(Rule::Input {
        table: clip.table,
        input: 0,
    });
}

/// A value above the lower bound, clipped to it.
#[test]
fn a_value_said_to_be_below_is_refused() {
    let (mut case, clip) = clip();
    let (row, over) = clip.find(&case, |over| over > 0);
    clip.set(&mut case, row, [1, -over - 1, 0, clip.width]);
    case.retell(clip.table + 1);
    case.is_refused_for(case.out_of_range(clip.table, OVER, row));
}

/// A value below the upper bound, clipped to it.
#[test]
fn a_value_said_to_be_above_is_refused() {
    let (mut case, clip) = clip();
    let (row, over) = clip.find(&case, |over| over > 0 && over < 70);
    clip.set(&mut case, row, [0, over, 1, over - clip.width - 1]);
    case.retell(clip.table + 1);
    case.is_refused_for(case.out_of_range(clip.table, UNDER, row));
}

/// With signs of two, `x − lo = −3t − 2` and so on: values beyond the bounds come through.
#[test]
fn signs_of_two_are_refused() {
    let (mut case, clip) = clip();
    let (row, over) = clip.find(&case, |over| over < -2 && (over + 2) % 3 == 0);
    let t = -(over + 2) / 3;
    clip.set(&mut case, row, [2, t, 0, clip.width + t]);
    case.count();
    let table = clip.table;
    assert_eq!(
        case.broken(),
        [Rule::Zero { table, index: 0 }, lookup_input(&case)].into()
    );
    assert_eq!(case.verify(case.prove()), Err(crate::case::REFUSED));

    let (mut case, clip) = self::clip();
    let over_by = |over| over - clip.width;
    let (row, over) = clip.find(&case, |over| {
        over_by(over) > 2 && (over_by(over) - 2) % 3 == 0
    });
    clip.set(&mut case, row, [0, over, 2, (over_by(over) - 2) / 3]);
    case.count();
    assert_eq!(
        case.broken(),
        [Rule::Zero { table, index: 1 }, lookup_input(&case)].into()
    );
    assert_eq!(case.verify(case.prove()), Err(crate::case::REFUSED));
}

/// No entry is beyond the bounds, so the lookup behind the clip does not follow.
fn lookup_input(case: &Case) -> Rule {
    Rule::Input {
        table: lookup_of(case),
        input: 0,
    }
}

/// The tables of [`models::looked_up_twice`].
fn all(case: &Case, is_such: fn(&Gadget) -> bool) -> [usize; 2] {
    let tables = case.network.circuit().tables.iter().enumerate();
    let tables = tables.filter(|(_, table)| is_such(&table.gadget));
    let tables: Vec<usize> = tables.map(|(index, _)| index).collect();
    tables.try_into().expect("two tables of a kind")
}

/// A pair that is an entry of the other table, which counts it.
#[test]
fn an_entry_of_another_table_is_refused() {
    for first in [true, false] {
        let mut case = Case::new(models::looked_up_twice(), 1);
        let [one, two] = all(&case, |gadget| matches!(gadget, Gadget::Lookup(_)));
        let entries = all(&case, |gadget| matches!(gadget, Gadget::Entries(_)));
        let (table, payer) = if first {
            (one, entries[1])
        } else {
            (two, entries[0])
        };
        let position = usize::try_from(*case.cell(table, POSITION, 0)).unwrap();
        let value = case.cells()[payer][1][position];
        *case.cell(table, VALUE, 0) = integer(value);
        case.retell(table + 1);
        *case.cell(payer, 0, position) += 1;
        let column = POSITION;
        let rules = [Rule::Entry { table, column }, Rule::Count { table: payer }];
        assert_eq!(case.broken(), rules.into());
        assert_eq!(case.verify(case.prove()), Err(crate::case::REFUSED));
    }
}

/// The entry of position 300 has the value zero, and so is the same number as a byte of 300 would be.
#[test]
fn a_byte_paid_by_an_entry_is_refused() {
    let mut case = Case::new(models::looked_up_twice(), 1);
    let [entries, _] = all(&case, |gadget| matches!(gadget, Gadget::Entries(_)));
    assert_eq!(case.cells()[entries][1][300], Scalar::ZERO);
    *case.cell(0, 0, 5) = 300;
    case.retell(1);
    *case.cell(entries, 0, 300) += 1;
    let (table, column) = (0, 0);
    let rules = [
        Rule::Entry { table, column },
        Rule::Count { table: entries },
    ];
    assert_eq!(case.broken(), rules.into());
    assert_eq!(case.verify(case.prove()), Err(crate::case::REFUSED));
}

#[test]
fn counts_that_are_no_integers_are_refused() {
    let case = Case::new(models::looked_up(), 1);
    let entries = case
        .network
        .table(|gadget| matches!(gadget, Gadget::Entries(_)));
    let half = Scalar::from(2_u64).inverse().unwrap();
    for table in [entries, case.network.circuit().bytes_table()] {
        let mut script = Script::new(&case);
        script.cells[table][0][7] += half;
        script.is_refused_for(Rule::Count { table });
        script.cells[table][0][8] -= half;
        script.is_refused_for(Rule::Count { table });
    }
}

/// A byte of one half, for which half a one is counted.
#[test]
fn a_byte_that_is_no_integer_is_refused() {
    let case = Case::new(models::constant(&[3, 4]), 1);
    let half = Scalar::from(2_u64).inverse().unwrap();
    let bytes = case.network.circuit().bytes_table();
    let (table, column) = (0, 0);
    let mut script = Script::new(&case);
    let row = case.find(table, |cells| cells[column] > 0);
    let byte = usize::try_from(case.witness.tables[table][column][row]).unwrap();
    script.cells[table][column][row] = half;
    script.cells[bytes][0][byte] -= Scalar::ONE;
    script.is_refused_for(Rule::Entry { table, column });
    script.cells[bytes][0][1] += half;
    let rules = [Rule::Entry { table, column }, Rule::Count { table: bytes }];
    assert_eq!(script.broken(), rules.into());
    script.is_refused();
}
