//! The prover's counterpart of [`zklens_layers::relation`]: the whole combination of a table, ready for evaluation.

use crate::sumcheck::Combination;
use zklens_field::{AdditiveGroup, Scalar};
use zklens_layers::gadgets::polynomial::{Linear, Polynomial};
use zklens_layers::relation::Relation;

/// `eq·constraints + M·output + lookup_sum`, ready for fast evaluation. Each linear form is evaluated once, and products are
/// made of them.
#[derive(Debug)]
pub(crate) struct RowSum {
    /// The number of cells of a row that are columns of the table. `M` and `eq` follow.
    num_columns: usize,
    /// The number of these that are zero on rows of padding.
    blinded: usize,
    forms: Vec<Form>,
    local: Compiled,
    output: Compiled,
    free: Form,
    degree: usize,
}

/// A linear form, `constant + Σ coefficient·cell`.
#[derive(Debug, PartialEq)]
struct Form {
    constant: Scalar,
    /// Cells with the coefficient one.
    plain: Vec<usize>,
    scaled: Vec<(usize, Scalar)>,
}

#[derive(Debug)]
struct Compiled {
    linear: Form,
    products: Vec<(Scalar, Vec<usize>)>,
}

impl Form {
    fn new(linear: &Linear) -> Self {
        let one = Scalar::from(1_u64);
        let mut form = Self {
            constant: linear.constant,
            plain: Vec::new(),
            scaled: Vec::new(),
        };
        for (cell, coefficient) in &linear.terms {
            if *coefficient == one {
                form.plain.push(*cell);
            } else if *coefficient != Scalar::ZERO {
                form.scaled.push((*cell, *coefficient));
            }
        }
        form
    }

    fn evaluate(&self, cells: &[Scalar]) -> Scalar {
        let scaled = self.scaled.iter();
        let sum = scaled.fold(self.constant, |sum, (cell, c)| sum + cells[*cell] * c);
        self.plain.iter().fold(sum, |sum, cell| sum + cells[*cell])
    }
}

impl Compiled {
    fn new(polynomial: &Polynomial, forms: &mut Vec<Form>) -> Self {
        let products = polynomial.products.iter().map(|product| {
            let factors = product.factors.iter().map(|factor| {
                let form = Form::new(factor);
                forms
                    .iter()
                    .position(|known| *known == form)
                    .unwrap_or_else(|| {
                        forms.push(form);
                        forms.len() - 1
                    })
            });
            (product.coefficient, factors.collect())
        });
        Self {
            products: products.collect(),
            linear: Form::new(&polynomial.linear),
        }
    }

    fn evaluate(&self, cells: &[Scalar], forms: &[Scalar]) -> Scalar {
        let products = self.products.iter();
        products.fold(
            self.linear.evaluate(cells),
            |sum, (coefficient, factors)| {
                let product = factors
                    .iter()
                    .fold(*coefficient, |p, form| p * forms[*form]);
                sum + product
            },
        )
    }
}

impl RowSum {
    /// In a row of the summand the table's columns come first. The first `blinded` of them are committed.
    pub(crate) fn new(relation: &Relation, blinded: usize, num_columns: usize) -> Self {
        let mut forms = Vec::new();
        let local = Compiled::new(&relation.constraints, &mut forms);
        let output = Compiled::new(&relation.output, &mut forms);
        Self {
            num_columns,
            blinded,
            local,
            output,
            free: Form::new(&relation.lookup_sum),
            degree: relation.constraints.degree().max(relation.output.degree()) + 1,
            forms,
        }
    }
}

impl Combination for RowSum {
    fn degree(&self) -> usize {
        self.degree
    }

    fn evaluate(&self, cells: &[Scalar]) -> Scalar {
        let mut buffer = [Scalar::ZERO; 64];
        let mut long = Vec::new();
        let forms: &mut [Scalar] = if self.forms.len() <= buffer.len() {
            &mut buffer[..self.forms.len()]
        } else {
            long.resize(self.forms.len(), Scalar::ZERO);
            &mut long
        };
        for (value, form) in forms.iter_mut().zip(&self.forms) {
            *value = form.evaluate(cells);
        }
        let wired = cells[self.num_columns];
        let eq = cells[self.num_columns + 1];
        let mut sum = self.free.evaluate(cells) + eq * self.local.evaluate(cells, forms);
        if wired != Scalar::ZERO {
            sum += wired * self.output.evaluate(cells, forms);
        }
        sum
    }

    fn vanishes(&self, low: &[Scalar], high: &[Scalar]) -> bool {
        // Rules are without constants, and wires do not reach padding.
        let is_zero = |row: &[Scalar]| {
            row[self.num_columns] == Scalar::ZERO
                && row[..self.blinded].iter().all(|cell| *cell == Scalar::ZERO)
        };
        is_zero(low) && is_zero(high)
    }
}
