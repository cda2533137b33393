//! Rewrites that make the network smaller and keep its function. Batch norm, normalisation and
//! padding merge into the linear layers beside them, and pooling moves before activations.

mod affine;
mod clip;
mod concat;
mod select;
mod steps;

use crate::curve::Curve;
use crate::error::ImportError;
use crate::network::{Kind, LayerId, Network};
use affine::{
    affine_above_reshape, affine_below_reshape, affine_into_linear, linear_after_affine,
    make_depthwise,
};
use zklens_model::{Axis, Window};

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
    let kind = select::as_convolution(select, inner).ok_or_else(|| ImportError::Unsupported {
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
