//! Queues: which requests are worked on, which wait, and which are refused.

use crate::client::Client;
use crate::error::{ApiError, Refusal};
use std::collections::HashMap;
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
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    all: HashMap<u64, Waiter>,
    /// How many more requests may be worked on now.
    free_turns: usize,
    /// For each client with a place, the number of turns that had been given when it got its last one.
    last_turns: HashMap<Client, u64>,
    turns: u64,
}

#[derive(Clone, Debug)]
struct Waiter {
    client: Client,
    state: State,
    sent_away: Arc<Notify>,
    called: Arc<Notify>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It has not asked for a turn yet.
    Entered,
    Waiting,
    /// It has a turn, until the place is dropped.
    Called,
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

impl Gate {
    pub(crate) fn new(at_work: usize, waiting: usize) -> Self {
        let taken = Taken {
            free_turns: at_work,
            ..Taken::default()
        };
        Self {
            places: Arc::new(Places {
                most: at_work + waiting,
                taken: Mutex::new(taken),
            }),
        }
    }

    /// Takes a place. If none is free, the client with the most places gives up one that only waits, provided that it
    /// had more places than this client would have.
    pub(crate) fn enter(&self, client: Client) -> Result<Place, ApiError> {
        let mut taken = self.places.taken();
        if taken.all.len() >= self.places.most {
            let number = taken.dispensable(client).ok_or_else(full)?;
            if let Some(waiter) = taken.leave(number) {
                waiter.sent_away.notify_one();
            }
        }
        let number = taken.next;
        taken.next += 1;
        let sent_away = Arc::new(Notify::new());
        let waiter = Waiter {
            client,
            state: State::Entered,
            sent_away: Arc::clone(&sent_away),
            called: Arc::default(),
        };
        taken.all.insert(number, waiter);
        drop(taken);
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
        self.places.count(|state| state == State::Called)
    }

    /// How many requests wait for their turn.
    pub(crate) fn waiting(&self) -> usize {
        self.places.count(|state| state != State::Called)
    }
}

impl Places {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, is_such: impl Fn(State) -> bool) -> usize {
        let taken = self.taken();
        let states = taken.all.values().map(|waiter| waiter.state);
        states.filter(|state| is_such(*state)).count()
    }

    /// Asks for a turn. The receiver tells when it has come. `None` if the place was given to another client.
    fn ask(&self, number: u64) -> Option<Arc<Notify>> {
        let mut taken = self.taken();
        let waiter = taken.all.get_mut(&number)?;
        waiter.state = State::Waiting;
        let called = Arc::clone(&waiter.called);
        taken.call();
        Some(called)
    }
}

impl Taken {
    /// Gives the turns that are free. Each goes to the client whose last turn was the longest ago, so that a client with
    /// many requests does not keep others waiting. Among the places of one client, the first one that was taken wins.
    fn call(&mut self) {
        while self.free_turns > 0 {
            let waiting = self.all.iter();
            let waiting = waiting.filter(|(_, waiter)| waiter.state == State::Waiting);
            let last_turn = |client| self.last_turns.get(client).copied();
            let next = waiting.min_by_key(|(number, waiter)| (last_turn(&waiter.client), **number));
            let Some(number) = next.map(|(number, _)| *number) else {
                return;
            };
            let Some(waiter) = self.all.get_mut(&number) else {
                return;
            };
            waiter.state = State::Called;
            waiter.called.notify_one();
            self.free_turns -= 1;
            self.turns += 1;
            self.last_turns.insert(waiter.client, self.turns);
        }
    }

    /// Removes a place, and ends its turn.
    fn leave(&mut self, number: u64) -> Option<Waiter> {
        let waiter = self.all.remove(&number)?;
        let client = waiter.client;
        if !self.all.values().any(|other| other.client == client) {
            self.last_turns.remove(&client);
        }
        if waiter.state == State::Called {
            self.free_turns += 1;
            self.call();
        }
        Some(waiter)
    }

    /// The last place of the client that has the most waiting places, if it has more than either client would have
    /// after giving it up.
    fn dispensable(&self, newcomer: Client) -> Option<u64> {
        let mut counts: HashMap<Client, usize> = HashMap::new();
        for waiter in self.all.values() {
            *counts.entry(waiter.client).or_default() += 1;
        }
        let count = |client| counts.get(&client).copied().unwrap_or_default();
        let waiting = self.all.iter();
        let waiting = waiting.filter(|(_, waiter)| waiter.state != State::Called);
        let last = waiting.max_by_key(|(number, waiter)| (count(waiter.client), **number));
        let (number, waiter) = last?;
        (count(waiter.client) > count(newcomer) + 1).then_some(*number)
    }
}

impl Drop for TakenPlace {
    fn drop(&mut self) {
        self.places.taken().leave(self.number);
    }
}

impl Place {
    /// Waits for a turn, then does the work on a thread of its own.
    ///
    /// The work is told to stop when nobody waits for it any more: the deadline has passed, the client has closed the
    /// connection, or the server ends. Its turn ends when the work has stopped.
    pub(crate) async fn work<T: Send + 'static>(
        self,
        deadline: Instant,
        work: impl FnOnce(&dyn Fn() -> bool) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let called = self.taken.places.ask(self.taken.number).ok_or_else(full)?;
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
        "send fewer images at once, or try again when less is asked of the server; `zklens serve \
         --timeout` gives more time",
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
            assert!(gate.places.ask(place.taken.number).is_some());
        }
        assert_eq!(gate.at_work(), 2);
        assert!(gate.enter(client(2)).is_err());
    }

    #[test]
    fn turns_go_round_among_clients() {
        let gate = Gate::new(1, 8);
        let enter = |last| {
            let place = gate.enter(client(last)).unwrap();
            assert!(gate.places.ask(place.taken.number).is_some());
            place
        };
        let is_called = |place: &Place| {
            let taken = gate.places.taken();
            taken.all[&place.taken.number].state == State::Called
        };
        let mut many: Vec<_> = (0..4).map(|_| enter(1)).collect();
        assert!(is_called(&many[0]));
        let (second, third) = (enter(2), enter(3));
        drop(many.remove(0));
        assert!(is_called(&second));
        // It came later, but has had no turn yet.
        drop(second);
        assert!(is_called(&third));
        drop(third);
        assert!(is_called(&many[0]));
        assert_eq!((gate.at_work(), gate.waiting()), (1, 2));
    }

    /// A client that gets its turn in the moment in which it leaves.
    #[test]
    fn a_turn_that_nobody_takes_is_given_to_the_next() {
        let gate = Gate::new(1, 2);
        let places = [1, 2, 3].map(|last| gate.enter(client(last)).unwrap());
        for place in &places {
            assert!(gate.places.ask(place.taken.number).is_some());
        }
        let [first, second, third] = places;
        drop(second);
        drop(first);
        assert_eq!((gate.at_work(), gate.waiting()), (1, 0));
        drop(third);
        assert_eq!(gate.places.taken().free_turns, 1);
        assert!(gate.places.taken().last_turns.is_empty());
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
