//! All rules of all tables as one sum that is zero.
//!
//! # Claim
//!
//! Every rule of every gadget holds on every row, every operand is what its wires say, and every key
//! is an entry.
//!
//! # Protocol
//!
//! With random `r` and powers of a random `λ`, one for each rule, the claim becomes
//!
//! ```text
//! constant + Σ_tables Σ_x [ eq(r, x)·local(x) + M(x)·output(x) + free(x) ] = 0
//! ```
//!
//! `local` has the rules and what each operand must equal; `M` is what the wires ask of the table's
//! output ([`crate::relation::wiring`]), with a minus; `free` has the helpers of lookups. The constant has the
//! biases, and what inputs add to their operands on real rows.
//!
//! # Soundness
//!
//! A rule that fails on some row makes `Σ_x eq(r, x)·rule(x)` a polynomial in `r` other than zero, of
//! degree one in each of less than 64 variables; rules are told apart by powers of `λ`. With `R` rules
//! a false claim becomes a true sum with probability at most `(64 + R) / 2^253`.

pub mod closing;
mod label;
pub mod wiring;

use crate::circuit::{Circuit, Table};
use crate::dims::AXES;
use crate::error::LayerError;
use crate::gadgets::lookup::{Helper, LookupChallenges};
use crate::gadgets::polynomial::{Linear, Polynomial};
use crate::gadgets::{Gadget, Input};
use crate::layout::{Layout, TableLayout, work};
use alloc::vec::Vec;
use label::{check_labels, distinct, margins};
use wiring::Covector;
use zklens_commitment::AxisVector;
use zklens_field::{Field, Scalar};

/// Everything drawn before the sumcheck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenges {
    /// For lookups.
    pub lookup: LookupChallenges,
    /// `r`: a coordinate for each variable but the blinding variable.
    pub point: Vec<Scalar>,
    /// `λ`: its powers tell rules apart.
    pub lambda: Scalar,
}

/// One table's part in the sum.
#[derive(Clone, Debug, Default)]
pub struct Relation {
    /// What `eq` multiplies.
    pub constraints: Polynomial,
    /// What nothing multiplies.
    pub lookup_sum: Linear,
    /// What wires multiply.
    pub output: Polynomial,
    /// The weights of its operand.
    pub covectors: Vec<Covector>,
}

/// The sum.
#[derive(Clone, Debug)]
pub struct Relations {
    /// One for each table.
    pub tables: Vec<Relation>,
    /// What is known of the constant; the biases are the paths'.
    pub constant: Scalar,
}

impl Relations {
    /// Makes the sum for images that are claimed to have these `labels`.
    ///
    /// # Errors
    ///
    /// There are more or fewer labels than images, a label lies beyond the classes, or the labels that differ ask a
    /// verifier for more work than [`MOST_WORK`](crate::layout::work::MOST_WORK).
    pub fn new(
        circuit: &Circuit,
        layout: &Layout,
        labels: &[usize],
        challenges: &Challenges,
    ) -> Result<Self, LayerError> {
        check_labels(circuit, layout, labels)?;
        work::check(
            circuit,
            layout.columns,
            layout.images,
            distinct(labels).len(),
        )?;
        let mut powers = Powers {
            lambda: challenges.lambda,
            next: Scalar::ONE,
        };
        let sums: Vec<Scalar> = circuit.tables.iter().map(|_| powers.draw()).collect();
        let sum_of = |table: usize| sums.get(table).copied().unwrap_or_default();
        let mut relations = Self {
            tables: Vec::with_capacity(circuit.tables.len()),
            constant: Scalar::default(),
        };
        for (index, (table, table_layout)) in circuit.tables.iter().zip(&layout.tables).enumerate()
        {
            let mut relation = Relation {
                output: table_layout.rules.output.clone(),
                ..Relation::default()
            };
            for rule in &table_layout.rules.zero {
                relation.constraints.add_scaled(rule, powers.draw());
            }
            let first_helper = table_layout.rules.columns.len();
            for (helper, keys) in (first_helper..).zip(&table_layout.helpers) {
                let rule = keys.rule(helper, table_layout.placements.len(), &challenges.lookup);
                relation.constraints.add_scaled(&rule, powers.draw());
                let sum = match keys {
                    Helper::Queries { table, .. } => sum_of(table.unwrap_or(circuit.bytes_table())),
                    Helper::Entry(_) => -sum_of(index),
                };
                relation.lookup_sum.add_scaled(&Linear::cell(helper), sum);
            }
            let axes = table_layout.eq_axes(&challenges.point);
            relations.constant -= relation.wire(table, table_layout, axes, &mut powers, labels);
            relations.tables.push(relation);
        }
        Ok(relations)
    }
}

impl Relation {
    /// Adds what operands must equal, and the covectors that the wires owe. Returns what the inputs'
    /// constants add up to.
    fn wire(
        &mut self,
        table: &Table,
        table_layout: &TableLayout,
        axes: [AxisVector; AXES],
        powers: &mut Powers,
        labels: &[usize],
    ) -> Scalar {
        let first = powers.next;
        let mut constants = Scalar::default();
        for Input {
            polynomial,
            constant,
            ..
        } in &table_layout.rules.inputs
        {
            let power = powers.draw();
            self.constraints.add_scaled(polynomial, power);
            constants += *constant * power;
        }
        let base = Covector {
            coefficient: -first,
            axes,
        };
        let real = base.axes.iter().map(AxisVector::sum);
        constants *= real.product::<Scalar>();
        let Some(operand) = &table.operand else {
            return constants;
        };
        match (&table.gadget, table.gadget.window()) {
            (Gadget::Label(_), _) => {
                let (covectors, constant) = margins(&base, table_layout.dims, labels);
                self.covectors = covectors;
                constants += constant;
            }
            (_, Some(window)) => {
                let [_, height, width] = operand.sides;
                let from = [height, width];
                let spread = base.spread_over_taps(window, from, powers.lambda);
                self.covectors = Vec::from([spread]);
            }
            (_, None) => self.covectors = Vec::from([base]),
        }
        constants
    }
}

/// `1, λ, λ², …`, each for one rule.
struct Powers {
    lambda: Scalar,
    next: Scalar,
}

impl Powers {
    fn draw(&mut self) -> Scalar {
        let power = self.next;
        self.next *= self.lambda;
        power
    }
}
