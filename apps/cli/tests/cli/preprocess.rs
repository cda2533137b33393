//! The options of `zklens import` for preparing pictures, and their effect on other commands.

use crate::support::{Folder, errors, failure, json, root, zklens};

const NETWORK: &str = "crates/onnx/tests/graphs/residual.onnx";

fn import<'a>(model: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["import", NETWORK, "--calibration", "examples/fashion"];
    arguments.extend(["--labels", "a,b,c,d,e", "-o", model, "--force"]);
    arguments.extend(more);
    arguments
}

#[test]
fn pictures_are_prepared_as_the_options_say() {
    let folder = Folder::new();
    let model = folder.path("net.zkl");
    let imagenet = "less [0.485, 0.456, 0.406] and divided by [0.229, 0.224, 0.225]";
    let unit = "0…1: divided by 255";
    for (options, input, pixels) in [
        ("", "nearest neighbour", [unit, ""]),
        ("--resize area", "area average", [unit, ""]),
        ("--upright", "turned upright, nearest neighbour", [unit, ""]),
        ("--crop", "centre crop, nearest neighbour", [unit, ""]),
        (
            "--border 224/256 --mean 1",
            "centre crop to 7/8, nearest neighbour",
            [unit, "[1.0]"],
        ),
        (
            "--preprocess imagenet",
            "turned upright, centre crop to 7/8, area average",
            [unit, imagenet],
        ),
        (
            "--preprocess imagenet --pixel-range byte --mean 127 --std 128",
            "turned upright, centre crop to 7/8, area average",
            ["0…255", "less [127.0] and divided by [128.0]"],
        ),
        (
            "--preprocess imagenet --upright=false --border 1/1 --resize nearest --invert",
            "centre crop, nearest neighbour, inverted",
            [unit, imagenet],
        ),
        (
            "--preprocess imagenet --upright=false --crop=false --resize box --std 1",
            "box average",
            [unit, "less [0.485, 0.456, 0.406] and divided by [1.0]"],
        ),
    ] {
        let options: Vec<&str> = options.split_whitespace().collect();
        let mut arguments = import(&model, &options);
        arguments.push("--json");
        let written = json(&arguments);
        let input = format!("12×12 RGB, {input}");
        assert_eq!(written["input"], input, "{options:?}");
        let said = written["report"]["pixels"].as_str().unwrap();
        for part in pixels {
            assert!(said.contains(part), "{options:?}: {said}");
        }
        assert_eq!(json(&["inspect", "--json", &model])["input"], input);
    }
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    let folder = Folder::new();
    let model = folder.path("net.zkl");
    for (options, cause) in [
        (
            "--resize box --crop",
            "--resize box: it takes whole pictures as they are stored",
        ),
        (
            "--resize box --upright",
            "`--resize area` takes crops and upright pictures",
        ),
        (
            "--preprocess imagenet --resize box",
            "--resize box: it takes whole pictures",
        ),
        (
            "--crop=false --border 7/8",
            "--border: there is nothing to keep a part of",
        ),
        (
            "--border 256/224",
            "expected the part that is kept, as in 224/256",
        ),
        ("--border 0/1", "expected the part that is kept"),
        ("--border 7", "expected the part that is kept"),
        ("--border 1/65536", "expected the part that is kept"),
        ("--preprocess cifar", "imagenet"),
    ] {
        let options: Vec<&str> = options.split_whitespace().collect();
        let said = failure(2, &import(&model, &options));
        assert!(said.contains(cause), "{options:?}: {said}");
    }
}

/// A PNG file with EXIF data after its header: orientation 3, upside down.
fn turned(png: &[u8]) -> Vec<u8> {
    let header = 8 + 25;
    let tiff = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0\0\0\0\0";
    let length = (tiff.len() as u32).to_be_bytes();
    let sum = [0x84, 0x5f, 0x64, 0xce];
    [&png[..header], &length, b"eXIf", tiff, &sum, &png[header..]].concat()
}

#[test]
fn a_network_for_upright_pictures_sees_them_as_viewers_do() {
    let folder = Folder::new();
    let stored = std::fs::read(root().join("examples/fashion/3_dress.png")).unwrap();
    let [plain, turned] = [
        ("plain.png", stored.clone()),
        ("turned.png", turned(&stored)),
    ]
    .map(|(name, bytes)| folder.write(name, &bytes));
    let models = [("stored", None), ("upright", Some("--upright"))].map(|(name, option)| {
        let model = folder.path(&format!("{name}.zkl"));
        let options = Vec::from_iter(option);
        let output = zklens(&import(&model, &options));
        assert!(output.status.success(), "{}", errors(&output));
        model
    });
    let [of_stored, of_upright] = models.map(|model| {
        [&plain, &turned].map(|file| {
            let output = zklens(&["execute", "--json", "-m", &model, "--input-image", file]);
            assert!(output.status.success(), "{}", errors(&output));
            let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            let has_note = errors(&output).contains("EXIF orientation 3");
            (
                answer["label"].clone(),
                answer["runnerUp"].clone(),
                has_note,
            )
        })
    });
    let [plain, turned] = of_stored;
    assert_eq!((&plain.0, &plain.1), (&turned.0, &turned.1));
    assert_eq!((plain.2, turned.2), (false, true));
    let [upright, turned] = of_upright;
    assert_eq!(upright, plain);
    assert_ne!(upright.1, turned.1, "upside down, the margin is another");
    assert!(!turned.2);
}
