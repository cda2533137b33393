//! `zklens setup`.

use crate::support::{Folder, errors, failure, json, text, zklens};
use zklens_testkit::ceremony::Ceremony;

const DIGEST: &str = "fb7b969978a4f2a6bbcad4515899d9f09e92a17f0efb17f70dc6ebbf9b343baa";

#[test]
fn the_shipped_setup_is_what_it_says() {
    let output = zklens(&["setup", "verify"]);
    assert!(output.status.success(), "{}", errors(&output));
    let text = text(&output);
    for part in ["Ignition", "16384", DIGEST] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn imports_a_ceremony_and_checks_it_again() {
    let folder = Folder::new();
    let ptau = folder.write("small.ptau", &Ceremony::new(3).encode());
    let setup = folder.path("small.zks");
    let import = [
        "setup",
        "import",
        &ptau,
        "-o",
        &setup,
        "--json",
        "--log-columns",
        "3",
    ];
    let imported = zklens(&import);
    assert!(imported.status.success(), "{}", errors(&imported));
    let imported: serde_json::Value = serde_json::from_str(&text(&imported)).unwrap();
    assert_eq!(imported["powers"], 9);
    let verified = zklens(&["setup", "verify", &setup, "--json"]);
    let verified: serde_json::Value = serde_json::from_str(&text(&verified)).unwrap();
    assert_eq!(
        (&verified["verified"], &verified["powers"]),
        (&true.into(), &9.into())
    );
    assert_eq!(verified["digest"], imported["digest"]);
    assert_ne!(verified["digest"], DIGEST);
}

#[test]
fn a_ceremony_that_is_too_small_says_what_to_do() {
    let folder = Folder::new();
    let ptau = folder.write("small.ptau", &Ceremony::new(3).encode());
    let output = zklens(&["setup", "import", &ptau, "-o", &folder.path("small.zks")]);
    assert_eq!(output.status.code(), Some(1));
    let errors = errors(&output);
    assert!(
        errors.contains("expected at least 16385 powers of τ, got 15"),
        "{errors}"
    );
    assert!(errors.contains("--log-columns"), "{errors}");
}

#[test]
fn a_ceremony_with_a_wrong_power_is_refused_and_not_written() {
    let folder = Folder::new();
    let mut ceremony = Ceremony::new(3);
    // The generator in place of τ³.
    ceremony.section(2).copy_within(0..64, 3 * 64);
    let ptau = folder.write("wrong.ptau", &ceremony.encode());
    let setup = folder.path("wrong.zks");
    let output = zklens(&["setup", "import", &ptau, "-o", &setup, "--log-columns", "2"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(
        errors(&output).contains("does not hold the powers"),
        "{}",
        errors(&output)
    );
    assert!(!std::path::Path::new(&setup).exists());
}

#[test]
fn a_setup_file_with_a_flipped_byte_is_refused() {
    let folder = Folder::new();
    let ptau = folder.write("small.ptau", &Ceremony::new(3).encode());
    let setup = folder.path("small.zks");
    zklens(&["setup", "import", &ptau, "-o", &setup, "--log-columns", "3"]);
    let file = std::fs::read(&setup).unwrap();
    for place in [0, 4, 10, 200, file.len() - 1] {
        let mut broken = file.clone();
        broken[place] ^= 1;
        let broken = folder.write("broken.zks", &broken);
        let output = zklens(&["setup", "verify", &broken]);
        assert_eq!(output.status.code(), Some(1), "byte {place}");
    }
}

#[test]
fn a_setup_that_is_too_short_for_the_model_is_refused() {
    let folder = Folder::new();
    let ptau = folder.write("small.ptau", &Ceremony::new(3).encode());
    let setup = folder.path("small.zks");
    zklens(&["setup", "import", &ptau, "-o", &setup, "--log-columns", "3"]);
    let output = zklens(&["keygen", "--setup", &setup, "-o", &folder.path("net.zkk")]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        errors(&output).contains("--log-columns"),
        "{}",
        errors(&output)
    );
}

#[test]
fn proofs_on_another_setup_need_it_to_be_verified() {
    let folder = Folder::new();
    let ptau = folder.write("ceremony.ptau", &Ceremony::new(13).encode());
    let (setup, proof) = (folder.path("other.zks"), folder.path("digit.zkp"));
    json(&[
        "setup",
        "import",
        "--json",
        &ptau,
        "-o",
        &setup,
        "--log-columns",
        "13",
    ]);
    let prove = [
        "prove",
        "--json",
        "-m",
        "mnist-cnn",
        "-i",
        "examples/mnist/digit_0.png",
    ];
    let proved = json(&[&prove[..], &["--setup", &setup, "-o", &proof]].concat());
    let verified = json(&["verify", "--json", "--setup", &setup, &proof]);
    assert_eq!(verified["modelId"], proved["modelId"]);
    let errors = failure(3, &["verify", &proof]);
    assert!(errors.contains("does not come with zklens"), "{errors}");
}

#[test]
fn a_setup_is_not_read_from_standard_input() {
    let folder = Folder::new();
    let (setup, key) = (folder.path("small.zks"), folder.path("net.zkk"));
    for arguments in [
        &["setup", "verify", "-"][..],
        &["setup", "import", "-", "-o", &setup],
        &["keygen", "--setup", "-", "-o", &key],
        &["verify", "--setup", "-", "vectors/proofs/v1/mnist-cnn.zkp"],
    ] {
        let errors = failure(2, arguments);
        assert!(
            errors.contains("-: setups and ceremonies are read from files"),
            "{errors}"
        );
    }
}
