//! Circuits from strangers: whatever no compiled circuit has is refused, and names its table.

use zklens_commitment::VectorLength;
use zklens_layers::circuit::{Circuit, LinearOp, Path, Step};
use zklens_layers::dims::MAX_IMAGES;
use zklens_layers::gadgets::{Activation, Gadget, Label};
use zklens_layers::{LayerError, Layout};
use zklens_model::{AveragePool, Concat, MaxPool, Model, Op, Relu, Rescale, Window};
use zklens_testkit::models::{Layers, padded, preprocessing};

/// A grouped convolution, a maximum, channels side by side, an average, two dense layers in a row.
fn model() -> Model {
    let mut layers = Layers::new(preprocessing([6, 6], true), 2);
    layers.conv2d(6, padded(3, 1, 1), 3);
    let window = Window::square(2, 2);
    layers.then(Op::MaxPool(MaxPool { window }));
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    let relu = layers.then(Op::Relu(Relu));
    layers.join(Op::Concat(Concat), &[relu, relu]);
    layers.then(Op::AveragePool(AveragePool {
        window: Window::square(2, 1),
        multiplier: 64,
        multiplier_scale: 8,
    }));
    layers.then(Op::Rescale(Rescale { shift: 16 }));
    layers.flatten();
    layers.dense(5);
    layers.dense(4);
    layers.finish("many")
}

fn circuit() -> Circuit {
    Circuit::compile(&model()).expect("a model that can be proved")
}

fn is_refused(change: impl FnOnce(&mut Circuit)) {
    let mut circuit = circuit();
    assert_eq!(circuit.check(), Ok(()));
    change(&mut circuit);
    let checked = circuit.check();
    assert!(
        matches!(checked, Err(LayerError::Malformed { .. })),
        "{checked:?}"
    );
}

fn is_refused_on_the_path(has_it: fn(&Path) -> bool, change: impl FnOnce(&mut Path)) {
    is_refused(|circuit| {
        let operands = circuit
            .tables
            .iter_mut()
            .filter_map(|table| table.operand.as_mut());
        let mut paths = operands.flat_map(|operand| &mut operand.paths);
        change(
            paths
                .find(|path| has_it(path))
                .expect("a path of every kind"),
        );
    });
}

#[test]
fn special_tables_stand_in_their_places() {
    let (label, bytes) = (circuit().label_table(), circuit().bytes_table());
    assert_eq!([label, bytes], [bytes - 2, circuit().tables.len() - 1]);
    is_refused(|circuit| circuit.tables[bytes].sides = [1, 1, 1 << 22]);
    is_refused(|circuit| circuit.tables[bytes].gadget = Gadget::Copy);
    is_refused(|circuit| circuit.tables[label].sides = [2, 1, 1]);
    is_refused(|circuit| circuit.tables[label].operand = None);
    is_refused(|circuit| circuit.tables[label].gadget = Gadget::Copy);
    is_refused(|circuit| circuit.tables[label].gadget = Gadget::Label(Label { bytes: 9 }));
    is_refused(|circuit| circuit.tables.swap(label, bytes));
    is_refused(|circuit| circuit.tables.truncate(bytes));
    is_refused(|circuit| circuit.tables.truncate(2));
    is_refused(|circuit| circuit.tables[0].gadget = Gadget::Copy);
    is_refused(|circuit| circuit.tables[1].gadget = Gadget::Pixels);
    is_refused(|circuit| circuit.tables[1].gadget = Gadget::Bytes);
}

/// The table that shows of all numbers' bytes that they are bytes.
#[test]
fn the_range_stands_in_its_place_once() {
    let range = circuit().range_table();
    assert_eq!(circuit().tables[range].gadget, Gadget::Range);
    is_refused(|circuit| drop(circuit.tables.remove(range)));
    for at in 0..=range + 2 {
        is_refused(|circuit| circuit.tables.insert(at, circuit.tables[range].clone()));
    }
    for other in (0..range).chain([range + 1]) {
        is_refused(|circuit| circuit.tables.swap(range, other));
        is_refused(|circuit| circuit.tables[other].gadget = Gadget::Range);
        is_refused(|circuit| circuit.tables[other] = circuit.tables[range].clone());
        is_refused(|circuit| circuit.tables[range] = circuit.tables[other].clone());
    }
    for sides in [[1, 1, 256], [1, 1, 2], [1, 2, 1], [2, 1, 1], [1, 1, 0]] {
        is_refused(|circuit| circuit.tables[range].sides = sides);
    }
    is_refused(|circuit| {
        let label = circuit.label_table();
        circuit.tables[range].operand = circuit.tables[label].operand.clone();
    });
    // No table may read the output of `Range`.
    is_refused_on_the_path(|_| true, |path| path.source = range);
}

#[test]
fn numbers_and_windows_are_those_of_models() {
    let change = |change: fn(&mut Activation)| {
        is_refused(|circuit| {
            let activations =
                circuit
                    .tables
                    .iter_mut()
                    .filter_map(|table| match &mut table.gadget {
                        Gadget::Activation(activation) if activation.relu => Some(activation),
                        _ => None,
                    });
            activations.take(1).for_each(change);
        });
    };
    change(|gadget| gadget.gap_bytes = 9);
    change(|gadget| gadget.magnitude_bytes = 9);
    change(|gadget| gadget.shift = 7);
    change(|gadget| gadget.offset = 1);
    change(|gadget| gadget.window = Some(Window::square(usize::MAX, 1)));
    change(|gadget| gadget.window = Some(Window::square(2, 0)));
    change(|gadget| gadget.window = None);
}

#[test]
fn wires_fit_what_they_join() {
    let has_weights = |path: &Path| path.weights.is_some();
    is_refused_on_the_path(|_| true, |path| path.source = usize::MAX);
    is_refused_on_the_path(|path| path.source == 0, |path| path.source = 1);
    is_refused_on_the_path(has_weights, |path| path.weights = None);
    is_refused_on_the_path(has_weights, |path| {
        path.weights.as_mut().unwrap().array += 1;
    });
    is_refused_on_the_path(has_weights, |path| {
        path.weights.as_mut().unwrap().array = usize::MAX;
    });
    is_refused_on_the_path(|_| true, |path| path.steps = vec![Step::Scale(1); 18]);
    for wrong in [0, 1, 2, usize::MAX] {
        is_refused_on_the_path(
            |path| {
                path.weights
                    .is_some_and(|w| matches!(w.map, LinearOp::Conv2d { .. }))
            },
            |path| {
                if let LinearOp::Conv2d { groups, .. } = &mut path.weights.as_mut().unwrap().map {
                    *groups = wrong;
                }
            },
        );
    }
    let has_steps = |path: &Path| path.steps.len() > 1;
    is_refused_on_the_path(has_steps, |path| {
        for step in &mut path.steps {
            if let Step::Average { from, .. } = step {
                *from = [usize::MAX, 1];
            }
        }
    });
    is_refused_on_the_path(has_steps, |path| {
        for step in &mut path.steps {
            if let Step::Channels { start, .. } = step {
                *start = usize::MAX;
            }
        }
    });
}

#[test]
fn arrays_have_the_sides_of_their_layers() {
    is_refused(|circuit| circuit.arrays[0] = vec![1, 1, 1, 10_000]);
    is_refused(|circuit| circuit.arrays[1] = vec![5]);
    is_refused(|circuit| {
        let operand = circuit
            .tables
            .iter_mut()
            .rev()
            .find_map(|table| table.operand.as_mut());
        operand.expect("the label's").paths.clear();
    });
    is_refused(|circuit| circuit.arrays[1] = vec![6, 1]);
    is_refused(|circuit| circuit.arrays.truncate(1));
}

#[test]
fn a_layout_is_of_some_images_and_not_too_many() {
    let columns = VectorLength::new(1 << 12).unwrap();
    let layout = |images| Layout::new(&circuit(), columns, images).map(|_| ());
    assert_eq!(layout(1), Ok(()));
    assert_eq!(layout(0), Err(LayerError::NoImages));
    assert!(matches!(
        layout(MAX_IMAGES + 1),
        Err(LayerError::TooLarge { .. })
    ));
    let short = Layout::new(&circuit(), VectorLength::new(32).unwrap(), 1);
    assert!(matches!(
        short,
        Err(LayerError::MaskTooLong { columns: 32, .. })
    ));
}
