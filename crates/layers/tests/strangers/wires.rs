//! Wires lead to earlier tables, and sides fit along them.

use crate::*;
use zklens_layers::circuit::{LinearOp, Step, Weighted};
use zklens_model::{Axis, Window};

/// The sides always fit, so it is the place of the source that counts.
#[test]
fn a_table_is_wired_to_earlier_ones_of_each_image_alone() {
    let circuit = circuit();
    assert_eq!(circuit.check(), Ok(()));
    for (index, table) in circuit.tables.iter().enumerate() {
        if table.operand.is_none() {
            continue;
        }
        for (from, of) in circuit.tables.iter().enumerate() {
            let per_image = from != ENTRIES && from < circuit.range_table();
            assert_eq!(of.gadget.is_per_image(), per_image);
            let is_right = from < index && per_image;
            let expected = if is_right { Ok(()) } else { refused(index) };
            let checked = checked(|circuit| *self::source(circuit, index) = from);
            assert_eq!(checked, expected, "{index} from {from}");
        }
    }
}

/// Neither table belongs to an image.
#[test]
fn bytes_and_their_rows_are_wired_to_nothing() {
    let copies = |from: usize, sides: Sides| {
        checked(|circuit| {
            // Its sides are those of the table that it reads.
            circuit.tables[ACTIVATION].sides = sides;
            let operand = circuit.tables[ACTIVATION].operand.as_mut().unwrap();
            operand.sides = sides;
            operand.paths[0].source = from;
            *source(circuit, circuit.label_table()) = COPY;
        })
    };
    let circuit = circuit();
    assert_eq!(copies(COPY, SIDES), Ok(()));
    for from in [circuit.range_table(), circuit.bytes_table()] {
        let sides = circuit.tables[from].sides;
        assert_eq!(copies(from, sides), refused(ACTIVATION));
    }
}

#[test]
fn an_operand_has_the_sides_of_its_table_or_those_under_its_window() {
    let check = |window: Option<Window>, operand: Sides, source: Sides| {
        checked(|circuit| {
            circuit.tables[0].sides = source;
            circuit.tables[COPY].gadget = Gadget::Activation(Activation {
                window,
                ..activation()
            });
            circuit.tables[COPY].operand.as_mut().unwrap().sides = operand;
        })
    };
    assert_eq!(check(None, SIDES, SIDES), Ok(()));
    assert_eq!(check(None, [1, 1, 5], [1, 1, 5]), refused(COPY));
    let window = Some(window(axis(1, 1), axis(2, 1)));
    assert_eq!(check(window, [1, 1, 5], [1, 1, 5]), Ok(()));
    assert_eq!(check(window, SIDES, SIDES), refused(COPY));
    assert_eq!(check(window, [2, 1, 5], [2, 1, 5]), refused(COPY));
    // The operand fits its table, and the path does not fit the operand.
    assert_eq!(check(window, [1, 1, 5], SIDES), refused(COPY));
}

const fn axis(kernel: usize, stride: usize) -> Axis {
    Axis {
        kernel,
        stride,
        before: 0,
        after: 0,
    }
}

const fn window(rows: Axis, columns: Axis) -> Window {
    Window {
        height: rows,
        width: columns,
    }
}

/// A circuit whose first table after the pixels has this path, from sides to sides.
fn with_path(path: Path, from: Sides, to: Sides, arrays: &[&[usize]]) -> Result<(), LayerError> {
    let mut tables = vec![
        table(Gadget::Pixels, from, None),
        table(Gadget::Copy, to, Some(0)),
        table(Gadget::Label(Label { bytes: 4 }), to, Some(1)),
        table(Gadget::Range, [1, 1, 1], None),
        table(Gadget::Bytes, [1, 1, 256], None),
    ];
    tables[1].operand.as_mut().unwrap().paths[0] = path;
    let arrays = arrays.iter().map(|array| array.to_vec()).collect();
    Circuit { tables, arrays }.check()
}

fn of_steps(steps: &[Step]) -> Path {
    Path {
        steps: steps.to_vec(),
        ..path(0)
    }
}

#[test]
fn channels_side_by_side_are_as_many_as_come_and_lie_within() {
    let check = |start, count, total| {
        let step = Step::Channels {
            start,
            count,
            total,
        };
        with_path(of_steps(&[step]), [2, 1, 2], [4, 1, 2], &[])
    };
    for start in 0..=2 {
        assert_eq!(check(start, 2, 4), Ok(()));
        for count in [0, 1, 3, usize::MAX] {
            assert_eq!(check(start, count, 4), refused(1), "{start}: {count}");
        }
    }
    for start in [3, 4, usize::MAX - 1, usize::MAX] {
        assert_eq!(check(start, 2, 4), refused(1), "{start}");
    }
    for total in [3, 5] {
        assert_eq!(check(0, 2, total), refused(1));
    }
}

/// Windows over several pictures leave the same sides.
#[test]
fn an_average_is_of_the_picture_that_comes() {
    let window = window(axis(2, 2), axis(3, 2));
    let check = |from| {
        let step = Step::Average {
            window,
            multiplier: 3,
            from,
        };
        with_path(of_steps(&[step]), [3, 4, 5], [3, 2, 2], &[])
    };
    assert_eq!(check([4, 5]), Ok(()));
    for from in [[5, 5], [4, 6], [5, 6], [5, 4]] {
        assert_eq!(check(from), refused(1), "{from:?}");
    }
    for from in [[usize::MAX, 1], [1, usize::MAX], [0, 5]] {
        assert_eq!(check(from), refused(1), "{from:?}");
    }
}

#[test]
fn steps_are_at_most_seventeen() {
    let check = |steps| with_path(of_steps(&vec![Step::Scale(2); steps]), SIDES, SIDES, &[]);
    assert_eq!(check(17), Ok(()));
    assert_eq!(check(18), refused(1));
}

#[test]
fn an_operand_has_a_path() {
    let checked = checked(|circuit| {
        let operand = circuit.tables[COPY].operand.as_mut().unwrap();
        operand.paths.clear();
    });
    assert_eq!(checked, refused(COPY));
}

fn of_weights(map: LinearOp, array: usize) -> Path {
    Path {
        weights: Some(Weighted { array, map }),
        ..path(0)
    }
}

/// The array has the length that a division without its remainder gives.
#[test]
fn groups_divide_outputs_and_channels() {
    let window = window(axis(2, 1), axis(3, 1));
    let check = |channels: usize, outputs: usize, groups: usize, first: &[usize]| {
        let path = of_weights(LinearOp::Conv2d { window, groups }, 0);
        let array = [first, &[2, 3]].concat();
        let from = [channels, 2, 4];
        with_path(path, from, [outputs, 1, 2], &[&array, &[outputs]])
    };
    assert_eq!(check(2, 3, 1, &[3, 2]), Ok(()));
    assert_eq!(check(2, 4, 2, &[4]), Ok(()));
    assert_eq!(check(6, 3, 3, &[6]), Ok(()));
    assert_eq!(check(2, 3, 2, &[3]), refused(1));
    assert_eq!(check(3, 2, 2, &[2]), refused(1));
    assert_eq!(check(3, 3, 2, &[3]), refused(1));
    for groups in [0, usize::MAX] {
        for len in [2, 3, 6] {
            assert_eq!(check(2, 3, groups, &[len]), refused(1));
        }
        assert_eq!(check(2, 3, groups, &[0]), no_array(0, 3, 0));
    }
    // A list where there is one group, and axes where there are several.
    assert_eq!(check(2, 3, 1, &[6]), refused(1));
    assert_eq!(check(2, 4, 2, &[4, 1]), refused(1));
    assert_eq!(check(2, 4, 2, &[5]), refused(1));
    assert_eq!(check(2, 4, 2, &[8]), refused(1));
}

#[test]
fn arrays_are_those_of_the_layer_and_its_bias() {
    let dense: &[usize] = &[3, 2, 1, 4];
    let check = |array: usize, arrays: &[&[usize]]| {
        with_path(
            of_weights(LinearOp::Dense, array),
            [2, 1, 4],
            [3, 1, 1],
            arrays,
        )
    };
    assert_eq!(check(0, &[dense, &[3]]), Ok(()));
    assert_eq!(check(1, &[&[7], dense, &[3]]), Ok(()));
    for bias in [&[2][..], &[4], &[3, 1], &[1, 3]] {
        assert_eq!(check(0, &[dense, bias]), refused(1), "{bias:?}");
    }
    assert_eq!(check(0, &[dense, &[]]), no_array(1, 0, 1));
    for array in [
        &[3, 8][..],
        &[3, 2, 4, 1],
        &[3, 1, 2, 4],
        &[4, 2, 1, 4],
        &[24],
    ] {
        assert_eq!(check(0, &[array, &[3]]), refused(1), "{array:?}");
    }
    assert_eq!(check(1, &[dense, &[3]]), refused(1));
    assert_eq!(check(0, &[dense]), refused(1));
    assert_eq!(check(usize::MAX, &[dense, &[3]]), refused(1));
}

/// A kernel's array says nothing of where it slides, so the window's own sides count.
#[test]
fn a_kernel_slides_as_its_window_says() {
    let check = |window: Window, to: Sides| {
        let path = of_weights(LinearOp::Conv2d { window, groups: 1 }, 0);
        with_path(path, [1, 4, 6], to, &[&[2, 1, 2, 3], &[2]])
    };
    assert_eq!(check(window(axis(2, 1), axis(3, 1)), [2, 3, 4]), Ok(()));
    assert_eq!(check(window(axis(2, 2), axis(3, 3)), [2, 2, 2]), Ok(()));
    let transposed = window(axis(3, 1), axis(2, 1));
    assert_eq!(check(transposed, [2, 2, 5]), refused(1));
    assert_eq!(check(window(axis(2, 1), axis(3, 1)), [2, 2, 5]), refused(1));
    assert_eq!(check(window(axis(2, 0), axis(3, 1)), [2, 3, 4]), refused(1));
}
