//! JPEG: baseline, grey or YCbCr (ITU-T T.81, annexes B and F).
//!
//! Every bit of the scan is decoded, since a Huffman code starts where the code before it ends. A
//! block is reconstructed only if a sampled pixel depends on it, and then only the samples needed.
//!
//! This module decodes grey, and YCbCr as 4:4:4, 4:2:2, 4:4:0 or 4:2:0, in one scan with or without
//! restart markers. It leaves a file to `zklens_image` if the file
//!
//! * is of another kind,
//! * deviates from the standard anywhere up to its end-of-image marker, or
//! * has numbers large enough to overflow in the decoder that `zklens_image` calls.
//!
//! That decoder is "the reference" in these modules. It salvages damaged files in ways of its own,
//! which are not repeated here. The arithmetic is the reference's: its integer transform
//! (`transform`), its triangle filter for sub-sampled colour (`plane`) and its colour conversion
//! (`colour`).

mod bits;
mod colour;
mod entropy;
mod header;
mod huffman;
mod plane;
mod scan;
mod symbol;
mod transform;

use zklens_image::nearest;

use crate::Target;
use bits::Words;
use entropy::Tables;
use header::Component;
use plane::{Axis, Grid};
use scan::{Channel, Layout};
use transform::Transform;

/// Red, green and blue of the sampled pixels, row by row; `None` if the file is left to
/// `zklens_image`.
#[must_use]
pub fn sample(bytes: &[u8], target: Target) -> Option<Vec<[u8; 3]>> {
    let header = header::parse(bytes)?;
    let luma = header.components.first()?;
    let wide = header.width.div_ceil(8 * luma.across);
    let high = header.height.div_ceil(8 * luma.down);
    let mcus = (wide * high) as usize;
    let layout = Layout {
        wide: wide as usize,
        high: high as usize,
        interval: match header.restart_interval as usize {
            0 => mcus,
            interval => interval,
        },
    };
    let words = Words::new(header.scan, mcus.div_ceil(layout.interval))?;

    // Cb and Cr are sampled alike, and mostly have the same tables.
    let columns = nearest(header.width, target.width);
    let rows = nearest(header.height, target.height);
    let grid = |component: &Component<'_>| {
        let (across, down) = (component.across, component.down);
        Grid::new(
            Axis::new(&columns, luma.across / across, wide * across),
            Axis::new(&rows, luma.down / down, high * down),
        )
    };
    let grids: Vec<Grid> = header.components.iter().take(2).map(grid).collect();
    let mut decoders = Vec::with_capacity(3);
    for (component, grid) in header.components.iter().zip([0, 1, 1]) {
        let blocks = mcus * (component.across * component.down) as usize;
        let skipped = blocks - grids.get(grid)?.needed();
        let same =
            grid == decoders.len().wrapping_sub(1) && header.components.get(1) == Some(component);
        if !same {
            decoders.push((
                Tables::new(component, skipped),
                Transform::new(component.quantizer)?,
            ));
        }
    }
    let mut channels = Vec::with_capacity(3);
    for ((index, component), grid) in header.components.iter().enumerate().zip([0, 1, 1]) {
        let (tables, transform) = decoders.get(index).or(decoders.last())?;
        channels.push(Channel {
            tables,
            transform,
            grid: grids.get(grid)?,
            across: component.across as usize,
            down: component.down as usize,
        });
    }
    colour::pixels(&scan::decode(&channels, &words, layout)?)
}
