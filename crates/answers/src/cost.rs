//! The cost of a proof, before it is made.

use serde::Serialize;
use zklens_prover::Cost;

/// The cost of a proof about one image, as `zklens inspect` and `zklens import` tell it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProofCost {
    /// Cells of all columns, with the rows that fill the hypercube.
    pub cells: u64,
    /// Bytes of all numbers. The prover's time grows with them.
    pub number_bytes: u64,
    /// Committed vectors, those of weights among them.
    pub commitments: u64,
    /// The length of the proof in bytes.
    pub proof_bytes: u64,
    /// The most memory that the prover holds at once, in bytes; an estimate.
    pub memory_bytes: u64,
    /// Seconds of one core, without those for commitments to weights; an estimate.
    pub cpu_seconds: f64,
    /// Gas of a transaction that verifies the proof, for the layout for chains; an estimate. `None` if a contract cannot hold
    /// the key.
    pub gas: Option<u64>,
}

impl ProofCost {
    /// The cost of a proof in the default layout; `for_chain` is that of one for a contract, if a contract can hold its key.
    #[must_use]
    pub fn new(cost: &Cost, for_chain: Option<&Cost>) -> Self {
        Self {
            cells: cost.counts.cells,
            number_bytes: cost.counts.number_bytes,
            commitments: cost.counts.vectors,
            proof_bytes: cost.proof_bytes,
            memory_bytes: cost.memory_bytes,
            cpu_seconds: cost.cpu_seconds,
            gas: for_chain.map(|cost| cost.gas),
        }
    }
}
