//! `zklens models`: the shipped networks.

use crate::args::ModelsArguments;
use crate::command::inspect::WithId;
use crate::failure::{EXIT_MODEL, Failure};
use crate::files::setup::SetupFile;
use crate::output::say;
use crate::{files, output};
use std::process::ExitCode;

/// The most weights and biases of a network whose id is derived for a list.
const MOST_PARAMETERS: usize = 1 << 20;

pub(crate) fn run(arguments: &ModelsArguments) -> Result<ExitCode, Failure> {
    if let Some(name) = &arguments.name {
        let Some(shipped) = zklens_models::find(name) else {
            let failure = Failure::new(EXIT_MODEL, name, "no such model");
            return Err(failure.with_help(format!(
                "shipped models: {}; `zklens inspect` shows what is in a file",
                files::model::shipped_names()
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
    let setup = SetupFile::for_proofs(None)?.setup()?;
    let mut described = Vec::new();
    for shipped in zklens_models::built_in().filter(|shipped| wanted(shipped.name)) {
        let loaded = files::model::load(shipped.name)?;
        let is_derived = arguments.name.is_some() || loaded.parameters() <= MOST_PARAMETERS;
        let model = if is_derived {
            WithId::of(&loaded, &setup)
        } else {
            WithId::not_derived(&loaded)
        };
        let summary = &model.summary;
        if !arguments.json {
            say!("{}  {}", shipped.name, shipped.summary);
            say!("    input    {}", summary.input);
            say!("    classes  {}", output::classes(&summary.classes));
            say!("    size     {} weights and biases", summary.parameters);
            say!("    digest   {}", summary.digest);
            say!(
                "    model id {}\n",
                model.model_id.as_deref().unwrap_or(if is_derived {
                    "none"
                } else {
                    "`zklens inspect` derives it, which takes seconds"
                })
            );
        }
        described.push(model);
    }
    if arguments.json {
        output::print_json(&described)?;
    } else {
        say!("`zklens models NAME` prints a model card, `zklens inspect NAME` the layers.");
    }
    Ok(ExitCode::SUCCESS)
}
