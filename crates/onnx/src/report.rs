//! The report of an import, for people and programs.

use serde::Serialize;
use std::fmt;

/// The agreement of the integer network with the float network, and the result for each layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The number of calibration images.
    pub images: usize,
    /// The share of images that the float network labels correctly, 0 to 1, if labels were given.
    pub float_accuracy: Option<f64>,
    /// The share of images that the integer network labels correctly, if labels were given.
    pub integer_accuracy: Option<f64>,
    /// The share of images to which both networks give the same label.
    pub agreement: f64,
    /// The largest difference between a logit of the float network and that of the integer network.
    pub largest_logit_error: f64,
    /// The largest absolute value of the float network's logits, for comparison.
    pub largest_logit: f64,
    /// The values that pixels are taken as, in words.
    pub pixels: String,
    /// The layer that loses most; absent if the networks agree on 99.9 % of the labels, and every
    /// logit to within 1 % of the largest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weakest: Option<Weakest>,
    /// The layers after folding, in order.
    pub layers: Vec<LayerReport>,
}

/// The layer whose own rounding and clipping changes the logits most.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Weakest {
    /// The name of the ONNX node.
    pub layer: String,
    /// The name of the layer's operator.
    pub operator: &'static str,
    /// The largest change of a logit on a few images, if all other layers were exact.
    pub logit_error: f64,
}

/// A layer after folding.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LayerReport {
    /// The name of the ONNX node.
    pub name: String,
    /// The name of the layer's operator.
    pub operator: &'static str,
    /// `[channels, height, width]` of the output.
    pub shape: [usize; 3],
    /// The least and the greatest output on the calibration images, in floating point.
    pub seen: [f32; 2],
    /// The index of the node in the model that has the layer's output.
    pub node: usize,
    /// The number of fraction bits of that node's values.
    pub scale: i32,
    /// The least and the greatest value that the node can have on any image.
    pub bounds: [i64; 2],
    /// The share of the layer's values that were clipped, because they lay far outside the
    /// calibrated range; absent for a layer without such a clip.
    pub saturation: Option<f64>,
}

impl Report {
    /// Whether the networks agree on this share of the labels, and each logit is off by at most ten
    /// times the rest, as a share of the largest.
    #[must_use]
    pub fn keeps(&self, agreement: f64) -> bool {
        self.agreement >= agreement && self.is_close(agreement)
    }

    /// Whether each logit is off by at most ten times the rest, as [`Self::keeps`] asks.
    pub(crate) fn is_close(&self, agreement: f64) -> bool {
        let error = 10.0 * (1.0 - agreement);
        self.largest_logit_error <= error * self.largest_logit
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "pixels       {}", self.pixels)?;
        writeln!(f, "calibration  {} images", self.images)?;
        if let (Some(float), Some(integer)) = (self.float_accuracy, self.integer_accuracy) {
            writeln!(
                f,
                "accuracy     float {}, integer {}",
                percent(float),
                percent(integer)
            )?;
        }
        writeln!(f, "agreement    {} of labels", percent(self.agreement))?;
        writeln!(
            f,
            "logits       largest error {:.5}, largest logit {:.2}",
            self.largest_logit_error, self.largest_logit
        )?;
        if let Some(weakest) = &self.weakest {
            writeln!(
                f,
                "loses most   {} ({}): alone it changes a logit by {:.5}",
                weakest.layer, weakest.operator, weakest.logit_error
            )?;
        }
        writeln!(
            f,
            "\n{:<24} {:<12} {:>12} {:>21} {:>6} {:>6} {:>10}",
            "layer", "operator", "shape", "seen", "scale", "bits", "saturated"
        )?;
        for layer in &self.layers {
            layer.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for LayerReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [channels, height, width] = self.shape;
        let [min, max] = self.seen;
        let largest = self
            .bounds
            .iter()
            .map(|b| b.unsigned_abs())
            .max()
            .unwrap_or(0);
        writeln!(
            f,
            "{:<24} {:<12} {:>12} {:>21} {:>6} {:>6} {:>10}",
            self.name.chars().take(24).collect::<String>(),
            self.operator,
            format!("{channels}×{height}×{width}"),
            format!("{min:.3}…{max:.3}"),
            self.scale,
            u64::BITS - largest.leading_zeros(),
            self.saturation.map_or_else(|| "–".into(), percent),
        )
    }
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}
