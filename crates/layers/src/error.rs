//! Errors of circuits, layouts and statements.

/// Why a model or a key cannot be proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayerError {
    /// An operator that neither a table nor a wire can express in its place.
    #[error(
        "node {node} ({operator}): its operand is laid out in a way that no proof can follow yet"
    )]
    Unsupported {
        /// The model's node.
        node: usize,
        /// Its operator.
        operator: &'static str,
    },
    /// A graph without nodes.
    #[error("the graph computes no logits")]
    NoLogits,
    /// A batch without images.
    #[error("a proof needs at least one image")]
    NoImages,
    /// Tables with more cells than a proof may have.
    #[error(
        "a proof for {images} images would have {cells} cells; the most is {limit}, and {} images",
        crate::dims::MAX_IMAGES
    )]
    TooLarge {
        /// Images in the batch.
        images: usize,
        /// Cells of all columns.
        cells: u64,
        /// The most there may be.
        limit: u64,
    },
    /// More committed vectors than a verifier combines.
    #[error("the proof has {vectors} commitments or more; the most is {limit}")]
    TooManyVectors {
        /// Vectors of key, statement and proof, as far as they were counted.
        vectors: u64,
        /// The most there may be.
        limit: u64,
    },
    /// Wires that are more work than a verifier does.
    #[error(
        "the wires take {work} multiplications (images: {images}, labels that differ: {labels}); the most is {limit}"
    )]
    TooMuchWork {
        /// Images in the batch.
        images: usize,
        /// Different labels among them.
        labels: usize,
        /// Multiplications.
        work: u64,
        /// The most there may be.
        limit: u64,
    },
    /// A list of the key that is longer than in any circuit.
    #[error("the key has {got} {what}; the most is {limit}")]
    TooMany {
        /// Tables, or arrays.
        what: &'static str,
        /// How many there are.
        got: usize,
        /// The most there may be.
        limit: usize,
    },
    /// An array without sides or cells, or with more than any layer has.
    #[error(
        "array {array} of the key: {sides} sides and {cells} cells; it has 1 to {} sides, and 1 to {} cells",
        crate::dims::MOST_SIDES,
        crate::dims::MOST_ARRAY_CELLS
    )]
    Array {
        /// Index of the array.
        array: usize,
        /// Number of its sides.
        sides: usize,
        /// Number of its cells.
        cells: u64,
    },
    /// The random cells that hide a proof do not fit into one committed vector.
    #[error("the proof needs {needed} random cells in a vector of {columns} cells")]
    MaskTooLong {
        /// Cells that the mask vector has to hold.
        needed: usize,
        /// Cells it has.
        columns: usize,
    },
    /// A key whose tables and wires do not fit each other.
    #[error("table {table}: the key's wires or sides do not fit")]
    Malformed {
        /// Index of the table.
        table: usize,
    },
    /// A statement with more or fewer labels than images.
    #[error("the statement has {got} labels for {expected} images")]
    LabelCount {
        /// Images in the batch.
        expected: usize,
        /// Labels in the statement.
        got: usize,
    },
    /// A label that is not a class of the network.
    #[error("image {} of the statement: label {label} of {classes} classes", image.saturating_add(1))]
    Label {
        /// Which image of the batch, from 0.
        image: usize,
        /// Its label.
        label: usize,
        /// How many classes there are.
        classes: usize,
    },
}
