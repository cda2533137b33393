//! Proof files: their claims, and whether these are true.

use crate::{Error, Network, context, keys};
use alloy_sol_types::SolCall;
use zklens_answers::javascript::{Inspection, Verification};
use zklens_answers::{Compared, KnownBy, prefixed_hex};
use zklens_evm::abi::{self, IModelVerifier};
use zklens_image::{CidVersion, cid};
use zklens_prover::Target;
use zklens_verifier::{ModelId, ProofFile, Verified, VerifyError, VerifyingKey};

/// The source of the verifying key.
#[derive(Clone, Copy, Debug)]
pub enum Trusted<'a> {
    /// The networks that come with the package: the one whose id the proof has.
    Shipped,
    /// This network.
    Network(&'a Network),
    /// This key file (`.zkk`).
    Key(&'a [u8]),
}

/// A function of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Returns true or false.
    Verify,
    /// Reverts with the reason if the proof is false.
    Check,
}

/// Reads the claim of a proof file. Nothing is verified.
///
/// # Errors
///
/// The file is not a valid proof file.
pub fn inspect(file: &[u8]) -> Result<Inspection, Error> {
    let proof = ProofFile::decode(file)?;
    let shipped = keys::shipped(proof.statement.model);
    let key = shipped.map(|shipped| (&shipped.key, shipped.layout.into()));
    Ok(Inspection::new(&proof, key))
}

/// Verifies a proof file.
///
/// # Errors
///
/// The file is not a valid proof file, it is about a different network or context, or the proof is false.
pub fn verify(
    file: &[u8],
    trusted: Trusted<'_>,
    expected: Option<&str>,
) -> Result<Verification, Error> {
    let Checked { verified, key, .. } = check(file, trusted, expected)?;
    let layout = key.layout.map(Into::into);
    Ok(Verification::new(&verified, &key.key, key.known_by, layout))
}

/// Verifies a proof file, and checks that its images are these files, in this order.
///
/// # Errors
///
/// As for [`verify`]; or the proof hides its images, or a file is not its image.
pub fn compare_images(
    file: &[u8],
    images: &[Vec<u8>],
    trusted: Trusted<'_>,
) -> Result<Vec<Compared>, Error> {
    let Checked {
        verified,
        proof,
        key,
    } = check(file, trusted, None)?;
    let expected = verified.statement().labels.len();
    let opening = proof.opening.as_ref().ok_or(Error::Hidden)?;
    if images.len() != expected {
        return Err(Error::ImageCount {
            expected,
            got: images.len(),
        });
    }
    let setup = keys::setup()?;
    let decoded = images
        .iter()
        .map(|file| zklens_image::pixels(file, key.key.preprocessing()));
    let pixels = decoded.collect::<Result<Vec<_>, _>>()?;
    let checked = verified.check_pixels(setup, &key.key, &pixels, opening);
    checked.map_err(|error| match error {
        VerifyError::OtherPixels { first, last } => Error::OtherImage {
            first: first + 1,
            last: last + 1,
        },
        error => Error::Setup(error),
    })?;
    let compared = images.iter().map(|file| Compared {
        file: None,
        ipfs_uri: ipfs_uri(file),
    });
    Ok(compared.collect())
}

/// The IPFS address of a file, `ipfs://Qm…`.
#[must_use]
pub fn ipfs_uri(file: &[u8]) -> String {
    cid::of(file, CidVersion::V0).ipfs_uri()
}

/// The calldata that asks the contract about this proof, `0x…`.
///
/// # Errors
///
/// The file is not a valid proof file, or a label has more than 16 bits.
pub fn calldata(file: &[u8], method: Method) -> Result<String, Error> {
    let ProofFile {
        statement, proof, ..
    } = ProofFile::decode(file)?;
    let bytes = match method {
        Method::Verify => abi::calldata(&statement, &proof)?,
        Method::Check => abi::check_calldata(&statement, &proof)?,
    };
    Ok(prefixed_hex(&bytes))
}

/// The calldata that asks the contract for its model id, `0x…`.
#[must_use]
pub fn model_id_calldata() -> String {
    prefixed_hex(&IModelVerifier::modelIdCall {}.abi_encode())
}

struct Checked {
    verified: Verified,
    proof: ProofFile,
    key: Key,
}

struct Key {
    key: VerifyingKey,
    known_by: KnownBy,
    layout: Option<Target>,
}

fn check(file: &[u8], trusted: Trusted<'_>, expected: Option<&str>) -> Result<Checked, Error> {
    let proof = ProofFile::decode(file)?;
    let statement = &proof.statement;
    if let Some(expected) = expected {
        let expected = context::parse(Some(expected))?;
        if expected != statement.context {
            return Err(Error::OtherContext {
                expected,
                got: statement.context,
            });
        }
    }
    let id = statement.model;
    let key = key(trusted, id)?;
    if key.key.id() != id {
        return Err(Error::OtherNetwork {
            expected: id,
            name: key.key.name().to_owned(),
            got: key.key.id(),
        });
    }
    let setup = keys::verifier_setup()?;
    let verified = zklens_verifier::verify(setup, &key.key, statement.clone(), &proof.proof);
    Ok(Checked {
        verified: verified.map_err(Error::False)?,
        proof,
        key,
    })
}

fn key(trusted: Trusted<'_>, id: ModelId) -> Result<Key, Error> {
    match trusted {
        Trusted::Shipped => {
            let shipped = keys::shipped(id).ok_or(Error::UnknownNetwork { id })?;
            Ok(Key {
                key: shipped.key.clone(),
                known_by: KnownBy::Shipped,
                layout: Some(shipped.layout),
            })
        }
        Trusted::Network(network) => {
            let (key, layout) = network.key_for(id)?;
            Ok(Key {
                key,
                known_by: if network.is_shipped() {
                    KnownBy::Shipped
                } else {
                    KnownBy::Model
                },
                layout: Some(layout),
            })
        }
        Trusted::Key(file) => Ok(Key {
            key: VerifyingKey::decode(file)?,
            known_by: KnownBy::Key,
            layout: None,
        }),
    }
}
