//! Splits a fully connected layer on concatenated tensors of different sides into a sum of fully
//! connected layers, one for each tensor. A proof cannot lay out such tensors as one.

use crate::network::{Kind, Layer, LayerId, Linear, Network};
use zklens_model::GraphBuilder;

/// Moves a layer that works cell by cell from behind a concatenation of reshaped tensors to before
/// it.
pub(super) fn cells_before_concat(network: &mut Network, id: LayerId, input: LayerId) -> bool {
    if !joins_reshapes(network, input) {
        return false;
    }
    let kind = match &network.layers[id].kind {
        kind @ (Kind::Relu | Kind::Clip { .. } | Kind::Curve(_) | Kind::Affine { .. }) => {
            kind.clone()
        }
        _ => return false,
    };
    let name = network.layers[id].name.clone();
    let parts = network.layers[input].inputs.clone();
    let (mut start, mut moved) = (0, Vec::with_capacity(parts.len()));
    for part in parts {
        let shape = network.layers[part].shape;
        let own = start..start + shape.channels();
        start = own.end;
        let kind = match &kind {
            Kind::Affine { scale, offset } => Kind::Affine {
                scale: scale[own.clone()].to_vec(),
                offset: offset[own].to_vec(),
            },
            other => other.clone(),
        };
        let layer = Layer {
            name: name.clone(),
            kind,
            inputs: vec![part],
            shape,
        };
        let at = input + moved.len();
        insert(network, at, layer);
        moved.push(at);
    }
    let count = moved.len();
    network.layers[input + count].inputs = moved;
    super::bypass(network, id + count, input + count);
    true
}

/// Splits a layer by its inputs: `W·(a, b) + c = W₁·a + (W₂·b + c)`.
pub(super) fn dense_after_concat(network: &mut Network, id: LayerId, input: LayerId) -> bool {
    if !joins_reshapes(network, input) {
        return false;
    }
    let Kind::Dense(linear) = network.layers[id].kind.clone() else {
        return false;
    };
    let parts = network.layers[input].inputs.clone();
    let Layer { name, shape, .. } = network.layers[id].clone();
    let outputs = linear.bias.len();
    let row = linear.weights.len() / outputs;
    let (mut start, mut at, mut sum) = (0, id, None);
    for part in parts {
        let len = network.layers[part].shape.len();
        let rows = linear.weights.chunks(row);
        let weights = rows.flat_map(|row| row[start..start + len].iter().copied());
        let bias = match sum {
            None => linear.bias.clone(),
            Some(_) => vec![0.0; outputs],
        };
        let dense = Layer {
            name: name.clone(),
            kind: Kind::Dense(Linear {
                weights: weights.collect(),
                bias,
            }),
            inputs: vec![part],
            shape,
        };
        start += len;
        insert(network, at, dense);
        let dense = at;
        at += 1;
        sum = Some(match sum {
            None => dense,
            Some(sum) => {
                let add = Layer {
                    name: name.clone(),
                    kind: Kind::Add,
                    inputs: vec![sum, dense],
                    shape,
                };
                insert(network, at, add);
                at += 1;
                at - 1
            }
        });
    }
    if let Some(sum) = sum {
        super::bypass(network, at, sum);
    }
    true
}

/// Whether a layer concatenates a few tensors, some of them only reshaped to fit.
fn joins_reshapes(network: &Network, layer: LayerId) -> bool {
    let Layer {
        kind,
        inputs,
        shape,
        ..
    } = &network.layers[layer];
    let layers = network.layers.len() + 2 * inputs.len();
    *kind == Kind::Concat
        && shape.is_flat()
        && inputs.len() > 1
        && layers <= GraphBuilder::MAX_NODES
        && inputs.iter().any(|id| is_reshaped(network, *id))
}

fn is_reshaped(network: &Network, mut id: LayerId) -> bool {
    loop {
        match &network.layers[id].kind {
            Kind::Reshape => return true,
            Kind::Relu | Kind::Clip { .. } | Kind::Curve(_) | Kind::Affine { .. } => {
                id = network.layers[id].inputs[0];
            }
            _ => return false,
        }
    }
}

/// Inserts a layer at index `at`.
fn insert(network: &mut Network, at: LayerId, layer: Layer) {
    let inputs = network.layers.iter_mut().flat_map(|l| &mut l.inputs);
    for input in inputs.filter(|input| **input >= at) {
        *input += 1;
    }
    if network.output >= at {
        network.output += 1;
    }
    network.layers.insert(at, layer);
}
