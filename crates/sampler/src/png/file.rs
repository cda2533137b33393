//! The chunks of a file (PNG, sections 5 and 11).
//!
//! What is accepted is chosen so that the reference, [`zklens_image::decode()`], reads the same from it:
//! all check sums are right, no chunk is of a critical type that is not known, and of the ancillary ones
//! only `tRNS` is one that matters to the pixels. Others are accepted by type, where the reference
//! cannot fail whatever is in them, or by what is in them.

use zklens_image::decode::{MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE};

use super::crc;
use super::inflate;
use super::stream::Stream;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Most bytes of ancillary chunks. The reference keeps some of them, within a limit that is much higher.
const MAX_ANCILLARY: usize = 16 << 20;

/// Most bytes of a colour profile, once inflated.
const MAX_PROFILE: usize = 128 << 10;

/// What the samples of a pixel are (PNG, section 11.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    Grey,
    Rgb,
    Palette,
    GreyAlpha,
    RgbAlpha,
}

/// `IHDR`, for the kinds of pictures that are read here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Bits of a sample: 8; also 1, 2 or 4, of [`Colour::Grey`] and [`Colour::Palette`].
    pub(super) depth: usize,
    pub(super) colour: Colour,
}

/// A file's contents, as far as they matter to the pixels.
pub(super) struct File<'a> {
    pub(super) header: Header,
    /// `PLTE`; empty where there is none.
    pub(super) palette: &'a [[u8; 3]],
    /// `tRNS`, of a length that the colour has; empty where there is none.
    pub(super) transparency: &'a [u8],
    /// Of all `IDAT`s.
    pub(super) stream: Stream,
}

struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
    sum: u32,
}

/// What comes before the `IDAT`s.
struct Preamble<'a> {
    header: Header,
    palette: &'a [[u8; 3]],
    transparency: &'a [u8],
    has_profile: bool,
}

impl<'a> File<'a> {
    /// Reads a file that is sound; `None` if it is not, or of a kind that is not read here.
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

    /// Bytes from a pixel to the next that a filter sees (PNG, section 9.2); at least 1.
    pub(super) const fn pixel_bytes(self) -> usize {
        self.samples()
    }

    /// Bytes of a row.
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

/// A chunk that does not matter to the pixels, wherever it is.
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
        // The reference refuses others.
        b"cICP" => matches!(data, [_, _, 0, 0 | 1]),
        // Before the `IDAT`s only; and the pictures of an animation.
        b"tRNS" | b"iCCP" | b"bKGD" | b"acTL" | b"fcTL" | b"fdAT" => false,
        // `tEXt`, `zTXt`, `iTXt`, `eXIf`, and what the reference does not know.
        [first, rest @ ..] => {
            first.is_ascii_lowercase() && rest.iter().all(u8::is_ascii_alphabetic)
        }
    };
    (sound && *ancillary <= MAX_ANCILLARY).then_some(())
}

/// PNG, section 11.3.2.3. The reference inflates it. It ignores errors, but nothing is known about what
/// it does with the time and memory for those that are made to have some.
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

/// Takes a chunk off the rest of a file.
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

/// The chunk, if its check sum is right.
fn checked(chunk: Chunk<'_>) -> Option<Chunk<'_>> {
    let (blocks, rest) = chunk.data.as_chunks();
    let register = blocks
        .iter()
        .fold(crc::start(chunk.kind), |register, block| {
            crc::block(register, u64::from_le_bytes(*block))
        });
    (!crc::bytes(register, rest) == chunk.sum).then_some(chunk)
}
