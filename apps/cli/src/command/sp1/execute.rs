//! `zklens execute --engine sp1`: image files → labels by the program that SP1 proves, and its instructions.

use crate::args::{Engine, ExecuteArguments, Version, given};
use crate::command::each_image::EachImage;
use crate::failure::{EXIT_INPUT, Failure};
use crate::output::{printable, say, tell};
use crate::sp1::{self, ImageBytes, Seen, Task, thousands};
use crate::stages::reporting;
use crate::{files, output};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use zklens_sp1::{Network, Worker};

/// One image's result, as `--json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Execution {
    file: String,
    #[serde(flatten)]
    seen: Seen,
    cycles: u64,
    gas: Option<u64>,
    /// The instructions of each stage, if they are counted.
    stages: BTreeMap<String, u64>,
    public_values: String,
    #[serde(skip)]
    has_digest: bool,
}

pub(crate) fn run(arguments: &ExecuteArguments) -> Result<ExitCode, Failure> {
    let is_one = matches!(arguments.cid.cid_version, Version::One);
    Engine::Sp1.refuse(&[given("--cid-version 1", is_one)])?;
    let task = Task::of_model(&arguments.model.model)?;
    let paths = files::expand(arguments.images.paths())?;
    let worker = sp1::worker(arguments.verbose)?;
    let is_watched = paths.len() == 1 && !arguments.verbose;
    let images = EachImage {
        paths: &paths,
        doing: "running",
        json: arguments.json,
    };
    let work = |path: &Path| execute(path, &task, &worker, is_watched);
    let print = |_: &Path, execution| print(&execution, arguments, paths.len() > 1);
    // If SP1 itself fails, it would fail for the next image too.
    images.run(work, print, |failure| failure.exit() != EXIT_INPUT)
}

fn execute(
    path: &Path,
    task: &Task,
    worker: &Worker,
    is_watched: bool,
) -> Result<Execution, Failure> {
    let image = ImageBytes::read(path)?;
    image.note_orientation(task.model.preprocessing().is_upright());
    let inputs = task.inputs(&image);
    let outcome = if is_watched {
        reporting("running", |progress| {
            worker.execute(task.program, inputs, progress)
        })
    } else {
        worker.execute(task.program, inputs, |_| ())
    };
    let executed = outcome.map_err(|error| image.failure(&error))?;
    image.check(&executed.statement)?;
    let execution = executed.execution;
    Ok(Execution {
        file: image.name,
        seen: Seen::of(&executed.statement, Some(&task.model)),
        cycles: execution.cycles,
        gas: execution.gas,
        stages: execution.stages,
        public_values: output::prefixed_hex(&execution.public_values.0),
        has_digest: matches!(executed.statement.network, Network::Digest(_)),
    })
}

fn print(
    execution: &Execution,
    arguments: &ExecuteArguments,
    is_one_of_many: bool,
) -> Result<(), Failure> {
    if arguments.json {
        output::print_json_line(execution)?;
    } else {
        print_text(execution, is_one_of_many)?;
    }
    if arguments.verbose {
        let stage = |(name, cycles): (&String, &u64)| format!("{name} {}, ", thousands(*cycles));
        let stages = execution.stages.iter().map(stage).collect::<String>();
        tell!(
            "{}: {stages}total {} cycles",
            printable(&execution.file),
            thousands(execution.cycles)
        );
    }
    Ok(())
}

fn print_text(execution: &Execution, is_one_of_many: bool) -> Result<(), Failure> {
    let seen = &execution.seen;
    if is_one_of_many {
        say!("{}", printable(&execution.file));
    }
    say!("PublicValuesStruct {{");
    if execution.has_digest {
        say!("    modelDigest: 0x{},", seen.model_digest);
    }
    say!("    ipfsUri: \"{}\",", seen.ipfs_uri);
    say!("    label: {},", seen.label);
    say!("}}");
    say!("class:         {}", seen.class());
    say!(
        "model:         {}",
        seen.model.as_deref().unwrap_or("unknown")
    );
    say!("cycles:        {}", thousands(execution.cycles));
    if let Some(gas) = execution.gas {
        say!(
            "gas:           {}, SP1's measure of the cost of proving",
            thousands(gas)
        );
    }
    say!("program:       {}", seen.program);
    say!("program vkey:  {}", seen.program_vkey);
    say!("public values: {}", execution.public_values);
    if is_one_of_many {
        say!("");
    }
    Ok(())
}
