//! A network without commitments: each cell of an operand as a sum over cells of earlier tables.

use std::collections::BTreeMap;
use zklens_commitment::{AxisVector, Functional, Term};
use zklens_field::{AdditiveGroup, Field, Scalar};

use zklens_layers::circuit::{Circuit, Path, Table};
use zklens_layers::dims::AXES;
use zklens_layers::gadgets::{Column, Gadget};
use zklens_layers::layout::{Layout, TableLayout};
use zklens_layers::relation::wiring::{Covector, PathValue, path_value};
use zklens_model::Axis;
use zklens_verifier::VerifyingKey;

/// Every column of every table, but for the helpers: tables, columns, rows.
pub(crate) type Cells = Vec<Vec<Vec<Scalar>>>;

/// A key with its arrays, laid out for a batch.
pub(crate) struct Network {
    pub(crate) key: VerifyingKey,
    pub(crate) layout: Layout,
    /// The key's arrays.
    pub(crate) arrays: Vec<Vec<Scalar>>,
    /// The rows that hold them.
    pub(crate) weights: Vec<Vec<Scalar>>,
    /// For each table, the cells of its operand.
    pub(crate) operands: Vec<Vec<Sum>>,
    /// The byte in each cell of the vectors of bytes, by chunk and row.
    pub(crate) chunks: BTreeMap<(usize, usize), ByteAt>,
}

/// `constant + Σ factor·output`.
pub(crate) struct Sum {
    pub(crate) constant: Scalar,
    /// A table, one of its rows, and the factor of that row's output.
    pub(crate) terms: Vec<(usize, usize, Scalar)>,
}

/// Where a byte lies: a column of the table of all numbers' bytes, and its row there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteAt {
    pub(crate) chunk: usize,
    pub(crate) row: usize,
}

impl Network {
    pub(crate) fn new(key: VerifyingKey, arrays: Vec<Vec<Scalar>>, images: usize) -> Self {
        let layout = Layout::new(key.circuit(), key.columns(), images).unwrap();
        let weights = rows_of(&layout, &arrays);
        let chunks = chunks(&layout.tables[key.circuit().range_table()]);
        let mut network = Self {
            key,
            layout,
            arrays,
            weights,
            operands: Vec::new(),
            chunks,
        };
        let tables = 0..network.circuit().tables.len();
        network.operands = tables.map(|table| network.operand(table)).collect();
        network
    }

    pub(crate) const fn circuit(&self) -> &Circuit {
        self.key.circuit()
    }

    /// The first table whose gadget is such.
    pub(crate) fn table(&self, is_such: fn(&Gadget) -> bool) -> usize {
        let mut tables = self.circuit().tables.iter();
        tables.position(|table| is_such(&table.gadget)).unwrap()
    }

    /// The first table of maxima, rescales and ReLUs.
    pub(crate) fn activation(&self) -> usize {
        self.table(|gadget| matches!(gadget, Gadget::Activation(_)))
    }

    /// Rows of a table.
    pub(crate) fn rows(&self, table: usize) -> usize {
        self.layout.tables[table].dims.iter().product()
    }

    /// How many bytes a number has.
    pub(crate) fn bytes_of(&self, table: usize, column: usize) -> usize {
        match self.layout.tables[table].rules.columns[column] {
            Column::Number { bytes } => bytes.into(),
            _ => panic!("a column of numbers"),
        }
    }

    /// Where a byte of a number lies.
    pub(crate) fn byte_at(&self, table: usize, column: usize, byte: usize, row: usize) -> ByteAt {
        self.chunks[&self.committed_at(table, column, byte, row)]
    }

    /// The row that a byte of a number is committed in, and its column there.
    pub(crate) fn committed_at(
        &self,
        table: usize,
        column: usize,
        byte: usize,
        row: usize,
    ) -> (usize, usize) {
        let cell = byte * self.rows(table) + row;
        let place = self.layout.tables[table].placements[column]
            .as_ref()
            .unwrap();
        let spans = place.spans();
        let span = spans.iter().find(|span| span.cells.contains(&cell));
        let span = span.expect("a byte is committed");
        (span.vector, span.offset + cell - span.cells.start)
    }

    /// A column of the key.
    pub(crate) fn fixed(&self, column: Column) -> Option<&[Scalar]> {
        match column {
            Column::Fixed { array } => Some(&self.arrays[array]),
            _ => None,
        }
    }

    /// The output of a table, row by row.
    pub(crate) fn outputs(&self, table: usize, cells: &Cells) -> Vec<Scalar> {
        let output = &self.layout.tables[table].rules.output;
        let rows = 0..self.rows(table);
        rows.map(|row| output.evaluate(&row_of(&cells[table], row)))
            .collect()
    }

    /// The cells of a table's operand.
    pub(crate) fn operand_values(&self, table: usize, cells: &Cells) -> Vec<Scalar> {
        let tables = self.circuit().tables.iter().zip(0..table);
        let outputs: Vec<Vec<Scalar>> = tables
            .map(|(from, index)| match from.gadget.is_per_image() {
                true => self.outputs(index, cells),
                false => Vec::new(),
            })
            .collect();
        let value = |sum: &Sum| {
            let terms = sum.terms.iter();
            terms.fold(sum.constant, |value, (table, row, factor)| {
                value + outputs[*table][*row] * factor
            })
        };
        self.operands[table].iter().map(value).collect()
    }

    /// Which cells of its operand a row takes.
    pub(crate) fn taps(&self, table: usize, row: usize) -> Vec<usize> {
        let Table {
            gadget, operand, ..
        } = &self.circuit().tables[table];
        let Some(window) = gadget.window() else {
            return vec![row];
        };
        let [_, _, height, width] = self.layout.tables[table].dims;
        let [_, from_height, from_width] = operand.as_ref().unwrap().sides;
        let (plane, y, x) = (row / (height * width), row / width % height, row % width);
        // A tap in the padding takes the nearest cell.
        let taps = |axis: &Axis, position: usize, len: usize| -> Vec<usize> {
            let start = position * axis.stride;
            let cells = (start..start + axis.kernel).map(|at| at.saturating_sub(axis.before));
            cells.map(|cell| cell.min(len - 1)).collect()
        };
        let columns = taps(&window.width, x, from_width);
        let rows = taps(&window.height, y, from_height).into_iter();
        let lines = rows.map(|row| (plane * from_height + row) * from_width);
        lines
            .flat_map(|line| columns.iter().map(move |column| line + column))
            .collect()
    }

    fn operand(&self, table: usize) -> Vec<Sum> {
        let Some(operand) = &self.circuit().tables[table].operand else {
            return Vec::new();
        };
        let [channels, height, width] = operand.sides;
        let dims = [self.layout.images, channels, height, width];
        let cells = 0..dims.iter().product();
        let sum = |cell| {
            let covector = Covector {
                coefficient: Scalar::ONE,
                axes: unit(dims, cell),
            };
            let mut sum = Sum {
                constant: Scalar::ZERO,
                terms: Vec::new(),
            };
            for path in &operand.paths {
                self.add_path(path, &covector, &mut sum);
            }
            sum
        };
        cells.map(sum).collect()
    }

    fn add_path(&self, path: &Path, covector: &Covector, sum: &mut Sum) {
        let dims = self.layout.tables[path.source].dims;
        let value = |row, scale| {
            let value = path_value(&self.layout, path, covector, &unit(dims, row), scale);
            self.evaluate(&value)
        };
        let bias = value(0, Scalar::ZERO);
        sum.constant += bias;
        for row in 0..dims.iter().product() {
            let factor = value(row, Scalar::ONE) - bias;
            if factor != Scalar::ZERO {
                sum.terms.push((path.source, row, factor));
            }
        }
    }

    fn evaluate(&self, PathValue { public, terms }: &PathValue) -> Scalar {
        let term = |Term {
                        vectors: rows,
                        functional,
                    }: &Term|
         -> Scalar {
            let weights = nonzero_weights(functional);
            let row = |(row, coefficient): &(usize, Scalar)| {
                let row = &self.weights[*row];
                let cells = weights.iter().map(|(column, weight)| row[*column] * weight);
                cells.sum::<Scalar>() * coefficient
            };
            rows.iter().map(row).sum()
        };
        *public + terms.iter().map(term).sum::<Scalar>()
    }
}

/// The committed cells of the table of all numbers' bytes.
fn chunks(range: &TableLayout) -> BTreeMap<(usize, usize), ByteAt> {
    let mut cells = BTreeMap::new();
    let chunks = range
        .placements
        .iter()
        .zip(&range.rules.columns)
        .enumerate();
    for (chunk, (place, _)) in chunks {
        for span in place.as_ref().unwrap().spans() {
            for (column, row) in (span.offset..).zip(span.cells) {
                let before = cells.insert((span.vector, column), ByteAt { chunk, row });
                assert_eq!(before, None, "a cell in two chunks");
            }
        }
    }
    cells
}

/// Arrays in the rows that commit to them.
pub(crate) fn rows_of(layout: &Layout, arrays: &[Vec<Scalar>]) -> Vec<Vec<Scalar>> {
    let mut rows = vec![Vec::new(); layout.vectors.weights.len()];
    for (array, values) in layout.arrays.iter().zip(arrays) {
        for span in array.spans() {
            write(&mut rows[span.vector], span.offset, &values[span.cells]);
        }
    }
    rows
}

/// A row's cells, column by column.
pub(crate) fn row_of(columns: &[Vec<Scalar>], row: usize) -> Vec<Scalar> {
    columns.iter().map(|column| column[row]).collect()
}

/// Writes cells into a row from a column on.
pub(crate) fn write(row: &mut Vec<Scalar>, offset: usize, cells: &[Scalar]) {
    let end = offset + cells.len();
    row.resize(end.max(row.len()), Scalar::ZERO);
    row[offset..end].copy_from_slice(cells);
}

/// The columns that a functional weighs.
pub(crate) fn nonzero_weights(functional: &Functional) -> Vec<(usize, Scalar)> {
    let start = vec![(functional.offset, Scalar::ONE)];
    functional.factors.iter().fold(start, |weights, factor| {
        let mut product = Vec::new();
        for (column, weight) in weights {
            let steps = factor.axis.values().into_iter().enumerate();
            let steps = steps.filter(|(_, step)| *step != Scalar::ZERO);
            product.extend(steps.map(|(k, step)| (column + k * factor.stride, weight * step)));
        }
        product
    })
}

/// One at a cell of a tensor, zero elsewhere.
fn unit(dims: [usize; AXES], cell: usize) -> [AxisVector; AXES] {
    let mut rest = cell;
    let mut axes = dims.map(|side| vec![Scalar::ZERO; side]);
    for axis in axes.iter_mut().rev() {
        let side = axis.len();
        axis[rest % side] = Scalar::ONE;
        rest /= side;
    }
    axes.map(AxisVector::Listed)
}
