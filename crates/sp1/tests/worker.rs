//! [`Worker`] against workers of every kind, most of them bad. `stand-in.sh` plays their part.

#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};
use zklens_sp1::protocol::{
    Bytes, Execution, Failure, FailureKind, Message, Proof, Prover, Request, System, Task, VERSION,
};
use zklens_sp1::{Executed, Program, VerifyError, Worker, WorkerError, verify};
use zklens_sp1_program::PublicValues;

const ADDRESS: &str = "ipfs://QmWjtPo46BPrRdWQTPgXVbet1mwa29XrzznEWnVBgqUX9V";

/// A worker in a temporary folder.
struct StandIn(tempfile::TempDir);

impl StandIn {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand-in.sh");
        symlink(script, folder.path().join("worker")).unwrap();
        Self(folder)
    }

    /// A worker that runs these lines of shell.
    fn that_does(behaviour: &str) -> Self {
        let stand_in = Self::new();
        stand_in.write("behaviour", behaviour);
        stand_in
    }

    /// Sets the lines with which it answers a task.
    fn answer(self, task: &str, messages: &[Message]) -> Self {
        let lines = messages.iter().map(line);
        self.write(task, &lines.collect::<String>());
        self
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    fn asked(&self, task: &str) -> Request {
        serde_json::from_str(&self.read(&format!("asked-{task}"))).unwrap()
    }

    fn worker(&self) -> Worker {
        Worker::at(self.0.path().join("worker"))
    }

    fn execute(&self) -> Result<Executed, WorkerError> {
        self.worker()
            .execute(program(), vec![b"image".to_vec()], |_| ())
    }
}

fn line(message: &Message) -> String {
    format!("{}\n", serde_json::to_string(message).unwrap())
}

fn program() -> &'static Program {
    Program::find("fashion-mlp").unwrap()
}

fn execution() -> Execution {
    let values = PublicValues {
        ipfs_uri: ADDRESS.into(),
        label: 7,
    };
    Execution {
        public_values: Bytes(values.encode()),
        cycles: 1_234_567,
        gas: Some(8),
        stages: [("pixels".into(), 9)].into(),
    }
}

fn proof() -> Proof {
    Proof {
        execution: execution(),
        vkey: Bytes(program().vkey.to_vec()),
        bytes: Bytes(b"proof".to_vec()),
    }
}

fn key() -> Message {
    Message::Key(Bytes(program().vkey.to_vec()))
}

/// The text of an error, followed by its help.
fn text(error: &WorkerError) -> String {
    format!("{error}\n{}", error.help().unwrap_or_default())
}

#[test]
fn tells_what_a_program_said_and_what_it_took() {
    let progress = ["starting", "running"].map(|text| Message::Progress(text.into()));
    let stand_in = StandIn::new().answer(
        "execute",
        &[&progress[..], &[Message::Executed(execution())]].concat(),
    );
    let mut heard = Vec::new();
    let inputs = vec![b"image".to_vec(), b"model".to_vec()];
    let executed = stand_in
        .worker()
        .execute(program(), inputs, |text| heard.push(text.to_owned()))
        .unwrap();
    assert_eq!(heard, ["starting", "running"]);
    assert_eq!(executed.statement.label, 7);
    assert_eq!(executed.statement.ipfs_uri, ADDRESS);
    assert_eq!(executed.execution, execution());
    let inputs = ["image", "model"].map(|text| Bytes(text.into())).to_vec();
    let expected = Request {
        version: VERSION,
        program: "fashion-mlp".into(),
        vkey: Bytes(program().vkey.to_vec()),
        task: Task::Execute { inputs },
    };
    assert_eq!(stand_in.asked("execute"), expected);
}

#[test]
fn a_proof_becomes_a_file() {
    let stand_in = StandIn::new().answer("prove", &[Message::Proved(proof())]);
    let prove = |prover| {
        let worker = stand_in.worker();
        worker.prove(program(), Vec::new(), System::Core, prover, |_| ())
    };
    let file = prove(Prover::Cpu).unwrap().file;
    assert_eq!(file.vkey, program().vkey);
    assert_eq!(file.system, System::Core);
    assert_eq!(file.public_values, execution().public_values.0);
    assert_eq!(file.proof, b"proof");
    assert!(!file.mock);
    let mock = prove(Prover::Mock).unwrap().file;
    assert!(mock.mock && mock.proof.is_empty());
}

#[test]
fn core_and_compressed_proofs_are_verified_by_the_worker() {
    let proved = StandIn::new().answer("prove", &[Message::Proved(proof())]);
    for system in [System::Core, System::Compressed] {
        let worker = proved.worker();
        let proved = worker.prove(program(), Vec::new(), system, Prover::Cpu, |_| ());
        let file = proved.unwrap().file;
        let check = |answer: Message| {
            let stand_in = StandIn::new().answer("verify", &[answer]);
            (verify(&file, || Ok(stand_in.worker())), stand_in)
        };
        let (verified, stand_in) = check(Message::Verified(None));
        assert_eq!(verified.unwrap().statement().label, 7);
        let expected = Task::Verify {
            system,
            public_values: execution().public_values,
            proof: Bytes(b"proof".to_vec()),
        };
        // The request names the program by its key, since a worker would verify for a program of
        // its own.
        assert_eq!(stand_in.asked("verify").vkey.0, program().vkey);
        assert_eq!(stand_in.asked("verify").task, expected);
        let error = check(Message::Verified(Some("a bad shard".into())))
            .0
            .unwrap_err();
        assert!(matches!(&error, VerifyError::False { reason } if reason == "a bad shard"));
        // SP1's errors repeat names from the proof, which a stranger chose.
        let hostile = Message::Verified(Some("\u{1b}[2JThe proof is true.".into()));
        let error = check(hostile).0.unwrap_err().to_string();
        assert!(
            error.contains("\\u{1b}[2J") && !error.contains('\u{1b}'),
            "{error:?}"
        );
    }
}

#[test]
fn without_a_worker_nobody_knows_whether_a_core_proof_is_true() {
    let stand_in = StandIn::new().answer("prove", &[Message::Proved(proof())]);
    let worker = stand_in.worker();
    let proved = worker.prove(program(), Vec::new(), System::Core, Prover::Cpu, |_| ());
    let verified = verify(&proved.unwrap().file, || Err(WorkerError::NotFound));
    assert!(matches!(
        verified,
        Err(VerifyError::Worker(WorkerError::NotFound))
    ));
}

#[test]
fn a_worker_of_another_version_is_no_worker() {
    let other = Proof {
        vkey: Bytes(vec![1]),
        ..proof()
    };
    let stand_in = StandIn::new().answer("prove", &[Message::Proved(other)]);
    let worker = stand_in.worker();
    let error = worker.prove(program(), Vec::new(), System::Core, Prover::Cpu, |_| ());
    let text = text(&error.unwrap_err());
    assert!(
        text.contains("its program fashion-mlp has the verifying key 0x01")
            && text.contains("cargo install"),
        "{text}"
    );
}

#[test]
fn every_kind_of_failure_arrives() {
    let kinds = [
        FailureKind::Input,
        FailureKind::Network,
        FailureKind::Machine,
        FailureKind::Engine,
    ];
    for kind in kinds {
        for help in [None, Some("do this".to_owned())] {
            let failure = Failure {
                kind,
                message: "it went wrong".into(),
                help: help.clone(),
            };
            let stand_in = StandIn::new().answer("execute", &[Message::Failed(failure)]);
            let error = stand_in.execute().unwrap_err();
            assert_eq!(error.to_string(), "it went wrong");
            assert_eq!(error.is_of_input(), kind == FailureKind::Input);
            match (help, kind) {
                (Some(help), _) => assert_eq!(error.help(), Some(help)),
                // A worker with another version of the protocol may answer so.
                (None, FailureKind::Engine) => {
                    assert!(error.help().unwrap().contains("cargo install"));
                }
                (None, _) => assert_eq!(error.help(), None),
            }
        }
    }
}

#[test]
fn a_killed_worker_had_too_little_memory() {
    for behaviour in ["kill -9 $$", "read -r request; exit 137"] {
        let error = StandIn::that_does(behaviour).execute().unwrap_err();
        assert!(matches!(error, WorkerError::Killed { .. }), "{error}");
        let text = text(&error);
        assert!(text.contains("memory ran out") && text.contains("17 GB"));
    }
}

#[test]
fn the_last_words_of_a_worker_are_heard() {
    let behaviour = "echo 'thread main panicked' >&2; exit 3";
    let text = text(&StandIn::that_does(behaviour).execute().unwrap_err());
    assert!(
        text.contains("without an answer (exit status: 3); its last words:\nthread main panicked"),
        "{text}"
    );
    // First without any output, then with a line that does not end.
    for behaviour in ["exit 0", "printf '{\"progress\":'"] {
        let error = StandIn::that_does(behaviour).execute().unwrap_err();
        assert!(
            matches!(&error, WorkerError::Ended { stderr, .. } if stderr.is_empty()),
            "{error}"
        );
    }
}

#[test]
fn much_on_standard_error_neither_stops_it_nor_is_kept() {
    let much = "yes 0123456789 | head -c 3000000 >&2; printf 'the \\033[2Jend\\n' >&2";
    let error = StandIn::that_does(much).execute().unwrap_err();
    let WorkerError::Ended { stderr, .. } = error else {
        panic!("{error}");
    };
    assert!((4000..=4096).contains(&stderr.len()), "{stderr}");
    assert!(stderr.starts_with("0123456789\n"));
    assert!(stderr.ends_with("the \\u{1b}[2Jend"), "{stderr:?}");
}

#[test]
fn sp1_says_what_it_does_if_that_is_wanted() {
    let stand_in = StandIn::that_does(
        "read -r request; echo \"RUST_LOG=$RUST_LOG\" > \"$folder/log\"; cat \"$folder/answer\"",
    );
    stand_in.write("answer", &line(&key()));
    let worker = stand_in.worker().verbose(true);
    assert_eq!(worker.key(program(), |_| ()).unwrap(), program().vkey);
    assert_ne!(stand_in.read("log"), "RUST_LOG=\n");
}

#[test]
fn what_is_not_the_protocol_is_refused() {
    let answers = [
        "hello\n".to_owned(),
        "\n".to_owned(),
        "\\377\\376\n".to_owned(),
        "{\"finished\":1}\n".to_owned(),
        line(&key()),
    ];
    for answer in answers {
        let stand_in = StandIn::that_does(&format!("read -r request; printf '{answer}'"));
        let error = stand_in.execute().unwrap_err();
        assert!(
            matches!(error, WorkerError::Garbled { .. }),
            "{answer}: {error}"
        );
        assert!(text(&error).contains("cargo install"));
    }
}

#[test]
fn impossible_public_values_are_refused() {
    let impossible = Execution {
        public_values: Bytes(vec![0; 160]),
        ..execution()
    };
    let stand_in = StandIn::new().answer("execute", &[Message::Executed(impossible)]);
    let error = stand_in.execute().unwrap_err();
    assert!(matches!(error, WorkerError::Statement(_)), "{error}");
}

/// A pipe holds little, so a process that writes its whole request before it reads would wait
/// forever.
#[test]
fn a_large_request_waits_for_a_slow_reader() {
    let large = vec![vec![7; 3 << 20]];
    let progress = line(&Message::Progress("x".repeat(100_000)));
    let answer = line(&Message::Executed(execution()));
    for behaviour in [
        "cat \"$folder/progress\"; sleep 0.3; cat > /dev/null; cat \"$folder/answer\"",
        "cat \"$folder/answer\"",
    ] {
        let stand_in = StandIn::that_does(behaviour);
        stand_in.write("progress", &progress);
        stand_in.write("answer", &answer);
        let worker = stand_in.worker();
        assert!(worker.execute(program(), large.clone(), |_| ()).is_ok());
    }
}

#[test]
fn a_worker_does_not_outlive_who_asked() {
    let stand_in = StandIn::that_does(
        "echo $$ > \"$folder/pid\"; echo '{\"progress\":\"on\"}'; exec sleep 100",
    );
    let worker = stand_in.worker();
    let run = || worker.execute(program(), Vec::new(), |_| panic!("on purpose"));
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
    let pid = stand_in.read("pid");
    assert!(!Path::new("/proc").join(pid.trim()).exists());
}

#[test]
fn who_has_answered_may_take_its_time_to_end_but_not_forever() {
    let started = Instant::now();
    let answer = line(&Message::Executed(execution()));
    let stand_in = StandIn::that_does("cat \"$folder/answer\"; exec sleep 100");
    stand_in.write("answer", &answer);
    assert!(stand_in.execute().is_ok());
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn what_is_no_program_is_named() {
    let error = Worker::at("/nowhere/zklens-sp1").key(program(), |_| ());
    let text = text(&error.unwrap_err());
    assert!(
        text.contains("/nowhere/zklens-sp1 cannot be started") && text.contains("ZKLENS_SP1"),
        "{text}"
    );
}
