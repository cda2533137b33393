//! Merges affine layers into the linear layers beside them, or moves them towards one.

use super::bypass;
use crate::network::{Kind, Layer, LayerId, Linear, Network};
use zklens_model::{Shape, Window};

/// Merges an affine layer into the linear layer before it: `s·(W·x + b) + o = (s·W)·x + (s·b + o)`.
/// Two affine layers become one in the same way.
pub(super) fn affine_into_linear(network: &mut Network, id: LayerId, input: LayerId) -> bool {
    let Kind::Affine { scale, offset } = network.layers[id].kind.clone() else {
        return false;
    };
    match &mut network.layers[input].kind {
        Kind::Dense(linear) | Kind::Conv { linear, .. } => {
            let row = linear.weights.len() / linear.bias.len();
            for (weights, s) in linear.weights.chunks_mut(row).zip(&scale) {
                weights.iter_mut().for_each(|w| *w *= s);
            }
            affine(&mut linear.bias, &scale, &offset);
        }
        Kind::Affine {
            scale: inner_scale,
            offset: inner_offset,
        } => {
            affine(inner_scale, &scale, &vec![0.0; scale.len()]);
            affine(inner_offset, &scale, &offset);
        }
        _ => return false,
    }
    bypass(network, id, input);
    true
}

fn affine(values: &mut [f32], scale: &[f32], offset: &[f32]) {
    for ((value, s), o) in values.iter_mut().zip(scale).zip(offset) {
        *value = (f64::from(*value) * f64::from(*s) + f64::from(*o)) as f32;
    }
}

/// Merges an affine layer into the linear layer after it: `W·(s·x + o) + b = (W·s)·x + (W·o + b)`.
/// Not if the padding would then have to be `−o/s`.
pub(super) fn linear_after_affine(network: &mut Network, id: LayerId, input: LayerId) -> bool {
    let Kind::Affine { scale, offset } = network.layers[input].kind.clone() else {
        return false;
    };
    let channels = network.layers[input].shape.channels();
    let has_offset = offset.iter().any(|o| *o != 0.0);
    match &mut network.layers[id].kind {
        Kind::Dense(linear) => scale_inputs(linear, &scale, &offset, 1, 1),
        Kind::Conv {
            linear,
            window,
            groups,
        } if !(window.is_padded() && has_offset) => {
            debug_assert_eq!(scale.len(), channels);
            scale_inputs(linear, &scale, &offset, window.area(), *groups);
        }
        _ => return false,
    }
    bypass(network, input, network.layers[input].inputs[0]);
    true
}

fn scale_inputs(linear: &mut Linear, scale: &[f32], offset: &[f32], area: usize, groups: usize) {
    let outputs = linear.bias.len();
    let depth = scale.len() / groups;
    let per_group = outputs / groups;
    let rows = linear.weights.chunks_mut(depth * area);
    for (output, (row, bias)) in rows.zip(&mut linear.bias).enumerate() {
        let first = output / per_group * depth;
        let mut moved = f64::from(*bias);
        for (channel, kernel) in row.chunks_mut(area).enumerate() {
            let sum: f64 = kernel.iter().map(|w| f64::from(*w)).sum();
            moved += sum * f64::from(offset[first + channel]);
            kernel.iter_mut().for_each(|w| *w *= scale[first + channel]);
        }
        *bias = moved as f32;
    }
}

/// Moves an affine layer behind the reshape that follows it, towards the next linear layer.
pub(super) fn affine_below_reshape(network: &mut Network, id: LayerId, input: LayerId) -> bool {
    let Kind::Affine { scale, offset } = network.layers[input].kind.clone() else {
        return false;
    };
    if network.layers[id].kind != Kind::Reshape {
        return false;
    }
    let (inner, outer) = (network.layers[input].shape, network.layers[id].shape);
    let spread = |values: &[f32]| respread(values, inner, outer);
    let Some((scale, offset)) = spread(&scale).zip(spread(&offset)) else {
        return false;
    };
    network.layers[input].kind = Kind::Reshape;
    network.layers[input].shape = outer;
    network.layers[id].kind = Kind::Affine { scale, offset };
    true
}

/// Moves an affine layer that could not merge to before the reshape that it follows. It will become
/// a convolution, and a proof cannot lay out the input of a convolution behind a reshape.
pub(super) fn affine_above_reshape(network: &mut Network, id: LayerId, uses: &[usize]) {
    let Kind::Affine { scale, offset } = network.layers[id].kind.clone() else {
        return;
    };
    let input = network.layers[id].inputs[0];
    let before = &network.layers[input];
    if before.kind != Kind::Reshape || uses[input] != 1 {
        return;
    }
    let (outer, inner) = (before.shape, network.layers[before.inputs[0]].shape);
    let spread = |values: &[f32]| respread(values, outer, inner);
    let Some((scale, offset)) = spread(&scale).zip(spread(&offset)) else {
        return;
    };
    let name = network.layers[id].name.clone();
    network.layers[id].kind = Kind::Reshape;
    let before = &mut network.layers[input];
    *before = Layer {
        name,
        kind: Kind::Affine { scale, offset },
        inputs: before.inputs.clone(),
        shape: inner,
    };
}

/// Turns values per channel of `inner` into values per channel of `outer`, if that is possible.
fn respread(values: &[f32], inner: Shape, outer: Shape) -> Option<Vec<f32>> {
    let cells: Vec<f32> = values
        .iter()
        .flat_map(|value| core::iter::repeat_n(*value, inner.area()))
        .collect();
    let channels = cells.chunks(outer.area());
    channels
        .map(|channel| {
            channel
                .iter()
                .all(|v| *v == channel[0])
                .then_some(channel[0])
        })
        .collect()
}

/// Turns an affine layer that could not be folded into a convolution, whose kernels have one cell
/// and take one channel.
pub(super) fn make_depthwise(network: &mut Network, id: LayerId) {
    let layer = &mut network.layers[id];
    let channels = layer.shape.channels();
    let (weights, bias, window) = match core::mem::replace(&mut layer.kind, Kind::Relu) {
        Kind::Affine { scale, offset } => (scale, offset, Window::square(1, 1)),
        Kind::Pad(window) => (vec![1.0; channels], vec![0.0; channels], window),
        other => {
            layer.kind = other;
            return;
        }
    };
    layer.kind = Kind::Conv {
        linear: Linear { weights, bias },
        window,
        groups: channels,
    };
}
