//! Logs: one event per line, on standard error. They never contain bytes, names or labels of images.

use crate::options::LogFormat;
use std::io::IsTerminal;
use tracing::Level;
use tracing::subscriber::{SetGlobalDefaultError, set_global_default};
use tracing_subscriber::fmt::MakeWriter;

/// Sends the logs of this process to standard error.
///
/// # Errors
///
/// The logs of this process already have a destination.
pub fn log_to_stderr(format: LogFormat) -> Result<(), SetGlobalDefaultError> {
    log_to(format, std::io::stderr().is_terminal(), std::io::stderr)
}

/// Sends the logs of this process to a writer.
///
/// # Errors
///
/// The logs of this process already have a destination.
pub fn log_to(
    format: LogFormat,
    with_colours: bool,
    writer: impl for<'a> MakeWriter<'a> + Send + Sync + 'static,
) -> Result<(), SetGlobalDefaultError> {
    let logs = tracing_subscriber::fmt()
        .with_max_level(Level::INFO)
        .with_target(false)
        .with_ansi(with_colours)
        .with_writer(writer);
    match format {
        LogFormat::Text => set_global_default(logs.finish()),
        LogFormat::Json => set_global_default(logs.json().flatten_event(true).finish()),
    }
}

/// Logs panics as events that say where, without the message: it may contain bytes of an image.
pub(crate) fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string);
        tracing::error!(location, "panic");
    }));
}
