//! Verifies proofs.

use crate::protocol::System;
use crate::{ProofFile, SP1_CIRCUITS, Statement, StatementError, Worker, WorkerError};
use data_encoding::HEXLOWER;
use sp1_verifier::{GROTH16_VK_BYTES, Groth16Verifier, PLONK_VK_BYTES, PlonkVerifier};
use std::panic::catch_unwind;
use zklens_printable::printable;

/// Evidence that a statement was proved. Only [`verify`] makes one.
#[derive(Clone, Debug)]
#[must_use]
pub struct Verified(Statement);

impl Verified {
    /// The statement that was proved.
    #[must_use]
    pub const fn statement(&self) -> &Statement {
        &self.0
    }
}

/// Verifies a proof. `worker` is called only for core and compressed proofs, which take SP1's SDK.
///
/// Some malformed proofs might make SP1's verifier panic. The panic hook then runs, and the result
/// is [`VerifyError::False`].
///
/// # Errors
///
/// The proof is refused; or the worker failed ([`VerifyError::Worker`]), which says nothing about
/// the proof.
pub fn verify(
    file: &ProofFile,
    worker: impl FnOnce() -> Result<Worker, WorkerError>,
) -> Result<Verified, VerifyError> {
    if file.mock {
        return Err(VerifyError::Mock);
    }
    let statement = file.claim()?;
    // The version is the file's own claim, so this check only gives a better error. A proof for
    // another version's keys would be false below.
    if file.sp1_version != SP1_CIRCUITS {
        return Err(VerifyError::Version {
            got: file.sp1_version.clone(),
        });
    }
    let fault = match file.system {
        System::Groth16 | System::Plonk => verify_here(file),
        System::Core | System::Compressed => worker()?.verify(statement.program, file)?,
    };
    match fault {
        None => Ok(Verified(statement)),
        Some(reason) => Err(VerifyError::False { reason }),
    }
}

/// Verifies a Groth16 or PLONK proof. Returns the reason if it is false.
fn verify_here(file: &ProofFile) -> Option<String> {
    let vkey = format!("0x{}", HEXLOWER.encode(&file.vkey));
    let (proof, values) = (&file.proof, &file.public_values);
    let verified = catch_unwind(|| {
        if file.system == System::Groth16 {
            let verified = Groth16Verifier::verify(proof, values, &vkey, &GROTH16_VK_BYTES);
            verified.map_err(|error| error.to_string())
        } else {
            let verified = PlonkVerifier::verify(proof, values, &vkey, &PLONK_VK_BYTES);
            verified.map_err(|error| error.to_string())
        }
    });
    match verified {
        Ok(verified) => verified.err(),
        Err(_) => Some("SP1's verifier panicked on it".into()),
    }
}

/// Why a proof is not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The file itself says that it holds a mock proof.
    #[error("this is a mock proof, which proves nothing: the program was only run")]
    Mock,
    /// The public values are not a statement of a program of this zklens.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The proof is for other circuits.
    #[error(
        "the proof is for version {} of SP1's circuits; this zklens verifies {SP1_CIRCUITS}",
        printable(got)
    )]
    Version {
        /// The version that the file names.
        got: String,
    },
    /// The proof is false.
    #[error("the proof is false: {reason}")]
    False {
        /// SP1's reason.
        reason: String,
    },
    /// The worker failed, so it is unknown whether the proof is true.
    #[error(transparent)]
    Worker(#[from] WorkerError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Program;
    use sha2::{Digest, Sha256};
    use zklens_sp1_program::PublicValues;

    fn no_worker() -> Result<Worker, WorkerError> {
        panic!("asked for a worker")
    }

    fn file(system: System, proof: Vec<u8>) -> ProofFile {
        let values = PublicValues {
            ipfs_uri: "ipfs://QmWjtPo46BPrRdWQTPgXVbet1mwa29XrzznEWnVBgqUX9V".into(),
            label: 7,
        };
        ProofFile {
            vkey: Program::find(zklens_models::ALL[0].name).unwrap().vkey,
            system,
            mock: false,
            sp1_version: SP1_CIRCUITS.into(),
            public_values: values.encode(),
            proof,
        }
    }

    /// A proof of the right length for the right circuit, filled up with `byte`.
    fn forged(system: System, byte: u8) -> ProofFile {
        let (key, len) = match system {
            System::Groth16 => (*GROTH16_VK_BYTES, 256),
            _ => (*PLONK_VK_BYTES, 864),
        };
        let mut proof = Sha256::digest(key)[..4].to_vec();
        proof.extend([0; 32]);
        proof.extend(*sp1_verifier::VK_ROOT_BYTES);
        proof.extend([0; 32]);
        proof.resize(proof.len() + len, byte);
        file(system, proof)
    }

    #[test]
    fn nothing_is_a_proof_but_a_proof() {
        for system in [System::Groth16, System::Plonk] {
            let empty = file(system, Vec::new());
            let short = file(system, vec![0; 99]);
            let other_circuit = file(system, vec![1; 400]);
            let forged = [0, 1, 0x30, 0xff].map(|byte| forged(system, byte));
            for file in [empty, short, other_circuit].iter().chain(&forged) {
                let error = verify(file, no_worker).unwrap_err();
                assert!(matches!(error, VerifyError::False { .. }), "{error}");
            }
        }
    }

    /// A proof's points and scalars, where every point is on its curve. Groth16 has a point of the
    /// other curve between two points; PLONK has points and scalars in turn.
    fn of_true_points(system: System) -> Vec<u8> {
        let mut point = [0; 64];
        point[31] = 1;
        point[63] = 2;
        let other = "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2\
                     1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed\
                     090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b\
                     12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa";
        let other = HEXLOWER.decode(other.as_bytes()).unwrap();
        match system {
            System::Groth16 => [&point[..], &other, &point].concat(),
            _ => {
                let scalars = |count: usize| vec![0; 32 * count];
                [
                    point.repeat(6),
                    scalars(5),
                    point.to_vec(),
                    scalars(1),
                    point.repeat(2),
                    scalars(1),
                    point.to_vec(),
                ]
                .concat()
            }
        }
    }

    #[test]
    fn points_that_are_on_their_curves_are_no_proof() {
        for system in [System::Groth16, System::Plonk] {
            let mut file = forged(system, 0);
            let points = of_true_points(system);
            let start = file.proof.len() - points.len();
            assert_eq!(start, 100);
            file.proof.truncate(start);
            file.proof.extend(points);
            let refuse = |file: &ProofFile| match verify(file, no_worker).unwrap_err() {
                VerifyError::False { reason } => reason,
                error => panic!("{error}"),
            };
            // The verifier has come as far as the equation of the proof system.
            let reason = refuse(&file);
            let equations = ["Proof verification failed", "Pairing check failed"];
            assert!(equations.contains(&&reason[..]), "{reason}");
            for place in (0..file.proof.len()).step_by(53) {
                file.proof[place] ^= 0x40;
                refuse(&file);
                file.proof[place] ^= 0x40;
            }
        }
    }

    #[test]
    fn a_mock_proof_says_that_it_proves_nothing() {
        let file = ProofFile {
            mock: true,
            // Wrong as well, but the mock proof is reported first.
            vkey: [0xff; 32],
            ..file(System::Compressed, Vec::new())
        };
        let error = verify(&file, no_worker).unwrap_err();
        assert!(error.to_string().contains("proves nothing"), "{error}");
    }

    #[test]
    fn what_no_program_says_is_refused_before_the_worker_starts() {
        let stranger = ProofFile {
            vkey: [0xff; 32],
            ..file(System::Core, Vec::new())
        };
        let malformed = ProofFile {
            public_values: vec![0; 160],
            ..file(System::Core, Vec::new())
        };
        for file in [stranger, malformed] {
            let error = verify(&file, no_worker).unwrap_err();
            assert!(matches!(error, VerifyError::Statement(_)), "{error}");
        }
        let older = ProofFile {
            sp1_version: "v5.0.0\u{1b}".into(),
            ..file(System::Core, Vec::new())
        };
        let error = verify(&older, no_worker).unwrap_err().to_string();
        assert!(error.contains("v5.0.0\\u{1b} of SP1's circuits"), "{error}");
    }
}
