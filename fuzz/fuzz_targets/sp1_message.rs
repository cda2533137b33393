//! Lines of JSON from SP1's worker. A line is a message or an error, and a message is the same
//! after it is written and read.
#![no_main]

use zklens_fuzz::{MIB, door};
use zklens_sp1::protocol::{Message, Request};

door!(256 * MIB, |line| {
    if let Some(message) = Message::decode(line) {
        let written = serde_json::to_vec(&message).expect("a message");
        assert_eq!(Message::decode(&written).as_ref(), Some(&message));
    }
    // The other direction is a request to the worker.
    if let Ok(request) = serde_json::from_slice::<Request>(line) {
        let written = serde_json::to_vec(&request).expect("a request");
        let again: Request = serde_json::from_slice(&written).expect("what was written");
        assert_eq!(again, request);
    }
});
