//! Arithmetic of sides: how many cells, bits and variables a tensor has.

use alloc::vec::Vec;
use zklens_field::{Field, Scalar};

/// Axes of a table: image, channel, height, width.
pub const AXES: usize = 4;

/// The most images of one proof.
pub const MAX_IMAGES: usize = 1 << 10;

/// The most sides of an array: those of a convolution's weights.
pub const MOST_SIDES: usize = 4;

/// The most cells of an array: as many as the file of a model may have bytes.
pub(crate) const MOST_ARRAY_CELLS: u64 = 1 << 28;

/// Sides of one image's tensor: `[channels, height, width]`.
pub type Sides = [usize; 3];

/// The number of cells of an array with these sides.
#[must_use]
pub fn volume(dims: &[usize]) -> usize {
    dims.iter()
        .fold(1, |cells, side| cells.saturating_mul(*side))
}

/// For each axis, the number of bits that its indices take: `⌈log₂ side⌉`.
pub(crate) fn bits(dims: [usize; AXES]) -> [usize; AXES] {
    dims.map(|side| {
        let bits = usize::BITS.saturating_sub(side.saturating_sub(1).leading_zeros());
        usize::try_from(bits).unwrap_or_default()
    })
}

/// The number of variables of a table with these sides: the bits of its axes, and the blinding variable.
pub(crate) fn num_vars(dims: [usize; AXES]) -> usize {
    bits(dims).into_iter().fold(1, usize::saturating_add)
}

/// The outer product of one list per axis, in row-major order of the axes' indices.
///
/// `products(&[&[a, b], &[c, d]])` is `[ac, ad, bc, bd]`.
#[must_use]
pub fn products(axes: &[&Vec<Scalar>]) -> Vec<Scalar> {
    axes.iter()
        .fold(Vec::from([Scalar::ONE]), |products, axis| {
            let times = |product: Scalar| axis.iter().map(move |value| product * value);
            products.into_iter().flat_map(times).collect()
        })
}

/// A count in 64 bits, so that a 32-bit machine refuses the same keys and proofs.
pub(crate) fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The last `count` coordinates of a point, or all of them if it has fewer.
pub(crate) fn last(point: &[Scalar], count: usize) -> &[Scalar] {
    let skipped = point.len().saturating_sub(count);
    point.get(skipped..).unwrap_or_default()
}
