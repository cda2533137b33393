//! What a prover tells of while it works.

use crate::error::ProveError;
use std::ops::ControlFlow;

/// What a prover does, in this order; each takes a good part of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Running the network and writing down all that it computed.
    Witness,
    /// Committing to that: steps 0 and 1.
    Commitment,
    /// Helpers of lookups: step 2.
    Lookups,
    /// One sum of all rules, and its sumcheck: steps 3 and 4.
    Sumcheck,
    /// Values and claims on rows, opened: steps 5 and 6.
    Opening,
}

impl Stage {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [
        Self::Witness,
        Self::Commitment,
        Self::Lookups,
        Self::Sumcheck,
        Self::Opening,
    ];

    /// Tells `progress` that this stage begins.
    pub(crate) fn begin(
        self,
        progress: &mut dyn FnMut(Self) -> ControlFlow<()>,
    ) -> Result<(), ProveError> {
        match progress(self) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ProveError::Cancelled),
        }
    }
}
