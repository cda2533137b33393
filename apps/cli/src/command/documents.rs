//! `zklens completions` and `zklens man`: scripts for shells, and pages for manuals.

use crate::args::{Arguments, CompletionsArguments, ManArguments};
use crate::failure::{EXIT_OUTPUT, Failure};
use crate::files::destination::Destination;
use crate::help;
use crate::output::{self, say};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use std::process::ExitCode;

/// The columns that `man` leaves for text in a terminal with 80.
const PAGE_WIDTH: usize = 70;

pub(crate) fn complete(arguments: &CompletionsArguments) -> Result<ExitCode, Failure> {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    output::bytes(&script)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn manual(arguments: &ManArguments) -> Result<ExitCode, Failure> {
    let folder = &arguments.folder;
    if !folder.is_dir() {
        let failure = Failure::new(EXIT_OUTPUT, folder.display(), "there is no such folder");
        return Err(failure.with_help("make it first; `man` looks into ~/.local/share/man/man1"));
    }
    let mut command = help::fit(Arguments::command(), PAGE_WIDTH);
    command.build();
    let mut pages = Vec::new();
    collect(&command, &mut pages)?;
    // All destinations are checked before the first page is written.
    let destination = |(name, page): (String, Vec<u8>)| {
        let destination = Destination::new(&folder.join(name), arguments.force)?;
        Ok((destination, page))
    };
    let checked = pages.into_iter().map(destination);
    let destinations = checked.collect::<Result<Vec<_>, Failure>>()?;
    for (destination, page) in &destinations {
        destination.write(page)?;
    }
    say!(
        "{} pages written to {}",
        destinations.len(),
        folder.display()
    );
    Ok(ExitCode::SUCCESS)
}

/// Adds the pages of a command and of its subcommands, each with its file name.
fn collect(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> Result<(), Failure> {
    let man = Man::new(command.clone());
    let name = man.get_filename();
    let mut page = Vec::new();
    man.render(&mut page)
        .map_err(|error| Failure::new(EXIT_OUTPUT, &name, error))?;
    pages.push((name, page));
    let below = command.get_subcommands();
    for subcommand in below.filter(|subcommand| subcommand.get_name() != "help") {
        collect(subcommand, pages)?;
    }
    Ok(())
}
