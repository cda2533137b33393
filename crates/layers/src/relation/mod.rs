//! All rules of all tables as one sum that is zero.
//!
//! # Claim
//!
//! Every rule of every gadget holds on every row, every operand is the sum of its wires, and every query is an entry of its
//! table.
//!
//! | symbol | meaning |
//! |---|---|
//! | `x` | a row of a table, as a corner of the hypercube |
//! | `r` | a random point |
//! | `λ` | a random number, whose powers tell rules apart |
//! | `constraints(x)` | `Σ λ^i·rule_i(x)` over the rules of a table, and its inputs |
//! | `output(x)` | the output of row `x` |
//! | `M(x)` | the coefficient that all wires together give to `output(x)`, with a minus: [`wiring`] |
//! | `lookup_sum(x)` | the helpers of lookups |
//!
//! # Protocol
//!
//! The claim becomes
//!
//! ```text
//! constant + bias + Σ_tables Σ_x [ eq(r, x)·constraints(x) + M(x)·output(x) + lookup_sum(x) ] = 0
//! ```
//!
//! `constant` has the constants of inputs on real rows. `bias` is what the biases of all layers add.
//!
//! # Soundness
//!
//! If a rule fails on some row, `Σ_x eq(r, x)·rule(x)` is a nonzero polynomial in `r`, of degree one in each of less than 64
//! variables. Powers of `λ` keep the rules apart. With `R` rules a false claim becomes a true sum with probability at most
//! `(64 + R) / 2^253`.

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

/// The challenges drawn before the sumcheck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenges {
    /// The challenges of lookups.
    pub lookup: LookupChallenges,
    /// `r`: one coordinate for each variable of the sumcheck but the blinding variable.
    pub point: Vec<Scalar>,
    /// `λ`, whose powers tell rules apart.
    pub lambda: Scalar,
}

/// The summand of one table.
#[derive(Clone, Debug, Default)]
pub struct Relation {
    /// Multiplied by `eq`.
    pub constraints: Polynomial,
    /// Added as it is.
    pub lookup_sum: Linear,
    /// Multiplied by the coefficients of wires.
    pub output: Polynomial,
    /// The coefficients of the table's operand. Wires carry them to the outputs of other tables.
    pub covectors: Vec<Covector>,
}

/// The sum.
#[derive(Clone, Debug)]
pub struct Relations {
    /// The summand of each table, in the order of the circuit.
    pub tables: Vec<Relation>,
    /// The part of the constant that does not depend on biases.
    pub constant: Scalar,
}

impl Relations {
    /// Makes the sum for images with the claimed `labels`.
    ///
    /// # Errors
    ///
    /// [`LayerError::LabelCount`] and [`LayerError::Label`] for labels that do not fit, and [`LayerError::TooMuchWork`] if the
    /// different labels take more than [`MOST_WORK`](work::MOST_WORK).
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
        let powers_of_sums: Vec<Scalar> = circuit.tables.iter().map(|_| powers.draw()).collect();
        let power_of = |table: usize| powers_of_sums.get(table).copied().unwrap_or_default();
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
            for (column, helper) in (first_helper..).zip(&table_layout.helpers) {
                let rule = helper.rule(column, table_layout.placements.len(), &challenges.lookup);
                relation.constraints.add_scaled(&rule, powers.draw());
                let power = match helper {
                    Helper::Queries { table, .. } => {
                        power_of(table.unwrap_or(circuit.bytes_table()))
                    }
                    Helper::Entry(_) => -power_of(index),
                };
                relation.lookup_sum.add_scaled(&Linear::cell(column), power);
            }
            let axes = table_layout.eq_axes(&challenges.point);
            relations.constant -= relation.wire(table, table_layout, axes, &mut powers, labels);
            relations.tables.push(relation);
        }
        Ok(relations)
    }
}

impl Relation {
    /// Adds the equations between row and operand, and the covectors for the wires. Returns the sum of the inputs' constants.
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
