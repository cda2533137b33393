//! Keys of a model.

use crate::commitment::{Cells, Vector, commit};
use crate::random::scalars;
use rand_core::CryptoRng;
use zklens_commitment::{Setup, VectorLength};
use zklens_field::{Scalar, decode_scalar, encode_scalar};
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
    /// The circuit's arrays.
    arrays: Vec<Vec<i64>>,
    /// The arrays laid out.
    vectors: Vec<Vector>,
}

/// The version of proving keys that this crate writes, and the only one it reads.
pub const PROVING_KEY_VERSION: u16 = 1;

/// How a proving key begins.
pub const PROVING_KEY_MAGIC: [u8; 4] = *b"ZKLX";

/// The model inside has a limit of its own.
const FRAME: Frame = Frame {
    magic: PROVING_KEY_MAGIC,
    version: PROVING_KEY_VERSION,
    max_bytes: usize::MAX,
};

/// The kind of verifier for which a key is made. It decides how long committed vectors are, so it is part of the key:
/// keys of one model for two targets have different model ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// Short vectors. The prover's work grows with their length, while more of them cost a native verifier little.
    #[default]
    Native,
    /// As few vectors as possible. On a chain each costs the gas of a multiplication, 6,000 and more.
    Evm,
}

/// Lengths of vectors are multiples of this.
const COLUMN_STEP: usize = 64;

/// The length that we trade for one vector of weights fewer: each costs the verifier a multiplication.
const CELLS_PER_WEIGHT_VECTOR: usize = 64;

/// The same for a vector of pixels, witness or helpers, which also adds 64 bytes to every proof.
const CELLS_PER_PROOF_VECTOR: usize = 512;

impl Target {
    /// The cost of a proof about one image, in cells of a vector.
    fn cost(self, layout: &Layout) -> usize {
        let count = layout.columns.count();
        let (weights, all) = (layout.vectors.weights.len(), layout.vectors.helpers.end);
        match self {
            // Multiplications of points are as many as columns, transforms as long as the next power of two.
            Self::Native => {
                let of_weights = weights * CELLS_PER_WEIGHT_VECTOR;
                let of_proofs = (all - weights) * CELLS_PER_PROOF_VECTOR;
                count + count.next_power_of_two() + of_weights + of_proofs
            }
            Self::Evm => count + all * VectorLength::MAX.count(),
        }
    }
}

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
        let columns = choose_columns(&circuit, target)?;
        let vectors = Layout::new(&circuit, columns, 1)?.vectors.weights.len();
        let blindings = match privacy {
            Privacy::Public => vec![Scalar::default(); vectors],
            Privacy::Private(rng) => scalars(vectors, rng),
        };
        Self::with_blindings(setup, model, circuit, columns, &blindings)
    }

    fn with_blindings(
        setup: &Setup,
        model: Model,
        circuit: Circuit,
        columns: VectorLength,
        blindings: &[Scalar],
    ) -> Result<Self, KeygenError> {
        if setup.powers().len() <= columns.count() {
            return Err(KeygenError::ShortSetup {
                expected: columns.count() + 1,
                got: setup.powers().len(),
            });
        }
        let layout = Layout::new(&circuit, columns, 1)?;
        let arrays = circuit.parameters(&model);
        let vectors = lay_out(&layout, &arrays, blindings);
        let weights = commit(setup, columns, &vectors);
        let names = Names {
            name: model.name().to_owned(),
            classes: model.classes().to_vec(),
            preprocessing: *model.preprocessing(),
        };
        let verifying = VerifyingKey::new(names, circuit, columns, &weights)?;
        Ok(Self {
            model,
            verifying,
            arrays,
            vectors,
        })
    }

    /// The file's bytes: `"ZKLX"`, a version, the length of vectors, the model's file behind its length, and the blinding of
    /// each vector of weights, 32 bytes each. With private weights the file is a secret.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let model = self.model.encode();
        let mut body = (self.verifying.columns().count() as u16)
            .to_le_bytes()
            .to_vec();
        body.extend((model.len() as u64).to_le_bytes());
        body.extend(model);
        let blindings = self.vectors.iter().map(|row| encode_scalar(&row.blinding));
        body.extend(blindings.flatten());
        FRAME.encode(&body)
    }

    /// Reads a file and derives the keys again.
    ///
    /// # Errors
    ///
    /// The file is not a valid proving key, or [`Self::new`] would refuse its model.
    pub fn decode(setup: &Setup, file: &[u8]) -> Result<Self, ProvingKeyError> {
        let malformed = ProvingKeyError::Malformed;
        let rest = FRAME.open(file)?;
        let (columns, rest) = rest.split_first_chunk().ok_or(malformed)?;
        let columns =
            VectorLength::new(usize::from(u16::from_le_bytes(*columns))).ok_or(malformed)?;
        let (len, rest) = rest.split_first_chunk().ok_or(malformed)?;
        let len = usize::try_from(u64::from_le_bytes(*len)).map_err(|_| malformed)?;
        let (model, blindings) = rest.split_at_checked(len).ok_or(malformed)?;
        let model = Model::decode(model)?;
        let (blindings, []) = blindings.as_chunks() else {
            return Err(malformed);
        };
        let blindings: Option<Vec<Scalar>> = blindings.iter().map(decode_scalar).collect();
        let blindings = blindings.ok_or(malformed)?;
        let circuit = Circuit::compile(&model).map_err(KeygenError::from)?;
        let layout = Layout::new(&circuit, columns, 1).map_err(KeygenError::from)?;
        if blindings.len() != layout.vectors.weights.len() {
            return Err(malformed);
        }
        Ok(Self::with_blindings(
            setup, model, circuit, columns, &blindings,
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

    pub(crate) fn arrays(&self) -> &[Vec<i64>] {
        &self.arrays
    }

    pub(crate) fn vectors(&self) -> &[Vector] {
        &self.vectors
    }
}

/// The length of all committed vectors for a key of `circuit`: the cheapest for the target.
fn choose_columns(circuit: &Circuit, target: Target) -> Result<VectorLength, KeygenError> {
    let mut best: Option<(usize, VectorLength)> = None;
    for count in (COLUMN_STEP..VectorLength::MAX.count()).step_by(COLUMN_STEP) {
        let columns = VectorLength::new(count).expect("fewer than the most");
        // Short vectors may not hold the random cells.
        if let Ok(layout) = Layout::new(circuit, columns, 1) {
            let cost = target.cost(&layout);
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, columns));
            }
        }
    }
    match best {
        Some((_, columns)) => Ok(columns),
        // The error of the longest vectors says why all lengths fail.
        None => Ok(Layout::new(circuit, VectorLength::MAX, 1).map(|layout| layout.columns)?),
    }
}

fn lay_out(layout: &Layout, arrays: &[Vec<i64>], blindings: &[Scalar]) -> Vec<Vector> {
    let mut rows = vec![Vec::new(); layout.vectors.weights.len()];
    for (array, values) in layout.arrays.iter().zip(arrays) {
        for span in array.spans() {
            write(&mut rows[span.vector], span.offset, &values[span.cells]);
        }
    }
    let row = |(cells, blinding): (Vec<i64>, &Scalar)| Vector {
        cells: Cells::Integers(cells.into()),
        blinding: *blinding,
    };
    rows.into_iter().zip(blindings).map(row).collect()
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
        "the proving key has format version {got}; this program reads version {PROVING_KEY_VERSION}"
    )]
    Version {
        /// The file's version.
        got: u16,
    },
    /// The file is truncated, or has more or fewer blindings than the model has vectors of weights.
    #[error("the proving key is malformed or truncated")]
    Malformed,
    /// The model inside is not valid.
    #[error(transparent)]
    Model(#[from] FileError),
    /// The model inside has no keys.
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
