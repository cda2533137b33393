//! `zklens setup`: checks the powers of τ, or imports others.

use crate::args::{SetupArguments, SetupCommand, SetupImportArguments, SetupVerifyArguments};
use crate::failure::{EXIT_INPUT, Failure};
use crate::files::destination::Destination;
use crate::files::setup::SetupFile;
use crate::output::say;
use crate::stages::spinning;
use crate::{files, output};
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;
use zklens_ceremony::{PtauError, ptau};

/// The origin of the shipped setup; `setup/README.md` has its full provenance.
const SHIPPED: &str = "Aztec Ignition, 2019, 176 participants, BN254; comes with zklens";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked {
    verified: bool,
    provenance: String,
    powers: usize,
    digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

pub(crate) fn run(arguments: &SetupArguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        SetupCommand::Verify(arguments) => verify(arguments),
        SetupCommand::Import(arguments) => import(arguments),
    }
}

fn verify(arguments: &SetupVerifyArguments) -> Result<ExitCode, Failure> {
    let file = SetupFile::whole(arguments.file.as_deref())?;
    let provenance = match &arguments.file {
        None => SHIPPED.to_owned(),
        Some(path) if file.is_of_shipped_ceremony() => {
            format!("{}; of the ceremony that zklens ships", path.display())
        }
        Some(path) => format!("{}; whose ceremony, the file does not say", path.display()),
    };
    let checked = check(&file, provenance)?;
    print(&checked, arguments.json)
}

fn import(arguments: &SetupImportArguments) -> Result<ExitCode, Failure> {
    let destination = Destination::new(&arguments.output, arguments.force)?;
    let file = read(&arguments.ptau, (1 << arguments.log_columns) + 1)?;
    let checked = check(&file.0, format!("{}; {}", arguments.ptau.display(), file.1))?;
    destination.write(&file.0.encode())?;
    let file = Some(destination.name());
    print(&Checked { file, ..checked }, arguments.json)
}

/// The first `powers` powers of a ceremony's file as a setup, and a description of the ceremony.
fn read(path: &Path, powers: u64) -> Result<(SetupFile, String), Failure> {
    let mut ptau = files::setup::open(path)?;
    let bar = output::progress(powers as usize, "reading powers");
    let beginning = ptau::read(&mut ptau, powers, |_| bar.inc(1));
    bar.finish_and_clear();
    let beginning = beginning.map_err(|error| {
        let failure = Failure::new(EXIT_INPUT, path.display(), &error);
        match error {
            PtauError::Powers { .. } => failure.with_help(
                "take a file of a larger ceremony, or keep fewer powers by --log-columns",
            ),
            _ => failure,
        }
    })?;
    let ceremony = format!("a ceremony of 2^{} powers", beginning.ceremony_power);
    let name = path.display().to_string();
    let content = zklens_ceremony::SetupFile::of_points(beginning.tau_g2, beginning.powers);
    Ok((SetupFile::of(name, content), ceremony))
}

fn check(file: &SetupFile, provenance: String) -> Result<Checked, Failure> {
    let setup = spinning("checking by a pairing", || file.check())?;
    Ok(Checked {
        verified: true,
        provenance,
        powers: setup.powers().len(),
        digest: output::hex(setup.verifier().digest()),
        file: None,
    })
}

fn print(checked: &Checked, json: bool) -> Result<ExitCode, Failure> {
    if json {
        output::print_json(checked)?;
        return Ok(ExitCode::SUCCESS);
    }
    say!("setup:   {}", checked.provenance);
    say!(
        "powers:  {}, all of the same number by a pairing",
        checked.powers
    );
    say!("digest:  {}", checked.digest);
    if let Some(file) = &checked.file {
        say!("written: {file}");
        say!(
            "\nCompare the digest with the one that others get from this ceremony. Commands take the file by --setup."
        );
    }
    Ok(ExitCode::SUCCESS)
}
