//! How many bytes the numbers of a gadget take, from bounds on the network's values.

use zklens_model::Interval;

/// The most bytes of a number. A sum of such numbers stays far below the field's modulus, so an equation in the field is
/// an equation of integers.
pub(crate) const MOST_BYTES: u8 = 8;

/// The bytes of a number up to `most`, at least one.
pub(crate) fn bytes_up_to(most: u64) -> u8 {
    let bits = u64::BITS.saturating_sub(most.leading_zeros());
    u8::try_from(bits.div_ceil(8).max(1)).unwrap_or(u8::MAX)
}

/// The bytes of the magnitude of `x − from`, for any `x` in `bounds`, as [`Signed`](super::Signed) has it.
pub(crate) fn bytes_of_signed(bounds: Interval, from: i64) -> u8 {
    let above = bounds.hi.saturating_sub(from).max(0).unsigned_abs();
    let below = from
        .saturating_sub(bounds.lo)
        .saturating_sub(1)
        .max(0)
        .unsigned_abs();
    bytes_up_to(above.max(below))
}

/// Whether counts of bytes, which may come from a stranger's key, are those of numbers.
pub(crate) fn are_few(counts: &[u8]) -> bool {
    counts.iter().all(|count| *count <= MOST_BYTES)
}
