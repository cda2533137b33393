//! The server through real sockets.

mod answers;
mod guards;
mod job_limits;
mod jobs;
mod lifecycle;
mod limits;
mod networks;
mod openapi;
#[cfg(target_os = "linux")]
mod strangers;
mod support;
