//! Calibration: the range of every layer's values on real images.

use crate::network::Network;
use rayon::prelude::*;
use zklens_model::Pixels;

/// A calibration image.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The image at the network's size.
    pub pixels: Pixels,
    /// Its class, if that is known.
    pub label: Option<usize>,
}

/// The least and the greatest value of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) min: f32,
    pub(crate) max: f32,
}

impl Range {
    const EMPTY: Self = Self {
        min: f32::INFINITY,
        max: f32::NEG_INFINITY,
    };

    pub(crate) fn magnitude(self) -> f64 {
        f64::from(self.min.abs().max(self.max.abs()))
    }

    /// The range of `cells`. If one of them is NaN, the range is infinite.
    fn of(cells: &[f32]) -> Self {
        let hull = cells.iter().fold(Self::EMPTY, |range, x| {
            range.hull(Self { min: *x, max: *x })
        });
        if cells.iter().any(|x| x.is_nan()) {
            return hull.hull(Self {
                min: f32::NEG_INFINITY,
                max: f32::INFINITY,
            });
        }
        hull
    }

    const fn hull(self, other: Self) -> Self {
        Self {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }
}

/// The values seen during calibration.
#[derive(Debug)]
pub(crate) struct Calibration {
    /// The range of each layer.
    pub(crate) ranges: Vec<Range>,
    /// The logits for each image.
    pub(crate) logits: Vec<Vec<f32>>,
}

/// Runs `network` on every image, on all cores.
pub(crate) fn calibrate(
    network: &Network,
    images: &[&[u8]],
    progress: &(dyn Fn() + Sync),
) -> Calibration {
    let runs: Vec<_> = images
        .par_iter()
        .map(|pixels| {
            let outputs = network.run(pixels);
            progress();
            let ranges: Vec<Range> = outputs.iter().map(|cells| Range::of(cells)).collect();
            (ranges, outputs.last().cloned().unwrap_or_default())
        })
        .collect();
    let mut ranges = vec![Range::EMPTY; network.layers.len()];
    for (seen, _) in &runs {
        for (range, seen) in ranges.iter_mut().zip(seen) {
            *range = range.hull(*seen);
        }
    }
    let logits = runs.into_iter().map(|(_, logits)| logits).collect();
    Calibration { ranges, logits }
}
