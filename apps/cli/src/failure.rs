//! Errors as a person reads them: what was wrong, where, and what to do.

use crate::output::{printable, tell};
use std::fmt;
use std::process::ExitCode;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: Option<String>,
    exit: u8,
}

/// An image or another input could not be read; others may have been.
pub(crate) const EXIT_INPUT: u8 = 1;
/// The command line makes no sense.
pub(crate) const EXIT_USAGE: u8 = 2;
/// A model or key could not be loaded, imported or derived.
pub(crate) const EXIT_MODEL: u8 = 3;
/// Output could not be written.
pub(crate) const EXIT_OUTPUT: u8 = 4;
/// A proof is false or does not show what was asked for, or a setup holds no powers.
pub(crate) const EXIT_REFUSED: u8 = 5;
/// A node or a contract cannot be reached, is not what it should be, or takes no transaction.
pub(crate) const EXIT_CHAIN: u8 = 6;
/// SP1 or its prover network cannot be reached, is not what it should be, or failed.
pub(crate) const EXIT_ENGINE: u8 = 6;

impl Failure {
    /// A failure about `subject`, usually a path.
    pub(crate) fn new(exit: u8, subject: impl fmt::Display, cause: impl fmt::Display) -> Self {
        let subject = subject.to_string();
        Self {
            message: format!("{}: {cause}", printable(&subject)),
            help: None,
            exit,
        }
    }

    /// A failure whose cause says what it is about.
    pub(crate) fn of(exit: u8, cause: impl fmt::Display) -> Self {
        Self {
            message: cause.to_string(),
            help: None,
            exit,
        }
    }

    /// A failure that needs no words.
    pub(crate) const fn silent(exit: u8) -> Self {
        Self {
            message: String::new(),
            help: None,
            exit,
        }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Prints the failure to standard error, and returns its exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if !self.message.is_empty() {
            tell!("error: {}", self.message);
        }
        if let Some(help) = &self.help {
            tell!("help:  {help}");
        }
        ExitCode::from(self.exit)
    }

    pub(crate) const fn exit(&self) -> u8 {
        self.exit
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}
