//! Which layer of an integer network loses most.

use crate::calibrate::Sample;
use crate::network::{Layer, LayerId, Network};
use crate::plan::Plan;
use crate::quantise::Quantised;
use crate::report::Weakest;
use rayon::prelude::*;
use zklens_model::{Model, Trace};

/// The images that are looked at.
const IMAGES: usize = 2;

/// Finds the layer whose own rounding and clipping changes the logits most.
///
/// A layer's own error is the difference between its outputs in the integer network and the float layer's outputs for the
/// same inputs. It is added to the layer's outputs in an otherwise exact run. Calls `progress` after each image.
pub(crate) fn weakest(
    network: &Network,
    (plan, quantised): (&Plan, &Quantised),
    model: &Model,
    samples: &[Sample],
    progress: &(dyn Fn() + Sync),
) -> Option<Weakest> {
    let changes: Vec<Vec<f64>> = samples
        .par_iter()
        .take(IMAGES)
        .filter_map(|sample| {
            let trace = model.run(&sample.pixels).ok()?;
            let exact = network.run(sample.pixels.values());
            let change = |id: LayerId| {
                let own = own_error(&network.layers[id], id, (plan, quantised), &trace);
                if own.iter().all(|error| *error == 0.0) {
                    return 0.0;
                }
                let cells = exact[id].iter().zip(own).map(|(x, error)| x + error);
                let logits = network.rerun(&exact, id, cells.collect());
                let pairs = logits.iter().zip(&exact[network.output]);
                pairs
                    .map(|(a, b)| f64::from((a - b).abs()))
                    .fold(0.0, f64::max)
            };
            let layers = (0..network.layers.len()).into_par_iter();
            let changes = layers.map(change).collect();
            progress();
            Some(changes)
        })
        .collect();
    let largest = |id: LayerId| changes.iter().map(|change| change[id]).fold(0.0, f64::max);
    let layers = (0..network.layers.len()).map(|id| (id, largest(id)));
    let (id, logit_error) = layers.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let layer = &network.layers[id];
    (logit_error > 0.0).then(|| Weakest {
        layer: layer.name.clone(),
        operator: layer.kind.name(),
        logit_error,
    })
}

/// The outputs of a layer in the integer network, less those of the float layer for the same inputs.
fn own_error(layer: &Layer, id: LayerId, plan: (&Plan, &Quantised), trace: &Trace) -> Vec<f32> {
    if layer.inputs.is_empty() {
        return Vec::new();
    }
    let inputs: Vec<Vec<f32>> = layer
        .inputs
        .iter()
        .map(|input| real(*input, plan, trace))
        .collect();
    let shapes = layer
        .inputs
        .iter()
        .map(|input| plan.0.network.layers[*input].shape);
    let inputs: Vec<_> = shapes.zip(inputs.iter().map(Vec::as_slice)).collect();
    let float = layer.run(&inputs);
    let integer = real(id, plan, trace);
    integer.iter().zip(float).map(|(a, b)| a - b).collect()
}

/// The numbers that a layer's integers stand for.
fn real(id: LayerId, (plan, quantised): (&Plan, &Quantised), trace: &Trace) -> Vec<f32> {
    let node = quantised.nodes[id];
    let tensor = quantised.graph.nodes()[node].tensor();
    let unit = f64::from(-tensor.scale).exp2();
    let area = plan.network.layers[id].shape.area();
    let channels = trace.output(node).chunks(area).zip(&plan.factors[id]);
    let cells = channels.flat_map(|(cells, factor)| {
        cells
            .iter()
            .map(move |x| (*x as f64 * unit / factor) as f32)
    });
    cells.collect()
}
