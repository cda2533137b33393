//! Random graphs against the oracle, and every graph that must be refused.

use proptest::prelude::*;
use std::collections::BTreeSet;
use zklens_model::{
    Add, AveragePool, Axis, Clip, Concat, Conv2d, Dense, Graph, GraphBuilder, GraphError, Interval,
    LeftShift, LookupTable, MaxPool, Model, ModelError, NodeId, Op, OpError, PRelu, Relu, Rescale,
    Reshape, Shape, Weights, Window,
};
use zklens_testkit::models::{class_names, padded, preprocessing};
use zklens_testkit::random::plain_pixels;
use zklens_testkit::{Kind, Random, Recipe, oracle, recipe};

proptest! {
    #[test]
    fn random_graphs_agree_with_the_oracle(recipe in recipe::recipes(), seed in any::<u64>()) {
        let model = recipe.model();
        let input = model.preprocessing();
        let mut random = Random::new(seed);
        let images = [plain_pixels(input, 0), plain_pixels(input, 255), random.pixels(input)];
        for pixels in images {
            let trace = model.run(&pixels).unwrap();
            for (id, tensor) in oracle::run(&model, &pixels).iter().enumerate() {
                let cells: Vec<i128> = trace.output(id).iter().map(|x| i128::from(*x)).collect();
                prop_assert_eq!(&cells, &tensor.cells, "node {}", id);
                let bounds = model.graph().nodes()[id].tensor().bounds;
                prop_assert!(trace.output(id).iter().all(|x| bounds.contains(*x)), "node {}", id);
            }
            let result = model.classify(&pixels).unwrap();
            prop_assert_eq!(&result, trace.classification());
        }
    }
}

#[test]
fn random_graphs_reach_every_operator() {
    let mut seen = BTreeSet::new();
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let wishes = (0..8).map(|_| (random.pick(Kind::ALL), random.bits()));
        let recipe = Recipe {
            sides: [5, 6],
            rgb: true,
            wishes: wishes.collect(),
        };
        let model = recipe.model();
        seen.extend(model.graph().nodes().iter().map(|node| node.op().name()));
    }
    assert_eq!(seen, BTreeSet::from_iter(Op::NAMES.iter().copied()));
}

/// A graph on `[1, 4, 4]` pixels.
fn graph() -> GraphBuilder {
    GraphBuilder::new(preprocessing([4, 4], false)).unwrap()
}

/// A graph on three pixels, flat.
fn flat() -> GraphBuilder {
    GraphBuilder::new(preprocessing([1, 1], true)).unwrap()
}

fn refuses(mut graph: GraphBuilder, op: Op, inputs: &[NodeId], expected: OpError) {
    let before = graph.clone();
    let operator = op.name();
    let fault = graph.push(op, inputs).unwrap_err();
    let node = match fault {
        GraphError::Node { node, .. } => node,
        other => panic!("{other}"),
    };
    let expected = GraphError::Node {
        node,
        operator,
        error: expected,
    };
    assert_eq!(fault, expected);
    // A refused node leaves nothing behind.
    assert_eq!(format!("{graph:?}"), format!("{before:?}"));
}

fn dense(weights: &[i32], bias: &[i64]) -> Op {
    Op::Dense(Dense {
        weights: Weights::new(weights.to_vec()),
        weight_scale: 0,
        bias: bias.to_vec(),
    })
}

fn conv2d(weights: usize, outputs: usize, groups: usize, window: Window) -> Op {
    Op::Conv2d(Conv2d {
        weights: Weights::new(vec![1; weights]),
        weight_scale: 0,
        bias: vec![0; outputs],
        window,
        groups,
    })
}

const fn average_pool(window: Window, multiplier: i32) -> Op {
    Op::AveragePool(AveragePool {
        window,
        multiplier,
        multiplier_scale: 0,
    })
}

fn table(first: i64, len: usize, scale: i32) -> Op {
    Op::LookupTable(LookupTable {
        first,
        values: Weights::new(vec![1; len]),
        scale,
    })
}

#[test]
fn refuses_an_operand_that_is_not_an_earlier_node() {
    refuses(graph(), Op::Relu(Relu), &[1], OpError::UnknownOperand);
    refuses(
        graph(),
        Op::Add(Add),
        &[0, usize::MAX],
        OpError::UnknownOperand,
    );
}

#[test]
fn refuses_a_second_input() {
    refuses(graph(), Op::Input, &[], OpError::SecondInput);
    refuses(graph(), Op::Input, &[0], OpError::SecondInput);
}

#[test]
fn refuses_a_wrong_number_of_operands() {
    let count = |expected, got| OpError::OperandCount { expected, got };
    refuses(graph(), Op::Relu(Relu), &[], count(1, 0));
    refuses(graph(), Op::Relu(Relu), &[0, 0], count(1, 2));
    refuses(graph(), Op::Add(Add), &[0], count(2, 1));
    refuses(graph(), Op::Add(Add), &[0, 0, 0], count(2, 3));
    refuses(graph(), Op::Concat(Concat), &[], count(1, 0));
}

#[test]
fn refuses_more_operands_than_the_limit() {
    let limit = GraphBuilder::MAX_OPERANDS;
    let error = OpError::TooManyOperands {
        limit,
        got: limit + 1,
    };
    refuses(graph(), Op::Concat(Concat), &vec![0; limit + 1], error);
    let joined = graph().push(Op::Concat(Concat), &vec![0; limit]);
    assert_eq!(joined, Ok(1));
}

#[test]
fn refuses_a_dense_layer_on_a_picture() {
    let got = Shape::new(1, 4, 4).unwrap();
    refuses(
        graph(),
        dense(&[1; 16], &[0]),
        &[0],
        OpError::NotFlat { got },
    );
}

#[test]
fn refuses_an_output_without_cells_or_with_too_many() {
    let square = |kernel, stride| average_pool(Window::square(kernel, stride), 1);
    refuses(graph(), square(5, 1), &[0], OpError::OutputShape);
    refuses(graph(), square(0, 1), &[0], OpError::OutputShape);
    refuses(graph(), square(1, 0), &[0], OpError::OutputShape);
    refuses(graph(), square(usize::MAX, 1), &[0], OpError::OutputShape);
    refuses(flat(), dense(&[], &[]), &[0], OpError::OutputShape);
    refuses(
        graph(),
        conv2d(0, 0, 1, Window::square(1, 1)),
        &[0],
        OpError::OutputShape,
    );
    let reshape = |shape| Op::Reshape(Reshape { shape });
    refuses(graph(), reshape([0, 1, 1]), &[0], OpError::OutputShape);
    refuses(
        graph(),
        reshape([usize::MAX; 3]),
        &[0],
        OpError::OutputShape,
    );
    let much = average_pool(padded(1, 1, 2000), 1);
    refuses(graph(), much, &[0], OpError::OutputShape);
    // A window larger than any tensor, though its output would be small.
    let wide = average_pool(padded(5000, 5000, 2500), 1);
    refuses(graph(), wide, &[0], OpError::OutputShape);
    let everywhere = average_pool(padded(1, 1, usize::MAX), 1);
    refuses(graph(), everywhere, &[0], OpError::OutputShape);
}

#[test]
fn refuses_a_concatenation_beyond_the_largest_tensor() {
    let mut graph = GraphBuilder::new(preprocessing([2048, 1024], false)).unwrap();
    let flat = graph.push(Op::flatten(1 << 21), &[0]).unwrap();
    refuses(
        graph.clone(),
        Op::Concat(Concat),
        &[flat; 3],
        OpError::OutputShape,
    );
    refuses(
        graph,
        Op::Concat(Concat),
        &[flat; 256],
        OpError::OutputShape,
    );
}

#[test]
fn refuses_weights_that_do_not_match_the_shapes() {
    let count = |expected, got| OpError::WeightCount { expected, got };
    refuses(flat(), dense(&[1; 5], &[0; 2]), &[0], count(6, 5));
    refuses(flat(), dense(&[1; 7], &[0; 2]), &[0], count(6, 7));
    let window = Window::square(1, 1);
    refuses(flat(), conv2d(5, 2, 1, window), &[0], count(6, 5));
    refuses(flat(), conv2d(6, 3, 3, window), &[0], count(3, 6));
}

#[test]
fn refuses_channels_that_do_not_split_into_the_groups() {
    let window = Window::square(1, 1);
    for (groups, outputs) in [(0, 3), (2, 2), (3, 4), (6, 6)] {
        let error = OpError::Groups {
            groups,
            inputs: 3,
            outputs,
        };
        refuses(flat(), conv2d(3, outputs, groups, window), &[0], error);
    }
}

#[test]
fn refuses_max_pooling_of_padding_alone() {
    let pool = |window| Op::MaxPool(MaxPool { window });
    refuses(graph(), pool(padded(2, 1, 2)), &[0], OpError::OnlyPadding);
    let mut one_side = padded(2, 1, 0);
    one_side.width.after = 2;
    refuses(graph(), pool(one_side), &[0], OpError::OnlyPadding);
    refuses(graph(), pool(padded(0, 1, 0)), &[0], OpError::OnlyPadding);
    assert!(graph().push(pool(padded(2, 1, 1)), &[0]).is_ok());
}

#[test]
fn refuses_a_shift_that_is_not_allowed() {
    for shift in [0, 7, 9, 24, 64, u32::MAX] {
        let error = OpError::Shift { got: shift };
        refuses(graph(), Op::Rescale(Rescale { shift }), &[0], error);
    }
    for bits in [33, 64, u32::MAX] {
        let error = OpError::Shift { got: bits };
        refuses(graph(), Op::LeftShift(LeftShift { bits }), &[0], error);
    }
}

#[test]
fn refuses_clip_bounds_that_are_empty_or_too_large() {
    for (lo, hi) in [(1, 0), (0, 1 << 62), (i64::MIN, 0)] {
        let got = Interval { lo, hi };
        let clip = Op::Clip(Clip { bounds: got });
        refuses(graph(), clip, &[0], OpError::Bounds { got });
    }
}

const fn p_relu(positive: i32, negative: i32) -> Op {
    Op::PRelu(PRelu {
        positive,
        negative,
        factor_scale: 0,
    })
}

#[test]
fn refuses_factors_out_of_range() {
    let most = PRelu::MAX_FACTOR;
    for (positive, negative) in [
        (0, 1),
        (-1, 1),
        (most + 1, 1),
        (i32::MIN, 1),
        (1, most + 1),
        (1, -most - 1),
        (1, i32::MIN),
    ] {
        let error = OpError::Factors { positive, negative };
        refuses(graph(), p_relu(positive, negative), &[0], error);
    }
    for negative in [-most, 0, most] {
        assert!(graph().push(p_relu(most, negative), &[0]).is_ok());
    }
}

/// Bounds of pixels less 100, in each of three channels: below zero, on both sides, above zero.
#[test]
fn bounds_of_a_p_relu_are_those_of_its_extremes() {
    let input = Interval { lo: 0, hi: 255 };
    let through = |bias: i64, negative: i32| {
        let mut graph = graph();
        let shift = Op::Conv2d(Conv2d {
            weights: Weights::new(vec![1]),
            weight_scale: 0,
            bias: vec![bias],
            window: Window::square(1, 1),
            groups: 1,
        });
        let shifted = graph.push(shift, &[0]).unwrap();
        let node = graph.push(p_relu(4, negative), &[shifted]).unwrap();
        let bounds = graph.tensor(node).unwrap().bounds;
        let op = PRelu {
            positive: 4,
            negative,
            factor_scale: 0,
        };
        let all = (input.lo..=input.hi).map(|x| op.apply(x + bias));
        let (least, most) = all.fold((i64::MAX, i64::MIN), |(least, most), y| {
            (least.min(y), most.max(y))
        });
        assert_eq!((bounds.lo, bounds.hi), (least, most), "{bias} {negative}");
        (bounds.lo, bounds.hi)
    };
    assert_eq!(through(-100, 3), (-300, 620));
    assert_eq!(through(-100, -3), (0, 620));
    assert_eq!(through(-100, -10), (0, 1000));
    assert_eq!(through(-300, -3), (135, 900));
    assert_eq!(through(-300, 3), (-900, -135));
    assert_eq!(through(0, -3), (0, 1020));
    assert_eq!(through(100, -3), (400, 1420));
    assert_eq!(through(-255, 0), (0, 0));
}

#[test]
fn refuses_an_empty_or_oversized_table() {
    let limit = LookupTable::MAX_LEN;
    for got in [0, limit + 1] {
        let error = OpError::TableLen { limit, got };
        refuses(graph(), table(0, got, 0), &[0], error);
    }
}

#[test]
fn refuses_a_table_that_the_input_could_miss() {
    let seen = Interval { lo: 0, hi: 255 };
    for (first, len) in [(0, 255), (1, 300), (-300, 10), (i64::from(u32::MAX), 256)] {
        let hi = first + i64::try_from(len).unwrap() - 1;
        let domain = Interval { lo: first, hi };
        let error = OpError::TableDomain { domain, seen };
        refuses(graph(), table(first, len, 0), &[0], error);
    }
    // A table at the ends of 64 bits covers no value that a network can have.
    let far = OpError::TableLen {
        limit: LookupTable::MAX_LEN,
        got: 256,
    };
    refuses(graph(), table(i64::MAX, 256, 0), &[0], far);
    refuses(graph(), table(i64::MIN, 256, 0), &[0], far);
}

#[test]
fn refuses_shapes_that_do_not_fit_together() {
    let mut graph = graph();
    let tall = graph.push(Op::Reshape(Reshape { shape: [1, 8, 2] }), &[0]);
    let error = OpError::ShapesDiffer {
        left: Shape::new(1, 4, 4).unwrap(),
        right: Shape::new(1, 8, 2).unwrap(),
    };
    let operands = [0, tall.unwrap()];
    refuses(graph.clone(), Op::Add(Add), &operands, error);
    refuses(graph.clone(), Op::Concat(Concat), &operands, error);
    let error = OpError::ShapesDiffer {
        left: Shape::new(1, 4, 4).unwrap(),
        right: Shape::flat(15).unwrap(),
    };
    refuses(graph, Op::flatten(15), &[0], error);
}

#[test]
fn refuses_scales_that_differ() {
    let mut graph = graph();
    let shifted = graph.push(Op::LeftShift(LeftShift { bits: 3 }), &[0]);
    let operands = [0, shifted.unwrap()];
    let error = OpError::ScalesDiffer { left: 0, right: 3 };
    refuses(graph.clone(), Op::Add(Add), &operands, error);
    refuses(graph, Op::Concat(Concat), &operands, error);
}

#[test]
fn refuses_scales_that_no_network_needs() {
    for got in [257, -257, i32::MAX, i32::MIN] {
        refuses(graph(), table(0, 256, got), &[0], OpError::Scale { got });
    }
    let mut graph = graph();
    let lowest = graph.push(table(0, 256, -256), &[0]).unwrap();
    let rescale = Op::Rescale(Rescale { shift: 8 });
    refuses(graph, rescale, &[lowest], OpError::Scale { got: -264 });
}

#[test]
fn refuses_stacked_weights_that_could_overflow() {
    let mut graph = flat();
    let most = || dense(&[i32::MAX; 9], &[0; 3]);
    // 255·3·2^31 is 41 bits; one more layer would take 73.
    let first = graph.push(most(), &[0]).unwrap();
    assert_eq!(graph.tensor(first).unwrap().bounds.magnitude_bits(), 41);
    refuses(graph.clone(), most(), &[first], OpError::Overflow);
    let window = Window::square(1, 1);
    let kernel = Op::Conv2d(Conv2d {
        weights: Weights::new(vec![i32::MIN; 9]),
        weight_scale: 0,
        bias: vec![0; 3],
        window,
        groups: 1,
    });
    refuses(graph.clone(), kernel, &[first], OpError::Overflow);
    let pool = average_pool(window, i32::MIN);
    refuses(graph.clone(), pool, &[first], OpError::Overflow);
    let shift = Op::LeftShift(LeftShift { bits: 22 });
    refuses(graph, shift, &[first], OpError::Overflow);
}

#[test]
fn refuses_sums_and_biases_that_could_overflow() {
    let mut graph = flat();
    let most = Interval::MAX_MAGNITUDE;
    refuses(
        graph.clone(),
        dense(&[0; 3], &[most + 1]),
        &[0],
        OpError::Overflow,
    );
    refuses(
        graph.clone(),
        dense(&[0; 3], &[i64::MIN]),
        &[0],
        OpError::Overflow,
    );
    refuses(
        graph.clone(),
        dense(&[1, 0, 0], &[most]),
        &[0],
        OpError::Overflow,
    );
    let top = graph.push(dense(&[0; 3], &[most]), &[0]).unwrap();
    refuses(graph.clone(), Op::Add(Add), &[top, top], OpError::Overflow);
    // Rounding up at the largest bound stays inside it.
    let rounded = graph.push(Op::Rescale(Rescale { shift: 8 }), &[top]);
    let bounds = graph.tensor(rounded.unwrap()).unwrap().bounds;
    assert_eq!(bounds.hi, 1 << 54);
}

#[test]
fn refuses_an_input_without_pixels_or_with_too_many() {
    for sides in [[0, 1], [1, 0], [0, 0], [u16::MAX, u16::MAX], [2048, 2049]] {
        let refused = GraphBuilder::new(preprocessing(sides, false)).err();
        assert_eq!(refused, Some(GraphError::InputShape), "{sides:?}");
    }
    assert!(GraphBuilder::new(preprocessing([2048, 2048], false)).is_ok());
    assert!(GraphBuilder::new(preprocessing([2048, 2048], true)).is_err());
}

#[test]
fn refuses_more_nodes_than_the_limit() {
    let mut graph = flat();
    let limit = GraphBuilder::MAX_NODES;
    for last in 0..limit - 1 {
        graph.push(Op::Relu(Relu), &[last]).unwrap();
    }
    let refused = graph.push(Op::Relu(Relu), &[0]);
    assert_eq!(refused, Err(GraphError::TooManyNodes { limit }));
}

#[test]
fn refuses_more_cells_than_the_limit() {
    let mut graph = GraphBuilder::new(preprocessing([2048, 2048], false)).unwrap();
    let limit = GraphBuilder::MAX_CELLS;
    for last in 0..limit / Shape::MAX_LEN - 1 {
        graph.push(Op::Relu(Relu), &[last]).unwrap();
    }
    let refused = graph.push(Op::Relu(Relu), &[0]);
    assert_eq!(refused, Err(GraphError::TooManyCells { limit }));
}

#[test]
fn refuses_more_work_than_the_limit() {
    let mut graph = GraphBuilder::new(preprocessing([2048, 2048], false)).unwrap();
    let limit = GraphBuilder::MAX_WORK;
    let axis = |kernel: usize| Axis {
        kernel,
        stride: 1,
        before: kernel / 2,
        after: kernel / 2 - 1,
    };
    let pool = |kernel| {
        let (rows, columns) = (axis(kernel), axis(kernel));
        average_pool(
            Window {
                height: rows,
                width: columns,
            },
            1,
        )
    };
    let refused = graph.push(pool(256), &[0]);
    assert_eq!(refused, Err(GraphError::TooMuchWork { limit }));
    // The most operations: 2^14 cells under each of 2^22 windows.
    assert_eq!(graph.push(pool(128), &[0]), Ok(1));
    let refused = graph.push(Op::Relu(Relu), &[1]);
    assert_eq!(refused, Err(GraphError::TooMuchWork { limit }));
}

#[test]
fn refuses_a_node_that_nothing_takes() {
    let mut graph = flat();
    graph.push(Op::Relu(Relu), &[0]).unwrap();
    let unused = graph.push(Op::Relu(Relu), &[0]).unwrap();
    graph.push(Op::Relu(Relu), &[1]).unwrap();
    let refused = graph.finish();
    assert_eq!(refused, Err(GraphError::Unused { node: unused }));
}

fn identity() -> Graph {
    flat().finish().unwrap()
}

#[test]
fn refuses_classes_that_are_not_the_outputs() {
    for got in [0, 2, 4] {
        let refused = Model::new("m", class_names(got), identity());
        assert_eq!(refused, Err(ModelError::Classes { outputs: 3, got }));
    }
    let picture = graph().finish().unwrap();
    let refused = Model::new("m", class_names(16), picture);
    let error = ModelError::Classes {
        outputs: 0,
        got: 16,
    };
    assert_eq!(refused, Err(error));
}

#[test]
fn refuses_one_class_or_more_than_the_limit() {
    let single = GraphBuilder::new(preprocessing([1, 1], false)).unwrap();
    let refused = Model::new("m", class_names(1), single.finish().unwrap());
    let error = ModelError::Classes { outputs: 1, got: 1 };
    assert_eq!(refused, Err(error));
    let most = Model::MAX_CLASSES;
    for (outputs, fits) in [(most, true), (2 * most, false)] {
        let side = u16::try_from(outputs / 256).unwrap();
        let mut many = GraphBuilder::new(preprocessing([side, 256], false)).unwrap();
        many.push(Op::flatten(outputs), &[0]).unwrap();
        let model = Model::new("m", class_names(outputs), many.finish().unwrap());
        let got = outputs;
        let refused = ModelError::Classes { outputs, got };
        assert_eq!(model.err(), (!fits).then_some(refused));
    }
}

#[test]
fn refuses_names_that_are_empty_too_long_or_not_printable() {
    let long = "x".repeat(Model::MAX_NAME_BYTES + 1);
    for name in ["", &long, "red \u{1b}[31mcat", "two\nlines"] {
        let refused = Model::new(name, class_names(3), identity());
        assert_eq!(refused, Err(ModelError::Name));
        let mut classes = class_names(3);
        classes[2] = name.into();
        let refused = Model::new("m", classes, identity());
        assert_eq!(refused, Err(ModelError::ClassName { class: 2 }));
    }
    assert!(Model::new(&long[1..], class_names(3), identity()).is_ok());
}
