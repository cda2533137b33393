//! `zklens prove`, and `zklens inspect` of the files that it writes.

use crate::support::{Folder, errors, failure, json, text, zklens};

const SNEAKER: &str = "examples/fashion/7_sneaker.jpg";
const CONTEXT: &str = "0x00000000000000000000000000000000000000000000000000000000000000c0";

#[test]
fn proofs_of_both_shipped_models_verify() {
    let folder = Folder::new();
    for (model, image, label, class) in [
        ("fashion-mlp", SNEAKER, 7, "Sneaker"),
        ("mnist-cnn", "examples/mnist/digit_4.png", 4, "4"),
    ] {
        let proof = folder.path(model);
        let proved = json(&["prove", "--json", "-m", model, "-i", image, "-o", &proof]);
        assert_eq!(proved["images"][0]["label"], label);
        let verified = json(&["verify", "--json", &proof]);
        assert_eq!(verified["verified"], true);
        assert_eq!(verified["model"], model);
        assert_eq!(verified["modelKnownBy"], "shipped");
        assert_eq!(verified["modelId"], proved["modelId"]);
        assert_eq!(verified["images"][0]["label"], label);
        assert_eq!(verified["images"][0]["class"], class);
        assert_eq!(verified["images"][0]["shown"], "hidden");
    }
}

#[test]
fn says_what_was_proved_and_what_stays_hidden() {
    let folder = Folder::new();
    let proof = folder.path("sneaker.zkp");
    let output = zklens(&["prove", "-v", "-i", SNEAKER, "-o", &proof]);
    let printed = text(&output);
    for part in [
        "image:    examples/fashion/7_sneaker.jpg\nlabel:    7\nclass:    Sneaker\n",
        "model:    fashion-mlp\nmodel id: ",
        "bytes\ntime:     ",
        "only someone who kept its opening can show which image it was",
    ] {
        assert!(printed.contains(part), "{printed}");
    }
    for stage in ["setup", "key", "images", "prove", "verify", "total"] {
        assert!(errors(&output).contains(stage), "{stage}");
    }
    let printed = text(&zklens(&["inspect", &proof]));
    assert!(
        printed.contains("none: only someone who kept its opening can show which image it was"),
        "{printed}"
    );
    let printed = text(&zklens(&["verify", &proof]));
    for part in [
        "The proof is true.\n",
        "image:    hidden\nlabel:    7\nclass:    Sneaker\n",
        "model:    fashion-mlp, which comes with zklens",
        "context:  none",
    ] {
        assert!(printed.contains(part), "{printed}");
    }
}

/// Each proof draws new randomness to hide the image, so comparing two files tells nothing.
#[test]
fn two_proofs_of_one_image_differ_all_over() {
    let folder = Folder::new();
    let image = "examples/mnist/digit_4.png";
    let [first, second] = ["first.zkp", "second.zkp"].map(|name| {
        let proof = folder.path(name);
        let prove = [
            "prove",
            "--json",
            "-m",
            "mnist-cnn",
            "-i",
            image,
            "-o",
            &proof,
        ];
        json(&prove);
        std::fs::read(proof).unwrap()
    });
    assert_eq!(first.len(), second.len());
    let equal = first.iter().zip(&second).filter(|(a, b)| a == b).count();
    assert!(equal < first.len() / 10, "{equal} of {}", first.len());
}

#[test]
fn a_batch_is_one_proof_in_the_order_given() {
    let folder = Folder::new();
    let proof = folder.path("two.zkp");
    let images = ["examples/mnist/digit_9.png", "examples/mnist/digit_2.png"];
    let [first, second] = images;
    json(&[
        "prove",
        "--json",
        "-m",
        "mnist-cnn",
        "--public",
        "-i",
        first,
        second,
        "-o",
        &proof,
    ]);
    let verified = json(&["verify", "--json", &proof, "-i", first, second]);
    for (index, label) in [9, 2].into_iter().enumerate() {
        let image = &verified["images"][index];
        assert_eq!(image["label"], label);
        assert_eq!(image["shown"], "compared");
        assert_eq!(image["file"], images[index]);
    }
    let errors = failure(5, &["verify", &proof, "-i", second, first]);
    assert!(
        errors.contains(
            "digit_2.png … examples/mnist/digit_9.png: these are not images 1 to 2 of the proof"
        ),
        "{errors}"
    );
    let errors = failure(2, &["verify", &proof, "-i", first]);
    assert!(
        errors.contains("about 2 images, --input-image gives 1"),
        "{errors}"
    );
}

#[test]
fn does_not_overwrite_without_force() {
    let folder = Folder::new();
    let proof = folder.write("precious.zkp", b"precious");
    let prove = [
        "prove",
        "-m",
        "mnist-cnn",
        "-i",
        "examples/mnist/digit_1.png",
        "-o",
        &proof,
    ];
    let errors = failure(4, &prove);
    assert!(
        errors.contains("exists already") && errors.contains("--force"),
        "{errors}"
    );
    assert_eq!(std::fs::read(&proof).unwrap(), b"precious");
    assert!(
        zklens(&[&prove[..], &["--force"]].concat())
            .status
            .success()
    );
    assert!(std::fs::read(&proof).unwrap().starts_with(b"ZKLP"));
    let left = std::fs::read_dir(std::path::Path::new(&proof).parent().unwrap());
    assert_eq!(left.unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn says_early_that_the_output_has_no_place() {
    let folder = Folder::new();
    let errors = failure(
        4,
        &["prove", "-i", SNEAKER, "-o", &folder.path("none/proof.zkp")],
    );
    assert!(errors.contains("there is no folder"), "{errors}");
    let errors = failure(4, &["prove", "-i", SNEAKER, "-o", &folder.path("")]);
    assert!(errors.contains("this is a folder"), "{errors}");
}

#[test]
fn one_bad_image_is_no_proof() {
    let folder = Folder::new();
    let proof = folder.path("proof.zkp");
    let errors = failure(1, &["prove", "-i", SNEAKER, "README.md", "-o", &proof]);
    assert!(
        errors.contains("README.md: this is text, not a picture"),
        "{errors}"
    );
    assert!(!std::path::Path::new(&proof).exists());
}

#[test]
fn a_context_has_64_digits() {
    let long = format!("{CONTEXT}00");
    for context in ["0xc0", "zz", "", &long] {
        let arguments = [
            "prove",
            "-i",
            SNEAKER,
            "--context",
            context,
            "-o",
            "never.zkp",
        ];
        let errors = failure(2, &arguments);
        assert!(errors.contains("expected 64 hex digits"), "{errors}");
    }
}

#[test]
fn inspect_shows_a_proof_without_verifying_it() {
    let folder = Folder::new();
    let proof = folder.path("digit.zkp");
    let image = "examples/mnist/digit_6.png";
    let prove = [
        "prove",
        "--json",
        "-m",
        "mnist-cnn",
        "-i",
        image,
        "--public",
        "--context",
        CONTEXT,
    ];
    let proved = json(&[&prove[..], &["-o", &proof]].concat());
    let inspected = json(&["inspect", "--json", &proof]);
    assert_eq!(inspected["kind"], "proof");
    assert_eq!(inspected["verified"], false);
    assert_eq!(inspected["model"], "mnist-cnn");
    assert_eq!(inspected["modelId"], proved["modelId"]);
    assert_eq!(inspected["context"], CONTEXT);
    assert_eq!(inspected["hasOpening"], true);
    assert_eq!(inspected["images"][0]["class"], "6");
    assert_eq!(inspected["fileBytes"], proved["bytes"]);
    let printed = text(&zklens(&["inspect", &proof]));
    for part in [
        "kind        proof",
        "label 6, 6",
        "opening     inside, not checked",
        "Nothing of this is verified",
    ] {
        assert!(printed.contains(part), "{printed}");
    }
    let model = json(&["inspect", "--json", "mnist-cnn"]);
    assert_eq!(model["modelId"], proved["modelId"]);
}
