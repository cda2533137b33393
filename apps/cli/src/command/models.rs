//! `zklens models`: the shipped networks.

use crate::args::ModelsArguments;
use crate::command::inspect::Summary;
use crate::failure::{EXIT_MODEL, Failure};
use crate::output::say;
use crate::{model_file, output};
use std::process::ExitCode;

pub(crate) fn run(arguments: &ModelsArguments) -> Result<ExitCode, Failure> {
    if let Some(name) = &arguments.name {
        let Some(shipped) = zklens_models::find(name) else {
            let known = zklens_models::ALL.map(|shipped| shipped.name).join(", ");
            let failure = Failure::new(EXIT_MODEL, name, "no such model");
            return Err(failure.with_help(format!(
                "shipped models: {known}; `zklens inspect` shows what is in a file"
            )));
        };
        if !arguments.json {
            say!("{}", shipped.card.trim_end());
            return Ok(ExitCode::SUCCESS);
        }
    }
    let wanted = |name: &str| {
        arguments
            .name
            .as_deref()
            .is_none_or(|wanted| wanted == name)
    };
    let mut summaries = Vec::new();
    for shipped in zklens_models::ALL
        .iter()
        .filter(|shipped| wanted(shipped.name))
    {
        let summary = Summary::of(&model_file::load(shipped.name)?);
        if !arguments.json {
            say!("{}  {}", shipped.name, shipped.summary);
            say!("    input    {}", summary.input);
            say!("    classes  {}", summary.classes.join(", "));
            say!("    size     {} weights and biases", summary.parameters);
            say!("    digest   {}\n", summary.digest);
        }
        summaries.push(summary);
    }
    if arguments.json {
        output::print_json(&summaries)?;
    } else {
        say!("`zklens models NAME` prints a model card, `zklens inspect NAME` the layers.");
    }
    Ok(ExitCode::SUCCESS)
}
