//! The scan: MCU after MCU (T.81, A.2.3 and E.2.4).

use core::cell::Cell;

use super::bits::{Bits, Words};
use super::entropy::Tables;
use super::plane::{Grid, Plane, Row};
use super::symbol::Entries;
use super::transform::{Column, Sums, Transform};

/// A component, ready to decode: its tables, transform and needed samples.
pub(super) struct Channel<'a> {
    pub(super) tables: &'a Tables<'a>,
    pub(super) transform: &'a Transform,
    pub(super) grid: &'a Grid,
    /// Blocks of an MCU across.
    pub(super) across: usize,
    /// Blocks of an MCU down.
    pub(super) down: usize,
}

/// The picture's size in MCUs (minimum coded units, each with all components of a small square).
#[derive(Clone, Copy)]
pub(super) struct Layout {
    pub(super) wide: usize,
    pub(super) high: usize,
    /// MCUs between restart markers.
    pub(super) interval: usize,
}

/// A block of an MCU. Values that change are in cells, since blocks of a component share them.
struct Slot<'a> {
    tables: &'a Tables<'a>,
    dc: &'a Entries,
    ac: &'a Entries,
    strides: &'a Entries,
    transform: &'a Transform,
    /// The first coefficient of the component's last block.
    first: &'a Cell<i32>,
    /// The component's samples.
    samples: &'a [Cell<u8>],
    /// The needed rows of samples that this block has in the current row of MCUs.
    rows: Cell<&'a [Row]>,
}

/// A block of a row of MCUs.
struct Block<'a> {
    slot: &'a Slot<'a>,
    /// The needed columns of samples that this block has.
    columns: &'a [Column],
    /// The index of the first of them.
    start: usize,
}

/// Decodes the samples needed of each component.
pub(super) fn decode<'a>(
    channels: &[Channel<'a>],
    words: &Words,
    layout: Layout,
) -> Option<Vec<Plane<'a>>> {
    let firsts = [const { Cell::new(0) }; 3];
    let mut planes = Vec::with_capacity(channels.len());
    planes.extend(channels.iter().map(|channel| Plane::new(channel.grid)));
    let samples = planes.iter_mut().map(Plane::cells);
    let slots = slots(channels.iter().zip(&firsts).zip(samples));
    let blocks = blocks(channels, &slots, layout.wide);
    let mut sums = [Sums::NEW; 8];

    let mut segment = 0;
    let mut bits = Bits::new(words, segment)?;
    let mut left = layout.interval;
    for row in 0..layout.high {
        check_range(channels, &firsts, layout.wide)?;
        enter(channels, &slots, row);
        let mut column = 0;
        while column < layout.wide {
            if left == 0 {
                if !bits.is_at_end(words, segment) {
                    return None;
                }
                segment += 1;
                bits = Bits::new(words, segment)?;
                firsts.iter().for_each(|first| first.set(0));
                left = layout.interval;
            }
            let end = layout.wide.min(column + left);
            let blocks = blocks.get(column * slots.len()..end * slots.len())?;
            bits = mcus(blocks, &bits, &mut sums)?;
            left -= end - column;
            column = end;
        }
    }
    bits.is_at_end(words, segment).then_some(planes)
}

/// The blocks of an MCU.
fn slots<'a, 'b: 'a>(
    channels: impl Iterator<Item = ((&'a Channel<'b>, &'a Cell<i32>), &'a [Cell<u8>])>,
) -> Vec<Slot<'a>> {
    let mut slots = Vec::with_capacity(6);
    for ((channel, first), samples) in channels {
        let (dc, ac, strides) = channel.tables.entries();
        for _ in 0..channel.down * channel.across {
            slots.push(Slot {
                tables: channel.tables,
                dc,
                ac,
                strides,
                transform: channel.transform,
                first,
                samples,
                rows: Cell::new(&[]),
            });
        }
    }
    slots
}

/// The blocks of a row of MCUs.
fn blocks<'a>(channels: &[Channel<'a>], slots: &'a [Slot<'a>], wide: usize) -> Vec<Block<'a>> {
    let mut blocks = Vec::with_capacity(wide * slots.len());
    for column in 0..wide {
        let mut slots = slots.iter();
        for channel in channels {
            for index in 0..channel.down * channel.across {
                let x = column * channel.across + index % channel.across;
                let (start, end) = channel.grid.across.block(x);
                let Some(slot) = slots.next() else {
                    return Vec::new();
                };
                blocks.push(Block {
                    slot,
                    columns: channel.grid.columns.get(start..end).unwrap_or_default(),
                    start,
                });
            }
        }
    }
    blocks
}

/// Enters a row of MCUs: sets the rows of samples that each slot needs.
fn enter<'a>(channels: &[Channel<'a>], slots: &[Slot<'a>], row: usize) {
    let mut slots = slots.iter();
    for channel in channels {
        for index in 0..channel.down * channel.across {
            let y = row * channel.down + index / channel.across;
            let (from, to) = channel.grid.down.block(y);
            if let Some(slot) = slots.next() {
                let rows = channel.grid.rows.get(from..to);
                slot.rows.set(rows.unwrap_or_default());
            }
        }
    }
}

/// `None` if a first coefficient in a row of MCUs could overflow when it is multiplied by its
/// divisor. The reference then wraps around or stops, depending on how it is compiled.
fn check_range(channels: &[Channel<'_>], firsts: &[Cell<i32>; 3], wide: usize) -> Option<()> {
    for (channel, first) in channels.iter().zip(firsts) {
        let blocks = (wide * channel.across * channel.down) as u64;
        let change = blocks * channel.tables.greatest_difference;
        let greatest = u64::from(first.get().unsigned_abs()) + change;
        if greatest * u64::from(channel.transform.first().unsigned_abs()) > i32::MAX as u64 {
            return None;
        }
    }
    Some(())
}

/// Decodes MCUs of a row. This is a function of its own so that it has all registers of the
/// processor.
#[inline(never)]
fn mcus<'b>(blocks: &[Block<'_>], bits: &Bits<'b>, sums: &mut [Sums; 8]) -> Option<Bits<'b>> {
    let mut bits = bits.clone();
    for block in blocks {
        let slot = block.slot;
        let difference = slot.tables.difference(slot.dc, &mut bits)?;
        let first = slot.first.get().wrapping_add(difference);
        slot.first.set(first);
        if block.is_needed() {
            block.decode(&mut bits, first, sums)?;
        } else {
            slot.tables.skip(slot.strides, &mut bits)?;
        }
    }
    Some(bits)
}

impl Block<'_> {
    /// Whether a sampled pixel depends on this block.
    #[inline(always)]
    const fn is_needed(&self) -> bool {
        !self.slot.rows.get().is_empty() && !self.columns.is_empty()
    }

    /// Decodes the other coefficients, and the samples needed.
    #[inline(always)]
    fn decode(&self, bits: &mut Bits<'_>, first: i32, sums: &mut [Sums; 8]) -> Option<()> {
        let rows = self.slot.rows.get();
        if Tables::ends_at_once(self.slot.ac, bits)? {
            return self.fill(rows, first);
        }
        match rows {
            [row] => self.read(bits, first, [row], sums.first_chunk_mut()?),
            [upper, lower] => self.read(bits, first, [upper, lower], sums.first_chunk_mut()?),
            rows => {
                *bits = self.read_rows(bits.clone(), first, rows, sums)?;
                Some(())
            }
        }
    }

    /// Sets the samples of a block with no coefficient but the first.
    #[inline(always)]
    fn fill(&self, rows: &[Row], first: i32) -> Option<()> {
        let value = self.slot.transform.flat(first);
        // Copies, since the compiler has to assume that setting a cell may change these values.
        let (samples, start, count) = (self.slot.samples, self.start, self.columns.len());
        for row in rows {
            match (count, samples.get(row.start + start..)?) {
                (1, [sample, ..]) => sample.set(value),
                (2, [left, right, ..]) => {
                    left.set(value);
                    right.set(value);
                }
                (_, samples) => samples
                    .iter()
                    .take(count)
                    .for_each(|sample| sample.set(value)),
            }
        }
        Some(())
    }

    /// Decodes a block with needed samples in any number of rows.
    #[inline(never)]
    fn read_rows<'b>(
        &self,
        mut bits: Bits<'b>,
        first: i32,
        rows: &[Row],
        sums: &mut [Sums; 8],
    ) -> Option<Bits<'b>> {
        let mut places = [rows.first()?; 8];
        for (place, row) in places.iter_mut().zip(rows) {
            *place = row;
        }
        self.read(&mut bits, first, places, sums)?;
        Some(bits)
    }

    /// Decodes a block with needed samples in these rows.
    #[inline(always)]
    fn read<const ROWS: usize>(
        &self,
        bits: &mut Bits<'_>,
        first: i32,
        rows: [&Row; ROWS],
        sums: &mut [Sums; ROWS],
    ) -> Option<()> {
        let Slot {
            tables,
            ac,
            transform,
            samples,
            ..
        } = self.slot;
        let terms = rows.map(|row| transform.row(row.y));
        let position = tables.read(ac, bits, terms, sums)?;
        if position == 1 {
            return self.fill(self.slot.rows.get(), first);
        }
        for index in 0..ROWS {
            let samples = samples.get(rows[index].start + self.start..)?;
            let sums = &mut sums[index];
            let first = first.wrapping_mul(terms[index][1].factor);
            // Coefficients up to this position, in zigzag order, are in the first 2, 4, 6 or 8
            // columns.
            match position {
                ..=5 => sums.take::<2>(first, self.columns, samples),
                6..=14 => sums.take::<4>(first, self.columns, samples),
                15..=27 => sums.take::<6>(first, self.columns, samples),
                _ => sums.take::<8>(first, self.columns, samples),
            }
        }
        Some(())
    }
}
