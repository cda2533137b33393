//! The verifying key: all that a verifier needs to know about a model.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};
use tiny_keccak::{Hasher, Keccak};
use zklens_commitment::VectorLength;
use zklens_field::{POINT_BYTES, Point, decode_point, encode_point};
use zklens_frame::{Frame, FrameError};
use zklens_layers::dims::volume;
use zklens_layers::{Circuit, LayerError, Layout, at_most};
use zklens_model::{Model, Preprocessing};

/// The version of key files that this crate writes, and the only one it reads.
pub const KEY_VERSION: u16 = 1;

/// The first four bytes of a key file.
pub const KEY_MAGIC: [u8; 4] = *b"ZKLK";
/// The largest key file that is read, in bytes.
pub const MAX_KEY_BYTES: usize = 1 << 24;
/// The most bytes that a key's circuit may take in a file. In memory it takes up to fifty times as many.
pub const MAX_CIRCUIT_BYTES: usize = 1 << 21;

const FRAME: Frame = Frame {
    magic: KEY_MAGIC,
    version: KEY_VERSION,
    max_bytes: MAX_KEY_BYTES,
};

const ID_DOMAIN: &[u8] = b"zklens/key";

/// Keccak-256 of everything in a verifying key: architecture, quantisation, preprocessing, names
/// and commitments to the weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ModelId(pub [u8; 32]);

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// All that a verifier needs to know about a model: its circuit, and commitments to its weights in place of the
/// weights.
///
/// **Warning:** anyone can make a key, so trust its [`ModelId`] only if you know where it comes from. If the weights
/// are public, `keygen` derives the key again from the model file. If they are private, the model's owner publishes
/// the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    body: Body,
    weights: Vec<Point>,
    columns: VectorLength,
    id: ModelId,
}

/// The content of a file, in the order of its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Body {
    name: String,
    classes: Vec<String>,
    preprocessing: Preprocessing,
    columns: u16,
    circuit: Circuit,
    /// Commitments to the weights, 64 bytes for each point.
    weights: Vec<u8>,
}

/// The beginning of the body, before the circuit.
#[derive(Deserialize)]
struct Head {
    name: String,
    #[serde(deserialize_with = "at_most::<_, _, { Model::MAX_CLASSES }>")]
    classes: Vec<String>,
    preprocessing: Preprocessing,
    columns: u16,
}

/// The names that come with a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The model's name.
    pub name: String,
    /// The name of each label.
    pub classes: Vec<String>,
    /// How a picture becomes pixels.
    pub preprocessing: Preprocessing,
}

impl Body {
    /// Reads the body of a file. Lists that are too long are refused before they take memory.
    fn read(file: &[u8]) -> Result<Self, KeyError> {
        let (head, rest) =
            postcard::take_from_bytes::<Head>(file).map_err(|error| fault(&error))?;
        let most = rest.get(..MAX_CIRCUIT_BYTES);
        let of_circuit = most.unwrap_or(rest);
        let read = postcard::take_from_bytes::<Circuit>(of_circuit);
        let is_cut = |error: &postcard::Error| {
            most.is_some() && *error == postcard::Error::DeserializeUnexpectedEnd
        };
        let (circuit, after) = read.map_err(|error| match is_cut(&error) {
            true => KeyError::CircuitTooLong {
                limit: MAX_CIRCUIT_BYTES,
            },
            false => fault(&error),
        })?;
        let used = of_circuit.len().saturating_sub(after.len());
        let rest = rest.get(used..).unwrap_or_default();
        let (weights, _) =
            postcard::take_from_bytes::<&[u8]>(rest).map_err(|error| fault(&error))?;
        Ok(Self {
            name: head.name,
            classes: head.classes,
            preprocessing: head.preprocessing,
            columns: head.columns,
            circuit,
            weights: weights.to_vec(),
        })
    }

    /// Whether the preprocessing and the classes have the circuit's sides, and a model may have these names.
    fn names_fit(&self) -> bool {
        let sides = |table: usize| self.circuit.tables.get(table).map(|table| table.sides);
        let pixels = self.preprocessing.shape().map(usize::from);
        let classes = sides(self.circuit.label_table()).map(|sides| volume(&sides));
        let mut names = core::iter::once(&self.name).chain(&self.classes);
        sides(0) == Some(pixels)
            && classes == Some(self.classes.len())
            && names.all(|name| Model::is_name(name))
    }
}

impl VerifyingKey {
    /// A key with the given commitments to weights, one for each vector of [`Layout::new`] that holds weights. The
    /// commitment to a public vector of zeros is the point at infinity.
    ///
    /// # Errors
    ///
    /// The circuit is malformed; the names do not fit it; it needs another number of commitments; or the file would
    /// be longer than [`MAX_KEY_BYTES`], or its circuit longer than [`MAX_CIRCUIT_BYTES`].
    pub fn new(
        names: Names,
        circuit: Circuit,
        columns: VectorLength,
        weights: &[Point],
    ) -> Result<Self, KeyError> {
        let Names {
            name,
            classes,
            preprocessing,
        } = names;
        let key = Self::of_body(Body {
            name,
            classes,
            preprocessing,
            columns: u16::try_from(columns.count()).unwrap_or(u16::MAX),
            circuit,
            weights: weights.iter().flat_map(encode_point).collect(),
        })?;
        key.fits_into_a_file()?;
        Ok(key)
    }

    /// Checks that the file is short enough for [`Self::decode`].
    fn fits_into_a_file(&self) -> Result<(), KeyError> {
        let circuit = postcard::to_allocvec(&self.body.circuit).unwrap_or_default();
        if circuit.len() > MAX_CIRCUIT_BYTES {
            return Err(KeyError::CircuitTooLong {
                limit: MAX_CIRCUIT_BYTES,
            });
        }
        let got = self.encode().len();
        if got > MAX_KEY_BYTES {
            return Err(KeyError::TooLong {
                got,
                limit: MAX_KEY_BYTES,
            });
        }
        Ok(())
    }

    fn of_body(body: Body) -> Result<Self, KeyError> {
        body.circuit.check()?;
        if !body.names_fit() {
            return Err(KeyError::Names);
        }
        let count = usize::from(body.columns);
        let columns = VectorLength::new(count).ok_or(KeyError::Columns { got: count })?;
        // The vectors of weights do not depend on the number of images.
        let layout = Layout::new(&body.circuit, columns, 1)?;
        let (points, rest) = body.weights.as_chunks::<POINT_BYTES>();
        if points.len() != layout.vectors.weights.len() || !rest.is_empty() {
            return Err(KeyError::Commitments {
                expected: layout.vectors.weights.len(),
                got: points.len(),
            });
        }
        let point = |(vector, bytes): (usize, &[u8; POINT_BYTES])| match decode_point(bytes) {
            Some(point) => Ok(point),
            None if *bytes == [0; POINT_BYTES] => Ok(Point::default()),
            None => Err(KeyError::Point { vector }),
        };
        let weights = points.iter().enumerate().map(point);
        let weights = weights.collect::<Result<_, _>>()?;
        let id = ModelId(digest(&encode(&body)));
        Ok(Self {
            body,
            weights,
            columns,
            id,
        })
    }

    /// The file's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        FRAME.encode(&encode(&self.body))
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// The file differs from every file that [`Self::encode`] writes, or its circuit is malformed.
    pub fn decode(file: &[u8]) -> Result<Self, KeyError> {
        let read = |body| Self::of_body(Body::read(body)?);
        FRAME.decode(file, read, |key: &Self| encode(&key.body))
    }

    /// The model's id: Keccak-256 of the whole key.
    #[must_use]
    pub const fn id(&self) -> ModelId {
        self.id
    }

    /// The model's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.body.name
    }

    /// The name of each class; a label is a position in this list.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.body.classes
    }

    /// How a picture becomes pixels.
    #[must_use]
    pub const fn preprocessing(&self) -> &Preprocessing {
        &self.body.preprocessing
    }

    /// The network as tables and wires, without its weights.
    #[must_use]
    pub const fn circuit(&self) -> &Circuit {
        &self.body.circuit
    }

    /// The number of cells of every committed vector.
    #[must_use]
    pub const fn columns(&self) -> VectorLength {
        self.columns
    }

    /// Commitments to the weights, one for each committed vector that holds weights. Those of private weights hide
    /// them.
    pub fn weight_commitments(&self) -> &[Point] {
        &self.weights
    }
}

/// Why a verifying key was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The first four bytes are not `ZKLK`.
    #[error("not a verifying key: the file does not begin with `ZKLK`")]
    NotAKey,
    /// The file has a different format version.
    #[error(
        "the key has format version {got}; this program reads version {}",
        KEY_VERSION
    )]
    Version {
        /// The version in the file.
        got: u16,
    },
    /// The body cannot be read, or [`VerifyingKey::encode`] would write it in other bytes.
    #[error("the key file is malformed or not in canonical form")]
    Malformed,
    /// The file is larger than [`MAX_KEY_BYTES`].
    #[error("a key file of {got} bytes; the most is {limit}")]
    TooLong {
        /// The file's length in bytes.
        got: usize,
        /// The most bytes that a file may have.
        limit: usize,
    },
    /// The circuit takes more than [`MAX_CIRCUIT_BYTES`].
    #[error("the key's circuit takes more than {limit} bytes")]
    CircuitTooLong {
        /// The most bytes that a circuit may take.
        limit: usize,
    },
    /// A list of classes, tables, arrays, paths or steps is longer than any key's; or a number does not fit into the
    /// `usize` of a machine of 32 bits.
    #[error("the key has a list or a number that is larger than any key's")]
    LongList,
    /// The bytes of a commitment do not encode a point of the curve.
    #[error("commitment {vector} of the key is not a point of the curve")]
    Point {
        /// The position of the commitment, from 0.
        vector: usize,
    },
    /// The circuit contradicts itself, or exceeds a limit.
    #[error(transparent)]
    Circuit(#[from] LayerError),
    /// The key has too few or too many commitments for its circuit.
    #[error("expected {expected} commitments to weights, got {got}")]
    Commitments {
        /// The number of vectors that hold the circuit's weights.
        expected: usize,
        /// The number of commitments in the key.
        got: usize,
    },
    /// The preprocessing or the number of classes does not fit the circuit, or a name is not allowed in a model.
    #[error("the key's names or preprocessing do not fit its circuit")]
    Names,
    /// The number of cells of committed vectors is zero, or larger than the setup that zklens ships allows.
    #[error(
        "expected committed vectors of 1 to {} cells, got {got}",
        VectorLength::MAX.count()
    )]
    Columns {
        /// The number of cells in the key.
        got: usize,
    },
}

impl From<FrameError> for KeyError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::TooLong { limit, got } => Self::TooLong { got, limit },
            FrameError::Magic { .. } => Self::NotAKey,
            FrameError::Version { got, .. } => Self::Version { got },
            FrameError::Truncated { .. } | FrameError::NotCanonical => Self::Malformed,
        }
    }
}

/// The limits on lists are the only checks of ours during decoding, so `SerdeDeCustom` means that one was exceeded.
fn fault(error: &postcard::Error) -> KeyError {
    match *error == postcard::Error::SerdeDeCustom {
        true => KeyError::LongList,
        false => KeyError::Malformed,
    }
}

fn encode(body: &Body) -> Vec<u8> {
    // Writing to memory cannot fail: every type here has a known length.
    postcard::to_allocvec(body).unwrap_or_default()
}

fn digest(body: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    let mut keccak = Keccak::v256();
    keccak.update(ID_DOMAIN);
    keccak.update(&KEY_VERSION.to_be_bytes());
    keccak.update(body);
    keccak.finalize(&mut digest);
    digest
}
