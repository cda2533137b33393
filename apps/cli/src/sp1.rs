//! Networks, images and proofs for the commands that run SP1.

use crate::failure::{EXIT_ENGINE, EXIT_INPUT, EXIT_MODEL, EXIT_REFUSED, EXIT_USAGE, Failure};
use crate::{files, output};
use serde::Serialize;
use std::fmt::Display;
use std::panic;
use std::path::{Path, PathBuf};
use zklens_diagnosis::{Expected, diagnose};
use zklens_image::{CidVersion, cid};
use zklens_model::Model;
use zklens_sp1::protocol::System;
use zklens_sp1::{
    Network, Program, ProofFile, Statement, Verified, VerifyError, Worker, WorkerError,
};

/// A network, and the program that runs it.
pub(crate) struct Task {
    pub(crate) program: &'static Program,
    pub(crate) model: Model,
    /// The `.zkl` file, if the network is not part of the program.
    file: Option<Vec<u8>>,
}

impl Task {
    /// The task for a shipped network, or for a `.zkl` file.
    pub(crate) fn of_model(name: &str) -> Result<Self, Failure> {
        let (model, file) = files::model::load_with_bytes(name)?;
        let program = match file {
            None => name,
            Some(_) => Program::ANY_MODEL,
        };
        let no_program = || Failure::new(EXIT_MODEL, name, "there is no program for SP1");
        Ok(Self {
            program: Program::find(program).ok_or_else(no_program)?,
            model,
            file,
        })
    }

    /// The program's inputs: the image file, and the model file if there is one.
    pub(crate) fn inputs(&self, image: &ImageBytes) -> Vec<Vec<u8>> {
        let image = image.bytes.clone();
        [Some(image), self.file.clone()]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// An image file, for a program.
pub(crate) struct ImageBytes {
    pub(crate) name: String,
    bytes: Vec<u8>,
    pub(crate) ipfs_uri: String,
}

impl ImageBytes {
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let (name, bytes) = (files::name(path), files::read_image(path)?);
        Ok(Self {
            name,
            ipfs_uri: cid::of(&bytes, CidVersion::V0).ipfs_uri(),
            bytes,
        })
    }

    /// As [`files::image::note_orientation`].
    pub(crate) fn note_orientation(&self, is_upright: bool) {
        files::image::note_orientation(&self.name, &self.bytes, is_upright);
    }

    /// Reads the one image that these paths give; an error if they give more.
    pub(crate) fn read_one(paths: &[PathBuf]) -> Result<Self, Failure> {
        match &files::expand(paths)?[..] {
            [path] => Self::read(path),
            paths => {
                let cause = format!("a proof of SP1 is about one image, not {}", paths.len());
                let failure = Failure::new(EXIT_USAGE, "--input-image", cause);
                Err(failure.with_help("give one file, and run this command again for each other"))
            }
        }
    }

    /// The failure of a program whose input was this file.
    pub(crate) fn failure(&self, error: &WorkerError) -> Failure {
        if error.is_of_input()
            && let Some(diagnosis) = diagnose(&self.bytes, Expected::Image)
        {
            let failure = Failure::new(EXIT_INPUT, &self.name, diagnosis.what());
            return failure.with_help(diagnosis.help());
        }
        failure(&self.name, error)
    }

    /// Checks that the worker's statement is about this file.
    pub(crate) fn check(&self, statement: &Statement) -> Result<(), Failure> {
        if statement.ipfs_uri == self.ipfs_uri {
            return Ok(());
        }
        let cause = format!(
            "its address is {}, SP1 says {}",
            self.ipfs_uri, statement.ipfs_uri
        );
        let failure = Failure::new(EXIT_ENGINE, &self.name, cause);
        Err(failure.with_help("this is a defect of zklens or SP1, please report it"))
    }
}

/// A statement about an image, as JSON has it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Seen {
    pub(crate) ipfs_uri: String,
    pub(crate) label: u16,
    /// The label's name, if the network is known.
    pub(crate) class: Option<String>,
    /// The network's name, if it is known.
    pub(crate) model: Option<String>,
    pub(crate) model_digest: String,
    pub(crate) program: &'static str,
    pub(crate) program_vkey: String,
}

impl Seen {
    /// Describes a statement; `model` is its network, if that is known.
    pub(crate) fn of(statement: &Statement, model: Option<&Model>) -> Self {
        let digest = match statement.network {
            Network::Digest(digest) => digest,
            Network::Shipped(_) => model.map(Model::digest).unwrap_or_default(),
        };
        let class = |model: &Model| output::class(model.classes(), statement.label.into());
        Self {
            ipfs_uri: statement.ipfs_uri.clone(),
            label: statement.label,
            class: model.map(class),
            model: model.map(|model| model.name().to_owned()),
            model_digest: output::hex(&digest),
            program: &statement.program.name,
            program_vkey: output::hex_word(&statement.program.vkey),
        }
    }

    /// The class, for people.
    pub(crate) fn class(&self) -> &str {
        self.class
            .as_deref()
            .unwrap_or("unknown; --model gives the network")
    }
}

/// Finds `zklens-sp1`, the program that runs SP1.
pub(crate) fn worker(verbose: bool) -> Result<Worker, Failure> {
    let found = Worker::find().map_err(|error| failure("SP1", &error))?;
    Ok(found.verbose(verbose))
}

/// The failure for an error of the worker, with help if there is some; `image` names the image that it read.
pub(crate) fn failure(image: impl Display, error: &WorkerError) -> Failure {
    let failure = if error.is_of_input() {
        Failure::new(EXIT_INPUT, image, error)
    } else {
        Failure::of(EXIT_ENGINE, error)
    };
    match error.help() {
        Some(help) => failure.with_help(help),
        None => failure,
    }
}

/// Verifies the proof in a file called `name`.
pub(crate) fn verify(
    file: &ProofFile,
    name: impl Display,
    verbose: bool,
) -> Result<Verified, Failure> {
    let worker = || Worker::find().map(|worker| worker.verbose(verbose));
    let verified = match file.system {
        System::Core | System::Compressed => zklens_sp1::verify(file, worker),
        System::Groth16 | System::Plonk => silently(|| zklens_sp1::verify(file, worker)),
    };
    verified.map_err(|error| match &error {
        VerifyError::Worker(cause) => failure(name, cause),
        _ => Failure::new(EXIT_REFUSED, name, error),
    })
}

/// Does `work` without messages about panics: SP1's verifier panics on some malformed proofs, and the panics are caught.
fn silently<T>(work: impl FnOnce() -> T) -> T {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let done = work();
    panic::set_hook(hook);
    done
}

/// The name of a proof system on the command line.
pub(crate) const fn system_name(system: System) -> &'static str {
    match system {
        System::Core => "core",
        System::Compressed => "compressed",
        System::Groth16 => "groth16",
        System::Plonk => "plonk",
    }
}

/// A number with its digits in groups of three: `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_threes() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }
}
