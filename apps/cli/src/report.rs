//! Prints failures, notes and warnings.

use crate::failure::{Failure, Value};
use crate::output;
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::process::ExitCode;

/// The style of `error:`.
const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The style of `help:`, `note:` and `warning:`.
const ASIDE: Style = AnsiColor::Yellow.on_default().bold();

/// Prints a line that begins with `note:` or `warning:` to standard error.
pub(crate) fn aside(word: &str, text: &str) {
    output::tell_in(ASIDE, &format!("{word}:"), text);
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    error: Value<'a>,
}

impl Failure {
    /// Prints the failure to standard error, and returns its exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if !self.message().is_empty() {
            output::tell_in(ERROR, "error:", self.message());
        }
        if let Some(help) = self.help() {
            output::tell_in(ASIDE, "help: ", help);
        }
        ExitCode::from(self.exit())
    }

    /// Prints the failure as the answer of a command with `--json`; `is_verification` if it is about a proof.
    pub(crate) fn print_json(&self, is_verification: bool) {
        // A silent failure means that nobody reads the output any more.
        if !self.message().is_empty() {
            let verified = is_verification.then_some(false);
            let error = self.json();
            // If this cannot be printed, the exit code still tells of the failure.
            let _ = output::print_json_line(&Answer { verified, error });
        }
    }
}
