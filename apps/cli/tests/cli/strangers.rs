//! Strangers' names reach a terminal as escapes only, and JSON still says them.

use crate::support::{Folder, errors, root, text, zklens};
use zklens_model::Model;
use zklens_testkit::models::perceptron;

/// A name that turns the line around, and one with letters that nobody sees.
const NAME: &str = "net\u{202e}ten\u{e0041}";
const CLASSES: [&str; 2] = ["cat\u{2066}\u{200b}", "dog\u{ad}\u{2028}"];

fn model() -> Vec<u8> {
    let graph = perceptron([2, 2], &[2], 1).graph().clone();
    let classes = CLASSES.map(str::to_owned).to_vec();
    Model::new(NAME, classes, graph).unwrap().encode()
}

/// The output of a command, without a hidden character.
fn printed(arguments: &[&str]) -> String {
    let output = zklens(arguments);
    let all = text(&output) + &errors(&output);
    assert_eq!(zklens_printable::printable_lines(&all), all);
    all
}

#[test]
fn names_of_models_keys_and_classes_are_escaped() {
    let folder = Folder::new();
    let model = folder.write("model.zkl", &model());
    let [key, proof] = ["model.zkk", "proof.zkp"].map(|name| folder.path(name));
    let image = "examples/mnist/digit_5.png";
    let commands: [&[&str]; 6] = [
        &["keygen", "-m", &model, "-o", &key],
        &["inspect", &model],
        &["inspect", &key],
        &["execute", "-m", &model, "-i", image, "--verbose"],
        &["prove", "-m", &model, "-i", image, "-o", &proof],
        &["verify", "--key", &key, &proof],
    ];
    for (place, command) in commands.into_iter().enumerate() {
        let all = printed(command);
        assert!(all.contains("net\\u{202e}ten\\u{e0041}"), "{all}");
        // `keygen` does not name them.
        let is_named = all.contains("cat\\u{2066}\\u{200b}") || all.contains("dog\\u{ad}\\u{2028}");
        assert!(is_named || place == 0, "{all}");
    }
}

#[test]
fn json_has_the_names_themselves_in_escapes_of_json() {
    let folder = Folder::new();
    let model = folder.write("model.zkl", &model());
    let all = printed(&["inspect", &model, "--json"]);
    assert!(all.contains("net\\u202eten\\udb40\\udc41"), "{all}");
    let json: serde_json::Value = serde_json::from_str(&all).unwrap();
    assert_eq!(json["name"], NAME);
    assert_eq!(json["classes"], serde_json::json!(CLASSES));
    let image = "examples/mnist/digit_5.png";
    let all = printed(&["execute", "-m", &model, "-i", image, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&all).unwrap();
    assert_eq!(json["model"], NAME);
}

/// A folder of images may come from a stranger.
#[test]
fn names_of_files_are_on_one_line_and_drive_no_terminal() {
    let folder = Folder::new();
    let name = "a\u{1b}[2J\u{202e}\nerror: b.png";
    let shown = "a\\u{1b}[2J\\u{202e}\\nerror: b.png";
    let image = std::fs::read(root().join("examples/mnist/digit_5.png")).unwrap();
    let right = folder.write(name, &image);
    let wrong = folder.write("c\n.png", b"no image");
    let both = folder.path("");
    for command in [
        &["execute", "-m", "mnist-cnn", "-i", &both, "--verbose"][..],
        &["cid", &right, &wrong],
    ] {
        let all = printed(command);
        assert!(all.contains(shown) && all.contains("c\\n.png"), "{all}");
    }
    let all = printed(&["execute", "-m", "mnist-cnn", "-i", &both, "--json"]);
    let first = all.lines().next().unwrap();
    let json: serde_json::Value = serde_json::from_str(first).unwrap();
    assert!(json["file"].as_str().unwrap().ends_with(name), "{json}");
}
