//! Commits to vectors and opens the commitments: the prover's counterpart of [`zklens_commitment::opening`], whose
//! documentation has the protocol.
//!
//! Randomness comes from the caller: [`Vector::blinding`], and the first cells of mask vectors. *The caller's duty* in
//! [`zklens_commitment::opening`] says which cells have to be random so that an opening hides all others.

mod opening;

pub use opening::open;

use crate::integers::{Bytes, Integers, add_multiple};
use rayon::prelude::*;
use std::iter::successors;
use std::sync::Arc;
use zklens_commitment::{Setup, VectorLength};
use zklens_field::{
    AdditiveGroup, Field, Point, Scalar, added, lifting, sum_of_bytes_from, sum_of_integers,
    sum_of_picks, sum_of_scalars, sums_by_byte,
};

/// A vector to commit to.
#[derive(Clone, Debug)]
pub struct Vector {
    /// The cells, from the first. Missing cells are zero.
    pub cells: Cells,
    /// The random blinding of the commitment; zero for a public vector.
    pub blinding: Scalar,
}

/// The cells of a vector.
#[derive(Clone, Debug)]
pub enum Cells {
    /// Small integers, which are cheap to commit to.
    Integers(Integers),
    /// Any scalars.
    Scalars(Vec<Scalar>),
    /// Functions of bytes that were committed to before.
    OfBytes(OfBytes),
    /// Sums of few values that occur often, which are cheap to commit to; made by [`Self::sums`].
    Sums {
        /// The summands.
        values: Vec<Scalar>,
        /// Pairs of a cell's index and the index of a value that is added there.
        picks: Vec<(u32, u32)>,
        /// The sums, written out from `values` and `picks`.
        cells: Vec<Scalar>,
    },
}

/// Cells `Σ_k values[bytes_k[cell]]`, for one or two lists of bytes that are vectors of their own.
#[derive(Clone, Debug)]
pub struct OfBytes {
    /// The value for each byte, zero for zero.
    pub(crate) values: Arc<[Scalar]>,
    /// The lists, each with its [`ByteSums`].
    pub(crate) lists: Vec<(Bytes, ByteSums)>,
}

/// For each byte from 1 on, the sum of the setup's powers at cells with this byte. They are made with the commitment to the
/// bytes, and commit to any function of the bytes at little cost.
pub type ByteSums = Arc<[Point]>;

impl Cells {
    /// `len` cells. The cell at index `cell` is the sum of `values[value]` over all picks `(cell, value)`. Picks of a zero value
    /// cost nothing to commit to.
    ///
    /// # Panics
    ///
    /// If a pick names a cell or a value that does not exist.
    #[must_use]
    pub fn sums(values: Vec<Scalar>, picks: Vec<(u32, u32)>, len: usize) -> Self {
        let mut cells = vec![Scalar::ZERO; len];
        for (column, value) in &picks {
            cells[*column as usize] += values[*value as usize];
        }
        Self::Sums {
            values,
            picks,
            cells,
        }
    }

    /// The number of cells.
    fn len(&self) -> usize {
        match self {
            Self::Integers(cells) => cells.len(),
            Self::Scalars(cells) | Self::Sums { cells, .. } => cells.len(),
            Self::OfBytes(cells) => cells
                .lists
                .iter()
                .map(|(list, _)| list.len())
                .max()
                .unwrap_or(0),
        }
    }

    /// Adds `rho` times every cell to `sums`.
    fn add_to(&self, sums: &mut [Scalar], rho: &Scalar) {
        match self {
            Self::Integers(Integers::Bytes(cells)) => {
                let multiples = successors(Some(Scalar::ZERO), |multiple| Some(*multiple + rho));
                let multiples: Vec<Scalar> = multiples.take(256).collect();
                add_by_byte(sums, cells, &multiples);
            }
            Self::Integers(cells) => add_integers(sums, &cells.to_vec(), rho),
            Self::OfBytes(cells) => {
                let multiples: Vec<Scalar> = cells.values.iter().map(|v| *v * rho).collect();
                for (list, _) in &cells.lists {
                    add_by_byte(sums, list, &multiples);
                }
            }
            Self::Scalars(cells) | Self::Sums { cells, .. } => {
                let sums = sums.iter_mut().zip(cells);
                sums.for_each(|(sum, cell)| *sum += *cell * rho);
            }
        }
    }
}

/// Adds `multiples[byte]` for every byte. Zero has a multiple of zero.
fn add_by_byte(sums: &mut [Scalar], bytes: &[u8], multiples: &[Scalar]) {
    for (sum, byte) in sums.iter_mut().zip(bytes) {
        if *byte != 0 {
            *sum += multiples[usize::from(*byte)];
        }
    }
}

fn add_integers(sums: &mut [Scalar], cells: &[i64], rho: &Scalar) {
    let low = cells.iter().copied().min().unwrap_or_default();
    let largest = cells.iter().map(|n| n.abs_diff(low)).max().unwrap_or(0);
    if largest < cells.len() as u64 {
        // There are few different integers, so each multiple is computed once.
        let first = Scalar::from(low) * rho;
        let multiples: Vec<Scalar> = successors(Some(first), |multiple| Some(*multiple + rho))
            .take(largest as usize + 1)
            .collect();
        let sums = sums.iter_mut().zip(cells);
        sums.for_each(|(sum, n)| *sum += multiples[n.abs_diff(low) as usize]);
    } else {
        let lifted = *rho * lifting();
        let sums = sums.iter_mut().zip(cells);
        sums.for_each(|(sum, n)| add_multiple(sum, &lifted, (*n).into()));
    }
}

/// Commits to every vector.
///
/// # Panics
///
/// If a vector has more than `C` cells, or the setup fewer than `C + 1` powers.
#[must_use]
pub fn commit(setup: &Setup, columns: VectorLength, vectors: &[Vector]) -> Vec<Point> {
    let powers = powers(setup, columns);
    vectors
        .par_iter()
        .map(|vector| commit_vector(powers, columns, vector))
        .collect()
}

fn commit_vector(powers: &[Point], columns: VectorLength, vector: &Vector) -> Point {
    assert_len(columns, vector);
    let hiding = powers[columns.count()];
    match &vector.cells {
        Cells::Integers(cells) => {
            let sum = sum_of_integers(powers, &cells.to_vec());
            sum_of_scalars(&[sum, hiding], &[Scalar::ONE, vector.blinding])
        }
        Cells::Scalars(cells) => {
            let mut points = powers[..cells.len()].to_vec();
            points.push(hiding);
            sum_of_scalars(&points, &[cells, &[vector.blinding][..]].concat())
        }
        Cells::OfBytes(OfBytes { values, lists }) => {
            let sums = lists.iter().map(|(_, sums)| sums.to_vec());
            let sums = sums.reduce(|left, right| added(&left, &right));
            let sum = sum_of_scalars(&sums.unwrap_or_default(), &values[1..]);
            sum_of_scalars(&[sum, hiding], &[Scalar::ONE, vector.blinding])
        }
        Cells::Sums { values, picks, .. } => {
            let sum = sum_of_picks(&powers[..columns.count()], values, picks);
            sum_of_scalars(&[sum, hiding], &[Scalar::ONE, vector.blinding])
        }
    }
}

/// Commits to vectors of bytes, and keeps the sums that the commitments are made of.
///
/// # Panics
///
/// As [`commit`].
pub(crate) fn commit_bytes(
    setup: &Setup,
    columns: VectorLength,
    vectors: &[(&Bytes, Scalar)],
) -> Vec<(Point, ByteSums)> {
    let powers = powers(setup, columns);
    let hiding = powers[columns.count()];
    vectors
        .par_iter()
        .map(|(bytes, blinding)| {
            assert!(bytes.len() <= columns.count(), "cells in a vector");
            let sums = sums_by_byte(powers, bytes);
            let sum = sum_of_bytes_from(&sums);
            let point = sum_of_scalars(&[sum, hiding], &[Scalar::ONE, *blinding]);
            (point, sums.into())
        })
        .collect()
}

fn assert_len(columns: VectorLength, vector: &Vector) {
    let len = vector.cells.len();
    assert!(len <= columns.count(), "{len} cells in a vector");
}

fn powers(setup: &Setup, columns: VectorLength) -> &[Point] {
    let powers = setup.powers().get(..=columns.count());
    powers.expect("the setup has a power for every column and one more")
}
