//! What is said to the worker, and what it says.
//!
//! A [`Request`] is one line of JSON on its standard input. It answers on its standard output with a
//! [`Message`] to a line: any number of [`Message::Progress`], then one of the others. Standard error is for
//! SP1's own words.

use data_encoding::BASE64;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// Changes with every change here: the worker refuses a request of another version.
pub const VERSION: u32 = 1;

/// A task for the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// [`VERSION`].
    pub version: u32,
    /// The name of the program.
    pub program: String,
    /// Its verifying key, as [`Program::vkey`](crate::Program::vkey): a worker that has another program under that name refuses.
    pub vkey: Bytes,
    /// What to do with it.
    pub task: Task,
}

/// What to do with a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Run it. Answered by [`Message::Executed`].
    Execute {
        /// What it reads, in order.
        inputs: Vec<Bytes>,
    },
    /// Run it, then prove that. Answered by [`Message::Proved`].
    Prove {
        /// What it reads, in order.
        inputs: Vec<Bytes>,
        /// Which kind of proof.
        system: System,
        /// Who proves.
        prover: Prover,
    },
    /// Verify a core or compressed proof. Answered by [`Message::Verified`].
    Verify {
        /// Which kind of proof.
        system: System,
        /// What the program is said to have written.
        public_values: Bytes,
        /// The proof, as in [`Proof`].
        proof: Bytes,
    },
    /// Compute the program's verifying key. Answered by [`Message::Key`].
    Key,
}

/// Kinds of SP1 proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// One proof for each shard of the execution: the fastest, and as long as the execution.
    Core,
    /// The shards' proofs proved: of one size.
    Compressed,
    /// For contracts; small.
    Groth16,
    /// For contracts; small, larger than Groth16, with a universal setup.
    Plonk,
}

/// Who makes a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prover {
    /// This machine's processor.
    Cpu,
    /// This machine's NVIDIA GPU.
    Cuda,
    /// Succinct's Prover Network.
    Network,
    /// Nobody: the program is run, and what comes out proves nothing.
    Mock,
}

/// What the worker says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Message {
    /// What it is doing, for people.
    Progress(String),
    /// The end of [`Task::Execute`].
    Executed(Execution),
    /// The end of [`Task::Prove`].
    Proved(Proof),
    /// The end of [`Task::Verify`]: `None` if the proof is true, else why it is not.
    Verified(Option<String>),
    /// The end of [`Task::Key`].
    Key(Bytes),
    /// The end of anything that could not be done.
    Failed(Failure),
}

/// No message is longer, in bytes: twice the largest proof file, since proofs are in base64.
pub const MAX_MESSAGE_BYTES: usize = 1 << 27;

impl Message {
    /// Reads a line, if it is a message.
    #[must_use]
    pub fn decode(line: &[u8]) -> Option<Self> {
        let line = Some(line).filter(|line| line.len() <= MAX_MESSAGE_BYTES);
        serde_json::from_slice(line?).ok()
    }
}

/// What a run of a program gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// What the program wrote.
    pub public_values: Bytes,
    /// RISC-V instructions that were run.
    pub cycles: u64,
    /// SP1's measure of what proving costs.
    pub gas: Option<u64>,
    /// Instructions of each stage, where the worker counts them.
    pub stages: BTreeMap<String, u64>,
}

/// A proof, as SP1 gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The run.
    pub execution: Execution,
    /// The verifying key of the program that was proved.
    pub vkey: Bytes,
    /// The bytes that a contract takes, for Groth16 and PLONK; else SP1's own encoding. None if nobody proved.
    pub bytes: Bytes,
}

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Whose fault it is.
    pub kind: FailureKind,
    /// What was wrong, as a sentence without its full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// Whose fault a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The input's: the program refused it.
    Input,
    /// The Prover Network's, or the way to it.
    Network,
    /// This machine's: what is missing on it.
    Machine,
    /// SP1's, or ours.
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
