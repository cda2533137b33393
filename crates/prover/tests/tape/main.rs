//! The bytes of a proof: that no other bytes prove its statement, that they prove no other statement,
//! and that every word of both moves every challenge after it.

#[path = "../common/mod.rs"]
mod common;

mod binding;
mod bytes;
mod statement;
mod subject;
