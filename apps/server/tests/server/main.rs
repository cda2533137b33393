//! The server through real sockets.

mod answers;
mod guards;
mod lifecycle;
mod limits;
mod openapi;
mod support;
