//! The embedded programs, and the verifying keys that name them in proofs.

use crate::failure;
use data_encoding::HEXLOWER;
use sp1_sdk::blocking::{Prover, ProverClient};
use sp1_sdk::{Elf, HashableKey, ProvingKey, SP1VerifyingKey};
use zklens_sp1::Program;
use zklens_sp1::protocol::{Bytes, Failure};

/// A program with its name and its verifying key.
pub(crate) struct Embedded {
    pub(crate) name: &'static str,
    elf: &'static [u8],
    key: &'static [u8],
}

macro_rules! embedded {
    ($name:literal) => {
        Embedded {
            name: $name,
            elf: include_bytes!(concat!("../../elf/", $name, ".elf")),
            key: include_bytes!(concat!("../../elf/", $name, ".vk")),
        }
    };
}

/// In the order of `elf/programs.json`.
const ALL: [Embedded; 3] = [
    embedded!("fashion-mlp"),
    embedded!("mnist-cnn"),
    embedded!("any-model"),
];

impl Embedded {
    /// The program of this name. Fails if its verifying key is not `vkey`.
    pub(crate) fn find(name: &str, vkey: &[u8]) -> Result<Self, Failure> {
        let listed = Program::find(name).is_some_and(|program| program.vkey == vkey);
        let mut all = ALL.into_iter().filter(|_| listed);
        all.find(|program| program.name == name)
            .ok_or_else(failure::other_version)
    }

    pub(crate) const fn elf(&self) -> Elf {
        Elf::Static(self.elf)
    }

    /// The stored verifying key, since SP1 takes half a minute to compute it. It is checked against
    /// the digest in `elf/programs.json`.
    pub(crate) fn key(&self) -> Result<SP1VerifyingKey, Failure> {
        let key: SP1VerifyingKey = bincode::deserialize(self.key)
            .map_err(|error| failure::engine(format!("{}.vk: {error}", self.name)))?;
        let listed = Program::find(self.name).map(|program| program.vkey.to_vec());
        if listed == Some(digest(&key).0) {
            Ok(key)
        } else {
            Err(failure::engine(format!(
                "{}.vk is the key of another program",
                self.name
            )))
        }
    }
}

/// The verifying key with which to check proofs of a program, which may be one of an earlier zklens.
pub(crate) fn verifying(name: &str, vkey: &[u8]) -> Result<SP1VerifyingKey, Failure> {
    let Some(bytes) = Program::retired_key(vkey) else {
        return Embedded::find(name, vkey)?.key();
    };
    let key: SP1VerifyingKey = bincode::deserialize(bytes)
        .map_err(|error| failure::engine(format!("elf/retired.json: {name}: {error}")))?;
    if digest(&key).0 == vkey {
        Ok(key)
    } else {
        let message = format!("elf/retired.json: {name} has the key of another program");
        Err(failure::engine(message))
    }
}

/// Computes the program's verifying key, and returns SP1's digest of it, which contracts hold.
pub(crate) fn compute(program: &Embedded) -> Result<Bytes, Failure> {
    let client = ProverClient::builder().light().build();
    let key = client
        .setup(program.elf())
        .map_err(|error| failure::engine(format!("{}: {error}", program.name)))?;
    Ok(digest(key.verifying_key()))
}

/// The digest of a verifying key, in 32 bytes. (SP1's own function for this panics if the first is
/// zero.)
pub(crate) fn digest(key: &SP1VerifyingKey) -> Bytes {
    let text = key.bytes32();
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
        let listed: Vec<_> = Program::all()
            .iter()
            .map(|p| (p.name.as_str(), p.sha256))
            .collect();
        let embedded = ALL.map(|p| (p.name, Sha256::digest(p.elf).into()));
        assert_eq!(listed, embedded);
    }

    #[test]
    fn stored_keys_have_the_digests_of_the_list() {
        for program in ALL {
            let listed = Program::find(program.name).expect("it is listed");
            let key = program.key().expect("it is the program's");
            assert_eq!(digest(&key).0, listed.vkey);
        }
    }

    #[test]
    fn keys_of_retired_programs_have_the_digests_of_the_list() {
        assert!(Program::retired().count() > 0);
        for program in Program::retired() {
            let key = verifying(&program.name, &program.vkey).expect("it is the program's");
            assert_eq!(digest(&key).0, program.vkey);
            assert!(Embedded::find(&program.name, &program.vkey).is_err());
        }
        assert!(verifying("fashion-mlp", &[0; 32]).is_err());
    }

    #[test]
    fn a_key_of_another_program_is_refused() {
        let [first, second, _] = ALL;
        let mixed = Embedded {
            key: second.key,
            ..first
        };
        assert!(mixed.key().is_err());
        let vkey = |name| Program::find(name).expect("it is listed").vkey;
        assert!(Embedded::find(first.name, &vkey(first.name)).is_ok());
        assert!(Embedded::find(first.name, &vkey(second.name)).is_err());
    }
}
