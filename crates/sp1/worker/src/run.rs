//! Runs a program, without a proof.

use crate::failure;
use crate::key::Embedded;
use sp1_sdk::SP1Stdin;
use sp1_sdk::blocking::{Prover, ProverClient};
use zklens_sp1::protocol::{Bytes, Execution, Failure};

/// The most instructions of a run. No image of 64 MiB takes more. The limit ends a decoder that a
/// malicious file makes run forever.
const MAX_CYCLES: u64 = 1 << 40;

/// The inputs in the form that the SDK takes.
pub(crate) fn stdin(inputs: &[Bytes]) -> SP1Stdin {
    let mut stdin = SP1Stdin::new();
    for input in inputs {
        stdin.write_slice(&input.0);
    }
    stdin
}

/// Runs a program. If it ends with an exit code that is not 0, it has refused its input and printed
/// the reason, which is then the failure's message.
pub(crate) fn execute(program: &Embedded, inputs: &[Bytes]) -> Result<Execution, Failure> {
    let client = ProverClient::builder().light().build();
    let (stdout, _stdout) = tokio::sync::watch::channel(String::new());
    let (stderr, said) = tokio::sync::watch::channel(String::new());
    let request = client.execute(program.elf(), stdin(inputs));
    let outcome = request
        .calculate_gas(true)
        .cycle_limit(MAX_CYCLES)
        .stdout(stdout)
        .stderr(stderr)
        .run();
    let said = said.borrow().trim().to_owned();
    match outcome {
        Ok((public_values, report)) if report.exit_code == 0 => Ok(Execution {
            public_values: Bytes(public_values.to_vec()),
            cycles: report.total_instruction_count(),
            gas: report.gas(),
            stages: report.cycle_tracker.into_iter().collect(),
        }),
        Ok((_, report)) => Err(failure::input(refusal(&said, report.exit_code))),
        Err(error) => Err(failure::engine(error.to_string())),
    }
}

/// The reason for a refusal, from the program's standard error: the line `error: …`, or else Rust's
/// report of a decoder's panic.
fn refusal(said: &str, exit_code: u64) -> String {
    let error = said.lines().find_map(|line| line.strip_prefix("error: "));
    error.map_or_else(
        || format!("the program ended with exit code {exit_code}: {said}"),
        str::to_owned,
    )
}
