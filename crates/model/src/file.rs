//! The `.zkl` file.
//!
//! ```text
//! "ZKLM"      4 bytes
//! version     u16, little-endian: 1, or 2 for a model with very many parameters
//! length      u32, little-endian: bytes of the body
//! body        postcard: name, classes, preprocessing, nodes (operator, inputs, bounds)
//! digest      SHA-256 of everything before it
//! ```
//!
//! The version decides how weights are written, and the model decides the version, so one model has
//! one file. The digest names the model. Bounds are stored for readers of the file; decoding builds the graph
//! again and refuses bounds other than those it finds. The book's chapter *The model file* has
//! every byte.

use crate::graph::{Graph, GraphBuilder, GraphError, NodeId};
use crate::interval::Interval;
use crate::model::{Model, ModelError};
use crate::ops::Op;
use crate::preprocessing::Preprocessing;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};

/// The version of a file whose model has at most [`Model::MAX_PLAIN_PARAMETERS`]: weights take one, two or
/// four bytes each.
pub const FILE_VERSION: u16 = 1;

/// The version of a file whose model has more parameters: weights are written by the Rice code,
/// in which small weights take few bits.
pub const COMPACT_FILE_VERSION: u16 = 2;

/// The largest file [`Model::decode`] reads, in bytes.
pub const MAX_FILE_BYTES: usize = 1 << 28;

const MAGIC: [u8; 4] = *b"ZKLM";
const DIGEST_BYTES: usize = 32;

/// The body of a file. Names, classes and nodes are borrowed for writing and owned for reading.
#[derive(Debug, Serialize, Deserialize)]
struct Body<Name, Classes, Nodes> {
    name: Name,
    classes: Classes,
    preprocessing: Preprocessing,
    nodes: Nodes,
}

impl Model {
    /// The file's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let after_input = self.graph().nodes().iter().skip(1);
        let nodes: Vec<(&Op, &[NodeId], Interval)> = after_input
            .map(|node| (node.op(), node.inputs(), node.tensor().bounds))
            .collect();
        let contents = Body {
            name: self.name(),
            classes: self.classes(),
            preprocessing: *self.preprocessing(),
            nodes,
        };
        // Writing to memory cannot fail: every type here has a known length.
        let body = postcard::to_allocvec(&contents).unwrap_or_default();
        let mut file = MAGIC.to_vec();
        file.extend(self.file_version().to_le_bytes());
        file.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
        file.extend(body);
        let digest = Sha256::digest(&file);
        file.extend(digest);
        file
    }

    /// The format version of the model's file.
    #[must_use]
    pub fn file_version(&self) -> u16 {
        if self.is_compact() {
            COMPACT_FILE_VERSION
        } else {
            FILE_VERSION
        }
    }

    /// The model's digest: the last 32 bytes of its file.
    #[must_use]
    pub fn digest(&self) -> [u8; DIGEST_BYTES] {
        let file = self.encode();
        file.last_chunk().copied().unwrap_or_default()
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// The file is not exactly what [`Self::encode`] writes for some valid model; see
    /// [`FileError`].
    pub fn decode(file: &[u8]) -> Result<Self, FileError> {
        let (version, contents) = open(file)?;
        let (body, rest) =
            postcard::take_from_bytes::<Body<String, StoredClasses, StoredNodes>>(contents)
                .map_err(|_| FileError::Malformed)?;
        if !rest.is_empty() {
            return Err(FileError::Malformed);
        }
        let graph = rebuild(body.preprocessing, body.nodes.0)?;
        let model = Self::new(&body.name, body.classes.0, graph)?;
        if version != model.file_version() {
            return Err(FileError::VersionOfAnother {
                got: version,
                expected: model.file_version(),
                parameters: model.parameters(),
            });
        }
        // One model has one file. A varint, for example, could be written in several ways.
        if model.encode() == file {
            Ok(model)
        } else {
            Err(FileError::NotCanonical)
        }
    }
}

type StoredNode = (Op, Vec<NodeId>, Interval);
type StoredNodes = AtMost<StoredNode, { GraphBuilder::MAX_NODES }>;
type StoredClasses = AtMost<String, { Model::MAX_CLASSES }>;

/// A list that is refused as soon as it is too long, before the rest is read: a node takes four
/// bytes in a file and some fifty times that in memory.
#[derive(Debug)]
struct AtMost<T, const LIMIT: usize>(Vec<T>);

impl<'de, T: Deserialize<'de>, const LIMIT: usize> Deserialize<'de> for AtMost<T, LIMIT> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(AtMostVisitor(PhantomData))
    }
}

struct AtMostVisitor<T, const LIMIT: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const LIMIT: usize> Visitor<'de> for AtMostVisitor<T, LIMIT> {
    type Value = AtMost<T, LIMIT>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {LIMIT} items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            if list.len() == LIMIT {
                return Err(A::Error::custom("too many items"));
            }
            list.push(item);
        }
        Ok(AtMost(list))
    }
}

/// Returns the version and the body of a file whose length and digest are right.
fn open(file: &[u8]) -> Result<(u16, &[u8]), FileError> {
    if file.len() > MAX_FILE_BYTES {
        return Err(FileError::TooLarge { got: file.len() });
    }
    let (magic, rest) = file.split_first_chunk().ok_or(FileError::NotAModel)?;
    if *magic != MAGIC {
        return Err(FileError::NotAModel);
    }
    let truncated = |got| FileError::Length { got };
    let (version, rest) = rest.split_first_chunk().ok_or(truncated(file.len()))?;
    let version = u16::from_le_bytes(*version);
    if ![FILE_VERSION, COMPACT_FILE_VERSION].contains(&version) {
        return Err(FileError::Version { got: version });
    }
    let (length, rest) = rest.split_first_chunk().ok_or(truncated(file.len()))?;
    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
    let (body, digest) = rest.split_at_checked(length).ok_or(truncated(file.len()))?;
    let digest: &[u8; DIGEST_BYTES] = digest.try_into().map_err(|_| truncated(file.len()))?;
    let covered = file.len().saturating_sub(DIGEST_BYTES);
    if Sha256::digest(file.get(..covered).unwrap_or_default()).as_slice() != digest {
        return Err(FileError::Digest);
    }
    Ok((version, body))
}

fn rebuild(preprocessing: Preprocessing, nodes: Vec<StoredNode>) -> Result<Graph, FileError> {
    let mut graph = GraphBuilder::new(preprocessing)?;
    #[cfg(not(target_os = "zkvm"))]
    let last_uses = last_uses(&nodes);
    for (op, inputs, stored) in nodes {
        let node = graph.push(op, &inputs)?;
        let computed = graph.tensor(node).map_or(Interval::ZERO, |t| t.bounds);
        if computed != stored {
            return Err(FileError::Bounds {
                node,
                stored,
                computed,
            });
        }
        #[cfg(not(target_os = "zkvm"))]
        forget(&mut graph, &last_uses, node, &inputs);
    }
    Ok(graph.finish()?)
}

/// Drops the bounds that no node after `node` takes. A flat tensor has bounds for every cell, and
/// the bounds of many nodes would add up to gigabytes.
///
/// This function is not part of the programs for a zkVM, so that their bytes, and with them their
/// keys, stay. A zkVM that has too little memory gives no proof, which does no harm.
#[cfg(not(target_os = "zkvm"))]
fn forget(graph: &mut GraphBuilder, last_uses: &[NodeId], node: NodeId, inputs: &[NodeId]) {
    let is_last_use = |id: &&NodeId| last_uses.get(**id) == Some(&node);
    inputs
        .iter()
        .filter(is_last_use)
        .for_each(|id| graph.forget(*id));
    if last_uses.get(node) == Some(&0) {
        graph.forget(node);
    }
}

/// For every node, the last node that takes its output. It is 0 for a node that none takes, since
/// node 0, the input, takes no outputs.
#[cfg(not(target_os = "zkvm"))]
fn last_uses(nodes: &[StoredNode]) -> Vec<NodeId> {
    let mut last = alloc::vec![0; nodes.len().saturating_add(1)];
    for (id, (_, inputs, _)) in (1..).zip(nodes) {
        for input in inputs {
            if let Some(last) = last.get_mut(*input) {
                *last = id;
            }
        }
    }
    last
}

/// Why a file was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The first four bytes are not `ZKLM`.
    #[error("not a zklens model: the file does not begin with `ZKLM`")]
    NotAModel,
    /// The file has a format version other than [`FILE_VERSION`] and [`COMPACT_FILE_VERSION`].
    #[error(
        "the model has format version {got}; this program reads versions {FILE_VERSION} and \
         {COMPACT_FILE_VERSION}"
    )]
    Version {
        /// The file's version.
        got: u16,
    },
    /// The file is shorter or longer than its header says.
    #[error(
        "the model file is truncated, or bytes follow it: it has {got} bytes, and says otherwise"
    )]
    Length {
        /// The file's length in bytes.
        got: usize,
    },
    /// The file has more than [`MAX_FILE_BYTES`].
    #[error("a model file of {got} bytes; the most is {MAX_FILE_BYTES}")]
    TooLarge {
        /// The file's length in bytes.
        got: usize,
    },
    /// The contents do not match the digest.
    #[error("the model file is corrupt: its contents do not match its digest")]
    Digest,
    /// The digest is right and the contents are not a model.
    #[error("the model file is malformed, though its digest is right")]
    Malformed,
    /// The contents are a model, but not in the form that [`Model::encode`] writes.
    #[error("the model file is not in canonical form")]
    NotCanonical,
    /// The file has the format version of a model with fewer or more parameters.
    #[error(
        "the model has {parameters} weights and biases, so its file has format version {expected}, \
         not {got}; import it again"
    )]
    VersionOfAnother {
        /// The file's version.
        got: u16,
        /// The version for this number of parameters.
        expected: u16,
        /// The number of its weights and biases.
        parameters: usize,
    },
    /// The stored bounds are not those of the graph.
    #[error("node {node}: the file says {stored}, the weights give {computed}")]
    Bounds {
        /// The node.
        node: NodeId,
        /// The bounds in the file.
        stored: Interval,
        /// The bounds by interval arithmetic.
        computed: Interval,
    },
    /// An operator does not fit, or the graph passes a limit.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A name is not valid, or the outputs do not fit the classes.
    #[error(transparent)]
    Model(#[from] ModelError),
}
