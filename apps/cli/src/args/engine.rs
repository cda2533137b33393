//! Arguments of the engines: zklens's own prover, and SP1.

use crate::failure::{EXIT_USAGE, Failure};
use clap::{Args, ValueEnum};
use zklens_sp1::protocol::{Prover, System};

/// Changes the default of `--prover`. SP1's own tools read it too.
const VARIABLE: &str = "SP1_PROVER";

/// The engine that runs and proves a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// zklens's own prover: fast, hides the image
    Native,
    /// The SP1 zkVM: proves that the label is that of a file, and names the file; slow
    Sp1,
}

#[derive(Debug, Args)]
pub(crate) struct EngineArgument {
    /// The engine that runs the network
    #[arg(long, value_name = "ENGINE", default_value = "native")]
    pub(crate) engine: Engine,
}

#[derive(Debug, Args)]
pub(crate) struct ProverArgument {
    /// With --engine sp1: who proves [default: cpu] [env: SP1_PROVER]
    ///
    /// SP1 takes about 17 GB of memory on this machine.
    #[arg(long, value_name = "PROVER")]
    prover: Option<ProverName>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProverName {
    /// This machine's processor
    Cpu,
    /// This machine's NVIDIA GPU
    Cuda,
    /// Succinct's Prover Network; its account's key is in NETWORK_PRIVATE_KEY
    Network,
    /// Nobody: the program is only run, and the file that is written proves nothing. For tests
    Mock,
}

impl ProverArgument {
    /// The prover asked for, here or by the environment.
    pub(crate) fn prover(&self) -> Result<Prover, Failure> {
        let name = match self.prover {
            Some(name) => name,
            None => from_environment()?,
        };
        Ok(match name {
            ProverName::Cpu => Prover::Cpu,
            ProverName::Cuda => Prover::Cuda,
            ProverName::Network => Prover::Network,
            ProverName::Mock => Prover::Mock,
        })
    }

    /// The option's name, if it is given. The environment does not count: it may be meant for SP1's tools.
    pub(crate) const fn given(&self) -> Option<&'static str> {
        given("--prover", self.prover.is_some())
    }
}

fn from_environment() -> Result<ProverName, Failure> {
    let value = std::env::var_os(VARIABLE).unwrap_or_default();
    if value.is_empty() {
        return Ok(ProverName::Cpu);
    }
    let name = value.to_str().unwrap_or_default();
    ProverName::from_str(name, true).map_err(|_| {
        let cause = format!("there is no prover `{}`", value.display());
        let failure = Failure::new(EXIT_USAGE, VARIABLE, cause);
        failure.with_help("cpu, cuda, network and mock are; --prover overrules the variable")
    })
}

/// Kinds of proofs.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ProofSystem {
    /// One proof for each part of the run: the fastest to make, the largest
    Core,
    /// These proofs proved: of one size, some megabytes at most
    Compressed,
    /// For contracts: a few hundred bytes. Takes Docker, or the Prover Network
    Groth16,
    /// For contracts: a kilobyte, by a setup that is not made for one circuit. Takes Docker, or the network
    Plonk,
}

impl From<ProofSystem> for System {
    fn from(system: ProofSystem) -> Self {
        match system {
            ProofSystem::Core => Self::Core,
            ProofSystem::Compressed => Self::Compressed,
            ProofSystem::Groth16 => Self::Groth16,
            ProofSystem::Plonk => Self::Plonk,
        }
    }
}

/// Kinds of proofs that contracts verify.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ContractProofSystem {
    /// A few hundred bytes, the cheapest to verify
    Groth16,
    /// A kilobyte, by a setup that is not made for one circuit
    Plonk,
}

impl From<ContractProofSystem> for System {
    fn from(system: ContractProofSystem) -> Self {
        match system {
            ContractProofSystem::Groth16 => Self::Groth16,
            ContractProofSystem::Plonk => Self::Plonk,
        }
    }
}

/// An option's name, if it is given.
pub(crate) const fn given(name: &'static str, is_given: bool) -> Option<&'static str> {
    if is_given { Some(name) } else { None }
}

impl Engine {
    /// Refuses options that are for the other engine.
    pub(crate) fn refuse(self, others: &[Option<&'static str>]) -> Result<(), Failure> {
        let others: Vec<_> = others.iter().flatten().copied().collect();
        if others.is_empty() {
            return Ok(());
        }
        let (other, help) = match self {
            Self::Native => ("sp1", "add --engine sp1, or leave them away"),
            Self::Sp1 => ("native", "SP1's proofs have no such thing; leave them away"),
        };
        let cause = format!("only for --engine {other}");
        Err(Failure::new(EXIT_USAGE, others.join(", "), cause).with_help(help))
    }
}
