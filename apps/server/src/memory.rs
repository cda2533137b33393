//! Memory that clients hold shares in, so that some is always left for the next client.

use crate::client::Client;
use crate::error::{ApiError, Refusal};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts what clients hold: bytes of request bodies, whether they are being read, wait, or are being worked on; or jobs
/// and the bytes of their results.
#[derive(Debug)]
pub(crate) struct Memory {
    most: usize,
    held: Mutex<HashMap<Client, usize>>,
}

/// The memory that one request or job holds.
#[derive(Debug)]
pub(crate) struct Share {
    memory: Arc<Memory>,
    client: Client,
    bytes: usize,
}

impl Memory {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            held: Mutex::default(),
        }
    }

    /// A new, empty share.
    pub(crate) fn share(self: &Arc<Self>, client: Client) -> Share {
        Share {
            memory: Arc::clone(self),
            client,
            bytes: 0,
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Client, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Takes more bytes.
    ///
    /// A client never holds more than is still free. So one client can have half of the memory, each of two a third, and
    /// a share as large as theirs is always left for one more.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), ApiError> {
        let mut held = self.memory.held();
        let all: usize = held.values().sum();
        let own = held.get(&self.client).copied().unwrap_or_default();
        let (after, own_after) = (all.saturating_add(bytes), own.saturating_add(bytes));
        if own_after > self.memory.most.saturating_sub(after) {
            return Err(full());
        }
        held.insert(self.client, own_after);
        self.bytes += bytes;
        Ok(())
    }

    /// Gives back all but `bytes`.
    pub(crate) fn shrink_to(&mut self, bytes: usize) {
        let rest = self.bytes.saturating_sub(bytes);
        self.give_back(rest);
        self.bytes -= rest;
    }

    fn give_back(&self, bytes: usize) {
        let mut held = self.memory.held();
        if let Some(own) = held.get_mut(&self.client) {
            *own = own.saturating_sub(bytes);
            if *own == 0 {
                held.remove(&self.client);
            }
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.give_back(self.bytes);
    }
}

fn full() -> ApiError {
    ApiError::busy("too much that was sent is in memory already")
        .with_help(
            "try again later, or send less at once; `zklens serve --bodies` sets aside more memory",
        )
        .because(Refusal::Memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(last: u8) -> Client {
        Client::of([192, 0, 2, last].into())
    }

    #[test]
    fn every_client_leaves_as_much_as_it_has() {
        let memory = Arc::new(Memory::new(120));
        let mut first = memory.share(client(1));
        assert!(first.grow(61).is_err());
        assert!(first.grow(60).is_ok());
        // All requests of a client count together.
        assert!(memory.share(client(1)).grow(1).is_err());
        let mut second = memory.share(client(2));
        assert!(second.grow(31).is_err());
        assert!(second.grow(30).is_ok());
        assert!(memory.share(client(3)).grow(15).is_ok());
        assert!(first.grow(1).is_err());
        assert!(first.grow(usize::MAX).is_err());
    }

    #[test]
    fn dropped_and_returned_shares_are_free_again() {
        let memory = Arc::new(Memory::new(100));
        let mut share = memory.share(client(1));
        let mut other = memory.share(client(1));
        share.grow(30).unwrap();
        other.grow(20).unwrap();
        share.shrink_to(45);
        share.shrink_to(25);
        assert_eq!(memory.held().values().sum::<usize>(), 45);
        drop(share);
        assert_eq!(memory.held().values().sum::<usize>(), 20);
        drop(other);
        assert!(memory.held().is_empty());
        memory.share(client(2)).grow(50).unwrap();
    }
}
