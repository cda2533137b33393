//! The programs that are proved.

use serde::Deserialize;
use std::sync::LazyLock;

/// A program that SP1 runs, as it stands in `elf/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Program {
    /// The name of its file, and, of the program for one network, that of the network.
    pub name: String,
    /// SHA-256 of the file.
    #[serde(with = "hex")]
    pub sha256: [u8; 32],
    /// What names the program in proofs: SP1's digest of the machine's state before its first instruction.
    #[serde(with = "hex")]
    pub vkey: [u8; 32],
}

/// In the order of `elf/programs.json`.
static ALL: LazyLock<Vec<Program>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../elf/programs.json")).unwrap_or_default()
});

impl Program {
    /// The name of the program for all networks, which takes a `.zkl` file as its second input.
    pub const ANY_MODEL: &str = "any-model";

    /// All programs.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The program for a shipped network, or [`Self::ANY_MODEL`].
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|program| program.name == name)
    }

    /// The program that a proof names.
    #[must_use]
    pub fn with_vkey(vkey: &[u8; 32]) -> Option<&'static Self> {
        ALL.iter().find(|program| program.vkey == *vkey)
    }

    /// Whether it takes a `.zkl` file, and its public values have a model digest.
    #[must_use]
    pub fn takes_model(&self) -> bool {
        self.name == Self::ANY_MODEL
    }
}

/// 32 bytes as hexadecimal digits.
mod hex {
    use data_encoding::HEXLOWER_PERMISSIVE;
    use serde::de::{Deserialize, Deserializer, Error};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(text: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(text)?;
        let digits = text.strip_prefix("0x").unwrap_or(&text);
        let bytes = HEXLOWER_PERMISSIVE.decode(digits.as_bytes());
        let bytes = bytes.map_err(D::Error::custom)?;
        bytes
            .try_into()
            .map_err(|_| D::Error::custom("not 32 bytes"))
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
}
