//! Lies about remainders, quotients and signs.

use crate::case::Case;
use crate::columns::{MAGNITUDE, REMAINDER, SIGN};
use crate::models;
use crate::prover::Script;
use crate::rules::Rule;
use zklens_field::{AdditiveGroup, Field, Scalar};

/// `(case, table, row)`: a row whose cells are such.
fn case(is_such: fn(&[i64]) -> bool) -> (Case, usize, usize) {
    let case = Case::new(models::clipped(), 4);
    let table = case.network.activation();
    let row = case.find(table, is_such);
    (case, table, row)
}

/// The number is the true one, and it equals the sum of its bytes times powers of 256.
#[test]
fn a_byte_of_256_is_refused() {
    let (mut case, table, row) = case(|cells| cells[MAGNITUDE] > 255);
    let [low, high] = [0, 1].map(|byte| case.byte_at(table, MAGNITUDE, byte, row));
    *case.byte(low) += 256;
    *case.byte(high) -= 1;
    case.count_lookups();
    case.is_refused_for(case.no_byte(low));
}

#[test]
fn a_negative_byte_is_refused() {
    let (mut case, table, row) = case(|cells| cells[MAGNITUDE] < 255 * 256);
    let [low, high] = [0, 1].map(|byte| case.byte_at(table, MAGNITUDE, byte, row));
    *case.byte(low) -= 256;
    *case.byte(high) += 1;
    case.count_lookups();
    case.is_refused_for(case.no_byte(low));
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
    let (mut case, table, row) = case(|cells| cells[SIGN] == 0 && cells[MAGNITUDE] > 0);
    *case.cell(table, REMAINDER, row) += 256;
    *case.cell(table, MAGNITUDE, row) -= 1;
    case.retell(table + 1);
    case.is_refused_for(case.out_of_range(table, REMAINDER, row));
}

#[test]
fn another_quotient_is_refused() {
    let (mut case, table, row) = case(|cells| cells[MAGNITUDE] < 65_535);
    *case.cell(table, MAGNITUDE, row) += 1;
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
        let magnitude = case.cell(table, MAGNITUDE, row);
        *magnitude = -*magnitude - 1;
        *case.cell(table, SIGN, row) = 1 - sign;
        case.retell(table + 1);
        case.is_refused_for(case.out_of_range(table, MAGNITUDE, row));
    }
}

/// With the sign 2, `q = −3t − 2` and the output is `−t`.
#[test]
fn a_sign_of_two_is_refused() {
    let (mut case, table, row) =
        case(|cells| cells[SIGN] == 1 && cells[MAGNITUDE] > 0 && (cells[MAGNITUDE] - 1) % 3 == 0);
    // q = −t − 1 before.
    let magnitude = case.cell(table, MAGNITUDE, row);
    *magnitude = (*magnitude - 1) / 3;
    *case.cell(table, SIGN, row) = 2;
    case.retell(table + 1);
    case.is_refused_for(Rule::Zero { table, index: 0 });
}

/// In the field every remainder has a quotient, which for a wrong one is of the size of the modulus:
/// `−t − 1 = (x + half − ρ)/256`. No sum of bytes is. The cell of a [`zklens_prover::Witness`] cannot be
/// either, so another prover has to tell this.
#[test]
fn a_quotient_wrapped_by_the_modulus_is_refused() {
    let (mut case, table, row) = case(|cells| cells[SIGN] == 1 && cells[REMAINDER] < 255);
    let over_256 = Scalar::from(256_u64).inverse().unwrap();
    let magnitude = case.cell(table, MAGNITUDE, row);
    let wrapped = Scalar::from(*magnitude) + over_256;
    *magnitude = 0;
    *case.cell(table, REMAINDER, row) += 1;
    case.count();
    let mut script = Script::new(&case);
    let low = case.byte_at(table, MAGNITUDE, 0, row);
    script.cells[table][MAGNITUDE][row] = wrapped;
    *script.byte(low) = wrapped;
    script.is_refused_for(case.no_byte(low));
    // With its bytes as they may be.
    *script.byte(low) = Scalar::ZERO;
    let column = MAGNITUDE;
    script.is_refused_for(Rule::Bytes { table, column });
}

#[test]
fn the_largest_quotient_is_refused() {
    let (mut case, table, row) = case(|cells| cells[SIGN] == 0 && cells[MAGNITUDE] < 65_535);
    *case.cell(table, MAGNITUDE, row) = 65_535;
    case.retell(table + 1);
    case.is_refused_for(Rule::Input { table, input: 0 });
}

/// Without ReLU a quotient has no sign, but an offset.
#[test]
fn without_relu_a_negative_remainder_is_refused() {
    // A remainder of two bytes, then the quotient.
    const QUOTIENT: usize = 1;
    let mut case = Case::new(models::averaged(), 1);
    let table = case.network.activation();
    let row = case.find(table, |cells| cells[QUOTIENT] % 256 < 255);
    *case.cell(table, QUOTIENT, row) += 1;
    *case.cell(table, REMAINDER, row) -= 65_536;
    case.retell(table + 1);
    case.is_refused_for(case.out_of_range(table, REMAINDER, row));
}
