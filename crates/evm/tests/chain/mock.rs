//! A server that answers as a test tells it to.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// The server's reaction to a request.
pub(crate) enum Reply {
    /// A JSON-RPC answer with this result.
    Result(Value),
    /// A JSON-RPC answer with this error.
    Error(Value),
    /// A status and a body of any kind.
    Raw(u16, &'static str),
    /// Bytes that are not even HTTP.
    Bytes(&'static [u8]),
    /// Nothing, for longer than the client waits.
    Silence,
}

/// A server on this machine, which remembers all requests.
pub(crate) struct Mock {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Mock {
    /// A server that reacts to a method and its parameters as `answer` decides.
    pub(crate) fn new(answer: impl Fn(&str, &Value) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/key-0123456789", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                // A client that went away does not concern the server.
                thread::spawn(move || serve(stream, &log, &*answer).ok());
            }
        });
        Self { url, asked }
    }

    /// A node of chain 1 that gives only `answer`.
    pub(crate) fn node(answer: impl Fn(&str, &Value) -> Reply + Send + Sync + 'static) -> Self {
        Self::new(move |method, params| match method {
            "eth_chainId" => Reply::Result(json!("0x1")),
            _ => answer(method, params),
        })
    }

    /// The parameters of the requests of a method.
    pub(crate) fn asked(&self, method: &str) -> Vec<Value> {
        let asked = self.asked.lock().unwrap();
        let of_method = asked.iter().filter(|request| request["method"] == method);
        of_method.map(|request| request["params"].clone()).collect()
    }
}

fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Value>>,
    answer: &dyn Fn(&str, &Value) -> Reply,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let request: Value = serde_json::from_slice(&body)?;
    let reply = answer(request["method"].as_str().unwrap(), &request["params"]);
    log.lock().unwrap().push(request.clone());
    let id = &request["id"];
    let (status, body) = match reply {
        Reply::Result(result) => (
            200,
            json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string(),
        ),
        Reply::Error(error) => (
            200,
            json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string(),
        ),
        Reply::Raw(status, body) => (status, body.to_owned()),
        Reply::Bytes(bytes) => return stream.write_all(bytes),
        Reply::Silence => {
            thread::sleep(Duration::from_secs(20));
            return Ok(());
        }
    };
    write!(
        stream,
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nlocation: /elsewhere\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
