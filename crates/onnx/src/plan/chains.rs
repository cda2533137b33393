//! Where accumulators are rescaled.

use crate::network::{Kind, LayerId, Network};

/// Whether a layer's outputs are accumulators whatever its input is.
pub(super) const fn accumulates(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Dense(_) | Kind::Conv { .. } | Kind::AveragePool(_) | Kind::Add
    )
}

/// Whether a layer takes accumulators as they are, if nothing else takes them.
const fn keeps(kind: &Kind) -> bool {
    matches!(kind, Kind::MaxPool(_) | Kind::Reshape)
}

/// For each layer, the layer that rescales its accumulators: itself, or one that follows alone.
///
/// The rescale comes after sums, max pools and reshapes, and together with the ReLU or clip behind them. A layer whose
/// accumulators are summed must be linear or a sum itself, and must be saturated as well.
pub(super) fn ends(network: &Network, bytes: &[u8]) -> Vec<LayerId> {
    let uses = network.uses();
    let users = only_users(network, &uses);
    let wide = wide(network, &uses);
    let mut ends: Vec<LayerId> = (0..network.layers.len()).collect();
    for id in (0..ends.len()).rev().filter(|id| wide[*id]) {
        let Some(user) = users[id] else {
            continue;
        };
        let is_linear = matches!(
            network.layers[id].kind,
            Kind::Dense(_) | Kind::Conv { .. } | Kind::Add
        );
        match &network.layers[user].kind {
            Kind::Relu | Kind::Clip { .. } => ends[id] = user,
            Kind::Add if is_linear && bytes[ends[user]] > 0 => ends[id] = ends[user],
            kind if keeps(kind) => ends[id] = ends[user],
            _ => {}
        }
    }
    ends
}

/// For each layer, whether its outputs are accumulators.
fn wide(network: &Network, uses: &[usize]) -> Vec<bool> {
    let mut wide = vec![false; network.layers.len()];
    for (id, layer) in network.layers.iter().enumerate() {
        let takes_wide = |input: &LayerId| wide[*input] && uses[*input] == 1;
        wide[id] =
            accumulates(&layer.kind) || (keeps(&layer.kind) && layer.inputs.iter().all(takes_wide));
    }
    wide
}

/// For each layer that is used once, its user.
fn only_users(network: &Network, uses: &[usize]) -> Vec<Option<LayerId>> {
    let mut users = vec![None; network.layers.len()];
    for (id, layer) in network.layers.iter().enumerate() {
        for input in layer.inputs.iter().filter(|input| uses[**input] == 1) {
            users[*input] = Some(id);
        }
    }
    users
}
