//! Windows along one axis that visit picked positions.

use zklens_model::Axis;

/// A window such that one of its cells visits these evenly spaced positions, and the index of this
/// cell.
pub(super) fn evenly(list: &[usize], len: usize) -> Option<(Axis, usize)> {
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
pub(super) struct Through {
    pub(super) axis: Axis,
    /// For each cell of the old window, its cell in the new window; `None` if it only ever saw
    /// padding.
    pub(super) taps: Vec<Option<usize>>,
}

/// The window over all `len` cells that sees the same cells as `axis` sees among those picked by
/// `list`.
pub(super) fn through(axis: Axis, outputs: usize, list: &[usize], len: usize) -> Option<Through> {
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
            let position = start + (output * stride) as i64;
            let at = usize::try_from(position).ok().filter(|at| *at < len);
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
