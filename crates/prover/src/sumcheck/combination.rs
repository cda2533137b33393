//! Polynomials in the cells of a row, which a sumcheck adds up over all rows.

use std::fmt::Debug;
use zklens_field::Scalar;

/// A polynomial in the cells of one row.
pub trait Combination: Debug + Send + Sync {
    /// Total degree in the cells.
    fn degree(&self) -> usize;

    /// The value on a row with one cell per table. Called `degree` times a row.
    fn evaluate(&self, cells: &[Scalar]) -> Scalar;

    /// Whether the value is zero on the whole line through two rows, as it is on padding. For speed
    /// only: `false` is never wrong, and the answer should cost less than an evaluation.
    fn vanishes(&self, _low: &[Scalar], _high: &[Scalar]) -> bool {
        false
    }
}

/// `Σ_k coefficient_k · Π cells[factors_k]`.
#[derive(Clone, Debug, Default)]
pub struct Products(pub Vec<Product>);

/// One term of [`Products`].
#[derive(Clone, Debug)]
pub struct Product {
    /// The factor of the product.
    pub coefficient: Scalar,
    /// Indices of cells. An index that occurs twice stands for a square.
    pub factors: Vec<usize>,
}

impl Combination for Products {
    fn degree(&self) -> usize {
        let degrees = self.0.iter().map(|product| product.factors.len());
        degrees.max().unwrap_or(0)
    }

    fn evaluate(&self, cells: &[Scalar]) -> Scalar {
        let product = |product: &Product| {
            let factors = product.factors.iter();
            factors.fold(product.coefficient, |value, &cell| value * cells[cell])
        };
        self.0.iter().map(product).sum()
    }
}
