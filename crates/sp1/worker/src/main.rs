//! `zklens-sp1`: reads one request, carries it out, and answers. See `zklens_sp1::protocol`.

#![forbid(unsafe_code)]

mod failure;
mod key;
mod output;
mod prove;
mod run;
mod verify;

use output::Output;
use std::io::{BufRead, IsTerminal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use zklens_sp1::protocol::{self, Failure, FailureKind, Message, Request, Task};

const ABOUT: &str = "\
`zklens` starts this program to run and prove in SP1: see `zklens prove --engine sp1 --help`.
Put it beside `zklens` or on the PATH, or name it in ZKLENS_SP1.";

fn main() -> ExitCode {
    if std::env::args_os().len() > 1 || std::io::stdin().is_terminal() {
        println!("zklens-sp1 {}\n\n{ABOUT}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    let output = match Output::take() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("standard output: {error}");
            return ExitCode::FAILURE;
        }
    };
    sp1_sdk::utils::setup_logger();
    // The SDK also panics on faults that are not ours, such as a malformed proof.
    let outcome = catch_unwind(AssertUnwindSafe(|| answer(&output)));
    let message = match outcome {
        Ok(Ok(message)) => message,
        Ok(Err(failure)) => Message::Failed(failure),
        Err(_) => Message::Failed(Failure {
            kind: FailureKind::Engine,
            message: "SP1 panicked; its message stands above, and RUST_LOG=debug shows more".into(),
            help: None,
        }),
    };
    match output.say(&message) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn answer(output: &Output) -> Result<Message, Failure> {
    let request = read()?;
    let program = || key::Embedded::find(&request.program, &request.vkey.0);
    match request.task {
        Task::Execute { inputs } => run::execute(&program()?, &inputs).map(Message::Executed),
        Task::Prove {
            inputs,
            system,
            prover,
        } => prove::prove(&program()?, &inputs, system, prover, output).map(Message::Proved),
        Task::Verify {
            system,
            public_values,
            proof,
        } => {
            let key = key::verifying(&request.program, &request.vkey.0)?;
            verify::verify(&key, system, &public_values.0, &proof.0).map(Message::Verified)
        }
        Task::Key => key::compute(&program()?).map(Message::Key),
    }
}

fn read() -> Result<Request, Failure> {
    let mut line = String::new();
    let malformed =
        |error: &dyn std::fmt::Display| failure::engine(format!("malformed request: {error}"));
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| malformed(&error))?;
    let value: serde_json::Value =
        serde_json::from_str(&line).map_err(|error| malformed(&error))?;
    let version = value.get("version").and_then(serde_json::Value::as_u64);
    if version != Some(protocol::VERSION.into()) {
        return Err(failure::other_version());
    }
    serde_json::from_value(value).map_err(|error| malformed(&error))
}
