//! PNG with samples of at most 8 bits, not interlaced.
//!
//! The sections cited are those of the PNG specification (W3C, third edition) and of RFC 1950 and
//! 1951; this code is written from these documents. The reference is [`zklens_image::decode()`]. A
//! file is read here only if all of it is sound, which is more than the reference asks for; then
//! the pixels are the same. This is why all of a file is inflated, even the part that is not
//! sampled.
//!
//! In a zkVM every instruction costs the same, a multiplication as much as a load. The processor
//! cannot load unaligned words, and cannot count or reverse bits in one instruction. So words are
//! put together from aligned ones, and most instructions go where a byte depends on the one before:
//! into Huffman codes and the Paeth filter.

mod bits;
mod crc;
mod file;
mod grey;
mod huffman;
mod inflate;
mod output;
mod rows;
mod stream;
mod symbols;
mod unfilter;

use crate::Target;
use file::{Colour, File, Header};
use rows::Rows;

/// Red, green and blue of the sampled pixels, row by row; `None` if the file is left to
/// `zklens_image`.
#[must_use]
pub fn sample(bytes: &[u8], target: Target) -> Option<Vec<[u8; 3]>> {
    let file = File::read(bytes)?;
    let header = file.header;
    let columns = zklens_image::nearest(header.width as u32, target.width);
    let rows = zklens_image::nearest(header.height as u32, target.height);
    let offsets: Vec<_> = columns.iter().map(|x| header.offset(*x)).collect();
    let stride = 1 + header.row_bytes();
    let words = inflate::inflate(&file.stream, stride * header.height)?;
    let shape = (stride, header.height);
    let mut source = Rows::new(&words, shape, header.pixel_bytes(), &offsets, &rows)?;
    let mut pixels = Vec::with_capacity(columns.len() * rows.len());
    let mut next = 0;
    for row in rows {
        // The rows are in ascending order, and a row may occur several times.
        while next <= row as usize {
            source.make(next)?;
            next += 1;
        }
        for (x, offset) in columns.iter().zip(&offsets) {
            pixels.push(file.pixel(&source, *x as usize, *offset)?);
        }
    }
    Some(pixels)
}

impl Header {
    /// The first byte of a row that has some of a pixel.
    const fn offset(self, column: u32) -> usize {
        column as usize * self.pixel_bytes() * self.depth / 8
    }
}

impl File<'_> {
    /// The pixel in a column of the row that was made last. Its first byte is at `offset`.
    fn pixel(&self, row: &Rows<'_>, column: usize, offset: usize) -> Option<[u8; 3]> {
        let byte = |index| row.byte(offset + index);
        let depth = self.header.depth;
        let sample = || {
            let below = 8 - depth - column * depth % 8;
            byte(0).map(|byte| byte >> below & (255 >> (8 - depth)))
        };
        Some(match self.header.colour {
            Colour::Grey => {
                let grey = sample()?;
                if self.transparency.get(1) == Some(&grey) {
                    [255; 3]
                } else {
                    // Section 13.12: 1, 2 or 4 bits are repeated until they fill 8.
                    [grey * (255 / (255 >> (8 - depth))); 3]
                }
            }
            Colour::GreyAlpha => [over_white(byte(0)?, byte(1)?); 3],
            Colour::Rgb => {
                let rgb = [byte(0)?, byte(1)?, byte(2)?];
                match *self.transparency {
                    [_, r, _, g, _, b] if rgb == [r, g, b] => [255; 3],
                    _ => rgb,
                }
            }
            Colour::RgbAlpha => {
                let alpha = byte(3)?;
                [byte(0)?, byte(1)?, byte(2)?].map(|value| over_white(value, alpha))
            }
            Colour::Palette => {
                let index = usize::from(sample()?);
                let alpha = self.transparency.get(index).copied().unwrap_or(255);
                let rgb = *self.palette.get(index)?;
                rgb.map(|value| over_white(value, alpha))
            }
        })
    }
}

/// A sample laid over white, as [`zklens_image::Picture::rgb`] does. The result is at most
/// `255·255 / 255`, so the cast keeps its value.
fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha)) / 255) as u8
}
