//! AxisVector under windows, against a loop over every position and tap, and against sums made by hand.

use zklens_commitment::AxisVector;
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_layers::circuit::Step;
use zklens_layers::relation::wiring::{Covector, under_tap};
use zklens_model::{Axis, Window};

fn scalars(numbers: &[u64]) -> Vec<Scalar> {
    numbers.iter().copied().map(Scalar::from).collect()
}

const fn axis(kernel: usize, stride: usize, before: usize, after: usize) -> Axis {
    Axis {
        kernel,
        stride,
        before,
        after,
    }
}

/// AxisVector on one image, one channel and these rows and columns.
fn covector(rows: &[u64], columns: &[u64]) -> Covector {
    let one = || AxisVector::Listed(scalars(&[1]));
    let [rows, columns] = [rows, columns].map(|axis| AxisVector::Listed(scalars(axis)));
    Covector {
        coefficient: Scalar::from(3),
        axes: [one(), one(), rows, columns],
    }
}

/// The weights on columns, for a window of one row.
fn spread(columns: &[u64], axis: Axis, cells: usize, ratio: u64) -> Vec<Scalar> {
    let window = Window {
        height: self::axis(1, 1, 0, 0),
        width: axis,
    };
    let spread = covector(&[1], columns).spread_over_taps(&window, [1, cells], Scalar::from(ratio));
    assert_eq!(spread.coefficient, Scalar::from(3));
    let [_, _, rows, columns] = spread.axes;
    assert_eq!(rows.values(), scalars(&[1]));
    columns.values()
}

/// Two positions with the weights 1 and 10, and taps that count 1, 7 and 49 times.
#[test]
fn a_tap_in_the_padding_weighs_the_nearest_cell() {
    // Cells 0 and 1, then 2 and the padding behind it.
    let behind = spread(&[1, 10], axis(2, 2, 0, 1), 3, 7);
    assert_eq!(behind, scalars(&[1, 7, 10 + 70]));
    // The padding before cell 0 and that cell, then 1 and 2.
    let before = spread(&[1, 10], axis(2, 2, 1, 0), 3, 7);
    assert_eq!(before, scalars(&[1 + 7, 10, 70]));
    // On both sides.
    let both = spread(&[1, 10], axis(3, 2, 1, 1), 3, 7);
    assert_eq!(both, scalars(&[1 + 7, 49 + 10, 70 + 490]));
    // More than one cell behind.
    let far = spread(&[1, 10], axis(3, 1, 0, 2), 2, 7);
    assert_eq!(far, scalars(&[1, 7 + 49 + 10 + 70 + 490]));
    // None at all.
    let none = spread(&[1, 10], axis(2, 2, 0, 0), 4, 7);
    assert_eq!(none, scalars(&[1, 7, 10, 70]));
}

/// Taps count row by row: three columns make a step of 7³ from row to row.
#[test]
fn taps_count_along_rows_first() {
    let window = Window {
        height: axis(2, 1, 0, 0),
        width: axis(3, 1, 0, 0),
    };
    let spread = covector(&[1], &[1]).spread_over_taps(&window, [2, 3], Scalar::from(7));
    let [_, _, rows, columns] = spread.axes;
    assert_eq!(rows.values(), scalars(&[1, 343]));
    assert_eq!(columns.values(), scalars(&[1, 7, 49]));
}

/// Every axis of up to four taps and any padding that a window of them can have, on up to five cells.
fn axes() -> impl Iterator<Item = (Axis, usize, usize)> {
    let kernels = (1..=4).flat_map(|kernel| (1..=3).map(move |stride| (kernel, stride)));
    let axes = kernels.flat_map(|(kernel, stride)| {
        let padding =
            (0..kernel).flat_map(move |before| (0..kernel).map(move |after| (before, after)));
        padding.map(move |(before, after)| axis(kernel, stride, before, after))
    });
    axes.flat_map(|axis| (1..=5).map(move |cells| (axis, cells)))
        .filter_map(|(axis, cells)| Some((axis, cells, axis.output_len(cells)?)))
}

#[test]
fn weights_are_spread_as_every_tap_of_every_position_says() {
    let mut count = 0;
    for (axis, cells, positions) in axes() {
        let weights: Vec<u64> = (0..positions as u64).map(|at| 5 + 11 * at).collect();
        let mut expected = vec![Scalar::ZERO; cells];
        for (position, weight) in weights.iter().enumerate() {
            for tap in 0..axis.kernel {
                let at = (position * axis.stride + tap) as i64 - axis.before as i64;
                let cell = at.clamp(0, cells as i64 - 1) as usize;
                expected[cell] += Scalar::from(*weight) * Scalar::from(13_u64).pow([tap as u64]);
            }
        }
        assert_eq!(
            spread(&weights, axis, cells, 13),
            expected,
            "{axis:?} on {cells}"
        );
        count += 1;
    }
    assert!(count > 300, "{count} windows");
}

/// Padding is worth zero there, so a tap in it weighs nothing.
#[test]
fn sums_weigh_the_cells_under_every_tap() {
    for (axis, cells, positions) in axes() {
        let weights: Vec<u64> = (0..positions as u64).map(|at| 5 + 11 * at).collect();
        let mut expected = vec![Scalar::ZERO; cells];
        for tap in 0..axis.kernel {
            let mut under = vec![Scalar::ZERO; cells];
            for (position, weight) in weights.iter().enumerate() {
                let at = (position * axis.stride + tap).checked_sub(axis.before);
                if let Some(cell) = at.filter(|cell| *cell < cells) {
                    under[cell] += Scalar::from(*weight);
                    expected[cell] += Scalar::from(*weight);
                }
            }
            let taken = under_tap(&scalars(&weights), &axis, tap, cells);
            assert_eq!(taken, under, "{axis:?} on {cells}, tap {tap}");
        }
        let step = Step::Average {
            window: Window {
                height: self::axis(1, 1, 0, 0),
                width: axis,
            },
            multiplier: -4,
            from: [1, cells],
        };
        let before = covector(&[1], &weights).before(&step);
        assert_eq!(before.coefficient, -Scalar::from(12));
        let [_, _, rows, columns] = before.axes;
        assert_eq!(rows.values(), scalars(&[1]));
        assert_eq!(columns.values(), expected, "{axis:?} on {cells}");
    }
}
