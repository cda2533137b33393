//! Files from strangers that ask for more than they bring: refused by name, or answered in little memory and work.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use zklens_commitment::VerifierSetup;
use zklens_field::{encode_point, generator};
use zklens_layers::LayerError;
use zklens_layers::circuit::{Circuit, MOST_PATHS, MOST_STEPS, Path, Step};
use zklens_layers::dims::{MAX_IMAGES, MOST_SIDES};
use zklens_layers::layout::work::{MOST_WORK, work};
use zklens_model::Model;
use zklens_testkit::hostile::{Hostile, channels, dense, path, proof};
use zklens_verifier::{
    KEY_MAGIC, KEY_VERSION, KeyError, MAX_CIRCUIT_BYTES, MAX_KEY_BYTES, MAX_PROOF_BYTES, ProofFile,
    ProofFileError, VerifyError, VerifyingKey, verify,
};

/// The system's allocator, with a count of the bytes this thread holds.
struct Counting;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, table_layout: Layout) -> *mut u8 {
        let held = HELD.get().saturating_add(table_layout.size());
        HELD.set(held);
        PEAK.set(PEAK.get().max(held));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(table_layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, table_layout: Layout) {
        HELD.set(HELD.get().saturating_sub(table_layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, table_layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MEBIBYTE: usize = 1 << 20;

/// The most that the answer to a file may take, beside the file.
const MOST_BYTES: usize = 256 * MEBIBYTE;

fn held_during<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let result = work();
    (result, PEAK.get() - before)
}

fn setup() -> VerifierSetup {
    VerifierSetup::decode(&zklens_setup::TAU_G2).expect("a point")
}

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/hostile/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).expect("a file beside this one")
}

/// Why a key is refused, in a little memory.
fn refuse(file: &[u8]) -> KeyError {
    let (key, held) = held_during(|| VerifyingKey::decode(file).map(|_| ()));
    let error = key.expect_err("a key that is refused");
    assert!(held <= MOST_BYTES / 2, "{error}: {held} bytes");
    error
}

#[test]
fn the_files_beside_this_one_are_refused_by_name() {
    let array = LayerError::Array {
        array: 0,
        sides: 1,
        cells: 1 << 50,
    };
    assert_eq!(refuse(&file("huge.zkk")), KeyError::Circuit(array));
    let array = LayerError::Array {
        array: 0,
        sides: 1,
        cells: 1 << 31,
    };
    assert_eq!(refuse(&file("huge25.zkk")), KeyError::Circuit(array));
    let error = refuse(&file("wrap1.zkk"));
    let KeyError::Circuit(LayerError::TooMuchWork { work, .. }) = error else {
        panic!("{error}");
    };
    assert!(work > 1 << 32, "{work}");

    let key = VerifyingKey::decode(&file("lab4.zkk")).expect("of one label it is little work");
    let proof = ProofFile::decode(&file("lab4.zkp")).expect("a proof file");
    let (verified, held) = held_during(|| verify(&setup(), &key, proof.statement, &proof.proof));
    let error = verified.unwrap_err();
    assert!(
        matches!(
            error,
            VerifyError::Statement(LayerError::TooMuchWork { labels: 1024, .. })
        ),
        "{error}"
    );
    assert!(held < MEBIBYTE, "{held} bytes");
}

#[test]
fn an_array_has_no_thousand_sides() {
    for sides in [MOST_SIDES + 1, 80_001] {
        let hostile = Hostile::new(1, vec![path(0, vec![])]).with_array(&vec![1; sides]);
        let (array, cells) = (0, 1);
        let error = LayerError::Array {
            array,
            sides,
            cells,
        };
        assert_eq!(refuse(&hostile.file(0)), KeyError::Circuit(error));
    }
}

#[test]
fn a_list_that_is_too_long_is_refused_where_it_is_read() {
    let one = || vec![path(0, vec![])];
    let paths = Hostile::new(1, vec![path(0, vec![]); MOST_PATHS + 1]);
    let steps = Hostile::new(1, vec![path(0, vec![Step::Scale(1); MOST_STEPS + 1])]);
    let classes = Hostile::new(Model::MAX_CLASSES + 1, one());
    let mut tables = Hostile::new(1, one());
    tables.circuit.tables = vec![tables.circuit.tables[0].clone(); 8193];
    let mut arrays = Hostile::new(1, one());
    arrays.circuit.arrays = vec![vec![]; 16_385];
    for hostile in [paths, steps, classes, tables, arrays] {
        assert_eq!(refuse(&hostile.file(0)), KeyError::LongList);
    }
}

/// The file ends behind the number that claims more.
#[test]
fn lengths_that_a_file_only_claims_take_no_memory() {
    let huge = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x3F];
    let whole = Hostile::new(1, vec![path(0, vec![])]).file(0);
    for at in 6..whole.len() {
        let claimed = [&whole[..at], &huge[..]].concat();
        let (key, held) = held_during(|| VerifyingKey::decode(&claimed));
        let error = key.expect_err("a file without an end");
        assert!(
            matches!(error, KeyError::Malformed | KeyError::LongList),
            "{error}"
        );
        assert!(held <= 2 * MEBIBYTE, "{held} bytes");
    }
}

#[test]
fn a_file_has_as_many_bytes_as_it_may() {
    let (got, limit) = (MAX_KEY_BYTES + 1, MAX_KEY_BYTES);
    let error = refuse(&vec![0; got]);
    assert_eq!(error, KeyError::TooLong { got, limit });
    assert_eq!(
        error.to_string(),
        "a key file of 16777217 bytes; the most is 16777216"
    );
    assert_eq!(refuse(&vec![0; limit]), KeyError::NotAKey);

    let (got, limit) = (MAX_PROOF_BYTES + 1, MAX_PROOF_BYTES);
    let decode = |bytes| ProofFile::decode(&vec![0; bytes]).unwrap_err();
    assert_eq!(decode(got), ProofFileError::TooLong { got, limit });
    assert_eq!(decode(limit), ProofFileError::NotAProof);
}

/// Steps take two bytes in a file and some hundred in memory.
#[test]
fn a_circuit_has_as_many_bytes_as_it_may() {
    let of = |paths: usize, steps: usize| {
        let mut hostile = Hostile::new(1, vec![path(0, vec![])]);
        let long = path(0, vec![Step::Scale(0); 17]);
        for _ in 0..paths / MOST_PATHS {
            hostile = hostile.with_copy([1; 3], vec![long.clone(); MOST_PATHS]);
        }
        hostile = hostile.with_copy([1; 3], vec![long; paths % MOST_PATHS]);
        hostile = hostile.with_copy([1; 3], vec![path(0, vec![]); steps]);
        let bytes = postcard_len(&hostile.circuit);
        (hostile, bytes)
    };
    let (_, without) = of(56_000, 1);
    let (most, bytes) = of(56_000 + (MAX_CIRCUIT_BYTES - without) / 37, 1);
    assert!(
        (MAX_CIRCUIT_BYTES - 37..=MAX_CIRCUIT_BYTES).contains(&bytes),
        "{bytes}"
    );
    let most_file = most.file(0);
    let (key, held) = held_during(|| VerifyingKey::decode(&most_file).map(|_| ()));
    assert_eq!(key, Ok(()));
    assert!(held <= MOST_BYTES, "{held} bytes");
    assert_eq!(most.key().unwrap().encode(), most_file);
    let (more, bytes) = of(56_002 + (MAX_CIRCUIT_BYTES - without) / 37, 1);
    assert!(bytes > MAX_CIRCUIT_BYTES);
    let limit = MAX_CIRCUIT_BYTES;
    assert_eq!(refuse(&more.file(0)), KeyError::CircuitTooLong { limit });
    // Nor is such a key made.
    assert_eq!(more.key().unwrap_err(), KeyError::CircuitTooLong { limit });
}

fn postcard_len(circuit: &Circuit) -> usize {
    postcard::to_allocvec(circuit).expect("memory").len()
}

/// A number beyond 32 bits is refused natively, too.
#[test]
fn a_number_that_a_machine_of_32_bits_does_not_read_is_refused() {
    let numbers: [fn(&mut Circuit, usize); 4] = [
        |circuit, number| circuit.tables[1].node = number,
        |circuit, number| circuit.arrays.push(vec![number]),
        |circuit, number| circuit.tables[0].node = number,
        |circuit, number| circuit.tables[1].sides[0] = number,
    ];
    for change in numbers {
        let mut hostile = Hostile::new(1, vec![path(0, vec![])]);
        change(&mut hostile.circuit, 1 << 32);
        hostile.circuit.tables[2].node = 1;
        let file = key_of_one_class(&hostile);
        let error = refuse(&file);
        assert!(matches!(error, KeyError::Circuit(_)), "{error}");
    }
}

fn key_of_one_class(hostile: &Hostile) -> Vec<u8> {
    let usual = Hostile::new(1, vec![path(0, vec![])]);
    let file = usual.file(0);
    let circuit = postcard::to_allocvec(&usual.circuit).expect("memory");
    let head = file.len() - circuit.len() - 1;
    let circuit = postcard::to_allocvec(&hostile.circuit).expect("memory");
    [&file[..head], &circuit, &[0]].concat()
}

#[test]
fn a_proof_file_is_about_as_many_images_as_there_may_be() {
    let key = VerifyingKey::decode(&Hostile::new(1, vec![path(0, vec![])]).file(0)).unwrap();
    let of = |images: usize| {
        let (mut statement, tape) = proof(&key, vec![0]);
        statement.labels = vec![0; images];
        let (proof, opening) = (tape, None);
        let file = ProofFile {
            statement,
            proof,
            opening,
        }
        .encode();
        let (read, held) = held_during(|| ProofFile::decode(&file).map(|_| ()));
        assert!(held <= 2 * MEBIBYTE, "{held} bytes");
        read
    };
    assert_eq!(of(MAX_IMAGES), Ok(()));
    let limit = MAX_IMAGES;
    assert_eq!(of(MAX_IMAGES + 1), Err(ProofFileError::Images { limit }));
    assert_eq!(of(8 * MEBIBYTE), Err(ProofFileError::Images { limit }));
}

/// Keys of up to a megabyte that ask for as much as any may, each in another way.
fn worst() -> Vec<(&'static str, Hostile, usize)> {
    let copies = |mut hostile: Hostile, mut paths: Vec<Path>, sides| {
        while !paths.is_empty() {
            let rest = paths.split_off(paths.len().min(MOST_PATHS));
            hostile = hostile.with_copy(sides, paths);
            paths = rest;
        }
        hostile
    };
    let one = || Hostile::new(1, vec![path(0, vec![])]);
    let paths = copies(one(), vec![path(0, vec![]); 65_000], [1; 3]);
    // Rows in terms: the same array on many paths.
    let rows = one()
        .with_columns(256)
        .with_array(&[14_000, 256, 1, 1])
        .with_array(&[14_000]);
    let rows = rows
        .with_array(&[256, 1, 1, 1])
        .with_array(&[256])
        .with_copy([256, 1, 1], vec![dense(0, vec![], 2)]);
    let rows = copies(rows, vec![dense(1, vec![], 0); 145], [14_000, 1, 1]);
    // Terms: a run of listed channels in every row.
    let terms = one()
        .with_columns(256)
        .with_array(&[14_000, 256, 1, 1])
        .with_array(&[14_000]);
    let terms = terms
        .with_array(&[256, 1, 1, 1])
        .with_array(&[256])
        .with_copy([256, 1, 1], vec![dense(0, vec![], 2)]);
    let terms = copies(
        terms,
        vec![dense(1, vec![channels(14_000)], 0); 7],
        [14_000, 1, 1],
    );
    // AxisVector that are written down.
    let side = 1_000_000;
    let listed = one().with_array(&[side, 1, 1, 1]).with_array(&[side]);
    let listed = copies(
        listed,
        vec![dense(0, vec![channels(side)], 0)],
        [side, 1, 1],
    );
    let labels = Hostile::new(1024, vec![dense(0, vec![], 0)])
        .with_array(&[1024, 1, 1, 1])
        .with_array(&[1024]);
    // Rows of the proof.
    let long = one()
        .with_columns(256)
        .with_array(&[1 << 21, 1, 1, 1])
        .with_array(&[1 << 21]);
    let long = copies(long, vec![dense(0, vec![], 0)], [1 << 21, 1, 1]);
    Vec::from([
        ("paths", paths, 1),
        ("rows", rows, 1),
        ("terms", terms, 1),
        ("listed", listed, 1),
        ("labels", labels, MAX_IMAGES),
        ("long", long, 1),
    ])
}

/// Read to its end and refused there, all of it in little memory.
#[test]
fn the_worst_keys_and_proofs_that_are_taken_take_little_memory() {
    let setup = setup();
    for (name, hostile, images) in worst() {
        let circuit = &hostile.circuit;
        assert_eq!(circuit.check(), Ok(()), "{name}");
        let layout = zklens_layers::Layout::new(circuit, hostile.row(), images).unwrap();
        let file = hostile.file(layout.vectors.weights.len());
        assert!(file.len() <= 2 * MEBIBYTE, "{name}: {} bytes", file.len());
        let (key, held) = held_during(|| VerifyingKey::decode(&file));
        assert!(held <= MOST_BYTES, "{name}: {held} bytes");
        let key = key.unwrap_or_else(|error| panic!("{name}: {error}"));
        let classes = key.classes().len();
        let labels: Vec<usize> = (0..images).map(|image| image % classes).collect();
        let differ = images.min(classes);
        let counted = work(circuit, hostile.row(), images, differ);
        assert!(counted <= MOST_WORK, "{name}");
        let (statement, tape) = proof(&key, labels);
        let (verified, held) = held_during(|| verify(&setup, &key, statement, &tape));
        let error = verified.unwrap_err();
        assert!(matches!(error, VerifyError::Opening(_)), "{name}: {error}");
        assert!(held <= MOST_BYTES, "{name}: {held} bytes");
        println!(
            "{name}: {counted} multiplications, {held} bytes, file of {}",
            file.len()
        );
    }
}

/// A key with too few points is refused before any of them is looked at.
#[test]
fn commitments_are_counted_before_they_are_read() {
    let hostile = Hostile::new(1, vec![path(0, vec![])]).with_array(&[1 << 20]);
    let rows = (1_usize << 20).div_ceil(1 << 13);
    let mut file = hostile.file(rows - 1);
    let at = file.len() - 64;
    file[at..].fill(0xFF);
    let (expected, got) = (rows, rows - 1);
    assert_eq!(refuse(&file), KeyError::Commitments { expected, got });
    let point = encode_point(&generator());
    let mut file = hostile.file(rows);
    let at = file.len() - 64;
    assert_eq!(file[at..], point);
    file[at..].fill(0xFF);
    assert_eq!(refuse(&file), KeyError::Point { vector: rows - 1 });
    assert_eq!(file[..4], KEY_MAGIC);
    assert_eq!(file[4..6], KEY_VERSION.to_le_bytes());
}
