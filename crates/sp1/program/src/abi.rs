//! Solidity's ABI, as far as the public values need it: words of 32 bytes and one string.
//!
//! Reference: Solidity documentation, *Contract ABI Specification*.

/// Bytes of a word.
pub(crate) const WORD: usize = 32;

/// Appends a number as a word.
pub(crate) fn put_number(out: &mut Vec<u8>, number: u64) {
    out.extend([0; WORD - 8]);
    out.extend(number.to_be_bytes());
}

/// Appends a string: its length in bytes, its bytes, and zeros up to the next word.
pub(crate) fn put_string(out: &mut Vec<u8>, text: &str) {
    put_number(out, text.len() as u64);
    out.extend(text.as_bytes());
    out.resize(out.len().next_multiple_of(WORD), 0);
}

/// The word at `index`, counted in words.
pub(crate) fn word(bytes: &[u8], index: usize) -> Option<&[u8; WORD]> {
    bytes.as_chunks().0.get(index)
}

/// The number in the word at `index`, if it has at most 64 bits.
pub(crate) fn number(bytes: &[u8], index: usize) -> Option<u64> {
    let (zeros, low) = word(bytes, index)?.split_last_chunk()?;
    zeros
        .iter()
        .all(|byte| *byte == 0)
        .then(|| u64::from_be_bytes(*low))
}

/// The string whose length is in the word at `index`. Bytes after it are ignored.
pub(crate) fn string(bytes: &[u8], index: usize) -> Option<&str> {
    let len = usize::try_from(number(bytes, index)?).ok()?;
    let start = WORD.checked_mul(index.checked_add(1)?)?;
    let text = bytes.get(start..start.checked_add(len)?)?;
    core::str::from_utf8(text).ok()
}
