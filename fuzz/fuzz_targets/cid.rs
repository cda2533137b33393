//! Content identifiers. A file that is read in parts has the same identifier as the whole file.

#![no_main]

use std::io::{self, Read};
use zklens_fuzz::{MIB, door};
use zklens_image::{CidVersion, cid};

/// A reader that gives at most `sizes[i]` bytes at read `i`, over and over. A size of zero is an
/// interruption.
struct Pieces<'a> {
    bytes: &'a [u8],
    sizes: [u8; 8],
    reads: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = usize::from(self.sizes[self.reads % self.sizes.len()]);
        self.reads += 1;
        // The first read of each round always gives something.
        if size == 0 && self.reads % self.sizes.len() != 1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = (size * size).max(1).min(buffer.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.bytes = later;
        Ok(count)
    }
}

door!(256 * MIB, |input| {
    let Some((sizes, rest)) = input.split_first_chunk() else {
        return;
    };
    // If the first byte says so, the input is repeated until it exceeds a block of 256 KiB.
    let repeats = if sizes[0] % 4 == 0 { 300 } else { 1 };
    let bytes = rest.repeat(repeats);
    for version in [CidVersion::V0, CidVersion::V1RawLeaves] {
        let pieces = Pieces {
            bytes: &bytes,
            sizes: *sizes,
            reads: 0,
        };
        let whole = cid::of(&bytes, version);
        let read = cid::of_reader(pieces, version).expect("an interruption is not an error");
        assert_eq!(read, whole);
    }
});
