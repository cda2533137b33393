//! Who sends transactions.

use alloy_primitives::{Address, B256, Signature, hex};
use eth_keystore::{EthKeystore, KdfparamsType, KeystoreError, decrypt_key};
use k256::ecdsa::SigningKey;
use std::fmt;
use std::path::Path;
use zeroize::Zeroizing;

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
    /// It cannot be read, is no keystore, or has another password.
    pub fn from_keystore(path: &Path, password: &[u8]) -> Result<Self, AccountError> {
        let text = std::fs::read_to_string(path)?;
        let keystore = serde_json::from_str(&text);
        let keystore = keystore.map_err(|error| not_a_keystore(&error))?;
        check_parameters(&keystore)?;
        let key = decrypt_key(path, password).map_err(|error| match error {
            KeystoreError::MacMismatch => AccountError::Password,
            KeystoreError::StdIo(error) => not_a_keystore(&error),
            other => not_a_keystore(&other),
        })?;
        Self::of_bytes(&Zeroizing::new(key))
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

fn not_a_keystore(cause: &impl ToString) -> AccountError {
    AccountError::NotAKeystore(cause.to_string())
}

/// Refuses what the library would panic at, or take all memory for.
fn check_parameters(keystore: &EthKeystore) -> Result<(), AccountError> {
    const MOST_MEMORY: u64 = 1 << 30;
    let crypto = &keystore.crypto;
    let length = match &crypto.kdfparams {
        KdfparamsType::Pbkdf2 { dklen, .. } => *dklen,
        KdfparamsType::Scrypt { dklen, n, p, r, .. } => {
            let memory = u64::from(*n) * u64::from(*r) * 128;
            if !n.is_power_of_two() || memory > MOST_MEMORY || *p > 16 {
                return Err(not_a_keystore(&"parameters of scrypt out of bounds"));
            }
            *dklen
        }
    };
    if crypto.cipher != "aes-128-ctr" || length != 32 || crypto.cipherparams.iv.len() != 16 {
        return Err(not_a_keystore(
            &"expected AES-128-CTR with a key of 32 bytes",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
