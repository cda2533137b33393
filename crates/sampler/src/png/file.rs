//! The chunks of a file (PNG, sections 5 and 11).
//!
//! A file is accepted only if the reference, [`zklens_image::decode()`], reads the same from it.
//! All check sums must be right, and every critical chunk must have a known type. Among the
//! ancillary chunks only `tRNS` matters to the pixels. Another ancillary chunk is accepted by its
//! type, if the reference never fails on this type, or else by its contents.

use zklens_image::decode::{MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE};

use super::crc;
use super::inflate;
use super::stream::Stream;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The most bytes of ancillary chunks. The reference keeps some chunks, with a much higher limit.
const MAX_ANCILLARY: usize = 16 << 20;

/// The most bytes of a colour profile, once inflated.
const MAX_PROFILE: usize = 128 << 10;

/// The kind of samples that a pixel has (PNG, section 11.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    Grey,
    Rgb,
    Palette,
    GreyAlpha,
    RgbAlpha,
}

/// The contents of `IHDR`, for a kind of picture that is read here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Bits of a sample: 8, or for [`Colour::Grey`] and [`Colour::Palette`] also 1, 2 or 4.
    pub(super) depth: usize,
    pub(super) colour: Colour,
}

/// A file's contents, as far as they matter to the pixels.
pub(super) struct File<'a> {
    pub(super) header: Header,
    /// The colours of `PLTE`; empty in a file without it.
    pub(super) palette: &'a [[u8; 3]],
    /// The data of `tRNS`, whose length fits the colour; empty in a file without it.
    pub(super) transparency: &'a [u8],
    /// The data of all `IDAT`s.
    pub(super) stream: Stream,
}

struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
    sum: u32,
}

/// The contents of the chunks before the first `IDAT`.
struct Preamble<'a> {
    header: Header,
    palette: &'a [[u8; 3]],
    transparency: &'a [u8],
    has_profile: bool,
}

impl<'a> File<'a> {
    /// Reads a sound file; `None` if it is damaged, or of a kind that is not read here.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        if bytes.len() > MAX_FILE_BYTES {
            return None;
        }
        let mut rest = bytes.strip_prefix(SIGNATURE)?;
        let first = checked(next(&mut rest)?)?;
        let header = Header::read(first.kind, first.data)?;
        let mut before = Preamble {
            header,
            palette: &[],
            transparency: &[],
            has_profile: false,
        };
        let mut ancillary = 0;
        let mut chunk = next(&mut rest)?;
        while chunk.kind != *b"IDAT" {
            before.add(&checked(chunk)?, &mut ancillary)?;
            chunk = next(&mut rest)?;
        }
        let mut stream = Stream::with_capacity(rest.len() + chunk.data.len());
        while chunk.kind == *b"IDAT" {
            if stream.add(chunk.data, crc::start(chunk.kind)) != chunk.sum {
                return None;
            }
            chunk = next(&mut rest)?;
        }
        while chunk.kind != *b"IEND" {
            after(&checked(chunk)?, &mut ancillary)?;
            chunk = next(&mut rest)?;
        }
        let sound = checked(chunk)?.data.is_empty() && rest.is_empty();
        let colours = header.colour != Colour::Palette || !before.palette.is_empty();
        (sound && colours).then(|| Self {
            header,
            palette: before.palette,
            transparency: before.transparency,
            stream: stream.end(),
        })
    }
}

impl Header {
    fn read(kind: [u8; 4], data: &[u8]) -> Option<Self> {
        let (width, data) = data.split_first_chunk()?;
        let (height, data) = data.split_first_chunk()?;
        let (width, height) = (u32::from_be_bytes(*width), u32::from_be_bytes(*height));
        let &[depth, colour, 0, 0, 0] = data else {
            return None;
        };
        let side = 1..=MAX_SIDE;
        let pixels = u64::from(width) * u64::from(height);
        if !side.contains(&width) || !side.contains(&height) || pixels > MAX_PIXELS {
            return None;
        }
        let colour = match (colour, depth) {
            (0, 1 | 2 | 4 | 8) => Colour::Grey,
            (2, 8) => Colour::Rgb,
            (3, 1 | 2 | 4 | 8) => Colour::Palette,
            (4, 8) => Colour::GreyAlpha,
            (6, 8) => Colour::RgbAlpha,
            _ => return None,
        };
        (kind == *b"IHDR").then_some(Self {
            width: width as usize,
            height: height as usize,
            depth: usize::from(depth),
            colour,
        })
    }

    /// Samples of a pixel.
    const fn samples(self) -> usize {
        match self.colour {
            Colour::Grey | Colour::Palette => 1,
            Colour::GreyAlpha => 2,
            Colour::Rgb => 3,
            Colour::RgbAlpha => 4,
        }
    }

    /// The distance in bytes that filters use from a pixel to the next (PNG, section 9.2); at least
    /// 1.
    pub(super) const fn pixel_bytes(self) -> usize {
        self.samples()
    }

    /// Bytes of a row, without its filter type.
    pub(super) const fn row_bytes(self) -> usize {
        (self.width * self.samples() * self.depth).div_ceil(8)
    }
}

impl<'a> Preamble<'a> {
    fn add(&mut self, chunk: &Chunk<'a>, ancillary: &mut usize) -> Option<()> {
        let data = chunk.data;
        let colour = self.header.colour;
        match &chunk.kind {
            b"PLTE" => {
                let (entries, rest) = data.as_chunks();
                let most = match colour {
                    Colour::Palette => 1 << self.header.depth,
                    Colour::Rgb | Colour::RgbAlpha => 256,
                    Colour::Grey | Colour::GreyAlpha => 0,
                };
                let first = self.palette.is_empty() && self.transparency.is_empty();
                if !first || !rest.is_empty() || !(1..=most).contains(&entries.len()) {
                    return None;
                }
                self.palette = entries;
            }
            b"tRNS" => {
                let sound = match colour {
                    Colour::Grey => {
                        data.len() == 2
                            && data[0] == 0
                            && usize::from(data[1]) >> self.header.depth == 0
                    }
                    Colour::Rgb => data.len() == 6 && data.iter().step_by(2).all(|high| *high == 0),
                    Colour::Palette => (1..=self.palette.len()).contains(&data.len()),
                    Colour::GreyAlpha | Colour::RgbAlpha => false,
                };
                if !self.transparency.is_empty() || !sound {
                    return None;
                }
                self.transparency = data;
            }
            b"iCCP" => {
                if self.has_profile || !sound_profile(data) {
                    return None;
                }
                self.has_profile = true;
            }
            b"bKGD" => {
                let sound = match colour {
                    Colour::Palette => data.len() == 1 && !self.palette.is_empty(),
                    Colour::Grey | Colour::GreyAlpha => data.len() == 2,
                    Colour::Rgb | Colour::RgbAlpha => data.len() == 6,
                };
                return sound.then_some(());
            }
            _ => return after(chunk, ancillary),
        }
        Some(())
    }
}

/// Checks a chunk that does not matter to the pixels and may stand before or after the `IDAT`s.
fn after(chunk: &Chunk<'_>, ancillary: &mut usize) -> Option<()> {
    let data = chunk.data;
    *ancillary += data.len();
    let sound = match &chunk.kind {
        b"sBIT" => (1..=4).contains(&data.len()),
        b"pHYs" => data.len() == 9,
        b"gAMA" => data.len() == 4,
        b"cHRM" => data.len() == 32,
        b"sRGB" => data.len() == 1,
        b"mDCV" => data.len() == 24,
        b"cLLI" => data.len() == 8,
        b"tIME" => data.len() == 7,
        // The reference refuses other contents.
        b"cICP" => matches!(data, [_, _, 0, 0 | 1]),
        // Chunks that may only stand before the `IDAT`s, and those of an animation.
        b"tRNS" | b"iCCP" | b"bKGD" | b"acTL" | b"fcTL" | b"fdAT" => false,
        // `tEXt`, `zTXt`, `iTXt`, `eXIf`, and types that the reference does not know.
        [first, rest @ ..] => {
            first.is_ascii_lowercase() && rest.iter().all(u8::is_ascii_alphabetic)
        }
    };
    (sound && *ancillary <= MAX_ANCILLARY).then_some(())
}

/// Whether a colour profile can be inflated (PNG, section 11.3.2.3). The reference inflates it too,
/// and ignores errors. But a profile made on purpose to be damaged could cost it time and memory
/// without a known limit.
fn sound_profile(data: &[u8]) -> bool {
    let Some(name) = data.iter().take(80).position(|byte| *byte == 0) else {
        return false;
    };
    let [0, 0, compressed @ ..] = &data[name..] else {
        return false;
    };
    if name == 0 {
        return false;
    }
    let mut stream = Stream::with_capacity(compressed.len());
    stream.add(compressed, 0);
    inflate::is_sound(&stream.end(), MAX_PROFILE)
}

/// Reads the next chunk from the rest of a file; `None` if it is not complete.
fn next<'a>(rest: &mut &'a [u8]) -> Option<Chunk<'a>> {
    let (length, after) = rest.split_first_chunk()?;
    let (kind, after) = after.split_first_chunk()?;
    let length = u32::from_be_bytes(*length) as usize;
    let (data, after) = after.split_at_checked(length)?;
    let (sum, after) = after.split_first_chunk()?;
    *rest = after;
    Some(Chunk {
        kind: *kind,
        data,
        sum: u32::from_be_bytes(*sum),
    })
}

/// Returns the chunk if its check sum is right.
fn checked(chunk: Chunk<'_>) -> Option<Chunk<'_>> {
    let (blocks, rest) = chunk.data.as_chunks();
    let register = blocks
        .iter()
        .fold(crc::start(chunk.kind), |register, block| {
            crc::block(register, u64::from_le_bytes(*block))
        });
    (!crc::bytes(register, rest) == chunk.sum).then_some(chunk)
}
