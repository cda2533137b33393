//! Model files: what decodes encodes to the same bytes, and stays within the bounds it states.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};
use zklens_model::{FILE_VERSION, Model, Pixels};

/// Larger networks are not run.
const MAX_WORK: u64 = 1 << 20;
const HEADER_BYTES: usize = 4 + 2 + 4;
const DIGEST_BYTES: usize = 32;

fuzz_target!(|bytes: &[u8]| {
    check(bytes, bytes);
    check(&wrapped(body(bytes)), bytes);
});

/// What lies between header and digest, if there is a header.
fn body(bytes: &[u8]) -> &[u8] {
    let end = bytes.len().saturating_sub(DIGEST_BYTES);
    let inside = bytes.get(HEADER_BYTES..end);
    inside
        .filter(|_| bytes.starts_with(b"ZKLM"))
        .unwrap_or(bytes)
}

/// A file around `body` whose version, length and digest are right.
fn wrapped(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a fuzzer's input is small");
    let mut file = b"ZKLM".to_vec();
    file.extend(FILE_VERSION.to_le_bytes());
    file.extend(length.to_le_bytes());
    file.extend(body);
    let digest = Sha256::digest(&file);
    file.extend(digest);
    file
}

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
