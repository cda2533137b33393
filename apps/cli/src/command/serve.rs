//! `zklens serve`: the page and the API.

use crate::args::ServeArguments;
use crate::failure::{EXIT_MODEL, EXIT_OUTPUT, EXIT_USAGE, Failure};
use crate::files;
use std::process::ExitCode;
use zklens_server::ServeError;

pub(crate) fn run(arguments: &ServeArguments) -> Result<ExitCode, Failure> {
    zklens_server::log_to_stderr(arguments.log())
        .map_err(|error| Failure::new(EXIT_OUTPUT, "logs", error))?;
    let models = arguments.model.iter().map(|name| files::model::load(name));
    let models = models.collect::<Result<Vec<_>, _>>()?;
    zklens_server::run(&arguments.options(), models).map_err(|error| match error {
        ServeError::Listen { .. } => Failure::of(EXIT_USAGE, error)
            .with_help("give an address of this machine and a port that is free by --listen"),
        ServeError::Engine(_) => Failure::of(EXIT_MODEL, error),
        _ => Failure::of(EXIT_OUTPUT, error),
    })?;
    Ok(ExitCode::SUCCESS)
}
