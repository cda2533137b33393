//! The ways in which the worker can fail.

use crate::StatementError;
use crate::protocol::{Failure, FailureKind};
use data_encoding::HEXLOWER;
use std::path::PathBuf;
use std::{fmt, io};

/// How to install the worker that belongs to this zklens.
const INSTALL: &str = "`cargo install --locked --path crates/sp1/worker`, in the repository of zklens, installs it: \
                       that needs `protoc` and takes 20 to 30 minutes";

/// Why the worker failed at its task. [`Self::help`] says how to go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The worker is not installed.
    #[error(
        "SP1 is not installed: the program `zklens-sp1`, which runs it, is neither beside this one nor on the path"
    )]
    NotFound,
    /// The system cannot start the worker.
    #[error("{} cannot be started: {error}", path.display())]
    CannotStart {
        /// The worker's file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// The worker was killed, as the system does when memory runs out.
    #[error(
        "the program that runs SP1 was killed, probably by the system because memory ran out{}",
        Said(stderr)
    )]
    Killed {
        /// The last lines that it wrote to standard error.
        stderr: String,
    },
    /// The worker ended without an answer.
    #[error(
        "the program that runs SP1 ended without an answer ({status}){}",
        Said(stderr)
    )]
    Ended {
        /// Its exit code, or the signal that ended it.
        status: String,
        /// The last lines that it wrote to standard error.
        stderr: String,
    },
    /// The worker's output is not a message, or its answer does not fit the task.
    #[error(
        "this zklens does not understand the answer of {}, which may be another program or of another version",
        path.display()
    )]
    Garbled {
        /// The worker's file.
        path: PathBuf,
    },
    /// The worker has a different program under the same name.
    #[error(
        "{} is of another version: its program {program} has the verifying key 0x{}, this zklens's 0x{}",
        path.display(), HEXLOWER.encode(got), HEXLOWER.encode(expected)
    )]
    OtherProgram {
        /// The worker's file.
        path: PathBuf,
        /// The program's name.
        program: &'static str,
        /// The verifying key of this zklens's program.
        expected: [u8; 32],
        /// The verifying key of the worker's program.
        got: Vec<u8>,
    },
    /// The public values that the worker reports cannot come from the program.
    #[error("the program that runs SP1 gave an impossible result: {0}")]
    Statement(#[from] StatementError),
    /// The worker itself says why it failed.
    #[error("{}", .0.message)]
    Failed(Failure),
}

impl WorkerError {
    /// How to go on, in a sentence without its full stop, if there is advice.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NotFound => Some(format!("{INSTALL}; if it is in another folder, set ZKLENS_SP1 to its path")),
            Self::CannotStart { .. } => Some(format!(
                "set ZKLENS_SP1 to the path of the program `zklens-sp1`; {INSTALL}"
            )),
            Self::Killed { .. } => Some(
                "SP1 takes about 17 GB of memory: close other programs, use a larger machine, or let the Prover \
                 Network prove (SP1_PROVER=network)"
                    .into(),
            ),
            Self::Ended { .. } => Some(
                "--verbose shows everything that it writes; if memory is short, 17 GB should suffice".into(),
            ),
            Self::Garbled { .. } | Self::OtherProgram { .. } => Some(format!("install it again; {INSTALL}")),
            Self::Statement(_) => Some(format!("this is a defect, or the program is of another version; {INSTALL}")),
            Self::Failed(Failure { help: Some(help), .. }) => Some(help.clone()),
            Self::Failed(Failure { kind: FailureKind::Engine, .. }) => Some(format!(
                "--verbose shows everything that SP1 writes; if the program `zklens-sp1` is of another version, {INSTALL}"
            )),
            Self::Failed(_) => None,
        }
    }

    /// Whether the image or the network is at fault: the program refused its input.
    #[must_use]
    pub const fn is_of_input(&self) -> bool {
        matches!(
            self,
            Self::Failed(Failure {
                kind: FailureKind::Input,
                ..
            })
        )
    }
}

/// Displays the last lines that a program wrote, if it wrote any.
struct Said<'a>(&'a str);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(f, "; its last words:\n{}", self.0)
    }
}
