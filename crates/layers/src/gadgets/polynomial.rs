//! Polynomials in the cells of one row.

use super::column::ColumnId;
use alloc::vec::Vec;
use zklens_field::{AdditiveGroup, Field, Scalar};

/// `constant + Σ coefficient·cell`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linear {
    /// The value on a row of zeros.
    pub constant: Scalar,
    /// Positions of cells, each with its coefficient.
    pub terms: Vec<(usize, Scalar)>,
}

impl Linear {
    /// One cell.
    #[must_use]
    pub fn cell(cell: usize) -> Self {
        Self {
            constant: Scalar::ZERO,
            terms: Vec::from([(cell, Scalar::ONE)]),
        }
    }

    /// The cell of a gadget's column.
    #[must_use]
    pub fn column(column: ColumnId) -> Self {
        Self::cell(column.index())
    }

    /// The cell of a column of numbers; zero where the numbers take zero bytes and have no column.
    #[must_use]
    pub fn number(column: Option<ColumnId>) -> Self {
        column.map_or_else(Self::default, Self::column)
    }

    /// This, plus a constant.
    #[must_use]
    pub fn shifted(mut self, constant: Scalar) -> Self {
        self.constant += constant;
        self
    }

    /// This, times `factor`.
    #[must_use]
    pub fn scaled(mut self, factor: Scalar) -> Self {
        self.constant *= factor;
        for (_, coefficient) in &mut self.terms {
            *coefficient *= factor;
        }
        self
    }

    /// Adds `factor · other`.
    pub fn add_scaled(&mut self, other: &Self, factor: Scalar) {
        self.constant += other.constant * factor;
        for (cell, coefficient) in &other.terms {
            let coefficient = *coefficient * factor;
            match self.terms.iter_mut().find(|(known, _)| known == cell) {
                Some((_, sum)) => *sum += coefficient,
                None => self.terms.push((*cell, coefficient)),
            }
        }
    }

    /// The value on a row. Cells that the row lacks are zero.
    #[must_use]
    pub fn evaluate(&self, cells: &[Scalar]) -> Scalar {
        let cell = |index: &usize| cells.get(*index).copied().unwrap_or(Scalar::ZERO);
        let terms = self.terms.iter();
        let sum: Scalar = terms.map(|(index, c)| cell(index) * c).sum();
        sum + self.constant
    }
}

/// A product of at least two linear factors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// The constant factor.
    pub coefficient: Scalar,
    /// The factors.
    pub factors: Vec<Linear>,
}

/// A linear part and products.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polynomial {
    /// Everything of degree one and zero.
    pub linear: Linear,
    /// Everything else, no two of the same factors.
    pub products: Vec<Product>,
}

impl From<Linear> for Polynomial {
    fn from(linear: Linear) -> Self {
        Self {
            linear,
            products: Vec::new(),
        }
    }
}

impl Polynomial {
    /// `Π factors`, for two factors or more.
    #[must_use]
    pub fn product(factors: &[Linear]) -> Self {
        Self::default().plus_product(Scalar::ONE, factors)
    }

    /// This, plus `coefficient · Π factors`.
    #[must_use]
    pub fn plus_product(mut self, coefficient: Scalar, factors: &[Linear]) -> Self {
        self.add_product(coefficient, factors);
        self
    }

    /// This, plus `factor · linear`.
    #[must_use]
    pub fn plus(mut self, factor: Scalar, linear: &Linear) -> Self {
        self.linear.add_scaled(linear, factor);
        self
    }

    /// Adds `factor · other`.
    pub fn add_scaled(&mut self, other: &Self, factor: Scalar) {
        self.linear.add_scaled(&other.linear, factor);
        for product in &other.products {
            self.add_product(product.coefficient * factor, &product.factors);
        }
    }

    fn add_product(&mut self, coefficient: Scalar, factors: &[Linear]) {
        let same = |product: &&mut Product| product.factors == factors;
        match self.products.iter_mut().find(same) {
            Some(product) => product.coefficient += coefficient,
            None => self.products.push(Product {
                coefficient,
                factors: factors.to_vec(),
            }),
        }
    }

    /// Total degree, at least one.
    #[must_use]
    pub fn degree(&self) -> usize {
        let degrees = self.products.iter().map(|product| product.factors.len());
        degrees.max().unwrap_or(1)
    }

    /// The value on a row. Cells that the row lacks are zero.
    #[must_use]
    pub fn evaluate(&self, cells: &[Scalar]) -> Scalar {
        let product = |product: &Product| {
            let factors = product.factors.iter().map(|factor| factor.evaluate(cells));
            factors.fold(product.coefficient, |value, factor| value * factor)
        };
        self.products.iter().map(product).sum::<Scalar>() + self.linear.evaluate(cells)
    }
}
