//! Lies about remainders, quotients and signs.

use crate::case::{Case, bytes};
use crate::models;
use crate::prover::Script;
use crate::rules::Rule;
use zklens_field::{Field, Scalar};

/// The columns of [`models::clipped`]'s activation: a remainder, a sign, a magnitude of two bytes.
const REMAINDER: usize = 0;
const SIGN: usize = 1;
const LOW: usize = 2;
const HIGH: usize = 3;

/// `(case, table, row)`: a row whose cells are such.
fn case(is_such: fn(&[i64]) -> bool) -> (Case, usize, usize) {
    let case = Case::new(models::clipped(), 4);
    let table = case.network.activation();
    let row = case.find(table, is_such);
    (case, table, row)
}

fn magnitude(cells: &[i64]) -> i64 {
    cells[LOW] + 256 * cells[HIGH]
}

#[test]
fn a_byte_of_256_is_refused() {
    let (mut case, table, row) = case(|cells| cells[HIGH] > 0);
    *case.cell(table, LOW, row) += 256;
    *case.cell(table, HIGH, row) -= 1;
    case.count();
    case.is_refused_for(Rule::Entry { table, column: LOW });
}

#[test]
fn a_negative_byte_is_refused() {
    let (mut case, table, row) = case(|cells| cells[HIGH] < 255);
    *case.cell(table, LOW, row) -= 256;
    *case.cell(table, HIGH, row) += 1;
    case.count();
    case.is_refused_for(Rule::Entry { table, column: LOW });
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
    let (mut case, table, row) = case(|cells| cells[SIGN] == 0 && cells[LOW] > 0);
    *case.cell(table, REMAINDER, row) += 256;
    *case.cell(table, LOW, row) -= 1;
    case.retell(table + 1);
    case.is_refused_for(Rule::Entry {
        table,
        column: REMAINDER,
    });
}

#[test]
fn another_quotient_is_refused() {
    let (mut case, table, row) = case(|cells| cells[LOW] < 255);
    *case.cell(table, LOW, row) += 1;
    case.retell(table + 1);
    case.is_refused_for(Rule::Input { table, input: 0 });
}

#[test]
fn a_flipped_sign_is_refused() {
    let (mut case, table, row) = case(|cells| cells[SIGN] == 1);
    *case.cell(table, SIGN, row) = 0;
    case.retell(table + 1);
    case.is_refused_for(Rule::Input { table, input: 0 });
}

/// `q = t` for the sign 0 and `q = −t − 1` for the sign 1, so the magnitude becomes negative.
#[test]
fn a_flipped_sign_with_the_magnitude_to_match_is_refused() {
    for sign in [0, 1] {
        let (mut case, table, row) = match sign {
            0 => case(|cells| cells[SIGN] == 0),
            _ => case(|cells| cells[SIGN] == 1),
        };
        let cells = [*case.cell(table, LOW, row), *case.cell(table, HIGH, row)];
        let magnitude = bytes(-(cells[0] + 256 * cells[1]) - 1, 2);
        *case.cell(table, SIGN, row) = 1 - sign;
        *case.cell(table, LOW, row) = magnitude[0];
        *case.cell(table, HIGH, row) = magnitude[1];
        case.retell(table + 1);
        case.is_refused_for(Rule::Entry {
            table,
            column: HIGH,
        });
    }
}

/// With the sign 2, `q = −3t − 2` and the output is `−t`.
#[test]
fn a_sign_of_two_is_refused() {
    let (mut case, table, row) =
        case(|cells| cells[SIGN] == 1 && magnitude(cells) > 0 && (magnitude(cells) - 1) % 3 == 0);
    let cells = [*case.cell(table, LOW, row), *case.cell(table, HIGH, row)];
    // q = −t − 1 before.
    let magnitude = bytes((cells[0] + 256 * cells[1] - 1) / 3, 2);
    *case.cell(table, SIGN, row) = 2;
    *case.cell(table, LOW, row) = magnitude[0];
    *case.cell(table, HIGH, row) = magnitude[1];
    case.retell(table + 1);
    case.is_refused_for(Rule::Zero { table, index: 0 });
}

/// In the field every remainder has a quotient, which for a wrong one is of the size of the modulus:
/// `−t − 1 = (x + half − ρ)/256`. No sum of bytes is. The cell of a [`zklens_prover::Witness`] cannot be
/// either, so another prover has to tell this.
#[test]
fn a_quotient_wrapped_by_the_modulus_is_refused() {
    let (mut case, table, row) = case(|cells| cells[SIGN] == 1 && cells[REMAINDER] < 255);
    let low = [*case.cell(table, LOW, row), *case.cell(table, HIGH, row)];
    let over_256 = Scalar::from(256_u64).inverse().unwrap();
    *case.cell(table, REMAINDER, row) += 1;
    *case.cell(table, LOW, row) = 0;
    *case.cell(table, HIGH, row) = 0;
    case.count();
    let mut script = Script::new(&case);
    script.cells[table][LOW][row] = Scalar::from(low[0] + 256 * low[1]) + over_256;
    script.is_refused_for(Rule::Entry { table, column: LOW });
}

#[test]
fn the_largest_quotient_is_refused() {
    let (mut case, table, row) = case(|cells| cells[SIGN] == 0 && cells[HIGH] < 255);
    *case.cell(table, LOW, row) = 255;
    *case.cell(table, HIGH, row) = 255;
    case.retell(table + 1);
    case.is_refused_for(Rule::Input { table, input: 0 });
}

/// Without ReLU a quotient has no sign, but an offset.
#[test]
fn without_relu_a_negative_remainder_is_refused() {
    // Two bytes of remainder, then the quotient.
    let quotient = 2;
    let mut case = Case::new(models::averaged(), 1);
    let table = case.network.activation();
    let row = case.find(table, |cells| cells[2] < 255);
    *case.cell(table, quotient, row) += 1;
    *case.cell(table, 1, row) -= 256;
    case.retell(table + 1);
    case.is_refused_for(Rule::Entry { table, column: 1 });
}
