//! Progress of a proof: how much of the predicted work is done.

use crate::error::ProveError;
use crate::key::ProvingKey;
use crate::stage::Stage;
use std::ops::{ControlFlow, Range};
use std::time::Duration;
use zklens_layers::Layout;
use zklens_layers::layout::TableLayout;

/// How far a proof is.
///
/// Work is counted in predicted nanoseconds of one core. Only ratios matter: how fast this machine is shows while it
/// works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The stage that runs.
    pub stage: Stage,
    /// The work that is done, of all stages. Never decreases during a proof.
    pub done: u64,
    /// The work of the whole proof. The same in all reports of a proof, and never zero.
    pub total: u64,
}

impl Progress {
    /// The share of the work that is done, from 0 to 1.
    #[must_use]
    pub fn fraction(self) -> f64 {
        self.done as f64 / self.total as f64
    }

    /// An estimate of the time left, if the proof has taken `elapsed` so far: the rest goes on at the same pace. `None` at
    /// the beginning, where the pace is unknown.
    #[must_use]
    pub fn time_left(self, elapsed: Duration) -> Option<Duration> {
        const ENOUGH: f64 = 0.02;
        let fraction = self.fraction();
        let is_known = fraction >= ENOUGH;
        is_known.then(|| elapsed.mul_f64((1.0 - fraction) / fraction))
    }
}

/// The predicted work of each stage.
pub(crate) type Work = [u64; Stage::ALL.len()];

/// Predicts the work of a proof. The factors are nanoseconds, measured on networks of 0.1 to 550 million
/// multiplications.
pub(crate) fn predict(key: &ProvingKey, layout: &Layout) -> Work {
    let nodes = key.model().graph().nodes().iter();
    let multiplications: u64 = nodes.map(|node| node.op().work(node.tensor().shape)).sum();
    let columns = layout.columns.count() as u64;
    let cells = |vectors: &Range<usize>| vectors.len() as u64 * columns;
    let sum = |cells: fn(&TableLayout) -> u64| layout.tables.iter().map(cells).sum::<u64>();
    let written = sum(|table| {
        let rows: usize = table.dims.iter().product();
        (rows * table.rules.columns.len()) as u64
    });
    // The hypercube has rows of padding too.
    let summed = sum(|table| (table.columns().len() as u64) << (table.num_vars() - 1));
    let vectors = &layout.vectors;
    let opened = cells(&(0..vectors.helpers.end));
    [
        10 * written + 3 * multiplications / 2 * layout.images as u64,
        120 * cells(&vectors.witness),
        220 * cells(&vectors.helpers),
        160 * summed,
        35 * opened + 35_000 * columns,
    ]
    .map(|nanoseconds| nanoseconds.max(1))
}

/// Tells the caller of a proof how far it is.
pub(crate) struct Reports<'a> {
    progress: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
    work: Work,
    stage: Stage,
}

impl<'a> Reports<'a> {
    pub(crate) const fn new(
        work: Work,
        progress: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Self {
        Self {
            progress,
            work,
            stage: Stage::Witness,
        }
    }

    /// Reports that `stage` begins, and all stages before it are done.
    ///
    /// # Errors
    ///
    /// [`ProveError::Cancelled`] if the caller wants no proof any more.
    pub(crate) fn begin(&mut self, stage: Stage) -> Result<(), ProveError> {
        self.stage = stage;
        self.advance(0, 1)
    }

    /// Reports that `done` of `of` equal parts of the running stage are done. Call it several times a second.
    ///
    /// # Errors
    ///
    /// [`ProveError::Cancelled`] if the caller wants no proof any more.
    pub(crate) fn advance(&mut self, done: usize, of: usize) -> Result<(), ProveError> {
        let index = self.stage.index();
        let before: u64 = self.work[..index].iter().sum();
        let share = u128::from(self.work[index]) * done.min(of) as u128 / of.max(1) as u128;
        let share = u64::try_from(share).unwrap_or(u64::MAX);
        let report = Progress {
            stage: self.stage,
            done: before + share,
            total: self.work.iter().sum(),
        };
        match (self.progress)(report) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ProveError::Cancelled),
        }
    }
}
