//! The server through real sockets.

mod answers;
mod guards;
mod lifecycle;
mod limits;
mod openapi;
#[cfg(target_os = "linux")]
mod strangers;
mod support;
