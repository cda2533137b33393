//! Random networks whose clips have `256^k` values: their proofs have the labels that [`zklens_model::Model::run`] computes,
//! and their circuits have the tables that the book says.

mod common;

use common::{pixels, rng, setup};
use proptest::prelude::{ProptestConfig, TestCaseError, any, prop_oneof, proptest};
use proptest::strategy::{Just, Strategy};
use zklens_layers::Circuit;
use zklens_layers::gadgets::{Column, Gadget};
use zklens_model::{
    Add, Clip, Concat, Conv2d, GraphBuilder, Interval, LeftShift, MaxPool, Model, Op, Relu,
    Rescale, Window,
};
use zklens_prover::{Privacy, ProvingKey, prove};
use zklens_testkit::models::{Layers, padded, preprocessing};
use zklens_verifier::verify;

/// The operators before a clip, and its interval.
#[derive(Clone, Copy, Debug)]
struct Chain {
    seed: u64,
    pool: Option<Window>,
    shift: Option<u32>,
    relu: bool,
    /// Whether the value before the clip has a second reader, so that it needs a table of its own.
    is_read_twice: bool,
    clip: Interval,
}

const IMAGES: usize = 3;

impl Chain {
    fn model(&self) -> Model {
        let mut layers = Layers::new(preprocessing([5, 4], false), self.seed);
        layers.conv2d(3, padded(3, 1, 1), 1);
        if let Some(window) = self.pool {
            layers.then(Op::MaxPool(MaxPool { window }));
        }
        if let Some(shift) = self.shift {
            layers.then(Op::Rescale(Rescale { shift }));
        }
        if self.relu {
            layers.then(Op::Relu(Relu));
        }
        let before = layers.last;
        let clip = layers.then(Op::Clip(Clip { bounds: self.clip }));
        if self.is_read_twice {
            let shifted = layers.join(Op::LeftShift(LeftShift { bits: 0 }), &[before]);
            layers.join(Op::Add(Add), &[clip, shifted]);
        }
        layers.flatten();
        layers.dense(4);
        layers.finish("chain")
    }

    /// The number of tables inside: one for all operators, unless another reader or a ReLU of its own comes between.
    fn tables(&self) -> usize {
        let is_own = self.relu && self.clip.lo < 0;
        let has_table = self.pool.is_some() || self.shift.is_some() || self.relu;
        1 + usize::from(has_table && (self.is_read_twice || is_own))
    }

    fn is_proved(&self) -> Result<(), TestCaseError> {
        let model = self.model();
        let circuit = Circuit::compile(&model).unwrap();
        let inside = &circuit.tables[1..circuit.label_table()];
        let saturations = inside
            .iter()
            .filter(|table| matches!(table.gadget, Gadget::Saturation(_)));
        assert_eq!(saturations.count(), 1);
        let is_sum = |gadget: &Gadget| matches!(gadget, Gadget::Copy);
        let tables = inside.iter().filter(|table| !is_sum(&table.gadget));
        assert_eq!(tables.count(), self.tables());
        prove_labels(&model)
    }
}

/// Proves the labels that the model gives to some images.
fn prove_labels(model: &Model) -> Result<(), TestCaseError> {
    let key = ProvingKey::new(setup(), model.clone(), Privacy::Public).unwrap();
    let images: Vec<_> = (0..IMAGES).map(|seed| pixels(model, seed)).collect();
    let proved = prove(setup(), &key, &images, [0; 32], &mut rng(1)).unwrap();
    for (image, label) in images.iter().zip(&proved.statement.labels) {
        assert_eq!(model.run(image).unwrap().classification().label(), *label);
    }
    let (setup, key) = (setup().verifier(), key.verifying());
    let verified = verify(setup, key, proved.statement, &proved.proof);
    verified
        .map(|_| ())
        .map_err(|error| TestCaseError::fail(error.to_string()))
}

/// Intervals of `256^bytes` values around the sizes that a chain's values have.
fn clips(bytes: u32) -> impl Strategy<Value = Interval> {
    let width = 256_i64.pow(bytes) - 1;
    let ends = prop_oneof![
        Just(0),
        Just(-width / 2),
        -300_i64..300,
        -70_000_i64..70_000
    ];
    ends.prop_map(move |lo| Interval { lo, hi: lo + width })
}

fn chains() -> impl Strategy<Value = Chain> {
    let pools = prop_oneof![
        Just(None),
        Just(Some(Window::square(2, 1))),
        Just(Some(padded(3, 2, 1))),
    ];
    let shifts = prop_oneof![Just(None), Just(Some(8)), Just(Some(8)), Just(Some(16))];
    let clips = prop_oneof![clips(1), clips(1), clips(2), clips(3)];
    let switches = (any::<bool>(), any::<bool>());
    (any::<u64>(), pools, shifts, switches, clips).prop_map(
        |(seed, pool, shift, (relu, is_read_twice), clip)| Chain {
            seed,
            pool,
            shift,
            relu,
            is_read_twice,
            clip,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn random_saturations_are_proved(chain in chains()) {
        chain.is_proved()?;
    }
}

/// Interval by interval: only those of `256^k` values have the gadget, so that keys of older models stay as they are.
#[test]
fn clips_of_other_widths_keep_their_tables() {
    let chain = |lo: i64, hi: i64| Chain {
        seed: 1,
        pool: None,
        shift: Some(8),
        relu: false,
        is_read_twice: false,
        clip: Interval { lo, hi },
    };
    let has = |chain: Chain, is_such: fn(&Gadget) -> bool| {
        let circuit = Circuit::compile(&chain.model()).unwrap();
        circuit.tables.iter().any(|table| is_such(&table.gadget))
    };
    for (lo, hi) in [
        (0, 0),
        (-8, 7),
        (0, 254),
        (0, 256),
        (-255, 255),
        (0, 65_534),
        (0, 65_536),
    ] {
        let chain = chain(lo, hi);
        assert!(
            has(chain, |gadget| matches!(gadget, Gadget::Clip(_))),
            "{lo}…{hi}"
        );
        assert!(
            has(chain, |gadget| matches!(gadget, Gadget::Activation(_))),
            "{lo}…{hi}"
        );
    }
    for (lo, hi) in [
        (0, 255),
        (-128, 127),
        (0, 65_535),
        (-(1 << 23), (1 << 23) - 1),
    ] {
        let chain = chain(lo, hi);
        assert!(
            has(chain, |gadget| matches!(gadget, Gadget::Saturation(_))),
            "{lo}…{hi}"
        );
        assert!(
            !has(chain, |gadget| matches!(gadget, Gadget::Clip(_))),
            "{lo}…{hi}"
        );
    }
}

/// An inverted residual block, as in MobileNetV2 and EfficientNet-Lite: a convolution of `widths[0]` to `widths[1]` channels, a
/// depthwise one, and one back, added to the block's input. Clips are to 256 values less `short`; weights reach `tops`.
fn residual_block(side: u16, widths: [usize; 2], tops: [i32; 3], short: i64) -> Model {
    let mut layers = Layers::new(preprocessing([side, side], true), 1);
    let clip = |layers: &mut Layers, lo: i64| {
        layers.then(Op::Rescale(Rescale { shift: 8 }));
        let hi = lo + 255 - short;
        let bounds = Interval { lo, hi };
        layers.then(Op::Clip(Clip { bounds }))
    };
    let conv = |layers: &mut Layers, outputs: usize, window: Window, top: i32, groups: usize| {
        let depth = layers.channels() / groups;
        let weights = layers.random.weights(outputs * depth * window.area(), top);
        layers.then(Op::Conv2d(Conv2d {
            weights,
            weight_scale: 8,
            bias: vec![0; outputs],
            window,
            groups,
        }))
    };
    let [narrow, wide] = widths;
    conv(&mut layers, narrow, padded(1, 1, 0), 60, 1);
    let skipped = clip(&mut layers, -128);
    conv(&mut layers, wide, padded(1, 1, 0), tops[0], 1);
    clip(&mut layers, 0);
    conv(&mut layers, wide, padded(3, 1, 1), tops[1], wide);
    clip(&mut layers, 0);
    let sum = conv(&mut layers, narrow, padded(1, 1, 0), tops[2], 1);
    let aligned = layers.join(Op::LeftShift(LeftShift { bits: 8 }), &[skipped]);
    layers.join(Op::Add(Add), &[sum, aligned]);
    clip(&mut layers, -128);
    layers.flatten();
    layers.dense(4);
    layers.finish("block")
}

/// Bytes that are looked up, per activation.
fn bytes_per_activation(model: &Model) -> f64 {
    let circuit = Circuit::compile(model).unwrap();
    let is_inside = |table: &usize| (1..circuit.label_table()).contains(table);
    let bytes = circuit.tables.iter().enumerate().map(|(index, table)| {
        let rows: usize = table.sides.iter().product();
        let columns = table.gadget.rules().columns;
        let bytes = columns.iter().map(|column| match column {
            Column::Number { bytes } => usize::from(*bytes),
            _ => 0,
        });
        rows * bytes.sum::<usize>() * usize::from(is_inside(&index))
    });
    let nodes = model.graph().nodes().iter();
    let clips = nodes.filter(|node| matches!(node.op(), Op::Clip(_)));
    let activations = clips.map(|node| node.tensor().shape.len());
    bytes.sum::<usize>() as f64 / activations.sum::<usize>() as f64
}

/// The sum of a block is rescaled once: the block's input and its last convolution are two paths of one operand.
#[test]
fn an_activation_of_a_residual_block_takes_at_most_four_bytes() {
    for (side, widths, tops) in [
        (14, [16, 96], [60, 127, 30]),
        (14, [24, 144], [40, 127, 20]),
        (7, [160, 960], [14, 100, 6]),
    ] {
        let block = |short: i64| residual_block(side, widths, tops, short);
        let bytes = bytes_per_activation(&block(0));
        assert!((3.0..=4.0).contains(&bytes), "{bytes}");
        let of_two_tables = bytes_per_activation(&block(1));
        assert!(of_two_tables > 2.0 * bytes, "{of_two_tables}");
        let circuit = Circuit::compile(&block(0)).unwrap();
        let inside = &circuit.tables[1..circuit.label_table()];
        let paths = inside
            .iter()
            .map(|table| table.operand.as_ref().unwrap().paths.len());
        assert_eq!(paths.collect::<Vec<_>>(), [1, 1, 1, 2]);
    }
}

/// A maximum of saturated cells is a saturation without excess: its selectors take no bytes.
#[test]
fn a_maximum_of_saturated_cells_is_proved() {
    let whole = Interval { lo: 0, hi: 255 };
    let signed = Interval { lo: -128, hi: 127 };
    let short = Interval { lo: 0, hi: 254 };
    for (left, right, is_saturation) in [
        (whole, whole, true),
        (signed, signed, true),
        (whole, signed, false),
        (short, short, false),
    ] {
        let mut layers = Layers::new(preprocessing([5, 4], false), 3);
        let branches = [left, right].map(|bounds| {
            layers.last = GraphBuilder::INPUT;
            layers.conv2d(3, padded(3, 1, 1), 1);
            layers.then(Op::Rescale(Rescale { shift: 8 }));
            layers.then(Op::Clip(Clip { bounds }))
        });
        layers.join(Op::Concat(Concat), &branches);
        let window = padded(3, 2, 1);
        layers.then(Op::MaxPool(MaxPool { window }));
        layers.flatten();
        layers.dense(4);
        let model = layers.finish("pool");
        let circuit = Circuit::compile(&model).unwrap();
        let gadget = &circuit.tables[circuit.label_table() - 1].gadget;
        assert_eq!(matches!(gadget, Gadget::Saturation(_)), is_saturation);
        let columns = gadget.rules().columns;
        // The output, nine gaps and four selectors.
        let is_number = |column: &&Column| matches!(column, Column::Number { .. });
        let numbers = columns.iter().filter(is_number).count();
        assert_eq!(numbers, if is_saturation { 10 } else { 14 });
        prove_labels(&model).unwrap();
    }
}

/// A clip that no image reaches has no excess: then a row has the remainder and the output alone.
#[test]
fn the_excess_has_as_many_bytes_as_bounds_need() {
    let bytes_of = |lo: i64, hi: i64| {
        let mut layers = Layers::new(preprocessing([2, 2], false), 1);
        layers.flatten();
        layers.then(Op::LeftShift(LeftShift { bits: 8 }));
        layers.then(Op::Rescale(Rescale { shift: 8 }));
        layers.then(Op::Clip(Clip {
            bounds: Interval { lo, hi },
        }));
        layers.dense(2);
        let circuit = Circuit::compile(&layers.finish("bounds")).unwrap();
        match &circuit.tables[1].gadget {
            Gadget::Saturation(gadget) => gadget.excess_bytes,
            other => panic!("{other:?}"),
        }
    };
    // The bounds of the pixels are 0…255.
    assert_eq!(bytes_of(0, 255), 0);
    assert_eq!(bytes_of(-3, 65_532), 0);
    assert_eq!(bytes_of(-1, 254), 1);
    assert_eq!(bytes_of(1, 256), 1);
    assert_eq!(bytes_of(255, 510), 1);
    assert_eq!(bytes_of(256, 511), 2);
    assert_eq!(bytes_of(-511, -256), 2);
}
