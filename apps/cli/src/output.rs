//! Printing: all output of the commands goes through here.

use crate::failure::{EXIT_OUTPUT, Failure};
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use zklens_printable::{printable_json, printable_lines};
use zklens_verifier::ModelId;

/// Whether standard output is reserved for the bytes of a file.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// Reserves standard output for the bytes of a file. From now on, all text goes to standard error.
pub(crate) fn leave_standard_output() {
    IS_TAKEN.store(true, Ordering::Relaxed);
}

/// Prints a line to standard output, and returns from the function if that fails.
///
/// Control and format characters are escaped, line breaks are not: text of strangers goes through [`printable`] first.
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

pub(crate) use zklens_answers::{class, hex, hex_word, prefixed_hex};
pub(crate) use zklens_printable::printable;

/// See [`say!`].
pub(crate) fn say_line(text: fmt::Arguments<'_>) -> Result<(), Failure> {
    say_in(Style::new(), text)
}

/// Prints a line in a style to standard output, escaped as by [`say!`].
pub(crate) fn say_in(style: Style, text: fmt::Arguments<'_>) -> Result<(), Failure> {
    write_line(style, &printable_lines(&text.to_string()))
}

/// Prints the headline of a proof that is true.
pub(crate) fn say_true(headline: &str) -> Result<(), Failure> {
    const TRUE: Style = AnsiColor::Green.on_default().bold();
    say_in(TRUE, format_args!("{headline}"))?;
    say!("");
    Ok(())
}

/// See [`tell!`].
pub(crate) fn tell_line(text: fmt::Arguments<'_>) {
    write_aside(format_args!("{}", printable_lines(&text.to_string())));
}

/// Prints a line to standard error that begins with a word in a style, escaped as by [`say!`].
pub(crate) fn tell_in(style: Style, word: &str, text: &str) {
    write_aside(format_args!(
        "{style}{word}{style:#} {}",
        printable_lines(text)
    ));
}

fn write_aside(text: fmt::Arguments<'_>) {
    anstream::eprintln!("{text}");
}

/// Class names for a line of text: all of them if they are few, else the first and how many there are.
pub(crate) fn classes(names: &[String]) -> String {
    const MOST: usize = 20;
    const SHOWN: usize = 8;
    match names.get(..SHOWN) {
        Some(first) if names.len() > MOST => {
            format!("{}, … ({} in all)", first.join(", "), names.len())
        }
        _ => names.join(", "),
    }
}

/// Writes the bytes of a file to standard output.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    written.map_err(|error| not_printed(&error))
}

fn write_line(style: Style, text: &str) -> Result<(), Failure> {
    if IS_TAKEN.load(Ordering::Relaxed) {
        write_aside(format_args!("{text}"));
        return Ok(());
    }
    let printed = writeln!(anstream::stdout().lock(), "{style}{text}{style:#}");
    printed.map_err(|error| not_printed(&error))
}

fn not_printed(error: &io::Error) -> Failure {
    match error.kind() {
        // The reader closed the pipe, as `head` does. That needs no message.
        io::ErrorKind::BrokenPipe => Failure::silent(EXIT_OUTPUT),
        _ => Failure::new(EXIT_OUTPUT, "standard output", error),
    }
}

/// A progress bar on standard error. Hidden for a single item, or if standard error is not a terminal.
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
    write_line(Style::new(), &printable_json(&json))
}

/// The note on a proof without an opening, for `prove` and `inspect`.
pub(crate) const NO_OPENING: &str = "only someone who kept its opening can show which image it was; without --public, \
                                     `zklens prove` forgets it";

/// A model id as contracts and JSON write it: `0x` and 64 digits.
pub(crate) fn model_id(id: &ModelId) -> String {
    hex_word(&id.0)
}
