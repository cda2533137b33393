//! Samples to red, green and blue.

use super::plane::Plane;
use super::transform::clamp;

/// The sampled pixels, row by row, of one plane or three.
pub(super) fn pixels(planes: &[Plane<'_>]) -> Option<Vec<[u8; 3]>> {
    let (luma, colour) = planes.split_first()?;
    let grid = luma.grid;
    let mut pixels = Vec::with_capacity(grid.across.taps.len() * grid.down.taps.len());
    for (y, (near, _)) in grid.down.taps.iter().enumerate() {
        let lumas = luma.row(*near)?;
        match colour {
            [] => {
                for (x, _) in &grid.across.taps {
                    pixels.push([*lumas.get(*x as usize)?; 3]);
                }
            }
            [blue, red] => {
                // Both have the same grid.
                let colours = blue.grid;
                let (near, far) = *colours.down.taps.get(y)?;
                let blue = (blue.row(near)?, blue.row(far)?);
                let red = (red.row(near)?, red.row(far)?);
                for ((x, _), (near, far)) in grid.across.taps.iter().zip(&colours.across.taps) {
                    let luma = i32::from(*lumas.get(*x as usize)?);
                    let filtered = |rows| filtered(rows, *near as usize, *far as usize);
                    pixels.push(rgb(luma, filtered(blue)?, filtered(red)?));
                }
            }
            _ => return None,
        }
    }
    Some(pixels)
}

/// The triangle filter, down and then across, rounded after each. Where both taps are the same
/// sample, the value stays as it is.
#[inline(always)]
fn filtered((upper, lower): (&[u8], &[u8]), near: usize, far: usize) -> Option<i32> {
    let down = |x| {
        let near = i32::from(*upper.get(x)?);
        let far = i32::from(*lower.get(x)?);
        Some((3 * near + far + 2) >> 2)
    };
    Some((3 * down(near)? + down(far)? + 2) >> 2)
}

/// The reference's conversion: that of BT.601, in integers scaled by 2^14.
#[inline(always)]
const fn rgb(luma: i32, blue: i32, red: i32) -> [u8; 3] {
    let luma = luma * 16384 + 8191;
    let (blue, red) = (blue - 128, red - 128);
    [
        clamp((luma + 22970 * red) >> 14),
        clamp((luma - 11700 * red - 5638 * blue) >> 14),
        clamp((luma + 29032 * blue) >> 14),
    ]
}
