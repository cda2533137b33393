//! Every limit is reached by a circuit that is taken, and exceeded by one that is refused by name.

use zklens_commitment::{AxisVector, Claim, VectorLength};
use zklens_field::{Field, Scalar};
use zklens_layers::circuit::{
    Circuit, LinearOp, MOST_ARRAYS, MOST_PATHS, MOST_STEPS, MOST_TABLES, Operand, Path, Step,
    Table, Weighted,
};
use zklens_layers::dims::MAX_IMAGES;
use zklens_layers::gadgets::lookup::LookupChallenges;
use zklens_layers::gadgets::{Activation, Gadget, Label};
use zklens_layers::layout::packer::MOST_VECTORS;
use zklens_layers::layout::work::{MOST_WORK, work};
use zklens_layers::layout::{DEGREE, MAX_CELLS};
use zklens_layers::relation::closing::close;
use zklens_layers::{Challenges, LayerError, Layout, Relations};
use zklens_model::{GraphBuilder, Window};
use zklens_sumcheck::EvalClaim;
use zklens_testkit::hostile::{Hostile, channels, dense, path};
use zklens_testkit::models::{lenet, padded};

const MALFORMED: LayerError = LayerError::Malformed { table: 1 };

fn one_path() -> Vec<Path> {
    vec![path(0, Vec::new())]
}

fn layout(hostile: &Hostile, images: usize) -> Result<Layout, LayerError> {
    hostile.circuit.check()?;
    Layout::new(&hostile.circuit, hostile.row(), images)
}

#[test]
fn tables_are_as_many_as_there_may_be() {
    let mut circuit = Hostile::new(1, one_path())
        .with_copy([1; 3], one_path())
        .circuit;
    let copy = circuit.tables[1].clone();
    let more = MOST_TABLES - circuit.tables.len();
    circuit.tables.splice(1..1, vec![copy.clone(); more]);
    assert_eq!(circuit.check(), Ok(()));
    circuit.tables.insert(1, copy);
    let error = circuit.check().unwrap_err();
    let [got, limit] = [MOST_TABLES + 1, MOST_TABLES];
    let what = "tables";
    assert_eq!(error, LayerError::TooMany { what, got, limit });
    assert_eq!(
        error.to_string(),
        "the key has 8193 tables; the most is 8192"
    );
}

#[test]
fn arrays_are_as_many_as_there_may_be() {
    let mut circuit = Hostile::new(1, one_path()).circuit;
    circuit.arrays = vec![vec![1]; MOST_ARRAYS];
    assert_eq!(circuit.check(), Ok(()));
    circuit.arrays.push(vec![1]);
    let [got, limit] = [MOST_ARRAYS + 1, MOST_ARRAYS];
    let what = "arrays";
    assert_eq!(
        circuit.check(),
        Err(LayerError::TooMany { what, got, limit })
    );
}

/// Also one that nothing names.
#[test]
fn an_array_has_as_many_sides_and_cells_as_it_may() {
    let check = |sides: &[usize]| {
        Hostile::new(1, one_path())
            .with_array(&[1])
            .with_array(sides)
            .circuit
            .check()
    };
    for sides in [&[1][..], &[1, 1, 1, 1], &[1 << 28], &[1 << 14, 1, 1 << 14]] {
        assert_eq!(check(sides), Ok(()), "{sides:?}");
    }
    let wrong = [
        (&[][..], 1),
        (&[1; 5], 1),
        (&[0], 0),
        (&[1 << 28, 0], 0),
        (&[(1 << 28) + 1], (1 << 28) + 1),
        (&[usize::MAX, usize::MAX], u64::MAX),
    ];
    for (sides, cells) in wrong {
        let error = check(sides).unwrap_err();
        let expected = LayerError::Array {
            array: 1,
            sides: sides.len(),
            cells,
        };
        assert_eq!(error, expected);
    }
    let error = check(&[1 << 28, 2]).unwrap_err().to_string();
    let expected = "array 1 of the key: 2 sides and 536870912 cells; it has 1 to 4 sides, and 1 to 268435456 cells";
    assert_eq!(error, expected);
}

#[test]
fn paths_and_steps_are_as_many_as_there_may_be() {
    let check = |paths| Hostile::new(1, paths).circuit.check();
    let step = Step::Scale(1);
    assert_eq!(
        check(vec![path(0, vec![step; MOST_STEPS]); MOST_PATHS]),
        Ok(())
    );
    assert_eq!(check(vec![path(0, vec![]); MOST_PATHS + 1]), Err(MALFORMED));
    assert_eq!(
        check(vec![path(0, vec![step; MOST_STEPS + 1])]),
        Err(MALFORMED)
    );
}

/// A machine of 32 bits does not read larger numbers.
#[test]
fn a_node_is_one_of_a_model() {
    let mut circuit = Hostile::new(1, one_path()).circuit;
    circuit.tables[1].node = GraphBuilder::MAX_NODES;
    assert_eq!(circuit.check(), Ok(()));
    circuit.tables[1].node = GraphBuilder::MAX_NODES + 1;
    assert_eq!(circuit.check(), Err(MALFORMED));
}

#[test]
fn a_window_has_as_many_taps_as_it_may() {
    let check = |rows, columns| {
        let sides = [rows * columns, 1, 1];
        let mut circuit = Hostile::new(1, vec![path(1, vec![])])
            .with_copy(sides, vec![dense(0, vec![], 0)])
            .with_array(&[sides[0], 1, 1, 1])
            .with_array(&[sides[0]])
            .circuit;
        // The operand is a picture, made of the pixel by a window in its padding.
        circuit.tables[1].operand.as_mut().unwrap().sides = [1, rows, columns];
        circuit.tables[1].operand.as_mut().unwrap().paths[0] = average([rows, columns]);
        let mut window = Window::square(1, 1);
        (window.height.kernel, window.width.kernel) = (rows, columns);
        circuit.tables[1].sides = [1; 3];
        circuit.tables[1].gadget = Gadget::Activation(Activation {
            window: Some(window),
            gap_bytes: 0,
            shift: 0,
            relu: false,
            offset: 0,
            magnitude_bytes: 0,
        });
        circuit.check()
    };
    assert_eq!(check(16, 16), Ok(()));
    assert_eq!(check(256, 1), Ok(()));
    assert_eq!(check(257, 1), Err(MALFORMED));
    assert_eq!(check(1, 257), Err(MALFORMED));
}

/// From one cell to a picture: windows in its padding.
fn average([height, width]: [usize; 2]) -> Path {
    let mut window = Window::square(1, 1);
    (window.height.before, window.width.before) = (height - 1, width - 1);
    let step = Step::Average {
        window,
        multiplier: 1,
        from: [1, 1],
    };
    path(0, vec![step])
}

/// The smallest picture of the sides that fill up to `2^bits` rows: larger ones do not fit into all committed vectors.
fn picture(bits: u32) -> [usize; 2] {
    [bits / 2, bits - bits / 2].map(|bits| (1 << bits) / 2 + 1)
}

#[test]
fn cells_are_as_many_as_there_may_be() {
    let mut hostile = Hostile::new(1, one_path());
    let label = hostile.circuit.label_table();
    hostile.circuit.tables[label].gadget = Gadget::Label(Label { bytes: 1 });
    // The pixel takes six, the label four, the range two, and the bytes three times 512.
    let mut left = MAX_CELLS - 6 - 4 - 2 - 3 * 512;
    while left > 0 {
        // A copy takes two columns, and the blinding variable doubles its rows.
        let bits = (left.ilog2() - 2).min(22);
        let [height, width] = picture(bits);
        hostile = hostile.with_copy([1, height, width], vec![average([height, width])]);
        left -= 4 << bits;
    }
    assert!(layout(&hostile, 1).is_ok());
    let label = hostile.circuit.label_table();
    hostile.circuit.tables[label].gadget = Gadget::Label(Label { bytes: 2 });
    let error = layout(&hostile, 1).unwrap_err();
    let (images, limit) = (1, MAX_CELLS);
    let cells = MAX_CELLS + 2;
    assert_eq!(
        error,
        LayerError::TooLarge {
            images,
            cells,
            limit
        }
    );
    let said =
        "a proof for 1 images would have 4294967298 cells; the most is 4294967296, and 1024 images";
    assert_eq!(error.to_string(), said);
}

#[test]
fn images_are_as_many_as_there_may_be() {
    let hostile = Hostile::new(
        2,
        vec![path(
            0,
            vec![Step::Channels {
                start: 1,
                count: 1,
                total: 2,
            }],
        )],
    );
    assert!(layout(&hostile, MAX_IMAGES).is_ok());
    let images = MAX_IMAGES + 1;
    assert!(
        matches!(layout(&hostile, images), Err(LayerError::TooLarge { images: got, .. }) if got == images)
    );
}

#[test]
fn rows_are_as_many_as_there_may_be() {
    let most = usize::try_from(MOST_VECTORS).unwrap();
    let of = |rows: usize| {
        Hostile::new(1, one_path())
            .with_columns(256)
            .with_array(&[rows, 256])
    };
    let others = layout(&of(1), 1).unwrap().vectors.helpers.end - 1;
    let layout_of = |rows: usize| layout(&of(rows), 1).map(|layout| layout.vectors.helpers.end);
    assert_eq!(layout_of(most - others), Ok(most));
    let error = layout_of(most - others + 1).unwrap_err();
    let (rows, limit) = (MOST_VECTORS + 1, MOST_VECTORS);
    assert_eq!(
        error,
        LayerError::TooManyVectors {
            vectors: rows,
            limit
        }
    );
    // Before any row is listed: these are more than any memory holds.
    let hostile = of(1).with_array(&[1 << 28]).with_array(&[1 << 28]);
    let error = layout(&hostile, 1).unwrap_err();
    assert!(
        matches!(error, LayerError::TooManyVectors { vectors, .. } if vectors >= 1 << 21),
        "{error}"
    );
    let said = "the proof has 2097152 commitments or more; the most is 65536";
    assert_eq!(error.to_string(), said);
}

/// As many paths as there may be, and some steps to make up the rest.
fn busiest() -> Hostile {
    let first = Step::Channels {
        start: 0,
        count: 1,
        total: 2,
    };
    let mut hostile = Hostile::new(2, vec![path(0, vec![first])]);
    let step = channels(1);
    let mut paths = vec![path(0, vec![]); 65_531];
    paths.extend([17, 11].map(|steps| path(0, vec![step; steps])));
    for paths in paths.chunks(MOST_PATHS) {
        hostile = hostile.with_copy([1; 3], paths.to_vec());
    }
    hostile
}

#[test]
fn wires_are_as_much_work_as_they_may_be() {
    let mut hostile = busiest();
    let count = |hostile: &Hostile| work(&hostile.circuit, hostile.row(), 1, 1);
    assert_eq!(count(&hostile), MOST_WORK);
    assert!(layout(&hostile, 1).is_ok());
    let copy = hostile.circuit.label_table() - 1;
    let paths = &mut hostile.circuit.tables[copy].operand.as_mut().unwrap().paths;
    paths.last_mut().unwrap().steps.push(channels(1));
    let (work, limit) = (MOST_WORK + 8, MOST_WORK);
    let [images, labels] = [1, 1];
    let error = layout(&hostile, 1).unwrap_err();
    assert_eq!(
        error,
        LayerError::TooMuchWork {
            images,
            labels,
            work,
            limit
        }
    );
    let said = "the wires take 16777224 multiplications (images: 1, labels that differ: 1); the most is 16777216";
    assert_eq!(error.to_string(), said);
}

fn challenges(layout: &Layout) -> Challenges {
    let draw = Scalar::from(1_000_003_u64);
    Challenges {
        lookup: LookupChallenges {
            alpha: draw,
            beta: draw.square(),
        },
        point: (1..layout.num_vars)
            .map(|at| draw.pow([at as u64 + 3]))
            .collect(),
        lambda: draw.pow([99_u64]),
    }
}

fn relations(
    hostile: &Hostile,
    layout: &Layout,
    labels: &[usize],
) -> Result<Relations, LayerError> {
    Relations::new(&hostile.circuit, layout, labels, &challenges(layout))
}

/// Each label that differs asks for its class: of one label, this key is answered.
#[test]
fn labels_that_differ_are_work_too() {
    let classes = 2048;
    let hostile = Hostile::new(classes, vec![dense(0, vec![], 0); 64])
        .with_array(&[classes, 1, 1, 1])
        .with_array(&[classes]);
    let images = MAX_IMAGES;
    let layout = layout(&hostile, images).unwrap();
    let of = |labels: usize| work(&hostile.circuit, hostile.row(), images, labels);
    let most = (1..).find(|labels| of(labels + 1) > MOST_WORK).unwrap();
    assert!((2..images).contains(&most), "{most} labels");
    let labels = |differ: usize| (0..images).map(|image| image % differ).collect::<Vec<_>>();
    assert!(relations(&hostile, &layout, &labels(most)).is_ok());
    let error = relations(&hostile, &layout, &labels(most + 1)).unwrap_err();
    let (work, limit) = (of(most + 1), MOST_WORK);
    assert_eq!(
        error,
        LayerError::TooMuchWork {
            images,
            labels: most + 1,
            work,
            limit
        }
    );
}

/// The claim that has the wires' terms.
fn claim_of_wires(circuit: &Circuit, layout: &Layout, labels: &[usize]) -> Claim {
    let challenges = challenges(layout);
    let relations = Relations::new(circuit, layout, labels, &challenges).unwrap();
    let draw = Scalar::from(77_u64);
    let end = EvalClaim::<DEGREE> {
        point: (0..layout.num_vars)
            .map(|at| draw.pow([at as u64 + 1]))
            .collect(),
        value: draw,
    };
    let values = layout
        .tables
        .iter()
        .map(|table_layout| vec![draw; table_layout.placements.len()]);
    let values: Vec<Vec<Scalar>> = values.collect();
    close(circuit, layout, &relations, &challenges, end, &values).swap_remove(0)
}

/// Rows and weights that the claim has written down, and terms.
fn steps(claim: &Claim) -> u64 {
    let of_term = |term: &zklens_commitment::Term| {
        let factors = term.functional.factors.iter();
        let listed = factors.map(|factor| match &factor.axis {
            AxisVector::Listed(weights) => weights.len(),
            AxisVector::Eq { point, .. } => point.len(),
            AxisVector::Unit { .. } => 1,
        });
        term.vectors.len() + listed.sum::<usize>() + 1
    };
    claim.terms.iter().map(of_term).sum::<usize>() as u64
}

#[test]
fn no_claim_takes_more_steps_than_were_counted() {
    let listed = |rows: usize, inside: usize| {
        Hostile::new(rows, vec![dense(1, vec![channels(rows)], 0); 3])
            .with_columns(256)
            .with_copy([inside, 1, 1], vec![dense(0, vec![], 2)])
            .with_array(&[rows, inside, 1, 1])
            .with_array(&[rows])
            .with_array(&[inside, 1, 1, 1])
            .with_array(&[inside])
    };
    let convolution = |groups: usize| {
        let mut hostile = Hostile::new(1, vec![path(0, vec![])]);
        let window = padded(3, 1, 1);
        let layer = Weighted {
            array: 0,
            map: LinearOp::Conv2d { window, groups },
        };
        let layer = Path {
            weights: Some(layer),
            ..path(0, vec![])
        };
        hostile = hostile.with_copy([8, 1, 1], vec![dense(0, vec![], 2)]);
        let layer = Path { source: 1, ..layer };
        let mut hostile = hostile
            .with_copy([64, 1, 1], vec![layer.clone(), layer])
            .with_columns(256);
        hostile = match groups {
            1 => hostile.with_array(&[64, 8, 3, 3]),
            _ => hostile.with_array(&[64 * 8 / groups, 3, 3]),
        };
        hostile
            .with_array(&[64])
            .with_array(&[8, 1, 1, 1])
            .with_array(&[8])
    };
    let all = [
        listed(512, 128),
        listed(300, 256),
        listed(40, 7),
        convolution(1),
        convolution(2),
        convolution(8),
    ];
    for hostile in all {
        for images in [1, 3] {
            let layout = layout(&hostile, images).unwrap();
            let labels = vec![0; images];
            let claim = claim_of_wires(&hostile.circuit, &layout, &labels);
            let counted = work(&hostile.circuit, hostile.row(), images, 1);
            // The mask's term is not a wire's.
            let steps = steps(&claim) - 2 - 4 * layout.num_vars as u64;
            assert!(steps <= counted, "{steps} steps, {counted} counted");
            assert!(counted <= 400 * steps, "{steps} steps, {counted} counted");
        }
    }
}

/// A network as networks are is far below the limit, with as many images as there may be.
#[test]
fn usual_networks_are_little_work() {
    let circuit = Circuit::compile(&lenet(1)).unwrap();
    let columns = VectorLength::new(4096).unwrap();
    let counted = work(&circuit, columns, MAX_IMAGES, 10);
    assert!(counted < MOST_WORK / 50, "{counted}");
}

/// A network whose every layer sees all layers before it in its block, as DenseNet-201: wires of many paths.
fn densely_connected() -> Circuit {
    let mut circuit = Hostile::new(1000, one_path()).circuit;
    let special = circuit.tables.split_off(1);
    let label = special[0].clone();
    let copy = |sides: [usize; 3], paths| Table {
        sides,
        gadget: Gadget::Copy,
        operand: Some(Operand { sides, paths }),
        ..label.clone()
    };
    for (layers, first, side) in [(6, 64, 56), (12, 128, 28), (48, 256, 14), (32, 896, 7)] {
        let start = circuit.tables.len();
        circuit.tables.push(copy([first, side, side], one_path()));
        // Each layer is a table on all channels so far, and one behind a convolution of it to 128 channels.
        let mut outputs: Vec<Path> = Vec::new();
        for layer in 0..layers {
            let total = first + 32 * layer;
            let part = |start, count| Step::Channels {
                start,
                count,
                total,
            };
            let mut paths = vec![path(start, vec![part(0, first)])];
            for (at, output) in outputs.iter().enumerate() {
                let steps = vec![part(first + 32 * at, 32)];
                paths.push(Path {
                    steps,
                    ..output.clone()
                });
            }
            let seen = circuit.tables.len();
            circuit.tables.push(copy([total, side, side], paths));
            let mut convolve = |source, outputs: usize, inputs: usize, kernel: usize| {
                let array = circuit.arrays.len();
                circuit.arrays.push(vec![outputs, inputs, kernel, kernel]);
                circuit.arrays.push(vec![outputs]);
                let window = padded(kernel, 1, kernel / 2);
                let groups = 1;
                let map = LinearOp::Conv2d { window, groups };
                let weights = Some(Weighted { array, map });
                Path {
                    weights,
                    ..path(source, vec![])
                }
            };
            let inner = convolve(seen, 128, total, 1);
            outputs.push(convolve(seen + 1, 32, 128, 3));
            circuit.tables.push(copy([128, side, side], vec![inner]));
        }
    }
    circuit.tables.extend(special);
    circuit
}

#[test]
fn networks_of_many_concatenations_are_taken() {
    let counted = work(&densely_connected(), VectorLength::MAX, 1, 1);
    assert!(counted < MOST_WORK / 4, "{counted}");
    println!("{counted} multiplications");
}
