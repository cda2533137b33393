//! Lies about leaky ReLUs: with another sign, the other slope would count.

use crate::case::Case;
use crate::models;
use crate::rules::Rule;
use zklens_layers::gadgets::{Gadget, PRelu};

/// The columns by position.
const SIGN: usize = 0;
const MAGNITUDE: usize = 1;

/// `(case, table, row)`: a row whose cells are such.
fn case(is_such: fn(&[i64]) -> bool) -> (Case, usize, usize) {
    let case = Case::new(models::leaky(), 4);
    let table = case
        .network
        .table(|gadget| matches!(gadget, Gadget::PRelu(_)));
    let row = case.find(table, is_such);
    (case, table, row)
}

#[test]
fn positions_are_those_of_the_gadgets_handles() {
    let gadget = PRelu {
        positive: 1,
        negative: 0,
        magnitude_bytes: 1,
    };
    let operand = gadget.columns().operand;
    let magnitude = operand.magnitude.map(|column| column.index());
    assert_eq!((operand.sign.index(), magnitude), (SIGN, Some(MAGNITUDE)));
}

#[test]
fn another_magnitude_is_refused() {
    for sign in [0, 1] {
        let (mut case, table, row) = match sign {
            0 => case(|cells| cells[SIGN] == 0),
            _ => case(|cells| cells[SIGN] == 1),
        };
        *case.cell(table, MAGNITUDE, row) += 1;
        case.retell(table + 1);
        case.is_refused_for(Rule::Input { table, input: 0 });
    }
}

#[test]
fn a_flipped_sign_is_refused() {
    for sign in [0, 1] {
        let (mut case, table, row) = match sign {
            0 => case(|cells| cells[SIGN] == 0),
            _ => case(|cells| cells[SIGN] == 1),
        };
        *case.cell(table, SIGN, row) = 1 - sign;
        case.retell(table + 1);
        case.is_refused_for(Rule::Input { table, input: 0 });
    }
}

/// The operand is as it was, but multiplied by the other factor. The magnitude becomes negative.
#[test]
fn the_other_slope_is_refused() {
    for sign in [0, 1] {
        let (mut case, table, row) = match sign {
            0 => case(|cells| cells[SIGN] == 0),
            _ => case(|cells| cells[SIGN] == 1),
        };
        let magnitude = case.cell(table, MAGNITUDE, row);
        *magnitude = -*magnitude - 1;
        *case.cell(table, SIGN, row) = 1 - sign;
        case.retell(table + 1);
        case.is_refused_for(case.out_of_range(table, MAGNITUDE, row));
    }
}

/// With the sign 2, `x = −3t − 2`, and `−t` counts as its positive part.
#[test]
fn a_sign_of_two_is_refused() {
    let (mut case, table, row) =
        case(|cells| cells[SIGN] == 1 && cells[MAGNITUDE] > 0 && (cells[MAGNITUDE] - 1) % 3 == 0);
    // x = −t − 1 before.
    let magnitude = case.cell(table, MAGNITUDE, row);
    *magnitude = (*magnitude - 1) / 3;
    *case.cell(table, SIGN, row) = 2;
    case.retell(table + 1);
    case.is_refused_for(Rule::Zero { table, index: 0 });
}
