//! Who sends transactions.

use alloy_primitives::{Address, B256, Signature, hex};
use k256::ecdsa::SigningKey;
use keystore::Keystore;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use zeroize::Zeroizing;

mod keystore;

/// An account. Its key, if it has one here, is wiped when it goes, and is never printed.
pub struct Account {
    address: Address,
    key: Option<SigningKey>,
}

/// Why there is no account. What is wrong is said without showing the secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// Not the digits of a private key.
    #[error("expected a private key of 64 hex digits, got {length} characters that are none")]
    PrivateKey {
        /// How long the text is.
        length: usize,
    },
    /// The digits are zero or too large for secp256k1.
    #[error("these 32 bytes are no private key: zero, or above the curve's order")]
    OutOfRange,
    /// The password is wrong.
    #[error("the password does not open this keystore")]
    Password,
    /// The file is no keystore.
    #[error("this is no Ethereum keystore (version 3 of Web3 Secret Storage): {0}")]
    NotAKeystore(String),
    /// The keystore says something that no wallet writes, or asks for too much memory or work.
    #[error("the keystore's {name} is {got}, expected {expected}")]
    Parameter {
        /// The parameter, and its function.
        name: &'static str,
        /// The file's.
        got: String,
        /// The values that wallets write.
        expected: String,
    },
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Account {
    /// The account of a private key, as 64 hex digits with or without `0x`.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn from_private_key(text: &str) -> Result<Self, AccountError> {
        let text = text.trim();
        let digits = text.strip_prefix("0x").unwrap_or(text);
        let mut bytes = Zeroizing::new([0; 32]);
        let length = text.chars().count();
        hex::decode_to_slice(digits, bytes.as_mut())
            .map_err(|_| AccountError::PrivateKey { length })?;
        Self::of_bytes(bytes.as_ref())
    }

    /// The account of a keystore file.
    ///
    /// # Errors
    ///
    /// It cannot be read, or as for [`Self::from_keystore_json`].
    pub fn from_keystore(path: &Path, password: &[u8]) -> Result<Self, AccountError> {
        let mut json = Vec::new();
        let most = keystore::MAX_BYTES as u64 + 1;
        File::open(path)?.take(most).read_to_end(&mut json)?;
        Self::from_keystore_json(&json, password)
    }

    /// The account of a keystore. It takes no more memory and work than the keystores that wallets write: 256 MiB, and
    /// about a second.
    ///
    /// # Errors
    ///
    /// It cannot be read as a keystore, asks for more, or has another password.
    pub fn from_keystore_json(json: &[u8], password: &[u8]) -> Result<Self, AccountError> {
        let key = Keystore::decode(json)?.open(password)?;
        Self::of_bytes(key.as_ref())
    }

    /// An account whose key the node has.
    #[must_use]
    pub const fn unlocked(address: Address) -> Self {
        Self { address, key: None }
    }

    /// Its address.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.address
    }

    /// Signs, if the key is here.
    pub(super) fn sign(&self, hash: &B256) -> Option<Signature> {
        let key = self.key.as_ref()?;
        key.sign_prehash_recoverable(hash.as_slice())
            .ok()
            .map(Signature::from)
    }

    /// Whether the key is here.
    pub(super) const fn has_key(&self) -> bool {
        self.key.is_some()
    }

    fn of_bytes(bytes: &[u8]) -> Result<Self, AccountError> {
        let key = SigningKey::from_slice(bytes).map_err(|_| AccountError::OutOfRange)?;
        Ok(Self {
            address: Address::from_private_key(&key),
            key: Some(key),
        })
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({})", self.address)
    }
}

#[cfg(test)]
mod tests;
