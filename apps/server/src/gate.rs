//! Who works, who waits, and who is sent away.

use crate::error::ApiError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// A queue in front of some work. Who finds it full is sent away before its body is read, so that the
/// bodies in memory are at most as many as its places.
#[derive(Debug)]
pub(crate) struct Gate {
    at_work: usize,
    waiting: usize,
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// A place in the queue.
#[derive(Debug)]
pub(crate) struct Place {
    place: OwnedSemaphorePermit,
    turns: Arc<Semaphore>,
}

impl Gate {
    pub(crate) fn new(at_work: usize, waiting: usize) -> Self {
        Self {
            at_work,
            waiting,
            places: Arc::new(Semaphore::new(at_work + waiting)),
            turns: Arc::new(Semaphore::new(at_work)),
        }
    }

    /// A place, if one is free.
    pub(crate) fn enter(&self) -> Result<Place, ApiError> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| {
            let waiting = self.waiting;
            ApiError::busy(format!(
                "the server is busy, and {waiting} requests wait already"
            ))
            .with_help("try again later; Retry-After says when")
        })?;
        Ok(Place {
            place,
            turns: Arc::clone(&self.turns),
        })
    }

    /// How many requests are worked on.
    pub(crate) fn at_work(&self) -> usize {
        self.at_work - self.turns.available_permits()
    }

    /// How many have a place and are not worked on.
    pub(crate) fn waiting(&self) -> usize {
        let inside = self.at_work + self.waiting - self.places.available_permits();
        inside.saturating_sub(self.at_work())
    }
}

impl Place {
    /// Waits for a turn and does the work on a thread of its own.
    ///
    /// The work is told to stop when nobody waits for it any more: the deadline has passed, the client is
    /// gone, or the server ends. Its turn ends when it has stopped.
    pub(crate) async fn work<T: Send + 'static>(
        self,
        deadline: Instant,
        work: impl FnOnce(&dyn Fn() -> bool) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let turn = timeout_at(deadline, self.turns.acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(out_of_time());
        };
        let client = Client::default();
        let gone = Arc::clone(&client.gone);
        let place = self.place;
        let task = tokio::task::spawn_blocking(move || {
            let _until_done = (place, turn);
            work(&|| gone.load(Ordering::Relaxed))
        });
        match timeout_at(deadline, task).await {
            Ok(Ok(result)) => result,
            // The panic is in the logs already.
            Ok(Err(_)) => Err(ApiError::internal()),
            Err(_) => Err(out_of_time()),
        }
    }
}

fn out_of_time() -> ApiError {
    ApiError::busy("the time for this request is over").with_help(
        "send fewer images at once, or try again when less is asked of the server; `zklens serve \
         --timeout` gives more time",
    )
}

/// Notes when nobody waits for the answer any more: the future that holds it is dropped.
#[derive(Debug, Default)]
struct Client {
    gone: Arc<AtomicBool>,
}

impl Drop for Client {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
    }
}
