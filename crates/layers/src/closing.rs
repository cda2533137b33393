//! What the sumcheck leaves, as claims on committed rows.
//!
//! # Claim
//!
//! `G(s) + p(s) = v`, where `G` is the polynomial of [`crate::relation`], `p` the mask, and `s` the
//! point drawn, whose last coordinate `s_b` is the blinding variable's.
//!
//! # Protocol
//!
//! 1. The prover sends the value of every column at `s`: `(1 − s_b)·column(s) + s_b·blind`. (A number is
//!    `Σ_i 256^i·byte_i`, and its bytes are what is committed.)
//! 2. All of `G(s)` follows from these, but for functionals of the weights. So one claim says that
//!    `p(s)` and those functionals make up the rest, and each column's value is one claim more.
//! 3. The entry for padding of every table of entries is zero: a claim more.
//!
//! Nothing is sent of the weights, and no claim but that of step 3 is about them alone: they may be as
//! private as the pixels.

use crate::array::Array;
use crate::circuit::{Circuit, Table};
use crate::gadget::Gadget;
use crate::layout::{AXES, DEGREE, FREE_CELLS, Layout, TableLayout};
use crate::relation::{Challenges, Relation, Relations, unit};
use crate::wiring::path_value;
use alloc::vec::Vec;
use zklens_commitment::{AxisVector, Claim, Factor, Functional, Term};
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_multilinear::eq;
use zklens_sumcheck::EvalClaim;

/// The claims that remain once the prover has sent `values`, one for each column of each table.
pub fn close(
    circuit: &Circuit,
    layout: &Layout,
    relations: &Relations,
    challenges: &Challenges,
    end: EvalClaim<DEGREE>,
    values: &[Vec<Scalar>],
) -> Vec<Claim> {
    let (blinded, point) = match end.point.split_last() {
        Some((blinded, point)) => (*blinded, point.to_vec()),
        None => (Scalar::ZERO, Vec::new()),
    };
    let mut claims = Vec::from([Claim {
        terms: Vec::new(),
        value: Scalar::ZERO,
    }]);
    let mut ends = Vec::with_capacity(layout.tables.len());
    let mut known = relations.constant;
    for ((table_layout, relation), values) in
        layout.tables.iter().zip(&relations.tables).zip(values)
    {
        let end = TableEnd::new(table_layout, relation, values, &point, blinded);
        known += end.scale * end.local(relation, challenges);
        for (column, value) in values.iter().enumerate() {
            claims.push(column_claim(
                layout,
                table_layout,
                &end.eq,
                column,
                *value,
                blinded,
            ));
        }
        ends.push(end);
    }
    claims.extend(
        circuit
            .tables
            .iter()
            .filter_map(|table| padding_claim(layout, table)),
    );
    let mut terms = Vec::new();
    for (table, relation) in circuit.tables.iter().zip(&relations.tables) {
        let paths = table.operand.iter().flat_map(|operand| &operand.paths);
        for path in paths {
            let Some(source) = ends.get(path.source) else {
                continue;
            };
            for covector in &relation.covectors {
                let scale = source.scale * source.output;
                let value = path_value(layout, path, covector, &source.eq, scale);
                known += value.public;
                terms.extend(value.terms);
            }
        }
    }
    let mask = end.close(&known);
    let weights = mask.functional.coefficients().to_vec();
    terms.push(Term {
        vectors: Vec::from([(layout.vectors.mask, Scalar::ONE)]),
        functional: Functional {
            offset: FREE_CELLS,
            factors: Vec::from([Factor {
                axis: AxisVector::Listed(weights),
                stride: 1,
            }]),
        },
    });
    if let Some(first) = claims.first_mut() {
        *first = Claim {
            terms,
            value: mask.value,
        };
    }
    claims
}

/// A table where the sumcheck ends.
struct TableEnd {
    /// `eq` of the point along each axis.
    eq: [AxisVector; AXES],
    /// `2^num_vars · (1 − s_b)`.
    scale: Scalar,
    /// The columns' values, and the row's number.
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
        point: &[Scalar],
        blinded: Scalar,
    ) -> Self {
        let num_vars = table_layout.num_vars();
        let skipped = point.len().saturating_sub(num_vars.saturating_sub(1));
        let point = point.get(skipped..).unwrap_or_default().to_vec();
        let mut cells = values.to_vec();
        cells.push(index_at(&point));
        let power = (0..num_vars).fold(Scalar::ONE, |power, _| power.double());
        Self {
            eq: table_layout.eq_axes(&point),
            scale: power * (Scalar::ONE - blinded),
            output: relation.output.evaluate(&cells),
            cells,
            point,
        }
    }

    /// `eq(r, s)·local(s) + free(s)`.
    fn local(&self, relation: &Relation, challenges: &Challenges) -> Scalar {
        let skipped = challenges.point.len().saturating_sub(self.point.len());
        let point = challenges.point.get(skipped..).unwrap_or_default();
        // Of equal lengths, for a layout's own points.
        let eq = eq(point, &self.point).unwrap_or_default();
        eq * relation.constraints.evaluate(&self.cells) + relation.lookup_sum.evaluate(&self.cells)
    }
}

/// The multilinear polynomial that is `k` at the bits of `k`.
#[must_use]
pub fn index_at(point: &[Scalar]) -> Scalar {
    point
        .iter()
        .fold(Scalar::ZERO, |index, bit| index.double() + bit)
}

/// That rows of padding ask for zeros, which lookups take for granted.
fn padding_claim(layout: &Layout, table: &Table) -> Option<Claim> {
    let Gadget::Entries(entries) = &table.gadget else {
        return None;
    };
    let array = layout.arrays.get(entries.array)?;
    // A weight for every index: a list that is shorter weighs nothing in an array that is cut.
    let first = array.dims().iter().map(|side| unit(0, *side));
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
    let mut terms = place.map_or_else(Vec::new, |array| array.terms(&weights(array, eq), kept));
    if let Some(cell) = table_layout.blinds.get(column) {
        terms.push(Term {
            vectors: Vec::from([(layout.vectors.mask, blinded)]),
            functional: Functional::cell(*cell),
        });
    }
    Claim { terms, value }
}

/// `eq` along each axis of a column's array, after `1, 256, 256², …` for the bytes of numbers.
fn weights(array: &Array, eq: &[AxisVector; AXES]) -> Vec<AxisVector> {
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
