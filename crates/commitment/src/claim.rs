//! What an opening is asked to prove.

use alloc::vec::Vec;
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_multilinear::eq_table;

/// `C`, the number of cells of every vector of one opening, from 1 to [`Self::MAX`].
///
/// Longer vectors are fewer: they cost the prover more work, and the verifier less, which works for each vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VectorLength(usize);

impl VectorLength {
    /// The most cells that the setup string that zklens ships can commit to: it has one power more, for the coefficient
    /// that hides the vector.
    pub const MAX: Self = Self((1 << 14) - 1);

    /// The length `count`; `None` if it is zero or above [`Self::MAX`].
    #[must_use]
    pub const fn new(count: usize) -> Option<Self> {
        if count == 0 || count > Self::MAX.0 {
            return None;
        }
        Some(Self(count))
    }

    /// `C`.
    #[must_use]
    pub const fn count(self) -> usize {
        self.0
    }
}

/// The claim `Σ_t Σ_i coefficient_ti·⟨row_i, functional_t⟩ = value`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a claim nobody checks proves nothing"]
pub struct Claim {
    /// What is summed.
    pub terms: Vec<Term>,
    /// The claimed value.
    pub value: Scalar,
}

/// `Σ_i coefficient_i·⟨row_i, functional⟩`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Indices of vectors and their coefficients. A vector named twice counts twice.
    pub vectors: Vec<(usize, Scalar)>,
    /// The weight of every column.
    pub functional: Functional,
}

/// A weight for every column: the coefficients `e_0 … e_{C−1}` of a polynomial that is cheap to
/// evaluate.
///
/// ```text
/// E(X) = X^offset · Π_f Σ_k weights_f[k]·X^(stride_f·k)
/// ```
///
/// The vectors' multilinear extension at a point is the factor of stride 1 whose weights are the
/// `eq_table` of the point; or, the point split in two, two factors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Functional {
    /// The first column that may have a weight.
    pub offset: usize,
    /// The product of none is one.
    pub factors: Vec<Factor>,
}

/// A weight for every index of one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AxisVector {
    /// `eq(point, bits of k)` for `k < len`. All of them take as many steps as the point has coordinates.
    Eq {
        /// One coordinate per bit, the most significant first.
        point: Vec<Scalar>,
        /// Length of the axis, at most `2^point.len()`.
        len: usize,
    },
    /// Any weights.
    Listed(Vec<Scalar>),
    /// One at `index`, zero at all others below `len`; zero everywhere if the index is not below it.
    Unit {
        /// Where the one is.
        index: usize,
        /// Length of the axis.
        len: usize,
    },
}

impl From<Vec<Scalar>> for AxisVector {
    fn from(weights: Vec<Scalar>) -> Self {
        Self::Listed(weights)
    }
}

impl AxisVector {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Eq { len, .. } | Self::Unit { len, .. } => *len,
            Self::Listed(weights) => weights.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The weights, one by one.
    #[must_use]
    pub fn values(&self) -> Vec<Scalar> {
        match self {
            Self::Eq { point, len } => {
                let mut table = eq_table(point);
                table.truncate(*len);
                table
            }
            Self::Listed(weights) => weights.clone(),
            Self::Unit { index, len } => {
                let mut weights = alloc::vec![Scalar::ZERO; *len];
                if let Some(weight) = weights.get_mut(*index) {
                    *weight = Scalar::ONE;
                }
                weights
            }
        }
    }

    /// The `count` weights from index `start` on, in as many steps and a few for each coordinate.
    #[must_use]
    pub fn part(&self, start: usize, count: usize) -> Self {
        match self {
            Self::Eq { point, len } => {
                let count = count.min(len.saturating_sub(start));
                Self::Listed(eq_part(point, start, count))
            }
            Self::Listed(weights) => {
                let part = weights.iter().skip(start).take(count);
                Self::Listed(part.copied().collect())
            }
            Self::Unit { index, .. } => Self::Unit {
                index: index.checked_sub(start).unwrap_or(count),
                len: count,
            },
        }
    }

    /// `Σ_k weight_k`
    #[must_use]
    pub fn sum(&self) -> Scalar {
        self.at(&Scalar::ONE)
    }

    /// `Σ_k weight_k·other_k`, over the shorter of the two. Two points of equal length take a step per coordinate.
    #[must_use]
    pub fn dot(&self, other: &Self) -> Scalar {
        match (self, other) {
            (
                Self::Eq { point: left, len },
                Self::Eq {
                    point: right,
                    len: other,
                },
            ) if left.len() == right.len() => {
                let bits = left.iter().zip(right);
                let pairs = bits.map(|(u, v)| [(Scalar::ONE - u) * (Scalar::ONE - v), *u * v]);
                sum_below(pairs.rev(), *len.min(other))
            }
            _ => {
                let (left, right) = (self.values(), other.values());
                left.iter().zip(&right).map(|(l, r)| *l * r).sum()
            }
        }
    }

    /// `Σ_k weight_k·x^k`
    #[must_use]
    pub fn at(&self, x: &Scalar) -> Scalar {
        match self {
            Self::Eq { point, len } => eq_at(point, *len, x),
            Self::Listed(weights) => {
                let horner = |value: Scalar, weight: &Scalar| value * x + weight;
                weights.iter().rev().fold(Scalar::ZERO, horner)
            }
            Self::Unit { index, len } if index < len => power(x, *index),
            Self::Unit { .. } => Scalar::ZERO,
        }
    }
}

/// `eq(point, k)` for `start ≤ k < start + count`: of each block of a power of two that these touch, the weights of its
/// lower bits times those of its upper.
fn eq_part(point: &[Scalar], start: usize, count: usize) -> Vec<Scalar> {
    let bits = count.checked_ilog2().unwrap_or_default();
    let low = usize::try_from(bits).unwrap_or_default().min(point.len());
    let (high, low) = point.split_at(point.len().saturating_sub(low));
    let block = eq_table(low);
    let first = start.checked_div(block.len()).unwrap_or_default();
    let skipped = start.checked_rem(block.len()).unwrap_or_default();
    let blocks = skipped.saturating_add(count).div_ceil(block.len().max(1));
    let mut weights = Vec::with_capacity(block.len().saturating_mul(blocks));
    for number in first..first.saturating_add(blocks) {
        let mut bits = number;
        let mut factor = Scalar::ONE;
        for u in high.iter().rev() {
            factor *= match bits & 1 {
                0 => Scalar::ONE - u,
                _ => *u,
            };
            bits = bits.checked_shr(1).unwrap_or_default();
        }
        weights.extend(block.iter().map(|weight| factor * weight));
    }
    weights.drain(..skipped.min(weights.len()));
    weights.truncate(count);
    weights
}

/// `Σ_{k < len} eq(point, k)·x^k`
fn eq_at(point: &[Scalar], len: usize, x: &Scalar) -> Scalar {
    let mut power = *x;
    let bits = point.iter().rev().map(|u| {
        let on = power * u;
        power = power.square();
        [Scalar::ONE - u, on]
    });
    sum_below(bits, len)
}

/// `Σ_{k < len} Π_j (pair j at bit j of k)`, given the pairs from the least significant bit on: `whole` is the sum over
/// all values of the bits so far, `part` over those below the same bits of `len`.
fn sum_below(pairs: impl Iterator<Item = [Scalar; 2]>, len: usize) -> Scalar {
    let (mut whole, mut part) = (Scalar::ONE, Scalar::ZERO);
    let mut bits = len;
    for [off, on] in pairs {
        part = match bits & 1 {
            0 => off * part,
            _ => off * whole + on * part,
        };
        whole *= off + on;
        bits = bits.checked_shr(1).unwrap_or_default();
    }
    // As long as there are indices, all of them.
    if bits == 0 { part } else { whole }
}

/// `Σ_k weight_k·X^(stride·k)`; zero if there are no weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// The coefficients, from `X^0` on.
    pub axis: AxisVector,
    /// The columns from one weight to the next.
    pub stride: usize,
}

impl Functional {
    /// One at `column`, zero elsewhere.
    #[must_use]
    pub const fn cell(column: usize) -> Self {
        Self {
            offset: column,
            factors: Vec::new(),
        }
    }

    /// `E(x)`.
    #[must_use]
    pub fn at(&self, x: &Scalar) -> Scalar {
        let factors: Scalar = self.factors.iter().map(|factor| factor.at(x)).product();
        power(x, self.offset) * factors
    }

    /// One more than the last column that may have a weight; zero if no column may. `None` if that is
    /// no `usize`.
    #[must_use]
    pub fn end(&self) -> Option<usize> {
        if self.factors.iter().any(|factor| factor.axis.is_empty()) {
            return Some(0);
        }
        let mut last = self.offset;
        for factor in &self.factors {
            let steps = factor.axis.len().checked_sub(1)?;
            last = last.checked_add(factor.stride.checked_mul(steps)?)?;
        }
        last.checked_add(1)
    }

    /// `e_0 … e_{C−1}`, written out. AxisVector of columns beyond are left out.
    #[must_use]
    pub fn coefficients(&self, columns: VectorLength) -> Vec<Scalar> {
        let count = columns.count();
        let mut weights = Vec::from([Scalar::ONE]);
        for factor in &self.factors {
            weights = factor.times(&weights, count);
        }
        let mut shifted = alloc::vec![Scalar::ZERO; self.offset.min(count)];
        shifted.append(&mut weights);
        shifted.resize(count, Scalar::ZERO);
        shifted
    }
}

impl Factor {
    fn at(&self, x: &Scalar) -> Scalar {
        self.axis.at(&power(x, self.stride))
    }

    /// The product with `polynomial`, below `X^count`.
    fn times(&self, polynomial: &[Scalar], count: usize) -> Vec<Scalar> {
        let mut product = Vec::new();
        for (k, weight) in self.axis.values().iter().enumerate() {
            let shift = self.stride.saturating_mul(k).min(count);
            let end = shift.saturating_add(polynomial.len()).min(count);
            product.resize(end.max(product.len()), Scalar::ZERO);
            let shifted = product.iter_mut().skip(shift).zip(polynomial);
            // With wide strides most coefficients are zero.
            for (sum, coefficient) in shifted.filter(|(_, c)| **c != Scalar::ZERO) {
                *sum += *coefficient * weight;
            }
        }
        product
    }
}

fn power(x: &Scalar, exponent: usize) -> Scalar {
    x.pow([u64::try_from(exponent).unwrap_or(u64::MAX)])
}
