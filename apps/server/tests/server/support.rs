//! A server in this process, and clients: a proper one, and one that sends any bytes.

use serde_json::Value;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::net::TcpSocket;
use tokio::sync::oneshot;
use zklens_model::Model;
use zklens_server::{Engine, Limits, LogFormat, Options, Server, log_to};

/// How long a test waits for something that is slow on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

static ENGINE: LazyLock<Arc<Engine>> = LazyLock::new(|| {
    log_to(LogFormat::Json, false, || Log).unwrap();
    Arc::new(Engine::new().unwrap())
});

static LOGS: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGS.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The logs of all servers of this process so far.
pub(crate) fn logs() -> String {
    String::from_utf8(LOGS.lock().unwrap().clone()).unwrap()
}

pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    hurry: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TestServer {
    pub(crate) fn new() -> Self {
        Self::with(Limits::DEFAULT)
    }

    pub(crate) fn with(limits: Limits) -> Self {
        Self::behind(&[], limits)
    }

    /// A server that believes these proxies.
    pub(crate) fn behind(proxies: &[&str], limits: Limits) -> Self {
        Self::start(proxies, limits, Arc::clone(&ENGINE))
    }

    /// A server of these networks.
    pub(crate) fn of(models: Vec<Model>) -> Self {
        let engine = Engine::with_models(models).unwrap();
        Self::start(&[], Limits::DEFAULT, Arc::new(engine))
    }

    fn start(proxies: &[&str], limits: Limits, engine: Arc<Engine>) -> Self {
        let options = Options {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            hosts: vec!["zklens.example".into()],
            proxies: proxies.iter().map(|proxy| proxy.parse().unwrap()).collect(),
            limits,
            grace: PATIENCE,
        };
        let (stop, stopped) = oneshot::channel();
        let (hurry, hurried) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let server = Server::bind(&options, engine).await.unwrap();
                tell.send(server.address()).unwrap();
                let stop = async { drop(stopped.await) };
                server.run(stop, async { drop(hurried.await) }).await;
            });
        });
        Self {
            address: told.recv().unwrap(),
            stop: Some(stop),
            hurry: Some(hurry),
            thread: Some(thread),
        }
    }

    /// Tells the server to end when it has done what it does.
    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Tells it to end now.
    pub(crate) fn hurry(&mut self) {
        self.hurry.take().unwrap().send(()).unwrap();
    }

    /// Waits until it has ended.
    pub(crate) fn join(&mut self) {
        self.thread.take().unwrap().join().unwrap();
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        Answer::of(agent().get(self.url(path)).call())
    }

    pub(crate) fn post(&self, path: &str, media: &str, body: &[u8]) -> Answer {
        let request = agent().post(self.url(path)).content_type(media);
        Answer::of(request.send(body))
    }

    /// Sends a request with any method and headers.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(agent().run(request.body(body.to_vec()).unwrap()))
    }

    /// Posts bytes of no stated type.
    pub(crate) fn send(&self, path: &str, body: &[u8]) -> Answer {
        self.post(path, "application/octet-stream", body)
    }

    /// Sends bytes as they are, and gives the connection.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Connection {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(bytes).unwrap();
        Connection(stream)
    }

    /// The same from 127.0.0.`last`: to the server, another client.
    pub(crate) fn raw_from(&self, last: u8, bytes: &[u8]) -> Connection {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        let stream = runtime.block_on(async {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(([127, 0, 0, last], 0).into()).unwrap();
            let stream = socket.connect(self.address).await.unwrap();
            stream.into_std().unwrap()
        });
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut connection = Connection(stream);
        connection.send(bytes);
        connection
    }

    /// A head of a request with a good host, and of no body.
    pub(crate) fn head(&self, line: &str, headers: &str) -> Connection {
        self.head_from(1, line, headers)
    }

    /// The same from 127.0.0.`last`.
    pub(crate) fn head_from(&self, last: u8, line: &str, headers: &str) -> Connection {
        let host = self.address;
        let head = format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
        self.raw_from(last, head.as_bytes())
    }

    /// The value of a metric, with its labels as they are written.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let text = self.get("/metrics").text();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }

    /// Waits until a metric has a value.
    pub(crate) fn wait_for(&self, name: &str, value: f64) {
        wait_until(name, || self.metric(name) == value);
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        for tell in [self.stop.take(), self.hurry.take()].into_iter().flatten() {
            // It may have ended by itself.
            let _ = tell.send(());
        }
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(PATIENCE));
    config.build().new_agent()
}

/// An answer that has been read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn of(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Self {
        let mut response = response.unwrap();
        let headers = response.headers().iter();
        let text = |value: &ureq::http::HeaderValue| value.to_str().unwrap().to_owned();
        Self {
            status: response.status().as_u16(),
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            body: response.body_mut().read_to_vec().unwrap(),
        }
    }

    fn parse(bytes: &[u8]) -> Self {
        let end = bytes
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .expect("a head");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        };
        Self {
            status: status.parse().unwrap(),
            headers: lines.map(header).collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The answer must have this status; gives its error.
    pub(crate) fn error(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()["error"].as_str().expect("an error").to_owned()
    }

    /// The answer must be good.
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()
    }
}

pub(crate) struct Connection(TcpStream);

impl Connection {
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.try_send(bytes).unwrap();
    }

    /// The same connection, for another thread.
    pub(crate) fn twin(&self) -> Self {
        Self(self.0.try_clone().unwrap())
    }

    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// The next bytes.
    pub(crate) fn next(&mut self) -> String {
        let mut bytes = [0; 4096];
        let count = self.0.read(&mut bytes).unwrap();
        String::from_utf8(bytes[..count].to_vec()).unwrap()
    }

    /// All that comes until the server closes the connection.
    pub(crate) fn bytes(mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // A server that closes with unread bytes resets the connection; the bytes that came before count.
        let _ = self.0.read_to_end(&mut bytes);
        bytes
    }

    pub(crate) fn answer(self) -> Answer {
        Answer::parse(&self.bytes())
    }
}

/// Waits until something is so.
pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// An example picture.
pub(crate) fn example(name: &str) -> Vec<u8> {
    std::fs::read(root().join("examples").join(name)).unwrap()
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A form of files in fields of this name, with its media type.
pub(crate) fn form(field: &str, files: &[&[u8]]) -> (&'static str, Vec<u8>) {
    let parts: Vec<_> = files.iter().map(|file| (field, *file)).collect();
    form_of(&parts)
}

/// The same of files in fields of any names.
pub(crate) fn form_of(parts: &[(&str, &[u8])]) -> (&'static str, Vec<u8>) {
    let mut body = Vec::new();
    for (field, file) in parts {
        let head = format!(
            "--BOUNDary7\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"my-secret-file.png\"\r\n\
             Content-Type: image/png\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--BOUNDary7--\r\n");
    ("multipart/form-data; boundary=BOUNDary7", body)
}

/// A form of as many copies of one digit.
pub(crate) fn digits(count: usize) -> (&'static str, Vec<u8>) {
    let digit = example("mnist/digit_7.png");
    form("image", &vec![digit.as_slice(); count])
}

/// The metric that counts what a limit of this name ended.
pub(crate) fn refused(cause: &str) -> String {
    format!("zklens_refused_total{{cause=\"{cause}\"}}")
}
