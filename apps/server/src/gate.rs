//! Who works, who waits, and who is sent away.

use crate::client::Client;
use crate::error::{ApiError, Refusal};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, timeout_at};

/// A queue in front of some work, for requests whose bodies are there.
#[derive(Debug)]
pub(crate) struct Gate {
    at_work: usize,
    places: Arc<Places>,
    turns: Arc<Semaphore>,
}

#[derive(Debug)]
struct Places {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    all: HashMap<u64, Waiter>,
}

#[derive(Clone, Debug)]
struct Waiter {
    client: Client,
    is_waiting: bool,
    sent_away: Arc<Notify>,
}

/// A place in the queue.
#[derive(Debug)]
pub(crate) struct Place {
    taken: TakenPlace,
    sent_away: Arc<Notify>,
    turns: Arc<Semaphore>,
}

/// Is free when it is dropped.
#[derive(Debug)]
struct TakenPlace {
    places: Arc<Places>,
    number: u64,
}

impl Gate {
    pub(crate) fn new(at_work: usize, waiting: usize) -> Self {
        Self {
            at_work,
            places: Arc::new(Places {
                most: at_work + waiting,
                taken: Mutex::default(),
            }),
            turns: Arc::new(Semaphore::new(at_work)),
        }
    }

    /// A place, if one is free or a client has more than this one would have and can spare one where it
    /// only waits.
    pub(crate) fn enter(&self, client: Client) -> Result<Place, ApiError> {
        let mut taken = self.places.taken();
        if taken.all.len() >= self.places.most {
            let number = taken.dispensable(client).ok_or_else(full)?;
            if let Some(waiter) = taken.all.remove(&number) {
                waiter.sent_away.notify_one();
            }
        }
        let number = taken.next;
        taken.next += 1;
        let sent_away = Arc::new(Notify::new());
        let waiter = Waiter {
            client,
            is_waiting: true,
            sent_away: Arc::clone(&sent_away),
        };
        taken.all.insert(number, waiter);
        drop(taken);
        Ok(Place {
            taken: TakenPlace {
                places: Arc::clone(&self.places),
                number,
            },
            sent_away,
            turns: Arc::clone(&self.turns),
        })
    }

    /// How many requests are worked on.
    pub(crate) fn at_work(&self) -> usize {
        self.at_work - self.turns.available_permits()
    }

    /// How many wait for their turn.
    pub(crate) fn waiting(&self) -> usize {
        let taken = self.places.taken();
        taken
            .all
            .values()
            .filter(|waiter| waiter.is_waiting)
            .count()
    }
}

impl Places {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that work begins, unless the place is somebody else's now.
    fn begin(&self, number: u64) -> bool {
        let mut taken = self.taken();
        let waiter = taken.all.get_mut(&number);
        waiter.map(|waiter| waiter.is_waiting = false).is_some()
    }
}

impl Taken {
    /// The last place of the client that has most of those who wait, if it has more than the two would have
    /// then.
    fn dispensable(&self, newcomer: Client) -> Option<u64> {
        let mut counts: HashMap<Client, usize> = HashMap::new();
        for waiter in self.all.values() {
            *counts.entry(waiter.client).or_default() += 1;
        }
        let count = |client| counts.get(&client).copied().unwrap_or_default();
        let waiting = self.all.iter().filter(|(_, waiter)| waiter.is_waiting);
        let last = waiting.max_by_key(|(number, waiter)| (count(waiter.client), **number));
        let (number, waiter) = last?;
        (count(waiter.client) > count(newcomer) + 1).then_some(*number)
    }
}

impl Drop for TakenPlace {
    fn drop(&mut self) {
        self.places.taken().all.remove(&self.number);
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
        let turn = tokio::select! {
            turn = timeout_at(deadline, self.turns.acquire_owned()) => turn,
            () = self.sent_away.notified() => return Err(full()),
        };
        let Ok(Ok(turn)) = turn else {
            return Err(out_of_time());
        };
        if !self.taken.places.begin(self.taken.number) {
            return Err(full());
        }
        let client = Waiting::default();
        let gone = Arc::clone(&client.gone);
        let place = self.taken;
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

fn full() -> ApiError {
    ApiError::busy("the server is busy, and as many requests wait already as may")
        .with_help("try again later; Retry-After says when")
        .because(Refusal::Queue)
}

fn out_of_time() -> ApiError {
    ApiError::busy("the time for this request is over").with_help(
        "send fewer images at once, or try again when less is asked of the server; `zklens serve \
         --timeout` gives more time",
    )
    .because(Refusal::Time)
}

/// Notes when nobody waits for the answer any more: the future that holds it is dropped.
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

    fn client(last: u8) -> Client {
        Client::of([192, 0, 2, last].into())
    }

    #[test]
    fn who_waits_most_often_makes_room() {
        let gate = Gate::new(1, 3);
        let many: Vec<_> = (0..4).map(|_| gate.enter(client(1)).unwrap()).collect();
        assert!(gate.enter(client(1)).is_err());
        let second = gate.enter(client(2)).unwrap();
        let is_there = |place: &Place| gate.places.taken().all.contains_key(&place.taken.number);
        assert_eq!(
            many.iter().map(is_there).collect::<Vec<_>>(),
            [true, true, true, false]
        );
        // Now three and one; then two and two.
        let _third = gate.enter(client(2)).unwrap();
        assert!(!is_there(&many[2]));
        assert!(gate.enter(client(2)).is_err());
        assert!(is_there(&second));
        drop(many);
        assert_eq!(gate.waiting(), 2);
    }

    #[test]
    fn who_works_is_not_sent_away() {
        let gate = Gate::new(2, 0);
        let many = [
            gate.enter(client(1)).unwrap(),
            gate.enter(client(1)).unwrap(),
        ];
        for place in &many {
            assert!(gate.places.begin(place.taken.number));
        }
        assert!(gate.enter(client(2)).is_err());
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
        let deadline =
            runtime.block_on(async { Instant::now() + std::time::Duration::from_secs(60) });
        let error = runtime
            .block_on(second.work(deadline, |_| Ok(())))
            .unwrap_err();
        assert!(format!("{error:?}").contains("busy"), "{error:?}");
    }
}
