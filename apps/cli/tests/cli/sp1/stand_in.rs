//! A worker that gives prepared answers: `crates/sp1/tests/stand-in.sh`.

use crate::support::{Folder, errors, root, text};
use std::os::unix::fs::symlink;
use std::process::{Command, Output, Stdio};
use zklens_image::{CidVersion, cid};
use zklens_sp1::protocol::{
    Bytes, Execution, Failure, FailureKind, Message, Proof, Request, System,
};
use zklens_sp1::{Program, ProofFile, SP1_CIRCUITS};
use zklens_sp1_program::{ModelPublicValues, PublicValues};

pub(super) const SNEAKER: &str = "examples/fashion/7_sneaker.jpg";
pub(super) const BAG: &str = "examples/fashion/8_bag.png";
pub(super) const MODEL_FILE: &str = "models/mnist-cnn.zkl";

pub(super) struct StandIn(pub(super) Folder);

impl StandIn {
    pub(super) fn new() -> Self {
        let folder = Folder::new();
        let script = root().join("crates/sp1/tests/stand-in.sh");
        symlink(script, folder.path("worker")).unwrap();
        Self(folder)
    }

    /// One that runs, proves and believes what is said of the sneaker.
    pub(super) fn of_sneaker() -> Self {
        Self::that_says("fashion-mlp", sneaker())
    }

    pub(super) fn that_says(program: &str, public_values: Vec<u8>) -> Self {
        let stand_in = Self::new();
        let vkey = Bytes(Program::find(program).unwrap().vkey.to_vec());
        let execution = execution(public_values);
        let proof = Proof {
            execution: execution.clone(),
            vkey: vkey.clone(),
            bytes: Bytes(b"proof".to_vec()),
        };
        let progress = Message::Progress("running the program".into());
        stand_in.answer("execute", &[progress.clone(), Message::Executed(execution)]);
        stand_in.answer("prove", &[progress, Message::Proved(proof)]);
        stand_in.answer("key", &[Message::Key(vkey)]);
        stand_in.answer("verify", &[Message::Verified(None)]);
        stand_in
    }

    /// One that fails at everything.
    pub(super) fn that_fails(kind: FailureKind, message: &str, help: &str) -> Self {
        let stand_in = Self::new();
        let failure = Message::Failed(Failure {
            kind,
            message: message.into(),
            help: Some(help.into()),
        });
        for task in ["execute", "prove", "verify", "key"] {
            stand_in.answer(task, std::slice::from_ref(&failure));
        }
        stand_in
    }

    /// One that does what a shell is told here.
    pub(super) fn that_does(behaviour: &str) -> Self {
        let stand_in = Self::new();
        stand_in.0.write("behaviour", behaviour.as_bytes());
        stand_in
    }

    pub(super) fn answer(&self, name: &str, messages: &[Message]) {
        let line = |message| format!("{}\n", serde_json::to_string(message).unwrap());
        let lines: String = messages.iter().map(line).collect();
        self.0.write(name, lines.as_bytes());
    }

    /// The last request that it got.
    pub(super) fn asked(&self, task: &str) -> Request {
        let request = std::fs::read(self.0.path(&format!("asked-{task}"))).unwrap();
        serde_json::from_slice(&request).unwrap()
    }

    /// Runs `zklens` with it, with these variables and no others of SP1.
    pub(super) fn run_in(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_zklens"))
            .args(arguments)
            .current_dir(root())
            .env_remove("SP1_PROVER")
            .env("ZKLENS_SP1", self.0.path("worker"))
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// The same without variables; it must succeed. Standard output and standard error.
    pub(super) fn run(&self, arguments: &[&str]) -> (String, String) {
        let output = self.run_in(&[], arguments);
        assert!(output.status.success(), "{}", errors(&output));
        (text(&output), errors(&output))
    }

    /// The error of a command that failed with this exit code.
    pub(super) fn failure(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run_in(&[], arguments);
        let errors = errors(&output);
        assert_eq!(output.status.code(), Some(code), "{errors}");
        assert!(!errors.contains("panicked"), "{errors}");
        errors
    }

    /// Proves the sneaker, and gives the file.
    pub(super) fn proof(&self) -> String {
        let path = self.0.path("sneaker.sp1");
        self.run(&["prove", "--engine", "sp1", "-i", SNEAKER, "-o", &path]);
        path
    }
}

pub(super) fn execution(public_values: Vec<u8>) -> Execution {
    Execution {
        public_values: Bytes(public_values),
        cycles: 12_345_678,
        gas: Some(9_876_543),
        stages: [("pixels".into(), 5_000), ("cid".into(), 400)].into(),
    }
}

pub(super) fn address(image: &str) -> String {
    let bytes = std::fs::read(root().join(image)).unwrap();
    cid::of(&bytes, CidVersion::V0).ipfs_uri()
}

pub(super) fn values(image: &str, label: u8) -> Vec<u8> {
    let ipfs_uri = address(image);
    PublicValues { ipfs_uri, label }.encode()
}

pub(super) fn sneaker() -> Vec<u8> {
    values(SNEAKER, 7)
}

/// The statement of the program for all networks about the sneaker, by `MODEL_FILE`.
pub(super) fn by_model_file() -> Vec<u8> {
    let model = std::fs::read(root().join(MODEL_FILE)).unwrap();
    let values = ModelPublicValues {
        model_digest: *model.last_chunk().unwrap(),
        ipfs_uri: address(SNEAKER),
        label: 3,
    };
    values.encode()
}

/// A file about the sneaker whose proof is nonsense.
pub(super) fn proof_file(system: System) -> ProofFile {
    ProofFile {
        vkey: Program::find("fashion-mlp").unwrap().vkey,
        system,
        mock: false,
        sp1_version: SP1_CIRCUITS.into(),
        public_values: sneaker(),
        proof: vec![0x43; 356],
    }
}

pub(super) fn vkey(program: &str) -> String {
    hex(&Program::find(program).unwrap().vkey)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    format!("0x{}", digits.collect::<String>())
}
