//! `zklens_server::run` ends when the process is told to.

#![cfg(unix)]

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};
use zklens_server::{Options, run};

const PATIENCE: Duration = Duration::from_secs(60);

/// An address that was free a moment ago.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

#[test]
fn a_signal_ends_the_server() {
    for signal in ["-INT", "-TERM"] {
        let options = Options {
            listen: free_address(),
            ..Options::default()
        };
        let address = options.listen;
        let server = std::thread::spawn(move || run(&options, Vec::new()));
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(started.elapsed() < PATIENCE && !server.is_finished());
            std::thread::sleep(Duration::from_millis(10));
        }
        let own = std::process::id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &own])
                .status()
                .unwrap()
                .success()
        );
        server.join().unwrap().unwrap();
    }
}

#[test]
fn an_address_in_use_is_an_error_that_names_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap();
    let options = Options {
        listen,
        ..Options::default()
    };
    let error = run(&options, Vec::new()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with(&format!("cannot listen on {listen}: ")),
        "{error}"
    );
}
