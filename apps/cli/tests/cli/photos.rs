//! The network for photographs, and the photographs of `examples/photos`.

use crate::support::{errors, json, root, text, zklens};
use serde::Deserialize;
use std::collections::BTreeSet;

const NAME: &str = "efficientnet-lite0";

/// A row of `examples/photos/labels.json`.
#[derive(Deserialize)]
struct Photograph {
    file: String,
    cid: String,
    label: usize,
    class: String,
    verdict: String,
}

fn photographs() -> Vec<Photograph> {
    let table = std::fs::read(root().join("examples/photos/labels.json")).unwrap();
    serde_json::from_slice(&table).unwrap()
}

#[test]
fn every_photograph_has_its_label_and_cid() {
    let photographs = photographs();
    let files: Vec<String> = photographs
        .iter()
        .map(|photograph| format!("examples/photos/{}", photograph.file))
        .collect();
    let mut arguments = vec!["execute", "--json", "--model", NAME];
    arguments.extend(files.iter().map(String::as_str));
    let output = zklens(&arguments);
    assert!(output.status.success(), "{}", errors(&output));
    let printed = text(&output);
    let lines: Vec<serde_json::Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), photographs.len());
    for (line, expected) in lines.iter().zip(&photographs) {
        let file = &expected.file;
        assert_eq!(line["label"], expected.label, "{file}");
        assert_eq!(line["class"], expected.class, "{file}");
        assert_eq!(
            line["ipfsUri"],
            format!("ipfs://{}", expected.cid),
            "{file}"
        );
    }
}

#[test]
fn the_table_lists_every_photograph_and_some_on_which_the_network_is_wrong() {
    let photographs = photographs();
    let listed: BTreeSet<_> = photographs.iter().map(|p| p.file.clone()).collect();
    let found: BTreeSet<_> = std::fs::read_dir(root().join("examples/photos"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".jpg") || name.ends_with(".png"))
        .collect();
    assert_eq!(listed, found);
    let verdicts: BTreeSet<_> = photographs.iter().map(|p| p.verdict.as_str()).collect();
    assert_eq!(verdicts, BTreeSet::from(["right", "unsure", "wrong"]));
    let readme = std::fs::read_to_string(root().join("examples/photos/README.md")).unwrap();
    for Photograph { file, class, .. } in &photographs {
        let row = readme
            .lines()
            .find(|line| line.contains(&format!("]({file})")));
        assert!(row.unwrap().contains(class), "{file}");
    }
}

#[test]
fn the_list_of_models_has_it_with_a_few_of_its_classes() {
    let listed = text(&zklens(&["models"]));
    let (_, entry) = listed.split_once(NAME).unwrap();
    assert!(entry.contains("input    224×224"), "{entry}");
    assert!(entry.contains("tench, goldfish"), "{entry}");
    assert!(entry.contains("(1000 in all)"), "{entry}");
    assert!(entry.contains("`zklens inspect` derives it"), "{entry}");
}

#[test]
fn its_card_and_its_reports_are_about_the_network_that_is_shipped() {
    let model = zklens_models::find(NAME).unwrap();
    let decoded = model.decode().unwrap();
    let digest: String = decoded
        .digest()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert!(model.card.contains(&digest), "{NAME}.md");
    for report in ["import", "agreement"] {
        let path = root().join(format!("models/{NAME}.{report}.json"));
        let report: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!(report["digest"], digest.as_str(), "{report}");
    }
    assert!(model.file.len() <= 6_600_000, "{} bytes", model.file.len());
    let executed = json(&[
        "execute",
        "--json",
        "--model",
        NAME,
        "examples/photos/coffee.jpg",
    ]);
    assert_eq!(executed["modelDigest"], digest.as_str());
}
