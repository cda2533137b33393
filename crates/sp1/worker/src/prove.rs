//! Proves the run of a program.

#[cfg(feature = "network")]
mod network;

use crate::key::{self, Embedded};
use crate::output::Output;
use crate::{failure, run, verify};
use sp1_sdk::blocking::{ProveRequest, ProverClient};
use sp1_sdk::{ProvingKey, SP1Proof, SP1ProofMode, SP1ProofWithPublicValues};
use zklens_sp1::Program;
use zklens_sp1::protocol::{Bytes, Execution, Failure, Proof, Prover, System};

/// Runs the program, which refuses bad input, and proves that run.
pub(crate) fn prove(
    program: &Embedded,
    inputs: &[Bytes],
    system: System,
    prover: Prover,
    output: &Output,
) -> Result<Proof, Failure> {
    output.progress("running the program");
    let execution = run::execute(program, inputs)?;
    let (vkey, bundle) = match prover {
        Prover::Mock => return mock(program, execution),
        Prover::Cpu => cpu(program, inputs, system, &execution, output)?,
        Prover::Cuda => cuda(program, inputs, system, &execution, output)?,
        Prover::Network => over_network(program, inputs, system, &execution, output)?,
    };
    // The proof must be of the run above.
    if bundle.public_values.as_slice() != execution.public_values.0 {
        return Err(failure::engine("the proof is of a different run"));
    }
    let bytes = match &bundle.proof {
        SP1Proof::Core(_) | SP1Proof::Compressed(_) => verify::encode(&bundle.proof)?,
        SP1Proof::Plonk(_) | SP1Proof::Groth16(_) => bundle.bytes(),
    };
    Ok(Proof {
        execution,
        vkey,
        bytes: Bytes(bytes),
    })
}

fn mock(program: &Embedded, execution: Execution) -> Result<Proof, Failure> {
    let listed = Program::find(program.name)
        .ok_or_else(|| failure::engine(format!("there is no program {}", program.name)))?;
    Ok(Proof {
        execution,
        vkey: Bytes(listed.vkey.to_vec()),
        bytes: Bytes(Vec::new()),
    })
}

type Proved = (Bytes, SP1ProofWithPublicValues);

fn cpu(
    program: &Embedded,
    inputs: &[Bytes],
    system: System,
    execution: &Execution,
    output: &Output,
) -> Result<Proved, Failure> {
    output.progress("preparing the prover");
    let client = ProverClient::builder().cpu().build();
    here(&client, program, inputs, system, || {
        output.progress(proving(execution));
    })
}

#[cfg(feature = "cuda")]
fn cuda(
    program: &Embedded,
    inputs: &[Bytes],
    system: System,
    execution: &Execution,
    output: &Output,
) -> Result<Proved, Failure> {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    output.progress("preparing the GPU");
    let built = catch_unwind(AssertUnwindSafe(|| ProverClient::builder().cuda().build()));
    let client = built.map_err(|_| {
        failure::machine(
            "SP1's GPU prover does not start on this machine",
            "it needs an NVIDIA GPU with its driver; --prover cpu works without one",
        )
    })?;
    here(&client, program, inputs, system, || {
        output.progress(proving(execution));
    })
}

/// Proves on this machine. `begin` is called once the program's key is made and proving begins.
fn here<P: sp1_sdk::blocking::Prover>(
    client: &P,
    program: &Embedded,
    inputs: &[Bytes],
    system: System,
    begin: impl FnOnce(),
) -> Result<Proved, Failure> {
    let key = client
        .setup(program.elf())
        .map_err(|error| failure::engine(error.to_string()))?;
    begin();
    let proved = client
        .prove(&key, run::stdin(inputs))
        .mode(mode(system))
        .run();
    let proof = proved.map_err(|error| failure::engine(error.to_string()))?;
    Ok((key::digest(key.verifying_key()), proof))
}

#[cfg(not(feature = "cuda"))]
fn cuda(
    _: &Embedded,
    _: &[Bytes],
    _: System,
    _: &Execution,
    _: &Output,
) -> Result<Proved, Failure> {
    Err(failure::machine(
        "this zklens-sp1 was built without CUDA",
        "install it again: cargo install --locked --path crates/sp1/worker --features cuda",
    ))
}

#[cfg(feature = "network")]
use network::prove as over_network;

#[cfg(not(feature = "network"))]
fn over_network(
    _: &Embedded,
    _: &[Bytes],
    _: System,
    _: &Execution,
    _: &Output,
) -> Result<Proved, Failure> {
    Err(failure::machine(
        "this zklens-sp1 was built without the Prover Network",
        "install it again: cargo install --locked --path crates/sp1/worker",
    ))
}

const fn mode(system: System) -> SP1ProofMode {
    match system {
        System::Core => SP1ProofMode::Core,
        System::Compressed => SP1ProofMode::Compressed,
        System::Groth16 => SP1ProofMode::Groth16,
        System::Plonk => SP1ProofMode::Plonk,
    }
}

fn proving(execution: &Execution) -> String {
    format!("proving {} cycles", execution.cycles)
}
