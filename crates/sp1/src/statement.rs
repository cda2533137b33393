//! The statement that a proof proves.

use crate::Program;
use zklens_sp1_program::{ModelPublicValues, PublicValues};

/// The number of characters in an address: `ipfs://` and a CID of version 0.
const ADDRESS_CHARACTERS: usize = 53;

/// A claim: the file with this address decodes to pixels in which this network sees this label.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Statement {
    /// The program that makes the claim.
    pub program: &'static Program,
    /// The network.
    pub network: Network,
    /// `ipfs://` and the file's CID, version 0.
    pub ipfs_uri: String,
    /// The number of the class, from 0.
    pub label: u16,
}

/// How a statement names the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// The network is part of the program, and ships with zklens under this name.
    Shipped(&'static str),
    /// The network is an input of the program, and has this digest.
    Digest([u8; 32]),
}

impl Statement {
    /// Reads a program's public values.
    ///
    /// # Errors
    ///
    /// The program does not write these bytes for any file.
    pub fn decode(program: &'static Program, public_values: &[u8]) -> Result<Self, StatementError> {
        let malformed = |_| StatementError::Malformed {
            program: &program.name,
        };
        let statement = if program.takes_model() {
            let values = ModelPublicValues::decode(public_values).map_err(malformed)?;
            Self {
                program,
                network: Network::Digest(values.model_digest),
                ipfs_uri: values.ipfs_uri,
                label: values.label,
            }
        } else {
            let values = PublicValues::decode(public_values).map_err(malformed)?;
            Self {
                program,
                network: Network::Shipped(&program.name),
                ipfs_uri: values.ipfs_uri,
                label: values.label.into(),
            }
        };
        statement.check_label()?;
        if is_address(&statement.ipfs_uri) {
            Ok(statement)
        } else {
            Err(StatementError::Address)
        }
    }

    fn check_label(&self) -> Result<(), StatementError> {
        let Network::Shipped(name) = self.network else {
            return Ok(());
        };
        let model = zklens_models::find(name).and_then(|shipped| shipped.decode().ok());
        let classes = model.map_or(0, |model| model.classes().len());
        if usize::from(self.label) < classes {
            return Ok(());
        }
        Err(StatementError::Label {
            network: name,
            classes,
            got: self.label,
        })
    }
}

/// Whether a text has the form of the address that programs write. Only a proof shows that a file
/// has this address.
fn is_address(text: &str) -> bool {
    let cid = text.strip_prefix("ipfs://Qm");
    text.len() == ADDRESS_CHARACTERS
        && cid.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Why public values are not a statement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// The verifying key belongs to none of [`Program::all`].
    #[error(
        "no program of this zklens has the verifying key 0x{}; the program may be one of another version",
        data_encoding::HEXLOWER.encode(vkey)
    )]
    UnknownProgram {
        /// The unknown verifying key.
        vkey: [u8; 32],
    },
    /// The public values do not have the form that the program writes.
    #[error("the public values do not have the form that the program {program} writes")]
    Malformed {
        /// The program's name.
        program: &'static str,
    },
    /// The label is beyond the network's classes.
    #[error("label {got} is too large: {network} has {classes} classes, counted from 0")]
    Label {
        /// The network's name.
        network: &'static str,
        /// The number of its classes.
        classes: usize,
        /// The label.
        got: u16,
    },
    /// The image's address does not have the form of an IPFS address.
    #[error("the public values lack an IPFS address: expected `ipfs://Qm…`")]
    Address,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "ipfs://QmWjtPo46BPrRdWQTPgXVbet1mwa29XrzznEWnVBgqUX9V";

    fn of_network(ipfs_uri: &str, label: u8) -> Result<Statement, StatementError> {
        let program = Program::find(zklens_models::ALL[0].name).unwrap();
        let ipfs_uri = ipfs_uri.into();
        Statement::decode(program, &PublicValues { ipfs_uri, label }.encode())
    }

    #[test]
    fn a_program_for_one_network_says_address_and_label() {
        let statement = of_network(ADDRESS, 7).unwrap();
        assert_eq!(statement.ipfs_uri, ADDRESS);
        assert_eq!(statement.label, 7);
        let name = zklens_models::ALL[0].name;
        assert_eq!(statement.network, Network::Shipped(name));
        assert_eq!(statement.program.name, name);
    }

    #[test]
    fn the_program_for_all_networks_says_which_one_it_was() {
        let program = Program::find(Program::ANY_MODEL).unwrap();
        let values = ModelPublicValues {
            model_digest: [9; 32],
            ipfs_uri: ADDRESS.into(),
            label: 999,
        };
        let statement = Statement::decode(program, &values.encode()).unwrap();
        assert_eq!(statement.network, Network::Digest([9; 32]));
        assert_eq!(statement.label, 999);
    }

    #[test]
    fn a_network_has_no_label_beyond_its_classes() {
        assert!(of_network(ADDRESS, 9).is_ok());
        let error = of_network(ADDRESS, 10).unwrap_err();
        assert!(matches!(
            error,
            StatementError::Label {
                classes: 10,
                got: 10,
                ..
            }
        ));
    }

    #[test]
    fn another_text_is_no_address() {
        let longer = format!("{ADDRESS}A");
        let escape = ADDRESS.replace('W', "\u{1b}");
        for text in ["", "ipfs://Qm", &ADDRESS[7..], &longer, &escape] {
            assert_eq!(
                of_network(text, 0).unwrap_err(),
                StatementError::Address,
                "{text}"
            );
        }
    }

    #[test]
    fn one_program_does_not_write_what_the_other_does() {
        let any = Program::find(Program::ANY_MODEL).unwrap();
        let ipfs_uri = ADDRESS.into();
        let bytes = PublicValues { ipfs_uri, label: 0 }.encode();
        for bytes in [&bytes[..], &[], &[0; 160]] {
            let error = Statement::decode(any, bytes).unwrap_err();
            assert!(matches!(error, StatementError::Malformed { .. }));
        }
    }
}
