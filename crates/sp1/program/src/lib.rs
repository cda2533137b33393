//! The computation of the SP1 programs, as a library that runs anywhere.
//!
//! There are two kinds of program, both in `guest/`:
//!
//! * one for each shipped network, which is part of the program. Its public values are
//!   [`PublicValues`]: the file's IPFS address and the label. Whoever knows the program, by its
//!   verifying key, knows the network;
//! * one for every `.zkl` file, which it takes as input. Its public values are
//!   [`ModelPublicValues`], which have the model's digest too.
//!
//! Pixels come from `zklens-sampler`, which gives those of `zklens-image`. A network that is part
//! of a program is a [`packed::Network`], which gives the result of [`Model::classify`] in fewer
//! instructions.
//!
//! In a zkVM every instruction is proved, so this crate saves instructions;
//! `snapshots/sp1_cycles.json` has their number.

#![forbid(unsafe_code)]
#![deny(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::too_many_lines,
    clippy::too_many_arguments
)]

mod abi;
pub mod pack;
pub mod packed;
mod public_values;

pub use public_values::{ModelPublicValues, PublicValues, PublicValuesError};

use zklens_image::{CidVersion, ImageError, cid};
use zklens_model::{FileError, InputError, Model};

/// The most classes that a network inside a program may have: its labels have 8 bits.
pub const MAX_CLASSES: usize = 256;

/// A part of a program's run, for counting instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Decoding the model.
    Model,
    /// From the image file to the network's input.
    Pixels,
    /// Running the network.
    Network,
    /// The IPFS address of the image file.
    Cid,
    /// Encoding the public values.
    PublicValues,
}

/// The public values of a program for one network, from an image file. `stage` is called when a
/// stage begins.
///
/// # Errors
///
/// The file cannot be decoded as a picture, or the label does not fit 8 bits.
pub fn classify(
    file: &[u8],
    network: &packed::Network,
    mut stage: impl FnMut(Stage),
) -> Result<PublicValues, ProgramError> {
    stage(Stage::Pixels);
    let pixels = zklens_sampler::pixels(file, network.preprocessing())?;
    stage(Stage::Network);
    let class = network.classify(&pixels)?.label();
    stage(Stage::Cid);
    let ipfs_uri = cid::of(file, CidVersion::V0).ipfs_uri();
    stage(Stage::PublicValues);
    let label = u8::try_from(class).map_err(|_| ProgramError::Label { got: class })?;
    Ok(PublicValues { ipfs_uri, label })
}

/// The public values of the program for all networks, from an image file and a `.zkl` file. `stage`
/// is called when a stage begins.
///
/// # Errors
///
/// One of the files is malformed, or the label does not fit 16 bits.
pub fn classify_by(
    file: &[u8],
    model: &[u8],
    mut stage: impl FnMut(Stage),
) -> Result<ModelPublicValues, ProgramError> {
    stage(Stage::Model);
    let file_digest = model.last_chunk().copied().unwrap_or_default();
    let model = Model::decode(model)?;
    stage(Stage::Pixels);
    let pixels = zklens_sampler::pixels(file, model.preprocessing())?;
    stage(Stage::Network);
    let class = model.classify(&pixels)?.label();
    stage(Stage::Cid);
    let ipfs_uri = cid::of(file, CidVersion::V0).ipfs_uri();
    stage(Stage::PublicValues);
    let label = u16::try_from(class).map_err(|_| ProgramError::Label { got: class })?;
    Ok(ModelPublicValues {
        model_digest: file_digest,
        ipfs_uri,
        label,
    })
}

/// Why a program has no public values for these files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// The image file cannot be decoded.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The `.zkl` file is not a valid model.
    #[error("model: {0}")]
    Model(#[from] FileError),
    /// The pixels do not fit the network. They are made for it, so this does not occur.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The label is larger than the public values can hold.
    #[error("label {got} is too large for the public values")]
    Label {
        /// The label.
        got: usize,
    },
}
