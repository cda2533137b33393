//! Listening, connections, and stopping.

use crate::app::App;
use crate::connections::{Place, Refused, Watched};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::options::{Limits, Options};
use crate::router::{Peer, router};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tower_service::Service;

/// How long to wait when the system has no file descriptor left for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How many clients at a time are told that their connection is refused, and for how long. The others only see it
/// closed.
const LAST_WORDS: usize = 16;
const LAST_WORDS_TIME: Duration = Duration::from_secs(1);

/// The answer to a client whose connection is refused.
const NO_CONNECTION: &str = "{\"error\":\"too many connections are open\",\"help\":\"close some, or try \
     again later; `zklens serve --connections` and --connections-per-address take more\"}";

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    grace: Duration,
    app: Arc<App>,
    router: Router,
}

impl Server {
    /// Binds the address. Connections wait until [`Self::run`].
    ///
    /// # Errors
    ///
    /// The address cannot be bound.
    pub async fn bind(options: &Options, engine: Arc<Engine>) -> io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let app = Arc::new(App::new(options, engine));
        Ok(Self {
            address: listener.local_addr()?,
            listener,
            grace: options.grace,
            router: router(Arc::clone(&app)),
            app,
        })
    }

    /// The address on which it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `stop` resolves. Requests that are running then may go on until they are done, the grace is
    /// over, or `hurry` resolves.
    pub async fn run(self, stop: impl Future<Output = ()>, hurry: impl Future<Output = ()>) {
        let open = GracefulShutdown::new();
        // When this function returns, the connections that are left in here are dropped.
        let mut connections = JoinSet::new();
        tokio::select! {
            () = stop => {}
            () = self.accept(&open, &mut connections) => {}
        }
        drop(self.listener);
        // Nobody could fetch their results any more.
        let jobs = self.app.jobs.cancel_all();
        tracing::info!(connections = open.count(), jobs, "stopping");
        let (late, hurry) = (pin!(sleep(self.grace)), pin!(hurry));
        tokio::select! {
            () = open.shutdown() => tracing::info!("stopped"),
            () = late => tracing::warn!("stopped with requests unanswered: the grace is over"),
            () = hurry => tracing::warn!("stopped with requests unanswered: told to hurry"),
        }
    }

    /// Accepts connections. Never returns.
    async fn accept(&self, open: &GracefulShutdown, connections: &mut JoinSet<()>) {
        let last_words = Arc::new(Semaphore::new(LAST_WORDS));
        loop {
            let (stream, peer) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "no connection");
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            while connections.try_join_next().is_some() {}
            if let Some(place) = self.enter(peer.ip()) {
                connections.spawn(self.serve(stream, peer.ip(), place, open));
            } else if let Ok(permit) = Arc::clone(&last_words).try_acquire_owned() {
                connections.spawn(async move {
                    // A client that does not read them has been refused all the same.
                    let _ = timeout(LAST_WORDS_TIME, refuse(stream)).await;
                    drop(permit);
                });
            }
        }
    }

    /// A place for a connection. Another one may be closed for it.
    fn enter(&self, peer: IpAddr) -> Option<Place> {
        let metrics = &self.app.metrics;
        match self.app.connections.enter(self.app.owner(peer)) {
            Ok((place, made_room)) => {
                if made_room {
                    metrics.refused(Refusal::Idle);
                }
                Some(place)
            }
            Err(refused) => {
                metrics.refused(match refused {
                    Refused::OfOne => Refusal::OfOne,
                    Refused::All => Refusal::Connections,
                });
                None
            }
        }
    }

    fn serve(
        &self,
        stream: TcpStream,
        peer: IpAddr,
        place: Place,
        open: &GracefulShutdown,
    ) -> impl Future<Output = ()> + use<> {
        let limits = self.app.limits;
        // Answers are written whole, so waiting for more bytes to send would only delay them.
        let _ = stream.set_nodelay(true);
        // A client that asks and does not read must not keep a place.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.read_timeout));
        let stream = Watched::new(stream, place.turn());
        let answers = Answers {
            router: self.router.clone(),
            peer: Peer(peer),
            limits,
            since: Instant::now(),
            count: AtomicUsize::new(0),
        };
        let turn = place.turn();
        let service = service_fn(move |request| {
            let request_is_there = turn.begin();
            let answer = answers.answer(request);
            async move {
                let answer = answer.await;
                drop(request_is_there);
                Ok::<_, Infallible>(answer)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.read_timeout)
            .serve_connection(TokioIo::new(stream), service);
        let connection = open.watch(connection);
        async move {
            tokio::select! {
                // An error of the connection was already visible to its client.
                _ = connection => {}
                () = place.is_needed() => {}
            }
        }
    }
}

/// The answers on one connection.
struct Answers {
    router: Router,
    peer: Peer,
    limits: Limits,
    since: Instant,
    count: AtomicUsize,
}

impl Answers {
    /// The last answer that the connection may have announces that it is the last.
    fn answer(
        &self,
        mut request: Request<Incoming>,
    ) -> impl Future<Output = Response<Body>> + use<> {
        request.extensions_mut().insert(self.peer);
        let answer = self.router.clone().call(request);
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let is_last = count >= self.limits.requests_per_connection;
        let (since, longest) = (self.since, self.limits.connection_time);
        async move {
            let mut answer = answer.await.unwrap_or_else(|never| match never {});
            if is_last || since.elapsed() >= longest {
                let close = HeaderValue::from_static("close");
                answer.headers_mut().insert(header::CONNECTION, close);
            }
            answer
        }
    }
}

/// Says that the connection is refused. A client that still sends would not see it if the connection were
/// closed at once.
async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Retry-After: 5\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        NO_CONNECTION.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(NO_CONNECTION.as_bytes()).await?;
    stream.shutdown().await?;
    let mut unread = [0; 4096];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}
