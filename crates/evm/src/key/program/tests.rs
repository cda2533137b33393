//! Programs against the rules that they are compiled from.

use super::*;
use proptest::prelude::*;
use zklens_layers::gadgets::lookup::LookupChallenges;
use zklens_layers::gadgets::polynomial::{Linear, Polynomial};
use zklens_layers::gadgets::{Column, Entry, Input, Query};

const TABLES: usize = 3;

/// The table at hand.
const TABLE: usize = 1;

/// Columns of the rules below.
const COLUMNS: usize = 6;

/// The results of `Rules.evaluate` in Solidity, computed from the words of a key.
struct Evaluated {
    local: Scalar,
    constants: Scalar,
    output: Scalar,
    free: Scalar,
    rules: usize,
    inputs: usize,
}

fn number(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

/// Runs the last program. `row` has the helpers behind the columns.
fn run(
    programs: &Programs,
    challenges: [Scalar; 3],
    own_number: Scalar,
    row: &[Scalar],
) -> Evaluated {
    let words = programs.words().pop().expect("a program");
    let words = words
        .iter()
        .map(|word| word.bytes().expect("small numbers"));
    let words: Vec<[u8; 32]> = words.collect();
    let (head, steps) = words.split_first().expect("a first word");
    assert_eq!(number(&head[..2]), steps.len());
    let mut cells = challenges.to_vec();
    cells.push(own_number);
    let lambda = challenges[0];
    cells.extend((0..TABLES as u64).map(|table| lambda.pow([table])));
    cells.extend(&programs.constants.0);
    cells.extend(&row[..number(&head[2..4])]);
    for word in steps {
        for step in word.chunks_exact(6) {
            let [a, b, c] = [0, 2, 4].map(|at| cells[number(&step[at..at + 2])]);
            cells.push(a * b + c);
        }
    }
    assert!(cells.len() <= programs.num_cells());
    let result = |at: usize| cells[number(&head[at..at + 2])];
    Evaluated {
        rules: number(&head[6..8]),
        inputs: number(&head[8..10]),
        local: result(10),
        constants: result(12),
        output: result(14),
        free: result(16),
    }
}

/// The same from the rules, as `crates/layers/src/relation.rs` adds them up.
fn expected(
    rules: &Rules,
    helpers: &[Helper],
    [lambda, alpha, beta]: [Scalar; 3],
    own_number: Scalar,
    row: &[Scalar],
) -> Evaluated {
    let mut cells = row.to_vec();
    cells.push(own_number);
    let challenges = LookupChallenges { alpha, beta };
    let mut values: Vec<Scalar> = rules
        .zero
        .iter()
        .map(|rule| rule.evaluate(&cells))
        .collect();
    let mut free = Scalar::ZERO;
    for (column, helper) in (rules.columns.len()..).zip(helpers) {
        values.push(helper.rule(column, row.len(), &challenges).evaluate(&cells));
        free += cells[column]
            * match helper {
                Helper::Queries { table, .. } => lambda.pow([table.unwrap_or(TABLES - 1) as u64]),
                Helper::Entry(_) => -lambda.pow([TABLE as u64]),
            };
    }
    let num_rules = values.len();
    let inputs = rules.inputs.iter();
    values.extend(inputs.map(|input| input.polynomial.evaluate(&cells)));
    let combine = |values: &mut dyn DoubleEndedIterator<Item = Scalar>| {
        values.rfold(Scalar::ZERO, |sum, value| sum * lambda + value)
    };
    Evaluated {
        local: combine(&mut values.into_iter()),
        constants: combine(&mut rules.inputs.iter().map(|input| input.constant)),
        output: rules.output.evaluate(&cells),
        free,
        rules: num_rules,
        inputs: rules.inputs.len(),
    }
}

fn agree(rules: &Rules, helpers: &[Helper], challenges: [Scalar; 3], row: &[Scalar]) {
    let mut programs = Programs::new(TABLES);
    programs.add(TABLE, rules, helpers);
    let own_number = row[0] + Scalar::from(17_u64);
    let found = run(&programs, challenges, own_number, row);
    let expected = expected(rules, helpers, challenges, own_number, row);
    assert_eq!(found.local, expected.local);
    assert_eq!(found.constants, expected.constants);
    assert_eq!(found.output, expected.output);
    assert_eq!(found.free, expected.free);
    assert_eq!(
        [found.rules, found.inputs],
        [expected.rules, expected.inputs]
    );
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        Just(Scalar::ZERO),
        Just(Scalar::ONE),
        (-300_i64..300).prop_map(Scalar::from),
        any::<[u64; 4]>().prop_map(|[a, b, c, d]| {
            let shift = Scalar::from(1_u64 << 63).double();
            [a, b, c, d]
                .iter()
                .fold(Scalar::ZERO, |sum, limb| sum * shift + Scalar::from(*limb))
        }),
    ]
}

fn linear() -> impl Strategy<Value = Linear> {
    let terms = prop::collection::btree_map(0..COLUMNS, scalar(), 0..3);
    (scalar(), terms).prop_map(|(constant, terms)| Linear {
        constant,
        terms: terms.into_iter().collect(),
    })
}

fn polynomial() -> impl Strategy<Value = Polynomial> {
    let product = (scalar(), prop::collection::vec(linear(), 2..4));
    (linear(), prop::collection::vec(product, 0..3)).prop_map(|(linear, products)| {
        let start = Polynomial::from(linear);
        products.iter().fold(start, |sum, (coefficient, factors)| {
            sum.plus_product(*coefficient, factors)
        })
    })
}

fn rules() -> impl Strategy<Value = Rules> {
    let list = || prop::collection::vec(polynomial(), 0..4);
    let inputs = prop::collection::vec((polynomial(), scalar()), 0..4);
    (list(), inputs, polynomial()).prop_map(|(zero, inputs, output)| Rules {
        columns: vec![Column::Integer; COLUMNS],
        zero,
        inputs: inputs
            .into_iter()
            .map(|(polynomial, constant)| Input {
                polynomial,
                constant,
                is_wired: true,
            })
            .collect(),
        output,
        ..Rules::default()
    })
}

/// A helper of each kind, with columns in no order.
fn every_helper() -> Vec<Helper> {
    let entry = Query::Entry {
        position: 4,
        value: 2,
        table: 0,
    };
    vec![
        Helper::Queries {
            queries: vec![Query::Byte(3), Query::Byte(1)],
            table: None,
        },
        Helper::Queries {
            queries: vec![Query::Byte(5)],
            table: None,
        },
        Helper::Queries {
            queries: vec![entry],
            table: Some(0),
        },
        Helper::Entry(Entry {
            multiplicity: 0,
            value: Some(3),
        }),
        Helper::Entry(Entry {
            multiplicity: 2,
            value: None,
        }),
    ]
}

proptest! {
    /// No gadget has these rules, so a program depends on nothing but rules.
    #[test]
    fn a_program_computes_any_rules(
        rules in rules(),
        has_helpers: bool,
        challenges in prop::array::uniform3(scalar()),
        row in prop::collection::vec(scalar(), COLUMNS + 5),
    ) {
        let helpers = match has_helpers {
            true => every_helper(),
            false => Vec::new(),
        };
        agree(&rules, &helpers, challenges, &row);
    }
}

#[test]
fn helpers_of_rows_of_bytes_are_not_in_the_program() {
    let rules = |count: usize| Rules {
        columns: vec![Column::Byte; count],
        queries: (0..count).map(Query::Byte).collect(),
        ..Rules::default()
    };
    let helper = Helper::Queries {
        queries: vec![Query::Byte(0), Query::Byte(1)],
        table: None,
    };
    let mut programs = Programs::new(2);
    for count in [0, 2, 7] {
        programs.add(0, &rules(count), &vec![helper.clone(); count.div_ceil(2)]);
    }
    assert_eq!(programs.of_tables, [0, 0, 0]);
    assert!(programs.programs[0].is_of_bytes && programs.programs[0].steps.is_empty());
    // Bytes in another order are looked up by steps of the program.
    let mut swapped = rules(2);
    swapped.queries.reverse();
    programs.add(0, &swapped, &[helper]);
    assert!(!programs.programs[1].is_of_bytes && !programs.programs[1].steps.is_empty());
}

#[test]
fn equal_programs_are_stored_once() {
    let rules = |constant: u64| Rules {
        columns: vec![Column::Integer],
        output: Linear::cell(0).shifted(Scalar::from(constant)).into(),
        ..Rules::default()
    };
    let mut programs = Programs::new(4);
    for (table, constant) in [5, 6, 5].into_iter().enumerate() {
        programs.add(table, &rules(constant), &[]);
    }
    assert_eq!(programs.of_tables, [0, 1, 0]);
    // A first word and one with a step each.
    assert_eq!(programs.places(100), [100, 164, 100]);
    assert_eq!(programs.words().concat().len(), 4);
}

/// The maximum over taps has most steps of the shipped networks' programs, so they must not repeat themselves.
#[test]
fn sums_and_factors_in_common_are_computed_once() {
    let two = Scalar::from(2_u64);
    let common = Polynomial::default()
        .plus(two, &Linear::cell(0))
        .plus_product(two, &[Linear::cell(1), Linear::cell(2)]);
    let input = |tap: usize| Input {
        polynomial: common.clone().plus(-Scalar::ONE, &Linear::cell(tap)),
        constant: Scalar::ZERO,
        is_wired: true,
    };
    let steps = |taps: usize| {
        let rules = Rules {
            columns: vec![Column::Integer; 3 + taps],
            inputs: (3..3 + taps).map(input).collect(),
            ..Rules::default()
        };
        let mut programs = Programs::new(1);
        programs.add(0, &rules, &[]);
        programs.programs[0].steps.len()
    };
    // The product, twice it, twice the first column, and a tap.
    assert_eq!(steps(1), 4);
    // One for the difference and one for the power of λ.
    assert_eq!(steps(2), 4 + 2);
    assert_eq!(steps(9), 4 + 8 * 2);
}

/// The program in Foundry's test of the Solidity evaluator is the one that is compiled here.
#[test]
fn foundry_tests_a_program_of_this_compiler() {
    let cell = Linear::cell;
    let rules = Rules {
        columns: vec![Column::Integer; 4],
        zero: vec![Polynomial::product(&[
            cell(0),
            cell(1).shifted(Scalar::from(7_u64)),
            cell(2),
        ])],
        inputs: vec![
            Input {
                polynomial: cell(3).into(),
                constant: Scalar::from(5_u64),
                is_wired: true,
            },
            Input {
                polynomial: Polynomial::from(cell(3)).plus(-Scalar::ONE, &cell(2)),
                constant: Scalar::from(9_u64),
                is_wired: true,
            },
        ],
        output: cell(1).shifted(Scalar::from(7_u64)).into(),
        ..Rules::default()
    };
    let entry = Helper::Queries {
        queries: vec![Query::Entry {
            position: 0,
            value: 3,
            table: 1,
        }],
        table: Some(1),
    };
    let mut programs = Programs::new(2);
    programs.add(0, &rules, &[entry]);
    let words = programs.words().concat();
    let bytes: Vec<u8> = words
        .iter()
        .flat_map(|word| word.bytes().unwrap())
        .collect();
    let test = include_str!("../../../../../contracts/test/verifier/Rules.t.sol");
    let hex = format!("hex\"{}\"", alloy_primitives::hex::encode(&bytes));
    let constants: Vec<String> = programs
        .constants
        .0
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(test.contains(&hex), "{hex}, constants {constants:?}");
}
