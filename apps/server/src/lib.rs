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
//! `openapi.json` beside this file describes the API. The server has neither accounts nor TLS: it is meant for the
//! machine that it runs on, and anyone else who can reach it may use it. It sees the images that are sent to its API;
//! the page sends none.

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
mod jobs;
mod keys;
mod logs;
mod memory;
mod metrics;
mod options;
mod page;
mod prefer;
mod queue;
mod router;
mod server;
mod upload;

pub use client::{Network, NoNetwork};
pub use engine::Engine;
pub use keys::EngineError;
pub use logs::{log_to, log_to_stderr};
pub use options::{Limits, LogFormat, Options};
pub use server::Server;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Builder;
use zklens_model::Model;

/// How long the server waits, at its end, for work to notice that it is no longer wanted.
const LAST_WORK: Duration = Duration::from_secs(1);

/// The reason why the server could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The setup, a model or the system's randomness is missing.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The address cannot be bound.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The error of the system.
        cause: io::Error,
    },
    /// The system gives no threads or no signals.
    #[error("the system: {0}")]
    System(#[from] io::Error),
}

/// Serves until the process gets SIGINT or SIGTERM, and returns when the requests that are running then are done.
/// A second signal ends it at once. An empty list of models means those that come with zklens. From the call on, panics are logged without their messages.
///
/// # Errors
///
/// The server cannot start; see [`ServeError`].
pub fn run(options: &Options, models: Vec<Model>) -> Result<(), ServeError> {
    logs::log_panics();
    let engine = Arc::new(if models.is_empty() {
        Engine::new()?
    } else {
        Engine::with_models(models)?
    });
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

/// The signal after the first one: it listens only once it is polled, and by then the first has come.
async fn second_signal() {
    match signal() {
        Ok(signal) => signal.await,
        Err(_) => std::future::pending().await,
    }
}

/// Waits for the next signal that ends the server.
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

/// Waits for the next signal that ends the server.
#[cfg(not(unix))]
fn signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without the signal, only killing the process ends it.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
