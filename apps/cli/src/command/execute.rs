//! `zklens execute`: image files → label and IPFS address.

use super::each_image::EachImage;
use super::sp1;
use crate::args::{Engine, ExecuteArguments};
use crate::failure::{EXIT_INPUT, EXIT_USAGE, Failure};
use crate::output::{printable, say, tell};
use crate::stages::{Stages, milliseconds};
use crate::{files, output};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;
use zklens_answers::{Execution, RunnerUp};
use zklens_image::{CidVersion, cid};
use zklens_model::Model;

pub(crate) fn run(arguments: &ExecuteArguments) -> Result<ExitCode, Failure> {
    if arguments.engine.engine == Engine::Sp1 {
        return sp1::execute::run(arguments);
    }
    let started = Instant::now();
    let model = files::model::load(&arguments.model.model)?;
    let digest = model.digest();
    if arguments.verbose {
        tell!(
            "model {} loaded in {}",
            model.name(),
            milliseconds(started.elapsed())
        );
    }
    let paths = files::expand(arguments.images.paths())?;
    let images = EachImage {
        paths: &paths,
        doing: "classifying",
        json: arguments.json,
    };
    let work = |path: &Path| execute(path, &model, &digest, arguments);
    let print = |path: &Path, (execution, stages): (Execution, String)| {
        let name = files::name(path);
        print(&execution, &name, arguments, paths.len() > 1)?;
        if arguments.verbose {
            tell!("{}: {stages}", printable(&name));
        }
        Ok(())
    };
    images.run(work, print, |failure| failure.exit() == EXIT_USAGE)
}

fn execute(
    path: &Path,
    model: &Model,
    digest: &[u8; 32],
    arguments: &ExecuteArguments,
) -> Result<(Execution, String), Failure> {
    let mut stages = Stages::start();
    let bytes = files::read_image(path)?;
    stages.end("read");
    let fault = |error: &dyn std::fmt::Display| Failure::new(EXIT_INPUT, files::name(path), error);
    let decoded = zklens_image::decode(&bytes);
    let picture =
        decoded.map_err(|error| files::image::refused(files::name(path), &bytes, &error))?;
    stages.end("decode");
    let pixels = zklens_image::preprocess(&picture, model.preprocessing());
    stages.end("preprocess");
    let result = model.classify(&pixels).map_err(|error| fault(&error))?;
    stages.end("network");
    let cid = cid::of(&bytes, CidVersion::from(arguments.cid.cid_version));
    stages.end("CID");
    let is_upright = model.preprocessing().is_upright();
    files::image::note_orientation(&files::name(path), &bytes, is_upright);
    let execution = Execution::new(model, digest, &result, cid.ipfs_uri());
    Ok((execution.with_file(files::name(path)), stages.finish()))
}

fn print(
    execution: &Execution,
    name: &str,
    arguments: &ExecuteArguments,
    is_one_of_many: bool,
) -> Result<(), Failure> {
    if arguments.json {
        return output::print_json_line(execution);
    }
    if is_one_of_many {
        say!("{}", printable(name));
    }
    say!("PublicValuesStruct {{");
    say!("    ipfsUri: \"{}\",", execution.ipfs_uri);
    say!("    label: {},", execution.label);
    say!("}}");
    let RunnerUp {
        label,
        class,
        margin,
    } = &execution.runner_up;
    say!("class:     {}", execution.class);
    say!("runner-up: {class} (label {label}), {margin:.3} behind");
    say!("model:     {}", execution.model);
    if is_one_of_many {
        say!("");
    }
    Ok(())
}
