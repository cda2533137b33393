//! Choices for an import that the ONNX file does not make.

use zklens_model::Resize;

/// Choices for an import that the ONNX file does not make. [`Options::new`] has usual ones.
#[derive(Clone, Debug)]
pub struct Options {
    /// The model's name.
    pub name: String,
    /// A name for each class, in the order of the network's logits.
    pub classes: Vec<String>,
    /// The input's `[height, width]` in pixels, for a file that leaves it open.
    pub size: Option<[u16; 2]>,
    /// The name of the output with a score per class, for a graph with several outputs that could
    /// be it.
    pub output: Option<String>,
    /// The way in which pictures are brought to the input's size.
    pub resize: Resize,
    /// Whether pictures are inverted before anything else: a value `v` becomes `255 − v`.
    pub invert: bool,
    /// The range of pixel values that the network expects.
    pub pixel_range: PixelRange,
    /// `(x − mean) / deviation` per channel, applied outside the graph after [`Self::pixel_range`].
    pub normalisation: Option<Normalisation>,
    /// The precision to which weights are rounded.
    pub precision: Precision,
    /// The number of bits of activations.
    pub activations: Activations,
    /// With [`Activations::Auto`], the share of the first 64 samples that must keep the float
    /// network's label, 0 to 1. No logit may then be off by more than ten times the rest, as a share of the
    /// largest: with 0.999, by 1 %.
    pub agreement: f64,
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
            activations: Activations::Exact,
            agreement: 0.999,
        }
    }
}

/// The range of pixel values that a network was trained on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelRange {
    /// [`Self::Byte`] if the graph itself begins by dividing by about 255, else [`Self::Unit`].
    Auto,
    /// `0…1`: a pixel is divided by 255 before it enters the graph.
    Unit,
    /// `0…255`: pixels enter the graph as they are.
    Byte,
}

/// The number of bits that activations get. Fewer make a cheaper proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activations {
    /// 12 bits for the calibrated range, and as many more as any image can need, up to 24.
    Exact,
    /// One byte for layers that end in a ReLU or clip, two for the few others. Larger values
    /// saturate.
    Eight,
    /// Two bytes. Larger values saturate.
    Sixteen,
    /// One or two bytes for each layer: the cheapest that keep [`Options::agreement`].
    Auto,
}

/// The precision to which weights are rounded. Coarse weights make a smaller model and a cheaper
/// proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// [`Self::Coarse`] if the integer network then gives the same label as the float network for
    /// at least 99.9 % of the samples, and every logit to within 1 % of the largest one; else
    /// [`Self::Fine`].
    Auto,
    /// The largest weight of each layer has at least 8 bits.
    Coarse,
    /// The largest weight of each layer has at least 12 bits.
    Fine,
}

impl Precision {
    /// The least bits of a layer's largest weight to try, in this order.
    pub(crate) const fn candidates(self) -> &'static [i32] {
        match self {
            Self::Auto => &[8, 12],
            Self::Coarse => &[8],
            Self::Fine => &[12],
        }
    }
}

/// A normalisation of pixel values `x`: `(x − mean) / deviation`. Each list has one number for all
/// channels, or one per channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalisation {
    /// The numbers that are subtracted.
    pub mean: Vec<f32>,
    /// The numbers that are divided by. They must not be 0.
    pub deviation: Vec<f32>,
}
