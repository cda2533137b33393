//! The cost of a proof, before it is made.
//!
//! Counts and the length of the proof are exact. Memory and seconds are estimates: linear functions of the counts, whose
//! coefficients are measured. `cargo run --release -p zklens-prover --example growth` prints both beside its
//! measurements, and the coefficients that fit best.

use crate::key::{Target, columns};
use zklens_field::{POINT_BYTES, SCALAR_BYTES};
use zklens_layers::LayerError;
use zklens_layers::circuit::{Circuit, LinearOp, Operand, Path, Step};
use zklens_layers::dims::volume;
use zklens_layers::gadgets::Column;
use zklens_layers::layout::{DEGREE, Layout, TableLayout};
use zklens_model::Model;

/// The cost of a proof.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Counts that the proof's layout fixes.
    pub counts: Counts,
    /// Bytes of the proof's tape. The file around it has some 200 bytes more.
    pub proof_bytes: u64,
    /// The most memory that the prover holds at once, in bytes; an estimate.
    pub memory_bytes: u64,
    /// Seconds of one core, for a key whose commitments to weights are known; an estimate.
    pub cpu_seconds: f64,
    /// Gas of a transaction that verifies the proof, if the key is made for [`Target::Evm`] and a contract can hold it; an
    /// estimate.
    pub gas: u64,
}

/// Counts that decide the cost of a proof.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Weights and biases.
    pub weights: u64,
    /// Multiplications of one run of the network, for all images.
    pub multiplications: u64,
    /// Cells of all columns, with the rows that fill the hypercube: at most
    /// [`MAX_CELLS`](zklens_layers::layout::MAX_CELLS).
    pub cells: u64,
    /// Rows of all tables but `Range`.
    pub rows: u64,
    /// Bytes of all numbers. Each is committed and looked up.
    pub number_bytes: u64,
    /// Committed vectors, those of weights and pixels among them.
    pub vectors: u64,
}

/// The number of counts that an estimate is linear in.
pub const RATES: usize = 5;

/// The share of each count in an estimate, in the order of [`Counts::features`]: a proof itself, a byte of a number, a cell, a weight,
/// a multiplication.
type Rates = [f64; RATES];

/// Seconds of one core.
const SECONDS: Rates = [0.15, 0.28e-6, 73e-9, 87e-9, 1.15e-9];

/// Bytes of memory.
const MEMORY: Rates = [16.4e6, 0.0, 12.1, 15.8, 0.056];

/// Bytes that a cell of [`Counts::cells`] takes at least.
const BYTES_PER_CELL: u64 = 12;

/// The memory that a proof with this many cells takes at least, in bytes: for networks that are too large for a layout.
#[must_use]
pub const fn least_memory_bytes(cells: u64) -> u64 {
    cells.saturating_mul(BYTES_PER_CELL)
}

impl Cost {
    /// The cost of a proof about `images` images, for a key of the model that is made for `target`.
    ///
    /// # Errors
    ///
    /// The model cannot be proved, or not with this number of images.
    pub fn of_model(model: &Model, target: Target, images: usize) -> Result<Self, LayerError> {
        let circuit = Circuit::compile(model)?;
        circuit.check()?;
        let columns = columns::choose(&circuit, target)?;
        let layout = Layout::new(&circuit, columns, images)?;
        Ok(Self::new(&circuit, &layout))
    }

    /// The cost of a proof that is laid out like this.
    #[must_use]
    pub fn new(circuit: &Circuit, layout: &Layout) -> Self {
        let counts = Counts::new(circuit, layout);
        Self {
            counts,
            proof_bytes: proof_bytes(layout),
            memory_bytes: counts.estimate(&MEMORY) as u64,
            cpu_seconds: counts.estimate(&SECONDS),
            gas: gas(layout),
        }
    }
}

impl Counts {
    fn new(circuit: &Circuit, layout: &Layout) -> Self {
        let tables = layout.tables.iter().enumerate();
        let others = tables.filter(|(index, _)| *index != circuit.range_table());
        let rows = others.map(|(_, table)| cells(&table.dims));
        let operands = circuit.tables.iter().flat_map(|table| &table.operand);
        let of_one_image: u64 = operands
            .map(|operand| multiplications(circuit, operand))
            .sum();
        Self {
            weights: circuit.arrays.iter().map(|dims| cells(dims)).sum(),
            multiplications: of_one_image * layout.images as u64,
            cells: layout.cells,
            rows: rows.sum(),
            number_bytes: layout.tables.iter().map(bytes_of_numbers).sum(),
            vectors: layout.vectors.helpers.end as u64,
        }
    }

    /// The counts that estimates are linear in.
    #[must_use]
    pub fn features(&self) -> [f64; RATES] {
        let counts = [
            1,
            self.number_bytes,
            self.cells,
            self.weights,
            self.multiplications,
        ];
        counts.map(|count| count as f64)
    }

    fn estimate(&self, rates: &Rates) -> f64 {
        let terms = self.features().into_iter().zip(rates);
        terms.map(|(count, rate)| count * rate).sum()
    }
}

fn cells(sides: &[usize]) -> u64 {
    volume(sides) as u64
}

fn bytes_of_numbers(table: &TableLayout) -> u64 {
    let columns = table.rules.columns.iter();
    let bytes = columns.map(|column| match column {
        Column::Number { bytes } => u64::from(*bytes),
        _ => 0,
    });
    bytes.sum::<u64>() * cells(&table.dims)
}

/// Multiplications of the layers on an operand's paths, for one image.
fn multiplications(circuit: &Circuit, operand: &Operand) -> u64 {
    let layer = |path: &Path| {
        let weighted = path.weights?;
        let weights = cells(circuit.arrays.get(weighted.array)?);
        Some(match weighted.map {
            LinearOp::Dense => weights,
            LinearOp::Conv2d { .. } => weights.saturating_mul(cells(&area(path, operand))),
        })
    };
    operand.paths.iter().filter_map(layer).sum()
}

/// Height and width of the picture that a path's layer gives to the first of its steps.
fn area(path: &Path, operand: &Operand) -> [usize; 2] {
    let first = path.steps.iter().rev().find_map(|step| match step {
        Step::Average { from, .. } => Some(*from),
        _ => None,
    });
    let [_, height, width] = operand.sides;
    first.unwrap_or([height, width])
}

/// The length of a tape: each message of *The protocol*, in its order.
fn proof_bytes(layout: &Layout) -> u64 {
    let committed = layout.vectors.witness.len() + layout.vectors.helpers.len();
    let rounds = layout.num_vars * DEGREE;
    // The opening sends four points and a scalar.
    let points = committed + 4;
    let scalars = rounds + layout.num_values() + 1;
    (points * POINT_BYTES + scalars * SCALAR_BYTES) as u64
}

/// Gas of a proof without any commitment, value or round. These four fit the measured transactions of the shipped networks
/// (`snapshots/gas.json`) within 2 %.
const GAS: u64 = 65_000;

/// Gas of a committed vector: its bytes, and a multiplication on the curve.
const GAS_OF_VECTOR: u64 = 8_100;

/// Gas of a column's value: its bytes, its rules and its wires.
const GAS_OF_VALUE: u64 = 4_800;

/// Gas of a round of the sumcheck.
const GAS_OF_ROUND: u64 = 13_900;

fn gas(layout: &Layout) -> u64 {
    GAS + GAS_OF_VECTOR * layout.vectors.helpers.end as u64
        + GAS_OF_VALUE * layout.num_values() as u64
        + GAS_OF_ROUND * layout.num_vars as u64
}
