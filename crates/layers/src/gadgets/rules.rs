//! The rules of a gadget: polynomials in the cells of one row.

use super::column::{Column, ColumnId, ColumnList, Signed};
use super::polynomial::{Linear, Polynomial};
use alloc::vec::Vec;
use zklens_field::{Field, Scalar};

/// Everything that a gadget demands of each row of its table.
///
/// Rows of padding are all zero and have to satisfy the rules, so a polynomial of [`Self::zero`] or of an
/// [`Input`] has no constant term. [`Input::constant`] counts on real rows only. An output may have a constant: wires never
/// reach padding.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The columns, before those of helpers.
    pub columns: Vec<Column>,
    /// Polynomials that are zero on every row.
    pub zero: Vec<Polynomial>,
    /// Equations between the row and the operand that is wired to it. Wired ones come first: a single one, or with a window
    /// one for each tap, in the order of taps. Those without an operand follow. Powers of `λ` are given out in this order.
    pub inputs: Vec<Input>,
    /// The output of a row, which wires carry to other tables.
    pub output: Polynomial,
    /// Cells that are looked up in a table of entries.
    pub queries: Vec<Query>,
    /// The columns of an entry, if rows are entries that other tables look up. Such a table makes no queries itself.
    pub entry: Option<Entry>,
}

/// An equation between a polynomial of the row and the operand that is wired to the row.
#[derive(Clone, Debug)]
pub struct Input {
    /// On every real row it equals operand + `constant`, on padding zero.
    pub polynomial: Polynomial,
    /// Added to the operand of a real row.
    pub constant: Scalar,
    /// Whether an operand is wired to it. If not, the polynomial equals `constant` alone.
    pub is_wired: bool,
}

/// One lookup of a row. Columns are given by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Query {
    /// The cell of this column is a byte: an entry of the table of bytes.
    Byte(usize),
    /// The pair of two cells is an entry of a table of entries.
    Entry {
        /// The column of positions.
        position: usize,
        /// The column of values.
        value: usize,
        /// Index of the table of entries.
        table: usize,
    },
}

/// The columns of an entry, by position. Its key is the row's index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The column of multiplicities: how often the entry is queried.
    pub multiplicity: usize,
    /// The column of values. `None` if the index alone is the entry, as in the table of bytes.
    pub value: Option<usize>,
}

impl Rules {
    pub(crate) fn new(columns: ColumnList) -> Self {
        Self {
            columns: columns.into_columns(),
            ..Self::default()
        }
    }

    /// The rules of `count` columns of bytes, with a query for each cell.
    pub(crate) fn of_bytes(count: usize) -> Self {
        Self {
            columns: alloc::vec![Column::Byte; count],
            queries: (0..count).map(Query::Byte).collect(),
            ..Self::default()
        }
    }

    /// Demands that a polynomial is zero on every row.
    pub(crate) fn require_zero(&mut self, polynomial: Polynomial) {
        self.zero.push(polynomial);
    }

    /// Demands `b² − b = 0`: the cell is 0 or 1.
    pub(crate) fn require_bit(&mut self, column: ColumnId) {
        let bit = Linear::column(column);
        let square = Polynomial::product(&[bit.clone(), bit.clone()]);
        self.require_zero(square.plus(-Scalar::ONE, &bit));
    }

    /// Demands that on real rows a polynomial equals the wired operand plus a constant. Inserted before equations without an
    /// operand, since wires take the powers of `λ` that come first.
    pub(crate) fn input(&mut self, polynomial: Polynomial, constant: Scalar) {
        let wired = self.inputs.iter().take_while(|input| input.is_wired);
        let input = Input {
            polynomial,
            constant,
            is_wired: true,
        };
        self.inputs.insert(wired.count(), input);
    }

    /// Demands that on real rows a polynomial equals a constant.
    pub(crate) fn constant(&mut self, polynomial: Polynomial, constant: Scalar) {
        self.inputs.push(Input {
            polynomial,
            constant,
            is_wired: false,
        });
    }
}

impl Signed {
    /// `(1 − 2σ)·t − σ`, the number itself.
    pub(crate) fn value(&self) -> Polynomial {
        let [sign, magnitude] = self.parts();
        Polynomial::from(magnitude.clone())
            .plus(-Scalar::ONE, &sign)
            .plus_product(-Scalar::from(2_u64), &[sign, magnitude])
    }

    /// `(1 − σ)·t`, the larger of the number and zero.
    pub(crate) fn at_least_zero(&self) -> Polynomial {
        let [sign, magnitude] = self.parts();
        Polynomial::from(magnitude.clone()).plus_product(-Scalar::ONE, &[sign, magnitude])
    }

    fn parts(&self) -> [Linear; 2] {
        [Linear::column(self.sign), Linear::number(self.magnitude)]
    }
}
