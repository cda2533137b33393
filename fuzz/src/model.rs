//! Model files made from any bytes.

use sha2::{Digest, Sha256};

const HEADER_BYTES: usize = 4 + 2 + 4;
const DIGEST_BYTES: usize = 32;

/// A model file of `version` with the right length and digest. Its body is that of the input if this is
/// a model file, or else the input itself.
#[must_use]
pub fn wrapped(bytes: &[u8], version: u16) -> Vec<u8> {
    let body = body(bytes);
    // The length fits, since a fuzzer's input is small.
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let mut file = b"ZKLM".to_vec();
    file.extend(version.to_le_bytes());
    file.extend(length.to_le_bytes());
    file.extend(body);
    let digest = Sha256::digest(&file);
    file.extend(digest);
    file
}

/// The bytes between header and digest; `None` without a header.
fn body(bytes: &[u8]) -> &[u8] {
    let end = bytes.len().saturating_sub(DIGEST_BYTES);
    let inside = bytes.get(HEADER_BYTES..end);
    inside
        .filter(|_| bytes.starts_with(b"ZKLM"))
        .unwrap_or(bytes)
}
