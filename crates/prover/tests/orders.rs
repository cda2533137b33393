//! Operators that may share a table, in every order: the proof has the label of [`zklens_model::Model::run`], whichever of them
//! the circuit puts together.

mod common;

use common::{pixels, rng, setup};
use proptest::prelude::{ProptestConfig, any, prop_assume, prop_oneof, proptest};
use proptest::strategy::{Just, Strategy};
use zklens_model::{
    Add, Clip, Conv2d, Dense, GraphBuilder, Interval, LeftShift, MaxPool, Model, NodeId, Op, Relu,
    Rescale, Window,
};
use zklens_prover::{Privacy, ProvingKey, prove};
use zklens_testkit::Random;
use zklens_testkit::models::{named, padded, preprocessing};
use zklens_testkit::random::plain_pixels;
use zklens_verifier::verify;

/// An operator, and whether a sum at the end reads its output too.
#[derive(Clone, Debug)]
struct Step {
    op: Op,
    is_read_twice: bool,
}

fn steps() -> impl Strategy<Value = Step> {
    // Windows that keep all sides, so that a sum may read every output.
    let mut even = Window::square(2, 1);
    (even.height.after, even.width.before) = (1, 1);
    let pool = |window: Window| Just(Op::MaxPool(MaxPool { window }));
    let clip = |lo: i64, values: i64| {
        let bounds = Interval {
            lo,
            hi: lo + values - 1,
        };
        Just(Op::Clip(Clip { bounds }))
    };
    let ops = prop_oneof![
        pool(even),
        pool(padded(3, 1, 1)),
        Just(Op::Rescale(Rescale { shift: 8 })),
        Just(Op::Rescale(Rescale { shift: 16 })),
        Just(Op::Relu(Relu)),
        Just(Op::LeftShift(LeftShift { bits: 3 })),
        clip(0, 256),
        clip(-128, 256),
        clip(-7, 256),
        clip(9, 256),
        clip(-300, 65_536),
        clip(-20_000, 20_001),
        clip(5, 1),
    ];
    (ops, any::<bool>()).prop_map(|(op, is_read_twice)| Step { op, is_read_twice })
}

/// A graph under construction.
struct Chain {
    graph: GraphBuilder,
    last: NodeId,
}

impl Chain {
    /// Appends an operator; one that the graph refuses is left out.
    fn then(&mut self, op: Op, inputs: &[NodeId]) -> bool {
        let node = self.graph.push(op, inputs);
        node.is_ok_and(|node| {
            self.last = node;
            true
        })
    }

    fn scale(&self, node: NodeId) -> i32 {
        self.graph.tensor(node).unwrap().scale
    }

    /// Adds an earlier output, at one scale. `None` if no shift brings them there.
    fn add(&mut self, earlier: NodeId) -> Option<()> {
        let [left, right] = [self.last, earlier].map(|node| (node, self.scale(node)));
        let most = left.1.max(right.1);
        let mut aligned = |(node, scale): (NodeId, i32)| {
            self.last = node;
            let bits = most.abs_diff(scale);
            let is_aligned = bits == 0 || self.then(Op::LeftShift(LeftShift { bits }), &[node]);
            is_aligned.then_some(self.last)
        };
        let operands = [aligned(left)?, aligned(right)?];
        self.then(Op::Add(Add), &operands).then_some(())
    }
}

fn model(seed: u64, steps: &[Step], ends_in_dense: bool) -> Option<Model> {
    let mut random = Random::new(seed);
    let graph = GraphBuilder::new(preprocessing([4, 5], false)).unwrap();
    let mut chain = Chain { graph, last: 0 };
    let mut weights = |count| random.weights(count, 127);
    let conv = Op::Conv2d(Conv2d {
        weights: weights(2 * 9),
        weight_scale: 24,
        bias: vec![5, -900],
        window: padded(3, 1, 1),
        groups: 1,
    });
    assert!(chain.then(conv, &[0]));
    let mut read_twice = Vec::new();
    for Step { op, is_read_twice } in steps {
        if chain.then(op.clone(), &[chain.last]) && *is_read_twice {
            read_twice.push(chain.last);
        }
    }
    for node in read_twice {
        chain.add(node)?;
    }
    assert!(chain.then(Op::flatten(40), &[chain.last]));
    if ends_in_dense {
        let dense = Op::Dense(Dense {
            weights: weights(3 * 40),
            weight_scale: 8,
            bias: vec![0; 3],
        });
        assert!(chain.then(dense, &[chain.last]));
    }
    Some(named("orders", chain.graph.finish().unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_order_is_proved(
        seed: u64,
        steps in proptest::collection::vec(steps(), 1..7),
        ends_in_dense: bool,
    ) {
        let model = model(seed, &steps, ends_in_dense);
        prop_assume!(model.is_some());
        let model = model.unwrap();
        let key = ProvingKey::new(setup(), model.clone(), Privacy::Public).unwrap();
        let plain = [0, 255].map(|value| plain_pixels(model.preprocessing(), value));
        let images = [plain.to_vec(), vec![pixels(&model, 1)]].concat();
        let proved = prove(setup(), &key, &images, [0; 32], &mut rng(1)).unwrap();
        for (image, label) in images.iter().zip(&proved.statement.labels) {
            assert_eq!(model.run(image).unwrap().classification().label(), *label);
        }
        let verified = verify(setup().verifier(), key.verifying(), proved.statement, &proved.proof);
        assert_eq!(verified.map(|_| ()).map_err(|error| error.to_string()), Ok(()));
    }
}
