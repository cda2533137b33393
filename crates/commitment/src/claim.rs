//! What an opening is asked to prove.

use alloc::vec::Vec;
use zklens_field::{Field, Scalar};
use zklens_multilinear::tensor_at;

/// The number of columns of every row of one opening: a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    log: usize,
    count: usize,
}

impl Columns {
    /// The largest logarithm: the `2^13 + 1` coefficients of a row are as many as the setup string
    /// that zklens ships can commit to, among powers of two.
    pub const MAX_LOG: usize = 13;

    /// `2^log` columns; `None` above [`Self::MAX_LOG`].
    #[must_use]
    pub fn new(log: usize) -> Option<Self> {
        let shift = u32::try_from(log).ok()?;
        let count = 1_usize.checked_shl(shift)?;
        (log <= Self::MAX_LOG).then_some(Self { log, count })
    }

    /// `c`, the variables of a tensor functional.
    #[must_use]
    pub const fn log(self) -> usize {
        self.log
    }

    /// `C = 2^c`.
    #[must_use]
    pub const fn count(self) -> usize {
        self.count
    }
}

/// The claim `Σ_i coefficient_i·⟨row_i, functional⟩ = value`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a claim nobody checks proves nothing"]
pub struct Claim {
    /// Indices of rows and their coefficients. A row named twice counts twice.
    pub rows: Vec<(usize, Scalar)>,
    /// The weight of every column.
    pub functional: Functional,
    /// The claimed value.
    pub value: Scalar,
}

/// A weight for every column: the coefficients `e_0 … e_{C−1}` of a polynomial `E` that is cheap to
/// evaluate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Functional {
    /// `e_j = eq(point, bits of j)`: the rows' multilinear extension at a point of `c` coordinates,
    /// most significant first.
    Tensor(Vec<Scalar>),
    /// `e_j` for the columns named, zero for all others. A column named twice counts twice.
    Sparse(Vec<(usize, Scalar)>),
}

impl Functional {
    /// `E(x)`.
    #[must_use]
    pub fn at(&self, x: &Scalar) -> Scalar {
        match self {
            Self::Tensor(point) => tensor_at(point, x),
            Self::Sparse(weights) => {
                let term = |(column, weight): &(usize, Scalar)| {
                    let exponent = u64::try_from(*column).unwrap_or(u64::MAX);
                    x.pow([exponent]) * *weight
                };
                weights.iter().map(term).sum()
            }
        }
    }
}
