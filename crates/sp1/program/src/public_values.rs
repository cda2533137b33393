//! The public values of a program, in the bytes that a contract decodes.

use crate::abi;

/// The first word of a struct that is encoded alone: the offset in bytes at which its fields begin,
/// right after this word.
const OUTER: u64 = 32;

/// The public values of a program for one network: `struct { string ipfsUri; uint8 label; }` in
/// Solidity's ABI.
///
/// ```
/// use zklens_sp1_program::PublicValues;
///
/// let stated = PublicValues { ipfs_uri: "ipfs://Qm".into(), label: 7 };
/// let bytes = stated.encode();
/// assert_eq!(bytes.len(), 5 * 32);
/// assert_eq!(PublicValues::decode(&bytes), Ok(stated));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicValues {
    /// `ipfs://` and the file's CID, version 0.
    pub ipfs_uri: String,
    /// The number of the class.
    pub label: u8,
}

impl PublicValues {
    /// The bytes that the program writes: six words for the address of a file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(6 * abi::WORD);
        for number in [OUTER, 2 * 32, self.label.into()] {
            abi::put_number(&mut bytes, number);
        }
        abi::put_string(&mut bytes, &self.ipfs_uri);
        bytes
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    ///
    /// The bytes are not exactly what [`Self::encode`] writes for some values.
    pub fn decode(bytes: &[u8]) -> Result<Self, PublicValuesError> {
        let read = || {
            Some(Self {
                ipfs_uri: abi::string(bytes, 3)?.to_owned(),
                label: u8::try_from(abi::number(bytes, 2)?).ok()?,
            })
        };
        read()
            .filter(|values| values.encode() == bytes)
            .ok_or(PublicValuesError)
    }
}

/// The public values of the program for all networks:
/// `struct { bytes32 modelDigest; string ipfsUri; uint16 label; }` in Solidity's ABI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelPublicValues {
    /// The last 32 bytes of the `.zkl` file, which name the model.
    pub model_digest: [u8; 32],
    /// `ipfs://` and the file's CID, version 0.
    pub ipfs_uri: String,
    /// The number of the class.
    pub label: u16,
}

impl ModelPublicValues {
    /// The bytes that the program writes: seven words for the address of a file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(7 * abi::WORD);
        abi::put_number(&mut bytes, OUTER);
        bytes.extend(self.model_digest);
        abi::put_number(&mut bytes, 3 * 32);
        abi::put_number(&mut bytes, self.label.into());
        abi::put_string(&mut bytes, &self.ipfs_uri);
        bytes
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    ///
    /// The bytes are not exactly what [`Self::encode`] writes for some values.
    pub fn decode(bytes: &[u8]) -> Result<Self, PublicValuesError> {
        let read = || {
            Some(Self {
                model_digest: *abi::word(bytes, 1)?,
                ipfs_uri: abi::string(bytes, 4)?.to_owned(),
                label: u16::try_from(abi::number(bytes, 3)?).ok()?,
            })
        };
        read()
            .filter(|values| values.encode() == bytes)
            .ok_or(PublicValuesError)
    }
}

/// The bytes are not the public values of such a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the public values are not what this program writes")]
pub struct PublicValuesError;
