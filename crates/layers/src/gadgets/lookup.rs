//! Lookups: every query of a row is an entry of a table.
//!
//! # Claim
//!
//! Every query `k` lies in its table of entries `v`. For example, each byte of a number is one of `0…255`.
//!
//! | symbol | meaning |
//! |---|---|
//! | `k` | a query: a byte, or a pair as `position + β·value` |
//! | `v` | an entry of the table, in the same form |
//! | `m(v)` | the multiplicity of `v`: how many queries ask for it |
//! | `α`, `β` | challenges |
//! | `h`, `g` | helpers: one for each query or pair of queries of a row, one for each entry |
//!
//! # Protocol
//!
//! 1. The prover commits to the queries and to every `m(v)`.
//! 2. The verifier draws `α`, and `β`, which turns a pair into one scalar.
//! 3. The prover commits to the helpers: `h = Σ k / (α + k)` over one or two queries of a row, and `g = m·v / (α + v)`.
//! 4. Rules of each row, among all others: `h·(α + k₁)·(α + k₂) = k₁·(α + k₂) + k₂·(α + k₁)`, or for a single query
//!    `h·(α + k) = k`; and `g·(α + v) = m·v`.
//! 5. `Σ h − Σ g = 0`, over all rows of all tables, is part of the sum that the sumcheck proves.
//!
//! The numerators are the queries themselves, so a row of zeros adds nothing. Padding needs neither a selector nor a
//! count: zero is an entry of every table.
//!
//! # Soundness
//!
//! `k / (α + k) = 1 − α / (α + k)`. As a function of `α` it has one simple pole, at `−k`, with residue `k`. A nonzero
//! query that is not an entry leaves a pole that nothing cancels, since fewer queries are made than the field's
//! characteristic. Step 5 is then a false identity of rational functions. Their numerators have a degree below the number
//! of queries and entries, which is below `2^30`, so it holds with probability at most `2^30 / 2^253`. (Each query of a byte
//! is a committed cell, each query of a pair and each entry has a committed helper of its own, and a proof has at most `2^16`
//! vectors of fewer than `2^14` cells.) A denominator of zero would leave a helper free. It takes an `α` that is `−k` for a
//! query committed before: the same bound. A pair that its table lacks becomes the scalar of one of the entries, or zero, for
//! one `β` each: `2^47 / 2^253` over all pairs, since a table has at most `2^16 + 1` entries.
//!
//! # Reference
//!
//! Haböck, *Multivariate lookups based on logarithmic derivatives* (ePrint 2022/1530). There the numerators are one. With
//! `k` as numerator, queries of zero cost nothing.

use super::polynomial::{Linear, Polynomial};
use super::rules::{Entry, Query, Rules};
use alloc::vec::Vec;
use zklens_field::{Field, Scalar};

/// The challenges of lookups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupChallenges {
    /// `α`, which is added to every query and entry to make a denominator.
    pub alpha: Scalar,
    /// `β`, which turns a pair into one scalar.
    pub beta: Scalar,
}

/// The fractions that a column of helpers adds up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Helper {
    /// Queries of a row.
    Queries {
        /// One or two queries of the same table.
        queries: Vec<Query>,
        /// Index of the table of entries; `None` for the table of bytes.
        table: Option<usize>,
    },
    /// The entry of a row.
    Entry(Entry),
}

/// Queries of bytes that share a helper. With two, a rule has degree three, and four with `eq`.
const QUERIES: usize = 2;

impl Helper {
    /// The helpers of a gadget with these rules: one for each two bytes, then one for each entry it asks for.
    pub(crate) fn of(rules: &Rules) -> Vec<Self> {
        if let Some(entry) = rules.entry {
            return Vec::from([Self::Entry(entry)]);
        }
        let (bytes, entries): (Vec<Query>, Vec<Query>) =
            rules.queries.iter().partition(|query| query.is_byte());
        let pairs = bytes.chunks(QUERIES).map(|queries| Self::Queries {
            queries: queries.to_vec(),
            table: None,
        });
        let singles = entries.iter().map(|query| Self::Queries {
            queries: Vec::from([*query]),
            table: query.table(),
        });
        pairs.chain(singles).collect()
    }

    /// Whether the rule reads the row's own index.
    #[must_use]
    pub const fn needs_index(&self) -> bool {
        matches!(self, Self::Entry(_))
    }

    /// The rule of step 4, for the helper in column `helper` of a row whose own index is in column `index`.
    #[must_use]
    pub fn rule(&self, helper: usize, index: usize, challenges: &LookupChallenges) -> Polynomial {
        let helper = Linear::cell(helper);
        match self {
            Self::Queries { queries, .. } => rule_of_queries(helper, queries, challenges),
            Self::Entry(entry) => {
                let mut key = Linear::cell(index);
                if let Some(value) = entry.value {
                    key.add_scaled(&Linear::cell(value), challenges.beta);
                }
                let multiplicity = Linear::cell(entry.multiplicity);
                Polynomial::product(&[helper, challenges.denominator(&key)])
                    .plus_product(-Scalar::ONE, &[multiplicity, key])
            }
        }
    }
}

/// `h·Π (α + kᵢ) − Σ kᵢ·Π others`.
fn rule_of_queries(helper: Linear, queries: &[Query], challenges: &LookupChallenges) -> Polynomial {
    let keys: Vec<Linear> = queries.iter().map(|query| challenges.key(query)).collect();
    let denominators: Vec<Linear> = keys.iter().map(|key| challenges.denominator(key)).collect();
    let mut factors = Vec::from([helper]);
    factors.extend(denominators.iter().cloned());
    let product = Polynomial::product(&factors);
    match (keys.as_slice(), denominators.as_slice()) {
        ([first, second], [over_first, over_second]) => product
            .plus_product(-Scalar::ONE, &[first.clone(), over_second.clone()])
            .plus_product(-Scalar::ONE, &[second.clone(), over_first.clone()]),
        _ => keys
            .iter()
            .fold(product, |rule, key| rule.plus(-Scalar::ONE, key)),
    }
}

impl Query {
    /// Whether it asks for the table of bytes.
    const fn is_byte(&self) -> bool {
        matches!(self, Self::Byte(_))
    }

    /// The table of entries that it asks for; `None` for the table of bytes.
    const fn table(&self) -> Option<usize> {
        match self {
            Self::Byte(_) => None,
            Self::Entry { table, .. } => Some(*table),
        }
    }
}

impl LookupChallenges {
    /// The query as one scalar, `k`.
    #[must_use]
    pub fn key(&self, query: &Query) -> Linear {
        match query {
            Query::Byte(byte) => Linear::cell(*byte),
            Query::Entry {
                position, value, ..
            } => {
                let mut pair = Linear::cell(*position);
                pair.add_scaled(&Linear::cell(*value), self.beta);
                pair
            }
        }
    }

    /// `α + k`.
    fn denominator(&self, key: &Linear) -> Linear {
        key.clone().shifted(self.alpha)
    }
}
