//! The setup: the one that is shipped, or a file of this format.
//!
//! ```text
//! "ZKLS"      4 bytes
//! version     u16, little-endian
//! [τ]₂        x₁, x₀, y₁, y₀, each 32 bytes, big-endian
//! powers      [1]₁, [τ]₁, …: x, then y, each 32 bytes, big-endian, to the end of the file
//! ```

use crate::failure::{EXIT_INPUT, EXIT_REFUSED, Failure};
use crate::files;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use zklens_commitment::{Columns, Setup, SetupError, VerifierSetup};

pub(crate) const MAGIC: [u8; 4] = *b"ZKLS";

const VERSION: u16 = 1;

/// Bytes before the powers.
const HEADER_BYTES: usize = 4 + 2 + 4 * 32;

const POINT_BYTES: usize = 64;

/// The most powers that any proof uses.
const PROOF_POWERS: usize = Columns::MAX.count() + 1;

/// The most powers that are read at all.
const MAX_POWERS: usize = (1 << 24) + 1;

/// A setup that is not decoded yet.
#[derive(Debug)]
pub(crate) struct SetupFile {
    name: String,
    is_shipped: bool,
    tau_g2: [[u8; 32]; 4],
    string: Cow<'static, [u8]>,
}

impl SetupFile {
    /// As many powers of a setup as a proof may use: of the shipped one, or of a file.
    pub(crate) fn for_proofs(path: Option<&Path>) -> Result<Self, Failure> {
        Self::open(path, PROOF_POWERS)
    }

    /// All of a setup.
    pub(crate) fn whole(path: Option<&Path>) -> Result<Self, Failure> {
        Self::open(path, MAX_POWERS)
    }

    /// A setup of points in this format's encoding.
    pub(crate) const fn of_points(name: String, tau_g2: [[u8; 32]; 4], string: Vec<u8>) -> Self {
        Self {
            name,
            is_shipped: false,
            tau_g2,
            string: Cow::Owned(string),
        }
    }

    fn open(path: Option<&Path>, powers: usize) -> Result<Self, Failure> {
        let Some(path) = path else {
            let whole: &[u8] = zklens_setup::STRING;
            let string = whole.get(..powers * POINT_BYTES).unwrap_or(whole);
            return Ok(Self {
                name: "the shipped setup".into(),
                is_shipped: true,
                tau_g2: zklens_setup::TAU_G2,
                string: Cow::Borrowed(string),
            });
        };
        let mut file = files::open(path)?;
        let fault = |cause: &dyn std::fmt::Display| Failure::new(EXIT_INPUT, path.display(), cause);
        let tau_g2 = read_header(&mut file).map_err(|cause| fault(&cause).with_help(HELP))?;
        let mut string = Vec::new();
        file.take((powers * POINT_BYTES) as u64)
            .read_to_end(&mut string)
            .map_err(|error| fault(&error))?;
        Ok(Self::of_points(path.display().to_string(), tau_g2, string))
    }

    /// Whether this has the `τ` of the setup that comes with zklens.
    pub(crate) fn is_of_shipped_ceremony(&self) -> bool {
        self.tau_g2 == zklens_setup::TAU_G2
    }

    /// What a verifier needs.
    pub(crate) fn verifier(&self) -> Result<VerifierSetup, Failure> {
        VerifierSetup::decode(&self.tau_g2).map_err(|error| self.fault(error))
    }

    /// What a prover needs. A setup that is not the shipped one is checked, since secrecy depends on it.
    pub(crate) fn setup(&self) -> Result<Setup, Failure> {
        let setup = self.decode()?;
        if !self.is_shipped {
            setup.check().map_err(|error| self.fault(error))?;
        }
        Ok(setup)
    }

    /// Decodes the points, and leaves it open whether they are powers.
    pub(crate) fn decode(&self) -> Result<Setup, Failure> {
        Setup::decode(&self.string, &self.tau_g2).map_err(|error| self.fault(error))
    }

    /// Decodes the points and checks that they are powers.
    pub(crate) fn check(&self) -> Result<Setup, Failure> {
        let setup = self.decode()?;
        setup.check().map_err(|error| self.fault(error))?;
        Ok(setup)
    }

    /// The file's bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        file.extend(VERSION.to_le_bytes());
        file.extend(self.tau_g2.as_flattened());
        file.extend_from_slice(&self.string);
        file
    }

    fn fault(&self, error: SetupError) -> Failure {
        let exit = match error {
            SetupError::Mismatch => EXIT_REFUSED,
            _ => EXIT_INPUT,
        };
        Failure::new(exit, &self.name, error)
    }
}

const HELP: &str = "`zklens setup import` makes a setup of a ceremony's .ptau file";

fn read_header(file: &mut File) -> Result<[[u8; 32]; 4], String> {
    let mut header = [0; HEADER_BYTES];
    file.read_exact(&mut header)
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => "not a setup: the file is too short".into(),
            _ => error.to_string(),
        })?;
    let (magic, rest) = header.split_at(MAGIC.len());
    if magic != MAGIC {
        return Err("not a setup: the file does not begin with `ZKLS`".into());
    }
    let (version, coordinates) = rest.split_at(2);
    let version = u16::from_le_bytes([version[0], version[1]]);
    if version != VERSION {
        return Err(format!(
            "the setup has format version {version}; this program reads version {VERSION}"
        ));
    }
    let mut tau_g2 = [[0; 32]; 4];
    tau_g2.as_flattened_mut().copy_from_slice(coordinates);
    Ok(tau_g2)
}
