//! The `zklens` command: parses arguments, calls the crates, prints.

#![forbid(unsafe_code)]
// Strangers' text reaches a terminal only through `output`, which escapes it.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod account;
mod args;
mod cache;
mod chain;
mod command;
mod cost;
mod failure;
mod files;
mod help;
mod interrupt;
mod keys;
mod memory;
mod output;
mod progress;
mod proving;
mod randomness;
mod report;
mod sp1;
mod stages;

use args::{Arguments, Command, EvmCommand};
use clap::{ColorChoice, CommandFactory, FromArgMatches, ValueEnum};
use failure::{EXIT_REFUSED, Failure};
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let given: Vec<OsString> = std::env::args_os().collect();
    // Messages about wrong arguments are coloured too, so this comes before parsing.
    set_colours(colours(&given));
    let command = match parse(&given) {
        Ok(arguments) => {
            set_colours(arguments.color);
            arguments.command
        }
        Err(error) => {
            if error.use_stderr() && before_escape(&given).any(|argument| argument == "--json") {
                Failure::of_arguments(&error).print_json(false);
            }
            error.exit();
        }
    };
    run(&command).unwrap_or_else(|failure| {
        if command.is_json() {
            failure.print_json(is_verification(&command, &failure));
        }
        failure.report()
    })
}

fn parse(given: &[OsString]) -> Result<Arguments, clap::Error> {
    let command = help::fit(Arguments::command(), help::width());
    let matches = command.try_get_matches_from(given)?;
    Arguments::from_arg_matches(&matches)
}

fn run(command: &Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Prove(arguments) => command::prove::run(arguments),
        Command::Verify(arguments) => command::verify::run(arguments),
        Command::Execute(arguments) => command::execute::run(arguments),
        Command::Cid(arguments) => command::cid::run(arguments),
        Command::Models(arguments) => command::models::run(arguments),
        Command::Inspect(arguments) => command::inspect::run(arguments),
        Command::Import(arguments) => command::import::run(arguments),
        Command::Evaluate(arguments) => command::evaluate::run(arguments),
        Command::Keygen(arguments) => command::keygen::run(arguments),
        Command::Setup(arguments) => command::setup::run(arguments),
        Command::Evm(arguments) => command::evm::run(arguments),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => command::serve::run(arguments),
        Command::Completions(arguments) => command::documents::complete(arguments),
        Command::Man(arguments) => command::documents::manual(arguments),
    }
}

/// Whether a failure means that a proof is refused. JSON then has `"verified": false`.
const fn is_verification(command: &Command, failure: &Failure) -> bool {
    match command {
        Command::Verify(_) => true,
        // If the node cannot be reached, the proof may still be true.
        Command::Evm(arguments) => {
            matches!(arguments.command, EvmCommand::Verify(_)) && failure.exit() == EXIT_REFUSED
        }
        _ => false,
    }
}

/// The arguments before `--`: only these can be options.
fn before_escape(given: &[OsString]) -> impl Iterator<Item = &OsString> {
    given.iter().take_while(|argument| *argument != "--")
}

/// The choice that `--color` gives, before the arguments are parsed.
fn colours(given: &[OsString]) -> ColorChoice {
    let mut arguments = before_escape(given).map(|argument| argument.to_str().unwrap_or_default());
    let mut choice = None;
    while let Some(argument) = arguments.next() {
        if argument == "--color" {
            choice = arguments.next();
        } else if let Some(value) = argument.strip_prefix("--color=") {
            choice = Some(value);
        }
    }
    let choice = choice.and_then(|choice| ColorChoice::from_str(choice, false).ok());
    choice.unwrap_or(ColorChoice::Auto)
}

/// Decides which streams have colours, for clap's messages and for ours.
fn set_colours(choice: ColorChoice) {
    let choice = match choice {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
}
