//! `zklens verify` on what it has to refuse.

use crate::support::{Folder, errors, failure, json, text, zklens};
use zklens_verifier::{InputOpening, ProofFile};

const IMAGE: &str = "examples/mnist/digit_5.png";
const CONTEXT: &str = "c0ffee00000000000000000000000000000000000000000000000000000000c0";

/// A proof about `IMAGE` for `CONTEXT`.
fn proof(folder: &Folder, options: &[&str]) -> String {
    let proof = folder.path("digit.zkp");
    let prove = [
        "prove",
        "--json",
        "-m",
        "mnist-cnn",
        "-i",
        IMAGE,
        "--context",
        CONTEXT,
        "-o",
        &proof,
    ];
    json(&[&prove[..], options].concat());
    proof
}

#[test]
fn tells_the_right_image_from_a_wrong_one() {
    let folder = Folder::new();
    let proof = proof(&folder, &["--public"]);
    let printed = text(&zklens(&["verify", &proof, "-i", IMAGE]));
    let cid = text(&zklens(&["cid", IMAGE]));
    assert!(
        printed.contains(&format!("ipfs://{}", cid.trim())),
        "{printed}"
    );
    assert!(
        printed.contains("whose pixels were classified"),
        "{printed}"
    );
    let errors = failure(5, &["verify", &proof, "-i", "examples/mnist/digit_6.png"]);
    assert!(
        errors.contains("digit_6.png: these are not the pixels of image 1 of the proof"),
        "{errors}"
    );
    let printed = text(&zklens(&["verify", &proof]));
    assert!(
        printed.contains("not compared; the file carries an opening: give --input-image"),
        "{printed}"
    );
}

/// Whether an opening opens anything, only the image tells; whether it has enough values, the file does.
#[test]
fn says_no_more_of_an_opening_than_was_checked() {
    let folder = Folder::new();
    let file = std::fs::read(proof(&folder, &["--public"])).unwrap();
    let decoded = ProofFile::decode(&file).unwrap();
    let with = |name, blindings: Vec<_>| {
        let opening = Some(InputOpening { blindings });
        let changed = ProofFile {
            opening,
            ..decoded.clone()
        };
        folder.write(name, &changed.encode())
    };
    let mut blindings = decoded.opening.clone().unwrap().blindings;
    let first = blindings[0];
    blindings[0] = first + first;
    let other = with("other.zkp", blindings.clone());
    let verified = json(&["verify", "--json", &other]);
    assert_eq!(verified["images"][0]["shown"], "notCompared");
    failure(5, &["verify", &other, "-i", IMAGE]);
    let inspected = text(&zklens(&["inspect", &other]));
    assert!(inspected.contains("inside, not checked"), "{inspected}");
    assert_eq!(json(&["inspect", "--json", &other])["openingFits"], true);

    blindings.push(blindings[0]);
    let long = with("long.zkp", blindings);
    let verified = json(&["verify", "--json", &long]);
    assert_eq!(verified["images"][0]["shown"], "broken");
    let printed = text(&zklens(&["verify", &long]));
    assert!(printed.contains("does not fit the proof"), "{printed}");
    failure(5, &["verify", &long, "-i", IMAGE]);
    assert_eq!(json(&["inspect", "--json", &long])["openingFits"], false);
    let inspected = text(&zklens(&["inspect", &long]));
    assert!(inspected.contains("inside, but broken"), "{inspected}");
}

#[test]
fn a_hidden_image_cannot_be_compared() {
    let folder = Folder::new();
    let errors = failure(5, &["verify", &proof(&folder, &[]), "-i", IMAGE]);
    assert!(
        errors.contains("has no opening ") && errors.contains("prove --public"),
        "{errors}"
    );
}

#[test]
fn every_flipped_byte_is_refused() {
    let folder = Folder::new();
    let file = std::fs::read(proof(&folder, &[])).unwrap();
    for place in (0..file.len()).step_by(file.len() / 24) {
        let mut broken = file.clone();
        broken[place] ^= 4;
        let broken = folder.write("broken.zkp", &broken);
        let output = zklens(&["verify", &broken, "-m", "mnist-cnn"]);
        let code = output.status.code();
        assert!(
            matches!(code, Some(1 | 5)),
            "byte {place}: {code:?} {}",
            errors(&output)
        );
    }
}

#[test]
fn a_false_proof_is_not_an_unreadable_file() {
    let folder = Folder::new();
    let mut file = std::fs::read(proof(&folder, &[])).unwrap();
    // The context ends before the input's point; label and context stand right after the model id.
    let context = file
        .windows(3)
        .position(|bytes| bytes == [0xc0, 0xff, 0xee])
        .unwrap();
    file[context] ^= 1;
    let changed = folder.write("changed.zkp", &file);
    let errors = failure(5, &["verify", &changed]);
    assert!(errors.contains("the proof is false"), "{errors}");
    file.pop();
    let truncated = folder.write("truncated.zkp", &file);
    assert!(failure(1, &["verify", &truncated]).contains("truncated"));
    assert!(failure(1, &["verify", "README.md"]).contains("`zklens prove` writes"));
    assert!(failure(1, &["verify", "nowhere.zkp"]).contains("No such file"));
}

#[test]
fn compares_the_context_if_asked() {
    let folder = Folder::new();
    let proof = proof(&folder, &[]);
    let upper = CONTEXT.to_uppercase();
    let verified = json(&["verify", "--json", &proof, "--context", &upper]);
    assert_eq!(verified["contextChecked"], true);
    assert_eq!(verified["context"], format!("0x{CONTEXT}"));
    let other = "0".repeat(64);
    let output = zklens(&["verify", "--json", &proof, "--context", &other]);
    assert_eq!(output.status.code(), Some(5));
    let refused: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
    assert_eq!(refused["verified"], false);
    assert_eq!(refused["error"]["kind"], "refused");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("made for a different context"),
        "{message}"
    );
    let printed = text(&zklens(&["verify", &proof]));
    assert!(printed.contains("not compared; see --context"), "{printed}");
}

#[test]
fn a_proof_about_another_model_is_refused() {
    let folder = Folder::new();
    let errors = failure(5, &["verify", &proof(&folder, &[]), "-m", "fashion-mlp"]);
    assert!(
        errors.contains("is about model") && errors.contains("not about fashion-mlp"),
        "{errors}"
    );
}

#[test]
fn an_unknown_model_id_says_what_to_give() {
    let folder = Folder::new();
    let mut file = std::fs::read(proof(&folder, &[])).unwrap();
    // After `ZKLP` and the version.
    file[6] ^= 1;
    let errors = failure(3, &["verify", &folder.write("unknown.zkp", &file)]);
    assert!(
        errors.contains("--model NET.zkl") && errors.contains("--key NET.zkk"),
        "{errors}"
    );
}

#[test]
fn a_model_file_verifies_as_the_shipped_one() {
    let folder = Folder::new();
    let verified = json(&[
        "verify",
        "--json",
        &proof(&folder, &[]),
        "-m",
        "models/mnist-cnn.zkl",
    ]);
    assert_eq!(verified["modelKnownBy"], "model");
}
