//! A long proof: its progress, and the files that Ctrl-C and SIGKILL leave behind.

use crate::support::{Folder, errors, root, zklens};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const IMAGE: &str = "examples/mnist/digit_1.png";
const PATIENCE: Duration = Duration::from_secs(60);

/// The arguments of a proof that takes seconds.
fn prove<'a>(output: &'a str, options: &[&'a str]) -> Vec<&'a str> {
    let begin = ["prove", "-m", "mnist-cnn", "-o", output];
    [&begin[..], options, &[IMAGE; 64]].concat()
}

#[test]
fn a_long_proof_tells_of_its_stages_unless_it_is_quiet() {
    let folder = Folder::new();
    let told = zklens(&prove(&folder.path("told.zkp"), &[]));
    assert!(told.status.success(), "{}", errors(&told));
    let lines = errors(&told);
    let lines: Vec<&str> = lines.lines().collect();
    let stages = [
        "running the network",
        "committing to its values",
        "looking up every byte",
        "summing up all rules",
        "opening the commitments",
    ];
    assert_eq!(lines.len(), stages.len(), "{lines:?}");
    assert_eq!(lines[0], "  0 % running the network");
    for (line, stage) in lines.iter().zip(stages) {
        assert!(line.contains(&format!(" % {stage}")), "{line}");
    }
    assert!(lines[4].ends_with(" left"), "{lines:?}");
    for option in ["--quiet", "-q", "--json"] {
        let output = folder.path(&format!("{option}.zkp"));
        let quiet = zklens(&prove(&output, &[option]));
        assert!(quiet.status.success());
        assert_eq!(errors(&quiet), "", "{option}");
    }
}

#[test]
fn a_short_proof_is_made_without_such_lines() {
    let folder = Folder::new();
    let output = folder.path("short.zkp");
    let short = zklens(&["prove", "-m", "mnist-cnn", IMAGE, "-o", &output]);
    assert!(short.status.success());
    assert_eq!(errors(&short), "");
}

/// A proof in a process of its own.
struct Running {
    child: Child,
    errors: BufReader<ChildStderr>,
}

impl Running {
    fn new(output: &str, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_zklens"))
            .args(prove(output, options))
            .current_dir(root())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        Self { child, errors }
    }

    /// Waits until it says that it is in a stage, and not in the first one.
    fn wait_for_stage(&mut self) {
        let mut line = String::new();
        while !line.contains("committing") {
            line.clear();
            assert!(self.errors.read_line(&mut line).unwrap() > 0, "no stage");
        }
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Its end, and the rest of what it printed.
    fn end(mut self) -> (ExitStatus, String, String) {
        let status = self.child.wait().unwrap();
        let [mut said, mut told] = [(); 2].map(|()| String::new());
        self.child
            .stdout
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        self.errors.read_to_string(&mut told).unwrap();
        (status, said, told)
    }
}

/// The names of all files in a folder.
fn left(folder: &Folder) -> Vec<String> {
    let files = std::fs::read_dir(folder.path("")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_a_proof_with_one_sentence_and_leaves_nothing() {
    let folder = Folder::new();
    let mut running = Running::new(&folder.path("never.zkp"), &[]);
    running.wait_for_stage();
    running.signal("-INT");
    let (status, said, told) = running.end();
    assert_eq!(status.code(), Some(130), "{told}");
    assert_eq!(said, "");
    let last = told.lines().last().unwrap();
    assert_eq!(last, "error: interrupted; no proof was written");
    assert_eq!(left(&folder), [""; 0]);
}

#[test]
#[cfg(unix)]
fn a_proof_that_is_killed_leaves_nothing() {
    use std::os::unix::process::ExitStatusExt;

    let folder = Folder::new();
    let old = folder.write("old.zkp", b"old");
    let mut running = Running::new(&old, &["--force"]);
    running.wait_for_stage();
    running.signal("-KILL");
    let (status, said, _) = running.end();
    assert_eq!(status.signal(), Some(9));
    assert_eq!(said, "");
    assert_eq!(left(&folder), ["old.zkp"]);
    assert_eq!(std::fs::read(old).unwrap(), b"old");
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_before_the_proof_begins_is_told_in_json_too() {
    let folder = Folder::new();
    let running = Running::new(&folder.path("never.zkp"), &["--json"]);
    let started = Instant::now();
    while !catches_interrupts(running.child.id()) {
        assert!(started.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(1));
    }
    running.signal("-INT");
    let (status, said, told) = running.end();
    assert_eq!(status.code(), Some(130), "{told}");
    let answer: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(answer["error"]["kind"], "interrupted");
    assert_eq!(answer["error"]["exitCode"], 130);
    assert_eq!(told, "error: interrupted; no proof was written\n");
    assert_eq!(left(&folder), [""; 0]);
}

#[cfg(target_os = "linux")]
/// Whether a process has a handler for SIGINT, as Linux tells.
fn catches_interrupts(id: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = u64::from_str_radix(caught.unwrap().trim(), 16).unwrap();
    caught & 0b10 != 0
}
