//! Keys that a stranger made: circuits that nobody compiled, with commitments to any residues. Their owner tries to
//! prove every label. An accepted key gives an image at most one.

use crate::case::{REFUSED, integer_of};
use crate::common::setup;
use crate::network::{ByteAt, Cells, Network, row_of, rows_of};
use crate::prover::Script;
use crate::rules::{Rule, asked, entries_of, has_entries};
use std::collections::BTreeSet;
use zklens_commitment::VectorLength;
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_layers::circuit::{Circuit, LinearOp, Operand, Path, Step, Table, Weighted};
use zklens_layers::dims::Sides;
use zklens_layers::gadgets::{Activation, Column, Entries, Gadget, Label, Lookup, Saturation};
use zklens_layers::{LayerError, Layout};
use zklens_model::Window;
use zklens_prover::commitment::{self, Vector, commit};
use zklens_testkit::models::{class_names, preprocessing};
use zklens_verifier::{KeyError, Names, VerifyingKey};

/// Two by two.
const PIXELS: [i64; 4] = [130, 0, 255, 7];

const fn path(source: usize) -> Path {
    Path {
        steps: Vec::new(),
        weights: None,
        source,
    }
}

fn table(gadget: Gadget, sides: Sides, paths: &[Path]) -> Table {
    let paths = paths.to_vec();
    let operand = (!paths.is_empty()).then_some(Operand { sides, paths });
    Table {
        node: 0,
        gadget,
        sides,
        operand,
    }
}

/// Pixels, some tables, the label, and the two special tables.
fn circuit(inside: &[Table], label: Table, arrays: &[&[usize]]) -> Circuit {
    let mut tables = vec![table(Gadget::Pixels, [1, 2, 2], &[])];
    tables.extend_from_slice(inside);
    tables.push(label);
    tables.push(table(Gadget::Range, [1, 1, 1], &[]));
    tables.push(table(Gadget::Bytes, [1, 1, 256], &[]));
    Circuit {
        tables,
        arrays: arrays.iter().map(|array| array.to_vec()).collect(),
    }
}

/// A key of a circuit with commitments to these arrays.
fn key(circuit: Circuit, arrays: &[Vec<Scalar>]) -> Result<VerifyingKey, KeyError> {
    let columns = VectorLength::new(512).unwrap();
    let layout = Layout::new(&circuit, columns, 1)?;
    let row = |cells: Vec<Scalar>| Vector {
        cells: commitment::Cells::Scalars(cells),
        blinding: Scalar::ZERO,
    };
    let rows: Vec<Vector> = rows_of(&layout, arrays).into_iter().map(row).collect();
    let classes = circuit.tables[circuit.label_table()].sides.iter().product();
    let names = Names {
        name: "odd".into(),
        classes: class_names(classes),
        preprocessing: preprocessing([2, 2], false),
    };
    VerifyingKey::new(names, circuit, columns, &commit(setup(), columns, &rows))
}

fn network(circuit: Circuit, arrays: Vec<Vec<Scalar>>) -> Network {
    let key = key(circuit, &arrays).expect("a key that is accepted");
    let file = key.encode();
    assert_eq!(VerifyingKey::decode(&file), Ok(key.clone()));
    Network::new(key, arrays, 1)
}

/// The best witness for a label. A number that is out of range lies in its lowest byte; the value at position zero of a
/// table of entries is `at_zero`.
fn tell(network: &Network, label: usize, at_zero: Scalar) -> Cells {
    let mut cells: Cells = network
        .layout
        .tables
        .iter()
        .map(|table_layout| {
            let rows = table_layout.dims.iter().product();
            let column = |kind: &Column| match network.fixed(*kind) {
                Some(fixed) => fixed.to_vec(),
                None => vec![Scalar::ZERO; rows],
            };
            table_layout.rules.columns.iter().map(column).collect()
        })
        .collect();
    for table in 0..=network.circuit().label_table() {
        let operand = network.operand_values(table, &cells);
        for row in 0..network.rows(table) {
            let told = tell_row(network, table, row, &operand, (label, at_zero));
            for (column, cell) in cells[table].iter_mut().zip(told) {
                column[row] = cell;
            }
        }
    }
    cut(network, &mut cells);
    let asked = asked(network, &cells);
    for table in 0..cells.len() {
        if has_entries(network, table) {
            let entries = entries_of(network, &cells, table).into_iter().enumerate();
            for (row, entry) in entries.skip(1) {
                let times = asked.get(&(table, entry)).copied().unwrap_or(0);
                cells[table][0][row] = Scalar::from(times);
            }
        }
    }
    cells
}

fn tell_row(
    network: &Network,
    table: usize,
    row: usize,
    operand: &[Scalar],
    (label, at_zero): (usize, Scalar),
) -> Vec<Scalar> {
    match &network.circuit().tables[table].gadget {
        Gadget::Pixels => vec![Scalar::from(PIXELS[row])],
        Gadget::Copy => vec![operand[row]],
        Gadget::Label(Label { bytes }) => {
            let strict = Scalar::from(u64::from(row < label));
            let margin = operand[label] - operand[row] - strict;
            vec![margin; usize::from(*bytes > 0)]
        }
        Gadget::Lookup(lookup) => {
            let position = operand[row] - Scalar::from(lookup.first) + Scalar::ONE;
            let columns = &network.layout.tables[lookup.entries].rules.columns;
            let values = columns
                .iter()
                .find_map(|kind| network.fixed(*kind))
                .unwrap();
            let index = integer_of(position).and_then(|index| usize::try_from(index).ok());
            let value = index.and_then(|index| values.get(index)).copied();
            let value = if index == Some(0) {
                at_zero
            } else {
                value.unwrap_or_default()
            };
            vec![position, value]
        }
        // Without shift, window and magnitude the operand must be zero, or −1.
        Gadget::Activation(Activation { relu, .. }) => {
            let sign = if operand[row] == -Scalar::ONE {
                Scalar::ONE
            } else {
                Scalar::ZERO
            };
            vec![sign; usize::from(*relu)]
        }
        Gadget::Saturation(gadget) => saturated(gadget, integer_of(operand[row]).unwrap()),
        _ => Vec::new(),
    }
}

/// The row of a saturation without a window, with numbers of any size.
fn saturated(gadget: &Saturation, x: i128) -> Vec<Scalar> {
    let half = (1_i128 << gadget.shift) / 2;
    let place = ((x + half) >> gadget.shift) - i128::from(gadget.lo);
    let inside = place.clamp(0, (1 << (8 * gadget.bytes)) - 1);
    let numbers = [
        (gadget.shift > 0, (x + half) & ((1 << gadget.shift) - 1)),
        (true, inside),
        (gadget.excess_bytes > 0, (place - inside).abs()),
    ];
    let numbers = numbers.into_iter().filter(|(is_column, _)| *is_column);
    numbers.map(|(_, number)| Scalar::from(number)).collect()
}

/// Cuts numbers into bytes.
fn cut(network: &Network, cells: &mut Cells) {
    let range = network.circuit().range_table();
    for table in 0..=network.circuit().label_table() {
        for (column, kind) in network.layout.tables[table]
            .rules
            .columns
            .iter()
            .enumerate()
        {
            let Column::Number { bytes } = kind else {
                continue;
            };
            for row in 0..network.rows(table) {
                let number = cells[table][column][row];
                let small = integer_of(number).and_then(|number| u128::try_from(number).ok());
                let small = small.filter(|number| *number < 1 << (8 * u32::from(*bytes)));
                for byte in 0..usize::from(*bytes) {
                    let ByteAt { chunk, row } = network.byte_at(table, column, byte, row);
                    let byte_of = |number: u128| Scalar::from((number >> (8 * byte)) as u64 & 0xff);
                    let whole = if byte == 0 { number } else { Scalar::ZERO };
                    cells[range][chunk][row] = small.map_or(whole, byte_of);
                }
            }
        }
    }
}

/// The labels that are proved, each claimed with the best witness.
fn labels_of(network: &Network) -> Vec<usize> {
    let classes = 0..network.rows(network.circuit().label_table());
    let is_proved = |label: &usize| {
        let cells = tell(network, *label, Scalar::ZERO);
        let script = Script::of(network, vec![*label], cells);
        let verified = script.verify().map(drop);
        let expected = if script.broken().is_empty() {
            Ok(())
        } else {
            Err(REFUSED)
        };
        assert_eq!(verified, expected, "{:?}", script.broken());
        verified.is_ok()
    };
    let labels: Vec<usize> = classes.filter(is_proved).collect();
    assert!(labels.len() < 2, "labels {labels:?} of one image");
    labels
}

fn integers(numbers: &[i64]) -> Vec<Scalar> {
    numbers.iter().copied().map(Scalar::from).collect()
}

/// A layer with these logits, each less three: the first pixel is 130, and weights are over 130.
fn dense(logits: &[Scalar], bytes: u8) -> Network {
    let of_first = Path {
        weights: Some(Weighted {
            array: 0,
            map: LinearOp::Dense,
        }),
        ..path(0)
    };
    let label = table(
        Gadget::Label(Label { bytes }),
        [logits.len(), 1, 1],
        &[of_first],
    );
    let circuit = circuit(&[], label, &[&[logits.len(), 1, 2, 2], &[logits.len()]]);
    let over = Scalar::from(PIXELS[0]).inverse().unwrap();
    let weights = logits
        .iter()
        .flat_map(|logit| [*logit * over, over, Scalar::ZERO, Scalar::ZERO]);
    network(
        circuit,
        vec![weights.collect(), integers(&vec![-3; logits.len()])],
    )
}

/// Differences beyond the bytes, and those that only the modulus makes small.
#[test]
fn residues_as_weights_give_at_most_one_label() {
    let labels = |logits: &[Scalar], bytes| labels_of(&dense(logits, bytes));
    let power = |exponent: u64| Scalar::from(2_u64).pow([exponent]);
    let one = Scalar::ONE;
    let half = Scalar::from(2_u64).inverse().unwrap();
    let third = Scalar::from(3_u64).inverse().unwrap();
    assert_eq!(labels(&integers(&[4, 9, 5]), 1), [1]);
    assert_eq!(labels(&integers(&[0, 256]), 1), [1]);
    assert_eq!(labels(&integers(&[256, 0]), 1), [0; 0]);
    assert_eq!(labels(&integers(&[0, 257]), 1), [0; 0]);
    assert_eq!(labels(&[power(64), Scalar::ZERO], 8), [0; 0]);
    assert_eq!(labels(&[power(64) - one, Scalar::ZERO], 8), [0]);
    // Around the circle of residues: each is ahead of the next by a third.
    assert_eq!(labels(&[Scalar::ZERO, third, third.double()], 8), [0; 0]);
    assert_eq!(labels(&[half, Scalar::ZERO], 8), [0; 0]);
    // The larger integer is the smaller residue.
    assert_eq!(labels(&[-power(63), power(63) - one], 8), [1]);
    assert_eq!(labels(&[-one, Scalar::ZERO, -power(200)], 8), [0; 0]);
    assert_eq!(labels(&[half, half - one, half + one], 8), [2]);
    assert_eq!(labels(&[half, half, half], 8), [0]);
}

/// A margin of zero bytes is zero: other logits are equal, or one less if their class is earlier.
#[test]
fn margins_of_no_byte_give_at_most_one_label() {
    assert_eq!(labels_of(&dense(&integers(&[5, 5, 5]), 0)), [0]);
    assert_eq!(labels_of(&dense(&integers(&[5, 4, 5]), 0)), [0; 0]);
    assert_eq!(labels_of(&dense(&integers(&[5, 5, 6]), 0)), [2]);
    assert_eq!(labels_of(&dense(&integers(&[5, 5, 7]), 0)), [0; 0]);
    assert_eq!(labels_of(&dense(&integers(&[5, 6]), 0)), [1]);
}

/// Wires that no model has: several from one table, factors that wrap, a label that is a picture.
#[test]
fn odd_wires_give_at_most_one_label() {
    let scaled = |factor: i64| Path {
        steps: vec![Step::Scale(factor)],
        ..path(1)
    };
    for (factors, labels) in [
        (&[1][..], &[2][..]),
        (&[-1], &[1]),
        (&[1, -1], &[0]),
        (&[0], &[0]),
        (&[2, 3, -4], &[2]),
        (&[i64::MAX, i64::MIN], &[1]),
        // 255 times that is beyond eight bytes.
        (&[i64::MIN], &[]),
    ] {
        let inside = [table(Gadget::Copy, [1, 2, 2], &[path(0)])];
        let paths: Vec<Path> = factors.iter().copied().map(scaled).collect();
        let label = table(Gadget::Label(Label { bytes: 8 }), [1, 2, 2], &paths);
        let network = network(circuit(&inside, label, &[]), Vec::new());
        assert_eq!(labels_of(&network), labels, "{factors:?}");
    }
}

/// The label lies in a channel, a row and a column of its table.
#[test]
fn labels_of_pictures_are_counted_channel_by_channel() {
    let window = Window::square(1, 1);
    let map = LinearOp::Conv2d { window, groups: 1 };
    let of_pixels = Path {
        weights: Some(Weighted { array: 0, map }),
        ..path(0)
    };
    let kernel = [2, 1, 1, 1];
    for (weights, bias, label) in [
        ([1, -1], [0, 0], 2),
        ([-1, 1], [0, 0], 6),
        ([-1, -1], [0, 5], 5),
        ([1, 1], [0, 0], 2),
    ] {
        let of_label = table(
            Gadget::Label(Label { bytes: 2 }),
            [2, 2, 2],
            std::slice::from_ref(&of_pixels),
        );
        let circuit = circuit(&[], of_label, &[&kernel, &[2]]);
        let network = network(circuit, vec![integers(&weights), integers(&bias)]);
        assert_eq!(labels_of(&network), [label]);
    }
}

/// A sign without a magnitude shows that the operand is zero or −1, and puts out zero either way.
#[test]
fn gadgets_of_no_byte_give_at_most_one_label() {
    let activation = Gadget::Activation(Activation {
        window: None,
        gap_bytes: 0,
        shift: 0,
        relu: true,
        offset: 0,
        magnitude_bytes: 0,
    });
    for (factor, labels) in [(0, &[0][..]), (1, &[])] {
        let scaled = Path {
            steps: vec![Step::Scale(factor)],
            ..path(0)
        };
        let inside = [table(activation.clone(), [1, 2, 2], &[scaled])];
        let label = table(Gadget::Label(Label { bytes: 1 }), [1, 2, 2], &[path(1)]);
        let network = network(circuit(&inside, label, &[]), Vec::new());
        assert_eq!(labels_of(&network), labels);
    }
}

/// Intervals at both ends of the integers, numbers of the most bytes, and an excess of none.
#[test]
fn odd_saturations_give_at_most_one_label() {
    let labels = |factor: i64, [shift, bytes, excess_bytes]: [u8; 3], lo: i64| {
        let gadget = Gadget::Saturation(Saturation {
            window: None,
            gap_bytes: 0,
            shift,
            lo,
            bytes,
            excess_bytes,
        });
        let scaled = Path {
            steps: vec![Step::Scale(factor)],
            ..path(0)
        };
        let inside = [table(gadget, [1, 2, 2], &[scaled])];
        let label = table(Gadget::Label(Label { bytes: 8 }), [1, 2, 2], &[path(1)]);
        labels_of(&network(circuit(&inside, label, &[]), Vec::new()))
    };
    // All pixels lie inside.
    assert_eq!(labels(1, [0, 1, 0], 0), [2]);
    assert_eq!(labels(-1, [0, 1, 0], -255), [1]);
    // A pixel lies outside, and no excess can say so.
    assert_eq!(labels(1, [0, 1, 0], 1), [0; 0]);
    assert_eq!(labels(1, [0, 1, 0], -1), [0; 0]);
    assert_eq!(labels(1, [0, 1, 1], -1), [2]);
    // 130 and 255 are beyond the upper end.
    assert_eq!(labels(1, [0, 1, 1], -160), [0]);
    assert_eq!(labels(1 << 40, [16, 8, 8], i64::MIN), [2]);
    assert_eq!(labels(-(1 << 40), [16, 8, 8], i64::MIN), [1]);
    // All pixels are below the lower end.
    assert_eq!(labels(1 << 40, [16, 8, 8], i64::MAX), [0]);
    assert_eq!(labels(1 << 40, [16, 1, 3], 0), [0; 0]);
    assert_eq!(labels(1 << 40, [16, 1, 4], 0), [0]);
}

/// Position `x − first + 1` of the first pixel but one, which is zero.
fn looking_up(first: i64, entries: &[i64]) -> Network {
    let sides = [1, 2, 2];
    let zero = Path {
        steps: vec![Step::Scale(0)],
        ..path(0)
    };
    let of_entries = table(
        Gadget::Entries(Entries { array: 0 }),
        [1, 1, entries.len()],
        &[],
    );
    let lookup = Gadget::Lookup(Lookup { first, entries: 1 });
    let inside = [of_entries, table(lookup, sides, &[zero])];
    // Pixels decide, since all look up the same value.
    let times = |factor: i64, source: usize| Path {
        steps: vec![Step::Scale(factor)],
        ..path(source)
    };
    let label = table(
        Gadget::Label(Label { bytes: 4 }),
        sides,
        &[times(1, 0), times(1, 2)],
    );
    network(
        circuit(&inside, label, &[&[1, 1, 1, entries.len()]]),
        vec![integers(entries)],
    )
}

#[test]
fn entries_give_at_most_one_label_wherever_they_begin() {
    for (first, labels) in [
        (0, &[2][..]),
        (-1, &[2]),
        // Position zero, which has the value zero.
        (1, &[2]),
        // Before the first entry, and behind the last.
        (2, &[]),
        (-2, &[]),
        (i64::MIN, &[]),
        (i64::MAX, &[]),
    ] {
        assert_eq!(labels_of(&looking_up(first, &[0, 9, 8])), labels, "{first}");
    }
}

/// A key whose entry for padding is not zero leaves a choice at position zero: the array's value or the padding's zero.
/// Neither can be proved.
#[test]
fn an_entry_for_padding_that_is_not_zero_is_refused() {
    let network = looking_up(1, &[5, 9, 8]);
    for at_zero in [Scalar::ZERO, Scalar::from(5)] {
        let cells = tell(&network, 2, at_zero);
        let script = Script::of(&network, vec![2], cells);
        let broken = script.broken();
        assert!(broken.contains(&Rule::Padding { table: 1 }), "{broken:?}");
        script.is_refused();
    }
    // A key with an entry that nobody asks for, too.
    let network = looking_up(0, &[5, 9, 8]);
    let script = Script::of(&network, vec![2], tell(&network, 2, Scalar::ZERO));
    script.is_refused_for(Rule::Padding { table: 1 });
}

/// These would give two labels: a table that is wired to itself can put out anything.
#[test]
fn keys_that_could_give_two_labels_are_refused() {
    let label = || table(Gadget::Label(Label { bytes: 1 }), [1, 2, 2], &[path(1)]);
    let refused = |inside: &[Table], label: Table, at: usize| {
        let arrays: &[&[usize]] = &[&[1, 1, 1, 4]];
        let refused = key(circuit(inside, label, arrays), &[integers(&[0; 4])]);
        assert_eq!(refused, Err(LayerError::Malformed { table: at }.into()));
    };
    let copy = |source: usize| table(Gadget::Copy, [1, 2, 2], &[path(source)]);
    refused(&[copy(1)], label(), 1);
    refused(&[copy(2), copy(1)], label(), 1);
    // In an interval of one value every excess would do.
    let saturation = Gadget::Saturation(Saturation {
        window: None,
        gap_bytes: 0,
        shift: 0,
        lo: 0,
        bytes: 0,
        excess_bytes: 8,
    });
    refused(&[table(saturation, [1, 2, 2], &[path(0)])], label(), 1);
    refused(
        &[copy(0)],
        table(Gadget::Label(Label { bytes: 9 }), [1, 2, 2], &[path(1)]),
        2,
    );
    // A table of entries belongs to no image, and its counts are the prover's choice.
    let entries = table(Gadget::Entries(Entries { array: 0 }), [1, 1, 4], &[]);
    let of_entries = table(Gadget::Copy, [1, 1, 4], &[path(1)]);
    let of_copy = table(Gadget::Label(Label { bytes: 1 }), [1, 1, 4], &[path(2)]);
    refused(&[entries, of_entries], of_copy, 2);
    // Two labels of their own.
    refused(
        &[label()],
        table(Gadget::Label(Label { bytes: 1 }), [1, 2, 2], &[path(0)]),
        1,
    );
}

/// The tests above rely on it: the witness follows the circuit.
#[test]
fn outputs_are_those_of_the_circuit() {
    let network = looking_up(0, &[0, 9, 8]);
    let cells = tell(&network, 2, Scalar::ZERO);
    assert_eq!(row_of(&cells[2], 0), integers(&[1, 9]));
    assert_eq!(network.outputs(2, &cells), integers(&[9; 4]));
    let label = network.circuit().label_table();
    let logits = network.operand_values(label, &cells);
    assert_eq!(logits, integers(&PIXELS.map(|pixel| pixel + 9)));
    let script = Script::of(&network, vec![2], cells);
    assert_eq!(script.broken(), BTreeSet::new());
}
