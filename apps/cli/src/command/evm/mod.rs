//! `zklens evm`: proofs and contracts on EVM chains.

mod deploy;
mod estimate;
mod export;
mod prove;
mod verify;

use crate::args::{EvmArguments, EvmCommand};
use crate::failure::Failure;
use std::process::ExitCode;

pub(crate) fn run(arguments: &EvmArguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        EvmCommand::Prove(arguments) => prove::run(arguments),
        EvmCommand::Export(arguments) => export::run(arguments),
        EvmCommand::Deploy(arguments) => deploy::run(arguments),
        EvmCommand::Verify(arguments) => verify::run(arguments),
        EvmCommand::Estimate(arguments) => estimate::run(arguments),
    }
}
