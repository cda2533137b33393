//! Queues in front of some work: which requests are worked on, which wait, and which are refused.

use crate::client::Client;
use crate::error::{ApiError, Refusal};
use crate::queue::{Queue, Size};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// A queue in front of some work, for requests whose bodies are there.
#[derive(Debug)]
pub(crate) struct Gate {
    places: Arc<Places>,
}

#[derive(Debug)]
struct Places {
    most: usize,
    queue: Mutex<Queue>,
}

/// A place in the queue. When it is dropped, its turn ends, if it has one.
#[derive(Debug)]
pub(crate) struct Place {
    taken: TakenPlace,
    sent_away: Arc<Notify>,
}

/// The place becomes free when this is dropped.
#[derive(Debug)]
struct TakenPlace {
    places: Arc<Places>,
    number: u64,
}

/// Looks at a place without keeping it.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    places: Arc<Places>,
    number: u64,
}

impl Gate {
    pub(crate) fn new(at_work: usize, waiting: usize) -> Self {
        Self {
            places: Arc::new(Places {
                most: at_work + waiting,
                queue: Mutex::new(Queue::new(at_work)),
            }),
        }
    }

    /// Takes a place. If none is free, the client with the most places gives up one that only waits, provided that it
    /// had more places than this client would have.
    pub(crate) fn enter(&self, client: Client) -> Result<Place, ApiError> {
        let mut queue = self.places.queue();
        if queue.len() >= self.places.most && !queue.make_room(client) {
            return Err(full());
        }
        let (number, sent_away) = queue.enter(client);
        drop(queue);
        Ok(Place {
            taken: TakenPlace {
                places: Arc::clone(&self.places),
                number,
            },
            sent_away,
        })
    }

    /// How many requests are worked on.
    pub(crate) fn at_work(&self) -> usize {
        self.places.queue().at_work()
    }

    /// How many requests wait for their turn.
    pub(crate) fn waiting(&self) -> usize {
        self.places.queue().waiting()
    }
}

impl Places {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for TakenPlace {
    fn drop(&mut self) {
        self.places.queue().leave(self.number);
    }
}

impl Ticket {
    /// How many are worked on before this one, if no other client comes; `None` if it does not wait.
    pub(crate) fn ahead(&self) -> Option<usize> {
        self.places.queue().ahead(self.number)
    }
}

impl Place {
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket {
            places: Arc::clone(&self.taken.places),
            number: self.taken.number,
        }
    }

    /// Waits for a turn, then does the work on a thread of its own.
    ///
    /// The work is told to stop when nobody waits for it any more: the deadline has passed, the client has closed the
    /// connection or cancelled the job, or the server ends. Its turn ends when the work has stopped.
    pub(crate) async fn work<T: Send + 'static>(
        self,
        size: Size,
        deadline: Instant,
        work: impl FnOnce(&dyn Fn() -> bool) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let asked = self.taken.places.queue().ask(self.taken.number, size);
        let called = asked.ok_or_else(full)?;
        let came = tokio::select! {
            came = timeout_at(deadline, called.notified()) => came,
            () = self.sent_away.notified() => return Err(full()),
        };
        came.map_err(|_| out_of_time())?;
        let client = Waiting::default();
        let gone = Arc::clone(&client.gone);
        let place = self.taken;
        let task = tokio::task::spawn_blocking(move || {
            let _until_done = place;
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

fn full() -> ApiError {
    ApiError::busy("the server is busy, and as many requests wait already as may")
        .with_help("try again later; Retry-After says when")
        .because(Refusal::Queue)
}

fn out_of_time() -> ApiError {
    ApiError::busy("the time for this request is over").with_help(
        "send fewer images at once, try again when less is asked of the server, or ask for a job by \
         `Prefer: respond-async`; `zklens serve --timeout` and --job-timeout give more time",
    )
    .because(Refusal::Time)
}

/// Tells when nobody waits for the answer any more: then the future that holds this is dropped.
#[derive(Debug, Default)]
struct Waiting {
    gone: Arc<AtomicBool>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn client(last: u8) -> Client {
        Client::of([192, 0, 2, last].into())
    }

    #[test]
    fn as_many_places_are_given_as_there_are() {
        let gate = Gate::new(1, 3);
        let places: Vec<_> = (0..4).map(|_| gate.enter(client(1)).unwrap()).collect();
        assert!(gate.enter(client(1)).is_err());
        assert_eq!((gate.at_work(), gate.waiting()), (0, 4));
        drop(places);
        assert_eq!((gate.at_work(), gate.waiting()), (0, 0));
        assert!(gate.enter(client(1)).is_ok());
    }

    #[test]
    fn a_place_that_was_given_up_is_told_so() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let gate = Gate::new(1, 1);
        let (_first, second) = (
            gate.enter(client(1)).unwrap(),
            gate.enter(client(1)).unwrap(),
        );
        let _other = gate.enter(client(2)).unwrap();
        let worked = runtime.block_on(async {
            let deadline = Instant::now() + Duration::from_secs(60);
            second.work(Size::Ordinary, deadline, |_| Ok(())).await
        });
        let error = worked.unwrap_err();
        assert!(format!("{error:?}").contains("busy"), "{error:?}");
    }
}
