//! Arguments of `prove`, `verify`, `keygen` and `setup`.

use super::engine::{Engine, EngineArgument, ProofSystem, ProverArgument};
use super::inputs::{ImagesArgument, LayoutArgument, ModelArgument, SetupArgument};
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

What a proof hides: everything about the image but its label, from everyone. Without --public, this command forgets the opening, which alone could show which image it was; and nobody who did not keep it, not even you, can show that later.

The engines:
  native  Proves from the pixels on: this network gives this label to an image that is hidden. Takes
          a moment, and nothing but this program.
  sp1     Proves from the file on: the file with this IPFS address decodes to pixels in which this
          network sees this label. So it hides nothing: the address names the file. Proves one image
          at a time, in minutes, and needs the program `zklens-sp1`, made by
          `cargo install --locked --path crates/sp1/worker` in the repository of zklens, and about
          17 GB of memory; or the Prover Network of Succinct, which has to be paid.

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
    /// Whoever accepts proofs chooses them, say as a hash of who sends the proof, where and when, so that
    /// a proof made for somebody else, or used before, is no proof there.
    #[arg(long, value_name = "HEX", value_parser = context)]
    pub(crate) context: Option<Context>,
    /// Put into the file what shows which images these are
    ///
    /// With it, `verify --input-image` checks that an image file gives the very pixels that were
    /// classified. Anyone who guesses the image can do that too: the proof then hides nothing. Without
    /// it, the opening, which would show the image, is forgotten when this command ends. The images of one proof are
    /// shown together: to show one alone, prove it alone.
    #[arg(long)]
    pub(crate) public: bool,
    /// Where to write the proof; `-` for standard output [default: the first image's name with .zkp, or .sp1, here]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite the output
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) setup: SetupArgument,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Show how long each stage took (on standard error)
    #[arg(long, short)]
    pub(crate) verbose: bool,
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
  label    This command: the proof is true, so the network gives this label to the hidden image.
  model    A proof names its network by a model id. If it is of a network that comes with zklens, or
           of the one that you give by --model, this command has derived the id itself. A key file
           (--key) can call itself anything: compare the model id with one that you trust.
  image    Nobody, unless you give --input-image and the proof was made with --public: then this
           command checks that these files, in this order, give the network the very pixels that it
           classified. (Other files can give it the same ones: it sees a small picture.) Otherwise
           the proof speaks of some image that its maker had. Where it comes from, no proof can say.
  context  You, by giving --context: this command then refuses proofs made for another one.

Proofs of `prove --engine sp1` are told by how the file begins. They name the image's file by its IPFS
address, so --input-image compares that, and one file's alone; they have no context. Core and
compressed ones take the program `zklens-sp1` to verify, the others take nothing.")]
pub(crate) struct VerifyArguments {
    /// The proof; `-` for standard input
    #[arg(value_name = "PROOF")]
    pub(crate) proof: PathBuf,
    /// Check that these are the images, all of them and in order; the proof must be made with --public,
    /// or by SP1
    #[arg(long, short, value_name = "FILE", num_args = 1..)]
    pub(crate) input_image: Vec<PathBuf>,
    /// The network that the proof has to be about: shipped, or a .zkl file [default: any shipped one]
    #[arg(long, short, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// The engine that the proof has to be of [default: any]
    #[arg(long, value_name = "ENGINE")]
    pub(crate) engine: Option<Engine>,
    /// The same by its verifying key, which `keygen` wrote
    #[arg(long, short, value_name = "FILE", conflicts_with = "model")]
    pub(crate) key: Option<PathBuf>,
    /// The context that the proof has to be made for, 64 hex digits
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
and the model to yourself. The verifying key still shows the layers, their sizes, the class names
and how many bytes values take.")]
pub(crate) struct KeygenArguments {
    #[command(flatten)]
    pub(crate) model: ModelArgument,
    /// Hide the weights, by randomness that a second file keeps: the proving key (.zkpk), a secret
    ///
    /// Each run gives another model id, which says nothing about the weights: whoever trusts it, trusts
    /// the one who published it.
    #[arg(long)]
    pub(crate) private_weights: bool,
    #[command(flatten)]
    pub(crate) layout: LayoutArgument,
    /// Where to write the verifying key; in a folder, it is named after the model; `-` for standard output
    ///
    /// The proving key lies beside it and ends in .zkpk.
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
    /// This shows that the powers are those of the τ in the setup's point τ·G₂, which alone decides what
    /// verifies. That nobody knows τ, no computation shows: compare the digest, which is of τ·G₂, with
    /// that of a ceremony that you trust.
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
