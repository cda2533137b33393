//! Lookups: every query that a row asks for is an entry of a table.
//!
//! # Claim
//!
//! All queries `k` that rows ask for lie in a table of entries `v`.
//!
//! # Protocol
//!
//! 1. The prover commits to the queries, and to the number `m(v)` of times each entry is asked for.
//! 2. The verifier draws `α`, and `β`, which makes one number of a pair: `position + β·value`.
//! 3. The prover commits to *helpers*: for each row and each pair of its queries `h = Σ k / (α + k)`,
//!    and for each entry `g = m·v / (α + v)`.
//! 4. Row by row, as rules among others:
//!    `h·(α + k₁)·(α + k₂) = k₁·(α + k₂) + k₂·(α + k₁)`, or `h·(α + k) = k`, and `g·(α + v) = m·v`.
//! 5. `Σ h − Σ g = 0`, over all rows of all tables, is part of the sum that is checked.
//!
//! The numerators are the queries themselves, so a row of zeros adds nothing, and padding needs neither
//! a selector nor a count: zero is an entry of every table.
//!
//! # Soundness
//!
//! `k / (α + k) = 1 − α / (α + k)`, so as a function of `α` it has one simple pole, at `−k`, with
//! residue `k`. A query other than zero that is no entry leaves a pole that nothing cancels, since the
//! number of times it is asked for is below the field's characteristic. Step 5 is then a false identity
//! of rational functions whose numerators have a degree below the number of queries and entries, which is
//! below `2^30`, and holds with probability at most `2^30 / 2^253`. A zero denominator, which would leave a
//! helper free, needs an `α` that is `−k` for one of the queries committed before: the same bound. Two
//! different pairs make one number for at most one `β`: `2^60 / 2^253` for all pairs of pairs.
//!
//! # Reference
//!
//! Haböck, *Multivariate lookups based on logarithmic derivatives* (ePrint 2022/1530). There the
//! numerators are one; with `k` above, zero queries are free.

use crate::gadget::{Gadget, Query, Rules};
use crate::polynomial::{Linear, Polynomial};
use alloc::vec::Vec;
use zklens_field::{Field, Scalar};

/// Challenges of lookups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupChallenges {
    /// Moves the denominators.
    pub alpha: Scalar,
    /// Makes one number of a pair.
    pub beta: Scalar,
}

/// What one helper column is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Helper {
    /// One or two queries that a row asks for in the same table; `None` is the table of bytes.
    Asked {
        /// The queries.
        queries: Vec<Query>,
        /// The table.
        table: Option<usize>,
    },
    /// An entry, with the column of its multiplicity, and that of its value if it has one.
    Entry {
        /// The column of multiplicities.
        multiplicity: usize,
        /// The column of values.
        value: Option<usize>,
    },
}

/// Keys of one helper. With two, a rule has degree three, four with `eq`.
const KEYS: usize = 2;

impl Helper {
    /// The helpers of a gadget with these rules.
    pub(crate) fn of(gadget: &Gadget, rules: &Rules) -> Vec<Self> {
        match gadget {
            Gadget::Bytes => Vec::from([Self::Entry {
                multiplicity: 0,
                value: None,
            }]),
            Gadget::Entries(_) => Vec::from([Self::Entry {
                multiplicity: 0,
                value: Some(1),
            }]),
            Gadget::Pixels
            | Gadget::Activation(_)
            | Gadget::Clip(_)
            | Gadget::Lookup(_)
            | Gadget::Copy
            | Gadget::Label { .. }
            | Gadget::Range => {
                let bytes: Vec<Query> = rules.queries.iter().copied().filter(is_byte).collect();
                let pairs = bytes.chunks(KEYS).map(|queries| Self::Asked {
                    queries: queries.to_vec(),
                    table: None,
                });
                let entries = rules.queries.iter().filter_map(|query| match query {
                    Query::Byte(_) => None,
                    Query::Entry { table, .. } => Some(Self::Asked {
                        queries: Vec::from([*query]),
                        table: Some(*table),
                    }),
                });
                pairs.chain(entries).collect()
            }
        }
    }

    /// Whether the rule looks at the row's own number.
    #[must_use]
    pub const fn needs_index(&self) -> bool {
        matches!(self, Self::Entry { .. })
    }

    /// The rule of step 4, for the helper in column `helper`, and the row's own number in column
    /// `index`.
    #[must_use]
    pub fn rule(&self, helper: usize, index: usize, challenges: &LookupChallenges) -> Polynomial {
        let helper = Linear::cell(helper);
        match self {
            Self::Asked { queries, .. } => {
                let queries: Vec<Linear> = queries
                    .iter()
                    .map(|query| challenges.number(query))
                    .collect();
                let denominators: Vec<Linear> = queries
                    .iter()
                    .map(|query| challenges.denominator(query))
                    .collect();
                let mut factors = Vec::from([helper]);
                factors.extend(denominators.iter().cloned());
                let rule = Polynomial::product(&factors);
                match (queries.as_slice(), denominators.as_slice()) {
                    ([first, second], [over_first, over_second]) => rule
                        .plus_product(-Scalar::ONE, &[first.clone(), over_second.clone()])
                        .plus_product(-Scalar::ONE, &[second.clone(), over_first.clone()]),
                    _ => queries
                        .iter()
                        .fold(rule, |rule, query| rule.plus(-Scalar::ONE, query)),
                }
            }
            Self::Entry {
                multiplicity,
                value,
            } => {
                let mut entry = Linear::cell(index);
                if let Some(value) = value {
                    entry.add_scaled(&Linear::cell(*value), challenges.beta);
                }
                let multiplicity = Linear::cell(*multiplicity);
                Polynomial::product(&[helper, challenges.denominator(&entry)])
                    .plus_product(-Scalar::ONE, &[multiplicity, entry])
            }
        }
    }
}

/// Whether a query asks for the table of bytes.
const fn is_byte(query: &Query) -> bool {
    matches!(query, Query::Byte(_))
}

impl LookupChallenges {
    /// What a query is as a number.
    #[must_use]
    pub fn number(&self, query: &Query) -> Linear {
        match query {
            Query::Byte(byte) => Linear::cell(*byte),
            Query::Entry {
                position, value, ..
            } => {
                let mut number = Linear::cell(*position);
                number.add_scaled(&Linear::cell(*value), self.beta);
                number
            }
        }
    }

    /// `α + query`.
    fn denominator(&self, query: &Linear) -> Linear {
        query.clone().shifted(self.alpha)
    }
}
