//! Every operator against the oracle, bit for bit.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use zklens_model::{
    Axis, Conv2d, Dense, GraphBuilder, MaxPool, Model, Op, Pixels, Relu, Rescale, Trace, Weights,
    Window,
};
use zklens_testkit::models::{Layers, class_names, named, padded, preprocessing};
use zklens_testkit::random::plain_pixels;
use zklens_testkit::{Kind, Random, oracle, recipe};

/// The operator in random graphs: black, white and random pixels.
fn agrees_with_the_oracle(kind: Kind) {
    // A failing case is printed whole, so a file of seeds is not needed.
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let cases = (recipe::recipes_with(kind), any::<u64>());
    let outcome = TestRunner::new(config).run(&cases, |(recipe, seed)| {
        let model = recipe.model();
        let input = model.preprocessing();
        check(&model, &plain_pixels(input, 0))?;
        check(&model, &plain_pixels(input, 255))?;
        check(&model, &Random::new(seed).pixels(input))
    });
    outcome.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
}

fn check(model: &Model, pixels: &Pixels) -> TestCaseResult {
    let trace = model.run(pixels).unwrap();
    let expected = oracle::run(model, pixels);
    for (id, (node, tensor)) in model.graph().nodes().iter().zip(&expected).enumerate() {
        let known = node.tensor();
        let shape = [
            known.shape.channels(),
            known.shape.height(),
            known.shape.width(),
        ];
        prop_assert_eq!(shape, tensor.shape, "shape of node {}", id);
        prop_assert_eq!(i64::from(known.scale), tensor.scale, "scale of node {}", id);
        prop_assert_eq!(&wide(trace.output(id)), &tensor.cells, "node {}", id);
        let remainders = wide(trace.remainders(id));
        prop_assert_eq!(&remainders, &tensor.remainders, "node {}", id);
        for cell in trace.output(id) {
            let inside = known.bounds.contains(*cell);
            prop_assert!(inside, "node {}: {} outside {}", id, cell, known.bounds);
        }
        if let Op::Rescale(op) = node.op() {
            rescale_identity(&trace, id, node.inputs()[0], op.shift)?;
        }
    }
    let result = trace.classification();
    prop_assert_eq!(&model.classify(pixels).unwrap(), result);
    prop_assert_eq!(result.logits(), trace.output(expected.len() - 1));
    Ok(())
}

/// `x + 2^(shift - 1) = q·2^shift + r` with `0 ≤ r < 2^shift`.
fn rescale_identity(trace: &Trace, node: usize, input: usize, shift: u32) -> TestCaseResult {
    let remainders = trace.remainders(node);
    let cells = trace.output(input).iter().zip(trace.output(node));
    prop_assert_eq!(remainders.len(), trace.output(node).len());
    for ((x, q), r) in cells.zip(remainders) {
        prop_assert_eq!(x + (1 << (shift - 1)), (q << shift) + r);
        prop_assert!((0..1 << shift).contains(r));
    }
    Ok(())
}

fn wide(cells: &[i64]) -> Vec<i128> {
    cells.iter().map(|cell| i128::from(*cell)).collect()
}

#[test]
fn every_operator_agrees_with_the_oracle() {
    for kind in Kind::ALL.iter().copied() {
        agrees_with_the_oracle(kind);
    }
}

/// `op` on the pixels `0, 1, 2, …` of one channel.
fn counting(sides: [u16; 2], op: Op) -> Vec<i64> {
    let mut layers = Layers::new(preprocessing(sides, false), 0);
    layers.then(op);
    layers.flatten();
    let model = layers.finish("counting");
    let values = (0..=u8::MAX).take(model.preprocessing().len()).collect();
    let pixels = Pixels::new(model.preprocessing().shape(), values).unwrap();
    model.run(&pixels).unwrap().output(1).to_vec()
}

fn ones(window: Window) -> Op {
    Op::Conv2d(Conv2d {
        weights: Weights::new(vec![1; window.area()]),
        weight_scale: 0,
        bias: vec![0],
        window,
        groups: 1,
    })
}

#[test]
fn conv2d_gives_what_the_onnx_documentation_says() {
    let same = [
        12, 21, 27, 33, 24, 33, 54, 63, 72, 51, 63, 99, 108, 117, 81, 93, 144, 153, 162, 111, 72,
        111, 117, 123, 84,
    ];
    assert_eq!(counting([5, 5], ones(padded(3, 1, 1))), same);
    let valid = [54, 63, 72, 99, 108, 117, 144, 153, 162];
    assert_eq!(counting([5, 5], ones(padded(3, 1, 0))), valid);
    let strided = [12, 27, 24, 63, 108, 81, 123, 198, 141, 112, 177, 124];
    assert_eq!(counting([7, 5], ones(padded(3, 2, 1))), strided);
    let mut only_rows = padded(3, 2, 1);
    only_rows.width = padded(3, 2, 0).width;
    let expected = [21, 33, 99, 117, 189, 207, 171, 183];
    assert_eq!(counting([7, 5], ones(only_rows)), expected);
}

#[test]
fn max_pool_gives_what_the_onnx_documentation_says() {
    // The pixels of the documentation begin with 1.
    let pool = |window| counting([5, 5], Op::MaxPool(MaxPool { window }));
    let padded_by_two = [
        13, 14, 15, 15, 15, 18, 19, 20, 20, 20, 23, 24, 25, 25, 25, 23, 24, 25, 25, 25, 23, 24, 25,
        25, 25,
    ];
    assert_eq!(pool(padded(5, 1, 2)), padded_by_two.map(|max| max - 1));
    assert_eq!(pool(padded(2, 2, 0)), [7, 9, 17, 19].map(|max| max - 1));
}

#[test]
fn rescale_rounds_to_nearest_and_halves_upwards() {
    let rescale = Rescale { shift: 8 };
    let quotients =
        [-385, -384, -129, -128, -127, 0, 127, 128, 383, 384].map(|x| rescale.quotient(x));
    assert_eq!(quotients, [-2, -1, -1, 0, 0, 0, 0, 1, 1, 2]);
    assert_eq!(rescale.remainder(-129), 255);
    assert_eq!(rescale.remainder(128), 0);
}

#[test]
fn equal_logits_give_the_first_class() {
    let tie = |bias: &[i64]| {
        let mut layers = Layers::new(preprocessing([1, 1], false), 0);
        layers.then(Op::Dense(Dense {
            weights: Weights::new(vec![0; bias.len()]),
            weight_scale: 0,
            bias: bias.to_vec(),
        }));
        let model = layers.finish("tie");
        let pixels = plain_pixels(model.preprocessing(), 9);
        let result = model.classify(&pixels).unwrap();
        (result.label(), result.runner_up(), result.margin())
    };
    assert_eq!(tie(&[3, 7, 7, 7]), (1, 2, 0));
    assert_eq!(tie(&[-5, -5]), (0, 1, 0));
    assert_eq!(tie(&[7, 3, 7]), (0, 2, 0));
    assert_eq!(tie(&[-9, -7, -8]), (1, 2, 1));
    let most = (1 << 62) - 1;
    assert_eq!(tie(&[-most, most]), (1, 0, 2 * most));
}

#[test]
fn pixels_of_another_shape_are_refused() {
    let mut layers = Layers::new(preprocessing([2, 3], false), 0);
    layers.flatten();
    let model = layers.finish("identity");
    let pixels = Pixels::new([1, 3, 2], vec![0; 6]).unwrap();
    let error = model.run(&pixels).unwrap_err();
    assert_eq!((error.expected, error.got), ([1, 2, 3], [1, 3, 2]));
    assert_eq!(model.classify(&pixels), Err(error));
    assert_eq!(Pixels::new([1, 2, 3], vec![0; 5]), None);
}

#[test]
fn a_model_of_only_the_input_gives_the_pixels() {
    let graph = GraphBuilder::new(preprocessing([1, 1], true)).unwrap();
    let model = named("colours", graph.finish().unwrap());
    let pixels = Pixels::new([3, 1, 1], vec![7, 255, 8]).unwrap();
    let result = model.classify(&pixels).unwrap();
    assert_eq!(result.logits(), [7, 255, 8]);
    assert_eq!(result.label(), 1);
}

#[test]
fn a_node_that_is_used_twice_is_kept_until_its_last_use() {
    let mut graph = GraphBuilder::new(preprocessing([1, 1], true)).unwrap();
    let relu = graph.push(Op::Relu(Relu), &[0]).unwrap();
    let sum = graph.push(Op::Add(zklens_model::Add), &[relu, relu]);
    let joined = graph.push(Op::Concat(zklens_model::Concat), &[sum.unwrap(), 0, relu]);
    assert_eq!(joined, Ok(3));
    let model = Model::new("twice", class_names(9), graph.finish().unwrap()).unwrap();
    let pixels = Pixels::new([3, 1, 1], vec![1, 2, 3]).unwrap();
    let logits = [2, 4, 6, 1, 2, 3, 1, 2, 3];
    assert_eq!(model.classify(&pixels).unwrap().logits(), logits);
}

proptest! {
    #[test]
    fn taps_fall_where_brute_force_finds_them(
        (kernel, stride, before, after) in (1..7usize, 1..5usize, 0..9usize, 0..9usize),
        input in 1..12usize,
    ) {
        let axis = Axis { kernel, stride, before, after };
        // Positions of the window, one by one.
        let positions: Vec<usize> = (0..100)
            .filter(|o| o * stride + kernel <= input + before + after)
            .collect();
        let fits = positions.len();
        prop_assert_eq!(axis.output_len(input), (fits > 0).then_some(fits));
        for tap in 0..kernel {
            let inside = |o: &usize| (before..before + input).contains(&(o * stride + tap));
            let fed: Vec<(usize, usize)> = positions
                .iter()
                .filter(|o| inside(o))
                .map(|o| (*o, o * stride + tap - before))
                .collect();
            let taps = axis.taps(tap, input, fits);
            let said: Vec<(usize, usize)> = (0..taps.count)
                .map(|i| (taps.first_output + i, taps.first_input + i * stride))
                .collect();
            prop_assert_eq!(said, fed, "tap {}", tap);
        }
    }

    #[test]
    fn bounds_of_a_dense_layer_on_pixels_are_reached(
        weights in prop::collection::vec(any::<i32>(), 6 * 4),
        bias in prop::collection::vec(-1_000_000..1_000_000i64, 4),
    ) {
        let mut layers = Layers::new(preprocessing([2, 3], false), 0);
        layers.flatten();
        layers.then(Op::Dense(Dense {
            weights: Weights::new(weights.clone()),
            weight_scale: 0,
            bias,
        }));
        let model = layers.finish("dense");
        // The pixels that make output `o` as large, or as small, as it can be.
        let extreme = |o: usize, largest: bool| {
            let row = &weights[6 * o..6 * (o + 1)];
            let values = row.iter().map(|w| if (*w > 0) == largest { 255 } else { 0 });
            let pixels = Pixels::new([1, 2, 3], values.collect()).unwrap();
            model.classify(&pixels).unwrap().logits()[o]
        };
        let bounds = model.graph().output().unwrap().bounds;
        prop_assert_eq!((0..4).map(|o| extreme(o, true)).max(), Some(bounds.hi));
        prop_assert_eq!((0..4).map(|o| extreme(o, false)).min(), Some(bounds.lo));
    }
}
