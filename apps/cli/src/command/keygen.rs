//! `zklens keygen`: model → key files.

use crate::args::KeygenArguments;
use crate::failure::{EXIT_USAGE, Failure};
use crate::files::destination::Destination;
use crate::files::setup::SetupFile;
use crate::output::say;
use crate::stages::spinning;
use crate::{files, keys, output, randomness};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zklens_prover::{Privacy, ProvingKey};

const VERIFYING: &str = "zkk";
const PROVING: &str = "zkpk";

/// The keys that were written, as `--json` prints them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    model: String,
    model_id: String,
    commitments: usize,
    verifying_key: KeyFile,
    /// The second file, with `--private-weights`.
    proving_key: Option<KeyFile>,
}

#[derive(Debug, Serialize)]
struct KeyFile {
    file: String,
    bytes: usize,
}

pub(crate) fn run(arguments: &KeygenArguments) -> Result<ExitCode, Failure> {
    let path = verifying_path(arguments);
    let verifying = Destination::new(&path, arguments.force)?;
    let proving = proving_path(arguments, &path)?;
    let key = spinning("committing to the weights", || derive(arguments))?;
    // The secret is written first: without it, the verifying key would be useless.
    let proving_key = proving
        .map(|proving| write(&proving, &key.encode()))
        .transpose()?;
    let written = Keys {
        model: key.verifying().name().into(),
        model_id: output::model_id(&key.verifying().id()),
        commitments: key.verifying().weight_commitments().len(),
        verifying_key: write(&verifying, &key.verifying().encode())?,
        proving_key,
    };
    if arguments.json {
        output::print_json(&written)?;
    } else {
        print(&written)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn derive(arguments: &KeygenArguments) -> Result<ProvingKey, Failure> {
    let setup = SetupFile::for_proofs(arguments.setup.setup.as_deref())?.setup()?;
    let model = files::model::load(&arguments.model.model)?;
    let layout = arguments.layout.layout();
    if arguments.private_weights {
        let privacy = Privacy::Private(&mut randomness::source()?);
        keys::new(&setup, model, privacy, layout)
    } else {
        keys::derive(&setup, model, layout)
    }
}

fn verifying_path(arguments: &KeygenArguments) -> PathBuf {
    if !arguments.output.is_dir() {
        return arguments.output.clone();
    }
    let stem = Path::new(&arguments.model.model).file_stem();
    let mut name = stem.unwrap_or("model".as_ref()).to_owned();
    name.push(format!(".{VERIFYING}"));
    arguments.output.join(name)
}

/// Where the proving key goes, if the weights are private. A key with public weights is not written: anyone can derive it.
fn proving_path(
    arguments: &KeygenArguments,
    verifying: &Path,
) -> Result<Option<Destination>, Failure> {
    if !arguments.private_weights {
        return Ok(None);
    }
    if files::is_dash(verifying) {
        let cause = "with --private-weights there are two files, and standard output holds one";
        return Err(Failure::new(EXIT_USAGE, "--output -", cause));
    }
    let proving = verifying.with_extension(PROVING);
    if proving == verifying {
        let cause =
            "the verifying key needs a different name: .zkpk is for the proving key beside it";
        return Err(Failure::new(EXIT_USAGE, verifying.display(), cause));
    }
    Ok(Some(Destination::new(&proving, arguments.force)?.secret()))
}

fn write(destination: &Destination, bytes: &[u8]) -> Result<KeyFile, Failure> {
    destination.write(bytes)?;
    Ok(KeyFile {
        file: destination.name(),
        bytes: bytes.len(),
    })
}

fn print(keys: &Keys) -> Result<(), Failure> {
    let Keys {
        model,
        model_id,
        commitments,
        verifying_key: KeyFile { file, bytes },
        proving_key,
    } = keys;
    say!("model:         {model}");
    say!("model id:      {model_id}");
    say!("verifying key: {file}, {bytes} bytes, {commitments} commitments");
    let Some(KeyFile { file, bytes }) = proving_key else {
        say!("\nThe weights are public: whoever has the model derives the same model id.");
        return Ok(());
    };
    say!("proving key:   {file}, {bytes} bytes, SECRET");
    say!(
        "\nPublish the verifying key and the model id. Keep the proving key: it holds the weights and what\n\
         hides them, and nothing can be proved for this model id without it."
    );
    Ok(())
}
