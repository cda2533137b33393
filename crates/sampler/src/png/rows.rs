//! The rows that the sampled pixels depend on.

use super::output::{AFTER, BEFORE};
use super::unfilter::{Filter, Filtered, GROUP, Word};

/// The part of a row that is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    Nothing,
    /// Only the sampled bytes.
    Samples,
    /// Every byte up to the last sampled one.
    All,
}

/// The rows of a picture.
pub(super) struct Rows<'a> {
    /// The inflated bytes.
    words: &'a [u64],
    /// Bytes of a row, including its filter type.
    stride: usize,
    /// Bytes of a pixel, at least 1.
    pixel: usize,
    /// For each row, its filter and the part of it that is needed.
    /// For each row, its filter and the part of it that is needed.
    plans: Vec<(Filter, Need)>,
    /// The offset of the first byte of each sampled pixel in a row, each once.
    samples: Vec<usize>,
    /// The row that was made last.
    /// The row that was made last.
    row: Vec<Word>,
    /// The number of grey groups at the row's start, if it is known.
    grey: Option<usize>,
}

impl<'a> Rows<'a> {
    /// Prepares `height` rows of `stride` bytes. Sampled pixels start at the offsets `samples`, in
    /// ascending order, in the rows `rows`. `None` if a row has an unknown filter type.
    pub(super) fn new(
        words: &'a [u64],
        (stride, height): (usize, usize),
        pixel: usize,
        samples: &[usize],
        rows: &[u32],
    ) -> Option<Self> {
        let mut plans = Vec::with_capacity(height);
        for row in 0..height {
            plans.push((Filter::read(byte(words, row * stride)?)?, Need::Nothing));
        }
        for row in rows {
            plans.get_mut(*row as usize)?.1 = Need::Samples;
        }
        for row in (1..height).rev() {
            let (filter, need) = plans[row];
            let above = filter.above(need);
            plans[row - 1].1 = plans[row - 1].1.max(above);
        }
        let mut samples = samples.to_vec();
        samples.dedup();
        let width = samples.last()? + pixel;
        Some(Self {
            words,
            stride,
            pixel,
            plans,
            samples,
            row: vec![Word([0; 8]); width.div_ceil(8).next_multiple_of(GROUP)],
            grey: None,
        })
    }

    /// Makes a row, after all rows above it.
    pub(super) fn make(&mut self, row: usize) -> Option<()> {
        let (filter, need) = *self.plans.get(row)?;
        if need == Need::Nothing {
            return Some(());
        }
        let start = row * self.stride + 1;
        if need == Need::Samples && matches!(filter, Filter::None | Filter::Up) {
            return self.make_samples(filter, start);
        }
        let first = BEFORE + start / 8;
        let shift = 8 * (start % 8) as u32;
        let words = self.words.get(first..)?.get(..=self.row.len())?;
        let filtered = Filtered { words, shift };
        match self.pixel {
            1 => filtered.make::<1>(filter, &mut self.row),
            2 => filtered.make::<2>(filter, &mut self.row),
            3 => filtered.make_rgb(filter, &mut self.row, &mut self.grey),
            4 => filtered.make::<4>(filter, &mut self.row),
            _ => return None,
        }
        Some(())
    }

    /// Makes only the sampled bytes of a row whose filter looks at most up.
    fn make_samples(&mut self, filter: Filter, start: usize) -> Option<()> {
        self.grey = None;
        for sample in &self.samples {
            for index in *sample..sample + self.pixel {
                let filtered = byte(self.words, start + index)?;
                let byte = &mut self.row.get_mut(index / 8)?.0[index % 8];
                *byte = match filter {
                    Filter::Up => byte.wrapping_add(filtered),
                    _ => filtered,
                };
            }
        }
        Some(())
    }

    /// A byte of the row that was made last.
    pub(super) fn byte(&self, index: usize) -> Option<u8> {
        Some(self.row.get(index / 8)?.0[index % 8])
    }
}

/// The inflated byte at an index.
fn byte(words: &[u64], index: usize) -> Option<u8> {
    Some((words.get(BEFORE + index / 8)? >> (8 * (index % 8))) as u8)
}

impl Filter {
    /// The part of the row above that is needed for the part `need` of a row with this filter.
    const fn above(self, need: Need) -> Need {
        match (self, need) {
            (_, Need::Nothing) | (Self::None | Self::Sub, _) => Need::Nothing,
            (Self::Up, need) => need,
            (Self::Average | Self::Paeth, _) => Need::All,
        }
    }
}

const _: () = assert!(
    AFTER > GROUP,
    "a row may end some words after its last byte"
);
