//! A decoded picture.

use core::fmt;

use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};

use crate::ImageError;
use crate::limits::{MAX_PIXELS, MAX_SIDE};

/// A decoded picture of at least one pixel, in the layout that its file had.
///
/// The pixels become 8-bit RGB one by one, in [`rgb`](Self::rgb), because a network samples few of
/// them and converting them all would be most of a zkVM's work.
#[derive(Clone, PartialEq)]
pub struct Picture {
    samples: DynamicImage,
    orientation: Orientation,
}

impl Picture {
    /// A picture from RGB values, row by row from the top; `None` if there are not exactly
    /// `width · height` pixels, or none at all.
    #[must_use]
    pub fn from_rgb(width: u32, height: u32, rgb: Vec<u8>) -> Option<Self> {
        let expected = u64::from(width) * u64::from(height) * 3;
        if expected == 0 || expected != rgb.len() as u64 {
            return None;
        }
        let samples = RgbImage::from_raw(width, height, rgb)?;
        Some(Self::new(DynamicImage::ImageRgb8(samples)))
    }

    /// The picture, with another EXIF orientation; `None` unless it is 1 to 8.
    #[must_use]
    pub fn turned(self, exif_orientation: u8) -> Option<Self> {
        Orientation::from_exif(exif_orientation).map(|it| self.with_orientation(it))
    }

    /// A picture of these samples, upright. The caller has checked that there is a pixel.
    pub(crate) const fn new(samples: DynamicImage) -> Self {
        Self {
            samples,
            orientation: Orientation::NoTransforms,
        }
    }

    pub(crate) fn with_orientation(self, orientation: Orientation) -> Self {
        Self {
            orientation,
            ..self
        }
    }

    pub(crate) const fn orientation(&self) -> Orientation {
        self.orientation
    }

    /// Width in pixels as stored, at least 1.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.samples.width()
    }

    /// Height in pixels as stored, at least 1.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.samples.height()
    }

    /// Red, green and blue of one pixel, over white; `None` outside the picture. `x` counts columns
    /// from the left, `y` rows from the top, both as stored: the file's orientation plays no part.
    ///
    /// Grey `v` is `[v, v, v]`. A 16-bit sample counts by its high byte. A value `c` with alpha `a`
    /// is `⌊(c·a + 255·(255 − a)) / 255⌋`.
    #[must_use]
    pub fn rgb(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        match &self.samples {
            DynamicImage::ImageLuma8(image) => {
                let [v] = image.get_pixel_checked(x, y)?.0;
                Some([v; 3])
            }
            DynamicImage::ImageLumaA8(image) => {
                let [v, a] = image.get_pixel_checked(x, y)?.0;
                Some([over_white(v, a); 3])
            }
            DynamicImage::ImageRgb8(image) => Some(image.get_pixel_checked(x, y)?.0),
            DynamicImage::ImageRgba8(image) => {
                let [r, g, b, a] = image.get_pixel_checked(x, y)?.0;
                Some([r, g, b].map(|c| over_white(c, a)))
            }
            DynamicImage::ImageLuma16(image) => {
                let [v] = image.get_pixel_checked(x, y)?.0.map(high_byte);
                Some([v; 3])
            }
            DynamicImage::ImageLumaA16(image) => {
                let [v, a] = image.get_pixel_checked(x, y)?.0.map(high_byte);
                Some([over_white(v, a); 3])
            }
            DynamicImage::ImageRgb16(image) => {
                Some(image.get_pixel_checked(x, y)?.0.map(high_byte))
            }
            DynamicImage::ImageRgba16(image) => {
                let [r, g, b, a] = image.get_pixel_checked(x, y)?.0.map(high_byte);
                Some([r, g, b].map(|c| over_white(c, a)))
            }
            // Floating-point samples are only in formats that are not decoded.
            _ => None,
        }
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture")
            .field("width", &self.width())
            .field("height", &self.height())
            .field("layout", &self.samples.color())
            .field("orientation", &self.orientation.to_exif())
            .finish()
    }
}

/// Checks the dimensions in a picture's header against [`MAX_SIDE`] and [`MAX_PIXELS`].
pub(crate) fn check_dimensions(width: u32, height: u32) -> Result<(), ImageError> {
    let side = 1..=MAX_SIDE;
    let pixels = u64::from(width) * u64::from(height);
    if side.contains(&width) && side.contains(&height) && pixels <= MAX_PIXELS {
        Ok(())
    } else {
        Err(ImageError::Dimensions { width, height })
    }
}

const fn high_byte(sample: u16) -> u8 {
    let [high, _] = sample.to_be_bytes();
    high
}

/// At most `255·255 / 255`, so the cast keeps the value.
fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha)) / 255) as u8
}
