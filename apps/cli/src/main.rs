//! The `zklens` command: parses arguments, calls the crates, prints.

#![forbid(unsafe_code)]

mod args;
mod command;
mod dataset;
mod failure;
mod files;
mod model_file;
mod output;

use args::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Execute(arguments) => command::execute::run(&arguments),
        Command::Cid(arguments) => command::cid::run(&arguments),
        Command::Models(arguments) => command::models::run(&arguments),
        Command::Inspect(arguments) => command::inspect::run(&arguments),
        Command::Import(arguments) => command::import::run(&arguments),
        Command::Evaluate(arguments) => command::evaluate::run(&arguments),
    };
    match result {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
