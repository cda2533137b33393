//! The setup: the one that is shipped, or a `.zks` file.

use crate::failure::{EXIT_INPUT, EXIT_REFUSED, EXIT_USAGE, Failure};
use crate::files;
use std::fs::File;
use std::path::Path;
use zklens_ceremony::{MAX_POWERS, PROOF_POWERS, SetupFileError};
use zklens_commitment::{Setup, SetupError, VerifierSetup};

/// Opens the file of a setup or of a ceremony. Standard input is refused: these files are read in several places.
pub(crate) fn open(path: &Path) -> Result<File, Failure> {
    if files::is_dash(path) {
        let cause = "setups and ceremonies are read from files, not from standard input";
        let failure = Failure::new(EXIT_USAGE, path.display(), cause);
        return Err(failure.with_help("save it as a file, and give the file's name"));
    }
    files::open(path)
}

/// A setup that is not decoded yet.
#[derive(Debug)]
pub(crate) struct SetupFile {
    name: String,
    is_shipped: bool,
    content: zklens_ceremony::SetupFile,
}

impl SetupFile {
    /// The powers of a setup that a proof may use: from a file, or from the shipped setup if no path is given.
    pub(crate) fn for_proofs(path: Option<&Path>) -> Result<Self, Failure> {
        Self::open(path, PROOF_POWERS)
    }

    /// All powers of a setup.
    pub(crate) fn whole(path: Option<&Path>) -> Result<Self, Failure> {
        Self::open(path, MAX_POWERS)
    }

    /// A setup that is not the shipped one.
    pub(crate) const fn of(name: String, content: zklens_ceremony::SetupFile) -> Self {
        Self {
            name,
            is_shipped: false,
            content,
        }
    }

    fn open(path: Option<&Path>, powers: usize) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self {
                name: "the shipped setup".into(),
                is_shipped: true,
                content: zklens_ceremony::SetupFile::shipped(powers),
            });
        };
        let read = zklens_ceremony::SetupFile::read(&mut open(path)?, powers);
        let content = read.map_err(|error| {
            let failure = Failure::new(EXIT_INPUT, path.display(), &error);
            match error {
                SetupFileError::Read(_) => failure,
                _ => failure
                    .with_help("`zklens setup import` makes a setup of a ceremony's .ptau file"),
            }
        })?;
        Ok(Self::of(path.display().to_string(), content))
    }

    /// Whether its `τ` is that of the shipped setup.
    pub(crate) fn is_of_shipped_ceremony(&self) -> bool {
        self.content.is_of_shipped_ceremony()
    }

    /// The verifier's part.
    pub(crate) fn verifier(&self) -> Result<VerifierSetup, Failure> {
        self.content.verifier().map_err(|error| self.fault(error))
    }

    /// The prover's part. A setup from a file is checked first, because the secrecy of proofs depends on it.
    pub(crate) fn setup(&self) -> Result<Setup, Failure> {
        if self.is_shipped {
            self.decode()
        } else {
            self.check()
        }
    }

    /// Decodes the points, without a check that they are powers of one number.
    pub(crate) fn decode(&self) -> Result<Setup, Failure> {
        self.content.decode().map_err(|error| self.fault(error))
    }

    /// Decodes the points, and checks that they are powers of one number.
    pub(crate) fn check(&self) -> Result<Setup, Failure> {
        self.content.check().map_err(|error| self.fault(error))
    }

    /// The file's bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        self.content.encode()
    }

    fn fault(&self, error: SetupError) -> Failure {
        let exit = match error {
            SetupError::Mismatch => EXIT_REFUSED,
            _ => EXIT_INPUT,
        };
        Failure::new(exit, &self.name, error)
    }
}
