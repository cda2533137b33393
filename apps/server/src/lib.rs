//! zklens over HTTP: the page, and a JSON API for programs that cannot run the prover.
//!
//! [`run`] is `zklens serve`. [`Server`] is the same without a process around it:
//!
//! ```no_run
//! use std::future::pending;
//! use std::sync::Arc;
//! use zklens_server::{Engine, Options, Server};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = Arc::new(Engine::new()?);
//! let server = Server::bind(&Options::default(), engine).await?;
//! println!("http://{}/", server.address());
//! server.run(pending(), pending()).await;
//! # Ok(())
//! # }
//! ```
//!
//! `openapi.json` beside this file describes the API. There are no accounts and no TLS: the server is for
//! the machine that it runs on, and whoever else can reach it may use it. It sees the images that are
//! sent to it; the page does not send any.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod api;
mod app;
mod client;
mod connections;
mod engine;
mod error;
mod gate;
mod guard;
mod headers;
mod logs;
mod memory;
mod metrics;
mod options;
mod page;
mod router;
mod server;
mod upload;

pub use client::{Network, NoNetwork};
pub use engine::{Engine, EngineError};
pub use logs::{log_to, log_to_stderr};
pub use options::{Limits, LogFormat, Options};
pub use server::Server;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Builder;

/// How long work that nobody waits for any more may take to notice.
const LAST_WORK: Duration = Duration::from_secs(1);

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Setup, models or randomness.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The address cannot be had.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
    /// The system gives no threads or no signals.
    #[error("the system: {0}")]
    System(#[from] io::Error),
}

/// Serves until the process is told to end (SIGINT or SIGTERM), and returns when what runs then is done.
/// A second signal ends it sooner. Panics are logged from then on, without their messages.
///
/// # Errors
///
/// The server cannot begin.
pub fn run(options: &Options) -> Result<(), ServeError> {
    logs::log_panics();
    let engine = Arc::new(Engine::new()?);
    let runtime = Builder::new_multi_thread()
        .enable_io()
        .enable_time()
        .build()?;
    let served = runtime.block_on(async {
        let listen = |cause| ServeError::Listen {
            address: options.listen,
            cause,
        };
        let server = Server::bind(options, engine).await.map_err(listen)?;
        let stop = signal()?;
        announce(server.address());
        server.run(stop, second_signal()).await;
        Ok(())
    });
    runtime.shutdown_timeout(LAST_WORK);
    served
}

fn announce(address: SocketAddr) {
    tracing::info!("listening on http://{address}/");
    if !address.ip().is_loopback() {
        tracing::warn!(
            "other machines reach this server: there is no password and no encryption, and it sees the \
             images that are sent to it"
        );
    }
}

/// Listens when it is first asked, so that the first signal is over.
async fn second_signal() {
    match signal() {
        Ok(signal) => signal.await,
        Err(_) => std::future::pending().await,
    }
}

/// The next signal to end.
#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// The next signal to end.
#[cfg(not(unix))]
fn signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without the signal there is no way to end but to be killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
