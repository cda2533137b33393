//! The shift of every rescale.

use super::{Plan, chains};
use crate::network::{Kind, Layer, LayerId, Linear};

/// Picks a shift of 8 for each target where rounding the weights then changes the largest output by about one part in
/// `2^weight_bits` or less, and 16 for the others. `powers` are the mean squares of the plan's channels.
///
/// The scale of the weights follows from the shift: output scale + shift − input scale.
pub(super) fn choose(plan: &mut Plan, powers: &[Vec<f64>], weight_bits: i32) {
    let scales = scales(plan);
    let mut is_fine = vec![true; plan.targets.len()];
    for (id, layer) in plan.network.layers.iter().enumerate() {
        let end = plan.ends[id];
        let Some(target) = plan.targets[end] else {
            continue;
        };
        let room = |input: LayerId| scales[input].map(|scale| target.scale + 8 - scale);
        let most = plan.ranges[end].magnitude() * f64::from(-weight_bits).exp2();
        let fine = match &layer.kind {
            Kind::Dense(_) | Kind::Conv { .. } => {
                let input = layer.inputs[0];
                let noise = |scale: i32| noise(layer, &powers[input]) * f64::from(-scale).exp2();
                room(input).is_some_and(|scale| noise(scale) <= most)
            }
            // A summand that is an activation already is only shifted.
            Kind::Add => {
                let mut narrow = layer
                    .inputs
                    .iter()
                    .filter(|input| plan.ends[**input] != end);
                narrow.all(|input| room(*input).is_some_and(|room| room >= 0))
            }
            kind => !chains::accumulates(kind),
        };
        is_fine[end] &= fine;
    }
    for (target, is_fine) in plan.targets.iter_mut().zip(is_fine) {
        if let Some(target) = target {
            target.shift = if is_fine { 8 } else { 16 };
        }
    }
}

/// How far rounding the weights to whole numbers moves an output, as a standard deviation: the largest of all channels.
fn noise(layer: &Layer, powers: &[f64]) -> f64 {
    // Rounding is off by at most a half, and by 1/12 in the mean square.
    let sum = match &layer.kind {
        Kind::Conv { window, groups, .. } => {
            let depth = (powers.len() / groups).max(1);
            let sums = powers
                .chunks(depth)
                .map(|powers| powers.iter().sum::<f64>());
            sums.fold(0.0, f64::max) * window.area() as f64
        }
        Kind::Dense(Linear { weights, bias }) => {
            let cells = weights.len() / bias.len() / powers.len();
            powers.iter().sum::<f64>() * cells as f64
        }
        _ => 0.0,
    };
    (sum / 12.0).sqrt()
}

/// The squares of the numbers that an output's weights multiply, summed, on average over the outputs.
pub(super) fn mean_energy(layer: &Layer, powers: &[f64]) -> f64 {
    let sum: f64 = powers.iter().sum();
    match &layer.kind {
        Kind::Conv { window, groups, .. } => sum * window.area() as f64 / *groups as f64,
        Kind::Dense(Linear { weights, bias }) => {
            sum * (weights.len() / bias.len() / powers.len()) as f64
        }
        _ => 0.0,
    }
}

/// The scale of each layer's activations, if it is known by now.
fn scales(plan: &Plan) -> Vec<Option<i32>> {
    let mut scales: Vec<Option<i32>> = Vec::with_capacity(plan.targets.len());
    for (id, layer) in plan.network.layers.iter().enumerate() {
        let mut inputs = layer.inputs.iter().map(|input| scales[*input]);
        let scale = match (&layer.kind, plan.target(id)) {
            (Kind::Input, _) => Some(0),
            (_, Some(target)) => Some(target.scale),
            (Kind::AveragePool(window), None) => {
                let finer = window.area().ilog2() as i32;
                inputs.next().flatten().map(|scale| scale + finer)
            }
            (
                Kind::Relu | Kind::Clip { .. } | Kind::MaxPool(_) | Kind::Reshape | Kind::Concat,
                None,
            ) => inputs.try_fold(i32::MIN, |finest, scale| Some(finest.max(scale?))),
            _ => None,
        };
        scales.push(scale);
    }
    scales
}
