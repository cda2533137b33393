//! Failures in words for people: the subject, the cause, and help.

use serde::Serialize;
use std::fmt;
use zklens_diagnosis::{Expected, diagnose};
use zklens_printable::printable;

/// The reason why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: Option<String>,
    exit: u8,
}

/// An image or another input could not be read; others may have been.
pub(crate) const EXIT_INPUT: u8 = 1;
/// The command line is wrong.
pub(crate) const EXIT_USAGE: u8 = 2;
/// A model or key could not be loaded, imported or derived.
pub(crate) const EXIT_MODEL: u8 = 3;
/// Output could not be written.
pub(crate) const EXIT_OUTPUT: u8 = 4;
/// A proof is false or does not show everything that was asked, or a setup does not hold the powers of one number.
pub(crate) const EXIT_REFUSED: u8 = 5;
/// A node or a contract cannot be reached, is of the wrong kind, or refuses a transaction.
pub(crate) const EXIT_CHAIN: u8 = 6;
/// SP1 or its prover network cannot be reached, is of the wrong version, or failed.
pub(crate) const EXIT_ENGINE: u8 = 6;
/// Ctrl-C: 128 and the number of the signal, as shells have it.
pub(crate) const EXIT_INTERRUPTED: u8 = 130;

/// A failure in JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Value<'a> {
    /// The exit code as a word.
    kind: &'static str,
    exit_code: u8,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

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

    /// A failure whose cause names its subject.
    pub(crate) fn of(exit: u8, cause: impl fmt::Display) -> Self {
        Self {
            message: cause.to_string(),
            help: None,
            exit,
        }
    }

    /// A failure that prints nothing.
    pub(crate) const fn silent(exit: u8) -> Self {
        Self {
            message: String::new(),
            help: None,
            exit,
        }
    }

    /// The same failure with another exit code, unless the command line is at fault.
    pub(crate) const fn with_exit(mut self, exit: u8) -> Self {
        if self.exit != EXIT_USAGE {
            self.exit = exit;
        }
        self
    }

    /// Adds the kind of the file, if it is one that people often give by mistake.
    pub(crate) fn but_is(mut self, file: &[u8], expected: Expected) -> Self {
        if let Some(diagnosis) = diagnose(file, expected) {
            self.message = format!("{}; {}", self.message, diagnosis.what());
        }
        self
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A failure of arguments that clap refuses.
    pub(crate) fn of_arguments(error: &clap::Error) -> Self {
        let rendered = error.render().to_string();
        let text = rendered.strip_prefix("error: ").unwrap_or(&rendered);
        // The rest shows how the command is used.
        let message = text.split("\n\nUsage:").next().unwrap_or(text);
        let words: Vec<&str> = message.split_whitespace().collect();
        Self::of(EXIT_USAGE, words.join(" "))
    }

    /// The failure as `--json` prints it.
    pub(crate) fn json(&self) -> Value<'_> {
        Value {
            kind: match self.exit {
                EXIT_INPUT => "input",
                EXIT_USAGE => "usage",
                EXIT_MODEL => "model",
                EXIT_OUTPUT => "output",
                EXIT_REFUSED => "refused",
                EXIT_INTERRUPTED => "interrupted",
                _ => "service",
            },
            exit_code: self.exit,
            message: &self.message,
            help: self.help.as_deref(),
        }
    }

    pub(crate) const fn exit(&self) -> u8 {
        self.exit
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}
