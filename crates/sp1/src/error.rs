//! Why the worker did not do what it was asked.

use crate::StatementError;
use crate::protocol::{Failure, FailureKind};
use data_encoding::HEXLOWER;
use std::path::PathBuf;
use std::{fmt, io};

/// How to have the worker that belongs to this zklens.
const INSTALL: &str = "`cargo install --locked --path crates/sp1/worker`, in the repository of zklens, installs it: \
                       that needs `protoc` and takes 20 to 30 minutes";

/// Why the worker did not do what it was asked. [`Self::help`] says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// It is not installed.
    #[error(
        "SP1 is not installed: the program `zklens-sp1`, which runs it, is neither beside this one nor on the path"
    )]
    NotFound,
    /// The system does not start it.
    #[error("{} cannot be started: {error}", path.display())]
    CannotStart {
        /// Its file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Somebody stopped it, as a system does that has no memory left.
    #[error(
        "the program that runs SP1 was killed, probably by the system because memory ran out{}",
        Said(stderr)
    )]
    Killed {
        /// The end of what it wrote to standard error.
        stderr: String,
    },
    /// It ended without an answer.
    #[error(
        "the program that runs SP1 ended without an answer ({status}){}",
        Said(stderr)
    )]
    Ended {
        /// Exit code or signal.
        status: String,
        /// The end of what it wrote to standard error.
        stderr: String,
    },
    /// Its answer is not one to what it was asked.
    #[error("{} answers what this zklens does not understand; it is another program, or of another version", path.display())]
    Garbled {
        /// Its file.
        path: PathBuf,
    },
    /// It has another program under this name.
    #[error(
        "{} is of another version: its program {program} has the verifying key 0x{}, this zklens's 0x{}",
        path.display(), HEXLOWER.encode(got), HEXLOWER.encode(expected)
    )]
    OtherProgram {
        /// The worker's file.
        path: PathBuf,
        /// The program's name.
        program: &'static str,
        /// The program's verifying key.
        expected: [u8; 32],
        /// The worker's one.
        got: Vec<u8>,
    },
    /// The program wrote what it does not write.
    #[error("the program that runs SP1 gave an impossible result: {0}")]
    Statement(#[from] StatementError),
    /// It says why.
    #[error("{}", .0.message)]
    Failed(Failure),
}

impl WorkerError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NotFound => Some(format!("{INSTALL}; ZKLENS_SP1 names it where it is elsewhere")),
            Self::CannotStart { .. } => Some(format!(
                "the variable ZKLENS_SP1 can name the program `zklens-sp1`; {INSTALL}"
            )),
            Self::Killed { .. } => Some(
                "SP1 takes about 17 GB of memory: close other programs, use a larger machine, or let the Prover \
                 Network prove (SP1_PROVER=network)"
                    .into(),
            ),
            Self::Ended { .. } => Some(
                "--verbose shows all that it writes; if it has too little memory, 17 GB should do".into(),
            ),
            Self::Garbled { .. } | Self::OtherProgram { .. } => Some(format!("install it again; {INSTALL}")),
            Self::Statement(_) => Some(format!("this is a defect, or it is of another version; {INSTALL}")),
            Self::Failed(Failure { help: Some(help), .. }) => Some(help.clone()),
            Self::Failed(Failure { kind: FailureKind::Engine, .. }) => Some(format!(
                "--verbose shows all that SP1 writes; if the program `zklens-sp1` is of another version, {INSTALL}"
            )),
            Self::Failed(_) => None,
        }
    }

    /// Whether it is the image's or the network's fault: the program refused what it read.
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

/// What a program wrote before it ended, if anything.
struct Said<'a>(&'a str);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(f, "; its last words:\n{}", self.0)
    }
}
