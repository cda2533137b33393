//! Keys of a model.

pub(crate) mod columns;
mod vectors;

pub use columns::Target;

use crate::commitment::{Vector, commit};
use crate::random::scalars;
use rand_core::CryptoRng;
use vectors::WeightVectors;
use zklens_commitment::{Setup, VectorLength};
use zklens_field::{Point, Scalar, decode_scalar, encode_scalar};
use zklens_frame::{Frame, FrameError};
use zklens_layers::{Circuit, LayerError, Layout};
use zklens_model::{FileError, Model};
use zklens_verifier::{KeyError, Names, VerifyingKey};

/// Who may know a model's weights.
#[expect(missing_debug_implementations, reason = "it holds a source of secrets")]
pub enum Privacy<'a> {
    /// Everyone: anyone who has the model derives the same key, and so the same model id.
    Public,
    /// Only whoever has the proving key. Commitments hide weights, biases and the entries of tables. The key
    /// shows the rest: shapes, shifts, the multipliers of averages, where clips and tables begin and end,
    /// and how many bytes each value takes, which bounds what the weights add up to.
    Private(&'a mut dyn CryptoRng),
}

/// A model with everything that proofs about it need.
#[derive(Clone, Debug)]
pub struct ProvingKey {
    model: Model,
    verifying: VerifyingKey,
    /// The blinding of each vector of weights; zeros for public weights.
    blindings: Vec<Scalar>,
}

/// The version of proving keys that this crate writes. It also reads version 1, which lacks the commitments.
pub const PROVING_KEY_VERSION: u16 = 2;

/// How a proving key begins.
pub const PROVING_KEY_MAGIC: [u8; 4] = *b"ZKLX";

/// The model inside has a limit of its own.
const FRAME: Frame = Frame {
    magic: PROVING_KEY_MAGIC,
    version: PROVING_KEY_VERSION,
    max_bytes: usize::MAX,
};

/// The frame of the version without commitments.
const FIRST_FRAME: Frame = Frame {
    version: 1,
    ..FRAME
};

impl ProvingKey {
    /// Makes the keys of `model`, for [`Target::Native`].
    ///
    /// # Errors
    ///
    /// [`KeygenError::Model`] if an operator or an arrangement of operators cannot be proved, [`KeygenError::ShortSetup`] if
    /// the setup has too few powers.
    pub fn new(setup: &Setup, model: Model, privacy: Privacy<'_>) -> Result<Self, KeygenError> {
        Self::with_target(setup, model, privacy, Target::default())
    }

    /// Makes the keys of `model`, for a target.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn with_target(
        setup: &Setup,
        model: Model,
        privacy: Privacy<'_>,
        target: Target,
    ) -> Result<Self, KeygenError> {
        let circuit = Circuit::compile(&model)?;
        let columns = columns::choose(&circuit, target)?;
        let vectors = Layout::new(&circuit, columns, 1)?.vectors.weights.len();
        let blindings = match privacy {
            Privacy::Public => vec![Scalar::default(); vectors],
            Privacy::Private(rng) => scalars(vectors, rng),
        };
        Self::with_blindings(setup, model, circuit, columns, blindings)
    }

    /// The keys of `model` with public weights, when their verifying key is known. Commitments to weights, which take most of
    /// the time of [`Self::with_target`], are taken from it.
    ///
    /// **Warning:** compares some of the commitments with the weights, not all. If one is wrong, every verifier refuses the
    /// proofs, and the model id is not the model's. Take the verifying key from yourself only.
    ///
    /// # Errors
    ///
    /// [`KeygenError::Mismatch`] if the verifying key is not that of the model, target and setup; otherwise as [`Self::new`].
    pub fn with_verifying(
        setup: &Setup,
        model: Model,
        target: Target,
        verifying: VerifyingKey,
    ) -> Result<Self, KeygenError> {
        let circuit = Circuit::compile(&model)?;
        if columns::choose(&circuit, target)? != verifying.columns() {
            return Err(KeygenError::Mismatch);
        }
        let blindings = vec![Scalar::default(); verifying.weight_commitments().len()];
        Self::with_commitments(setup, model, verifying, blindings)
    }

    /// The keys of a model whose commitments to weights are known.
    fn with_commitments(
        setup: &Setup,
        model: Model,
        verifying: VerifyingKey,
        blindings: Vec<Scalar>,
    ) -> Result<Self, KeygenError> {
        check_setup(setup, verifying.columns())?;
        let key = Self {
            model,
            verifying,
            blindings,
        };
        match key.fits(setup)? {
            true => Ok(key),
            false => Err(KeygenError::Mismatch),
        }
    }

    /// Whether model and verifying key belong together. Makes the first, the middle and the last commitment again: that finds
    /// another setup, and other weights or places of weights.
    fn fits(&self, setup: &Setup) -> Result<bool, KeygenError> {
        let verifying = &self.verifying;
        let layout = self.layout(1)?;
        let commitments = verifying.weight_commitments();
        let same_names = verifying.name() == self.model.name()
            && verifying.classes() == self.model.classes()
            && verifying.preprocessing() == self.model.preprocessing();
        let same_circuit = *verifying.circuit() == Circuit::compile(&self.model)?;
        if !(same_names && same_circuit && self.blindings.len() == commitments.len()) {
            return Ok(false);
        }
        let all = 0..commitments.len();
        let mut some = vec![all.start, all.len() / 2, all.end.saturating_sub(1)];
        some.retain(|vector| all.contains(vector));
        some.dedup();
        let vectors = self.weight_vectors().some(&layout, &some);
        let again = commit(setup, verifying.columns(), &vectors);
        Ok(again
            .iter()
            .eq(some.iter().map(|vector| &commitments[*vector])))
    }

    fn with_blindings(
        setup: &Setup,
        model: Model,
        circuit: Circuit,
        columns: VectorLength,
        blindings: Vec<Scalar>,
    ) -> Result<Self, KeygenError> {
        check_setup(setup, columns)?;
        let layout = Layout::new(&circuit, columns, 1)?;
        let vectors = WeightVectors {
            values: circuit.values(&model),
            blindings: &blindings,
        };
        let weights = commit(setup, columns, &vectors.all(&layout));
        let verifying = VerifyingKey::new(names(&model), circuit, columns, &weights)?;
        Ok(Self {
            model,
            verifying,
            blindings,
        })
    }

    /// The verifying key of a model with points at infinity in the place of commitments to weights. It has the size of the
    /// real key at once, and nothing can be proved for it.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn outline(model: &Model, target: Target) -> Result<VerifyingKey, KeygenError> {
        let circuit = Circuit::compile(model)?;
        let columns = columns::choose(&circuit, target)?;
        let vectors = Layout::new(&circuit, columns, 1)?.vectors.weights.len();
        let nothing = vec![Point::default(); vectors];
        Ok(VerifyingKey::new(names(model), circuit, columns, &nothing)?)
    }

    /// The file's bytes: `"ZKLX"`, a version, the model's file and the verifying key's, each behind its length, and the
    /// blinding of each vector of weights, 32 bytes each. With private weights the file is a secret.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for file in [self.model.encode(), self.verifying.encode()] {
            body.extend((file.len() as u64).to_le_bytes());
            body.extend(file);
        }
        body.extend(self.blindings.iter().flat_map(encode_scalar));
        FRAME.encode(&body)
    }

    /// Reads a file. A key of version 1 has no commitments to weights, so they are made again.
    ///
    /// **Warning:** the file is trusted like its owner. Some commitments are compared with the weights, not all: if another is
    /// wrong, every verifier refuses the proofs.
    ///
    /// # Errors
    ///
    /// The file is not a valid proving key, or [`Self::new`] would refuse its model.
    pub fn decode(setup: &Setup, file: &[u8]) -> Result<Self, ProvingKeyError> {
        let body = match FRAME.open(file) {
            Err(FrameError::Version { got: 1, .. }) => return Self::decode_first(setup, file),
            opened => opened?,
        };
        let (model, rest) = split(body)?;
        let (verifying, blindings) = split(rest)?;
        let model = Model::decode(model)?;
        let verifying = VerifyingKey::decode(verifying)?;
        let blindings = decode_blindings(blindings)?;
        if blindings.len() != verifying.weight_commitments().len() {
            return Err(ProvingKeyError::Malformed);
        }
        Ok(Self::with_commitments(setup, model, verifying, blindings)?)
    }

    /// Reads a file of version 1: the length of vectors, the model's file behind its length, and the blindings.
    fn decode_first(setup: &Setup, file: &[u8]) -> Result<Self, ProvingKeyError> {
        let malformed = ProvingKeyError::Malformed;
        let body = FIRST_FRAME.open(file)?;
        let (columns, rest) = body.split_first_chunk().ok_or(malformed)?;
        let columns =
            VectorLength::new(usize::from(u16::from_le_bytes(*columns))).ok_or(malformed)?;
        let (model, blindings) = split(rest)?;
        let model = Model::decode(model)?;
        let blindings = decode_blindings(blindings)?;
        let circuit = Circuit::compile(&model).map_err(KeygenError::from)?;
        let layout = Layout::new(&circuit, columns, 1).map_err(KeygenError::from)?;
        if blindings.len() != layout.vectors.weights.len() {
            return Err(malformed);
        }
        Ok(Self::with_blindings(
            setup, model, circuit, columns, blindings,
        )?)
    }

    /// The model.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// The verifying key.
    #[must_use]
    pub const fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// The values of an array of the circuit.
    pub(crate) fn array(&self, index: usize) -> Vec<i64> {
        self.verifying.circuit().values(&self.model)[index].to_vec()
    }

    /// The vectors of weights. The places of weights do not depend on the number of images of `layout`.
    pub(crate) fn vectors(&self, layout: &Layout) -> Vec<Vector> {
        self.weight_vectors().all(layout)
    }

    fn weight_vectors(&self) -> WeightVectors<'_> {
        WeightVectors {
            values: self.verifying.circuit().values(&self.model),
            blindings: &self.blindings,
        }
    }
}

fn names(model: &Model) -> Names {
    Names {
        name: model.name().to_owned(),
        classes: model.classes().to_vec(),
        preprocessing: *model.preprocessing(),
    }
}

fn check_setup(setup: &Setup, columns: VectorLength) -> Result<(), KeygenError> {
    let (expected, got) = (columns.count() + 1, setup.powers().len());
    match got < expected {
        true => Err(KeygenError::ShortSetup { expected, got }),
        false => Ok(()),
    }
}

/// Splits off a file that stands behind its length.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), ProvingKeyError> {
    let malformed = ProvingKeyError::Malformed;
    let (len, rest) = bytes.split_first_chunk().ok_or(malformed)?;
    let len = usize::try_from(u64::from_le_bytes(*len)).map_err(|_| malformed)?;
    rest.split_at_checked(len).ok_or(malformed)
}

fn decode_blindings(bytes: &[u8]) -> Result<Vec<Scalar>, ProvingKeyError> {
    let malformed = ProvingKeyError::Malformed;
    let (blindings, []) = bytes.as_chunks() else {
        return Err(malformed);
    };
    let blindings: Option<Vec<Scalar>> = blindings.iter().map(decode_scalar).collect();
    blindings.ok_or(malformed)
}

/// Writes cells into a vector, from the index `offset`.
pub(crate) fn write<T: Copy + Default>(row: &mut Vec<T>, offset: usize, cells: &[T]) {
    let end = offset + cells.len();
    if row.len() < end {
        row.resize(end, T::default());
    }
    row[offset..end].copy_from_slice(cells);
}

/// Why a model has no keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeygenError {
    /// The model cannot be proved.
    #[error(transparent)]
    Model(#[from] LayerError),
    /// The key would not be valid.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The setup has too few powers for the length of vectors.
    #[error("the setup string has {got} powers; this model needs {expected}")]
    ShortSetup {
        /// Powers needed.
        expected: usize,
        /// Powers of the setup.
        got: usize,
    },
    /// The verifying key is that of another model, layout or setup; or another version of zklens compiled it.
    #[error(
        "the verifying key beside the model is not the one that this version derives with this setup"
    )]
    Mismatch,
}

/// Why a file is not a proving key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProvingKeyError {
    /// The first four bytes are not `ZKLX`.
    #[error("not a proving key: the file does not begin with `ZKLX`")]
    NotAKey,
    /// Written by another version.
    #[error(
        "the proving key has format version {got}; this program reads versions 1 and {PROVING_KEY_VERSION}"
    )]
    Version {
        /// The file's version.
        got: u16,
    },
    /// The file is truncated, or has more or fewer blindings than there are vectors of weights.
    #[error("the proving key is malformed or truncated")]
    Malformed,
    /// The model inside is not valid.
    #[error(transparent)]
    Model(#[from] FileError),
    /// The verifying key inside is not valid.
    #[error(transparent)]
    Verifying(#[from] KeyError),
    /// The model inside has no keys, or not the verifying key beside it.
    #[error(transparent)]
    Keygen(#[from] KeygenError),
}

impl From<FrameError> for ProvingKeyError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Magic { .. } => Self::NotAKey,
            FrameError::Version { got, .. } => Self::Version { got },
            FrameError::TooLong { .. }
            | FrameError::Truncated { .. }
            | FrameError::NotCanonical => Self::Malformed,
        }
    }
}
