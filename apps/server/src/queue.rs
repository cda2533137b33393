//! The order of a queue: whose turn is next, and who makes room.

use crate::client::Client;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Notify;

/// All places of a queue.
#[derive(Debug)]
pub(crate) struct Queue {
    next: u64,
    all: HashMap<u64, Waiter>,
    /// How many turns there are.
    turns: usize,
    /// How many of them are free.
    free_turns: usize,
    /// For each client with a place, the number of calls that had been made when it got its last turn.
    last_calls: HashMap<Client, u64>,
    calls: u64,
}

#[derive(Clone, Debug)]
struct Waiter {
    client: Client,
    /// How many turns its work takes.
    turns: usize,
    state: State,
    sent_away: Arc<Notify>,
    called: Arc<Notify>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It has not asked for a turn yet.
    Entered,
    Waiting,
    /// It has its turns, until the place is dropped.
    Called,
}

/// How much a piece of work takes of what all share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// One turn.
    Ordinary,
    /// All turns: nothing else is worked on at the same time.
    Large,
}

impl Queue {
    pub(crate) fn new(turns: usize) -> Self {
        Self {
            next: 0,
            all: HashMap::new(),
            turns,
            free_turns: turns,
            last_calls: HashMap::new(),
            calls: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Takes a place. Gives its number, and what tells when another client needs it.
    pub(crate) fn enter(&mut self, client: Client) -> (u64, Arc<Notify>) {
        let number = self.next;
        self.next += 1;
        let sent_away = Arc::new(Notify::new());
        let waiter = Waiter {
            client,
            turns: 1,
            state: State::Entered,
            sent_away: Arc::clone(&sent_away),
            called: Arc::default(),
        };
        self.all.insert(number, waiter);
        (number, sent_away)
    }

    /// Asks for turns. The receiver tells when they have come. `None` if the place was given to another client.
    pub(crate) fn ask(&mut self, number: u64, size: Size) -> Option<Arc<Notify>> {
        let waiter = self.all.get_mut(&number)?;
        waiter.turns = match size {
            Size::Ordinary => 1,
            Size::Large => self.turns,
        };
        waiter.state = State::Waiting;
        let called = Arc::clone(&waiter.called);
        self.call();
        Some(called)
    }

    /// How many are worked on.
    pub(crate) fn at_work(&self) -> usize {
        self.count(|state| state == State::Called)
    }

    /// How many wait for their turn.
    pub(crate) fn waiting(&self) -> usize {
        self.count(|state| state != State::Called)
    }

    /// How many are worked on before this one, if no other client comes. `None` if this one is worked on, or has no place.
    pub(crate) fn ahead(&self, number: u64) -> Option<usize> {
        if self.all.get(&number)?.state == State::Called {
            return None;
        }
        let mut last_calls = self.last_calls.clone();
        let mut calls = self.calls;
        let mut left: HashMap<u64, Client> = HashMap::new();
        for (number, waiter) in &self.all {
            if waiter.state != State::Called {
                left.insert(*number, waiter.client);
            }
        }
        let mut ahead = self.at_work();
        loop {
            let next = first(&last_calls, left.iter().map(|(n, client)| (*n, *client)))?;
            if next == number {
                return Some(ahead);
            }
            ahead += 1;
            calls += 1;
            last_calls.insert(left.remove(&next)?, calls);
        }
    }

    /// Gives the turns that are free. Each call goes to the client whose last one was the longest ago, so that a client with
    /// many requests does not keep others waiting. Among the places of one client, the first one that was taken wins. Nobody
    /// overtakes who needs more turns than are free.
    fn call(&mut self) {
        loop {
            let waiting = self.all.iter();
            let waiting = waiting.filter(|(_, waiter)| waiter.state == State::Waiting);
            let clients = waiting.map(|(number, waiter)| (*number, waiter.client));
            let next = first(&self.last_calls, clients);
            let Some(waiter) = next.and_then(|number| self.all.get_mut(&number)) else {
                return;
            };
            let Some(free) = self.free_turns.checked_sub(waiter.turns) else {
                return;
            };
            waiter.state = State::Called;
            waiter.called.notify_one();
            self.free_turns = free;
            self.calls += 1;
            self.last_calls.insert(waiter.client, self.calls);
        }
    }

    /// Removes a place, and ends its turns.
    pub(crate) fn leave(&mut self, number: u64) {
        let Some(waiter) = self.all.remove(&number) else {
            return;
        };
        let client = waiter.client;
        if !self.all.values().any(|other| other.client == client) {
            self.last_calls.remove(&client);
        }
        if waiter.state == State::Called {
            self.free_turns += waiter.turns;
        }
        // Who needed many turns may have kept others waiting.
        self.call();
    }

    /// Makes room for a place of this client: removes the last place of the client that has the most waiting places, if it has
    /// more than either client would have afterwards. Tells whether there is room now.
    pub(crate) fn make_room(&mut self, newcomer: Client) -> bool {
        let mut counts: HashMap<Client, usize> = HashMap::new();
        for waiter in self.all.values() {
            *counts.entry(waiter.client).or_default() += 1;
        }
        let count = |client| counts.get(&client).copied().unwrap_or_default();
        let waiting = self.all.iter();
        let waiting = waiting.filter(|(_, waiter)| waiter.state != State::Called);
        let last = waiting.max_by_key(|(number, waiter)| (count(waiter.client), **number));
        let last = last.filter(|(_, waiter)| count(waiter.client) > count(newcomer) + 1);
        let Some((number, waiter)) = last else {
            return false;
        };
        let number = *number;
        waiter.sent_away.notify_one();
        self.leave(number);
        true
    }

    fn count(&self, is_such: impl Fn(State) -> bool) -> usize {
        let states = self.all.values().map(|waiter| waiter.state);
        states.filter(|state| is_such(*state)).count()
    }
}

/// The one to be called first, of these places with their clients.
fn first(
    last_calls: &HashMap<Client, u64>,
    waiting: impl Iterator<Item = (u64, Client)>,
) -> Option<u64> {
    let order = |(number, client): &(u64, Client)| (last_calls.get(client).copied(), *number);
    waiting.min_by_key(order).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(last: u8) -> Client {
        Client::of([192, 0, 2, last].into())
    }

    /// Enters and asks.
    fn wait(queue: &mut Queue, last: u8, size: Size) -> u64 {
        let (number, _) = queue.enter(client(last));
        assert!(queue.ask(number, size).is_some());
        number
    }

    fn is_called(queue: &Queue, number: u64) -> bool {
        queue.all[&number].state == State::Called
    }

    #[test]
    fn who_waits_most_often_makes_room() {
        let mut queue = Queue::new(1);
        let many: Vec<u64> = (0..4).map(|_| queue.enter(client(1)).0).collect();
        assert!(!queue.make_room(client(1)));
        assert!(queue.make_room(client(2)));
        let (second, _) = queue.enter(client(2));
        let is_there = |queue: &Queue, number| queue.all.contains_key(number);
        let left: Vec<bool> = many.iter().map(|n| is_there(&queue, n)).collect();
        assert_eq!(left, [true, true, true, false]);
        // Now three and one; then two and two.
        assert!(queue.make_room(client(2)));
        queue.enter(client(2));
        assert!(!is_there(&queue, &many[2]));
        assert!(!queue.make_room(client(2)));
        assert!(is_there(&queue, &second));
        many.iter().for_each(|number| queue.leave(*number));
        assert_eq!(queue.waiting(), 2);
    }

    #[test]
    fn who_works_is_not_sent_away() {
        let mut queue = Queue::new(2);
        for _ in 0..2 {
            wait(&mut queue, 1, Size::Ordinary);
        }
        assert_eq!(queue.at_work(), 2);
        assert!(!queue.make_room(client(2)));
    }

    #[test]
    fn turns_go_round_among_clients_as_foretold() {
        let mut queue = Queue::new(1);
        let many: Vec<u64> = (0..4)
            .map(|_| wait(&mut queue, 1, Size::Ordinary))
            .collect();
        let second = wait(&mut queue, 2, Size::Ordinary);
        let third = wait(&mut queue, 3, Size::Ordinary);
        // Clients 2 and 3 came later, but have had no turn yet.
        let order = [many[0], second, third, many[1], many[2], many[3]];
        for done in 0..order.len() {
            for (place, number) in order[done..].iter().enumerate() {
                let ahead = (place > 0).then_some(place);
                assert_eq!(queue.ahead(*number), ahead, "{done} {place}");
                assert_eq!(is_called(&queue, *number), place == 0);
            }
            queue.leave(order[done]);
        }
        assert_eq!(queue.ahead(many[0]), None);
        assert_eq!(queue.free_turns, 1);
        assert!(queue.last_calls.is_empty());
    }

    /// A client that gets its turn in the moment in which it leaves.
    #[test]
    fn a_turn_that_nobody_takes_is_given_to_the_next() {
        let mut queue = Queue::new(1);
        let places = [1, 2, 3].map(|last| wait(&mut queue, last, Size::Ordinary));
        queue.leave(places[1]);
        queue.leave(places[0]);
        assert_eq!((queue.at_work(), queue.waiting()), (1, 0));
        assert!(is_called(&queue, places[2]));
    }

    #[test]
    fn large_work_is_done_alone_and_overtaken_by_nobody() {
        let mut queue = Queue::new(2);
        let small = wait(&mut queue, 1, Size::Ordinary);
        let large = wait(&mut queue, 2, Size::Large);
        let later = wait(&mut queue, 3, Size::Ordinary);
        assert!(is_called(&queue, small) && !is_called(&queue, large));
        assert!(
            !is_called(&queue, later),
            "it would keep the large one waiting"
        );
        queue.leave(small);
        assert!(is_called(&queue, large) && !is_called(&queue, later));
        queue.leave(large);
        assert!(is_called(&queue, later));
        // Who waits for all turns and leaves keeps nobody waiting any more.
        let large = wait(&mut queue, 2, Size::Large);
        let last = wait(&mut queue, 1, Size::Ordinary);
        assert!(!is_called(&queue, last));
        queue.leave(large);
        assert!(is_called(&queue, last));
        assert_eq!(queue.free_turns, 0);
    }
}
