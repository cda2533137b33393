//! Keys that strangers could write: with circuits that no model has, as large as a verifier
//! accepts, or larger.

use crate::models::{class_names, preprocessing};
use zklens_commitment::VectorLength;
use zklens_field::{encode_point, generator};
use zklens_layers::circuit::{Circuit, LinearOp, Operand, Path, Step, Table, Weighted};
use zklens_layers::dims::Sides;
use zklens_layers::gadgets::{Gadget, Label};
use zklens_layers::layout::{DEGREE, Layout};
use zklens_verifier::{KEY_MAGIC, KEY_VERSION, KeyError, Names, Statement, VerifyingKey};

/// A circuit on one pixel.
#[derive(Clone, Debug)]
pub struct Hostile {
    /// The circuit.
    pub circuit: Circuit,
    /// The number of cells of a committed vector.
    pub columns: usize,
}

impl Hostile {
    /// A circuit of the pixel and the label, whose operand has these paths from the pixel.
    #[must_use]
    pub fn new(classes: usize, paths: Vec<Path>) -> Self {
        let table = |gadget, sides, operand| Table {
            node: 1,
            gadget,
            sides,
            operand,
        };
        let sides = [classes, 1, 1];
        let label = Operand { sides, paths };
        let tables = Vec::from([
            table(Gadget::Pixels, [1, 1, 1], None),
            table(Gadget::Label(Label { bytes: 0 }), sides, Some(label)),
            table(Gadget::Range, [1, 1, 1], None),
            table(Gadget::Bytes, [1, 1, 256], None),
        ]);
        let arrays = Vec::new();
        Self {
            circuit: Circuit { tables, arrays },
            columns: VectorLength::MAX.count(),
        }
    }

    /// The same with committed vectors of `columns` cells.
    #[must_use]
    pub const fn with_columns(mut self, columns: usize) -> Self {
        self.columns = columns;
        self
    }

    /// The same with a table before the label, which copies the sum of these paths.
    #[must_use]
    pub fn with_copy(mut self, sides: Sides, paths: Vec<Path>) -> Self {
        let label = self.circuit.label_table();
        let copy = Table {
            node: 1,
            gadget: Gadget::Copy,
            sides,
            operand: Some(Operand { sides, paths }),
        };
        self.circuit.tables.insert(label, copy);
        self
    }

    /// The same with one more array.
    #[must_use]
    pub fn with_array(mut self, sides: &[usize]) -> Self {
        self.circuit.arrays.push(sides.to_vec());
        self
    }

    /// [`Self::columns`] as the type that keys take.
    ///
    /// # Panics
    ///
    /// The number is zero, or more than a key may have.
    #[must_use]
    pub const fn row(&self) -> VectorLength {
        VectorLength::new(self.columns).expect("some columns")
    }

    fn classes(&self) -> usize {
        let label = &self.circuit.tables[self.circuit.label_table()];
        label.sides.iter().product()
    }

    /// The key, without commitments to weights.
    ///
    /// # Errors
    ///
    /// As [`VerifyingKey::new`].
    pub fn key(&self) -> Result<VerifyingKey, KeyError> {
        let names = names(self.classes());
        VerifyingKey::new(names, self.circuit.clone(), self.row(), &[])
    }

    /// The key's file with `commitments` commitments, also if no verifier accepts it.
    #[must_use]
    pub fn file(&self, commitments: usize) -> Vec<u8> {
        let classes = self.classes();
        let columns = u16::try_from(self.columns).unwrap_or(u16::MAX);
        let weights = encode_point(&generator()).repeat(commitments);
        let Names {
            name,
            classes,
            preprocessing,
        } = names(classes);
        let body = (
            name,
            classes,
            preprocessing,
            columns,
            &self.circuit,
            weights,
        );
        let body = postcard::to_allocvec(&body).unwrap_or_default();
        [&KEY_MAGIC[..], &KEY_VERSION.to_le_bytes(), &body].concat()
    }
}

fn names(classes: usize) -> Names {
    Names {
        name: "x".into(),
        classes: class_names(classes),
        preprocessing: preprocessing([1, 1], false),
    }
}

/// A path from a table, without weights.
#[must_use]
pub const fn path(source: usize, steps: Vec<Step>) -> Path {
    Path {
        steps,
        weights: None,
        source,
    }
}

/// A dense layer on a table, with the arrays `array` and `array + 1`.
#[must_use]
pub const fn dense(source: usize, steps: Vec<Step>, array: usize) -> Path {
    Path {
        steps,
        weights: Some(Weighted {
            array,
            map: LinearOp::Dense,
        }),
        source,
    }
}

/// The step that keeps all of `count` channels and lists each of them.
#[must_use]
pub const fn channels(count: usize) -> Step {
    Step::Channels {
        start: 0,
        count,
        total: count,
    }
}

/// A statement about images with these labels, and a tape that a verifier reads to its end and then
/// refuses.
///
/// # Panics
///
/// The key has no layout for this number of images.
#[must_use]
pub fn proof(key: &VerifyingKey, labels: Vec<usize>) -> (Statement, Vec<u8>) {
    let layout = Layout::new(key.circuit(), key.columns(), labels.len()).expect("a layout");
    let points = |count: usize| encode_point(&generator()).repeat(count);
    let scalars = |count: usize| vec![0; 32 * count];
    let tape = [
        points(layout.vectors.witness.len() + layout.vectors.helpers.len()),
        scalars(layout.num_vars * DEGREE + layout.num_values()),
        points(2),
        scalars(1),
        points(2),
    ];
    let statement = Statement {
        model: key.id(),
        labels,
        inputs: vec![generator(); layout.vectors.pixels.len()],
        context: [0; 32],
    };
    (statement, tape.concat())
}
