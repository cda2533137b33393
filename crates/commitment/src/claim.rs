//! Claims: sums over committed vectors that an opening proves.
//!
//! For example, "twice the sum of the first three cells of vector 5 is 42" is a [`Claim`] with one [`Term`]: vector 5
//! with the coefficient 2, and a [`Functional`] with factors 1, 1, 1 for the first three cells and 0 for the others.

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

/// The claim `Σ_t Σ_i ρ_ti·⟨vector_i, functional_t⟩ = value`, where `ρ_ti` is the coefficient of vector `i` in term
/// `t`, and `⟨v, e⟩ = Σ_j v_j·e_j`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a claim nobody checks proves nothing"]
pub struct Claim {
    /// The summands.
    pub terms: Vec<Term>,
    /// The claimed value.
    pub value: Scalar,
}

/// `Σ_i ρ_i·⟨vector_i, functional⟩`: one functional applied to one or more vectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// For each vector its index among the commitments, and its coefficient `ρ_i`. A vector that is listed twice
    /// counts twice.
    pub vectors: Vec<(usize, Scalar)>,
    /// The factor of every cell.
    pub functional: Functional,
}

/// A factor for every cell of a vector: the coefficients `e_0 … e_{C−1}` of a polynomial that is cheap to evaluate.
///
/// ```text
/// E(X) = X^offset · Π_f Σ_k axis_f[k]·X^(stride_f·k)
/// ```
///
/// For example, the value of a vector's multilinear extension at a point has one factor: stride 1, and the `eq_table`
/// of the point as its axis vector. If the point is split in two, it has two factors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Functional {
    /// The first cell whose factor may be other than zero.
    pub offset: usize,
    /// The polynomials that are multiplied, one for each axis. An empty list has the product 1.
    pub factors: Vec<Factor>,
}

/// One scalar for every index of one axis of an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AxisVector {
    /// `eq(point, bits of k)` for `k < len`. Evaluating or summing all of them takes one step per coordinate of the
    /// point.
    Eq {
        /// One coordinate per bit, the most significant first.
        point: Vec<Scalar>,
        /// Length of the axis, at most `2^point.len()`.
        len: usize,
    },
    /// One scalar per index, written out.
    Listed(Vec<Scalar>),
    /// One at `index`, zero at every other index below `len`. Zero everywhere if `index ≥ len`.
    Unit {
        /// The index with the value one.
        index: usize,
        /// Length of the axis.
        len: usize,
    },
}

impl From<Vec<Scalar>> for AxisVector {
    fn from(scalars: Vec<Scalar>) -> Self {
        Self::Listed(scalars)
    }
}

impl AxisVector {
    /// The length of the axis: the number of scalars.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Eq { len, .. } | Self::Unit { len, .. } => *len,
            Self::Listed(scalars) => scalars.len(),
        }
    }

    /// Whether the axis has length zero.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All scalars, written out.
    #[must_use]
    pub fn values(&self) -> Vec<Scalar> {
        match self {
            Self::Eq { point, len } => {
                let mut table = eq_table(point);
                table.truncate(*len);
                table
            }
            Self::Listed(scalars) => scalars.clone(),
            Self::Unit { index, len } => {
                let mut scalars = alloc::vec![Scalar::ZERO; *len];
                if let Some(scalar) = scalars.get_mut(*index) {
                    *scalar = Scalar::ONE;
                }
                scalars
            }
        }
    }

    /// The scalars of the indices from `start` to `start + count`, in about `count` steps and a few for each
    /// coordinate. The part of a list ends where the list does.
    #[must_use]
    pub fn part(&self, start: usize, count: usize) -> Self {
        match self {
            Self::Eq { point, len } => {
                let count = count.min(len.saturating_sub(start));
                Self::Listed(eq_part(point, start, count))
            }
            Self::Listed(scalars) => {
                let part = scalars.iter().skip(start).take(count);
                Self::Listed(part.copied().collect())
            }
            Self::Unit { index, .. } => Self::Unit {
                index: index.checked_sub(start).unwrap_or(count),
                len: count,
            },
        }
    }

    /// `Σ_k a_k` over the scalars `a_k` of this vector.
    #[must_use]
    pub fn sum(&self) -> Scalar {
        self.at(&Scalar::ONE)
    }

    /// `Σ_k a_k·b_k` for the scalars `a_k` of this vector and `b_k` of `other`, up to the end of the shorter one. If
    /// both are [`Self::Eq`] with points of equal length, it takes one step per coordinate.
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

    /// `Σ_k a_k·x^k` over the scalars `a_k` of this vector.
    #[must_use]
    pub fn at(&self, x: &Scalar) -> Scalar {
        match self {
            Self::Eq { point, len } => eq_at(point, *len, x),
            Self::Listed(scalars) => {
                let horner = |value: Scalar, scalar: &Scalar| value * x + scalar;
                scalars.iter().rev().fold(Scalar::ZERO, horner)
            }
            Self::Unit { index, len } if index < len => power(x, *index),
            Self::Unit { .. } => Scalar::ZERO,
        }
    }
}

/// `eq(point, bits of k)` for `start ≤ k < start + count`.
///
/// The indices are cut into blocks of a power of two. All blocks share the values of `eq` in their lower bits; each
/// block has one factor for its upper bits.
fn eq_part(point: &[Scalar], start: usize, count: usize) -> Vec<Scalar> {
    let bits = count.checked_ilog2().unwrap_or_default();
    let low = usize::try_from(bits).unwrap_or_default().min(point.len());
    let (high, low) = point.split_at(point.len().saturating_sub(low));
    let block = eq_table(low);
    let first = start.checked_div(block.len()).unwrap_or_default();
    let skipped = start.checked_rem(block.len()).unwrap_or_default();
    let blocks = skipped.saturating_add(count).div_ceil(block.len().max(1));
    let mut values = Vec::with_capacity(block.len().saturating_mul(blocks));
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
        values.extend(block.iter().map(|value| factor * value));
    }
    values.drain(..skipped.min(values.len()));
    values.truncate(count);
    values
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
    // Bits left over mean that `len` is at least the number of indices, so all of them count.
    if bits == 0 { part } else { whole }
}

/// The polynomial `Σ_k axis[k]·X^(stride·k)`; zero if the axis has length zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// The coefficients, from `X^0` on.
    pub axis: AxisVector,
    /// The distance, in cells, from one index of the axis to the next.
    pub stride: usize,
}

impl Functional {
    /// One at the cell `column`, zero at every other cell.
    #[must_use]
    pub const fn cell(column: usize) -> Self {
        Self {
            offset: column,
            factors: Vec::new(),
        }
    }

    /// `E(x)`, the polynomial's value at `x`.
    #[must_use]
    pub fn at(&self, x: &Scalar) -> Scalar {
        let factors: Scalar = self.factors.iter().map(|factor| factor.at(x)).product();
        power(x, self.offset) * factors
    }

    /// The end of the cells whose factor may be other than zero: one more than the last of them, or zero if an axis
    /// is empty. `None` if the end exceeds `usize`.
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

    /// `e_0 … e_{C−1}`, written out. Coefficients from `X^C` on are left out.
    #[must_use]
    pub fn coefficients(&self, columns: VectorLength) -> Vec<Scalar> {
        let count = columns.count();
        let mut product = Vec::from([Scalar::ONE]);
        for factor in &self.factors {
            product = factor.times(&product, count);
        }
        let mut shifted = alloc::vec![Scalar::ZERO; self.offset.min(count)];
        shifted.append(&mut product);
        shifted.resize(count, Scalar::ZERO);
        shifted
    }
}

impl Factor {
    fn at(&self, x: &Scalar) -> Scalar {
        self.axis.at(&power(x, self.stride))
    }

    /// The coefficients of the product with `polynomial`, up to but without `X^count`.
    fn times(&self, polynomial: &[Scalar], count: usize) -> Vec<Scalar> {
        let mut product = Vec::new();
        for (k, scalar) in self.axis.values().iter().enumerate() {
            let shift = self.stride.saturating_mul(k).min(count);
            let end = shift.saturating_add(polynomial.len()).min(count);
            product.resize(end.max(product.len()), Scalar::ZERO);
            let shifted = product.iter_mut().skip(shift).zip(polynomial);
            // With wide strides most coefficients are zero; skipping them saves the multiplication.
            for (sum, coefficient) in shifted.filter(|(_, c)| **c != Scalar::ZERO) {
                *sum += *coefficient * scalar;
            }
        }
        product
    }
}

fn power(x: &Scalar, exponent: usize) -> Scalar {
    x.pow([u64::try_from(exponent).unwrap_or(u64::MAX)])
}
