//! Puts factors into the weights of a network.

use crate::calibrate::Range;
use crate::network::{Kind, Linear, Network};

/// The network whose layer `l` gives `factors[l][c]` times the outputs of `network` in channel `c`.
pub(super) fn scaled(network: &Network, factors: &[Vec<f64>]) -> Network {
    let mut scaled = network.clone();
    for (id, layer) in scaled.layers.iter_mut().enumerate() {
        let own = &factors[id];
        let groups = match layer.kind {
            Kind::Conv { groups, .. } => groups,
            _ => 1,
        };
        let Some(input) = layer.inputs.first() else {
            continue;
        };
        match &mut layer.kind {
            Kind::Dense(linear) => {
                let area = network.layers[*input].shape.area();
                let cells: Vec<f64> = spread(&factors[*input], area).collect();
                scale_linear(linear, own, &cells, (groups, 1));
            }
            Kind::Conv { linear, window, .. } => {
                scale_linear(linear, own, &factors[*input], (groups, window.area()));
            }
            Kind::Clip { lo, hi } => {
                // Where the factors differ, the clip's own ends are beyond those of its target.
                let factor = own.first().copied().unwrap_or(1.0);
                *lo = (f64::from(*lo) * factor) as f32;
                *hi = (f64::from(*hi) * factor) as f32;
            }
            _ => {}
        }
    }
    scaled
}

fn spread(factors: &[f64], area: usize) -> impl Iterator<Item = f64> {
    factors
        .iter()
        .flat_map(move |factor| core::iter::repeat_n(*factor, area))
}

fn scale_linear(linear: &mut Linear, own: &[f64], inputs: &[f64], (groups, area): (usize, usize)) {
    let outputs = linear.bias.len();
    let depth = inputs.len() / groups;
    let per_group = outputs / groups;
    let rows = linear.weights.chunks_mut(depth * area);
    for (output, (row, bias)) in rows.zip(&mut linear.bias).enumerate() {
        let first = output / per_group * depth;
        for (channel, kernel) in row.chunks_mut(area).enumerate() {
            let factor = own[output] / inputs[first + channel];
            kernel
                .iter_mut()
                .for_each(|w| *w = (f64::from(*w) * factor) as f32);
        }
        *bias = (f64::from(*bias) * own[output]) as f32;
    }
}

/// The ranges of the scaled network's layers.
pub(super) fn ranges(channels: &[Vec<Range>], factors: &[Vec<f64>]) -> Vec<Range> {
    let scaled = |(range, factor): (&Range, &f64)| Range {
        min: (f64::from(range.min) * factor) as f32,
        max: (f64::from(range.max) * factor) as f32,
    };
    let layers = channels.iter().zip(factors);
    layers
        .map(|(ranges, factors)| {
            let ranges = ranges.iter().zip(factors).map(scaled);
            ranges.fold(Range::EMPTY, Range::hull)
        })
        .collect()
}

/// The mean squares of the scaled network's channels.
pub(super) fn powers(powers: &[Vec<f64>], factors: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let layers = powers.iter().zip(factors);
    layers
        .map(|(powers, factors)| {
            let channels = powers.iter().zip(factors);
            channels
                .map(|(power, factor)| power * factor * factor)
                .collect()
        })
        .collect()
}
