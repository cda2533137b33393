//! From rules to steps.

use super::{Cell, Constants, MINUS_ONE, ONE, Program, Results, ZERO};
use std::collections::BTreeMap;
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_layers::gadgets::lookup::Helper;
use zklens_layers::gadgets::polynomial::{Linear, Polynomial};
use zklens_layers::gadgets::{Query, Rules};

/// The steps of a program so far.
pub(super) struct Compiler<'constants> {
    pub(super) constants: &'constants mut Constants,
    pub(super) steps: Vec<[Cell; 3]>,
    /// The number of every step.
    pub(super) known: BTreeMap<[Cell; 3], usize>,
}

impl Compiler<'_> {
    /// `table` is the table's index, `bytes` that of the table of bytes.
    pub(super) fn compile(
        mut self,
        table: usize,
        bytes: usize,
        rules: &Rules,
        helpers: &[Helper],
    ) -> Program {
        let is_of_bytes = is_of_bytes(rules);
        let output = self.polynomial(&rules.output);
        let mut values: Vec<Cell> = rules
            .zero
            .iter()
            .map(|rule| self.polynomial(rule))
            .collect();
        let mut free = ZERO;
        let first_helper = rules.columns.len();
        if !is_of_bytes {
            for (column, helper) in (first_helper..).zip(helpers) {
                let column = Cell::Column(column);
                values.push(self.helper(helper, column));
                let (sum, column) = match helper {
                    Helper::Queries { table, .. } => (table.unwrap_or(bytes), column),
                    Helper::Entry(_) => (table, self.step(MINUS_ONE, column, ZERO)),
                };
                free = self.step(Cell::Sum(sum), column, free);
            }
        }
        let num_rules = values.len();
        let inputs = rules.inputs.iter();
        values.extend(inputs.map(|input| self.polynomial(&input.polynomial)));
        let constants = rules.inputs.iter().map(|input| input.constant);
        let constants: Vec<Cell> = constants
            .map(|constant| self.constants.cell(constant))
            .collect();
        let results = Results {
            local: self.combine(&values),
            constants: self.combine(&constants),
            output,
            free,
        };
        Program {
            steps: self.steps,
            is_of_bytes,
            rules: num_rules,
            inputs: rules.inputs.len(),
            results,
        }
    }

    /// `a·b + c`
    fn step(&mut self, a: Cell, b: Cell, c: Cell) -> Cell {
        match [a, b, c] {
            [ZERO, _, c] | [_, ZERO, c] => return c,
            [ONE, factor, ZERO] | [factor, ONE, ZERO] => return factor,
            _ => {}
        }
        let step = [a.min(b), a.max(b), c];
        let number = *self.known.entry(step).or_insert_with(|| {
            self.steps.push(step);
            self.steps.len() - 1
        });
        Cell::Step(number)
    }

    /// `Σ λ^i·value_i`, by Horner's rule.
    fn combine(&mut self, values: &[Cell]) -> Cell {
        let values = values.iter().rev();
        values.fold(ZERO, |sum, value| self.step(Cell::Lambda, sum, *value))
    }

    fn linear(&mut self, linear: &Linear) -> Cell {
        self.polynomial(&linear.clone().into())
    }

    /// The value of a polynomial. Terms that begin several polynomials are computed once if they come first.
    fn polynomial(&mut self, polynomial: &Polynomial) -> Cell {
        let Linear { constant, terms } = &polynomial.linear;
        // A sum begins with a term that costs no step, if there is one.
        let free_term = match *constant == Scalar::ZERO {
            true => terms
                .iter()
                .position(|(_, coefficient)| *coefficient == Scalar::ONE),
            false => None,
        };
        let mut value = match free_term.and_then(|index| terms.get(index)) {
            Some((column, _)) => Cell::Column(*column),
            None => self.constants.cell(*constant),
        };
        for product in &polynomial.products {
            let factors: Vec<Cell> = product
                .factors
                .iter()
                .map(|factor| self.linear(factor))
                .collect();
            let coefficient = self.constants.cell(product.coefficient);
            value = self.product(&factors, coefficient, value);
        }
        for (index, (column, coefficient)) in terms.iter().enumerate() {
            if Some(index) != free_term {
                let coefficient = self.constants.cell(*coefficient);
                value = self.step(coefficient, Cell::Column(*column), value);
            }
        }
        value
    }

    /// `coefficient·Π factors + more`
    fn product(&mut self, factors: &[Cell], coefficient: Cell, more: Cell) -> Cell {
        let (last, first) = match (factors, coefficient) {
            ([first @ .., last], ONE) => (*last, first),
            _ => (coefficient, factors),
        };
        let first = first
            .iter()
            .fold(ONE, |product, factor| self.step(product, *factor, ZERO));
        self.step(first, last, more)
    }

    /// The rule of the helper in a column: see `Helper::rule`, which has numbers for the challenges.
    fn helper(&mut self, helper: &Helper, column: Cell) -> Cell {
        match helper {
            Helper::Queries { queries, .. } => {
                let first = queries.first().map_or(ZERO, |query| self.query(query));
                let Some(second) = queries.get(1).map(|query| self.query(query)) else {
                    // h·(α + q) − q
                    let minus_query = self.step(MINUS_ONE, first, ZERO);
                    let denominator = self.step(ONE, first, Cell::Alpha);
                    return self.step(column, denominator, minus_query);
                };
                // h·(α + q₁)·(α + q₂) − q₁·(α + q₂) − q₂·(α + q₁)
                let over_first = self.step(ONE, first, Cell::Alpha);
                let over_second = self.step(ONE, second, Cell::Alpha);
                let sum = self.step(first, over_second, ZERO);
                let sum = self.step(second, over_first, sum);
                let minus_sum = self.step(MINUS_ONE, sum, ZERO);
                self.product(&[column, over_first, over_second], ONE, minus_sum)
            }
            Helper::Entry(columns) => {
                let entry = columns.value.map_or(Cell::OwnNumber, |value| {
                    self.step(Cell::Beta, Cell::Column(value), Cell::OwnNumber)
                });
                // g·(α + v) − m·v
                let sum = self.step(Cell::Column(columns.multiplicity), entry, ZERO);
                let minus_sum = self.step(MINUS_ONE, sum, ZERO);
                let denominator = self.step(ONE, entry, Cell::Alpha);
                self.step(column, denominator, minus_sum)
            }
        }
    }

    /// A query as one scalar.
    fn query(&mut self, query: &Query) -> Cell {
        match query {
            Query::Byte(column) => Cell::Column(*column),
            Query::Entry {
                position, value, ..
            } => self.step(Cell::Beta, Cell::Column(*value), Cell::Column(*position)),
        }
    }
}

/// Whether a row is nothing but bytes, in the order of their lookups: such rows may have many, and the contract has a
/// loop for them.
fn is_of_bytes(rules: &Rules) -> bool {
    let bytes = (0..rules.columns.len()).map(Query::Byte);
    rules.zero.is_empty() && bytes.eq(rules.queries.iter().copied())
}
