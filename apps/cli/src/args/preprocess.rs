//! Arguments of `import` that say how pictures are prepared for the network.

use crate::failure::{EXIT_USAGE, Failure};
use clap::builder::ArgAction;
use clap::{Args, ValueEnum};
use zklens_model::{Crop, Filter, Resize, View};
use zklens_onnx::{Normalisation, PixelRange};

#[derive(Debug, Args)]
pub(crate) struct PreprocessArguments {
    /// Prepare pictures as a family of networks expects; see below
    #[arg(long, value_enum, value_name = "PRESET")]
    preprocess: Option<Preset>,
    /// How pictures are resized for the network [default: nearest]
    #[arg(long, value_enum)]
    resize: Option<ResizeFilter>,
    /// Keep the centre of a picture, with the aspect ratio of the network's input; without it, all of the picture is
    /// stretched to the input
    #[arg(long, action = ArgAction::Set, value_name = "BOOL", require_equals = true, num_args = 0..=1, default_missing_value = "true")]
    crop: Option<bool>,
    /// Keep only this part of the crop's sides, as in 224/256; implies --crop
    #[arg(long, value_name = "KEPT/OF", value_parser = border)]
    border: Option<Crop>,
    /// Turn pictures upright, as the EXIF orientation of their file says: cameras often store them on their side
    #[arg(long, action = ArgAction::Set, value_name = "BOOL", require_equals = true, num_args = 0..=1, default_missing_value = "true")]
    upright: Option<bool>,
    /// Invert pictures first: for networks that learned light on dark
    #[arg(long)]
    pub(crate) invert: bool,
    /// The pixel values that the network expects [default: auto]
    #[arg(long, value_enum)]
    pixel_range: Option<PixelRangeArgument>,
    /// The numbers to subtract from the channels, one each or one for all, after --pixel-range
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    mean: Vec<f32>,
    /// The numbers to divide the channels by after that, one each or one for all
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    std: Vec<f32>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Preset {
    /// The centred square of an upright photograph, normalised per channel, as PyTorch's networks for ImageNet expect it
    Imagenet,
}

/// The values of a preset, or without one.
struct Usual {
    upright: bool,
    crop: Option<Crop>,
    filter: ResizeFilter,
    range: PixelRangeArgument,
    mean: &'static [f32],
    std: &'static [f32],
}

impl PreprocessArguments {
    const fn usual(&self) -> Usual {
        match self.preprocess {
            None => Usual {
                upright: false,
                crop: None,
                filter: ResizeFilter::Nearest,
                range: PixelRangeArgument::Auto,
                mean: &[],
                std: &[],
            },
            Some(Preset::Imagenet) => Usual {
                upright: true,
                crop: Crop::new(224, 256),
                filter: ResizeFilter::Area,
                range: PixelRangeArgument::Unit,
                mean: &[0.485, 0.456, 0.406],
                std: &[0.229, 0.224, 0.225],
            },
        }
    }

    /// How pictures are brought to the network's size.
    pub(crate) fn resize(&self) -> Result<Resize, Failure> {
        let usual = self.usual();
        let upright = self.upright.unwrap_or(usual.upright);
        let crop = match (self.crop, self.border) {
            (Some(false), Some(_)) => {
                return Err(fault(
                    "--border",
                    "there is nothing to keep a part of with --crop=false",
                ));
            }
            (Some(false), None) => None,
            (_, Some(border)) => Some(border),
            (Some(true), None) => usual.crop.or(Some(Crop::WITHOUT_BORDER)),
            (None, None) => usual.crop,
        };
        let filter = match self.resize.unwrap_or(usual.filter) {
            ResizeFilter::Box if upright || crop.is_some() => {
                let failure = fault("--resize box", "it takes whole pictures as they are stored");
                return Err(failure.with_help(
                    "`--resize area` takes crops and upright pictures, and its averages are exact",
                ));
            }
            ResizeFilter::Box => return Ok(Resize::Box),
            ResizeFilter::Nearest => Filter::Nearest,
            ResizeFilter::Area => Filter::Area,
        };
        Ok(View::new(upright, crop, filter).map_or(Resize::Nearest, Resize::View))
    }

    /// The range of pixel values that the network expects.
    pub(crate) fn pixel_range(&self) -> PixelRange {
        self.pixel_range.unwrap_or(self.usual().range).into()
    }

    /// How pixel values are normalised outside the network; `None` if they are not.
    pub(crate) fn normalisation(&self) -> Option<Normalisation> {
        let usual = self.usual();
        let or = |given: &[f32], usual: &[f32], nothing: f32| match (given, usual) {
            ([], []) => vec![nothing],
            ([], usual) => usual.to_vec(),
            (given, _) => given.to_vec(),
        };
        let is_given = !self.mean.is_empty() || !self.std.is_empty();
        (is_given || self.preprocess.is_some()).then(|| Normalisation {
            mean: or(&self.mean, usual.mean, 0.0),
            deviation: or(&self.std, usual.std, 1.0),
        })
    }
}

fn fault(option: &str, cause: &str) -> Failure {
    Failure::new(EXIT_USAGE, option, cause)
}

fn border(text: &str) -> Result<Crop, String> {
    let sides = text.split_once('/');
    let side = |side: &str| side.trim().parse().ok();
    let crop = sides.and_then(|(kept, of)| Crop::new(side(kept)?, side(of)?));
    crop.ok_or_else(|| "expected the part that is kept, as in 224/256".into())
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ResizeFilter {
    /// Take the pixel under the centre of each new pixel
    Nearest,
    /// Take the mean of the pixels that each new pixel covers, if only in part
    Box,
    /// Take the mean of the area that each new pixel covers
    Area,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PixelRangeArgument {
    /// 0…255 if the network itself begins by dividing by about 255, else 0…1
    Auto,
    /// 0…1
    Unit,
    /// 0…255
    Byte,
}

impl From<PixelRangeArgument> for PixelRange {
    fn from(range: PixelRangeArgument) -> Self {
        match range {
            PixelRangeArgument::Auto => Self::Auto,
            PixelRangeArgument::Unit => Self::Unit,
            PixelRangeArgument::Byte => Self::Byte,
        }
    }
}
