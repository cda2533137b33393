//! A row from a filtered one and the row above (PNG, section 9).
//!
//! One row is kept, and each is made of the one above in place, in words. It is as wide as what is
//! sampled of it; beyond, up to a whole group of words, it has bytes that no other byte depends on.

use core::hint::black_box;

use super::grey;

/// Eight bytes that are loaded and stored at once or one by one.
#[derive(Clone, Copy)]
#[repr(align(8))]
pub(super) struct Word(pub(super) [u8; 8]);

/// Words of a group. In its 24 bytes there is a whole number of pixels.
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
    /// `None` if there is no such type.
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
    /// One more than the row has.
    pub(super) words: &'a [u64],
    /// How many bits of the first word are before the row.
    pub(super) shift: u32,
}

impl Filtered<'_> {
    /// A row of pixels that have `PIXEL` bytes.
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

    /// A row of red, green and blue, of which some groups at the start are grey, before and after: there,
    /// what is true of red is true of all three.
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

    /// Words of the row, each from the one above and the filtered one.
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

    /// Bytes of the row, each the filtered one and what is predicted of those to the left, above, and to
    /// the left of that above.
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
            // After a group every pixel is where it was, so that none is moved.
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

    /// Whether the filtered bytes of a group, and the others of its last word, are zero.
    #[inline(always)]
    const fn is_zero(&self, [low, a, b, c]: [u64; GROUP + 1]) -> bool {
        a | b == 0 && low >> self.shift | c == 0
    }

    /// The filtered bytes of a group.
    #[inline(always)]
    pub(super) const fn joined(&self, [low, a, b, c]: [u64; GROUP + 1]) -> [u64; GROUP] {
        [self.join(low, a), self.join(a, b), self.join(b, c)]
    }

    /// The row's word that begins in one of its words and ends in the next.
    #[inline(always)]
    const fn join(&self, low: u64, high: u64) -> u64 {
        low >> self.shift | (high << 1) << (63 - self.shift)
    }
}

/// Eight bytes of [`Filtered::bytes`].
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

/// The pixel to the left, and that above it.
#[derive(Clone, Copy, Default)]
pub(super) struct Before {
    pub(super) left: Pixel,
    pub(super) corner: Pixel,
}

impl Before {
    /// Whether all pixels of a group of the row above are those before. Then, where every filtered byte
    /// is zero, the group stays as it is: of equal bytes each filter that looks to the left predicts that.
    ///
    /// Not inlined, or else most of it is computed before it is known to be needed.
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

/// The bytes of the last pixel, the next one's predecessor first.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pixel(
    pub(super) u64,
    pub(super) u64,
    pub(super) u64,
    pub(super) u64,
);

impl Pixel {
    /// Forgets the first byte and appends another.
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

/// The sums of eight bytes each, without their carries.
#[inline(always)]
const fn add(a: u64, b: u64) -> u64 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    ((a & !HIGH) + (b & !HIGH)) ^ ((a ^ b) & HIGH)
}

/// [`paeth`]. A multiplication by `three` is one instruction, and what the compiler makes of a known
/// number is two.
#[inline(always)]
fn paeth_by(three: u64) -> impl Fn(u64, u64, u64) -> u64 {
    move |left, up, corner| paeth(left, up, corner, three)
}

/// PNG, section 9.4: of left, up and corner, the one that is nearest to `p = left + up - corner`; in
/// this order where two are.
///
/// If `corner <= min`, of the least of left and up, then `p >= max`, of the greatest, which is nearest.
/// If `corner >= max`, likewise it is `min`. Else `p` is between, at distance `corner - min` from `max`,
/// `max - corner` from `min` and `|max + min - 2·corner|` from `corner`. So it is `max` if
/// `corner - min <= max + min - 2·corner`, which is `3·corner - left - up <= min` and so true also in the
/// first case; and `min` if `3·corner - left - up >= max`, as in the second.
#[inline(always)]
const fn paeth(left: u64, up: u64, corner: u64, three: u64) -> u64 {
    // Both are frequent, and seen from the general rule below only with more instructions.
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
