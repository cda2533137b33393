//! The command line.

mod documents;
mod engine;
mod evm;
mod import;
mod inputs;
mod preprocess;
mod proof;
#[cfg(feature = "serve")]
mod serve;

pub(crate) use documents::{CompletionsArguments, ManArguments};
pub(crate) use engine::{Engine, EngineArgument, given};
pub(crate) use evm::{
    AccountArguments, ContractArgument, EvmArguments, EvmCommand, EvmDeployArguments,
    EvmEstimateArguments, EvmExportArguments, EvmProveArguments, EvmVerifyArguments, NodeArguments,
};
pub(crate) use import::{
    ActivationsArgument, EvaluateArguments, ImportArguments, PrecisionArgument,
};
pub(crate) use inputs::{ImagesArgument, ModelArgument, ResourceArguments, SetupArgument};
pub(crate) use proof::{
    KeygenArguments, ProveArguments, SetupArguments, SetupCommand, SetupImportArguments,
    SetupVerifyArguments, VerifyArguments,
};
#[cfg(feature = "serve")]
pub(crate) use serve::ServeArguments;

use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use zklens_image::CidVersion;

/// Proves what a neural network sees in an image, without showing the image.
///
/// A proof says: exactly this network gives this label to a hidden image. Whoever has the proof can verify it in
/// milliseconds, and learns nothing else.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "\
Examples:
  zklens prove examples/photos/coffee.jpg --model efficientnet-lite0
  zklens prove examples/fashion/7_sneaker.jpg -o sneaker.zkp
  zklens verify sneaker.zkp
  zklens inspect sneaker.zkp
  zklens execute photos/ --json
  zklens import net.onnx --calibration photos/ --labels cat,dog -o net.zkl
  zklens prove --engine sp1 photo.jpg -o photo.sp1

Standard input and output:
  As a file to read, `-` means standard input; as a file to write, it means standard output, and everything else that the command prints goes to standard error. Proofs and models are not written to a terminal.

With --json, a command that fails prints one line on standard output, and the same in words on standard error:
    {\"error\": {\"kind\": \"input\", \"exitCode\": 1,
               \"message\": …, \"help\": …}}
The kind is the exit code as a word; `help` may be absent. `verify` adds \"verified\": false.

Exit codes, and kinds:
  0           everything was done; for `verify`: the proof is true
  1  input    an image or another input file could not be read (`execute` goes on with the others)
  2  usage    the command line is wrong
  3  model    a model or key could not be loaded, imported or derived
  4  output   output could not be written
  5  refused  a proof is false, or does not show what was asked for; a setup does not hold the powers of one number
  6  service  a node, contract, prover network or engine cannot be reached, is of the wrong kind, or fails
  130  interrupted  Ctrl-C ended `prove`; no proof was written

Environment:
  NO_COLOR        if it is set and not empty, nothing is coloured
  CLICOLOR_FORCE  if it is set and not 0, output is coloured even if it does not go to a terminal"
)]
pub(crate) struct Arguments {
    /// When to colour the output
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        global = true,
        display_order = 900
    )]
    pub(crate) color: ColorChoice,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prove what a network sees in images, and write the proof to a file
    ///
    /// The proof says which network was used and which label it gives each image, and nothing else about the images. It
    /// is verified before it is written. Several images make one proof, which is smaller and faster than one proof for
    /// each, and can only be verified as a whole.
    ///
    /// With --engine sp1, the proof also says which file the image is; see below.
    Prove(ProveArguments),
    /// Verify a proof, and say what it proves
    ///
    /// Which model, which image and which context a proof is about are three separate questions, and this command checks
    /// only those that you ask; see below. Exit code 0 means that the proof is true and everything that you asked was
    /// confirmed; 5 means that it was not.
    Verify(VerifyArguments),
    /// Classify image files and print label and IPFS address, as a contract will hold them
    ///
    /// Nothing is proved: see `prove`. The label is computed in integers only, so it is the same on every machine. The
    /// network sees the pixels as the file stores them, with transparent pixels drawn on white. EXIF orientation is
    /// applied only if the network asks for upright pictures; `inspect` says so.
    ///
    /// With --engine sp1, the program that SP1 would prove runs in SP1's virtual machine, which also counts the
    /// instructions to prove; see `prove --help`.
    Execute(ExecuteArguments),
    /// Print the IPFS address (CID) of files, as `ipfs add` gives it
    Cid(CidArguments),
    /// List the networks that come with zklens, or print one's model card
    Models(ModelsArguments),
    /// Show what is inside a model, a proof or a key
    ///
    /// A model shows its input, layers, scales, bounds, digest and model id; a proof shows its claim, which is not
    /// verified; a key shows what it tells a verifier about its model.
    Inspect(InspectArguments),
    /// Turn an ONNX network into an integer model (.zkl)
    ///
    /// Calibration images decide the scale of every layer, so take a few hundred typical ones. The images of a folder are
    /// prepared as `execute` prepares them (cropped, resized, inverted, as the options say); an idx file holds the
    /// network's input itself. An operator that zklens does not support is refused, and the error names it.
    Import(ImportArguments),
    /// Measure a model's accuracy on a labelled data set
    Evaluate(EvaluateArguments),
    /// Write the keys of a model: for verifiers who lack the model, or to keep its weights secret
    ///
    /// If both sides have the model, `prove` and `verify` need no key files: they derive the model's key in a moment, the
    /// same on every machine. With --private-weights, the verifying key only holds commitments that hide the weights, and
    /// a second file holds the secret that a prover needs.
    Keygen(KeygenArguments),
    /// Check the setup that all proofs rest on, or import another one
    ///
    /// The setup is a list of powers of a secret number, as points of a curve. Many people made it in a public ceremony.
    /// Only if all of them kept their shares of the secret and put them together could they prove false statements: one
    /// honest participant is enough. One setup serves every model.
    Setup(SetupArguments),
    /// Have proofs verified by a contract on an Ethereum chain
    ///
    /// Any chain with the precompiles of BN254 and the instructions of Cancun will do. Anyone can deploy the contract,
    /// once for a model, and it has no owner. It accepts exactly the proofs that `zklens verify` accepts.
    Evm(EvmArguments),
    /// Serve the page and a JSON API, on this machine alone
    ///
    /// The page proves in the browser. The API is for programs that cannot run the prover, and /api/openapi.json describes
    /// it. /healthz and /metrics are for whoever operates the server. SIGINT and SIGTERM end it when the running requests
    /// are done.
    #[cfg(feature = "serve")]
    Serve(ServeArguments),
    /// Print a script with which a shell completes the arguments of this command
    Completions(CompletionsArguments),
    /// Write the manual pages into a folder
    Man(ManArguments),
}

impl Command {
    /// Whether `--json` is given.
    pub(crate) const fn is_json(&self) -> bool {
        match self {
            Self::Prove(arguments) => arguments.json,
            Self::Verify(arguments) => arguments.json,
            Self::Execute(arguments) => arguments.json,
            Self::Models(arguments) => arguments.json,
            Self::Inspect(arguments) => arguments.json,
            Self::Import(arguments) => arguments.json,
            Self::Evaluate(arguments) => arguments.json,
            Self::Keygen(arguments) => arguments.json,
            Self::Setup(arguments) => match &arguments.command {
                SetupCommand::Verify(arguments) => arguments.json,
                SetupCommand::Import(arguments) => arguments.json,
            },
            Self::Evm(arguments) => match &arguments.command {
                EvmCommand::Export(arguments) => arguments.json,
                EvmCommand::Deploy(arguments) => arguments.json,
                EvmCommand::Verify(arguments) => arguments.json,
                EvmCommand::Estimate(arguments) => arguments.json,
                // Its output goes into files for tests, and a failure must not end up in one.
                EvmCommand::Prove(_) => false,
            },
            Self::Cid(_) | Self::Completions(_) | Self::Man(_) => false,
            #[cfg(feature = "serve")]
            Self::Serve(_) => false,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens execute photo.jpg
  zklens execute photos/ --json
  zklens execute --engine sp1 photo.jpg

`zklens prove --help` says what --engine sp1 needs.")]
pub(crate) struct ExecuteArguments {
    #[command(flatten)]
    pub(crate) images: ImagesArgument,
    #[command(flatten)]
    pub(crate) model: ModelArgument,
    #[command(flatten)]
    pub(crate) engine: EngineArgument,
    #[command(flatten)]
    pub(crate) cid: CidArgument,
    /// Print one line of JSON per image instead of text; for an image that fails, its `file` and `error`
    #[arg(long)]
    pub(crate) json: bool,
    /// Show how long each stage took, or with --engine sp1 how many instructions (on standard error)
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CidArgument {
    /// CID version: 0 as `ipfs add` (Qm…), 1 as `ipfs add --cid-version=1` with raw leaves (baf…)
    #[arg(long, value_name = "VERSION", default_value = "0")]
    pub(crate) cid_version: Version,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Version {
    #[value(name = "0")]
    Zero,
    #[value(name = "1")]
    One,
}

impl From<Version> for CidVersion {
    fn from(version: Version) -> Self {
        match version {
            Version::Zero => Self::V0,
            Version::One => Self::V1RawLeaves,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct CidArguments {
    /// Files of any kind and size, or `-` for standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) cid: CidArgument,
}

#[derive(Debug, Args)]
pub(crate) struct ModelsArguments {
    /// Print the model card of this network
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// A shipped network, or a model (.zkl), proof (.zkp, .sp1), verifying key (.zkk) or proving key (.zkpk); `-` for
    /// standard input
    #[arg(value_name = "MODEL|FILE")]
    pub(crate) subject: String,
    #[command(flatten)]
    pub(crate) setup: SetupArgument,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
