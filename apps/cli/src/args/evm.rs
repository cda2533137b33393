//! Arguments of `evm`.

use super::engine::{ContractProofSystem, EngineArgument, ProverArgument};
use super::inputs::{ImagesArgument, ModelArgument, ResourceArguments, SetupArgument};
use super::proof::context;
use clap::{Args, Subcommand};
use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use zklens_verifier::Context;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens evm deploy --model fashion-mlp --rpc-url http://127.0.0.1:8545
  zklens prove --for-chain --model fashion-mlp photo.jpg -o photo.zkp
  zklens evm verify photo.zkp --rpc-url http://127.0.0.1:8545 --contract 0x5FbD…0aa3
  zklens evm prove --model fashion-mlp photo.jpg > photo.json

Environment:
  ETH_RPC_URL        the node, as --rpc-url; put the URL here if it contains a key of yours
  ETH_PRIVATE_KEY    the private key of the account that sends transactions, 64 hex digits
  ETH_PASSWORD_FILE  the file with the password of --keystore, as --password-file")]
pub(crate) struct EvmArguments {
    #[command(subcommand)]
    pub(crate) command: EvmCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EvmCommand {
    /// Prove as `zklens prove` does, and print the calldata for a contract and its tests, as JSON
    Prove(EvmProveArguments),
    /// Write the contract that verifies proofs about a model, as one Solidity file
    ///
    /// The file contains the key, imports nothing, and leaves out the code that this network does not need. To deploy a
    /// contract without a compiler, use `deploy`.
    Export(EvmExportArguments),
    /// Deploy the contract that verifies proofs about a model
    ///
    /// Afterwards this command asks the contract for its key and compares it. Anyone who has the model can do that at any
    /// time: `zklens evm verify` does.
    Deploy(EvmDeployArguments),
    /// Ask a contract whether a proof is true
    ///
    /// The question costs nothing. With --send it becomes a transaction, which costs gas and gets into a block only if the
    /// proof is true. Exit code 0 means that the proof is true, 5 that it is false, and 6 that there is no answer: the
    /// node, the contract or the transaction failed.
    Verify(EvmVerifyArguments),
    /// Estimate how much gas a transaction with a proof takes
    Estimate(EvmEstimateArguments),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens evm prove photo.jpg > test/fixtures/photo.json
  zklens evm prove photo.jpg --context 0x6b1f…22 -o photo.zkp > photo.json
  SP1_PROVER=network zklens evm prove --engine sp1 photo.jpg > photo.json

In a test of Foundry:
    string memory json = vm.readFile(\"test/fixtures/photo.json\");
    (bool ok, bytes memory answer) = verifier.call(vm.parseJsonBytes(json, \".calldata\"));
    assertTrue(ok && abi.decode(answer, (bool)));

Fields: model, modelId, labels, classes, context, inputs (the points of all input commitments),
statementDigest (a hash of the statement that is proved), publicValues (abi.encode of modelId, context,
labels and inputs), proof, calldata (a call of `verify`, with selector), calldataBytes, calldataGas
(EIP-2028), floorGas (EIP-7623). Only --context can tie them to a chain.

With --engine sp1 (see `zklens prove --help`) the proof is for SP1's verifier contracts. The fields are
then ipfsUri, label, programVkey, publicValues (abi.encode of a struct of ipfsUri and label) and proof.
If the network is a .zkl file, modelDigest is added, also as the first member of that struct.")]
pub(crate) struct EvmProveArguments {
    #[command(flatten)]
    pub(crate) images: ImagesArgument,
    #[command(flatten)]
    pub(crate) model: ModelArgument,
    #[command(flatten)]
    pub(crate) engine: EngineArgument,
    #[command(flatten)]
    pub(crate) prover: ProverArgument,
    /// With --engine sp1: which kind of proof [default: groth16]
    #[arg(long, value_name = "SYSTEM")]
    pub(crate) proof_system: Option<ContractProofSystem>,
    /// A proving key of `keygen --private-weights --for-chain`, which holds its model too
    #[arg(long, value_name = "FILE", conflicts_with = "model")]
    pub(crate) proving_key: Option<PathBuf>,
    /// 32 bytes as 64 hex digits that the proof is bound to [default: zeros]
    ///
    /// Whoever accepts proofs chooses this context. A contract should demand, say, a hash of its chain, its address, the
    /// sender of the proof, and a number that is used once.
    #[arg(long, value_name = "HEX", value_parser = context)]
    pub(crate) context: Option<Context>,
    /// Write the proof to a file too, as `prove` does
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Put the opening into that file, which shows which images these are; see `zklens prove --help`
    #[arg(long, requires = "output")]
    pub(crate) public: bool,
    /// Overwrite the output
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) resources: ResourceArguments,
    #[command(flatten)]
    pub(crate) setup: SetupArgument,
    /// Show how long each stage took (on standard error)
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens evm export --model fashion-mlp -o src/FashionMlpVerifier.sol
  zklens evm export --model net.zkl --batches 1,16 -o src/
  zklens evm export --key net.zkk -o src/NetVerifier.sol

Compile it with via-IR and the optimizer, for Cancun or later. In foundry.toml:
    via_ir = true
    optimizer = true
    optimizer_runs = 30_000
    evm_version = \"cancun\"
More runs save gas and take more bytes; a contract may have 24,576. Each number in --batches takes some too.")]
pub(crate) struct EvmExportArguments {
    #[command(flatten)]
    pub(crate) model: ModelArgument,
    /// A verifying key of `keygen --for-chain`, for instance of private weights, instead of the model
    #[arg(long, short, value_name = "FILE", conflicts_with = "model")]
    pub(crate) key: Option<PathBuf>,
    /// The numbers of images that one proof may be about
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "1")]
    pub(crate) batches: Vec<usize>,
    /// Where to write the contract; in a folder, it is named after the model; `-` for standard output
    #[arg(long, short, value_name = "FILE|DIR")]
    pub(crate) output: PathBuf,
    /// Overwrite the output
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) setup: SetupArgument,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ETH_PRIVATE_KEY=… zklens evm deploy --rpc-url http://127.0.0.1:8545
  zklens evm deploy --model net.zkl --batches 1,8 --keystore key.json --chain-id 11155111
  zklens evm deploy --rpc-url http://127.0.0.1:8545 --unlocked 0xf39F…2266

The last account is one of anvil's. The contract stores the model's key as code, up to 24,000 bytes; each number in --batches takes some of them.")]
pub(crate) struct EvmDeployArguments {
    #[command(flatten)]
    pub(crate) model: ModelArgument,
    /// A verifying key of `keygen --for-chain`, for instance of private weights, instead of the model
    #[arg(long, short, value_name = "FILE", conflicts_with = "model")]
    pub(crate) key: Option<PathBuf>,
    /// The numbers of images that one proof may be about
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "1")]
    pub(crate) batches: Vec<usize>,
    #[command(flatten)]
    pub(crate) node: NodeArguments,
    #[command(flatten)]
    pub(crate) account: AccountArguments,
    #[command(flatten)]
    pub(crate) setup: SetupArgument,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens evm verify photo.zkp --rpc-url http://127.0.0.1:8545 --contract 0x5FbD…0aa3
  zklens evm verify photo.zkp --contract 0x5FbD…0aa3 --send --keystore key.json

Who checks what:
  proof     The contract checks it. You rely on the node to report the contract's answer honestly.
  contract  This command checks that the contract's key is the one derived from the network, which
            comes with zklens or is given by --model. A key file (--key) can claim any name: compare
            the model id. Without any of these, you rely on the contract's word for which network it
            is. The key does not show that the contract's code is right: this command recognises the
            code that `evm deploy` puts on a chain, and says so. Compare the code of an exported
            contract yourself, as block explorers do.
  context   This command does not check it: see `zklens verify --context`. On a chain, the contract
            that acts on the proof has to check it.")]
pub(crate) struct EvmVerifyArguments {
    /// The proof, of `zklens prove --for-chain` or `zklens evm prove -o`; `-` for standard input
    #[arg(value_name = "PROOF")]
    pub(crate) proof: PathBuf,
    #[command(flatten)]
    pub(crate) contract: ContractArgument,
    /// The network whose proofs the contract must verify: shipped, or a .zkl file [default: any shipped one]
    #[arg(long, short, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// The network whose proofs the contract must verify, given by the verifying key that `keygen --for-chain` wrote
    #[arg(long, short, value_name = "FILE", conflicts_with = "model")]
    pub(crate) key: Option<PathBuf>,
    /// If the proof is true, check it again in a transaction
    #[arg(long)]
    pub(crate) send: bool,
    #[command(flatten)]
    pub(crate) node: NodeArguments,
    #[command(flatten)]
    pub(crate) account: AccountArguments,
    #[command(flatten)]
    pub(crate) setup: SetupArgument,
    /// Print JSON; a refused proof is `{"verified": false, "error": {…}}`
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  zklens evm estimate photo.zkp --rpc-url http://127.0.0.1:8545 --contract 0x5FbD…0aa3

The transaction would call `check`. The node gives its gas in total. Every transaction takes 21000, and
EIP-2028 gives the gas of the calldata; the rest is execution. A transaction with much calldata and
little execution pays a floor instead (EIP-7623). Rollups charge for data as well, which is not
included.")]
pub(crate) struct EvmEstimateArguments {
    /// The proof, of `zklens prove --for-chain` or `zklens evm prove -o`; `-` for standard input
    #[arg(value_name = "PROOF")]
    pub(crate) proof: PathBuf,
    #[command(flatten)]
    pub(crate) contract: ContractArgument,
    #[command(flatten)]
    pub(crate) node: NodeArguments,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ContractArgument {
    /// The contract's address, as `zklens evm deploy` printed it
    #[arg(long = "contract", value_name = "ADDRESS")]
    pub(crate) address: String,
}

#[derive(Debug, Args)]
pub(crate) struct NodeArguments {
    /// The node to ask, by HTTP or HTTPS
    ///
    /// Other users of this machine can see the option, but not the variable. Only the URL's host is ever printed.
    #[arg(long, value_name = "URL", env = "ETH_RPC_URL", hide_env_values = true)]
    pub(crate) rpc_url: RpcUrl,
    /// The chain that the node must be on [default: any]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) chain_id: Option<u64>,
    /// How many seconds to wait for the node's answer
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
}

/// The account that sends transactions, if not that of `ETH_PRIVATE_KEY`. No option takes a secret, because other users
/// of the machine could see it.
#[derive(Debug, Args)]
pub(crate) struct AccountArguments {
    /// Send from the account of this keystore file [default: the account of the key in ETH_PRIVATE_KEY]
    #[arg(long, value_name = "FILE")]
    pub(crate) keystore: Option<PathBuf>,
    /// The file with the keystore's password [default: ETH_PASSWORD_FILE, or you are asked for it]
    #[arg(long, value_name = "FILE", requires = "keystore")]
    pub(crate) password_file: Option<PathBuf>,
    /// Send from an account whose key the node holds, as anvil does for its test accounts
    #[arg(long, value_name = "ADDRESS", conflicts_with = "keystore")]
    pub(crate) unlocked: Option<String>,
    /// How many seconds to wait until a transaction is in a block
    #[arg(long, value_name = "SECONDS", default_value_t = 180, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) wait: u64,
}

/// A URL that is never printed whole, not even in a message about a wrong one.
#[derive(Clone)]
pub(crate) struct RpcUrl(String);

impl RpcUrl {
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl FromStr for RpcUrl {
    type Err = Infallible;

    fn from_str(url: &str) -> Result<Self, Infallible> {
        Ok(Self(url.to_owned()))
    }
}

impl fmt::Debug for RpcUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RpcUrl(…)")
    }
}
