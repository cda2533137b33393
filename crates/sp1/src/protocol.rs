//! The messages between zklens and the worker.
//!
//! A [`Request`] is one line of JSON on the worker's standard input. The worker answers on its
//! standard output, one [`Message`] a line: any number of [`Message::Progress`], then one of
//! another kind. SP1's own output goes to standard error.

use data_encoding::BASE64;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// The version of these messages, which grows with every change. The worker refuses a request of
/// another version.
pub const VERSION: u32 = 1;

/// A task for the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Must be [`VERSION`].
    pub version: u32,
    /// The name of the program.
    pub program: String,
    /// Its verifying key, as in [`Program::vkey`](crate::Program::vkey). A worker whose program of
    /// that name has another key refuses the request.
    pub vkey: Bytes,
    /// The task for the program.
    pub task: Task,
}

/// A task that concerns a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Run the program. Answered by [`Message::Executed`].
    Execute {
        /// The program's inputs, in order.
        inputs: Vec<Bytes>,
    },
    /// Run the program and prove the run. Answered by [`Message::Proved`].
    Prove {
        /// The program's inputs, in order.
        inputs: Vec<Bytes>,
        /// The kind of proof to make.
        system: System,
        /// The machine that proves.
        prover: Prover,
    },
    /// Verify a core or compressed proof. Answered by [`Message::Verified`].
    Verify {
        /// The kind of proof.
        system: System,
        /// The public values that the program is claimed to have written.
        public_values: Bytes,
        /// The proof, encoded as in [`Proof::bytes`].
        proof: Bytes,
    },
    /// Compute the program's verifying key. Answered by [`Message::Key`].
    Key,
}

/// Kinds of SP1 proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// One proof for each shard of the execution. The fastest, but its size grows with the
    /// execution.
    Core,
    /// A proof that the shards' proofs are true. Its size does not depend on the execution.
    Compressed,
    /// A small proof for contracts.
    Groth16,
    /// A proof for contracts with a universal setup. Small, but larger than Groth16.
    Plonk,
}

/// The machine that makes a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prover {
    /// This machine's processor.
    Cpu,
    /// This machine's NVIDIA GPU.
    Cuda,
    /// Succinct's Prover Network.
    Network,
    /// None: the program is only run, and the mock proof proves nothing.
    Mock,
}

/// A message of the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Message {
    /// The step that has begun, in words for people.
    Progress(String),
    /// The answer to [`Task::Execute`].
    Executed(Execution),
    /// The answer to [`Task::Prove`].
    Proved(Proof),
    /// The answer to [`Task::Verify`]: `None` if the proof is true, else the reason why it is
    /// false.
    Verified(Option<String>),
    /// The answer to [`Task::Key`]: the verifying key.
    Key(Bytes),
    /// The answer to a task that failed.
    Failed(Failure),
}

/// The most bytes of a message: twice the largest proof file, since proofs are in base64.
pub const MAX_MESSAGE_BYTES: usize = 1 << 27;

impl Message {
    /// Reads a line; `None` if it is not a message, or longer than [`MAX_MESSAGE_BYTES`].
    #[must_use]
    pub fn decode(line: &[u8]) -> Option<Self> {
        let line = Some(line).filter(|line| line.len() <= MAX_MESSAGE_BYTES);
        serde_json::from_slice(line?).ok()
    }
}

/// The result of running a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// The public values that the program wrote.
    pub public_values: Bytes,
    /// The number of RISC-V instructions that were run.
    pub cycles: u64,
    /// SP1's measure of the cost of proving.
    pub gas: Option<u64>,
    /// The instructions of each stage; empty unless the worker was built to count them.
    pub stages: BTreeMap<String, u64>,
}

/// A proof, as SP1 gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The run that was proved.
    pub execution: Execution,
    /// The verifying key of the program that was proved.
    pub vkey: Bytes,
    /// For Groth16 and PLONK, the bytes that a contract takes; for other kinds, SP1's own encoding.
    /// Empty in a mock proof.
    pub bytes: Bytes,
}

/// Why a task failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The party at fault.
    pub kind: FailureKind,
    /// The reason, as a sentence without its full stop.
    pub message: String,
    /// How to go on, as a sentence without its full stop.
    pub help: Option<String>,
}

/// The party at fault for a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The input: the program refused it.
    Input,
    /// The Prover Network, or the connection to it.
    Network,
    /// This machine, which lacks something.
    Machine,
    /// SP1, or zklens itself.
    Engine,
}

/// Bytes, written in base64.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64.decode(text.as_bytes()).map_err(D::Error::custom)?;
        Ok(Self(bytes))
    }
}
