//! Lies about clips of 256 values: whoever may choose what is left outside the interval would choose the output.

use crate::case::Case;
use crate::models;
use crate::prover::Script;
use crate::rules::Rule;
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_layers::gadgets::{Gadget, Saturation, SaturationColumns};
use zklens_model::Model;

/// The columns by position.
const REMAINDER: usize = 0;
const OUTPUT: usize = 1;
const EXCESS: usize = 2;

/// The greatest place in the interval.
const WIDTH: i64 = 255;

fn of(model: Model, images: usize) -> (Case, usize) {
    let case = Case::new(model, images);
    let is_saturation = |gadget: &Gadget| matches!(gadget, Gadget::Saturation(_));
    let table = case.network.table(is_saturation);
    (case, table)
}

/// `(case, table, row)`: a row whose cells are such.
fn case(is_such: fn(&[i64]) -> bool) -> (Case, usize, usize) {
    let (case, table) = of(models::saturated(), 4);
    let row = case.find(table, is_such);
    (case, table, row)
}

const fn is_above(cells: &[i64]) -> bool {
    cells[EXCESS] > 0 && cells[OUTPUT] == WIDTH
}

const fn is_below(cells: &[i64]) -> bool {
    cells[EXCESS] > 0 && cells[OUTPUT] == 0
}

const fn is_inside(cells: &[i64]) -> bool {
    cells[EXCESS] == 0 && cells[OUTPUT] > 1 && cells[OUTPUT] < WIDTH - 1
}

#[test]
fn positions_are_those_of_the_gadgets_handles() {
    let gadget = Saturation {
        window: None,
        gap_bytes: 0,
        shift: 8,
        lo: 0,
        bytes: 1,
        excess_bytes: 1,
    };
    let SaturationColumns {
        remainder,
        output,
        excess,
        ..
    } = gadget.columns();
    let positions = [remainder, output, excess].map(|column| column.unwrap().index());
    assert_eq!(positions, [REMAINDER, OUTPUT, EXCESS]);
}

#[test]
fn another_remainder_is_refused() {
    let (mut case, table, row) = case(|cells| cells[REMAINDER] < 255);
    *case.cell(table, REMAINDER, row) += 1;
    case.count();
    case.is_refused_for(Rule::Input { table, input: 0 });
}

#[test]
fn a_remainder_as_large_as_the_divisor_is_refused() {
    let (mut case, table, row) = case(is_inside);
    *case.cell(table, REMAINDER, row) += 256;
    *case.cell(table, OUTPUT, row) -= 1;
    case.retell(table + 1);
    case.is_refused_for(case.out_of_range(table, REMAINDER, row));
}

#[test]
fn a_negative_remainder_is_refused() {
    let (mut case, table, row) = case(is_inside);
    *case.cell(table, REMAINDER, row) -= 256;
    *case.cell(table, OUTPUT, row) += 1;
    case.retell(table + 1);
    case.is_refused_for(case.out_of_range(table, REMAINDER, row));
}

#[test]
fn another_output_is_refused() {
    let (mut case, table, row) = case(is_inside);
    *case.cell(table, OUTPUT, row) += 1;
    case.retell(table + 1);
    case.is_refused_for(Rule::Input { table, input: 0 });
}

/// The quotient itself, which is outside the interval.
#[test]
fn an_output_beyond_the_interval_is_refused() {
    for is_such in [is_above, is_below] {
        let (mut case, table, row) = case(is_such);
        let beyond = *case.cell(table, EXCESS, row);
        let output = case.cell(table, OUTPUT, row);
        *output += if *output == 0 { -beyond } else { beyond };
        *case.cell(table, EXCESS, row) = 0;
        case.retell(table + 1);
        case.is_refused_for(case.out_of_range(table, OUTPUT, row));
    }
}

/// With the place `u = 85`, `2u/255 − 1` is −1/3. So an excess of `3k` would make `85` of any quotient `k` below it, and from 170
/// on likewise upwards. Whether the true quotient is inside the interval or not makes no difference.
#[test]
fn an_excess_inside_the_interval_is_refused() {
    for (is_such, place) in [
        (is_below as fn(&[i64]) -> bool, 85),
        (
            |cells| cells[EXCESS] == 0 && (0..85).contains(&cells[OUTPUT]),
            85,
        ),
        (
            |cells| cells[EXCESS] == 0 && (171..=WIDTH).contains(&cells[OUTPUT]),
            170,
        ),
        (is_above, 170),
    ] {
        let (mut case, table, row) = case(is_such);
        let (output, excess) = (
            *case.cell(table, OUTPUT, row),
            *case.cell(table, EXCESS, row),
        );
        let quotient = if output == 0 {
            -excess
        } else {
            output + excess
        };
        *case.cell(table, OUTPUT, row) = place;
        *case.cell(table, EXCESS, row) = 3 * (quotient - place).abs();
        case.retell(table + 1);
        case.is_refused_for(Rule::Zero { table, index: 0 });
    }
}

/// An end of the interval from the other side, or from inside: the excess becomes negative.
#[test]
fn the_wrong_end_is_refused() {
    for (is_such, end) in [
        (is_above as fn(&[i64]) -> bool, 0),
        (is_inside, 0),
        (is_inside, WIDTH),
        (is_below, WIDTH),
    ] {
        let (mut case, table, row) = case(is_such);
        let (output, excess) = (
            *case.cell(table, OUTPUT, row),
            *case.cell(table, EXCESS, row),
        );
        let quotient = if output == 0 {
            -excess
        } else {
            output + excess
        };
        *case.cell(table, OUTPUT, row) = end;
        *case.cell(table, EXCESS, row) = if end == 0 { -quotient } else { quotient - end };
        case.retell(table + 1);
        case.is_refused_for(case.out_of_range(table, EXCESS, row));
    }
}

#[test]
fn another_excess_is_refused() {
    for is_such in [is_above, is_below] {
        let (mut case, table, row) = case(is_such);
        *case.cell(table, EXCESS, row) += 1;
        case.count();
        case.is_refused_for(Rule::Input { table, input: 0 });
    }
}

#[test]
fn the_end_without_its_excess_is_refused() {
    for is_such in [is_above, is_below] {
        let (mut case, table, row) = case(is_such);
        *case.cell(table, EXCESS, row) = 0;
        case.count();
        case.is_refused_for(Rule::Input { table, input: 0 });
    }
}

/// In the field every remainder has a quotient, which for a wrong one is of the size of the modulus. No sum of bytes is.
#[test]
fn an_excess_wrapped_by_the_modulus_is_refused() {
    let (mut case, table, row) = case(|cells| is_above(cells) && cells[REMAINDER] < 255);
    let over_256 = Scalar::from(256_u64).inverse().unwrap();
    let excess = case.cell(table, EXCESS, row);
    let wrapped = Scalar::from(*excess) - over_256;
    *excess = 0;
    *case.cell(table, REMAINDER, row) += 1;
    case.count();
    let mut script = Script::new(&case);
    let low = case.byte_at(table, EXCESS, 0, row);
    script.cells[table][EXCESS][row] = wrapped;
    *script.byte(low) = wrapped;
    script.is_refused_for(case.no_byte(low));
    // With its bytes as they may be.
    *script.byte(low) = Scalar::ZERO;
    let column = EXCESS;
    script.is_refused_for(Rule::Bytes { table, column });
}

/// A row of maxima with a single largest cell, which is inside the interval and not in the last group.
struct Pool {
    case: Case,
    table: usize,
    row: usize,
    gaps: Vec<usize>,
    selectors: Vec<usize>,
    /// The group of the largest cell.
    group: usize,
}

impl Pool {
    fn new() -> Self {
        let (case, table) = of(models::saturated_pool(), 24);
        let Gadget::Saturation(gadget) = &case.network.circuit().tables[table].gadget else {
            panic!("table {table} is another")
        };
        let SaturationColumns {
            gaps, selectors, ..
        } = gadget.columns();
        let gaps: Vec<usize> = gaps.iter().flatten().map(|gap| gap.index()).collect();
        let selectors: Vec<usize> = selectors.iter().map(|selector| selector.index()).collect();
        let row = case.find(table, |cells| {
            let mut told: Vec<i64> = gaps.iter().map(|gap| cells[*gap]).collect();
            told.sort_unstable();
            let is_selected = selectors.iter().any(|selector| cells[*selector] == 1);
            let largest = 256 * cells[OUTPUT] + cells[REMAINDER];
            let has_room = is_inside(cells) && cells[REMAINDER] < 255 && largest > told[1];
            is_selected && told[1] > 0 && has_room
        });
        let cells = &case.witness.tables[table];
        let group = selectors.iter().position(|column| cells[*column][row] == 1);
        Self {
            group: group.unwrap(),
            case,
            table,
            row,
            gaps,
            selectors,
        }
    }

    fn cell(&mut self, column: usize) -> &mut i64 {
        self.case.cell(self.table, column, self.row)
    }

    fn select(&mut self, group: Option<usize>) {
        for (other, selector) in self.selectors.clone().into_iter().enumerate() {
            *self.cell(selector) = i64::from(group == Some(other));
        }
    }

    /// The rule that the gaps of a group have a zero if its selector is not zero. The rule of the excess stands before.
    const fn rule(&self, group: usize) -> Rule {
        let table = self.table;
        Rule::Zero {
            table,
            index: 1 + group,
        }
    }
}

/// A maximum that no cell reaches.
#[test]
fn a_larger_maximum_is_refused() {
    let mut pool = Pool::new();
    *pool.cell(REMAINDER) += 1;
    for gap in pool.gaps.clone() {
        *pool.cell(gap) += 1;
    }
    pool.case.count();
    pool.case.is_refused_for(pool.rule(pool.group));
}

/// The second largest cell: the gap of the largest is negative.
#[test]
fn a_smaller_maximum_is_refused() {
    let mut pool = Pool::new();
    let gaps = pool.gaps.clone();
    let told: Vec<i64> = gaps.iter().map(|gap| *pool.cell(*gap)).collect();
    let second = *told.iter().filter(|gap| **gap > 0).min().unwrap();
    let tap = told.iter().position(|gap| *gap == second).unwrap();
    let largest = told.iter().position(|gap| *gap == 0).unwrap();
    for gap in &gaps {
        *pool.cell(*gap) -= second;
    }
    let value = 256 * *pool.cell(OUTPUT) + *pool.cell(REMAINDER) - second;
    *pool.cell(OUTPUT) = value / 256;
    *pool.cell(REMAINDER) = value % 256;
    pool.select((tap / 2 < pool.selectors.len()).then_some(tap / 2));
    pool.case.retell(pool.table + 1);
    let out_of_range = pool.case.out_of_range(pool.table, gaps[largest], pool.row);
    pool.case.is_refused_for(out_of_range);
}

#[test]
fn the_selector_of_a_group_without_the_maximum_is_refused() {
    let mut pool = Pool::new();
    let other = usize::from(pool.group == 0);
    pool.select(Some(other));
    pool.case.count();
    pool.case.is_refused_for(pool.rule(other));
}

#[test]
fn no_selector_at_all_is_refused() {
    let mut pool = Pool::new();
    pool.select(None);
    pool.case.count();
    pool.case.is_refused_for(pool.rule(pool.selectors.len()));
}

/// The last group's selector is one less all others, whatever these are: 2 and −1 leave it zero, but both have to be granted.
#[test]
fn selectors_that_are_no_bits_help_nobody() {
    let mut pool = Pool::new();
    let other = usize::from(pool.group == 0);
    let selectors = [pool.group, other].map(|group| pool.selectors[group]);
    *pool.cell(selectors[0]) = 2;
    *pool.cell(selectors[1]) = -1;
    pool.case.count();
    pool.case.is_refused_for(pool.rule(other));
}
