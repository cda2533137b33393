//! `zklens evm`: proofs and contracts on EVM chains.

use super::{evm_deploy, evm_estimate, evm_export, evm_prove, evm_verify};
use crate::args::{EvmArguments, EvmCommand};
use crate::failure::Failure;
use std::process::ExitCode;

pub(crate) fn run(arguments: &EvmArguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        EvmCommand::Prove(arguments) => evm_prove::run(arguments),
        EvmCommand::Export(arguments) => evm_export::run(arguments),
        EvmCommand::Deploy(arguments) => evm_deploy::run(arguments),
        EvmCommand::Verify(arguments) => evm_verify::run(arguments),
        EvmCommand::Estimate(arguments) => evm_estimate::run(arguments),
    }
}
