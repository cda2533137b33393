//! Where gadgets stand, and their numbers.

use crate::*;
use zklens_model::Window;

/// Each table would stand where it belongs, counted from the end or from the start: of pixels, a range and bytes alone,
/// nothing would be missing but the label.
#[test]
fn a_circuit_has_four_tables_at_least() {
    let circuit = circuit();
    let (label, range, bytes) = (
        circuit.label_table(),
        circuit.range_table(),
        circuit.bytes_table(),
    );
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

#[test]
fn each_gadget_stands_where_it_belongs_and_nowhere_else() {
    let circuit = circuit();
    let (label, range, bytes) = (
        circuit.label_table(),
        circuit.range_table(),
        circuit.bytes_table(),
    );
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
                // The lookup needs its entries, which are gone.
                if at == ENTRIES {
                    circuit.tables[LOOKUP] = circuit.tables[CLIP].clone();
                }
                // All later tables read the pixels.
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
            // Its sides are those of the table that it reads.
            let other = Operand {
                sides: SIDES,
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
            *source(circuit, P_RELU) = CLIP;
        })
    };
    for table in 0..11 {
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
    // No array is empty, whoever names it.
    assert_eq!(entries([1, 1, 0], vec![1, 1, 1, 0]), no_array(0, 4, 0));
    for width in [1, 65_538, 1 << 22] {
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
    ] {
        assert_eq!(entries(SIDES, array.clone()), refused(ENTRIES), "{array:?}");
    }
    assert_eq!(entries(SIDES, vec![1, 1, 1, 1, 4]), no_array(0, 5, 4));
    assert_eq!(entries(SIDES, Vec::new()), no_array(0, 0, 1));
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
        let p_relu = PRelu {
            magnitude_bytes: bytes,
            ..p_relu()
        };
        gadget(P_RELU, Gadget::PRelu(p_relu));
        let gap = Saturation {
            gap_bytes: bytes,
            ..saturation()
        };
        let excess = Saturation {
            excess_bytes: bytes,
            ..saturation()
        };
        gadget(SATURATION, Gadget::Saturation(gap));
        gadget(SATURATION, Gadget::Saturation(excess));
        gadget(circuit().label_table(), Gadget::Label(Label { bytes }));
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

/// An interval of one value would take no byte, and have a width of zero.
#[test]
fn a_saturation_has_one_to_eight_bytes_and_the_shift_of_a_rescale() {
    let check = |saturation: Saturation| {
        checked(|circuit| circuit.tables[SATURATION].gadget = Gadget::Saturation(saturation))
    };
    for bytes in 0..=u8::MAX {
        for lo in [i64::MIN, 0, i64::MAX] {
            let got = check(Saturation {
                lo,
                bytes,
                ..saturation()
            });
            let expected = match bytes {
                1..=8 => Ok(()),
                _ => refused(SATURATION),
            };
            assert_eq!(got, expected, "{bytes} bytes from {lo}");
        }
    }
    for shift in 0..=u8::MAX {
        let got = check(Saturation {
            shift,
            ..saturation()
        });
        let expected = match shift {
            0 | 8 | 16 => Ok(()),
            _ => refused(SATURATION),
        };
        assert_eq!(got, expected, "{shift}");
    }
}

/// The operand of a window has the sides that make the table's.
#[test]
fn a_window_of_a_saturation_fits_and_has_at_most_256_taps() {
    let check = |side: usize, gap_bytes: u8| {
        checked(|circuit| {
            let gadget = Saturation {
                window: Some(Window::square(side, 1)),
                gap_bytes,
                ..saturation()
            };
            let sides = [1, side, side + 3];
            let mut table = table(Gadget::Saturation(gadget), sides, Some(0));
            table.sides = [1, 1, 4];
            circuit.tables[0].sides = sides;
            for reader in COPY + 1..SATURATION {
                circuit.tables[reader] = circuit.tables[ENTRIES].clone();
            }
            circuit.tables[COPY] = circuit.tables[ENTRIES].clone();
            circuit.tables[SATURATION] = table;
        })
    };
    assert_eq!(check(1, 1), Ok(()));
    assert_eq!(check(16, 8), Ok(()));
    assert_eq!(check(17, 1), refused(SATURATION));
    let unpooled = checked(|circuit| {
        circuit.tables[SATURATION].gadget = Gadget::Saturation(Saturation {
            window: Some(Window::square(2, 1)),
            ..saturation()
        });
    });
    assert_eq!(unpooled, refused(SATURATION));
}

#[test]
fn factors_of_a_p_relu_are_in_range() {
    let check = |positive: i32, negative: i32| {
        let gadget = PRelu {
            positive,
            negative,
            ..p_relu()
        };
        checked(|circuit| circuit.tables[P_RELU].gadget = Gadget::PRelu(gadget))
    };
    const MOST: i32 = 1 << 15;
    for (positive, negative) in [(1, 0), (1, 1), (MOST, -MOST), (1, MOST)] {
        assert_eq!(check(positive, negative), Ok(()));
    }
    for (positive, negative) in [
        (0, 0),
        (-1, 0),
        (MOST + 1, 0),
        (i32::MIN, 0),
        (1, MOST + 1),
        (1, -MOST - 1),
        (1, i32::MIN),
    ] {
        let got = check(positive, negative);
        assert_eq!(got, refused(P_RELU), "{positive} {negative}");
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

/// The table itself is named, before any table that reads it.
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
