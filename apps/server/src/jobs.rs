//! Jobs: proofs that outlive the request for them.
//!
//! A job has an id that nobody can guess, and whoever knows it may look at the job and cancel it. The job waits in the
//! queue for proofs, is worked on, and then keeps its outcome for some time.

use crate::client::Client;
use crate::error::{ApiError, Refusal};
use crate::gate::Ticket;
use crate::memory::{Memory, Share};
use crate::options::Limits;
use axum::http::StatusCode;
use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use zklens_prover::Progress;

/// All jobs.
#[derive(Debug)]
pub(crate) struct Jobs {
    keep: Duration,
    counts: Arc<Memory>,
    bytes: Arc<Memory>,
    kept: Mutex<HashMap<Id, Kept>>,
}

/// The name of a job: 128 random bits, written as 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id([u8; 16]);

#[derive(Debug)]
struct Kept {
    job: Arc<Job>,
    /// The task that works on the job, then removes it when its time is over.
    task: AbortHandle,
    /// One of all jobs, until this is dropped.
    _count: Share,
}

/// A job.
#[derive(Debug)]
pub(crate) struct Job {
    ticket: Ticket,
    /// How far the proof is, and how long it has taken.
    progress: Mutex<Option<(Progress, Duration)>>,
    outcome: OnceLock<Outcome>,
    has_ended: watch::Sender<bool>,
}

/// How a job ended.
pub(crate) type Outcome = Result<Arc<Made>, ApiError>;

/// A proof as it is sent. The bytes are shared by all answers that have them.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) file: axum::body::Bytes,
    pub(crate) json: axum::body::Bytes,
    /// The memory that is set aside for a job's result counts as taken until this is dropped.
    pub(crate) _share: Option<Share>,
}

/// The state of a job that has not ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pending {
    /// It waits. `ahead` proofs are made before it, if no other client comes.
    Queued { ahead: usize },
    /// It is worked on. Before the first report, its pictures are read.
    Running {
        progress: Option<(Progress, Duration)>,
    },
}

impl Jobs {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            keep: limits.job_keep,
            counts: Arc::new(Memory::new(limits.job_count)),
            bytes: Arc::new(Memory::new(limits.job_bytes)),
            kept: Mutex::default(),
        }
    }

    /// Sets aside memory for a result of a client.
    pub(crate) fn room(&self, client: Client, bytes: usize) -> Result<Share, ApiError> {
        let mut share = self.bytes.share(client);
        share.grow(bytes).map_err(|_| full())?;
        Ok(share)
    }

    /// Begins a job. Its work waits in the queue at `ticket`.
    pub(crate) fn begin<W: Future<Output = Outcome> + Send + 'static>(
        self: &Arc<Self>,
        client: Client,
        ticket: Ticket,
        work: impl FnOnce(Arc<Job>) -> W,
    ) -> Result<(Id, Arc<Job>), ApiError> {
        let mut count = self.counts.share(client);
        count.grow(1).map_err(|_| full())?;
        let id = Id::random()?;
        let job = Arc::new(Job {
            ticket,
            progress: Mutex::default(),
            outcome: OnceLock::new(),
            has_ended: watch::Sender::new(false),
        });
        let work = work(Arc::clone(&job));
        let (jobs, working) = (Arc::clone(self), Arc::clone(&job));
        // The task cannot remove the job before it is there.
        let mut kept = self.kept();
        let task = tokio::spawn(async move {
            working.end(work.await);
            sleep(jobs.keep).await;
            jobs.kept().remove(&id);
        });
        let entry = Kept {
            job: Arc::clone(&job),
            task: task.abort_handle(),
            _count: count,
        };
        kept.insert(id, entry);
        Ok((id, job))
    }

    /// The job with this id.
    pub(crate) fn find(&self, id: &str) -> Result<(Id, Arc<Job>), ApiError> {
        let id = Id::parse(id).ok_or_else(unknown)?;
        let kept = self.kept();
        let entry = kept.get(&id).ok_or_else(unknown)?;
        Ok((id, Arc::clone(&entry.job)))
    }

    /// Ends the job with this id, and forgets it with its result. Tells whether it had not ended before.
    pub(crate) fn cancel(&self, id: &str) -> Result<bool, ApiError> {
        let id = Id::parse(id).ok_or_else(unknown)?;
        let removed = self.kept().remove(&id);
        Ok(removed.ok_or_else(unknown)?.cancel())
    }

    /// Cancels all jobs, and tells how many had not ended.
    pub(crate) fn cancel_all(&self) -> usize {
        let all = std::mem::take(&mut *self.kept());
        all.into_values().filter(Kept::cancel).count()
    }

    /// How many jobs there are.
    pub(crate) fn count(&self) -> usize {
        self.kept().len()
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<Id, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Ends the work if it goes on, and tells whether it did. Who waits for the job is told.
    fn cancel(&self) -> bool {
        self.task.abort();
        let error = "the job was cancelled";
        self.job.end(Err(ApiError::new(StatusCode::GONE, error)))
    }
}

impl Job {
    /// Notes how far the proof is.
    pub(crate) fn tell(&self, progress: Progress, elapsed: Duration) {
        let mut told = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        *told = Some((progress, elapsed));
    }

    /// The outcome, if the job ends within this time.
    pub(crate) async fn outcome(&self, wait: Duration) -> Option<&Outcome> {
        let mut ended = self.has_ended.subscribe();
        // After a timeout, the outcome is not there yet.
        let _ = timeout(wait, ended.wait_for(|ended| *ended)).await;
        self.outcome.get()
    }

    /// The state of a job without an outcome.
    pub(crate) fn pending(&self) -> Pending {
        if let Some(ahead) = self.ticket.ahead() {
            return Pending::Queued { ahead };
        }
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        Pending::Running {
            progress: *progress,
        }
    }

    /// Notes the outcome, and tells whether there was none before.
    fn end(&self, outcome: Outcome) -> bool {
        let is_first = self.outcome.set(outcome.map_err(ApiError::of_job)).is_ok();
        self.has_ended.send_replace(true);
        is_first
    }
}

impl Id {
    fn random() -> Result<Self, ApiError> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| {
            tracing::error!(%error, "no randomness");
            ApiError::internal()
        })?;
        Ok(Self(id))
    }

    /// Reads an id as [`fmt::Display`] writes it.
    fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 32 || !text.as_bytes().iter().all(is_digit) {
            return None;
        }
        let number = u128::from_str_radix(text, 16).ok()?;
        Some(Self(number.to_be_bytes()))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(32);
        self.0
            .iter()
            .try_for_each(|byte| write!(text, "{byte:02x}"))?;
        f.write_str(&text)
    }
}

fn full() -> ApiError {
    ApiError::busy("too many jobs are kept already")
        .with_help("fetch results and delete their jobs, or try again later")
        .because(Refusal::Jobs)
}

fn unknown() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no job has this id").with_help(
        "a job is forgotten some time after its end, when it is deleted, and when the server ends",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written_and_in_no_other_way() {
        let id = Id::random().unwrap();
        let text = id.to_string();
        assert_eq!(Id::parse(&text), Some(id));
        assert_ne!(Id::random().unwrap(), id);
        let others = [
            String::new(),
            text[1..].to_owned(),
            format!("{text}0"),
            format!("+{}", &text[1..]),
            "A".repeat(32),
            "é".repeat(16),
        ];
        for other in others {
            assert_eq!(Id::parse(&other), None, "{other}");
        }
    }
}
