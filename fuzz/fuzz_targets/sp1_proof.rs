//! Proof files of SP1. A decoded file encodes to the same bytes, and no input passes for a proof.
//! Core and compressed proofs would go to the worker, which is absent here.
//!
//! An input is read twice: as a file; and as a proof system, followed by the bytes of a proof of
//! some statement.
#![no_main]

use sha2::{Digest, Sha256};
use std::panic;
use zklens_fuzz::{MIB, door};
use zklens_sp1::protocol::System;
use zklens_sp1::{Program, ProofFile, SP1_CIRCUITS, VerifyError, WorkerError, verify};
use zklens_sp1_program::PublicValues;

door!(256 * MIB, |bytes| {
    if let Ok(file) = ProofFile::decode(bytes) {
        assert_eq!(file.encode(), bytes);
        refuse(&file);
    }
    if let Some((system, proof)) = bytes.split_first() {
        let system = if system % 2 == 0 {
            System::Groth16
        } else {
            System::Plonk
        };
        refuse(&claimed(system, proof));
        refuse(&claimed(system, &begun(system, proof)));
    }
});

/// No input is a proof, since nobody has made a proof for contracts of these statements.
fn refuse(file: &ProofFile) {
    let worker = || Err(WorkerError::NotFound);
    // A panic of SP1's verifier is a refusal. libFuzzer's hook would end the program before the
    // panic is caught.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let verified = verify(file, worker);
    panic::set_hook(hook);
    let error = verified.expect_err("a proof of nothing");
    let asked = matches!(file.system, System::Core | System::Compressed);
    assert!(asked || !matches!(error, VerifyError::Worker(_)), "{error}");
    let _ = error.to_string();
}

/// A proof file with a statement of one of our programs.
fn claimed(system: System, proof: &[u8]) -> ProofFile {
    let values = PublicValues {
        ipfs_uri: "ipfs://QmWjtPo46BPrRdWQTPgXVbet1mwa29XrzznEWnVBgqUX9V".into(),
        label: 7,
    };
    ProofFile {
        vkey: Program::find("mnist-cnn").expect("a shipped network").vkey,
        system,
        mock: false,
        sp1_version: SP1_CIRCUITS.into(),
        public_values: values.encode(),
        proof: proof.to_vec(),
    }
}

/// A proof with the right beginning for this system, so that its points are read.
fn begun(system: System, rest: &[u8]) -> Vec<u8> {
    let key: &[u8] = match system {
        System::Groth16 => &sp1_verifier::GROTH16_VK_BYTES,
        _ => &sp1_verifier::PLONK_VK_BYTES,
    };
    let mut proof = Sha256::digest(key)[..4].to_vec();
    proof.extend([0; 32]);
    proof.extend(*sp1_verifier::VK_ROOT_BYTES);
    proof.extend([0; 32]);
    proof.extend(rest);
    proof
}
