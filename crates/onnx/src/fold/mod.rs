//! Rewrites that make the network smaller and keep its function. Batch norm, normalisation and
//! padding merge into the linear layers beside them, and pooling moves before activations.

mod clip;
mod concat;
mod select;

use crate::curve::Curve;
use crate::error::ImportError;
use crate::network::{Kind, Layer, LayerId, Linear, Network};
use zklens_model::{Axis, Shape, Window};

/// Folds until nothing changes. Afterwards no `Affine`, no `Pad` and no `Select` is left.
///
/// # Errors
///
/// The network picks cells in a way that no layer of the integer network can.
pub(crate) fn fold(network: &mut Network) -> Result<(), ImportError> {
    fold_all(network);
    for id in 0..network.layers.len() {
        make_convolution(network, id)?;
    }
    // These convolutions take up the affine layers beside them.
    fold_all(network);
    let uses = network.uses();
    for id in 0..network.layers.len() {
        affine_above_reshape(network, id, &uses);
    }
    for id in 0..network.layers.len() {
        make_depthwise(network, id);
    }
    Ok(())
}

fn fold_all(network: &mut Network) {
    loop {
        let uses = network.uses();
        if !(0..network.layers.len()).any(|id| fold_layer(network, id, &uses)) {
            break;
        }
        drop_unused(network);
    }
}

/// Removes layers that the output does not depend on. The output is then the last layer.
pub(crate) fn drop_unused(network: &mut Network) {
    let mut needed = vec![false; network.layers.len()];
    needed[network.output] = true;
    for id in (0..network.layers.len())
        .rev()
        .filter(|id| *id <= network.output)
    {
        if needed[id] {
            for input in &network.layers[id].inputs {
                needed[*input] = true;
            }
        }
    }
    let mut moved = vec![0; network.layers.len()];
    let mut kept = 0;
    for (id, moved) in moved.iter_mut().enumerate() {
        *moved = kept;
        kept += usize::from(needed[id]);
    }
    let mut index = 0;
    network.layers.retain(|_| {
        index += 1;
        needed[index - 1]
    });
    for input in network
        .layers
        .iter_mut()
        .flat_map(|layer| &mut layer.inputs)
    {
        *input = moved[*input];
    }
    network.output = moved[network.output];
}

/// Tries each rewrite at layer `id`; returns whether one applied.
fn fold_layer(network: &mut Network, id: LayerId, uses: &[usize]) -> bool {
    let Some(&input) = network.layers[id].inputs.first() else {
        return false;
    };
    let is_only_use = uses[input] == 1;
    bypass_identity(network, id, input)
        || (is_only_use
            && (affine_into_linear(network, id, input)
                || linear_after_affine(network, id, input)
                || affine_below_reshape(network, id, input)
                || pool_before_activation(network, id, input)
                || merge_padding(network, id, input)
                || clip::clip_after_relu(network, id, input)
                || clip::clip_after_clip(network, id, input)
                || clip::clip_of_pixels(network, id, input)
                || select::conv_after_select(network, id, input)
                || select::select_after_linear(network, id, input)
                || concat::cells_before_concat(network, id, input)
                || concat::dense_after_concat(network, id, input)))
}

/// Drops a layer that changes nothing, and the first of two reshapes.
fn bypass_identity(network: &mut Network, id: LayerId, input: LayerId) -> bool {
    let layer = &network.layers[id];
    let changes_nothing = match &layer.kind {
        Kind::Affine { scale, offset } => {
            scale.iter().all(|s| *s == 1.0) && offset.iter().all(|o| *o == 0.0)
        }
        Kind::Reshape => layer.shape == network.layers[input].shape,
        Kind::Concat => layer.inputs.len() == 1,
        Kind::Select(select) => select::is_identity(select, network.layers[input].shape),
        _ => false,
    };
    if changes_nothing {
        bypass(network, id, input);
        return true;
    }
    let before = &network.layers[input];
    if layer.kind == Kind::Reshape && before.kind == Kind::Reshape {
        network.layers[id].inputs = before.inputs.clone();
        return true;
    }
    false
}

/// Makes every user of `id` take `input` instead.
fn bypass(network: &mut Network, id: LayerId, input: LayerId) {
    let users = network
        .layers
        .iter_mut()
        .flat_map(|layer| &mut layer.inputs);
    for user in users.filter(|user| **user == id) {
        *user = input;
    }
    if network.output == id {
        network.output = input;
    }
    // `id` must not count as a use of `input` any more.
    network.layers[id].inputs.clear();
}

/// Merges an affine layer into the linear layer before it: `s·(W·x + b) + o = (s·W)·x + (s·b + o)`.
/// Two affine layers become one in the same way.
fn affine_into_linear(network: &mut Network, id: LayerId, input: LayerId) -> bool {
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
fn linear_after_affine(network: &mut Network, id: LayerId, input: LayerId) -> bool {
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
fn affine_below_reshape(network: &mut Network, id: LayerId, input: LayerId) -> bool {
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
fn affine_above_reshape(network: &mut Network, id: LayerId, uses: &[usize]) {
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
    let cells = values
        .iter()
        .flat_map(|value| core::iter::repeat_n(*value, inner.area()));
    let cells: Vec<f32> = cells.collect();
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

/// Moves a max pool before an increasing function, with which it commutes. The function then has
/// fewer cells to compute.
fn pool_before_activation(network: &mut Network, id: LayerId, input: LayerId) -> bool {
    let is_pool = matches!(network.layers[id].kind, Kind::MaxPool(_));
    if !is_pool || !network.layers[input].kind.is_increasing() {
        return false;
    }
    let (first, second) = network.layers.split_at_mut(id);
    let (activation, pool) = (&mut first[input], &mut second[0]);
    core::mem::swap(&mut activation.kind, &mut pool.kind);
    core::mem::swap(&mut activation.name, &mut pool.name);
    activation.shape = pool.shape;
    true
}

/// Merges padding into the window that follows it.
fn merge_padding(network: &mut Network, id: LayerId, input: LayerId) -> bool {
    let Kind::Pad(padding) = network.layers[input].kind else {
        return false;
    };
    let source = network.layers[input].inputs[0];
    let never_negative = match network.layers[source].kind {
        Kind::Relu | Kind::Input | Kind::Curve(Curve::Sigmoid) => true,
        Kind::Clip { lo, .. } => lo >= 0.0,
        _ => false,
    };
    let (Kind::Conv { window, .. } | Kind::AveragePool(window) | Kind::MaxPool(window)) =
        &network.layers[id].kind
    else {
        return false;
    };
    let merged = Window {
        height: widened(window.height, padding.height),
        width: widened(window.width, padding.width),
    };
    let touches = |axis: Axis| axis.before < axis.kernel && axis.after < axis.kernel;
    // A maximum ignores zeros only if every window also has a cell that is never negative.
    let max_ignores = never_negative && touches(merged.height) && touches(merged.width);
    match &mut network.layers[id].kind {
        Kind::MaxPool(_) if !max_ignores => return false,
        Kind::Conv { window, .. } | Kind::AveragePool(window) | Kind::MaxPool(window) => {
            *window = merged;
        }
        _ => return false,
    }
    bypass(network, input, source);
    true
}

const fn widened(axis: Axis, padding: Axis) -> Axis {
    Axis {
        before: axis.before + padding.before,
        after: axis.after + padding.after,
        ..axis
    }
}

/// Turns picked cells that could not be folded into a convolution, if they lie at even distances.
fn make_convolution(network: &mut Network, id: LayerId) -> Result<(), ImportError> {
    let Kind::Select(select) = &network.layers[id].kind else {
        return Ok(());
    };
    let inner = network.layers[network.layers[id].inputs[0]].shape;
    let kind = select::as_convolution(select, inner);
    let kind = kind.ok_or_else(|| ImportError::Unsupported {
        node: select.by[0].clone(),
        operator: select.by[1].clone(),
        reason: format!(
            "it repeats, mirrors or moves cells in a way that `{}` after it cannot follow; that is \
             supported before a fully connected layer, and, of copies, before a convolution whose \
             stride skips them",
            network.layers[id].name
        ),
    })?;
    network.layers[id].kind = kind;
    Ok(())
}

/// Turns an affine layer that could not be folded into a convolution, whose kernels have one cell
/// and take one channel.
fn make_depthwise(network: &mut Network, id: LayerId) {
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
