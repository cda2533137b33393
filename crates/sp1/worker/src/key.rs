//! The programs, and what names them in proofs.

use crate::failure;
use data_encoding::HEXLOWER;
use sp1_sdk::blocking::{Prover, ProverClient};
use sp1_sdk::{Elf, HashableKey, ProvingKey};
use zklens_sp1::protocol::{Bytes, Failure};

/// A program and its name.
pub(crate) struct Embedded {
    pub(crate) name: &'static str,
    bytes: &'static [u8],
}

/// In the order of `elf/programs.json`.
const ALL: [Embedded; 3] = [
    Embedded {
        name: "fashion-mlp",
        bytes: include_bytes!("../../elf/fashion-mlp.elf"),
    },
    Embedded {
        name: "mnist-cnn",
        bytes: include_bytes!("../../elf/mnist-cnn.elf"),
    },
    Embedded {
        name: "any-model",
        bytes: include_bytes!("../../elf/any-model.elf"),
    },
];

impl Embedded {
    pub(crate) fn find(name: &str) -> Result<Self, Failure> {
        let mut all = ALL.into_iter();
        all.find(|program| program.name == name)
            .ok_or_else(|| failure::engine(format!("there is no program {name}")))
    }

    pub(crate) const fn elf(&self) -> Elf {
        Elf::Static(self.bytes)
    }
}

/// SP1's digest of the program's verifying key, as contracts have it.
pub(crate) fn compute(program: &Embedded) -> Result<Bytes, Failure> {
    let client = ProverClient::builder().light().build();
    let key = client
        .setup(program.elf())
        .map_err(|error| failure::engine(format!("{}: {error}", program.name)))?;
    Ok(digest(&key))
}

/// As 32 bytes. SP1's own function for that panics where the first is zero.
pub(crate) fn digest(key: &impl ProvingKey) -> Bytes {
    let text = key.verifying_key().bytes32();
    let digits = text.strip_prefix("0x").unwrap_or(&text).as_bytes();
    Bytes(HEXLOWER.decode(digits).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};
    use zklens_sp1::Program;

    #[test]
    fn the_programs_are_those_of_the_list() {
        let listed = Program::all().iter();
        let listed: Vec<_> = listed.map(|p| (p.name.as_str(), p.sha256)).collect();
        let embedded = ALL.map(|p| (p.name, Sha256::digest(p.bytes).into()));
        assert_eq!(listed, embedded);
    }
}
