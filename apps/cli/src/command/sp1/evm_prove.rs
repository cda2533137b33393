//! `zklens evm prove --engine sp1`: an image file → proof for SP1's verifier contracts.

use super::prove::{Order, deliver};
use crate::args::{Engine, EvmProveArguments, given};
use crate::failure::{EXIT_ENGINE, Failure};
use crate::files::destination::Destination;
use crate::output;
use std::process::ExitCode;
use zklens_sp1::ProofBundle;
use zklens_sp1::protocol::System;

pub(crate) fn run(arguments: &EvmProveArguments) -> Result<ExitCode, Failure> {
    Engine::Sp1.refuse(&[
        given("--proving-key", arguments.proving_key.is_some()),
        given("--context", arguments.context.is_some()),
        given("--public", arguments.public),
        given("--setup", arguments.setup.setup.is_some()),
    ])?;
    let order = Order {
        model: &arguments.model.model,
        images: arguments.images.paths(),
        system: arguments.proof_system.map_or(System::Groth16, Into::into),
        prover: arguments.prover.prover()?,
        verbose: arguments.verbose,
    };
    let output = arguments.output.as_deref();
    let destination = Destination::beside_calldata(output, arguments.force)?;
    let file = deliver(&order)?.proved.file;
    let bundle = ProofBundle::of(&file).map_err(|error| Failure::of(EXIT_ENGINE, error))?;
    if let Some(destination) = destination {
        destination.write(&file.encode())?;
    }
    output::print_json(&bundle)?;
    Ok(ExitCode::SUCCESS)
}
