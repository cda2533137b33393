//! The claims on committed vectors that remain after the sumcheck.
//!
//! # Claim
//!
//! `G(s) + p(s) = v`.
//!
//! | symbol | meaning |
//! |---|---|
//! | `G` | the polynomial that is summed: [`crate::relation`] |
//! | `p` | the random mask, which is committed |
//! | `s` | the point where the sumcheck ends. Its last coordinate `s_b` belongs to the blinding variable |
//! | `v` | the value that the sumcheck leaves |
//!
//! # Protocol
//!
//! 1. The prover sends the value of every column at `s`: `(1 − s_b)·column(s) + s_b·blind`. A number is `Σ_i 256^i·byte_i`,
//!    and its bytes are committed.
//! 2. `G(s)` follows from these values, except for functionals of the weights. So one claim says that `p(s)` and those
//!    functionals make up the rest of `v`. One claim more for each column says that its value is right.
//! 3. One claim for each table of entries says that its entry for padding is zero.
//!
//! The prover sends nothing about the weights, and no claim but that of step 3 is about them alone. So weights may be as
//! private as pixels.

use super::wiring::{PathValue, path_value};
use super::{Challenges, Relation, Relations};
use crate::circuit::{Circuit, Table};
use crate::dims::{AXES, last};
use crate::gadgets::Gadget;
use crate::layout::array::Array;
use crate::layout::{DEGREE, FREE_CELLS, Layout, TableLayout};
use alloc::vec::Vec;
use zklens_commitment::{AxisVector, Claim, Factor, Functional, Term};
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_multilinear::{eq, index};
use zklens_sumcheck::{EvalClaim, MaskClaim};

/// The claims that remain once the prover has sent `values`, one for each column of each table. The caller has to check
/// all of them, with one opening.
pub fn close(
    circuit: &Circuit,
    layout: &Layout,
    relations: &Relations,
    challenges: &Challenges,
    end: EvalClaim<DEGREE>,
    values: &[Vec<Scalar>],
) -> Vec<Claim> {
    let tables = layout.tables.iter().zip(&relations.tables).zip(values);
    let ends: Vec<TableEnd> = tables
        .map(|((table_layout, relation), values)| {
            TableEnd::new(table_layout, relation, values, &end)
        })
        .collect();
    let wires = close_wires(circuit, layout, relations, &ends);
    // All of `G(s)` that the verifier can compute by itself.
    let mut known = relations.constant + wires.public;
    for (end, relation) in ends.iter().zip(&relations.tables) {
        known += end.scale * end.row_sum(relation, challenges);
    }
    let blinded = blinding_coordinate(&end);
    let mut claims = Vec::from([mask_claim(layout, wires.terms, &end.close(&known))]);
    for ((table_layout, end), values) in layout.tables.iter().zip(&ends).zip(values) {
        for (column, value) in values.iter().enumerate() {
            let claim = column_claim(layout, table_layout, &end.eq, column, *value, blinded);
            claims.push(claim);
        }
    }
    let tables = circuit.tables.iter();
    claims.extend(tables.filter_map(|table| padding_claim(layout, table)));
    claims
}

/// `s_b`.
fn blinding_coordinate(end: &EvalClaim<DEGREE>) -> Scalar {
    end.point.last().copied().unwrap_or_default()
}

/// The part of all wires in `G(s)`: a number that the verifier computes, and functionals of the committed weights.
fn close_wires(
    circuit: &Circuit,
    layout: &Layout,
    relations: &Relations,
    ends: &[TableEnd],
) -> PathValue {
    let mut sum = PathValue::default();
    for (table, relation) in circuit.tables.iter().zip(&relations.tables) {
        let paths = table.operand.iter().flat_map(|operand| &operand.paths);
        for path in paths {
            let Some(source) = ends.get(path.source) else {
                continue;
            };
            for covector in &relation.covectors {
                let scale = source.scale * source.output;
                let value = path_value(layout, path, covector, &source.eq, scale);
                sum.public += value.public;
                sum.terms.extend(value.terms);
            }
        }
    }
    sum
}

/// The claim that the functionals of the weights and the mask's value make up the rest of `v`.
fn mask_claim(layout: &Layout, mut terms: Vec<Term>, mask: &MaskClaim) -> Claim {
    let coefficients = mask.functional.coefficients().to_vec();
    terms.push(Term {
        vectors: Vec::from([(layout.vectors.mask, Scalar::ONE)]),
        functional: Functional {
            offset: FREE_CELLS,
            factors: Vec::from([Factor {
                axis: AxisVector::Listed(coefficients),
                stride: 1,
            }]),
        },
    });
    Claim {
        terms,
        value: mask.value,
    }
}

/// A table at the point where the sumcheck ends.
struct TableEnd {
    /// `eq` of the point along each axis.
    eq: [AxisVector; AXES],
    /// `2^num_vars · (1 − s_b)`.
    scale: Scalar,
    /// The columns' values, and the row's index.
    cells: Vec<Scalar>,
    /// The point's coordinates.
    point: Vec<Scalar>,
    /// The table's output.
    output: Scalar,
}

impl TableEnd {
    fn new(
        table_layout: &TableLayout,
        relation: &Relation,
        values: &[Scalar],
        end: &EvalClaim<DEGREE>,
    ) -> Self {
        let num_vars = table_layout.num_vars();
        // The last coordinates are the table's own, and behind them stands the blinding variable's.
        let own = end.suffix(num_vars).and_then(<[Scalar]>::split_last);
        let point = own.map_or(&[][..], |(_, point)| point).to_vec();
        let mut cells = values.to_vec();
        cells.push(index(&point));
        let power = (0..num_vars).fold(Scalar::ONE, |power, _| power.double());
        Self {
            eq: table_layout.eq_axes(&point),
            scale: power * (Scalar::ONE - blinding_coordinate(end)),
            output: relation.output.evaluate(&cells),
            cells,
            point,
        }
    }

    /// `eq(r, s)·constraints(s) + lookup_sum(s)`.
    fn row_sum(&self, relation: &Relation, challenges: &Challenges) -> Scalar {
        let point = last(&challenges.point, self.point.len());
        // A layout's own points have equal lengths.
        let eq = eq(point, &self.point).unwrap_or_default();
        eq * relation.constraints.evaluate(&self.cells) + relation.lookup_sum.evaluate(&self.cells)
    }
}

/// The claim that an entry for padding is zero, on which lookups of padding rest.
fn padding_claim(layout: &Layout, table: &Table) -> Option<Claim> {
    let Gadget::Entries(entries) = &table.gadget else {
        return None;
    };
    let array = layout.arrays.get(entries.array)?;
    // A weight for every index: a list that is shorter weighs nothing in an array that is cut.
    let first = array.dims().iter().map(|side| AxisVector::Unit {
        index: 0,
        len: *side,
    });
    Some(Claim {
        terms: array.terms(&first.collect::<Vec<_>>(), Scalar::ONE),
        value: Scalar::ZERO,
    })
}

/// `(1 − s_b)·column(s) + s_b·blind = value`.
fn column_claim(
    layout: &Layout,
    table_layout: &TableLayout,
    eq: &[AxisVector; AXES],
    column: usize,
    value: Scalar,
    blinded: Scalar,
) -> Claim {
    let place = table_layout.placements.get(column).and_then(Option::as_ref);
    let kept = Scalar::ONE - blinded;
    let mut terms = place.map_or_else(Vec::new, |array| {
        array.terms(&axis_vectors(array, eq), kept)
    });
    if let Some(cell) = table_layout.blinds.get(column) {
        terms.push(Term {
            vectors: Vec::from([(layout.vectors.mask, blinded)]),
            functional: Functional::cell(*cell),
        });
    }
    Claim { terms, value }
}

/// The axis vectors of a column's claim: `eq` along each axis, behind `1, 256, 256², …` for the bytes of numbers.
fn axis_vectors(array: &Array, eq: &[AxisVector; AXES]) -> Vec<AxisVector> {
    let bytes = array.dims().split_last_chunk::<AXES>();
    let bytes = bytes.and_then(|(before, _)| before.first());
    let places = bytes.map(|bytes| AxisVector::Listed(powers_of_256(*bytes)));
    places.into_iter().chain(eq.iter().cloned()).collect()
}

fn powers_of_256(count: usize) -> Vec<Scalar> {
    let base = Scalar::from(256_u64);
    let powers = core::iter::successors(Some(Scalar::ONE), |power| Some(*power * base));
    powers.take(count).collect()
}
