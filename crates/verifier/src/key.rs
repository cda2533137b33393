//! What a verifier knows of a model.

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

/// How a key file begins.
pub const KEY_MAGIC: [u8; 4] = *b"ZKLK";
/// The largest key file that is read, in bytes.
pub const MAX_KEY_BYTES: usize = 1 << 24;
/// The most bytes that a key's circuit takes in a file. In memory they are up to fifty times as many.
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

/// What a verifier knows of a model: all but the weights, to which it has commitments.
///
/// Anyone can make a key that says anything; what counts is its [`ModelId`]. It is known to be that of
/// a certain network because `keygen` derives it again from the network, or, if the weights are
/// private, because its owner says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    body: Body,
    weights: Vec<Point>,
    columns: VectorLength,
    id: ModelId,
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Body {
    name: String,
    classes: Vec<String>,
    preprocessing: Preprocessing,
    columns: u16,
    circuit: Circuit,
    /// Points of 64 bytes each.
    weights: Vec<u8>,
}

/// The beginning of a file, before the circuit.
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
    /// How images become pixels.
    pub preprocessing: Preprocessing,
}

impl Body {
    /// Reads a file behind its version. Lists that are too long are refused before they take memory.
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

    /// Whether pixels and classes are as many as the circuit's, and names are ones that a model may have.
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
    /// A key, given commitments to the rows that [`Layout::new`] lays the weights out in. A row of zeros
    /// that is not blinded is the point at infinity.
    ///
    /// # Errors
    ///
    /// The circuit is malformed, the number of commitments differs from what it asks for, or the file would be longer than
    /// [`MAX_KEY_BYTES`], its circuit longer than [`MAX_CIRCUIT_BYTES`].
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

    /// Whether [`Self::decode`] takes what [`Self::encode`] writes.
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
        let layout = Layout::new(&body.circuit, columns, 1)?;
        let (points, rest) = body.weights.as_chunks::<POINT_BYTES>();
        if points.len() != layout.vectors.weights.len() || !rest.is_empty() {
            return Err(KeyError::Commitments {
                expected: layout.vectors.weights.len(),
                got: points.len(),
            });
        }
        let point = |(row, bytes): (usize, &[u8; POINT_BYTES])| match decode_point(bytes) {
            Some(point) => Ok(point),
            None if *bytes == [0; POINT_BYTES] => Ok(Point::default()),
            None => Err(KeyError::Point { row }),
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
    /// The file is not exactly what [`Self::encode`] writes.
    pub fn decode(file: &[u8]) -> Result<Self, KeyError> {
        let read = |body| Self::of_body(Body::read(body)?);
        FRAME.decode(file, read, |key: &Self| encode(&key.body))
    }

    /// The model's id.
    #[must_use]
    pub const fn id(&self) -> ModelId {
        self.id
    }

    /// The model's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.body.name
    }

    /// The name of each label.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.body.classes
    }

    /// How images become pixels.
    #[must_use]
    pub const fn preprocessing(&self) -> &Preprocessing {
        &self.body.preprocessing
    }

    /// The network, but for its weights.
    #[must_use]
    pub const fn circuit(&self) -> &Circuit {
        &self.body.circuit
    }

    /// Columns of committed rows.
    #[must_use]
    pub const fn columns(&self) -> VectorLength {
        self.columns
    }

    /// Commitments to the weights.
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
    /// Written by another version.
    #[error(
        "the key has format version {got}; this program reads version {}",
        KEY_VERSION
    )]
    Version {
        /// The file's version.
        got: u16,
    },
    /// Not what a key encodes to.
    #[error("the key file is malformed or not in canonical form")]
    Malformed,
    /// Larger than [`MAX_KEY_BYTES`](crate::MAX_KEY_BYTES).
    #[error("a key file of {got} bytes; the most is {limit}")]
    TooLong {
        /// The file's length in bytes.
        got: usize,
        /// The most there may be.
        limit: usize,
    },
    /// More than [`MAX_CIRCUIT_BYTES`](crate::MAX_CIRCUIT_BYTES).
    #[error("the key's circuit takes more than {limit} bytes")]
    CircuitTooLong {
        /// The most there may be.
        limit: usize,
    },
    /// More classes, tables, arrays, paths or steps than any key has, or, on a machine of 32 bits, a number that it does not
    /// hold.
    #[error("the key has a list or a number that is larger than any key's")]
    LongList,
    /// A commitment that is no point.
    #[error("commitment {row} of the key is not a point of the curve")]
    Point {
        /// Which.
        row: usize,
    },
    /// A circuit that fits nothing.
    #[error(transparent)]
    Circuit(#[from] LayerError),
    /// The key has another number of commitments than its circuit asks for.
    #[error("expected {expected} commitments to weights, got {got}")]
    Commitments {
        /// How many the circuit asks for.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// The pixels or the classes are not as many as the circuit has, or a name is none that a model could
    /// have.
    #[error("the key's names or preprocessing do not fit its circuit")]
    Names,
    /// No columns, or more than any setup has powers for.
    #[error(
        "rows of {got} columns; they have 1 to {}",
        VectorLength::MAX.count()
    )]
    Columns {
        /// The key's number.
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

/// Only a list that is too long is a fault of our own naming.
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
