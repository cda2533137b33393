//! The command as a person runs it.

mod execute;
mod import;
mod support;
