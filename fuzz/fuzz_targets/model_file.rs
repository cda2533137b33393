//! Model files. A decoded model encodes to the same bytes, and its values stay within the bounds
//! that it states.

#![no_main]

use zklens_fuzz::{MIB, door, model};
use zklens_model::{COMPACT_FILE_VERSION, FILE_VERSION, Model, Pixels};

/// The most work of a network that is run.
const MAX_WORK: u64 = 1 << 20;

door!(256 * MIB, |bytes| {
    check(bytes, bytes);
    for version in [FILE_VERSION, COMPACT_FILE_VERSION] {
        check(&model::wrapped(bytes, version), bytes);
    }
});

fn check(file: &[u8], seed: &[u8]) {
    let Ok(model) = Model::decode(file) else {
        return;
    };
    assert!(model.encode() == file, "a second file for one model");
    let nodes = model.graph().nodes();
    let cost = |node: &zklens_model::Node| {
        let shape = node.tensor().shape;
        node.op().work(shape).saturating_add(shape.len() as u64)
    };
    let work = nodes.iter().map(cost).fold(0, u64::saturating_add);
    if work > MAX_WORK {
        return;
    }
    let len = model.preprocessing().len();
    for values in [
        vec![0; len],
        vec![255; len],
        seed.iter().rev().copied().cycle().take(len).collect(),
    ] {
        let pixels = Pixels::new(model.preprocessing().shape(), values).expect("as many as asked");
        let trace = model.run(&pixels).expect("pixels of the model's shape");
        for (id, node) in nodes.iter().enumerate() {
            let bounds = node.tensor().bounds;
            let output = trace.output(id);
            assert_eq!(output.len(), node.tensor().shape.len(), "node {id}");
            assert!(
                output.iter().all(|x| (bounds.lo..=bounds.hi).contains(x)),
                "node {id} leaves {bounds}"
            );
        }
        let classification = model.classify(&pixels);
        assert_eq!(classification.as_ref(), Ok(trace.classification()));
        assert!(trace.classification().label() < model.classes().len());
    }
}
