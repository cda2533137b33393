//! What an import did, for people and programs.

use serde::Serialize;
use std::fmt;

/// How well the integer network agrees with the float network, and what became of each layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Images calibrated on.
    pub images: usize,
    /// Share of images that the float network labels right, if labels were given.
    pub float_accuracy: Option<f64>,
    /// The same of the integer network.
    pub integer_accuracy: Option<f64>,
    /// Share of images that both give the same label.
    pub agreement: f64,
    /// The largest difference between a logit of one and of the other.
    pub largest_logit_error: f64,
    /// The largest logit of the float network, for comparison.
    pub largest_logit: f64,
    /// What the pixels were taken as.
    pub pixels: String,
    /// Layer by layer, after folding.
    pub layers: Vec<LayerReport>,
}

/// One layer after folding.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LayerReport {
    /// Name of the ONNX node.
    pub name: String,
    /// Operator.
    pub operator: &'static str,
    /// `[channels, height, width]` of the output.
    pub shape: [usize; 3],
    /// Least and greatest output on the calibration images, in floating point.
    pub seen: [f32; 2],
    /// The output's node in the model.
    pub node: usize,
    /// Fraction bits of that node.
    pub scale: i32,
    /// What that node can be, on any image.
    pub bounds: [i64; 2],
    /// Share of the layer's values that were clipped because they lay far outside calibration's
    /// range; absent where nothing can be.
    pub saturation: Option<f64>,
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
