//! Lies about the largest cell under a window.

use crate::case::{Case, REFUSED};
use crate::columns::{MAGNITUDE, REMAINDER, SIGN};
use crate::models;
use crate::rules::Rule;
use zklens_layers::gadgets::{ActivationColumns, ColumnId, Gadget};

/// One row of a table of maxima.
struct Pool {
    case: Case,
    table: usize,
    row: usize,
    gaps: Vec<usize>,
    selectors: Vec<usize>,
}

/// The columns of gaps and of selectors of an activation's table.
fn gaps_and_selectors(case: &Case, table: usize) -> [Vec<usize>; 2] {
    let Gadget::Activation(gadget) = &case.network.circuit().tables[table].gadget else {
        panic!("table {table} is not an activation")
    };
    let ActivationColumns {
        gaps, selectors, ..
    } = gadget.columns();
    let indices = |columns: Vec<ColumnId>| columns.iter().map(|column| column.index()).collect();
    [
        indices(gaps.into_iter().flatten().collect()),
        indices(selectors),
    ]
}

/// The cells in some columns.
fn pick(cells: &[i64], columns: &[usize]) -> Vec<i64> {
    columns.iter().map(|column| cells[*column]).collect()
}

impl Pool {
    /// A row of [`models::pooled`] whose only largest cell is in the first group of two, so that its
    /// selector is one.
    fn of_four() -> Self {
        let case = Case::new(models::pooled(), 2);
        let table = case.network.activation();
        let [gaps, selectors] = gaps_and_selectors(&case, table);
        assert_eq!(selectors.len(), 1);
        let row = case.find(table, |cells| {
            let gaps = pick(cells, &gaps);
            let zeros = gaps.iter().filter(|gap| **gap == 0);
            cells[selectors[0]] == 1 && zeros.count() == 1 && cells[REMAINDER] < 255
        });
        Self {
            case,
            table,
            row,
            gaps,
            selectors,
        }
    }

    /// A row of [`models::padded_pool`] at the upper left corner, where the first cells are padding, with
    /// its largest cells in some of the first four groups of two cells, and not in the last.
    fn of_nine() -> Self {
        const AREA: usize = 4;
        let case = Case::new(models::padded_pool(), 8);
        let table = case.network.activation();
        let [gaps, selectors] = gaps_and_selectors(&case, table);
        let cells = |row: usize| -> Vec<i64> {
            case.witness.tables[table]
                .iter()
                .map(|column| column[row])
                .collect()
        };
        let is_such = |row: &usize| {
            let cells = cells(*row);
            let gaps = pick(&cells, &gaps);
            let groups = gaps.chunks(2);
            let zeros: Vec<bool> = groups.map(|gaps| gaps.contains(&0)).collect();
            !zeros[4] && zeros.iter().filter(|zero| **zero).count() < 4 && cells[REMAINDER] < 255
        };
        let row = (0..case.network.rows(table)).step_by(AREA).find(is_such);
        Self {
            row: row.unwrap(),
            case,
            table,
            gaps,
            selectors,
        }
    }

    /// A row of [`models::tall_pool`] in the lower right corner, where the last cells are padding.
    fn of_six() -> Self {
        let case = Case::new(models::tall_pool(false), 8);
        let table = case.network.activation();
        let [gaps, selectors] = gaps_and_selectors(&case, table);
        let [_, _, height, width] = case.network.layout.tables[table].dims;
        let last = height * width - 1;
        let remainders = &case.witness.tables[table][REMAINDER];
        let mut corners = (last..remainders.len()).step_by(height * width);
        let row = corners.find(|row| remainders[*row] < 255);
        let row = row.expect("a corner with room below the divisor");
        Self {
            row,
            case,
            table,
            gaps,
            selectors,
        }
    }

    fn gap(&mut self, tap: usize) -> &mut i64 {
        let column = self.gaps[tap];
        self.case.cell(self.table, column, self.row)
    }

    fn selector(&mut self, group: usize) -> &mut i64 {
        let column = self.selectors[group];
        self.case.cell(self.table, column, self.row)
    }

    /// Moves the largest cell and all gaps, so that every operand stays.
    fn raise(&mut self, by: i64) {
        *self.case.cell(self.table, REMAINDER, self.row) += by;
        for tap in 0..self.gaps.len() {
            *self.gap(tap) += by;
        }
    }

    fn assert_refused_for(mut self, rule: impl Fn(usize) -> Rule) {
        self.case.retell(self.table + 1);
        self.case.is_refused_for(rule(self.table));
    }
}

/// In [`models::pooled`], where the first rule is the sign's.
const FIRST_GROUP: usize = 1;
const LAST_GROUP: usize = 2;

#[test]
fn a_maximum_above_all_cells_is_refused() {
    for (selector, index) in [(1, FIRST_GROUP), (0, LAST_GROUP)] {
        let mut pool = Pool::of_four();
        pool.raise(1);
        *pool.selector(0) = selector;
        pool.assert_refused_for(|table| Rule::Zero { table, index });
    }
}

/// The gap of the largest becomes negative.
#[test]
fn a_maximum_below_some_cell_is_refused() {
    let mut pool = Pool::of_four();
    let largest = (0..4).find(|tap| *pool.gap(*tap) == 0).unwrap();
    let others = (0..4).filter(|tap| *tap != largest);
    let other = others.min_by_key(|tap| *pool.gap(*tap)).unwrap();
    let lower = -*pool.gap(other);
    pool.raise(lower);
    *pool.selector(0) = i64::from(other < 2);
    // Back to a remainder below the divisor.
    let (table, row) = (pool.table, pool.row);
    let [remainder, sign, magnitude] =
        [REMAINDER, SIGN, MAGNITUDE].map(|column| *pool.case.cell(table, column, row));
    assert_eq!(sign, 0, "a positive quotient");
    let quotient = magnitude + (remainder >> 8);
    let (sign, magnitude) = if quotient < 0 {
        (1, -quotient - 1)
    } else {
        (0, quotient)
    };
    *pool.case.cell(table, REMAINDER, row) = remainder & 255;
    *pool.case.cell(table, SIGN, row) = sign;
    *pool.case.cell(table, MAGNITUDE, row) = magnitude;
    let no_byte = pool.case.out_of_range(table, pool.gaps[largest], row);
    pool.assert_refused_for(|_| no_byte);
}

/// The selector names one of two groups, but the largest cell is in the other.
#[test]
fn a_selector_of_another_group_is_refused() {
    let mut pool = Pool::of_four();
    *pool.selector(0) = 0;
    pool.assert_refused_for(|table| Rule::Zero {
        table,
        index: LAST_GROUP,
    });
}

#[test]
fn no_selector_at_all_is_refused() {
    let mut pool = Pool::of_nine();
    for group in 0..4 {
        *pool.selector(group) = 0;
    }
    pool.assert_refused_for(|table| Rule::Zero { table, index: 4 });
}

#[test]
fn several_selectors_are_refused() {
    let mut pool = Pool::of_nine();
    let group_is_zero =
        |pool: &mut Pool, group: usize| *pool.gap(2 * group) * *pool.gap(2 * group + 1) == 0;
    let right = (0..4)
        .find(|group| group_is_zero(&mut pool, *group))
        .unwrap();
    let wrong = (0..4)
        .find(|group| !group_is_zero(&mut pool, *group))
        .unwrap();
    for group in 0..4 {
        *pool.selector(group) = 0;
    }
    // The selectors add up to one, so the rule of the last group holds; but −1 is not a byte.
    *pool.selector(right) = 2;
    *pool.selector(wrong) = -1;
    pool.case.retell(pool.table + 1);
    let (table, column) = (pool.table, pool.selectors[wrong]);
    let rules = [
        Rule::Zero {
            table,
            index: wrong,
        },
        pool.case.out_of_range(table, column, pool.row),
    ];
    assert_eq!(pool.case.broken(), rules.into());
    assert_eq!(pool.case.verify(pool.case.prove()), Err(REFUSED));
    // One, of a group without a largest cell.
    let mut pool = Pool::of_nine();
    for group in 0..4 {
        *pool.selector(group) = i64::from(group == wrong);
    }
    pool.assert_refused_for(|table| Rule::Zero {
        table,
        index: wrong,
    });
    let mut pool = Pool::of_nine();
    *pool.selector(right) = 2;
    pool.assert_refused_for(|table| Rule::Zero { table, index: 4 });
}

/// A selector of any size would do, if it were not a number like all others.
#[test]
fn a_selector_that_is_no_byte_is_refused() {
    for selector in [256, -1] {
        let mut pool = Pool::of_four();
        *pool.selector(0) = selector;
        pool.case.retell(pool.table + 1);
        let (table, column) = (pool.table, pool.selectors[0]);
        let rules = [
            Rule::Zero {
                table,
                index: LAST_GROUP,
            },
            pool.case.out_of_range(table, column, pool.row),
        ];
        assert_eq!(pool.case.broken(), rules.into());
        assert_eq!(pool.case.verify(pool.case.prove()), Err(REFUSED));
    }
}

/// A cell of the padding is not part of the window, even if it would be the largest.
#[test]
fn a_maximum_in_the_padding_is_refused() {
    let mut pool = Pool::of_nine();
    pool.raise(1);
    *pool.gap(0) = 0;
    for group in 0..4 {
        *pool.selector(group) = i64::from(group == 0);
    }
    pool.assert_refused_for(|table| Rule::Input { table, input: 0 });
}

#[test]
fn a_maximum_in_the_padding_behind_is_refused() {
    let mut pool = Pool::of_six();
    assert_eq!((pool.gaps.len(), pool.selectors.len()), (6, 2));
    // The last row and the last column of the window. The last group is meant where no selector is set.
    pool.raise(1);
    *pool.gap(5) = 0;
    for group in 0..2 {
        *pool.selector(group) = 0;
    }
    pool.assert_refused_for(|table| Rule::Input { table, input: 5 });
    // One that lies in the last row alone.
    let mut pool = Pool::of_six();
    pool.raise(1);
    *pool.gap(4) = 0;
    for group in 0..2 {
        *pool.selector(group) = 0;
    }
    pool.assert_refused_for(|table| Rule::Input { table, input: 4 });
}

/// Some taps take other cells, and nothing else is false.
fn are_refused_as_taps(case: &Case, table: usize) {
    let broken = case.broken();
    let is_tap = |rule: &Rule| matches!(rule, Rule::Input { table: of, .. } if *of == table);
    assert!(
        !broken.is_empty() && broken.iter().all(is_tap),
        "{broken:?}"
    );
    assert_eq!(case.verify(case.prove()), Err(REFUSED));
}

#[test]
fn maxima_of_another_padding_are_refused() {
    for before in [true, false] {
        let mut case = Case::new(models::tall_pool(before), 2);
        // Not by [`Case::see`], which takes the taps of the circuit.
        let other = Case::new(models::tall_pool(!before), 2);
        (case.witness, case.labels) = (other.witness, other.labels);
        are_refused_as_taps(&case, case.network.activation());
    }
}

/// As if the window's cells were read column by column.
#[test]
fn transposed_taps_are_refused() {
    const ROWS: usize = 3;
    const COLUMNS: usize = 2;
    let mut case = Case::new(models::tall_pool(false), 2);
    let table = case.network.activation();
    let [columns, selectors] = gaps_and_selectors(&case, table);
    let gaps: Vec<Vec<i64>> = columns
        .iter()
        .map(|column| case.witness.tables[table][*column].clone())
        .collect();
    let transposed = (0..COLUMNS).flat_map(|x| (0..ROWS).map(move |y| y * COLUMNS + x));
    for (column, tap) in columns.iter().zip(transposed) {
        case.witness.tables[table][*column].clone_from(&gaps[tap]);
    }
    for row in 0..case.network.rows(table) {
        let cells: Vec<i64> = columns
            .iter()
            .map(|gap| *case.cell(table, *gap, row))
            .collect();
        let group = cells.iter().position(|gap| *gap == 0).unwrap() / 2;
        for (index, selector) in selectors.iter().enumerate() {
            *case.cell(table, *selector, row) = i64::from(index == group);
        }
    }
    case.retell(table + 1);
    are_refused_as_taps(&case, table);
}

/// Both in one group, so that the selectors stay; and in two, so that they change.
#[test]
fn gaps_of_two_taps_exchanged_are_refused() {
    for (a, b, selector) in [(0, 1, 1), (0, 2, 0), (1, 3, 0), (2, 3, 1)] {
        let mut pool = Pool::of_four();
        let largest = (0..4).find(|tap| *pool.gap(*tap) == 0).unwrap();
        let gaps = [*pool.gap(a), *pool.gap(b)];
        if gaps[0] == gaps[1] {
            continue;
        }
        *pool.gap(a) = gaps[1];
        *pool.gap(b) = gaps[0];
        // The largest is in the first group, unless it moved.
        *pool.selector(0) = if [a, b].contains(&largest) {
            selector
        } else {
            1
        };
        pool.case.retell(pool.table + 1);
        let table = pool.table;
        let rules = [a, b].map(|input| Rule::Input { table, input });
        assert_eq!(pool.case.broken(), rules.into());
        assert_eq!(pool.case.verify(pool.case.prove()), Err(REFUSED));
    }
}

/// Only that some gap is zero matters, not which is said to be.
#[test]
fn any_selector_of_a_largest_cell_is_proved() {
    let mut pool = Pool::of_nine();
    let mut gaps: Vec<i64> = (0..8).map(|tap| *pool.gap(tap)).collect();
    // The largest cell is under the window several times, for padding repeats it.
    gaps.chunks_mut(2).enumerate().for_each(|(group, gaps)| {
        if gaps.contains(&0) {
            for other in 0..4 {
                *pool.selector(other) = i64::from(other == group);
            }
            pool.case.count();
            pool.case.is_proved();
        }
    });
}
