//! The programs that SP1 proves.

use serde::Deserialize;
use std::sync::LazyLock;

/// A program that SP1 runs, as it stands in `elf/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Program {
    /// The name of its file. The program for one network has that network's name.
    pub name: String,
    /// SHA-256 of the file.
    #[serde(with = "hex")]
    pub sha256: [u8; 32],
    /// The verifying key, which names the program in proofs: SP1's digest of the machine's state
    /// before the first instruction.
    #[serde(with = "hex")]
    pub vkey: [u8; 32],
}

/// All programs, in the order of `elf/programs.json`.
static ALL: LazyLock<Vec<Program>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../elf/programs.json")).unwrap_or_default()
});

/// A program of an earlier zklens. Its proofs still count.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Retired {
    program: Program,
    /// SP1's encoding of the verifying key whose digest is [`Program::vkey`].
    #[serde(with = "hex")]
    key: Vec<u8>,
    /// The digest of the network inside the program. `None` for [`Program::ANY_MODEL`].
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a test compares it with the shipped network")
    )]
    model: Option<String>,
}

/// Programs that were once in `elf/programs.json`, the oldest first.
///
/// A proof of such a program says the same as one of its successor: the program is named after the same shipped network,
/// which a test compares by its digest.
static RETIRED: LazyLock<Vec<Retired>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../elf/retired.json")).unwrap_or_default());

impl Program {
    /// The name of the program for all networks, which takes a `.zkl` file as its second input.
    pub const ANY_MODEL: &str = "any-model";

    /// All programs: one for each shipped network, then [`Self::ANY_MODEL`].
    #[must_use]
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The program of this name: that of a shipped network, or [`Self::ANY_MODEL`].
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|program| program.name == name)
    }

    /// The program with this verifying key, which is in every proof. It may be one of an earlier zklens.
    #[must_use]
    pub fn with_vkey(vkey: &[u8; 32]) -> Option<&'static Self> {
        ALL.iter()
            .chain(Self::retired())
            .find(|program| program.vkey == *vkey)
    }

    /// The programs of earlier versions of zklens, the oldest first.
    pub fn retired() -> impl Iterator<Item = &'static Self> {
        RETIRED.iter().map(|retired| &retired.program)
    }

    /// SP1's encoding of the verifying key of a program of an earlier zklens, given the digest of the key.
    #[must_use]
    pub fn retired_key(vkey: &[u8]) -> Option<&'static [u8]> {
        let mut retired = RETIRED.iter();
        let found = retired.find(|retired| retired.program.vkey == *vkey)?;
        Some(&found.key)
    }

    /// Whether the program takes a `.zkl` file as its second input. Its public values then have the
    /// model's digest.
    #[must_use]
    pub fn takes_model(&self) -> bool {
        self.name == Self::ANY_MODEL
    }
}

/// Bytes as hexadecimal digits.
mod hex {
    use data_encoding::HEXLOWER_PERMISSIVE;
    use serde::de::{Deserialize, Deserializer, Error};

    pub(super) fn deserialize<'de, D: Deserializer<'de>, T: TryFrom<Vec<u8>>>(
        text: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(text)?;
        let digits = text.strip_prefix("0x").unwrap_or(&text);
        HEXLOWER_PERMISSIVE
            .decode(digits.as_bytes())
            .map_err(D::Error::custom)?
            .try_into()
            .map_err(|_| D::Error::custom("another number of bytes was expected"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_program_for_each_shipped_network_and_one_for_all() {
        let mut names: Vec<_> = zklens_models::ALL.iter().map(|m| m.name).collect();
        names.push(Program::ANY_MODEL);
        let programs: Vec<_> = Program::all().iter().map(|p| p.name.as_str()).collect();
        assert_eq!(programs, names);
    }

    /// Otherwise a proof of a retired program would be taken for one about today's network.
    #[test]
    fn retired_programs_hold_the_networks_that_are_shipped_now() {
        let listed: serde_json::Value =
            serde_json::from_str(include_str!("../elf/retired.json")).unwrap();
        assert_eq!(listed.as_array().map(Vec::len), Some(RETIRED.len()));
        for Retired { program, model, .. } in RETIRED.iter() {
            let shipped = zklens_models::find(&program.name);
            let digest = shipped
                .map(|shipped| data_encoding::HEXLOWER.encode(&shipped.decode().unwrap().digest()));
            assert_eq!(*model, digest, "{}", program.name);
            assert_eq!(program.takes_model(), digest.is_none());
        }
    }

    #[test]
    fn a_retired_program_is_found_by_its_key_and_not_by_its_name() {
        for Retired { program, key, .. } in RETIRED.iter() {
            let found = Program::with_vkey(&program.vkey).unwrap();
            assert_eq!(found.sha256, program.sha256);
            assert_eq!(Program::retired_key(&program.vkey), Some(key.as_slice()));
            assert_ne!(Program::find(&program.name).unwrap().vkey, program.vkey);
        }
        for program in Program::all() {
            assert_eq!(Program::retired_key(&program.vkey), None);
        }
    }
}
