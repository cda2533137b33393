//! Arguments of `evm`.

use super::engine::{ContractProofSystem, EngineArgument, ProverArgument};
use super::inputs::{ImagesArgument, ModelArgument, SetupArgument};
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
  zklens evm prove --model fashion-mlp photo.jpg > fixture.json

Environment:
  ETH_RPC_URL        the node, as --rpc-url; where that holds a key of yours, it belongs here
  ETH_PRIVATE_KEY    the private key of the account that sends transactions, 64 hex digits
  ETH_PASSWORD_FILE  the file with the password of --keystore, as --password-file")]
pub(crate) struct EvmArguments {
    #[command(subcommand)]
    pub(crate) command: EvmCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EvmCommand {
    /// Prove as `zklens prove`, and print what a contract and its tests take, as JSON
    Prove(EvmProveArguments),
    /// Write the contract that verifies proofs about a model, as one Solidity file
    ///
    /// It holds the key in its own code, imports nothing, and leaves out what the network does not need. To
    /// deploy a contract without a compiler, use `deploy`.
    Export(EvmExportArguments),
    /// Make the contract that verifies proofs about a model
    ///
    /// Afterwards the contract is asked for the key that it holds, which is compared. Whoever has the
    /// model can do that at any time: `zklens evm verify` does.
    Deploy(EvmDeployArguments),
    /// Ask a contract whether a proof is true
    ///
    /// That costs nothing. With --send it is asked by a transaction, which does cost and gets into a block
    /// only if the proof is true. Exit code 0 means that the proof is true, 5 that it is not, and 6 that
    /// nobody knows: the node, the contract or the transaction failed.
    Verify(EvmVerifyArguments),
    /// Say how much gas a transaction with a proof would take
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
statementDigest (what the proof is about, hashed), publicValues (abi.encode of modelId, context,
labels and inputs), proof, calldata (a call of `verify`, with selector), calldataBytes, calldataGas
(EIP-2028), floorGas (EIP-7623). Nothing depends on a chain, but --context may.

With --engine sp1 (see `zklens prove --help`) the proof is for the verifiers of SP1, and the fields are
ipfsUri, label, programVkey, publicValues (abi.encode of a struct of ipfsUri and label) and proof; and
modelDigest, first in that struct too, if the network is a .zkl file.")]
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
    /// Whoever accepts proofs chooses them; a contract should, say as a hash of its chain, its address,
    /// who sends the proof, and a number that is used once.
    #[arg(long, value_name = "HEX", value_parser = context)]
    pub(crate) context: Option<Context>,
    /// Write the proof to a file too, as `prove` does
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Put into that file what shows which images these are; see `zklens prove --help`
    #[arg(long, requires = "output")]
    pub(crate) public: bool,
    /// Overwrite the output
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
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
More runs cost less gas and take more bytes; a contract may have 24,576. Each of --batches takes some too.")]
pub(crate) struct EvmExportArguments {
    #[command(flatten)]
    pub(crate) model: ModelArgument,
    /// A verifying key of `keygen --for-chain`, for instance of private weights, instead of the model
    #[arg(long, short, value_name = "FILE", conflicts_with = "model")]
    pub(crate) key: Option<PathBuf>,
    /// Numbers of images that one proof may be about
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

The last account is one of anvil's. The contract stores the model's key as code, up to 24,000 bytes; each of --batches takes some of it.")]
pub(crate) struct EvmDeployArguments {
    #[command(flatten)]
    pub(crate) model: ModelArgument,
    /// A verifying key of `keygen --for-chain`, for instance of private weights, instead of the model
    #[arg(long, short, value_name = "FILE", conflicts_with = "model")]
    pub(crate) key: Option<PathBuf>,
    /// Numbers of images that one proof may be about
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
  proof     The contract, if the node that you ask is honest about what it answers.
  contract  This command: its key has to be the one derived from the network, which comes with zklens
            or is given by --model. A key file (--key) can call itself anything: compare the model
            id. Without any of these, the contract's word is taken for which network it is of. That
            a contract does what it should, its key does not tell: this command knows the code that
            `evm deploy` puts on a chain, and says so. The code of an exported contract you compare
            yourself, as block explorers do.
  context   Not this command: see `zklens verify --context`. On a chain, the contract that acts on the
            proof has to choose it.")]
pub(crate) struct EvmVerifyArguments {
    /// The proof, of `zklens prove --for-chain` or `zklens evm prove -o`; `-` for standard input
    #[arg(value_name = "PROOF")]
    pub(crate) proof: PathBuf,
    #[command(flatten)]
    pub(crate) contract: ContractArgument,
    /// The network that the contract has to be of: shipped, or a .zkl file [default: any shipped one]
    #[arg(long, short, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// The same by its verifying key, which `keygen --for-chain` wrote
    #[arg(long, short, value_name = "FILE", conflicts_with = "model")]
    pub(crate) key: Option<PathBuf>,
    /// Have the proof checked by a transaction, if it is true
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

The transaction would call `check`. The node says how much gas it takes all in all; what any
transaction takes (21000) and what the calldata takes (EIP-2028) are known, the rest is execution. A
transaction with much calldata and little execution pays a floor instead (EIP-7623). Rollups take a
price for data on top, which is not in here.")]
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
    /// Others on this machine can see it here, but not in the variable; only its host is ever printed.
    #[arg(long, value_name = "URL", env = "ETH_RPC_URL", hide_env_values = true)]
    pub(crate) rpc_url: RpcUrl,
    /// The chain that the node has to be on [default: any]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) chain_id: Option<u64>,
    /// How many seconds the node may take for an answer
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
}

/// Who sends transactions, if not the account of `ETH_PRIVATE_KEY`. No option takes a secret: others on the
/// machine could see it.
#[derive(Debug, Args)]
pub(crate) struct AccountArguments {
    /// Send from the account of this keystore file [default: of the key in ETH_PRIVATE_KEY]
    #[arg(long, value_name = "FILE")]
    pub(crate) keystore: Option<PathBuf>,
    /// The file with the keystore's password [default: ETH_PASSWORD_FILE, or you are asked for it]
    #[arg(long, value_name = "FILE", requires = "keystore")]
    pub(crate) password_file: Option<PathBuf>,
    /// Send from an account whose key the node has, as anvil has some
    #[arg(long, value_name = "ADDRESS", conflicts_with = "keystore")]
    pub(crate) unlocked: Option<String>,
    /// How many seconds to wait until a transaction is in a block
    #[arg(long, value_name = "SECONDS", default_value_t = 180, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) wait: u64,
}

/// A URL that nothing prints whole, also no message about a wrong one.
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
