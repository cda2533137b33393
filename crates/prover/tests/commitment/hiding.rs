//! An opening reveals nothing about hidden vectors.

use crate::case::*;
use crate::slow::*;
use zklens_commitment::{Factor, Functional, VectorLength};
use zklens_field::{AdditiveGroup, Field, SCALAR_BYTES, Scalar};
use zklens_multilinear::eq_table;
use zklens_prover::commitment::Cells;

#[test]
fn two_openings_of_one_vector_share_no_word() {
    let case = case(16, 18);
    let mut other = case.clone();
    let mut random = Random::new(19);
    other
        .vectors
        .iter_mut()
        .for_each(|vector| vector.blinding = random.scalar());
    other.vectors[4].cells = Cells::Scalars(random.scalars(6));
    let tapes =
        [prove(&case), prove(&other)].map(|tape| tape[tape.len() - OPENING_BYTES..].to_vec());
    for word in tapes[0].chunks(SCALAR_BYTES) {
        assert!(tapes[1].chunks(SCALAR_BYTES).all(|other| word != other));
    }
}

/// `t + 3` free cells and `β` reach every combination of the commitment, `t` values, `A(τ)`, `B(τ)` and
/// `d`. With one cell less they do not.
#[test]
fn a_mask_row_with_three_cells_to_spare_hides_an_opening() {
    let columns = VectorLength::new(16).unwrap();
    let mut random = Random::new(20);
    for t in [1, 2, 3] {
        let mut functionals: Vec<Vec<Scalar>> =
            (1..t).map(|_| eq_table(&random.scalars(4))).collect();
        // One that does not weigh the last columns.
        functionals.push(factor(columns, 0, random.scalars(8)));
        let challenges = [(); 3].map(|()| random.scalar());
        let rank = |free: usize| {
            let cells: Vec<usize> = (0..free).collect();
            rank_of(columns, &cells, &functionals, challenges)
        };
        let all = t + 4;
        assert_eq!(rank(t + 3), all, "{t} values");
        assert_eq!(rank(t + 2), all - 1, "{t} values, one cell missing");
        assert_eq!(rank(columns.count()), all);
    }
}

/// The claim on which zero-knowledge rests. As above, where the three cells are those in columns 0, 1 and 2, and
/// no value depends on them.
#[test]
fn three_cells_that_no_claim_weighs_hide_an_opening() {
    let columns = VectorLength::new(16).unwrap();
    let count = columns.count();
    let mut random = Random::new(24);
    let challenges = [(); 3].map(|()| random.scalar());
    let rank = |cells: &[usize], functionals: &[Vec<Scalar>]| {
        rank_of(columns, cells, functionals, challenges)
    };
    let free = [0, 1, 2];
    let last = factor(columns, 3, vec![Scalar::ONE]);
    let many: Vec<_> = (1..6)
        .map(|len| factor(columns, 3, random.scalars(2 * len)))
        .collect();
    for functionals in [&[last][..], &many, &many[..1]] {
        // The commitment, A(τ), B(τ) and d.
        assert_eq!(rank(&free, functionals), 4);
        for cells in [[0, 1], [0, 2], [1, 2]] {
            assert_eq!(rank(&cells, functionals), 3, "only {cells:?}");
        }
        for cell in free {
            let image = reveal(columns, cell, functionals, challenges);
            let (opening, values) = (&image[image.len() - 3..], &image[1..image.len() - 3]);
            assert!(values.iter().all(|y| *y == Scalar::ZERO));
            assert_eq!(opening[0], Scalar::ZERO, "nothing above");
        }
    }
    for first in free {
        let weighed = factor(columns, first, random.scalars(8));
        assert_eq!(rank(&free, &[weighed]), 4, "of five words");
    }
    assert_eq!(rank(&free, &[vec![Scalar::ZERO; count]]), 1, "no weight");
}

/// Behind all weights a cell adds to the commitment and to `A(τ)` what `β` adds too, times one number: the two
/// are one.
#[test]
fn a_cell_behind_all_weights_is_as_good_as_none() {
    let columns = VectorLength::new(16).unwrap();
    let mut random = Random::new(27);
    let challenges = [(); 3].map(|()| random.scalar());
    for len in [1, 4, 8] {
        let weights = [factor(columns, 3, random.scalars(len))];
        let rank = |cells: &[usize]| rank_of(columns, cells, &weights, challenges);
        assert_eq!(rank(&[0, 1, 2]), 4);
        for behind in [len + 3, 15] {
            assert_eq!(rank(&[0, 1, behind]), 3);
        }
        assert_eq!(rank(&[0, 1, 14, 15]), 3);
        assert_eq!(rank(&[0, 12, 14, 15]), 2);
    }
}

/// How many words a vector with these free cells and `β` hides.
fn rank_of(
    columns: VectorLength,
    cells: &[usize],
    functionals: &[Vec<Scalar>],
    challenges: [Scalar; 3],
) -> usize {
    let cells = cells.iter().copied().chain([columns.count()]);
    let images = cells.map(|cell| reveal(columns, cell, functionals, challenges));
    rank(&mut images.collect::<Vec<_>>())
}

/// The weights of one run of columns.
fn factor(columns: VectorLength, offset: usize, run: Vec<Scalar>) -> Vec<Scalar> {
    let factors = vec![Factor {
        axis: run.into(),
        stride: 1,
    }];
    weights(columns, &Functional { offset, factors })
}

/// The contribution of a vector that is one at `cell` and zero elsewhere to `[vector(τ), y_1 … y_t, A(τ), B(τ), d]`.
fn reveal(
    columns: VectorLength,
    cell: usize,
    functionals: &[Vec<Scalar>],
    [tau, z, gamma]: [Scalar; 3],
) -> Vec<Scalar> {
    let mut vector = vec![Scalar::ZERO; columns.count() + 1];
    vector[cell] = Scalar::ONE;
    let terms: Vec<_> = functionals
        .iter()
        .enumerate()
        .map(|(k, e)| (gamma.pow([k as u64]), &e[..]))
        .collect();
    let weights = combine(&terms);
    let [above, below] = product_of(columns, &[(vector.clone(), weights)]);
    let mut revealed = vec![evaluate(&vector, tau)];
    revealed.extend(functionals.iter().map(|e| dot(e, &vector)));
    revealed.extend([evaluate(&above, tau), evaluate(&below, tau)]);
    revealed.push(evaluate(&below, z.inverse().unwrap()));
    revealed
}

/// The rank of a matrix.
fn rank(vectors: &mut [Vec<Scalar>]) -> usize {
    let mut rank = 0;
    for column in 0..vectors[0].len() {
        let Some(pivot) = (rank..vectors.len()).find(|i| vectors[*i][column] != Scalar::ZERO)
        else {
            continue;
        };
        vectors.swap(rank, pivot);
        let inverse = vectors[rank][column].inverse().unwrap();
        let pivot = vectors[rank].clone();
        for vector in &mut vectors[rank + 1..] {
            let factor = vector[column] * inverse;
            vector
                .iter_mut()
                .zip(&pivot)
                .for_each(|(to, from)| *to -= factor * from);
        }
        rank += 1;
    }
    rank
}
