//! Accounts that send transactions.

use alloy_primitives::{Address, B256, Signature, hex};
use k256::ecdsa::SigningKey;
use keystore::Keystore;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use zeroize::Zeroizing;

mod keystore;

/// An account. Its private key, if it is known here, is wiped from memory on drop and never printed.
pub struct Account {
    address: Address,
    key: Option<SigningKey>,
}

/// Why an account cannot be read. No error shows the secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The text is not 64 hex digits.
    #[error("expected a private key of 64 hex digits, got a text of {length} characters")]
    PrivateKey {
        /// The text's number of characters.
        length: usize,
    },
    /// The digits are zero or too large for secp256k1.
    #[error("a private key must be above zero and below the curve's order")]
    OutOfRange,
    /// The password is wrong.
    #[error("the password does not open this keystore")]
    Password,
    /// The file is not a keystore.
    #[error("expected an Ethereum keystore (version 3 of Web3 Secret Storage): {0}")]
    NotAKeystore(String),
    /// The keystore has a parameter that no wallet writes, or asks for too much memory or work.
    #[error("the keystore's {name} is {got}, expected {expected}")]
    Parameter {
        /// The parameter, and its function.
        name: &'static str,
        /// The file's value.
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
    /// The text is not the digits of a private key.
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
    /// It cannot be read as a keystore, asks for more memory or work, or has a different password.
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

    /// Whether the private key is known here.
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
