//! Tensor shapes.

use core::fmt;
use serde::{Deserialize, Serialize};

/// `[channels][height][width]`, row-major. A vector of `n` is `n` channels of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Shape {
    channels: usize,
    height: usize,
    width: usize,
}

impl Shape {
    /// The most cells one tensor may have.
    pub const MAX_LEN: usize = 1 << 22;

    /// A shape, or `None` if a side is zero or there are more than [`Self::MAX_LEN`] cells.
    #[must_use]
    pub fn new(channels: usize, height: usize, width: usize) -> Option<Self> {
        let len = channels.checked_mul(height)?.checked_mul(width)?;
        (1..=Self::MAX_LEN).contains(&len).then_some(Self {
            channels,
            height,
            width,
        })
    }

    /// The shape of a vector, under the same limits as [`Self::new`].
    #[must_use]
    pub fn flat(len: usize) -> Option<Self> {
        Self::new(len, 1, 1)
    }

    /// Number of channels.
    #[must_use]
    pub const fn channels(&self) -> usize {
        self.channels
    }

    /// Height of each channel, in cells.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.height
    }

    /// Width of each channel, in cells.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Number of cells of each channel.
    #[must_use]
    pub const fn area(&self) -> usize {
        self.height.saturating_mul(self.width)
    }

    /// Number of cells of all channels.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.channels.saturating_mul(self.area())
    }

    /// Always false: no side of a shape is zero.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Whether this is a vector.
    #[must_use]
    pub const fn is_flat(&self) -> bool {
        self.height == 1 && self.width == 1
    }

    /// Whether the sides obey [`Self::new`]; a shape read from a file may not.
    #[must_use]
    pub(crate) fn is_valid(&self) -> bool {
        Self::new(self.channels, self.height, self.width).is_some()
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_flat() {
            write!(f, "{}", self.channels)
        } else {
            write!(f, "{}×{}×{}", self.channels, self.height, self.width)
        }
    }
}
