//! `zklens evm prove`: image files → calldata for a contract.

use crate::args::{Engine, EvmProveArguments, given};
use crate::command::{prove, sp1};
use crate::failure::{EXIT_INPUT, EXIT_MODEL, Failure};
use crate::files::destination::Destination;
use crate::files::image::ImageFile;
use crate::files::setup::SetupFile;
use crate::output::tell;
use crate::progress::Display;
use crate::proving::Wanted;
use crate::stages::{Stages, spinning};
use crate::{interrupt, output};
use std::process::ExitCode;
use zklens_commitment::Setup;
use zklens_evm::bundle::ProofBundle;
use zklens_evm::contract_key;
use zklens_model::Pixels;
use zklens_prover::{ProvingKey, Target};

pub(crate) fn run(arguments: &EvmProveArguments) -> Result<ExitCode, Failure> {
    match arguments.engine.engine {
        Engine::Native => {}
        Engine::Sp1 => return sp1::evm_prove::run(arguments),
    }
    let proof_system = given("--proof-system", arguments.proof_system.is_some());
    Engine::Native.refuse(&[arguments.prover.given(), proof_system])?;
    let output = arguments.output.as_deref();
    let destination = Destination::beside_calldata(output, arguments.force)?;
    interrupt::watch(false)?;
    let mut stages = Stages::start();
    let setup = SetupFile::for_proofs(arguments.setup.setup.as_deref())?.setup()?;
    stages.end("setup");
    let wanted = Wanted {
        proving_key: arguments.proving_key.as_deref(),
        model: &arguments.model.model,
        target: Target::Evm,
        resources: &arguments.resources,
    };
    let found = spinning("deriving the key", || wanted.find(&setup))?;
    let key = &found.key;
    stages.end("key");
    let preprocessing = key.verifying().preprocessing();
    let files = ImageFile::read_all(arguments.images.paths(), preprocessing)?;
    let pixels: Vec<Pixels> = files.into_iter().map(|image| image.pixels).collect();
    check_contract(&setup, key, pixels.len())?;
    wanted.check_memory(&found, pixels.len())?;
    stages.end("images");
    let context = arguments.context.unwrap_or_default();
    let proved = prove::proved(&setup, key, &pixels, context, Display::Shown)?;
    stages.end("prove");
    prove::check(&setup, key, &pixels, &proved).map_err(|failure| found.doubt(failure))?;
    stages.end("verify");
    let (statement, proof) = (&proved.statement, &proved.proof);
    let made = ProofBundle::new(setup.verifier(), key.verifying(), statement, proof);
    let bundle = made.map_err(|error| Failure::of(EXIT_INPUT, error))?;
    if let Some(destination) = destination {
        prove::write(&destination, &proved, arguments.public)?;
    }
    output::print_json(&bundle)?;
    if arguments.verbose {
        tell!("{}", stages.finish());
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks, before the proving begins, that a contract with this key fits on a chain.
fn check_contract(setup: &Setup, key: &ProvingKey, images: usize) -> Result<(), Failure> {
    let key = key.verifying();
    let checked = contract_key(key, setup.verifier(), &[images]);
    checked
        .map(drop)
        .map_err(|error| Failure::new(EXIT_MODEL, key.name(), error))
}
