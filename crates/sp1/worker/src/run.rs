//! Running a program, without a proof.

use crate::failure;
use crate::key::Embedded;
use sp1_sdk::SP1Stdin;
use sp1_sdk::blocking::{Prover, ProverClient};
use zklens_sp1::protocol::{Bytes, Execution, Failure};

/// No image of 64 MiB takes more, and a decoder that was made to run forever ends here.
const MAX_CYCLES: u64 = 1 << 40;

pub(crate) fn stdin(inputs: &[Bytes]) -> SP1Stdin {
    let mut stdin = SP1Stdin::new();
    for input in inputs {
        stdin.write_slice(&input.0);
    }
    stdin
}

/// Runs a program. One that ends with another exit code than 0 has refused its input, and said why.
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

/// What the program said last: `error: …`, or how Rust reports a panic of a decoder.
fn refusal(said: &str, exit_code: u64) -> String {
    let error = said.lines().find_map(|line| line.strip_prefix("error: "));
    error.map_or_else(
        || format!("the program gave up with exit code {exit_code}: {said}"),
        str::to_owned,
    )
}
