//! Choices for an import that the ONNX file does not make.

use zklens_model::Resize;

/// What the file does not say.
#[derive(Clone, Debug)]
pub struct Options {
    /// The model's name.
    pub name: String,
    /// One name per output.
    pub classes: Vec<String>,
    /// The input's `[height, width]`, where the file leaves it open.
    pub size: Option<[u16; 2]>,
    /// The output with a score per class, where there are several and it is not clear which has them.
    pub output: Option<String>,
    /// How pictures are brought to the input's size.
    pub resize: Resize,
    /// Whether pictures are inverted first.
    pub invert: bool,
    /// What the network expects of pixel values.
    pub pixel_range: PixelRange,
    /// `(x − mean) / deviation` per channel, applied outside the graph after [`Self::pixel_range`].
    pub normalisation: Option<Normalisation>,
    /// How finely weights are rounded.
    pub precision: Precision,
}

impl Options {
    /// Options with nearest-neighbour resizing, no inversion and [`PixelRange::Auto`].
    #[must_use]
    pub fn new(name: &str, classes: Vec<String>) -> Self {
        Self {
            name: name.into(),
            classes,
            size: None,
            output: None,
            resize: Resize::Nearest,
            invert: false,
            pixel_range: PixelRange::Auto,
            normalisation: None,
            precision: Precision::Auto,
        }
    }
}

/// The pixel values a network was trained on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelRange {
    /// [`Self::Byte`] if the graph itself begins by dividing by about 255, else [`Self::Unit`].
    Auto,
    /// `0…1`: a pixel is divided by 255 outside the graph.
    Unit,
    /// `0…255`, as they are.
    Byte,
}

/// How finely weights are rounded. Coarse weights make a smaller model and a cheaper proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// [`Self::Coarse`] if that gives at least 99.9 % of labels as the float network does, and every
    /// logit to within 1 % of the largest; else [`Self::Fine`].
    Auto,
    /// The largest weight of each layer has at least 8 bits.
    Coarse,
    /// The largest weight of each layer has at least 12 bits.
    Fine,
}

impl Precision {
    /// Those to try, best first.
    pub(crate) const fn candidates(self) -> &'static [i32] {
        match self {
            Self::Auto => &[8, 12],
            Self::Coarse => &[8],
            Self::Fine => &[12],
        }
    }
}

/// A normalisation per channel, or one for all channels.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalisation {
    /// Subtracted.
    pub mean: Vec<f32>,
    /// Divided by.
    pub deviation: Vec<f32>,
}
