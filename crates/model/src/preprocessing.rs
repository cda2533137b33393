//! The steps from an image to a network's input, and the pixels that they give.
//!
//! The steps themselves are in `zklens-image`. A model only names them, because they are part of
//! every statement about the model.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

pub use crate::view::{Crop, Filter, View};

/// How a decoded picture becomes [`Pixels`]: colour, then resize, then inversion, each exact on
/// integers. (For [`Resize::Nearest`] the first two can change places, and only the pixels that are
/// kept need a colour.) A [`View`] first turns and crops the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preprocessing {
    /// Height of the network's input, in pixels.
    pub height: u16,
    /// Width of the network's input, in pixels.
    pub width: u16,
    /// The channels that the network sees.
    pub colour: Colour,
    /// How the picture is brought to `height × width`.
    pub resize: Resize,
    /// Whether every value `v` becomes `255 − v`: for networks that learned light on dark.
    pub invert: bool,
}

impl Preprocessing {
    /// `[channels, height, width]` of the pixels.
    #[must_use]
    pub const fn shape(&self) -> [u16; 3] {
        [self.colour.channels(), self.height, self.width]
    }

    /// The number of pixel values that the network takes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shape()
            .into_iter()
            .fold(1, |len, dim| len.saturating_mul(usize::from(dim)))
    }

    /// Whether the network sees pictures as a viewer shows them: turned as the EXIF orientation of
    /// their file says.
    #[must_use]
    pub const fn is_upright(&self) -> bool {
        match self.resize {
            Resize::Nearest | Resize::Box => false,
            Resize::View(view) => view.is_upright(),
        }
    }

    /// Whether a side is zero. No valid model has such an input.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The channels a network sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colour {
    /// One channel, `⌊(2126·R + 7152·G + 722·B) / 10000⌋`: Rec. 709 luma weights.
    Luma,
    /// Three channels: red, green, blue.
    Rgb,
}

impl Colour {
    /// Number of channels.
    #[must_use]
    pub const fn channels(self) -> u16 {
        match self {
            Self::Luma => 1,
            Self::Rgb => 3,
        }
    }
}

/// How a picture of any size is brought to the network's size. [`Self::Nearest`] and [`Self::Box`]
/// use the whole picture as it is stored, and do not keep its aspect ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resize {
    /// The source pixel under each target pixel's centre:
    /// `⌊(2·i + 1)·source / (2·target)⌋` along each axis.
    Nearest,
    /// The mean, rounded down, of the source pixels that each target pixel covers: rows and columns
    /// `⌊i·source / target⌋ … max(⌈(i + 1)·source / target⌉, start + 1)`.
    Box,
    /// What photographs need: perhaps turned upright, perhaps cropped, then resized.
    View(View),
}

/// A network's input: 8-bit values in `[channel][row][column]` order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    values: Vec<u8>,
    shape: [u16; 3],
}

impl Pixels {
    /// Pixels of `[channels, height, width]`, or `None` if the length of `values` is not the
    /// product of the sides.
    #[must_use]
    pub fn new(shape: [u16; 3], values: Vec<u8>) -> Option<Self> {
        let expected = shape
            .into_iter()
            .try_fold(1usize, |len, dim| len.checked_mul(usize::from(dim)))?;
        (values.len() == expected).then_some(Self { values, shape })
    }

    /// `[channels, height, width]`.
    #[must_use]
    pub const fn shape(&self) -> [u16; 3] {
        self.shape
    }

    /// The values, channel by channel, row by row.
    #[must_use]
    pub fn values(&self) -> &[u8] {
        &self.values
    }
}
