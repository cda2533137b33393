//! Drops clips that other layers make needless.

use super::bypass;
use crate::network::{Kind, LayerId, Network};

/// Drops a ReLU before a clip, which then clips at zero itself.
pub(super) fn clip_after_relu(network: &mut Network, id: LayerId, input: LayerId) -> bool {
    let is_relu = network.layers[input].kind == Kind::Relu;
    let Kind::Clip { lo, hi } = &mut network.layers[id].kind else {
        return false;
    };
    if !is_relu || *hi < 0.0 {
        return false;
    }
    *lo = lo.max(0.0);
    bypass(network, input, network.layers[input].inputs[0]);
    true
}

/// Merges two clips whose ranges overlap, into one with the common range.
pub(super) fn clip_after_clip(network: &mut Network, id: LayerId, input: LayerId) -> bool {
    let Kind::Clip { lo, hi } = network.layers[input].kind else {
        return false;
    };
    let Kind::Clip { lo: low, hi: high } = &mut network.layers[id].kind else {
        return false;
    };
    if lo.max(*low) > hi.min(*high) {
        return false;
    }
    (*low, *high) = (lo.max(*low), hi.min(*high));
    bypass(network, input, network.layers[input].inputs[0]);
    true
}

/// Drops a clip of the pixels whose bounds all pixels obey, up to rounding of the bounds.
pub(super) fn clip_of_pixels(network: &mut Network, id: LayerId, input: LayerId) -> bool {
    let Kind::Clip { lo, hi } = network.layers[id].kind else {
        return false;
    };
    let (scale, offset) = match &network.layers[input] {
        layer if layer.kind == Kind::Input => (vec![1.0], vec![0.0]),
        layer => match (&layer.kind, layer.inputs.first()) {
            (Kind::Affine { scale, offset }, Some(0)) => (scale.clone(), offset.clone()),
            _ => return false,
        },
    };
    let is_inside = scale.iter().zip(&offset).all(|(s, o)| {
        // A share of the range of values, since a bound may be infinite.
        let slack = (s * 255.0).abs() * 1e-5;
        let ends = [*o, s * 255.0 + o];
        ends.iter()
            .all(|end| *end >= lo - slack && *end <= hi + slack)
    });
    if is_inside {
        bypass(network, id, input);
    }
    is_inside
}
