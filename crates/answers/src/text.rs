//! Bytes, labels and logits as answers write them.

use std::fmt::Write;
use zklens_model::{Colour, Crop, Filter, Preprocessing, Resize, View};

/// The name of a label that the model or key does not name.
pub const NO_NAME: &str = "(without a name)";

/// Bytes as lower-case hexadecimal digits.
///
/// ```
/// assert_eq!(zklens_answers::hex(&[0, 0xab]), "00ab");
/// ```
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The same after `0x`.
#[must_use]
pub fn prefixed_hex(bytes: &[u8]) -> String {
    format!("0x{}", hex(bytes))
}

/// 32 bytes after `0x`: how contexts and model ids are written, also by contracts.
#[must_use]
pub fn hex_word(word: &[u8; 32]) -> String {
    prefixed_hex(word)
}

/// The name of a label, or [`NO_NAME`]. Only the label of a claim that is not verified can lack one.
#[must_use]
pub fn class(classes: &[String], label: usize) -> String {
    classes
        .get(label)
        .map_or_else(|| NO_NAME.into(), Clone::clone)
}

/// A network's input and how pictures are prepared for it, in words.
///
/// ```
/// use zklens_model::{Colour, Crop, Filter, Preprocessing, Resize, View};
///
/// let view = View::new(true, Crop::new(224, 256), Filter::Area).expect("more than nearest neighbour");
/// let preprocessing = Preprocessing {
///     height: 224,
///     width: 224,
///     colour: Colour::Rgb,
///     resize: Resize::View(view),
///     invert: false,
/// };
/// assert_eq!(
///     zklens_answers::input(&preprocessing),
///     "224×224 RGB, turned upright, centre crop to 7/8, area average"
/// );
/// ```
#[must_use]
pub fn input(preprocessing: &Preprocessing) -> String {
    let Preprocessing {
        height,
        width,
        colour,
        resize,
        invert,
    } = preprocessing;
    let colour = match colour {
        Colour::Luma => "luma",
        Colour::Rgb => "RGB",
    };
    let resize = match resize {
        Resize::Nearest => "nearest neighbour".into(),
        Resize::Box => "box average".into(),
        Resize::View(view) => shown(view),
    };
    let inverted = if *invert { ", inverted" } else { "" };
    format!("{height}×{width} {colour}, {resize}{inverted}")
}

fn shown(view: &View) -> String {
    let upright = view.is_upright().then(|| "turned upright".to_owned());
    let crop = view.crop().map(|crop| match crop {
        Crop::WITHOUT_BORDER => "centre crop".to_owned(),
        crop => format!("centre crop to {}/{}", crop.kept(), crop.of()),
    });
    let filter = match view.filter() {
        Filter::Nearest => "nearest neighbour",
        Filter::Area => "area average",
    };
    let steps: Vec<String> = upright
        .into_iter()
        .chain(crop)
        .chain([filter.to_owned()])
        .collect();
    steps.join(", ")
}

/// The real number that an integer at a scale stands for: `value · 2^-scale`.
pub(crate) fn real(value: i64, scale: i32) -> f64 {
    value as f64 * f64::from(-scale).exp2()
}
