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

    /// The program with this verifying key, which is in every proof.
    #[must_use]
    pub fn with_vkey(vkey: &[u8; 32]) -> Option<&'static Self> {
        ALL.iter().find(|program| program.vkey == *vkey)
    }

    /// Whether the program takes a `.zkl` file as its second input. Its public values then have the
    /// model's digest.
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
        HEXLOWER_PERMISSIVE
            .decode(digits.as_bytes())
            .map_err(D::Error::custom)?
            .try_into()
            .map_err(|_| D::Error::custom("expected 32 bytes"))
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
