//! Arguments of `prove`, `verify`, `keygen` and `setup`.

use super::engine::{Engine, EngineArgument, ProofSystem, ProverArgument};
use super::inputs::{
    ImagesArgument, LayoutArgument, ModelArgument, ResourceArguments, SetupArgument,
};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use zklens_verifier::Context;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens prove photo.jpg
  zklens prove a.png b.png c.png -o three.zkp
  zklens prove --model mnist-cnn digit.png --public -o digit.zkp
  zklens prove photo.jpg --context 0x6b1f…22 -o photo.zkp
  zklens prove photo.jpg -o - | zklens verify -
  zklens prove --engine sp1 photo.jpg
  zklens prove --engine sp1 --prover network --proof-system groth16 photo.jpg

A proof hides everything about the image except its label, from everyone. Only the opening can show which image it was. Without --public, this command forgets the opening, so that nobody can show the image later, not even you.

The engines:
  native  Proves a statement about pixels: this network gives this label to a hidden image. Takes a
          moment, and needs only this program.
  sp1     Proves a statement about a file: the file with this IPFS address decodes to pixels to which
          this network gives this label. It hides nothing, because the address names the file. Proves
          one image at a time, in minutes. Needs the program `zklens-sp1`, which
          `cargo install --locked --path crates/sp1/worker` in the repository of zklens builds, and
          about 17 GB of memory; or Succinct's Prover Network, which charges for each proof.

Environment, with --engine sp1:
  SP1_PROVER           who proves, as --prover
  NETWORK_PRIVATE_KEY  the private key of your account on the Prover Network
  ZKLENS_SP1           the program `zklens-sp1`, if it is neither beside this one nor on the PATH")]
pub(crate) struct ProveArguments {
    #[command(flatten)]
    pub(crate) images: ImagesArgument,
    #[command(flatten)]
    pub(crate) model: ModelArgument,
    #[command(flatten)]
    pub(crate) engine: EngineArgument,
    #[command(flatten)]
    pub(crate) prover: ProverArgument,
    /// With --engine sp1: which kind of proof [default: compressed]
    #[arg(long, value_name = "SYSTEM")]
    pub(crate) proof_system: Option<ProofSystem>,
    /// A proving key of `keygen --private-weights`, which holds its model too
    #[arg(long, value_name = "FILE", conflicts_with_all = ["model", "for_chain"])]
    pub(crate) proving_key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) layout: LayoutArgument,
    /// 32 bytes as 64 hex digits that the proof is bound to [default: zeros]
    ///
    /// Whoever accepts proofs chooses this context, say as a hash of who sends the proof, where and when. A proof that
    /// was made for somebody else, or used before, then has the wrong context and is refused.
    #[arg(long, value_name = "HEX", value_parser = context)]
    pub(crate) context: Option<Context>,
    /// Put the opening into the file, which shows which images these are
    ///
    /// `verify --input-image` can then check that an image file gives exactly the pixels that were classified. Anyone
    /// who guesses the image can check that too, so the proof hides nothing. Without this option, the opening is
    /// forgotten when the command ends. One opening shows all images of a proof: to show one alone, prove it alone.
    #[arg(long)]
    pub(crate) public: bool,
    /// Where to write the proof; `-` for standard output [default: the first image's name with .zkp, or .sp1, here]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite the output
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) resources: ResourceArguments,
    #[command(flatten)]
    pub(crate) setup: SetupArgument,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Show how long each stage took (on standard error)
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Show no progress
    ///
    /// Without this option and --json, a bar on a terminal shows how far the proof is and how long it will take. Elsewhere,
    /// standard error gets a line for each stage of a proof that takes seconds.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens verify photo.zkp
  zklens verify photo.zkp --input-image photo.jpg
  zklens verify - --json < photo.zkp
  zklens verify photo.zkp --key net.zkk --context 0x6b1f…22
  zklens verify photo.sp1 --input-image photo.jpg

Who checks what:
  label    This command checks it: if the proof is true, the network gives this label to the image.
  model    A proof names its network by a model id. For a network that comes with zklens, or that you
           give by --model, this command derives the id itself and compares it. A key file (--key) can
           claim any name: compare the model id with one that you trust.
  image    This command checks it only if you give --input-image and the proof was made with --public:
           these files, in this order, must give exactly the pixels that the network classified. Other
           files can give the same pixels, since the network sees a small picture. Otherwise the proof
           is about some image that its maker had. No proof can say where an image comes from.
  context  This command checks it only if you give --context.

A proof of `prove --engine sp1` is recognised by its first bytes. It names the image file by its IPFS
address, and --input-image compares that address. It is about one image and has no context. To verify a
core or compressed proof, this command needs the program `zklens-sp1`; for the others it does not.")]
pub(crate) struct VerifyArguments {
    /// The proof; `-` for standard input
    #[arg(value_name = "PROOF")]
    pub(crate) proof: PathBuf,
    /// Check that these files are the images, all of them in this order; the proof must be made with --public, or by SP1
    #[arg(long, short, value_name = "FILE", num_args = 1..)]
    pub(crate) input_image: Vec<PathBuf>,
    /// The network that the proof must be about: shipped, or a .zkl file [default: any shipped one]
    #[arg(long, short, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// The engine that the proof must be made by [default: any]
    #[arg(long, value_name = "ENGINE")]
    pub(crate) engine: Option<Engine>,
    /// The network that the proof must be about, given by the verifying key that `keygen` wrote
    #[arg(long, short, value_name = "FILE", conflicts_with = "model")]
    pub(crate) key: Option<PathBuf>,
    /// The context that the proof must be made for, 64 hex digits
    #[arg(long, value_name = "HEX", value_parser = context)]
    pub(crate) context: Option<Context>,
    #[command(flatten)]
    pub(crate) setup: SetupArgument,
    /// Print JSON; a refused proof is `{"verified": false, "error": {…}}`
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens keygen --model net.zkl -o net.zkk
  zklens keygen --model net.zkl --private-weights -o net.zkk
  zklens prove --proving-key net.zkpk photo.jpg -o photo.zkp
  zklens verify photo.zkp --key net.zkk

Publish the verifying key and the model id. With --private-weights, keep the proving key (net.zkpk)
and the model secret. The verifying key still shows the layers, their sizes, the class names and how
many bytes the values take.")]
pub(crate) struct KeygenArguments {
    #[command(flatten)]
    pub(crate) model: ModelArgument,
    /// Hide the weights with randomness; a second file, the proving key (.zkpk), keeps it and is secret
    ///
    /// Each run gives a new model id, which says nothing about the weights. To trust the id is to trust whoever
    /// published it.
    #[arg(long)]
    pub(crate) private_weights: bool,
    #[command(flatten)]
    pub(crate) layout: LayoutArgument,
    /// Where to write the verifying key; in a folder, it is named after the model; `-` for standard output
    ///
    /// The proving key is written beside it, with the ending .zkpk.
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
  zklens setup verify
  zklens setup import powersOfTau28_hez_final_14.ptau -o hermez.zks")]
pub(crate) struct SetupArguments {
    #[command(subcommand)]
    pub(crate) command: SetupCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SetupCommand {
    /// Check by a pairing that a setup holds the powers of one number
    ///
    /// The check shows that the powers are those of the number τ in the setup's point τ·G₂, and only that point decides
    /// which proofs verify. No computation can show that nobody knows τ: compare the digest, which is the digest of
    /// τ·G₂, with that of a ceremony that you trust.
    Verify(SetupVerifyArguments),
    /// Make a setup of a ceremony's .ptau file, as snarkjs writes it
    ///
    /// Only the beginning of a large file is read. The powers are checked by a pairing before anything
    /// is written.
    Import(SetupImportArguments),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens setup verify
  zklens setup verify other.zks")]
pub(crate) struct SetupVerifyArguments {
    /// A setup that `zklens setup import` wrote [default: the one that comes with zklens]
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens setup import powersOfTau28_hez_final_14.ptau -o hermez.zks
  zklens prove --setup hermez.zks photo.jpg -o photo.zkp
  zklens verify photo.zkp --setup hermez.zks")]
pub(crate) struct SetupImportArguments {
    /// The ceremony's file, for the curve BN254
    #[arg(value_name = "PTAU")]
    pub(crate) ptau: PathBuf,
    /// Where to write the setup
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Keep 2^N + 1 powers; a proof takes up to 2^14
    #[arg(long, value_name = "N", default_value = "14", value_parser = clap::value_parser!(u32).range(1..=24))]
    pub(crate) log_columns: u32,
    /// Overwrite the output
    #[arg(long)]
    pub(crate) force: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

pub(super) fn context(text: &str) -> Result<Context, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let expected = "expected 64 hex digits, which are 32 bytes";
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(expected.into());
    }
    let mut context = Context::default();
    if digits.len() != 2 * context.len() {
        return Err(format!("{expected}, got {} digits", digits.len()));
    }
    for (byte, pair) in context.iter_mut().zip(digits.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| expected)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| expected)?;
    }
    Ok(context)
}
