//! Keystores: version 3 of Web3 Secret Storage, as geth, cast, ethers and others write them.
//!
//! A key derivation function takes as much memory and time as the file asks for, so the file's parameters are compared
//! with those of wallets before it runs.

use super::AccountError;
use aes::Aes128;
use alloy_primitives::{Keccak256, hex};
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use hmac::Hmac;
use serde::{Deserialize, Deserializer, de};
use serde_json::error::Category;
use serde_json::value::RawValue;
use sha2::Sha256;
use std::fmt::Display;
use zeroize::Zeroizing;
use zklens_printable::excerpt;

/// The most bytes of a keystore; wallets write some 500.
pub(super) const MAX_BYTES: usize = 1 << 16;

/// The most characters of a file's text that an error repeats.
const MOST_CHARACTERS: usize = 100;

const KEY_BYTES: usize = 32;

/// The most iterations of pbkdf2; wallets are known to use up to 1,000,000.
const MOST_ITERATIONS: u32 = 1 << 20;

/// The largest `n` of scrypt, that of geth's accounts.
const LARGEST_N: u32 = 1 << 18;

/// The largest `r` and the largest `p` of scrypt: twice those in use.
const LARGEST_FACTOR: u32 = 16;

/// The largest `n·r·p` of scrypt, that of geth's accounts. Scrypt holds `(n + p)·r` blocks of 128 bytes, which is 256 MiB
/// and a little, and mixes `n·r·p` of them twice.
const MOST_BLOCKS: u64 = 1 << 21;

/// A keystore whose key can be derived with bounded memory and work.
#[derive(Debug)]
pub(super) struct Keystore {
    derivation: Derivation,
    iv: [u8; 16],
    ciphertext: [u8; KEY_BYTES],
    mac: [u8; 32],
}

/// The function that derives a key from a password.
#[derive(Debug)]
enum Derivation {
    Pbkdf2 {
        c: u32,
        salt: Hex,
    },
    Scrypt {
        parameters: scrypt::Params,
        salt: Hex,
    },
}

impl Keystore {
    /// Reads a keystore, and derives nothing.
    pub(super) fn decode(json: &[u8]) -> Result<Self, AccountError> {
        if json.len() > MAX_BYTES {
            return Err(not_a_keystore(&format!(
                "it has more than {MAX_BYTES} bytes"
            )));
        }
        let File { version, crypto } = parse(json)?;
        expect("version", version, version == 3, "3")?;
        let cipher = crypto.cipher.as_str();
        expect("cipher", cipher, cipher == "aes-128-ctr", "aes-128-ctr")?;
        let parameters = crypto.kdfparams.get().as_bytes();
        let derivation = if crypto.kdf == "pbkdf2" {
            parse::<Pbkdf2>(parameters)?.check()?
        } else {
            expect(
                "kdf",
                &crypto.kdf,
                crypto.kdf == "scrypt",
                "scrypt or pbkdf2",
            )?;
            parse::<Scrypt>(parameters)?.check()?
        };
        Ok(Self {
            derivation,
            iv: crypto.cipherparams.iv.array("iv")?,
            ciphertext: crypto.ciphertext.array("ciphertext")?,
            mac: crypto.mac.array("mac")?,
        })
    }

    /// The private key, if `password` is right.
    pub(super) fn open(&self, password: &[u8]) -> Result<Zeroizing<[u8; KEY_BYTES]>, AccountError> {
        let derived = self.derivation.run(password)?;
        let [for_cipher, for_mac] = halves(&derived);
        let mut mac = Keccak256::new();
        mac.update(for_mac);
        mac.update(self.ciphertext);
        if mac.finalize() != self.mac {
            return Err(AccountError::Password);
        }
        let mut key = Zeroizing::new(self.ciphertext);
        Ctr128BE::<Aes128>::new(for_cipher.into(), &self.iv.into()).apply_keystream(key.as_mut());
        Ok(key)
    }
}

impl Derivation {
    fn run(&self, password: &[u8]) -> Result<Zeroizing<[u8; KEY_BYTES]>, AccountError> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        match self {
            Self::Pbkdf2 { c, salt } => {
                pbkdf2::pbkdf2::<Hmac<Sha256>>(password, &salt.0, *c, key.as_mut());
            }
            Self::Scrypt { parameters, salt } => {
                let derived = scrypt::scrypt(password, &salt.0, parameters, key.as_mut());
                derived.map_err(|error| not_a_keystore(&error))?;
            }
        }
        Ok(key)
    }
}

fn halves(key: &[u8; KEY_BYTES]) -> [&[u8; KEY_BYTES / 2]; 2] {
    let (halves, _) = key.as_chunks();
    [&halves[0], &halves[1]]
}

#[derive(Deserialize)]
struct File<'a> {
    version: u64,
    // ethers 6 writes it with a capital letter.
    #[serde(borrow, alias = "Crypto")]
    crypto: Crypto<'a>,
}

#[derive(Deserialize)]
struct Crypto<'a> {
    cipher: String,
    cipherparams: CipherParameters,
    ciphertext: Hex,
    kdf: String,
    #[serde(borrow)]
    kdfparams: &'a RawValue,
    mac: Hex,
}

#[derive(Deserialize)]
struct CipherParameters {
    iv: Hex,
}

#[derive(Deserialize)]
struct Pbkdf2 {
    c: u64,
    dklen: u64,
    prf: String,
    salt: Hex,
}

impl Pbkdf2 {
    fn check(self) -> Result<Derivation, AccountError> {
        let Self {
            c,
            dklen,
            prf,
            salt,
        } = self;
        check_length(dklen)?;
        expect("prf", &prf, prf == "hmac-sha256", "hmac-sha256")?;
        let c = up_to("c of pbkdf2", c, MOST_ITERATIONS)?;
        Ok(Derivation::Pbkdf2 { c, salt })
    }
}

#[derive(Deserialize)]
struct Scrypt {
    dklen: u64,
    n: u64,
    p: u64,
    r: u64,
    salt: Hex,
}

impl Scrypt {
    fn check(self) -> Result<Derivation, AccountError> {
        let Self {
            dklen,
            n,
            p,
            r,
            salt,
        } = self;
        check_length(dklen)?;
        let n = up_to("n of scrypt", n, LARGEST_N)?;
        let is_power = n > 1 && n.is_power_of_two();
        expect("n of scrypt", n, is_power, "a power of two above 1")?;
        let r = up_to("r of scrypt", r, LARGEST_FACTOR)?;
        let p = up_to("p of scrypt", p, LARGEST_FACTOR)?;
        // RFC 7914, section 2. Old Python libraries write n = 2^18 with r = 1, which breaks it.
        let most = format!(
            "less than 2^{} for this r (write the keystore anew, with geth or cast)",
            16 * r
        );
        expect("n of scrypt", n, n.ilog2() < 16 * r, &most)?;
        let blocks = u64::from(n) * u64::from(r) * u64::from(p);
        let most = format!("at most {MOST_BLOCKS}");
        expect("n·r·p of scrypt", blocks, blocks <= MOST_BLOCKS, &most)?;
        let parameters = scrypt::Params::new(n.ilog2() as u8, r, p);
        let parameters = parameters.map_err(|error| not_a_keystore(&error))?;
        Ok(Derivation::Scrypt { parameters, salt })
    }
}

fn check_length(bytes: u64) -> Result<(), AccountError> {
    expect("dklen", bytes, bytes == KEY_BYTES as u64, "32")
}

/// A number from 1 to `most`.
fn up_to(name: &'static str, got: u64, most: u32) -> Result<u32, AccountError> {
    let number = u32::try_from(got).ok();
    let number = number.filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| parameter(name, got, &format!("1 to {most}")))
}

fn expect(
    name: &'static str,
    got: impl Display,
    is_right: bool,
    expected: &str,
) -> Result<(), AccountError> {
    is_right
        .then_some(())
        .ok_or_else(|| parameter(name, got, expected))
}

fn parameter(name: &'static str, got: impl Display, expected: &str) -> AccountError {
    AccountError::Parameter {
        name,
        got: excerpt(&got.to_string(), MOST_CHARACTERS),
        expected: expected.to_owned(),
    }
}

fn parse<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, AccountError> {
    serde_json::from_slice(json).map_err(|error| unreadable(&error))
}

/// Says where a file stops being a keystore, without showing its content: a user who picked the wrong file may have
/// given one with a private key or a password.
fn unreadable(error: &serde_json::Error) -> AccountError {
    let text = error.to_string();
    let what = match error.classify() {
        Category::Data if text.starts_with("missing field") => return not_a_keystore(error),
        Category::Data => "a value of another kind",
        Category::Syntax => "no JSON",
        Category::Eof => "the file ends too early",
        Category::Io => "it cannot be read",
    };
    let (line, column) = (error.line(), error.column());
    not_a_keystore(&format!("{what}, at line {line} column {column}"))
}

fn not_a_keystore(cause: &impl Display) -> AccountError {
    AccountError::NotAKeystore(excerpt(&cause.to_string(), MOST_CHARACTERS))
}

/// Bytes as hexadecimal digits.
#[derive(Debug)]
struct Hex(Vec<u8>);

impl Hex {
    fn array<const N: usize>(&self, name: &'static str) -> Result<[u8; N], AccountError> {
        let bytes = self.0.as_slice().try_into();
        let length = || format!("{} bytes", self.0.len());
        bytes.map_err(|_| parameter(name, length(), &format!("{N} bytes")))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(deserializer)?;
        hex::decode(digits).map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
