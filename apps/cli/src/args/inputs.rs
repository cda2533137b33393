//! Arguments that several commands have: images, a model and its layout, the setup.

use clap::Args;
use std::path::PathBuf;
use zklens_prover::Target;

/// Image files, with or without the name of an option.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct ImagesArgument {
    /// Image files (JPEG, PNG, GIF, WebP, BMP), folders of them, or `-` for standard input
    ///
    /// They are taken in this order. In a folder, a file counts as an image if its first bytes are those of one, whatever
    /// its name is.
    #[arg(value_name = "FILE")]
    images: Vec<PathBuf>,
    /// Image files, as for FILE
    #[arg(long, short, value_name = "FILE", num_args = 1..)]
    input_image: Vec<PathBuf>,
}

impl ImagesArgument {
    /// The paths, at least one.
    pub(crate) fn paths(&self) -> &[PathBuf] {
        if self.images.is_empty() {
            &self.input_image
        } else {
            &self.images
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ModelArgument {
    /// A shipped network (see `zklens models`) or the path of a .zkl file
    #[arg(long, short, value_name = "MODEL", default_value = zklens_models::ALL[0].name)]
    pub(crate) model: String,
}

#[derive(Debug, Args)]
pub(crate) struct LayoutArgument {
    /// Lay the model out for verification on a chain: proving takes longer, a transaction less gas
    ///
    /// There are then fewer and longer commitments to the weights, and so the model has a second model id: the one that
    /// `zklens evm` uses. `verify` knows both.
    #[arg(long)]
    pub(crate) for_chain: bool,
}

impl LayoutArgument {
    /// The verifier that the committed vectors are laid out for.
    pub(crate) const fn layout(&self) -> Target {
        if self.for_chain {
            Target::Evm
        } else {
            Target::Native
        }
    }
}

/// How `prove` deals with time and memory.
#[derive(Debug, Args)]
pub(crate) struct ResourceArguments {
    /// Commit to the weights again, and keep nothing for the next time
    ///
    /// For networks with more than 262,144 weights, the commitments to them are kept in the user's folder for caches, as
    /// `zklens/keys/*.zkk`. They are public: every proof names them by its model id. You may delete them at any time.
    /// Networks with private weights are never kept there: their proving key has the commitments.
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Prove even if the proof is estimated to take more memory than is free
    ///
    /// The system may then end this command without a word, or take very long.
    #[arg(long)]
    pub(crate) ignore_memory: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SetupArgument {
    /// A setup that `zklens setup import` wrote, instead of the one that comes with zklens
    ///
    /// Proofs and model ids depend on it, so both sides must use the same one.
    #[arg(long, value_name = "FILE")]
    pub(crate) setup: Option<PathBuf>,
}
