//! Sliding windows: the geometry that convolutions and pools share.

use crate::shape::Shape;
use serde::{Deserialize, Serialize};

/// A window that slides over every channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// How it slides down.
    pub height: Axis,
    /// How it slides across.
    pub width: Axis,
}

impl Window {
    /// A square window without padding.
    #[must_use]
    pub const fn square(kernel: usize, stride: usize) -> Self {
        let axis = Axis {
            kernel,
            stride,
            before: 0,
            after: 0,
        };
        Self {
            height: axis,
            width: axis,
        }
    }

    /// The number of cells under the window.
    #[must_use]
    pub const fn area(&self) -> usize {
        self.height.kernel.saturating_mul(self.width.kernel)
    }

    /// Whether the window reaches outside the picture at some position.
    #[must_use]
    pub const fn is_padded(&self) -> bool {
        self.height.is_padded() || self.width.is_padded()
    }

    /// Whether every position of the window has at least one cell of the picture under it.
    #[must_use]
    pub const fn always_touches(&self) -> bool {
        self.height.always_touches() && self.width.always_touches()
    }

    /// The shape that `channels` windows over `input` make, or `None` if the window does not fit or
    /// is larger than any tensor.
    #[must_use]
    pub fn output(&self, input: Shape, channels: usize) -> Option<Shape> {
        if self.area() > Shape::MAX_LEN {
            return None;
        }
        let height = self.height.output_len(input.height())?;
        let width = self.width.output_len(input.width())?;
        Shape::new(channels, height, width)
    }

    /// Calls `visit(tap, output, input)` for every row segment: the cells `output` of an output
    /// channel that tap `tap` of the window feeds from the cells `input` of an input channel.
    /// Cells in the padding are left out.
    pub(crate) fn for_each_segment(
        &self,
        input: Shape,
        output: Shape,
        mut visit: impl FnMut(usize, Segment, Segment),
    ) {
        let taps =
            (0..self.height.kernel).flat_map(|y| (0..self.width.kernel).map(move |x| (y, x)));
        for (tap, (y, x)) in taps.enumerate() {
            let rows = self.height.taps(y, input.height(), output.height());
            let columns = self.width.taps(x, input.width(), output.width());
            for step in 0..rows.count {
                let from = rows
                    .first_input
                    .wrapping_add(step.wrapping_mul(self.height.stride));
                let to = rows.first_output.wrapping_add(step);
                visit(
                    tap,
                    Segment {
                        start: to
                            .wrapping_mul(output.width())
                            .wrapping_add(columns.first_output),
                        count: columns.count,
                        stride: 1,
                    },
                    Segment {
                        start: from
                            .wrapping_mul(input.width())
                            .wrapping_add(columns.first_input),
                        count: columns.count,
                        stride: self.width.stride,
                    },
                );
            }
        }
    }
}

/// Evenly spaced cells of one channel. Indices are below [`Shape::MAX_LEN`], so nothing wraps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    start: usize,
    count: usize,
    stride: usize,
}

impl Segment {
    /// The cells, for reading.
    pub(crate) fn of<'a>(&self, cells: &'a [i64]) -> impl Iterator<Item = &'a i64> + use<'a> {
        let cells = cells.get(self.start..).unwrap_or_default();
        cells.iter().step_by(self.stride).take(self.count)
    }

    /// The cells, for writing.
    pub(crate) fn of_mut<'a>(
        &self,
        cells: &'a mut [i64],
    ) -> impl Iterator<Item = &'a mut i64> + use<'a> {
        let cells = cells.get_mut(self.start..).unwrap_or_default();
        cells.iter_mut().step_by(self.stride).take(self.count)
    }
}

/// One direction of a [`Window`]; all lengths are in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// Length of the window, at least 1.
    pub kernel: usize,
    /// Step between neighbouring positions, at least 1.
    pub stride: usize,
    /// Padding before the first cell.
    pub before: usize,
    /// Padding after the last cell.
    pub after: usize,
}

/// The positions at which one tap of a window lies inside the picture: output `first_output + i`
/// takes input `first_input + i · stride`, for `i < count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taps {
    /// The first output that the tap feeds.
    pub first_output: usize,
    /// The input that it feeds there.
    pub first_input: usize,
    /// The number of outputs that the tap feeds.
    pub count: usize,
}

impl Axis {
    /// Whether there is padding on either side.
    #[must_use]
    pub const fn is_padded(&self) -> bool {
        self.before > 0 || self.after > 0
    }

    const fn always_touches(&self) -> bool {
        self.before < self.kernel && self.after < self.kernel
    }

    /// `⌊(input + before + after − kernel) / stride⌋ + 1`, or `None` if the window does not fit or
    /// the axis is malformed.
    #[must_use]
    pub fn output_len(&self, input: usize) -> Option<usize> {
        let limit = 0..=Shape::MAX_LEN;
        let sane = [self.kernel, self.stride, self.before, self.after]
            .iter()
            .all(|side| limit.contains(side));
        if self.kernel == 0 || !sane {
            return None;
        }
        input
            .checked_add(self.before)?
            .checked_add(self.after)?
            .checked_sub(self.kernel)?
            .checked_div(self.stride)?
            .checked_add(1)
    }

    /// Where tap `tap < kernel` falls inside `input` cells, for `output` positions.
    #[must_use]
    pub fn taps(&self, tap: usize, input: usize, output: usize) -> Taps {
        // Output `o` takes input `o·stride + tap − before`.
        let skipped = self.before.saturating_sub(tap);
        let first_output = skipped.div_ceil(self.stride.max(1));
        let first_input = first_output
            .saturating_mul(self.stride)
            .saturating_add(tap)
            .saturating_sub(self.before);
        let inside = match input.checked_sub(first_input) {
            Some(cells) => cells.div_ceil(self.stride.max(1)),
            None => 0,
        };
        Taps {
            first_output,
            first_input,
            count: inside.min(output.saturating_sub(first_output)),
        }
    }
}
