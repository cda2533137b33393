//! The messages, and the evaluations of blinded tables, are uniform for all tables.

use crate::case::{Case, Random, STATEMENT, attacked, interpolate, scalars};
use zklens_field::{AdditiveGroup, Field, SCALAR_BYTES, Scalar};
use zklens_multilinear::evaluate;
use zklens_sumcheck::RoundMessage;
use zklens_transcript::{Writer, labels};

#[test]
fn two_proofs_of_one_claim_share_no_element() {
    let (case, tape) = attacked();
    let mut other = case.clone();
    other.mask = Random::new(11).scalars(case.mask.len());
    let (other_tape, _) = other.prove();
    assert!(other.accepts(&other_tape));
    let other = scalars(&other_tape);
    assert!(
        scalars(&tape)
            .iter()
            .all(|element| !other.contains(element))
    );
}

/// Sums of zeros, unmasked, would be seen at once.
#[test]
fn proofs_about_zeros_hold_no_zero() {
    let mut case = Case::<3>::random(&[5], 12);
    let part = &mut case.parts[0];
    part.tables
        .iter_mut()
        .for_each(|table| table.fill(Scalar::ZERO));
    part.products.0[0].coefficient = Scalar::ZERO;
    case.constant = Scalar::ZERO;
    let (tape, reduced) = case.prove();
    assert!(case.accepts(&tape));
    assert!(!scalars(&tape).contains(&Scalar::ZERO));
    let (blinded, plain) = reduced.tables[0].split_at(2);
    assert!(!blinded.contains(&Scalar::ZERO));
    assert_eq!(plain, [Scalar::ZERO; 2]);
}

/// They enter with the last variable, and not where it is zero.
#[test]
fn blinds_change_evaluations_and_no_truth() {
    let (case, tape) = attacked();
    let mut other = case.clone();
    let random = &mut Random::new(17);
    other
        .parts
        .iter_mut()
        .for_each(|part| part.blinds = random.scalars(2));
    let (other_tape, other_reduced) = other.prove();
    assert!(other.accepts(&other_tape));
    let constant_of_the_last_round = 7 * SCALAR_BYTES;
    let [prefix, other_prefix] = [&tape, &other_tape].map(|t| &t[..constant_of_the_last_round]);
    assert_eq!(prefix, other_prefix);
    assert_ne!(tape, other_tape);
    let (_, reduced) = case.prove();
    for (cells, other_cells) in reduced.tables.iter().zip(&other_reduced.tables) {
        assert!((0..2).all(|k| cells[k] != other_cells[k]));
    }
}

/// The simulator knows the claimed sum and nothing of the tables: it sends random scalars, and
/// programs the claims that are left.
fn simulate<const DEGREE: usize>(num_vars: usize, seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut writer = Writer::new(&STATEMENT);
    for _ in 0..num_vars {
        writer.write_scalars(labels::SUMCHECK_ROUND, &random.scalars(DEGREE));
        let _ = writer.draw(labels::SUMCHECK_BIND);
    }
    writer.finish()
}

#[test]
fn a_simulated_tape_leaves_a_claim_that_any_evaluation_closes() {
    let (case, _) = attacked();
    let tape = simulate::<3>(3, 13);
    let claim = case.reduce(&tape).unwrap();
    let evaluation = Random::new(14).scalar();
    let owed = claim.clone().close(&evaluation);
    assert_eq!(owed.value + evaluation, claim.value);
}

/// Perfect zero-knowledge, as a bijection: whatever the tables, each tape that the simulator may
/// send, with any evaluations of the blinded tables, is the honest one of exactly one mask and choice
/// of blinds. So if these are uniform, honest tapes and evaluations are uniform too.
fn check_simulated_tape_is_honest<const DEGREE: usize>(num_vars: &[usize], seed: u64) {
    let mut case = Case::<DEGREE>::random(num_vars, seed);
    let num_rounds = case.num_vars();
    let tape = simulate::<DEGREE>(num_rounds, seed ^ 1);
    let claim = case.reduce(&tape).unwrap();

    let random = &mut Random::new(seed ^ 2);
    let mut evaluations = Vec::new();
    for part in &mut case.parts {
        let (b, rows) = claim.suffix(part.num_vars).unwrap().split_last().unwrap();
        let simulated = random.scalars(part.blinds.len());
        let solve = |(value, table): (&Scalar, &Vec<Scalar>)| {
            let kept = (Scalar::ONE - b) * evaluate(table, rows).unwrap();
            (*value - kept) * b.inverse().unwrap()
        };
        part.blinds = simulated.iter().zip(&part.tables).map(solve).collect();
        evaluations.push(simulated);
    }

    let sent = scalars(&tape);
    let mut running = case.claim().sum;
    let mut mask = Vec::new();
    for round in 0..num_rounds {
        let message = RoundMessage::<DEGREE>(sent[round * DEGREE..][..DEGREE].try_into().unwrap());
        let values = (0..=DEGREE as u64).map(|x| message.evaluate(&running, &Scalar::from(x)));
        let simulated = interpolate(&values.collect::<Vec<_>>());
        let plain = case.round(&claim.point[..round], |x| case.at(x));
        let scale = Scalar::from(1_u64 << (num_rounds - round))
            .inverse()
            .unwrap();
        mask.extend((1..=DEGREE).map(|j| (simulated[j] - plain[j]) * scale));
        running = message.evaluate(&running, &claim.point[round]);
    }
    case.mask = mask;

    let (honest, reduced) = case.prove();
    assert_eq!(honest, tape);
    for (cells, simulated) in reduced.tables.iter().zip(&evaluations) {
        assert_eq!(&cells[..simulated.len()], simulated);
    }
    assert!(case.closes(claim));
}

#[test]
fn every_simulated_tape_is_the_honest_tape_of_some_mask() {
    for seed in 20..30 {
        check_simulated_tape_is_honest::<1>(&[3], seed);
        check_simulated_tape_is_honest::<2>(&[3, 1], seed);
        check_simulated_tape_is_honest::<3>(&[2, 4], seed);
        check_simulated_tape_is_honest::<4>(&[5, 1, 2], seed);
    }
}
