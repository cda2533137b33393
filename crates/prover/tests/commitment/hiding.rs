//! What an opening says of hidden rows.

use crate::case::*;
use crate::slow::*;
use zklens_commitment::{Columns, Factor, Functional};
use zklens_field::{AdditiveGroup, Field, SCALAR_BYTES, Scalar};
use zklens_multilinear::eq_table;
use zklens_prover::commitment::Cells;

#[test]
fn two_openings_of_one_vector_share_no_word() {
    let case = case(16, 18);
    let mut other = case.clone();
    let mut random = Random::new(19);
    other
        .rows
        .iter_mut()
        .for_each(|row| row.blinding = random.scalar());
    other.rows[4].cells = Cells::Scalars(random.scalars(6));
    let tapes =
        [prove(&case), prove(&other)].map(|tape| tape[tape.len() - OPENING_BYTES..].to_vec());
    for word in tapes[0].chunks(SCALAR_BYTES) {
        assert!(tapes[1].chunks(SCALAR_BYTES).all(|other| word != other));
    }
}

/// The claim on which zero-knowledge rests: `t + 2` free cells and `β` reach every combination of
/// the commitment, `t` values, `S(τ)` and `d`. With one cell less they do not.
#[test]
fn a_mask_row_with_two_cells_to_spare_hides_an_opening() {
    let columns = Columns::new(16).unwrap();
    let mut random = Random::new(20);
    for t in [1, 2, 3] {
        let mut functionals: Vec<Vec<Scalar>> =
            (1..t).map(|_| eq_table(&random.scalars(4))).collect();
        // One that does not weigh the last columns.
        functionals.push(factor(columns, 0, random.scalars(6)));
        let [tau, z, gamma] = [(); 3].map(|()| random.scalar());
        let rank = |free: usize| {
            let mut images: Vec<Vec<Scalar>> = (0..free)
                .chain([columns.count()])
                .map(|cell| reveal(columns, cell, &functionals, [tau, z, gamma]))
                .collect();
            rank(&mut images)
        };
        let all = t + 3;
        assert_eq!(rank(t + 2), all, "{t} values");
        assert_eq!(rank(t + 1), all - 1, "{t} values, one cell missing");
        assert_eq!(rank(columns.count()), all);
    }
}

/// As above, where the two cells are those in columns 0 and 1, and no value depends on them.
#[test]
fn two_cells_that_no_claim_weighs_hide_an_opening() {
    let columns = Columns::new(16).unwrap();
    let count = columns.count();
    let mut random = Random::new(24);
    let [tau, z, gamma] = [(); 3].map(|()| random.scalar());
    let free = |cells: &[usize], functionals: &[Vec<Scalar>]| {
        let images = cells
            .iter()
            .chain([&count])
            .map(|cell| reveal(columns, *cell, functionals, [tau, z, gamma]));
        rank(&mut images.collect::<Vec<_>>())
    };
    let last = factor(columns, 2, vec![Scalar::ONE]);
    let many: Vec<_> = (1..6)
        .map(|len| factor(columns, 2, random.scalars(2 * len)))
        .collect();
    for functionals in [&[last][..], &many, &many[..1]] {
        // The commitment, S(τ) and d.
        assert_eq!(free(&[0, 1], functionals), 3);
        assert_eq!(free(&[0], functionals), 2, "one cell");
        for cell in [0, 1] {
            let image = reveal(columns, cell, functionals, [tau, z, gamma]);
            assert!(image[1..image.len() - 2].iter().all(|y| *y == Scalar::ZERO));
        }
    }
    for first in [0, 1] {
        let weighed = factor(columns, first, random.scalars(8));
        assert_eq!(free(&[0, 1], &[weighed]), 3, "of four words");
    }
    assert_eq!(free(&[0, 1], &[vec![Scalar::ZERO; count]]), 1, "no weight");
}

/// The weights of one run of columns.
fn factor(columns: Columns, offset: usize, run: Vec<Scalar>) -> Vec<Scalar> {
    let factors = vec![Factor {
        weights: run,
        stride: 1,
    }];
    weights(columns, &Functional { offset, factors })
}

/// What a row that is one at `cell` and zero elsewhere adds to `[row(τ), y_1 … y_t, S(τ), d]`.
fn reveal(
    columns: Columns,
    cell: usize,
    functionals: &[Vec<Scalar>],
    [tau, z, gamma]: [Scalar; 3],
) -> Vec<Scalar> {
    let mut row = vec![Scalar::ZERO; columns.count() + 1];
    row[cell] = Scalar::ONE;
    let terms: Vec<_> = functionals
        .iter()
        .enumerate()
        .map(|(k, e)| (gamma.pow([k as u64]), &e[..]))
        .collect();
    let weights = combine(&terms);
    let s = product_of(columns, &[(row.clone(), weights.clone())]);
    let f = combine(&[(evaluate(&weights, z.inverse().unwrap()), &row), (-z, &s)]);
    let mut revealed = vec![evaluate(&row, tau)];
    revealed.extend(functionals.iter().map(|e| dot(e, &row)));
    revealed.extend([evaluate(&s, tau), evaluate(&f, z)]);
    revealed
}

/// The rank of a matrix.
fn rank(rows: &mut [Vec<Scalar>]) -> usize {
    let mut rank = 0;
    for column in 0..rows[0].len() {
        let Some(pivot) = (rank..rows.len()).find(|i| rows[*i][column] != Scalar::ZERO) else {
            continue;
        };
        rows.swap(rank, pivot);
        let inverse = rows[rank][column].inverse().unwrap();
        let pivot = rows[rank].clone();
        for row in &mut rows[rank + 1..] {
            let factor = row[column] * inverse;
            row.iter_mut()
                .zip(&pivot)
                .for_each(|(to, from)| *to -= factor * from);
        }
        rank += 1;
    }
    rank
}
