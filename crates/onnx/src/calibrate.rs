//! Calibration: the range of every layer's values on real images.

use crate::network::{Layer, Network};
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
    pub(crate) const EMPTY: Self = Self {
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

    pub(crate) const fn hull(self, other: Self) -> Self {
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
    /// The ranges of each layer's channels.
    pub(crate) channels: Vec<Vec<Range>>,
    /// The mean squares of each layer's channels.
    pub(crate) powers: Vec<Vec<f64>>,
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
            let layers = network.layers.iter().zip(&outputs);
            let seen: Vec<(Range, f64)> = layers
                .flat_map(|(layer, cells)| cells.chunks(layer.shape.area()))
                .map(|cells| (Range::of(cells), mean_square(cells)))
                .collect();
            (seen, outputs.last().cloned().unwrap_or_default())
        })
        .collect();
    let count = runs.len().max(1) as f64;
    let all = |layer: &Layer| 0..layer.shape.channels();
    let layers = network.layers.iter();
    let mut channels: Vec<Vec<Range>> = layers
        .clone()
        .map(|layer| all(layer).map(|_| Range::EMPTY).collect())
        .collect();
    let mut powers: Vec<Vec<f64>> = layers
        .map(|layer| all(layer).map(|_| 0.0).collect())
        .collect();
    for (seen, _) in &runs {
        let own = channels
            .iter_mut()
            .flatten()
            .zip(powers.iter_mut().flatten());
        for ((range, power), (seen, square)) in own.zip(seen) {
            *range = range.hull(*seen);
            *power += square / count;
        }
    }
    let hull = |ranges: &Vec<Range>| {
        ranges
            .iter()
            .fold(Range::EMPTY, |all, range| all.hull(*range))
    };
    Calibration {
        ranges: channels.iter().map(hull).collect(),
        channels,
        powers,
        logits: runs.into_iter().map(|(_, logits)| logits).collect(),
    }
}

fn mean_square(cells: &[f32]) -> f64 {
    let squares = cells.iter().map(|x| f64::from(*x) * f64::from(*x));
    squares.sum::<f64>() / cells.len() as f64
}
