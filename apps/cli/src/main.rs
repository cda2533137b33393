//! The `zklens` command: parses arguments, calls the crates, prints.

#![forbid(unsafe_code)]
// Strangers' text reaches a terminal through `output` alone, which escapes it.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod account;
mod args;
mod chain;
mod command;
mod dataset;
mod destination;
mod failure;
mod files;
mod image_file;
mod keys;
mod model_file;
mod output;
mod proof_file;
mod randomness;
mod setup_file;
mod sp1;
mod stages;
mod weights_beside;

use args::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Prove(arguments) => command::prove::run(&arguments),
        Command::Verify(arguments) => command::verify::run(&arguments),
        Command::Execute(arguments) => command::execute::run(&arguments),
        Command::Cid(arguments) => command::cid::run(&arguments),
        Command::Models(arguments) => command::models::run(&arguments),
        Command::Inspect(arguments) => command::inspect::run(&arguments),
        Command::Import(arguments) => command::import::run(&arguments),
        Command::Evaluate(arguments) => command::evaluate::run(&arguments),
        Command::Keygen(arguments) => command::keygen::run(&arguments),
        Command::Setup(arguments) => command::setup::run(&arguments),
        Command::Evm(arguments) => command::evm::run(&arguments),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => command::serve::run(&arguments),
    };
    match result {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
