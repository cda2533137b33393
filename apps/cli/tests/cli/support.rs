//! Runs the built command.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Runs `zklens` in the repository's root.
pub(crate) fn zklens(arguments: &[&str]) -> Output {
    zklens_with_input(arguments, &[])
}

/// The same with `input` on standard input.
pub(crate) fn zklens_with_input(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_zklens"))
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that fails early does not read its input.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// Standard output as text.
pub(crate) fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard error as text.
pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder that vanishes.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The path of a file in it.
    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file, and gives its path.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// The JSON that a command printed; the command must have succeeded.
pub(crate) fn json(arguments: &[&str]) -> serde_json::Value {
    let output = zklens(arguments);
    assert!(output.status.success(), "{}", errors(&output));
    serde_json::from_str(&text(&output)).unwrap()
}

/// The error of a command that failed with this exit code.
pub(crate) fn failure(code: i32, arguments: &[&str]) -> String {
    let output = zklens(arguments);
    let errors = errors(&output);
    assert_eq!(output.status.code(), Some(code), "{errors}");
    errors
}
