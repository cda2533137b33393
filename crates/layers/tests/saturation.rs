//! The rows of a saturation: all of them are tried.

use zklens_field::{AdditiveGroup, Scalar, small_integer};
use zklens_layers::gadgets::{Gadget, Saturation};

/// Each number of a row takes one byte.
const NUMBERS: i64 = 256;

/// A row with a remainder of zero.
struct Row {
    place: i64,
    excess: i64,
    /// The operand.
    operand: i64,
    output: i64,
    /// Whether the excess is one that the rule allows.
    is_allowed: bool,
}

/// All rows of numbers whose operand is a small integer. A remainder adds to the operand.
fn rows(shift: u8, lo: i64) -> Vec<Row> {
    let gadget = Saturation {
        window: None,
        gap_bytes: 0,
        shift,
        lo,
        bytes: 1,
        excess_bytes: 1,
    };
    let rules = Gadget::Saturation(gadget).rules();
    let [input] = rules.inputs.as_slice() else {
        panic!("an input without a window")
    };
    let small = |scalar: Scalar| i64::try_from(small_integer(&scalar)?).ok();
    let mut cells = vec![Scalar::ZERO; rules.columns.len()];
    let mut rows = Vec::new();
    for place in 0..NUMBERS {
        for excess in 0..NUMBERS {
            let numbers = cells.last_chunk_mut().expect("two numbers");
            *numbers = [place, excess].map(Scalar::from);
            let operand = small(input.polynomial.evaluate(&cells) - input.constant);
            rows.extend(operand.map(|operand| Row {
                place,
                excess,
                operand,
                output: small(rules.output.evaluate(&cells)).expect("a small output"),
                is_allowed: rules.zero[0].evaluate(&cells) == Scalar::ZERO,
            }));
        }
    }
    rows
}

/// The rows of an operand, with some remainder below `2^shift`.
fn rows_of(rows: &[Row], shift: u8, operand: i64) -> impl Iterator<Item = &Row> {
    rows.iter()
        .filter(move |row| (0..1 << shift).contains(&(operand - row.operand)))
}

#[test]
fn an_operand_has_one_row_or_none() {
    for (shift, lo) in [(0, 0), (0, -100), (8, 0), (8, -128), (8, 300), (16, 7)] {
        let rows = rows(shift, lo);
        let unit = 1_i64 << shift;
        for quotient in -700..700 {
            // The quotient is rounded to the nearest, so it begins half a unit below.
            for operand in [quotient * unit - unit / 2, quotient * unit + (unit - 1) / 2] {
                let inside = (quotient - lo).clamp(0, NUMBERS - 1);
                let excess = (quotient - lo - inside).abs();
                let expected = (excess < NUMBERS).then_some((inside, excess, lo + inside));
                let allowed = rows_of(&rows, shift, operand).filter(|row| row.is_allowed);
                let got = allowed.map(|row| (row.place, row.excess, row.output));
                let got: Vec<_> = got.collect();
                let name = format!("{operand} over 2^{shift} from {lo}");
                assert_eq!(got, Vec::from_iter(expected), "{name}");
            }
        }
    }
}

/// Without the rule of the excess many operands would have several outputs: `84 = 85 − 3/3 = 102 − 90/5`.
#[test]
fn the_rule_of_the_excess_is_needed() {
    let rows = rows(8, 0);
    let outputs = |operand: i64| -> Vec<i64> {
        let rows = rows_of(&rows, 8, operand);
        rows.map(|row| row.output).collect()
    };
    assert_eq!(outputs(84 << 8), [84, 85, 102, 105, 113]);
    assert_eq!(outputs(200 << 8), [153, 165, 170, 171, 200]);
    assert_eq!(outputs(510 << 8), [255]);
}
