//! Circuits that nobody compiled, where each check stands alone: all else of a changed circuit fits, and a change of
//! the same kind that is allowed passes.

use zklens_commitment::Columns;
use zklens_layers::circuit::{Circuit, Map, Operand, Path, Sides, Step, Table, Weighted};
use zklens_layers::gadget::{Activation, Clip, Entries, Gadget, Lookup};
use zklens_layers::{LayerError, Plan};
use zklens_model::{Axis, Window};

/// Of every table that lies inside, and of its operand: so whatever is wired to whatever fits.
const SIDES: Sides = [1, 1, 4];

const ENTRIES: usize = 2;
const LOOKUP: usize = 4;
const COPY: usize = 1;
const CLIP: usize = 3;
const ACTIVATION: usize = 5;

fn path(source: usize) -> Path {
    Path {
        steps: Vec::new(),
        weights: None,
        source,
    }
}

fn table(gadget: Gadget, sides: Sides, source: Option<usize>) -> Table {
    Table {
        node: 0,
        gadget,
        sides,
        operand: source.map(|source| Operand {
            sides,
            paths: vec![path(source)],
        }),
    }
}

const fn activation() -> Activation {
    Activation {
        window: None,
        gap_bytes: 0,
        shift: 8,
        relu: false,
        offset: 0,
        magnitude_bytes: 2,
    }
}

const fn clip() -> Clip {
    Clip {
        lo: -3,
        hi: 5,
        below_bytes: 1,
        above_bytes: 1,
    }
}

/// One of each gadget, all of the same sides.
fn circuit() -> Circuit {
    let lookup = Lookup {
        first: 0,
        entries: ENTRIES,
    };
    Circuit {
        tables: vec![
            table(Gadget::Pixels, SIDES, None),
            table(Gadget::Copy, SIDES, Some(0)),
            table(Gadget::Entries(Entries { array: 0 }), SIDES, None),
            table(Gadget::Clip(clip()), SIDES, Some(COPY)),
            table(Gadget::Lookup(lookup), SIDES, Some(CLIP)),
            table(Gadget::Activation(activation()), SIDES, Some(LOOKUP)),
            table(Gadget::Label { bytes: 4 }, SIDES, Some(ACTIVATION)),
            table(Gadget::Range, [1, 1, 1], None),
            table(Gadget::Bytes, [1, 1, 256], None),
        ],
        arrays: vec![vec![1, 1, 1, 4]],
    }
}

fn checked(change: impl FnOnce(&mut Circuit)) -> Result<(), LayerError> {
    let mut circuit = circuit();
    change(&mut circuit);
    circuit.check()
}

const fn refused(table: usize) -> Result<(), LayerError> {
    Err(LayerError::Malformed { table })
}

fn source(circuit: &mut Circuit, table: usize) -> &mut usize {
    &mut circuit.tables[table].operand.as_mut().unwrap().paths[0].source
}

/// Each table would stand where it belongs, counted from the end or from the start: of pixels, a range and bytes alone,
/// nothing would be missing but the label.
#[test]
fn a_circuit_has_four_tables_at_least() {
    let circuit = circuit();
    let (label, range, bytes) = (circuit.label(), circuit.range(), circuit.bytes());
    for few in [
        &[][..],
        &[0],
        &[bytes],
        &[0, bytes],
        &[range, bytes],
        &[0, range, bytes],
        &[label, range, bytes],
    ] {
        let checked = checked(|circuit| {
            circuit.tables = few
                .iter()
                .map(|table| circuit.tables[*table].clone())
                .collect();
        });
        assert_eq!(checked, refused(few.len()), "{few:?}");
    }
    let four = checked(|circuit| {
        circuit.tables = [0, label, range, bytes]
            .map(|table| circuit.tables[table].clone())
            .to_vec();
        *source(circuit, 1) = 0;
    });
    assert_eq!(four, Ok(()));
}

/// The sides of what is wired always fit, so it is the place of the source that counts.
#[test]
fn a_table_is_wired_to_earlier_ones_of_each_image_alone() {
    let circuit = circuit();
    assert_eq!(circuit.check(), Ok(()));
    for (index, table) in circuit.tables.iter().enumerate() {
        if table.operand.is_none() {
            continue;
        }
        for (from, of) in circuit.tables.iter().enumerate() {
            let per_image = from != ENTRIES && from < circuit.range();
            assert_eq!(of.gadget.is_per_image(), per_image);
            let is_right = from < index && per_image;
            let expected = if is_right { Ok(()) } else { refused(index) };
            let checked = checked(|circuit| *self::source(circuit, index) = from);
            assert_eq!(checked, expected, "{index} from {from}");
        }
    }
}

/// What the table of entries holds is no tensor of an image, wherever its entries come from.
#[test]
fn bytes_and_their_rows_are_wired_to_nothing() {
    let copies = |from: usize, sides: Sides| {
        checked(|circuit| {
            // Of the sides of what it is wired to.
            circuit.tables[ACTIVATION].sides = sides;
            let operand = circuit.tables[ACTIVATION].operand.as_mut().unwrap();
            operand.sides = sides;
            operand.paths[0].source = from;
            *source(circuit, circuit.label()) = COPY;
        })
    };
    let circuit = circuit();
    assert_eq!(copies(COPY, SIDES), Ok(()));
    for from in [circuit.range(), circuit.bytes()] {
        let sides = circuit.tables[from].sides;
        assert_eq!(copies(from, sides), refused(ACTIVATION));
    }
}

#[test]
fn each_gadget_stands_where_it_belongs_and_nowhere_else() {
    let circuit = circuit();
    let (label, range, bytes) = (circuit.label(), circuit.range(), circuit.bytes());
    for (kind, of) in circuit.tables.iter().enumerate() {
        for at in 0..circuit.tables.len() {
            // The place's own operand, unless the gadget takes none, and no operand of itself.
            let mut table = of.clone();
            if let Some(operand) = &mut table.operand {
                operand.paths[0].source = 0;
            }
            let is_right = match kind {
                0 => at == 0,
                _ if kind == label || kind == range || kind == bytes => at == kind,
                // After its entries.
                LOOKUP => at > ENTRIES && at < label,
                _ => at > 0 && at < label,
            };
            let checked = checked(|circuit| {
                circuit.tables[at] = table;
                // The lookup alone needs what may have been overwritten.
                if at == ENTRIES {
                    circuit.tables[LOOKUP] = circuit.tables[CLIP].clone();
                }
                // What read an entry of its own reads the pixels.
                for reader in at + 1..=label {
                    if circuit.tables[reader].operand.is_some() {
                        *source(circuit, reader) = 0;
                    }
                }
            });
            let expected = if is_right { Ok(()) } else { refused(at) };
            assert_eq!(checked, expected, "{kind} at {at}");
        }
    }
}

#[test]
fn a_gadget_has_an_operand_if_it_takes_one_and_else_none() {
    let circuit = circuit();
    for (index, table) in circuit.tables.iter().enumerate() {
        let takes = table.operand.is_some();
        let checked = checked(|circuit| {
            let other = Operand {
                sides: table.sides,
                paths: vec![path(0)],
            };
            circuit.tables[index].operand = (!takes).then_some(other);
        });
        assert_eq!(checked, refused(index), "{index}");
    }
}

/// A lookup asks an earlier table, and one of entries.
#[test]
fn entries_stand_before_what_looks_them_up() {
    let entries = |entries: usize| {
        checked(|circuit| {
            let lookup = Lookup { first: 0, entries };
            circuit.tables[LOOKUP].gadget = Gadget::Lookup(lookup);
            // Entries behind the lookup too.
            circuit.tables[ACTIVATION] = circuit.tables[ENTRIES].clone();
            let label = circuit.label();
            *source(circuit, label) = CLIP;
        })
    };
    for table in 0..10 {
        let expected = if table == ENTRIES {
            Ok(())
        } else {
            refused(LOOKUP)
        };
        assert_eq!(entries(table), expected, "{table}");
    }
    assert_eq!(entries(usize::MAX), refused(LOOKUP));
}

#[test]
fn a_table_of_entries_is_flat_and_has_an_array_as_long() {
    let entries = |sides: Sides, array: Vec<usize>| {
        checked(|circuit| {
            circuit.tables[ENTRIES].sides = sides;
            circuit.arrays[0] = array;
        })
    };
    for width in [2, 3, 65_537] {
        assert_eq!(entries([1, 1, width], vec![1, 1, 1, width]), Ok(()));
    }
    for width in [0, 1, 65_538, 1 << 22] {
        let refused = refused(ENTRIES);
        assert_eq!(entries([1, 1, width], vec![1, 1, 1, width]), refused);
    }
    for sides in [[2, 1, 4], [1, 2, 4], [4, 1, 4], [2, 2, 4]] {
        assert_eq!(entries(sides, vec![1, 1, 1, 4]), refused(ENTRIES));
    }
    for array in [
        vec![4],
        vec![1, 1, 4],
        vec![1, 1, 1, 3],
        vec![1, 1, 1, 5],
        vec![1, 1, 2, 4],
        vec![2, 1, 1, 4],
        vec![4, 1, 1, 1],
        vec![1, 1, 1, 1, 4],
        Vec::new(),
    ] {
        assert_eq!(entries(SIDES, array.clone()), refused(ENTRIES), "{array:?}");
    }
    for array in [1, usize::MAX] {
        let checked = checked(|circuit| {
            circuit.tables[ENTRIES].gadget = Gadget::Entries(Entries { array });
        });
        assert_eq!(checked, refused(ENTRIES));
    }
}

#[test]
fn numbers_have_at_most_eight_bytes() {
    for (bytes, is_right) in [(0, true), (8, true), (9, false), (u8::MAX, false)] {
        let expected = |table: usize| if is_right { Ok(()) } else { refused(table) };
        let gadget = |table: usize, gadget: Gadget| {
            let checked = checked(|circuit| circuit.tables[table].gadget = gadget);
            assert_eq!(checked, expected(table), "{table}: {bytes}");
        };
        let below = Clip {
            below_bytes: bytes,
            ..clip()
        };
        let above = Clip {
            above_bytes: bytes,
            ..clip()
        };
        let gap = Activation {
            gap_bytes: bytes,
            ..activation()
        };
        let magnitude = Activation {
            magnitude_bytes: bytes,
            ..activation()
        };
        gadget(CLIP, Gadget::Clip(below));
        gadget(CLIP, Gadget::Clip(above));
        gadget(ACTIVATION, Gadget::Activation(gap));
        gadget(ACTIVATION, Gadget::Activation(magnitude));
        gadget(circuit().label(), Gadget::Label { bytes });
    }
}

#[test]
fn bounds_of_a_clip_are_in_order() {
    let clip = |lo: i64, hi: i64| {
        let clip = Clip { lo, hi, ..clip() };
        checked(|circuit| circuit.tables[CLIP].gadget = Gadget::Clip(clip))
    };
    for (lo, hi) in [(0, 0), (-1, 0), (i64::MIN, i64::MAX)] {
        assert_eq!(clip(lo, hi), Ok(()));
    }
    for (lo, hi) in [(1, 0), (0, -1), (i64::MAX, i64::MIN)] {
        assert_eq!(clip(lo, hi), refused(CLIP));
    }
}

#[test]
fn shifts_and_offsets_are_those_of_a_rescale() {
    let check = |activation: Activation| {
        checked(|circuit| circuit.tables[ACTIVATION].gadget = Gadget::Activation(activation))
    };
    for shift in 0..=u8::MAX {
        let expected = match shift {
            0 | 8 | 16 => Ok(()),
            _ => refused(ACTIVATION),
        };
        let gadget = Activation {
            shift,
            ..activation()
        };
        assert_eq!(check(gadget), expected, "{shift}");
    }
    for (relu, offset, is_right) in [
        (false, 0, true),
        (false, 1, true),
        (false, i64::MAX, true),
        (false, -1, false),
        (false, i64::MIN, false),
        (true, 0, true),
        (true, 1, false),
        (true, -1, false),
    ] {
        let expected = if is_right {
            Ok(())
        } else {
            refused(ACTIVATION)
        };
        let gadget = Activation {
            relu,
            offset,
            ..activation()
        };
        assert_eq!(check(gadget), expected, "{relu} {offset}");
    }
}

/// Nothing is wired to these tables but what does not mind.
#[test]
fn sides_are_those_of_a_tensor() {
    for sides in [
        [0, 1, 4],
        [1, 0, 4],
        [1, 1, 0],
        [1, 1, 1 << 23],
        [1 << 12; 3],
    ] {
        let checked = checked(|circuit| circuit.tables[0].sides = sides);
        assert_eq!(checked, refused(0), "pixels of {sides:?}");
        let copies = self::checked(|circuit| {
            circuit.tables[COPY].sides = sides;
            circuit.tables[COPY].operand.as_mut().unwrap().sides = sides;
        });
        assert_eq!(copies, refused(COPY), "a copy of {sides:?}");
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
    Window { rows, columns }
}

/// A circuit whose first table after the pixels has this path, from sides to sides.
fn with_path(path: Path, from: Sides, to: Sides, arrays: &[&[usize]]) -> Result<(), LayerError> {
    let mut tables = vec![
        table(Gadget::Pixels, from, None),
        table(Gadget::Copy, to, Some(0)),
        table(Gadget::Label { bytes: 4 }, to, Some(1)),
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

fn of_weights(map: Map, array: usize) -> Path {
    Path {
        weights: Some(Weighted { array, map }),
        ..path(0)
    }
}

/// The array has as many numbers as are left when a remainder is dropped.
#[test]
fn groups_divide_outputs_and_channels() {
    let window = window(axis(2, 1), axis(3, 1));
    let check = |channels: usize, outputs: usize, groups: usize, first: &[usize]| {
        let path = of_weights(Map::Conv2d { window, groups }, 0);
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
        for len in [0, 2, 3, 6] {
            assert_eq!(check(2, 3, groups, &[len]), refused(1));
        }
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
        with_path(of_weights(Map::Dense, array), [2, 1, 4], [3, 1, 1], arrays)
    };
    assert_eq!(check(0, &[dense, &[3]]), Ok(()));
    assert_eq!(check(1, &[&[7], dense, &[3]]), Ok(()));
    for bias in [&[2][..], &[4], &[3, 1], &[1, 3], &[]] {
        assert_eq!(check(0, &[dense, bias]), refused(1), "{bias:?}");
    }
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
        let path = of_weights(Map::Conv2d { window, groups: 1 }, 0);
        with_path(path, [1, 4, 6], to, &[&[2, 1, 2, 3], &[2]])
    };
    assert_eq!(check(window(axis(2, 1), axis(3, 1)), [2, 3, 4]), Ok(()));
    assert_eq!(check(window(axis(2, 2), axis(3, 3)), [2, 2, 2]), Ok(()));
    let transposed = window(axis(3, 1), axis(2, 1));
    assert_eq!(check(transposed, [2, 2, 5]), refused(1));
    assert_eq!(check(window(axis(2, 1), axis(3, 1)), [2, 2, 5]), refused(1));
    assert_eq!(check(window(axis(2, 0), axis(3, 1)), [2, 3, 4]), refused(1));
}

/// Each claim on a column weighs one cell of the mask row that is its own: no two values, and no value and the mask of
/// the sumcheck, share one.
#[test]
fn every_column_has_a_random_cell_of_its_own() {
    for images in [1, 3] {
        let plan = Plan::new(&circuit(), Columns::new(512).unwrap(), images).unwrap();
        let blinds = plan.tables.iter().flat_map(|table| {
            assert_eq!(table.blinds.len(), table.columns().len());
            table.blinds.iter().copied()
        });
        let mut blinds: Vec<usize> = blinds.collect();
        blinds.sort_unstable();
        let mask = zklens_layers::plan::FREE_CELLS + plan.mask_shape().num_coefficients();
        assert_eq!(blinds, (mask..plan.rows.random).collect::<Vec<_>>());
    }
}
