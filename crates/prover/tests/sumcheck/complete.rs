//! The prover follows the definition, and the verifier accepts it.

use crate::case::{Case, Part, Random, STATEMENT, corners, inner_product};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use zklens_field::{AdditiveGroup, Field, SCALAR_BYTES, Scalar};
use zklens_multilinear::evaluate;
use zklens_prover::sumcheck::{Combination, Products, Rows, prove};
use zklens_sumcheck::{RoundMessage, SumClaim, reduce};
use zklens_transcript::{Reader, Writer};

/// Completeness, against the definition, for one degree.
fn check_complete<const DEGREE: usize>(num_vars: &[usize], seed: u64) {
    let case = Case::<DEGREE>::random(num_vars, seed);
    let (tape, reduced) = case.prove();
    assert_eq!(tape, case.prove_by_definition(|_, message| message));
    let claim = case.reduce(&tape).unwrap();
    assert_eq!(claim, reduced.claim);
    assert_eq!(reduced.evaluation, case.at(&claim.point));
    for (part, cells) in case.parts.iter().zip(&reduced.tables) {
        let suffix = claim.suffix(part.num_vars).unwrap();
        let (b, rows) = suffix.split_last().unwrap();
        let cell = |(k, table): (usize, &Vec<Scalar>)| {
            let cell = evaluate(table, rows).unwrap();
            let blind = part.blinds.get(k).unwrap_or(&cell);
            (Scalar::ONE - b) * cell + *b * blind
        };
        let expected: Vec<Scalar> = part.tables.iter().enumerate().map(cell).collect();
        assert_eq!(cells, &expected);
    }
    let functional = claim.clone().close(&Scalar::ZERO).functional;
    let mask = inner_product(functional.coefficients(), &case.mask);
    assert_eq!(mask, case.mask_at(&claim.point));
    assert_eq!(claim.value, reduced.evaluation + mask);
    assert!(case.closes(claim));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn accepts_the_honest_proof_of_any_shape(
        num_vars in proptest::collection::vec(1_usize..6, 1..4),
        seed: u64,
    ) {
        check_complete::<1>(&num_vars, seed);
        check_complete::<2>(&num_vars, seed);
        check_complete::<3>(&num_vars, seed);
        check_complete::<4>(&num_vars, seed);
    }

    #[test]
    fn a_round_message_evaluates_as_its_polynomial(seed: u64) {
        let random = &mut Random::new(seed);
        let c = random.scalars(5);
        let r = random.scalar();
        let at = |x: &Scalar| c.iter().rev().fold(Scalar::ZERO, |value, c| value * x + c);
        let sum = at(&Scalar::ZERO) + at(&Scalar::ONE);
        let message = RoundMessage([c[0], c[2], c[3], c[4]]);
        prop_assert_eq!(message.evaluate(&sum, &r), at(&r));
        prop_assert_eq!(message.evaluate(&sum, &Scalar::ZERO), c[0]);
    }

    /// Nothing is owed on the mask's sum.
    #[test]
    fn every_mask_sums_to_zero(seed: u64) {
        let case = Case::<3>::random(&[4], seed);
        prop_assert_eq!(corners(4).map(|x| case.mask_at(&x)).sum::<Scalar>(), Scalar::ZERO);
    }

    /// A case's constant comes from its rows; the proof is about the sum over the hypercube.
    #[test]
    fn rows_of_every_size_count_alike(
        num_vars in proptest::collection::vec(1_usize..6, 1..4),
        seed: u64,
    ) {
        let mut case = Case::<4>::random(&num_vars, seed);
        let sum = |case: &Case<4>| corners(case.num_vars()).map(|x| case.at(&x)).sum::<Scalar>();
        prop_assert_eq!(sum(&case), Scalar::ZERO);
        case.constant += Scalar::ONE;
        prop_assert_eq!(sum(&case), Scalar::from(1_u64 << case.num_vars()));
    }
}

/// Nothing but the blinding variable, in some summands or in all.
#[test]
fn accepts_tables_of_one_row() {
    for num_vars in [&[1][..], &[1, 1], &[1, 3], &[2, 1, 1]] {
        check_complete::<2>(num_vars, 1);
        check_complete::<4>(num_vars, 2);
    }
}

/// Large enough that threads share a table.
#[test]
fn accepts_a_proof_over_many_rows() {
    let random = &mut Random::new(3);
    let parts = vec![Part::random(13, 3, random), Part::random(12, 2, random)];
    let case = Case::<3>::new(parts, random);
    let (tape, _) = case.prove();
    assert_eq!(tape.len(), 39 * SCALAR_BYTES);
    assert!(case.accepts(&tape));
}

#[test]
fn any_combination_may_be_summed() {
    #[derive(Debug)]
    struct Boolean;
    impl Combination for Boolean {
        fn degree(&self) -> usize {
            2
        }
        fn evaluate(&self, cells: &[Scalar]) -> Scalar {
            cells[0] * (cells[0] - Scalar::ONE)
        }
    }
    let random = &mut Random::new(5);
    let blind = random.scalar();
    let table: Vec<Scalar> = (0..16_u64).map(|k| Scalar::from(k % 2)).collect();
    let summand = Rows::new(5, vec![table.clone()], vec![blind], Boolean);
    let mask = random.scalars(15);
    let mut writer = Writer::new(&STATEMENT);
    let reduced = prove::<3>(vec![Box::new(summand)], Scalar::ZERO, &mask, &mut writer);
    let claim = SumClaim {
        num_vars: 5,
        sum: Scalar::ZERO,
    };
    let tape = writer.finish();
    let claim = reduce::<3>(claim, &mut Reader::open(&STATEMENT, &tape)).unwrap();
    let (b, rows) = claim.point.split_last().unwrap();
    let kept = Scalar::ONE - b;
    let cell = kept * evaluate(&table, rows).unwrap() + *b * blind;
    assert_eq!(reduced.tables, [[cell]]);
    let value = Boolean.evaluate(&[cell]);
    assert_eq!(reduced.evaluation, Scalar::from(32) * kept * value);
    let owed = claim.close(&reduced.evaluation);
    assert_eq!(
        owed.value,
        inner_product(owed.functional.coefficients(), &mask)
    );
}

/// Products selected by the last cell, which counts how often it is evaluated.
#[derive(Debug)]
struct Selected {
    products: Products,
    shortcut: bool,
    evaluations: Arc<AtomicUsize>,
}

impl Combination for Selected {
    fn degree(&self) -> usize {
        self.products.degree() + 1
    }

    fn evaluate(&self, cells: &[Scalar]) -> Scalar {
        self.evaluations.fetch_add(1, Ordering::Relaxed);
        let (selector, cells) = cells.split_last().unwrap();
        self.products.evaluate(cells) * selector
    }

    fn vanishes(&self, low: &[Scalar], high: &[Scalar]) -> bool {
        let ends = [low, high].map(|cells| cells.last().unwrap());
        self.shortcut && ends.iter().all(|cell| **cell == Scalar::ZERO)
    }
}

#[test]
fn skipping_rows_that_vanish_changes_no_proof() {
    let random = &mut Random::new(15);
    let mut part = Part::random(7, 3, random);
    let selector = (0..64_u64).map(|row| Scalar::from(u64::from(row % 16 < 5)));
    part.tables.push(selector.collect());
    let mask = random.scalars(28);
    let prove = |shortcut| {
        let evaluations = Arc::new(AtomicUsize::new(0));
        let combination = Selected {
            products: part.products.clone(),
            shortcut,
            evaluations: evaluations.clone(),
        };
        let summand = Rows::new(7, part.tables.clone(), part.blinds.clone(), combination);
        let mut writer = Writer::new(&STATEMENT);
        let reduced = prove::<4>(vec![Box::new(summand)], Scalar::ONE, &mask, &mut writer);
        let proof = (writer.finish(), reduced.evaluation, reduced.tables);
        (proof, evaluations.load(Ordering::Relaxed))
    };
    let [(skipping, fewer), (plain, all)] = [true, false].map(prove);
    assert_eq!(skipping, plain);
    assert!(fewer < all / 2, "{fewer} of {all} evaluations");
}

#[test]
#[should_panic(expected = "degree 2 at most")]
fn the_prover_refuses_a_summand_of_too_high_a_degree() {
    let case = Case::<3>::random(&[2], 9);
    let case = Case::<2> {
        parts: case.parts,
        constant: case.constant,
        mask: vec![Scalar::ZERO; 4],
    };
    let _ = case.prove();
}

/// The factor `1 − b` needs a degree of its own.
#[test]
#[should_panic(expected = "degree 2 at most in the blinded cells")]
fn the_prover_refuses_a_summand_of_too_high_a_degree_in_blinded_cells() {
    let mut case = Case::<3>::random(&[2], 9);
    case.parts[0].products.0[3].factors = vec![0, 1, 1];
    let _ = case.prove();
}

#[test]
#[should_panic(expected = "coefficients of the mask")]
fn the_prover_refuses_a_mask_of_another_shape() {
    let mut case = Case::<3>::random(&[2], 10);
    case.mask.pop();
    let _ = case.prove();
}

#[test]
#[should_panic(expected = "at least one summand")]
fn the_prover_refuses_to_sum_nothing() {
    let mut case = Case::<2>::random(&[1], 1);
    case.parts.clear();
    let _ = case.prove();
}

#[test]
#[should_panic(expected = "every table has 2^2 cells")]
fn a_summand_refuses_a_table_of_another_length() {
    let mut part = Part::random(3, 2, &mut Random::new(1));
    part.tables[3].pop();
    let _ = part.summand();
}

#[test]
#[should_panic(expected = "every blind has a table")]
fn a_summand_refuses_more_blinds_than_tables() {
    let mut part = Part::random(3, 2, &mut Random::new(1));
    part.blinds = vec![Scalar::ONE; 5];
    let _ = part.summand();
}

#[test]
#[should_panic(expected = "a summand has the blinding variable")]
fn a_summand_refuses_no_variables() {
    let _ = Rows::new(0, Vec::new(), Vec::new(), Products::default());
}
