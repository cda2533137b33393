//! Stages of proving, for reports of progress.

/// A stage of proving. They follow each other in this order; each takes a good part of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Runs the network and writes down all its values.
    Witness,
    /// Commits to them: steps 0 and 1 of the protocol.
    Commitment,
    /// Makes the helpers of lookups: step 2.
    Lookups,
    /// Sums up all rules, and runs the sumcheck: steps 3 and 4.
    Sumcheck,
    /// Sends the columns' values, and opens the claims on vectors: steps 5 and 6.
    Opening,
}

impl Stage {
    /// All stages, in their order.
    pub const ALL: [Self; 5] = [
        Self::Witness,
        Self::Commitment,
        Self::Lookups,
        Self::Sumcheck,
        Self::Opening,
    ];

    /// The position in [`Self::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Witness => 0,
            Self::Commitment => 1,
            Self::Lookups => 2,
            Self::Sumcheck => 3,
            Self::Opening => 4,
        }
    }
}
