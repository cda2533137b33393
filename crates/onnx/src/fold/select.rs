//! Merges a choice of channels, rows and columns into the linear layers beside it.

use super::bypass;
use crate::network::{Kind, LayerId, Linear, Network, Select};
use zklens_model::{Axis, Shape, Window};

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

/// A window such that one of its cells visits these evenly spaced positions, and the index of this
/// cell.
fn evenly(list: &[usize], len: usize) -> Option<(Axis, usize)> {
    let first = *list.first()?;
    let stride = match list {
        [a, b, ..] => b.checked_sub(*a).filter(|step| *step > 0)?,
        _ => len.max(1),
    };
    let expected = (0..list.len()).map(|i| first + i * stride);
    if !list.iter().copied().eq(expected) {
        return None;
    }
    // The width with which the window fits exactly as often as wanted.
    let kernel = (first + 1).max((len + 1).saturating_sub(list.len() * stride));
    let axis = Axis {
        kernel,
        stride,
        before: 0,
        after: 0,
    };
    (axis.output_len(len) == Some(list.len())).then_some((axis, first))
}

/// The most steps of a window that is considered.
const MAX_STEPS: usize = 1 << 16;

/// A window over picked positions, as a window over all positions, along one axis.
struct Through {
    axis: Axis,
    /// For each cell of the old window, its cell in the new window; `None` if it only ever saw
    /// padding.
    taps: Vec<Option<usize>>,
}

/// The window over all `len` cells that sees the same cells as `axis` sees among those picked by
/// `list`.
fn through(axis: Axis, outputs: usize, list: &[usize], len: usize) -> Option<Through> {
    let seen = |tap: usize, output: usize| {
        let at = (output * axis.stride + tap).checked_sub(axis.before)?;
        list.get(at).copied()
    };
    if axis.kernel.saturating_mul(outputs) > MAX_STEPS {
        return None;
    }
    let mut stride = None;
    for tap in 0..axis.kernel {
        for output in 1..outputs {
            let (a, b) = (seen(tap, output - 1), seen(tap, output));
            if let Some((a, b)) = a.zip(b) {
                let step = b.checked_sub(a).filter(|step| *step > 0)?;
                if *stride.get_or_insert(step) != step {
                    return None;
                }
            }
        }
    }
    let stride = match stride {
        Some(stride) => stride,
        None if outputs == 1 => 1,
        None => return None,
    };
    // The position of each tap at the first output; negative before the picture.
    let signed = |n: usize| i64::try_from(n).ok();
    let mut starts = Vec::with_capacity(axis.kernel);
    for tap in 0..axis.kernel {
        let first = (0..outputs).find_map(|output| Some((output, seen(tap, output)?)));
        let Some((output, cell)) = first else {
            starts.push(None);
            continue;
        };
        let start = signed(cell)? - signed(output * stride)?;
        let fits = (0..outputs).all(|output| {
            let at = start + (output * stride) as i64;
            let at = usize::try_from(at).ok().filter(|at| *at < len);
            at == seen(tap, output)
        });
        if !fits {
            return None;
        }
        starts.push(Some(start));
    }
    let lowest = starts.iter().flatten().copied().min().unwrap_or(0).min(0);
    let before = usize::try_from(-lowest).ok()?;
    let taps: Vec<Option<usize>> = starts
        .iter()
        .map(|start| start.and_then(|start| usize::try_from(start - lowest).ok()))
        .collect();
    let needed = taps.iter().flatten().copied().max().unwrap_or(0) + 1;
    // The width with which the window fits exactly `outputs` times.
    let reach = outputs * stride;
    let kernel = needed.max((len + before + 1).saturating_sub(reach));
    let after = ((outputs - 1) * stride + kernel).saturating_sub(len + before);
    let axis = Axis {
        kernel,
        stride,
        before,
        after,
    };
    (axis.output_len(len) == Some(outputs)).then_some(Through { axis, taps })
}

#[cfg(test)]
mod tests {
    use super::{evenly, through};
    use zklens_model::Axis;

    /// The picked cells that the window sees, output by output and tap by tap; `None` for padding.
    fn sees(axis: Axis, list: &[usize], outputs: usize) -> Vec<Vec<Option<usize>>> {
        let cell = |output: usize, tap: usize| {
            let at = (output * axis.stride + tap).checked_sub(axis.before)?;
            list.get(at).copied()
        };
        let row = |output| (0..axis.kernel).map(|tap| cell(output, tap)).collect();
        (0..outputs).map(row).collect()
    }

    #[test]
    fn a_window_through_a_choice_sees_the_same_cells() {
        let axis = |kernel, stride, before, after| Axis {
            kernel,
            stride,
            before,
            after,
        };
        let cases: [(Axis, Vec<usize>, usize, bool); 8] = [
            // A crop, and a crop beyond which a padded window would look.
            (axis(3, 2, 0, 0), (4..20).collect(), 28, true),
            (axis(3, 1, 1, 1), (4..20).collect(), 28, false),
            // Every second cell.
            (
                axis(3, 1, 0, 0),
                (0..14).map(|i| 2 * i + 1).collect(),
                28,
                true,
            ),
            // Doubled cells under strides of 1 and 2.
            (
                axis(3, 1, 0, 0),
                (0..24).map(|i| i / 2).collect(),
                12,
                false,
            ),
            (axis(3, 2, 0, 0), (0..24).map(|i| i / 2).collect(), 12, true),
            (axis(4, 2, 1, 1), (0..24).map(|i| i / 2).collect(), 12, true),
            // All cells, padded; and mirrored borders.
            (axis(5, 1, 2, 2), (0..9).collect(), 9, true),
            (axis(3, 1, 0, 0), vec![1, 0, 1, 2, 3, 2], 4, false),
        ];
        for (axis, list, len, possible) in cases {
            let outputs = axis.output_len(list.len()).unwrap();
            let old = sees(axis, &list, outputs);
            let Some(new) = through(axis, outputs, &list, len) else {
                assert!(!possible, "{axis:?} {list:?}");
                continue;
            };
            assert!(possible, "{axis:?} {list:?}");
            assert_eq!(new.axis.output_len(len), Some(outputs));
            let whole: Vec<usize> = (0..len).collect();
            let seen = sees(new.axis, &whole, outputs);
            for (output, old) in old.iter().enumerate() {
                for (tap, cell) in old.iter().enumerate() {
                    let now = new.taps[tap].and_then(|tap| seen[output][tap]);
                    assert_eq!(now, *cell, "{axis:?} {list:?}: output {output}, tap {tap}");
                }
            }
        }
    }

    #[test]
    fn even_steps_are_a_window_with_one_cell_that_counts() {
        for (list, len) in [
            ((4..20).collect::<Vec<_>>(), 28),
            ((0..7).map(|i| 3 * i + 2).collect(), 25),
            (vec![5], 9),
        ] {
            let (axis, cell) = evenly(&list, len).unwrap();
            let whole: Vec<usize> = (0..len).collect();
            let seen = sees(axis, &whole, list.len());
            let picked: Vec<usize> = seen.iter().map(|row| row[cell].unwrap()).collect();
            assert_eq!(picked, list);
        }
        assert!(evenly(&[1, 0, 1], 3).is_none());
        assert!(evenly(&[0, 0, 1, 1], 2).is_none());
    }
}
