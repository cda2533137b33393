//! A small hostile file cannot make the reader take much memory, and a run that gives only the
//! result keeps little in memory.

use sha2::{Digest, Sha256};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use zklens_model::{FILE_VERSION, FileError, GraphError, Interval, Model, Op, Relu};
use zklens_testkit::models::{Layers, class_names, preprocessing};
use zklens_testkit::random::plain_pixels;

/// The system's allocator, with a count of the bytes this thread holds.
struct Counting;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.get().saturating_add(layout.size());
        HELD.set(held);
        PEAK.set(PEAK.get().max(held));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.set(HELD.get().saturating_sub(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MEBIBYTE: usize = 1 << 20;

/// The error for a body, and the largest number of bytes that the reader held at once.
fn refuse(body: &[u8]) -> (FileError, usize) {
    let mut file = b"ZKLM".to_vec();
    file.extend(FILE_VERSION.to_le_bytes());
    file.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
    file.extend(body);
    let digest = Sha256::digest(&file);
    file.extend(digest);
    let (model, held) = held_during(|| Model::decode(&file));
    (model.unwrap_err(), held)
}

fn held_during<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let result = work();
    (result, PEAK.get() - before)
}

/// A varint of nine bytes: about `2^62`.
const HUGE: [u8; 9] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x3F];

fn opening(sides: [u16; 2]) -> Vec<u8> {
    let input = preprocessing(sides, false);
    postcard::to_allocvec(&("m".to_string(), class_names(2), input)).unwrap()
}

#[test]
fn declared_lengths_take_no_memory_before_the_bytes_are_there() {
    let name = HUGE.to_vec();
    let classes = [[1, b'm'].as_slice(), &HUGE].concat();
    let nodes = [opening([1, 2]), HUGE.to_vec()].concat();
    let dense = [opening([1, 2]), vec![1, 1], HUGE.to_vec()].concat();
    let bias = [opening([1, 2]), vec![1, 1, 1, 1, 0], HUGE.to_vec()].concat();
    let inputs = [opening([1, 2]), vec![1, 12, 2, 1, 1], HUGE.to_vec()].concat();
    // A Rice code of 2^32 − 1 weights, in six bytes.
    let weights = [0x23, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    let coded = [opening([1, 2]), vec![1, 1, 6], weights.to_vec()].concat();
    for body in [name, classes, nodes, dense, bias, inputs, coded] {
        let (error, held) = refuse(&body);
        assert_eq!(error, FileError::Malformed);
        assert!(held <= 2 * MEBIBYTE, "{held} bytes");
    }
}

/// A weight of the Rice code takes half a byte in a file and four bytes in memory, and is written again to compare.
#[test]
fn coded_weights_take_at_most_eleven_times_their_bytes() {
    let count = 2 * MEBIBYTE;
    let mut code = vec![0x23];
    code.extend(u32::try_from(count).unwrap().to_le_bytes());
    code.extend(vec![0xFF; count / 8]);
    code.extend(vec![0; 3 * count / 8]);
    let blob = postcard::to_allocvec(code.as_slice()).unwrap();
    let (error, held) = refuse(&[opening([1, 2]), vec![1, 1], blob].concat());
    assert_eq!(error, FileError::Malformed);
    assert!(held <= 11 * MEBIBYTE, "{held} bytes");
}

#[test]
fn a_list_of_many_small_nodes_is_not_read_to_its_end() {
    let count = MEBIBYTE;
    let mut body = opening([1, 2]);
    body.extend(postcard::to_allocvec(&count).unwrap());
    // The shortest node: an input without operands, with the bounds 0…0.
    body.extend([0; 4].repeat(count));
    let (error, held) = refuse(&body);
    assert_eq!(error, FileError::Malformed);
    assert!(held <= 4 * MEBIBYTE, "{held} bytes");
}

#[test]
fn a_long_list_of_operands_takes_little_memory() {
    let pixels = Interval { lo: 0, hi: 255 };
    let flat = (Op::flatten(1 << 20), vec![0usize], pixels);
    for operands in [200, 1_000_000] {
        let joined = (Op::Concat(zklens_model::Concat), vec![1; operands], pixels);
        let nodes = postcard::to_allocvec(&vec![flat.clone(), joined]).unwrap();
        let (error, held) = refuse(&[opening([1024, 1024]), nodes].concat());
        assert!(matches!(error, FileError::Graph(_)), "{error}");
        // Four million cells have bounds before the tensor is known to be too large.
        assert!(held <= 256 * MEBIBYTE, "{held} bytes");
    }
}

/// A flat tensor has bounds for every cell, which are dropped after its last use.
#[test]
fn a_chain_of_flat_tensors_takes_little_memory() {
    let file = include_bytes!("../../verifier/tests/hostile/ranges.zkl");
    let (model, held) = held_during(|| Model::decode(file));
    assert!(held <= 256 * MEBIBYTE, "{held} bytes");
    assert_eq!(model.expect("a model").encode(), file);
}

#[test]
fn flat_tensors_that_nothing_takes_are_refused_in_little_memory() {
    let pixels = Interval { lo: 0, hi: 255 };
    let mut nodes = vec![(Op::flatten(1 << 20), vec![0usize], pixels)];
    nodes.extend((0..60).map(|_| (Op::Relu(Relu), vec![1], pixels)));
    let nodes = postcard::to_allocvec(&nodes).unwrap();
    let (error, held) = refuse(&[opening([1024, 1024]), nodes].concat());
    let unused = GraphError::Unused { node: 2 };
    assert_eq!(error, FileError::Graph(unused));
    assert!(held <= 128 * MEBIBYTE, "{held} bytes");
}

#[test]
fn classify_drops_every_tensor_after_its_last_use() {
    let mut layers = Layers::new(preprocessing([256, 256], false), 0);
    for _ in 0..20 {
        layers.then(Op::Relu(Relu));
    }
    layers.flatten();
    let model = layers.finish("tower");
    let pixels = plain_pixels(model.preprocessing(), 1);
    let tensor = model.preprocessing().len() * size_of::<i64>();
    let (trace, all) = held_during(|| model.run(&pixels));
    assert!(all >= 22 * tensor, "{all} bytes");
    let (result, few) = held_during(|| model.classify(&pixels));
    assert!(few <= 4 * tensor, "{few} bytes");
    assert_eq!(&result.unwrap(), trace.unwrap().classification());
}
