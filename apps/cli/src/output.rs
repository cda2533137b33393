//! What several commands print in the same way.

use crate::failure::{EXIT_OUTPUT, Failure};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::fmt::{self, Write};
use std::io::{self, Write as _};
use zklens_printable::{printable_json, printable_lines};

/// Prints a line to standard output, and returns from the function if that fails. Control and format characters
/// are escaped; a stranger's text that may have several lines goes through [`printable`] before.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::output::say_line(format_args!($($text)*))?
    };
}
pub(crate) use say;

/// Prints a line to standard error, escaped as by [`say!`].
macro_rules! tell {
    ($($text:tt)*) => {
        $crate::output::tell_line(format_args!($($text)*))
    };
}
pub(crate) use tell;

pub(crate) use zklens_printable::printable;

/// See [`say!`].
pub(crate) fn say_line(text: fmt::Arguments<'_>) -> Result<(), Failure> {
    write_line(&printable_lines(&text.to_string()))
}

/// See [`tell!`].
#[expect(clippy::print_stderr, reason = "the only place that does")]
pub(crate) fn tell_line(text: fmt::Arguments<'_>) {
    eprintln!("{}", printable_lines(&text.to_string()));
}

fn write_line(text: &str) -> Result<(), Failure> {
    writeln!(io::stdout().lock(), "{text}").map_err(|error| match error.kind() {
        // The reader has seen enough, as `head` does; that needs no message.
        io::ErrorKind::BrokenPipe => Failure::silent(EXIT_OUTPUT),
        _ => Failure::new(EXIT_OUTPUT, "standard output", error),
    })
}

/// A progress bar on standard error; hidden where that is no terminal, or for a single item.
pub(crate) fn progress(len: usize, what: &'static str) -> ProgressBar {
    if len < 2 {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {eta}");
    let bar = ProgressBar::new(len as u64).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Prints a value as indented JSON.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    write_json(serde_json::to_string_pretty(value))
}

/// Prints a value as JSON on one line.
pub(crate) fn print_json_line(value: &impl Serialize) -> Result<(), Failure> {
    write_json(serde_json::to_string(value))
}

fn write_json(json: serde_json::Result<String>) -> Result<(), Failure> {
    let json = json.map_err(|error| Failure::new(EXIT_OUTPUT, "JSON", error))?;
    write_line(&printable_json(&json))
}

/// Says in JSON, if that is asked for, that a proof is refused. The exit code says it too.
pub(crate) fn refused(failure: &Failure, json: bool) {
    if json {
        let value = serde_json::json!({ "verified": false, "error": failure.message() });
        let _ = print_json(&value);
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// 32 bytes as hexadecimal digits with a prefix, as contexts are written.
pub(crate) fn hex_word(word: &[u8; 32]) -> String {
    format!("0x{}", hex(word))
}

/// A label's name, which a key from a stranger may lack.
pub(crate) fn class(classes: &[String], label: usize) -> String {
    classes
        .get(label)
        .map_or_else(|| "(without a name)".into(), Clone::clone)
}

/// An integer at a scale as the real number it stands for.
pub(crate) fn real(value: i64, scale: i32) -> f64 {
    value as f64 * f64::from(-scale).exp2()
}
