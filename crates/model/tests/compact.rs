//! Files of the second version, in which a model with very many parameters has its weights by the
//! Rice code.

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use zklens_model::{
    COMPACT_FILE_VERSION, Dense, FILE_VERSION, FileError, Graph, GraphBuilder, Interval, Model,
    NodeId, Op, Weights,
};
use zklens_testkit::Random;
use zklens_testkit::models::{class_names, perceptron, preprocessing};

const HEADER_BYTES: usize = 10;

/// The code, from its description: the lower bits that make it shortest, or those asked for.
fn code(weights: &[i32], low_bits: Option<u32>) -> Vec<u8> {
    let zigzag = |w: &i32| {
        let w = i64::from(*w);
        u64::try_from(if w >= 0 { 2 * w } else { -2 * w - 1 }).unwrap()
    };
    let numbers: Vec<u64> = weights.iter().map(zigzag).collect();
    let length = |k: &u32| {
        numbers
            .iter()
            .map(|z| (z >> k) + 1 + u64::from(*k))
            .sum::<u64>()
    };
    let low_bits = low_bits.unwrap_or_else(|| (3..=31).min_by_key(length).unwrap());
    let mut ones = Vec::new();
    let mut lows = Vec::new();
    for number in numbers {
        ones.extend((0..number >> low_bits).map(|_| false));
        ones.push(true);
        lows.extend((0..low_bits).map(|bit| number >> bit & 1 == 1));
    }
    let mut bytes = vec![0x20 + u8::try_from(low_bits).unwrap()];
    bytes.extend(u32::try_from(weights.len()).unwrap().to_le_bytes());
    for bits in [ones, lows] {
        let bytes_of = bits.chunks(8).map(|bits| {
            let bits = bits.iter().enumerate();
            bits.map(|(at, bit)| u8::from(*bit) << at).sum::<u8>()
        });
        bytes.extend(bytes_of);
    }
    bytes
}

/// What the reader makes of a list of weights.
fn read(blob: &[u8]) -> Option<Weights> {
    postcard::from_bytes(&after_length(blob)).ok()
}

/// Bytes after their length, as postcard has them.
fn after_length(bytes: &[u8]) -> Vec<u8> {
    postcard::to_allocvec(&bytes).unwrap()
}

proptest! {
    #[test]
    fn the_code_is_that_of_the_description(
        weights in prop::collection::vec(any::<i32>(), 0..40),
        magnitude in 0_u32..32,
    ) {
        let weights: Vec<i32> = weights.iter().map(|w| w >> magnitude).collect();
        let blob = code(&weights, None);
        let list = read(&blob).expect("a list in its only form");
        prop_assert_eq!(list.values(), weights);
        let written: Vec<u8> = postcard::from_bytes(&postcard::to_allocvec(&list).unwrap()).unwrap();
        prop_assert_eq!(written, blob);
    }

    #[test]
    fn random_codes_that_are_accepted_are_in_their_only_form(
        low_bits in 0_u8..40,
        count in 0_u8..20,
        rest in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let blob = [&[0x20 + low_bits, count, 0, 0, 0], rest.as_slice()].concat();
        if let Some(list) = read(&blob) {
            prop_assert_eq!(code(list.values(), None), blob);
        }
    }
}

#[test]
fn the_largest_weights_are_written_and_read() {
    for weights in [
        vec![i32::MIN; 3],
        vec![i32::MAX, i32::MIN, 0, -1, 1],
        vec![],
    ] {
        let list = read(&code(&weights, None)).expect("a list");
        assert_eq!(list.values(), weights);
    }
}

#[test]
fn refuses_a_code_with_other_lower_bits_than_the_shortest() {
    let weights: Vec<i32> = (-300..300).collect();
    let accepted: Vec<u32> = (0..=40)
        .filter(|low_bits| read(&code(&weights, Some(*low_bits))).is_some())
        .collect();
    assert_eq!(accepted, [8]);
    // With one or two lower bits, eight weights would take less than four bytes.
    assert!(read(&code(&[0; 8], Some(2))).is_none());
    assert!(read(&code(&[0; 8], Some(3))).is_some());
}

#[test]
fn refuses_every_flipped_bit_and_every_truncation_of_a_code() {
    let blob = code(&[5, -3, 0, 90, -700, 12, 1, 1, 2], None);
    let list = read(&blob).expect("a list");
    for end in 0..blob.len() {
        assert_eq!(read(&blob[..end]), None, "{end} bytes");
    }
    assert_eq!(read(&[blob.as_slice(), &[0]].concat()), None);
    for bit in 0..8 * blob.len() {
        let mut flipped = blob.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(read(&flipped).as_ref(), Some(&list), "bit {bit}");
    }
}

#[test]
fn refuses_a_weight_that_leaves_32_bits() {
    // 2^29 zeros before the one: with three lower bits the number would be 2^32.
    let zeros = vec![0; 1 << 26];
    let blob = [&[0x23, 1, 0, 0, 0], zeros.as_slice(), &[1, 0]].concat();
    assert_eq!(read(&blob), None);
}

/// A dense layer with `outputs · 65,536` weights and biases.
fn graph(outputs: usize) -> Graph {
    let mut random = Random::new(1);
    let mut graph = GraphBuilder::new(preprocessing([1, 65_535], false)).unwrap();
    let flat = graph.push(Op::flatten(65_535), &[0]).unwrap();
    let dense = Dense {
        weights: random.weights(65_535 * outputs, 3),
        weight_scale: 0,
        bias: random.biases(outputs, 1000),
    };
    graph.push(Op::Dense(dense), &[flat]).unwrap();
    graph.finish().unwrap()
}

fn model(outputs: usize) -> Model {
    Model::new("m", class_names(outputs), graph(outputs)).unwrap()
}

/// A file with the weights as `graph` has them.
fn file(version: u16, graph: &Graph) -> Vec<u8> {
    let nodes = graph.nodes().iter().skip(1);
    let nodes: Vec<(Op, Vec<NodeId>, Interval)> = nodes
        .map(|n| (n.op().clone(), n.inputs().to_vec(), n.tensor().bounds))
        .collect();
    let classes = class_names(graph.output().unwrap().shape.len());
    let body = postcard::to_allocvec(&("m", classes, *graph.preprocessing(), nodes)).unwrap();
    sealed(version, &body)
}

fn sealed(version: u16, body: &[u8]) -> Vec<u8> {
    let mut file = b"ZKLM".to_vec();
    file.extend(version.to_le_bytes());
    file.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
    file.extend(body);
    let digest = Sha256::digest(&file);
    file.extend(digest);
    file
}

#[test]
fn the_number_of_parameters_decides_the_version() {
    for (outputs, version) in [(8, FILE_VERSION), (9, COMPACT_FILE_VERSION)] {
        let model = model(outputs);
        let is_more = model.parameters() > Model::MAX_PLAIN_PARAMETERS;
        assert_eq!(is_more, version == COMPACT_FILE_VERSION);
        assert_eq!(model.file_version(), version);
        let file = model.encode();
        assert_eq!(file[4..6], version.to_le_bytes());
        assert_eq!(Model::decode(&file).as_ref(), Ok(&model));
        assert!(file.ends_with(&model.digest()));
    }
    assert_eq!(model(8).parameters(), Model::MAX_PLAIN_PARAMETERS);
}

#[test]
fn the_second_version_is_smaller() {
    let model = model(9);
    let plain = file(FILE_VERSION, &graph(9)).len();
    // Three bits of weight, of the four that the code takes at least, against eight.
    assert!(model.encode().len() * 10 < plain * 6);
}

#[test]
fn refuses_the_version_of_a_larger_or_smaller_model() {
    let large = model(9);
    let cases = [
        (perceptron([1, 2], &[2], 1), COMPACT_FILE_VERSION),
        (large, FILE_VERSION),
    ];
    for (model, got) in cases {
        let whole = model.encode();
        let body = &whole[HEADER_BYTES..whole.len() - 32];
        let error = FileError::VersionOfAnother {
            got,
            expected: model.file_version(),
            parameters: model.parameters(),
        };
        assert_eq!(Model::decode(&sealed(got, body)), Err(error));
    }
}

#[test]
fn refuses_weights_in_the_form_of_the_other_version() {
    // The weights of a graph without a name are in the first form.
    let file = file(COMPACT_FILE_VERSION, &graph(9));
    assert_eq!(Model::decode(&file), Err(FileError::NotCanonical));
    let mut small = perceptron([1, 2], &[2], 1).encode();
    small.truncate(small.len() - 32);
    let body = small.split_off(HEADER_BYTES);
    let Op::Dense(dense) = perceptron([1, 2], &[2], 1).graph().nodes()[2].op().clone() else {
        panic!("a dense layer");
    };
    let first = postcard::to_allocvec(&dense.weights).unwrap();
    let second = after_length(&code(dense.weights.values(), None));
    let at = body.windows(first.len()).position(|w| w == first).unwrap();
    let changed = [&body[..at], &second, &body[at + first.len()..]].concat();
    let file = sealed(FILE_VERSION, &changed);
    assert_eq!(Model::decode(&file), Err(FileError::NotCanonical));
}
