//! How much the logits change when one layer's activations are rounded to a byte.

use super::factors::Factors;
use crate::network::{LayerId, Network};
use rayon::prelude::*;

/// For each target, the mean square of the change of a logit if the float network's layer is rounded and clipped to the
/// target; 0 for layers without target. Calls `progress` once for each image.
pub(super) fn measure(
    network: &Network,
    scaled: &Factors,
    images: &[&[u8]],
    progress: &(dyn Fn() + Sync),
) -> Vec<f64> {
    let layers = 0..network.layers.len();
    let per_image: Vec<Vec<f64>> = images
        .par_iter()
        .map(|pixels| {
            let outputs = network.run(pixels);
            let change = |id: LayerId| {
                let rounded = rounded(network, scaled, id, &outputs[id])?;
                let logits = network.rerun(&outputs, id, rounded);
                Some(mean_square(&logits, &outputs[network.output]))
            };
            let changes = layers.clone().into_par_iter();
            let changes = changes.map(|id| change(id).unwrap_or(0.0)).collect();
            progress();
            changes
        })
        .collect();
    let mean = |id: LayerId| {
        let sum: f64 = per_image.iter().map(|changes| changes[id]).sum();
        sum / per_image.len().max(1) as f64
    };
    layers.map(mean).collect()
}

/// A layer's outputs, rounded and clipped to its target.
fn rounded(network: &Network, scaled: &Factors, id: LayerId, cells: &[f32]) -> Option<Vec<f32>> {
    let target = scaled.targets[id]?;
    let unit = f64::from(target.scale).exp2();
    let (lo, hi) = (target.interval.lo as f64, target.interval.hi as f64);
    let channels = cells
        .chunks(network.layers[id].shape.area())
        .zip(&scaled.factors[id]);
    let cells = channels.flat_map(|(cells, factor)| {
        let unit = unit * factor;
        let round = move |x: &f32| ((f64::from(*x) * unit).round().clamp(lo, hi) / unit) as f32;
        cells.iter().map(round)
    });
    Some(cells.collect())
}

fn mean_square(a: &[f32], b: &[f32]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2));
    squares.sum::<f64>() / a.len().max(1) as f64
}
