//! What several commands print in the same way.

use crate::failure::{EXIT_OUTPUT, Failure};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::fmt::{self, Write};
use std::io::{self, Write as _};

/// Prints a line to standard output, and returns from the function if that fails.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::output::line(format_args!($($text)*))?
    };
}
pub(crate) use say;

/// See [`say!`].
pub(crate) fn line(text: fmt::Arguments<'_>) -> Result<(), Failure> {
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
    let text = serde_json::to_string_pretty(value);
    let text = text.map_err(|error| Failure::new(EXIT_OUTPUT, "JSON", error))?;
    say!("{text}");
    Ok(())
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
        .map_or_else(|| "(without a name)".into(), |name| printable(name))
}

/// A stranger's text without what could drive a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

/// An integer at a scale as the real number it stands for.
pub(crate) fn real(value: i64, scale: i32) -> f64 {
    value as f64 * f64::from(-scale).exp2()
}
