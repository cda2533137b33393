//! Damage of PNG files (PNG, second edition, sections 5.3 to 5.6).

use crate::Diagnosis;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Bytes of a chunk besides its data: length, type, checksum.
const FRAME_BYTES: usize = 12;

/// Bytes of a colour in a palette.
const COLOUR_BYTES: usize = 3;

pub(crate) fn diagnose(file: &[u8]) -> Option<Diagnosis> {
    let mut rest = file.strip_prefix(SIGNATURE)?;
    while !rest.is_empty() {
        let Some((chunk, after)) = Chunk::split(rest) else {
            return Some(cut_off(file.len(), &format!("inside {}", place(rest))));
        };
        if let Some(diagnosis) = chunk.diagnose() {
            return Some(diagnosis);
        }
        if chunk.kind == *b"IEND" {
            return None;
        }
        rest = after;
    }
    Some(cut_off(file.len(), "before its last chunk, IEND"))
}

/// One chunk of a file.
struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
    checksum: u32,
}

impl<'a> Chunk<'a> {
    /// The first chunk, and the bytes after it; `None` if the bytes end before it does.
    fn split(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (len, rest) = bytes.split_first_chunk()?;
        let (kind, rest) = rest.split_first_chunk()?;
        let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
        let (data, rest) = rest.split_at_checked(len)?;
        let (checksum, rest) = rest.split_first_chunk()?;
        let chunk = Self {
            kind: *kind,
            data,
            checksum: u32::from_be_bytes(*checksum),
        };
        Some((chunk, rest))
    }

    fn diagnose(&self) -> Option<Diagnosis> {
        let name = name(self.kind);
        // Decoders pass over what is not needed for the picture, which a small letter marks.
        let is_needed = self.kind.first().is_some_and(u8::is_ascii_uppercase);
        let checksum = checksum(self.kind, self.data);
        if is_needed && checksum != self.checksum {
            let what = format!(
                "this PNG file is damaged: the checksum of its chunk {name} is {:08x}, and its bytes have {checksum:08x}",
                self.checksum
            );
            return Some(Diagnosis::new(what, DAMAGED));
        }
        if self.kind == *b"PLTE" && !self.data.len().is_multiple_of(COLOUR_BYTES) {
            let what = format!(
                "this PNG file is damaged: its palette has {} bytes, expected a multiple of {COLOUR_BYTES}",
                self.data.len()
            );
            return Some(Diagnosis::new(what, DAMAGED));
        }
        None
    }
}

const DAMAGED: &str = "download or copy the file again. To save it again in another program makes another file, with \
                       another IPFS address";

/// The chunk that the bytes begin with, and end in.
fn place(bytes: &[u8]) -> String {
    let kind = bytes.get(4..8).and_then(|kind| kind.first_chunk());
    let len = bytes.first_chunk().map(|len| u32::from_be_bytes(*len));
    match (kind, len) {
        (Some(kind), Some(len)) => format!(
            "its chunk {}, which has {len} bytes and of them {} here",
            name(*kind),
            bytes.len().saturating_sub(FRAME_BYTES.saturating_sub(4))
        ),
        _ => "the head of a chunk".to_owned(),
    }
}

fn cut_off(bytes: usize, place: &str) -> Diagnosis {
    Diagnosis::new(
        format!("this PNG file is cut off after {bytes} bytes, {place}"),
        "download or copy the file again, all of it",
    )
}

fn name(kind: [u8; 4]) -> String {
    let visible = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte)
        } else {
            '?'
        }
    };
    kind.map(visible).iter().collect()
}

/// The cyclic redundancy check of a chunk (section 5.5 and annex D).
fn checksum(kind: [u8; 4], data: &[u8]) -> u32 {
    /// The polynomial, least significant bit first.
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let bit = |register: u32, _| (register >> 1) ^ (POLYNOMIAL & (register & 1).wrapping_neg());
    let byte = |register: u32, byte: &u8| (0..8).fold(register ^ u32::from(*byte), bit);
    !kind.iter().chain(data).fold(!0, byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // The chunk IEND is the same in every file.
        assert_eq!(checksum(*b"IEND", b""), 0xae42_6082);
    }
}
