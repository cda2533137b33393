//! Listening, connections, and the end.

use crate::app::{App, router};
use crate::engine::Engine;
use crate::options::{Limits, Options};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_io_timeout::TimeoutStream;

/// How long to wait when there are no file descriptors for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    limits: Limits,
    grace: Duration,
    router: Router,
}

impl Server {
    /// Takes the address, so that connections wait until [`Self::run`].
    ///
    /// # Errors
    ///
    /// The address cannot be had.
    pub async fn bind(options: &Options, engine: Arc<Engine>) -> io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let app = App::new(options, engine);
        Ok(Self {
            address: listener.local_addr()?,
            listener,
            limits: options.limits,
            grace: options.grace,
            router: router(Arc::new(app)),
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `stop`. Those that run then may go on until they are done, the grace is
    /// over, or `hurry` comes.
    pub async fn run(self, stop: impl Future<Output = ()>, hurry: impl Future<Output = ()>) {
        let open = GracefulShutdown::new();
        // What is left in here when this function returns is dropped.
        let mut connections = JoinSet::new();
        tokio::select! {
            () = stop => {}
            () = self.accept(&open, &mut connections) => {}
        }
        drop(self.listener);
        tracing::info!(connections = open.count(), "stopping");
        let (late, hurry) = (pin!(sleep(self.grace)), pin!(hurry));
        tokio::select! {
            () = open.shutdown() => tracing::info!("stopped"),
            () = late => tracing::warn!("stopped with requests unanswered: the grace is over"),
            () = hurry => tracing::warn!("stopped with requests unanswered: told to hurry"),
        }
    }

    /// Never ends.
    async fn accept(&self, open: &GracefulShutdown, connections: &mut JoinSet<()>) {
        let free = Arc::new(Semaphore::new(self.limits.connections));
        // The semaphore is never closed.
        while let Ok(place) = Arc::clone(&free).acquire_owned().await {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    while connections.try_join_next().is_some() {}
                    connections.spawn(self.serve(stream, place, open));
                }
                Err(error) => {
                    tracing::warn!(%error, "no connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn serve(
        &self,
        stream: TcpStream,
        place: OwnedSemaphorePermit,
        open: &GracefulShutdown,
    ) -> impl Future<Output = ()> + use<> {
        // Answers are written at once; waiting for more to send only delays them.
        let _ = stream.set_nodelay(true);
        // Who asks and does not read must not keep a place.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.limits.read_timeout));
        let service = TowerToHyperService::new(self.router.clone());
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.read_timeout)
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = open.watch(connection);
        async move {
            // What goes wrong on a connection, the client has seen.
            let _ = connection.await;
            drop(place);
        }
    }
}
