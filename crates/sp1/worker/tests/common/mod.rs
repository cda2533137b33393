//! The examples, and what is counted of them.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use zklens_sp1::{Program, Worker};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

pub fn snapshot_path() -> PathBuf {
    root().join("snapshots/sp1_cycles.json")
}

/// Each picture that is measured, and the network that sees it: all examples, and a PNG as large as photographs are.
pub fn pictures() -> Vec<(PathBuf, &'static str)> {
    let folders = [
        ("examples/fashion", "fashion-mlp"),
        ("examples/mnist", "mnist-cnn"),
        ("crates/sp1/worker/tests/files", "fashion-mlp"),
    ];
    let mut pictures = Vec::new();
    for (folder, network) in folders {
        let files = fs::read_dir(root().join(folder)).expect("the folder is there");
        let mut files: Vec<_> = files
            .map(|file| file.expect("it can be read").path())
            .collect();
        files.retain(|file| file.extension().is_some_and(|e| e == "jpg" || e == "png"));
        files.sort();
        pictures.extend(files.into_iter().map(|file| (file, network)));
    }
    pictures
}

pub fn name(path: &Path) -> String {
    path.file_name()
        .expect("a file has a name")
        .to_string_lossy()
        .into_owned()
}

pub fn program(name: &str) -> &'static Program {
    Program::find(name).expect("the program is listed")
}

/// `snapshots/sp1_cycles.json`: cycles by file.
pub fn cycles(worker: &Worker) -> String {
    let count = |(path, network): (PathBuf, &str)| {
        let file = fs::read(&path).expect("the picture can be read");
        let executed = worker.execute(program(network), vec![file], |_| ());
        let executed = executed.expect("the program runs");
        (name(&path), executed.execution.cycles)
    };
    let counts: BTreeMap<_, _> = pictures().into_iter().map(count).collect();
    json(&counts)
}

fn json(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("this can be written");
    text.push('\n');
    text
}
