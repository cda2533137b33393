//! Limits on files and pictures, so that a small file cannot ask for much memory.

/// The most bytes a file may have: 64 MiB.
pub const MAX_FILE_BYTES: usize = 64 << 20;

/// The most pixels that a picture may be wide or high.
pub const MAX_SIDE: u32 = 16_384;

/// The most pixels that a picture may have: 64 Mi.
pub const MAX_PIXELS: u64 = 64 << 20;

/// The most bytes that the decoders of PNG and GIF may hold, the picture included: 1 GiB. The other
/// decoders hold at most a small multiple of the picture.
pub const MAX_ALLOCATION: u64 = 1 << 30;
