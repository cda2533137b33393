//! Merges a choice of channels, rows and columns into the linear layers beside it.

use super::bypass;
use super::steps::{Through, evenly, through};
use crate::network::{Kind, LayerId, Linear, Network, Select};
use zklens_model::{Shape, Window};

/// The most weights of a kernel that has grown to take picked cells.
const MAX_WEIGHTS: usize = 1 << 24;

/// Lets the convolution after a choice take all cells, where a wider window gives the same result.
pub(super) fn conv_after_select(network: &mut Network, id: LayerId, input: LayerId) -> bool {
    let (before, after) = network.layers.split_at_mut(id);
    let Kind::Select(select) = &before[input].kind else {
        return false;
    };
    let inner = before[before[input].inputs[0]].shape;
    let output = after[0].shape;
    let Kind::Conv {
        linear,
        window,
        groups,
    } = &mut after[0].kind
    else {
        return false;
    };
    let is_all = all(&select.channels, inner.channels());
    if *groups != 1 && !is_all {
        return false;
    }
    let rows = through(window.height, output.height(), &select.rows, inner.height());
    let columns = through(window.width, output.width(), &select.columns, inner.width());
    let Some((rows, columns)) = rows.zip(columns) else {
        return false;
    };
    let channels = if is_all {
        (0..inner.channels() / *groups).map(Some).collect()
    } else {
        select.channels.clone()
    };
    let depth = inner.channels() / *groups;
    let Some(weights) = rewired(linear, window, [&rows, &columns], &channels, depth) else {
        return false;
    };
    linear.weights = weights;
    *window = Window {
        height: rows.axis,
        width: columns.axis,
    };
    bypass(network, input, network.layers[input].inputs[0]);
    true
}

/// The weights of a layer on picked channels, rows and columns, as weights on all of them.
/// `channels` has, for each channel of an old kernel, its index among the `depth` channels of the
/// new one.
fn rewired(
    linear: &Linear,
    window: &Window,
    [rows, columns]: [&Through; 2],
    channels: &[Option<usize>],
    depth: usize,
) -> Option<Vec<f32>> {
    let outputs = linear.bias.len();
    let area = rows.axis.kernel.saturating_mul(columns.axis.kernel);
    let len = outputs.saturating_mul(depth).saturating_mul(area);
    if len > MAX_WEIGHTS {
        return None;
    }
    let mut weights = vec![0.0; len];
    for (index, kernel) in linear.weights.chunks(window.area()).enumerate() {
        let (to, from) = (index / channels.len(), index % channels.len());
        let Some(from) = channels[from] else { continue };
        let plane = &mut weights[(to * depth + from) * area..][..area];
        for (tap, weight) in kernel.iter().enumerate() {
            let row = rows.taps[tap / window.width.kernel];
            let column = columns.taps[tap % window.width.kernel];
            if let Some((row, column)) = row.zip(column) {
                plane[row * columns.axis.kernel + column] += weight;
            }
        }
    }
    Some(weights)
}

/// Merges a choice of channels without zeros into the linear layer before it, which computes only
/// those.
pub(super) fn select_after_linear(network: &mut Network, id: LayerId, input: LayerId) -> bool {
    let Kind::Select(select) = network.layers[id].kind.clone() else {
        return false;
    };
    let inner = network.layers[input].shape;
    let keeps_sides =
        is_range(&select.rows, inner.height()) && is_range(&select.columns, inner.width());
    let channels: Option<Vec<usize>> = select.channels.iter().copied().collect();
    let Some(channels) = channels.filter(|_| keeps_sides) else {
        return false;
    };
    let shape = network.layers[id].shape;
    let (Kind::Dense(linear)
    | Kind::Conv {
        linear, groups: 1, ..
    }) = &mut network.layers[input].kind
    else {
        return false;
    };
    let row = linear.weights.len() / linear.bias.len();
    let rows = channels.iter().map(|c| &linear.weights[c * row..][..row]);
    if row.saturating_mul(channels.len()) > MAX_WEIGHTS {
        return false;
    }
    *linear = Linear {
        weights: rows.flatten().copied().collect(),
        bias: channels.iter().map(|c| linear.bias[*c]).collect(),
    };
    network.layers[input].shape = shape;
    bypass(network, id, input);
    true
}

/// Whether a choice takes every cell in order.
pub(super) fn is_identity(select: &Select, inner: Shape) -> bool {
    all(&select.channels, inner.channels())
        && is_range(&select.rows, inner.height())
        && is_range(&select.columns, inner.width())
}

/// Turns a choice that could not be folded into a convolution, whose kernels have a single 1.
pub(super) fn as_convolution(select: &Select, inner: Shape) -> Option<Kind> {
    let rows = evenly(&select.rows, inner.height())?;
    let columns = evenly(&select.columns, inner.width())?;
    let window = Window {
        height: rows.0,
        width: columns.0,
    };
    let outputs = select.channels.len();
    let is_all = all(&select.channels, inner.channels());
    let depth = if is_all { 1 } else { inner.channels() };
    let len = outputs.checked_mul(depth)?.checked_mul(window.area())?;
    if len > MAX_WEIGHTS {
        return None;
    }
    let mut weights = vec![0.0; len];
    let tap = rows.1 * window.width.kernel + columns.1;
    for (to, from) in select.channels.iter().enumerate() {
        if let Some(from) = from {
            let plane = if is_all { to } else { to * depth + from };
            weights[plane * window.area() + tap] = 1.0;
        }
    }
    let bias = vec![0.0; outputs];
    Some(Kind::Conv {
        linear: Linear { weights, bias },
        window,
        groups: if is_all { outputs } else { 1 },
    })
}

fn all(channels: &[Option<usize>], count: usize) -> bool {
    channels.iter().copied().eq((0..count).map(Some))
}

fn is_range(list: &[usize], len: usize) -> bool {
    list.iter().copied().eq(0..len)
}
