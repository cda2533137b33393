//! Makes a row from its filtered bytes and the row above (PNG, section 9).
//!
//! Only one row is kept: each row is made in place, from the row above, word by word. It reaches to
//! the last sampled byte. After that, up to a whole group of words, it has bytes that nothing
//! depends on.

use core::hint::black_box;

use super::grey;

/// Eight bytes, aligned so that they can be loaded and stored at once as well as one by one.
#[derive(Clone, Copy)]
#[repr(align(8))]
pub(super) struct Word(pub(super) [u8; 8]);

/// The number of words in a group. Its 24 bytes are a whole number of pixels.
pub(super) const GROUP: usize = 3;

/// A filter type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    None,
    Sub,
    Up,
    Average,
    Paeth,
}

impl Filter {
    /// The filter type with this number; `None` if the number is unknown.
    pub(super) const fn read(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::None),
            1 => Some(Self::Sub),
            2 => Some(Self::Up),
            3 => Some(Self::Average),
            4 => Some(Self::Paeth),
            _ => None,
        }
    }
}

/// A filtered row that begins in the middle of a word.
pub(super) struct Filtered<'a> {
    /// The filtered bytes: one word more than the row has.
    pub(super) words: &'a [u64],
    /// The number of bits in the first word that are before the row.
    pub(super) shift: u32,
}

impl Filtered<'_> {
    /// Makes a row whose pixels have `PIXEL` bytes; `row` holds the row above at first.
    pub(super) fn make<const PIXEL: usize>(&self, filter: Filter, row: &mut [Word]) {
        let start = Before::default();
        match filter {
            Filter::None => self.each(row, |_, filtered| filtered),
            Filter::Up => self.each(row, add),
            Filter::Sub => self.bytes::<PIXEL>(row, start, |left, _, _| left),
            Filter::Average => self.bytes::<PIXEL>(row, start, |left, up, _| (left + up) >> 1),
            Filter::Paeth => self.bytes::<PIXEL>(row, start, paeth_by(black_box(3))),
        }
    }

    /// Makes a row of red, green and blue. While groups at the start are grey, in the row above and
    /// in this one, only red is computed and the other two are copies. `grey` is the number of grey
    /// groups at the start of the row, if it is known.
    pub(super) fn make_rgb(&self, filter: Filter, row: &mut [Word], grey: &mut Option<usize>) {
        if filter == Filter::Paeth {
            let predict = paeth_by(black_box(3));
            let most = grey.unwrap_or_else(|| grey::count(row));
            let (groups, before) = grey::groups(self, row, most, &predict);
            *grey = Some(groups);
            let words = self.words.get(GROUP * groups..).unwrap_or_default();
            let rest = Self { words, ..*self };
            let row = row.get_mut(GROUP * groups..).unwrap_or_default();
            rest.bytes::<3>(row, before, predict);
        } else {
            self.make::<3>(filter, row);
            *grey = None;
        }
    }

    /// Makes each word of the row from the word above and the filtered word.
    #[inline(never)]
    fn each(&self, row: &mut [Word], make: impl Fn(u64, u64) -> u64) {
        let [first, rest @ ..] = self.words else {
            return;
        };
        let mut low = *first;
        for (word, high) in row.iter_mut().zip(rest) {
            let filtered = self.join(low, *high);
            low = *high;
            word.0 = make(u64::from_le_bytes(word.0), filtered).to_le_bytes();
        }
    }

    /// Makes each byte of the row: the filtered byte plus a prediction from three bytes, namely
    /// those to the left, above, and above to the left.
    #[inline(never)]
    fn bytes<const PIXEL: usize>(
        &self,
        row: &mut [Word],
        mut before: Before,
        predict: impl Fn(u64, u64, u64) -> u64,
    ) {
        for (group, words) in self.groups(row) {
            if self.is_zero(words) && before.repeats::<PIXEL>(group) {
                continue;
            }
            // A group has whole pixels, so the bytes of `before` keep their places from group to
            // group.
            let ([low, a, b, c], [to_a, to_b, to_c]) = (words, group);
            before = bytes::<PIXEL>(before, to_a, self.join(low, a), &predict);
            before = bytes::<PIXEL>(before, to_b, self.join(a, b), &predict);
            before = bytes::<PIXEL>(before, to_c, self.join(b, c), &predict);
        }
    }

    /// The groups of a row, each with the words that have its filtered bytes.
    #[inline(always)]
    pub(super) fn groups<'a>(
        &'a self,
        row: &'a mut [Word],
    ) -> impl Iterator<Item = (&'a mut [Word; GROUP], [u64; GROUP + 1])> {
        let (first, rest) = self.words.split_first().unwrap_or((&0, &[]));
        let mut low = *first;
        let groups = row.as_chunks_mut().0.iter_mut();
        groups.zip(rest.as_chunks().0).map(move |(group, words)| {
            let [a, b, c]: [u64; GROUP] = *words;
            let four = [low, a, b, c];
            low = c;
            (group, four)
        })
    }

    /// Whether the filtered bytes of a group are zero, as well as the other bytes of its last word.
    #[inline(always)]
    const fn is_zero(&self, [low, a, b, c]: [u64; GROUP + 1]) -> bool {
        a | b == 0 && low >> self.shift | c == 0
    }

    /// The filtered bytes of a group.
    #[inline(always)]
    pub(super) const fn joined(&self, [low, a, b, c]: [u64; GROUP + 1]) -> [u64; GROUP] {
        [self.join(low, a), self.join(a, b), self.join(b, c)]
    }

    /// The filtered word that begins in one stored word and ends in the next.
    #[inline(always)]
    const fn join(&self, low: u64, high: u64) -> u64 {
        low >> self.shift | (high << 1) << (63 - self.shift)
    }
}

/// Makes eight bytes for [`Filtered::bytes`].
#[inline(always)]
fn bytes<const PIXEL: usize>(
    Before {
        mut left,
        mut corner,
    }: Before,
    word: &mut Word,
    filtered: u64,
    predict: &impl Fn(u64, u64, u64) -> u64,
) -> Before {
    for (index, byte) in word.0.iter_mut().enumerate() {
        let up = u64::from(*byte);
        let filtered = filtered >> (8 * index);
        let made = predict(left.0, up, corner.0).wrapping_add(filtered) & 255;
        *byte = made as u8;
        left = left.push::<PIXEL>(made);
        corner = corner.push::<PIXEL>(up);
    }
    Before { left, corner }
}

/// The pixel to the left, and the one above that.
#[derive(Clone, Copy, Default)]
pub(super) struct Before {
    pub(super) left: Pixel,
    pub(super) corner: Pixel,
}

impl Before {
    /// Whether every pixel of a group in the row above equals both pixels before. If so, and every
    /// filtered byte is zero, the group stays as it is: from equal bytes, each filter that looks to
    /// the left predicts that byte.
    ///
    /// Not inlined, since otherwise most of it is computed before it is known to be needed.
    #[inline(never)]
    fn repeats<const PIXEL: usize>(self, group: &[Word; GROUP]) -> bool {
        let Pixel(a, b, c, d) = self.left;
        let [x, y, z] = group.map(|word| u64::from_le_bytes(word.0));
        let (first, second, third) = match PIXEL {
            1 => {
                let all = a.wrapping_mul(0x0101_0101_0101_0101);
                (all, all, all)
            }
            2 => {
                let all = (a | b << 8).wrapping_mul(0x0001_0001_0001_0001);
                (all, all, all)
            }
            3 => {
                let pixel = a | b << 8 | c << 16;
                let first = pixel.wrapping_mul(0x0001_0000_0100_0001);
                let second = first >> 16 | first << 32;
                (first, second, second >> 16 | second << 32)
            }
            _ => {
                let pixel = a | b << 8 | c << 16 | d << 24;
                let all = pixel | pixel << 32;
                (all, all, all)
            }
        };
        self.left == self.corner && x == first && y == second && z == third
    }
}

/// The bytes of the last pixel. The first one is the predecessor of the next byte.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pixel(
    pub(super) u64,
    pub(super) u64,
    pub(super) u64,
    pub(super) u64,
);

impl Pixel {
    /// Drops the first byte and appends another.
    #[inline(always)]
    const fn push<const PIXEL: usize>(self, byte: u64) -> Self {
        match PIXEL {
            1 => Self(byte, 0, 0, 0),
            2 => Self(self.1, byte, 0, 0),
            3 => Self(self.1, self.2, byte, 0),
            _ => Self(self.1, self.2, self.3, byte),
        }
    }
}

/// Adds eight pairs of bytes, each modulo 256.
#[inline(always)]
const fn add(a: u64, b: u64) -> u64 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    ((a & !HIGH) + (b & !HIGH)) ^ ((a ^ b) & HIGH)
}

/// [`paeth`], with 3 passed as an unknown. A multiplication by an unknown is one instruction, while
/// the compiler turns a multiplication by the constant 3 into two.
#[inline(always)]
fn paeth_by(three: u64) -> impl Fn(u64, u64, u64) -> u64 {
    move |left, up, corner| paeth(left, up, corner, three)
}

/// The Paeth predictor (PNG, section 9.4): the nearest to `p = left + up - corner` among left, up
/// and corner; at equal distance, the first in this order.
///
/// Let `min` and `max` be the smaller and the greater of left and up.
///
/// * If `corner <= min`, then `p >= max`, so `max` is the nearest.
/// * If `corner >= max`, then `p <= min`, so `min` is the nearest.
/// * Otherwise `p` is between them, at distance `corner - min` from `max`, `max - corner` from
///   `min` and `|max + min - 2·corner|` from `corner`. So `max` is the nearest if `corner - min <=
///   max + min - 2·corner`, that is `3·corner - left - up <= min`; and `min` is the nearest if
///   `3·corner - left - up >= max`.
///
/// The condition for `max` also holds in the first case, and that for `min` in the second.
#[inline(always)]
const fn paeth(left: u64, up: u64, corner: u64, three: u64) -> u64 {
    // Both cases are frequent, and the general rule below takes more instructions for them.
    if up == corner {
        return left;
    }
    if left == corner {
        return up;
    }
    let middle = (three * corner) as i64 - (left + up) as i64;
    if left < up {
        if middle <= left as i64 {
            up
        } else if middle >= up as i64 {
            left
        } else {
            corner
        }
    } else if middle <= up as i64 {
        left
    } else if middle >= left as i64 {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_predictor_is_that_of_the_standard() {
        for (left, up, corner) in (0..1 << 24).map(|i| (i >> 16, i >> 8 & 255, i & 255)) {
            let p = left + up - corner;
            let distance = |of: i32| (p - of).abs();
            let expected = if distance(left) <= distance(up) && distance(left) <= distance(corner) {
                left
            } else if distance(up) <= distance(corner) {
                up
            } else {
                corner
            };
            let got = paeth(left as u64, up as u64, corner as u64, 3);
            assert_eq!(got, expected as u64, "{left} {up} {corner}");
        }
    }
}
