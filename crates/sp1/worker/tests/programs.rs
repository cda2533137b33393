//! The programs, run by SP1, give the same results as zklens. Wrong input gives an error, never a
//! proof.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use zklens_image::{CidVersion, cid};
use zklens_model::Model;
use zklens_sp1::protocol::{FailureKind, Prover, System};
use zklens_sp1::{
    Network, Program, ProofFile, Statement, VerifyError, Worker, WorkerError, verify,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// The pictures whose cycles are measured, each with its network: all examples, and a PNG of a
/// photograph's size.
fn pictures() -> Vec<(PathBuf, &'static str)> {
    let folders = [
        ("examples/fashion", "fashion-mlp"),
        ("examples/mnist", "mnist-cnn"),
        ("crates/sp1/worker/tests/files", "fashion-mlp"),
    ];
    let mut pictures = Vec::new();
    for (folder, network) in folders {
        let entries = fs::read_dir(root().join(folder)).expect("the folder is there");
        let mut files: Vec<_> = entries
            .map(|file| file.expect("it can be read").path())
            .filter(|file| file.extension().is_some_and(|e| e == "jpg" || e == "png"))
            .collect();
        files.sort();
        pictures.extend(files.into_iter().map(|file| (file, network)));
    }
    pictures
}

fn program(name: &str) -> &'static Program {
    Program::find(name).expect("the program is listed")
}

fn worker() -> Worker {
    Worker::at(env!("CARGO_BIN_EXE_zklens-sp1"))
}

fn model(name: &str) -> Model {
    let shipped = zklens_models::find(name).expect("it is shipped");
    shipped.decode().expect("it is valid")
}

fn picture(path: &str) -> Vec<u8> {
    fs::read(root().join(path)).expect("the picture can be read")
}

/// The address and label that `zklens execute` prints.
fn native(file: &[u8], model: &Model) -> (String, usize) {
    let pixels = zklens_image::pixels(file, model.preprocessing()).expect("it is a picture");
    let label = model.classify(&pixels).expect("the pixels fit").label();
    (cid::of(file, CidVersion::V0).ipfs_uri(), label)
}

fn said(statement: &Statement) -> (String, usize) {
    (statement.ipfs_uri.clone(), statement.label.into())
}

/// One test for both, so that each program runs once: SP1 takes a second to start.
#[test]
fn examples_have_the_address_and_label_that_zklens_says_in_the_cycles_of_the_snapshot() {
    let mut cycles = BTreeMap::new();
    for (path, network) in pictures() {
        let file = fs::read(&path).expect("the picture can be read");
        let expected = native(&file, &model(network));
        let executed = worker()
            .execute(program(network), vec![file], |_| ())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(said(&executed.statement), expected, "{}", path.display());
        let name = path.file_name().expect("a file has a name");
        cycles.insert(
            name.to_string_lossy().into_owned(),
            executed.execution.cycles,
        );
    }
    let counted = serde_json::to_string_pretty(&cycles).expect("it can be written") + "\n";
    let snapshot = root().join("snapshots/sp1_cycles.json");
    if std::env::var_os("SNAPSHOT").is_some_and(|value| value == "write") {
        fs::write(&snapshot, &counted).expect("the snapshot can be written");
    }
    let stored = fs::read_to_string(&snapshot).expect("there is a snapshot");
    assert_eq!(
        stored, counted,
        "write it with SNAPSHOT=write, and review the difference"
    );
}

#[test]
fn the_program_for_all_networks_says_which_it_ran() {
    for (path, network) in [
        ("examples/fashion/7_sneaker.jpg", "fashion-mlp"),
        ("examples/mnist/digit_7.png", "mnist-cnn"),
    ] {
        let file = picture(path);
        let model = model(network);
        let inputs = vec![file.clone(), model.encode()];
        let executed = worker()
            .execute(program(Program::ANY_MODEL), inputs, |_| ())
            .expect("it runs");
        assert_eq!(said(&executed.statement), native(&file, &model));
        assert_eq!(executed.statement.network, Network::Digest(model.digest()));
    }
}

#[test]
fn other_formats_and_files_of_several_blocks_are_read() {
    let folder = "crates/image/tests/files";
    let mut files: Vec<_> = [
        "lossy.webp",
        "animated.webp",
        "small.gif",
        "small.bmp",
        "cmyk.jpg",
        "palette.png",
        "progressive.jpg",
        "grey.jpg",
    ]
    .map(|name| picture(&format!("{folder}/{name}")))
    .to_vec();
    // Bytes after the end of a JPEG belong to the file, but not to the picture.
    let mut long = picture("examples/fashion/2_pullover.jpg");
    long.resize(700_000, 7);
    files.push(long);
    for file in files {
        let executed = worker()
            .execute(program("fashion-mlp"), vec![file.clone()], |_| ())
            .expect("it runs");
        assert_eq!(
            said(&executed.statement),
            native(&file, &model("fashion-mlp"))
        );
    }
}

/// Files that cannot be decoded, each with some words of its error.
fn malformed() -> Vec<(Vec<u8>, &'static str)> {
    let jpeg = picture("examples/fashion/7_sneaker.jpg");
    let png = picture("examples/fashion/3_dress.png");
    let mut corrupt = png.clone();
    corrupt[5_000] ^= 1;
    vec![
        (Vec::new(), "empty"),
        (b"hello".to_vec(), "no image format"),
        (jpeg[..jpeg.len() / 2].to_vec(), "truncated"),
        (png[..png.len() / 2].to_vec(), "truncated"),
        (corrupt, "PNG file is damaged"),
        (b"%PDF-1.7".to_vec(), "PDF"),
    ]
}

#[test]
fn malformed_files_are_refused_in_the_words_of_zklens_and_never_proved() {
    for (file, word) in malformed() {
        let expected = zklens_image::decode(&file)
            .expect_err("it is no picture")
            .to_string();
        assert!(expected.contains(word), "{expected}");
        let run = worker().execute(program("fashion-mlp"), vec![file.clone()], |_| ());
        let proof = worker().prove(
            program("fashion-mlp"),
            vec![file],
            System::Compressed,
            Prover::Mock,
            |_| (),
        );
        for error in [
            run.expect_err("it is refused"),
            proof.expect_err("it is refused"),
        ] {
            assert_eq!(kind(&error), Some(FailureKind::Input));
            assert!(
                error.to_string().contains(&expected),
                "{error} lacks {expected}"
            );
        }
    }
}

#[test]
fn malformed_models_are_refused() {
    let mut file = model("mnist-cnn").encode();
    file[1_000] ^= 1;
    let inputs = vec![picture("examples/mnist/digit_7.png"), file];
    let error = worker()
        .execute(program(Program::ANY_MODEL), inputs, |_| ())
        .expect_err("it is refused");
    assert_eq!(kind(&error), Some(FailureKind::Input));
    assert!(error.to_string().contains("corrupt"), "{error}");
}

fn kind(error: &WorkerError) -> Option<FailureKind> {
    match error {
        WorkerError::Failed(failure) => Some(failure.kind),
        _ => None,
    }
}

#[test]
fn a_mock_runs_the_program_and_proves_nothing() {
    let file = picture("examples/fashion/7_sneaker.jpg");
    for system in [
        System::Core,
        System::Compressed,
        System::Groth16,
        System::Plonk,
    ] {
        let proved = worker()
            .prove(
                program("fashion-mlp"),
                vec![file.clone()],
                system,
                Prover::Mock,
                |_| (),
            )
            .expect("it runs");
        assert_eq!(
            said(&proved.statement),
            native(&file, &model("fashion-mlp"))
        );
        assert!(matches!(
            verify(&proved.file, || Ok(worker())),
            Err(VerifyError::Mock)
        ));
        // The proof stays false if the file does not say that it is a mock proof.
        let unmarked = ProofFile {
            mock: false,
            ..proved.file
        };
        let verdict = verify(&unmarked, || Ok(worker()));
        assert!(
            matches!(verdict, Err(VerifyError::False { .. })),
            "{verdict:?}"
        );
    }
}

/// Contracts and proofs name a program by its key. Only this test shows that the key is the
/// program's.
#[test]
fn keys_are_those_of_the_programs() {
    for program in Program::all() {
        let key = worker().key(program, |_| ()).expect("SP1 makes a key");
        assert_eq!(key, program.vkey, "{}", program.name);
    }
}

/// A compressed proof of the first program for `fashion-mlp`, which others have replaced. `make test-sp1-prove` makes such a
/// proof with the current one.
fn golden() -> ProofFile {
    let file = fs::read(root().join("vectors/sp1/7_sneaker.sp1")).expect("there is a proof");
    ProofFile::decode(&file).expect("it is a proof file")
}

#[test]
fn a_real_proof_is_true() {
    let verified = verify(&golden(), || Ok(worker())).expect("it is true");
    let file = picture("examples/fashion/7_sneaker.jpg");
    assert_eq!(
        said(verified.statement()),
        native(&file, &model("fashion-mlp"))
    );
}

#[test]
fn a_real_proof_is_false_of_anything_else() {
    let refused = |what: &str, file: &ProofFile| {
        let verdict = verify(file, || Ok(worker()));
        assert!(
            matches!(verdict, Err(VerifyError::False { .. })),
            "{what}: {verdict:?}"
        );
    };
    let golden = golden();
    let mut label = golden.clone();
    // The last byte of the third word holds the label.
    label.public_values[95] = 8;
    refused("another label", &label);

    let mut address = golden.clone();
    let at = address.public_values.len() - 20;
    address.public_values[at] = if address.public_values[at] == b'A' {
        b'B'
    } else {
        b'A'
    };
    refused("another address", &address);

    let mut other = golden.clone();
    other.vkey = program("mnist-cnn").vkey;
    refused("another program", &other);

    refused(
        "another kind",
        &ProofFile {
            system: System::Core,
            ..golden.clone()
        },
    );

    let len = golden.proof.len();
    for at in (0..8).map(|part| part * len / 8 + 17) {
        let mut flipped = golden.clone();
        flipped.proof[at] ^= 1;
        refused(&format!("byte {at} of {len}"), &flipped);
    }
    let mut short = golden.clone();
    short.proof.truncate(len - 1);
    refused("a byte less", &short);
    let mut long = golden;
    long.proof.push(0);
    refused("a byte more", &long);
}

#[test]
fn the_prover_network_wants_a_key() {
    // Tests run without the variable. With it, the test would use somebody's account, so it stops.
    if std::env::var_os("NETWORK_PRIVATE_KEY").is_some() {
        return;
    }
    let file = picture("examples/fashion/7_sneaker.jpg");
    let result = worker().prove(
        program("fashion-mlp"),
        vec![file],
        System::Groth16,
        Prover::Network,
        |_| (),
    );
    let error = result.expect_err("nobody pays");
    if cfg!(feature = "network") {
        assert_eq!(kind(&error), Some(FailureKind::Network));
        assert!(error.to_string().contains("NETWORK_PRIVATE_KEY"), "{error}");
    } else {
        assert_eq!(kind(&error), Some(FailureKind::Machine));
    }
}
