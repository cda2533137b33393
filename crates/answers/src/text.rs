//! Bytes, labels and logits as answers write them.

use std::fmt::Write;

/// The name of a label that the model or key does not name.
pub const NO_NAME: &str = "(without a name)";

/// Bytes as lower-case hexadecimal digits.
///
/// ```
/// assert_eq!(zklens_answers::hex(&[0, 0xab]), "00ab");
/// ```
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The same after `0x`.
#[must_use]
pub fn prefixed_hex(bytes: &[u8]) -> String {
    format!("0x{}", hex(bytes))
}

/// 32 bytes after `0x`: how contexts and model ids are written, also by contracts.
#[must_use]
pub fn hex_word(word: &[u8; 32]) -> String {
    prefixed_hex(word)
}

/// The name of a label, or [`NO_NAME`]. Only the label of a claim that is not verified can lack one.
#[must_use]
pub fn class(classes: &[String], label: usize) -> String {
    classes
        .get(label)
        .map_or_else(|| NO_NAME.into(), Clone::clone)
}

/// The real number that an integer at a scale stands for: `value · 2^-scale`.
pub(crate) fn real(value: i64, scale: i32) -> f64 {
    value as f64 * f64::from(-scale).exp2()
}
