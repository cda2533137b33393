//! Open connections, and which of them is closed to make room for another.
//!
//! A connection is idle until the head of its first request is there, and again from when its client has taken an
//! answer until the next head is there. If an idle one is closed, its client only has to connect again.

use crate::client::Client;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::{cmp, io};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::time::Instant;

/// All open connections.
#[derive(Debug)]
pub(crate) struct Connections {
    most: usize,
    of_one: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    all: HashMap<u64, (Owner, Arc<Turn>)>,
}

/// The owner of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    Client(Client),
    /// A trusted proxy. It stands for many clients, so the limits of one client do not apply.
    Proxy(Client),
}

/// The reason why a connection is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Its client has as many as it may have, and none is idle.
    OfOne,
    /// All are in use, and no other client has many more than this one.
    All,
}

/// The place of a connection among all. It becomes free when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    connections: Arc<Connections>,
    number: u64,
    turn: Arc<Turn>,
}

/// The state of a connection.
#[derive(Debug)]
pub(crate) struct Turn {
    state: Mutex<State>,
    closed: Notify,
}

#[derive(Debug)]
struct State {
    requests: usize,
    is_writing: bool,
    idle_since: Instant,
}

impl Connections {
    /// Connections with these limits for all clients and for one.
    pub(crate) fn new(most: usize, of_one: usize) -> Self {
        Self {
            most,
            of_one,
            open: Mutex::default(),
        }
    }

    /// Takes a place, and tells whether another connection was closed for it.
    pub(crate) fn enter(self: &Arc<Self>, owner: Owner) -> Result<(Place, bool), Refused> {
        let mut open = self.open();
        let makes_room = match owner {
            Owner::Client(_) if open.count(owner) >= self.of_one => {
                Some(open.idlest(|other| other == owner).ok_or(Refused::OfOne)?)
            }
            _ if open.all.len() >= self.most => Some(open.dispensable(owner).ok_or(Refused::All)?),
            _ => None,
        };
        if let Some((_, turn)) = makes_room.and_then(|number| open.all.remove(&number)) {
            turn.closed.notify_one();
        }
        let number = open.next;
        open.next += 1;
        let turn = Arc::new(Turn::new());
        open.all.insert(number, (owner, Arc::clone(&turn)));
        drop(open);
        let place = Place {
            connections: Arc::clone(self),
            number,
            turn,
        };
        Ok((place, makes_room.is_some()))
    }

    /// How many connections are open.
    pub(crate) fn count(&self) -> usize {
        self.open().all.len()
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn count(&self, owner: Owner) -> usize {
        self.all
            .values()
            .filter(|(other, _)| *other == owner)
            .count()
    }

    /// The connection that has been idle for the longest time, among the owners that `of` accepts.
    fn idlest(&self, is_such: impl Fn(Owner) -> bool) -> Option<u64> {
        let such = self.all.iter().filter(|(_, (owner, _))| is_such(*owner));
        let idle = such.filter_map(|(number, (_, turn))| Some((turn.idle_since()?, *number)));
        idle.min().map(|(_, number)| number)
    }

    /// The connection to close for a new one of this owner, when all places are taken.
    ///
    /// First choice: among owners with an idle connection, the one with the most connections, if it has more than this
    /// owner or is this owner; its longest idle connection is closed. Second choice: any connection of the owner with
    /// the most, if it has more than either would have afterwards.
    fn dispensable(&self, newcomer: Owner) -> Option<u64> {
        let mut counts: HashMap<Owner, usize> = HashMap::new();
        for (owner, _) in self.all.values() {
            *counts.entry(*owner).or_default() += 1;
        }
        let count = |owner: &Owner| counts.get(owner).copied().unwrap_or_default();
        // Every connection is idle at first: an owner with many must not close the first one of an owner with few.
        let idle = self.all.iter().filter_map(|(number, (owner, turn))| {
            let since = turn.idle_since()?;
            let may_be_closed = *owner == newcomer || count(owner) > count(&newcomer);
            may_be_closed.then_some((count(owner), Reverse((since, *number))))
        });
        if let Some((_, Reverse((_, number)))) = idle.max() {
            return Some(number);
        }
        let clients = self.all.iter();
        let clients = clients.filter(|(_, (owner, _))| matches!(owner, Owner::Client(_)));
        let (number, (largest, _)) = clients.max_by_key(|(_, (owner, _))| count(owner))?;
        (count(largest) > count(&newcomer) + 1).then_some(*number)
    }
}

impl Place {
    pub(crate) fn turn(&self) -> Arc<Turn> {
        Arc::clone(&self.turn)
    }

    /// Waits until another connection needs the place.
    pub(crate) async fn is_needed(&self) {
        self.turn.closed.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open().all.remove(&self.number);
    }
}

impl Turn {
    fn new() -> Self {
        Self {
            state: Mutex::new(State {
                requests: 0,
                is_writing: false,
                idle_since: Instant::now(),
            }),
            closed: Notify::new(),
        }
    }

    /// Notes that a request is being answered, until the returned guard is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> Request {
        self.state().requests += 1;
        Request(Arc::clone(self))
    }

    fn idle_since(&self) -> Option<Instant> {
        let state = self.state();
        (state.requests == 0 && !state.is_writing).then_some(state.idle_since)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_writing(&self, is_writing: bool) {
        let mut state = self.state();
        if state.is_writing != is_writing {
            state.is_writing = is_writing;
            state.idle_since = Instant::now();
        }
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct Request(Arc<Turn>);

impl Drop for Request {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.requests = state.requests.saturating_sub(1);
        state.idle_since = cmp::max(state.idle_since, Instant::now());
    }
}

/// A stream that notes whether its client still has to take some of the bytes that were written.
#[derive(Debug)]
pub(crate) struct Watched<S> {
    stream: Pin<Box<S>>,
    turn: Arc<Turn>,
}

impl<S> Watched<S> {
    pub(crate) fn new(stream: S, turn: Arc<Turn>) -> Self {
        Self {
            stream: Box::pin(stream),
            turn,
        }
    }

    fn noted<T>(&self, written: Poll<T>) -> Poll<T> {
        self.turn.note_writing(written.is_pending());
        written
    }
}

impl<S: AsyncRead> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(context, buffer)
    }
}

impl<S: AsyncWrite> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream.as_mut().poll_write(context, bytes);
        self.noted(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream.as_mut().poll_write_vectored(context, buffers);
        self.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(last: u8) -> Owner {
        Owner::Client(Client::of([192, 0, 2, last].into()))
    }

    fn connections(most: usize, of_one: usize) -> Arc<Connections> {
        Arc::new(Connections::new(most, of_one))
    }

    /// Whether the place was taken from its connection.
    fn is_closed(place: &Place) -> bool {
        !place.connections.open().all.contains_key(&place.number)
    }

    #[test]
    fn a_client_gives_up_its_own_idlest_connection() {
        let connections = connections(10, 2);
        let (first, _) = connections.enter(owner(1)).unwrap();
        let (second, _) = connections.enter(owner(1)).unwrap();
        drop(first.turn().begin());
        let (third, made_room) = connections.enter(owner(1)).unwrap();
        assert!(made_room && is_closed(&second) && !is_closed(&first));
        let requests = [first.turn().begin(), third.turn().begin()];
        assert_eq!(connections.enter(owner(1)).err(), Some(Refused::OfOne));
        let (_other, made_room) = connections.enter(owner(2)).unwrap();
        assert!(!made_room);
        drop(requests);
        assert!(connections.enter(owner(1)).is_ok());
    }

    #[test]
    fn who_has_most_makes_room_for_others() {
        let connections = connections(4, 3);
        let many: Vec<_> = (0..3)
            .map(|_| connections.enter(owner(1)).unwrap().0)
            .collect();
        let (single, _) = connections.enter(owner(2)).unwrap();
        let (_newcomer, made_room) = connections.enter(owner(3)).unwrap();
        assert!(made_room && is_closed(&many[0]) && !is_closed(&single));
        // Idle ones are closed first, although another owner has more.
        let _requests = [many[1].turn().begin(), many[2].turn().begin()];
        let (_next, _) = connections.enter(owner(4)).unwrap();
        assert!(is_closed(&single) && !is_closed(&many[1]) && !is_closed(&many[2]));
    }

    #[test]
    fn where_none_is_idle_nobody_has_many_more_than_others() {
        let connections = connections(3, 3);
        let many: Vec<_> = (0..3)
            .map(|_| connections.enter(owner(1)).unwrap().0)
            .collect();
        let _requests: Vec<_> = many.iter().map(|place| place.turn().begin()).collect();
        let (second, _) = connections.enter(owner(2)).unwrap();
        let _request = second.turn().begin();
        assert_eq!(many.iter().filter(|place| is_closed(place)).count(), 1);
        assert_eq!(connections.enter(owner(2)).err(), Some(Refused::All));
        let (third, _) = connections.enter(owner(3)).unwrap();
        let _request = third.turn().begin();
        assert_eq!(connections.enter(owner(4)).err(), Some(Refused::All));
        drop(second);
        assert!(connections.enter(owner(4)).is_ok());
    }

    /// Its first one is idle until its request is there.
    #[test]
    fn who_has_many_does_not_close_the_first_connection_of_another() {
        let connections = connections(4, 3);
        let many: Vec<_> = [1, 1, 2, 2]
            .map(|last| connections.enter(owner(last)).unwrap().0)
            .into();
        let _requests: Vec<_> = many.iter().map(|place| place.turn().begin()).collect();
        let (newcomer, _) = connections.enter(owner(3)).unwrap();
        for last in [1, 2] {
            assert_eq!(connections.enter(owner(last)).err(), Some(Refused::All));
            assert!(!is_closed(&newcomer), "{last}");
        }
    }

    #[test]
    fn a_proxy_has_no_limit_of_its_own() {
        let proxy = Owner::Proxy(Client::of([192, 0, 2, 9].into()));
        let connections = connections(3, 1);
        let many: Vec<_> = (0..3)
            .map(|_| connections.enter(proxy).unwrap().0)
            .collect();
        let requests: Vec<_> = many.iter().map(|place| place.turn().begin()).collect();
        assert_eq!(connections.enter(owner(1)).err(), Some(Refused::All));
        drop(requests);
        let _place = connections.enter(owner(1)).unwrap();
        assert_eq!(connections.count(), 3);
    }

    #[test]
    fn who_has_not_taken_an_answer_is_not_idle() {
        let connections = connections(1, 1);
        let (place, _) = connections.enter(owner(1)).unwrap();
        place.turn().note_writing(true);
        assert_eq!(connections.enter(owner(1)).err(), Some(Refused::OfOne));
        place.turn().note_writing(false);
        assert!(connections.enter(owner(1)).is_ok());
    }
}
