//! `zklens prove --engine sp1`: an image file → proof of its label.

use crate::args::{Engine, ProveArguments, given};
use crate::failure::{EXIT_REFUSED, Failure};
use crate::files::destination::Destination;
use crate::output;
use crate::output::{say, tell};
use crate::report::aside;
use crate::sp1::{self, ImageBytes, Seen, Task, thousands};
use crate::stages::{Stages, reporting, spinning};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use zklens_model::Model;
use zklens_sp1::protocol::{Prover, System};
use zklens_sp1::{MEMORY_NEEDED, Proved, available_memory};

/// How long proving on a processor takes.
const TIME_NOTE: &str =
    "this takes minutes: a 512×512 JPEG took 24 on two busy cores, and 17 GB of memory";

/// The proof that was made, as `--json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    file: String,
    bytes: usize,
    engine: &'static str,
    proof_system: &'static str,
    mock: bool,
    image: String,
    #[serde(flatten)]
    seen: Seen,
    cycles: u64,
    gas: Option<u64>,
    prove_seconds: f64,
    verify_seconds: Option<f64>,
}

/// A proof to be made: the network, the image and the way of proving.
pub(crate) struct Order<'a> {
    pub(crate) model: &'a str,
    pub(crate) images: &'a [PathBuf],
    pub(crate) system: System,
    pub(crate) prover: Prover,
    pub(crate) verbose: bool,
}

/// A new proof. It is verified, unless it is a mock, which proves nothing.
pub(crate) struct Delivery {
    pub(crate) image: String,
    pub(crate) model: Model,
    pub(crate) proved: Proved,
    pub(crate) proving: Duration,
    /// `None` for a mock.
    pub(crate) verifying: Option<Duration>,
}

pub(crate) fn run(arguments: &ProveArguments) -> Result<ExitCode, Failure> {
    Engine::Sp1.refuse(&[
        given("--proving-key", arguments.proving_key.is_some()),
        given("--for-chain", arguments.layout.for_chain),
        given("--context", arguments.context.is_some()),
        given("--public", arguments.public),
        given("--setup", arguments.setup.setup.is_some()),
    ])?;
    let order = Order {
        model: &arguments.model.model,
        images: arguments.images.paths(),
        system: arguments
            .proof_system
            .map_or(System::Compressed, Into::into),
        prover: arguments.prover.prover()?,
        verbose: arguments.verbose,
    };
    let output = arguments.output.as_deref();
    let destination = Destination::of_proof(output, order.images, "sp1", arguments.force)?;
    let delivery = deliver(&order)?;
    let file = delivery.proved.file.encode();
    destination.write(&file)?;
    let summary = Summary {
        file: destination.name(),
        bytes: file.len(),
        engine: "sp1",
        proof_system: sp1::system_name(order.system),
        mock: delivery.proved.file.mock,
        seen: Seen::of(&delivery.proved.statement, Some(&delivery.model)),
        image: delivery.image,
        cycles: delivery.proved.execution.cycles,
        gas: delivery.proved.execution.gas,
        prove_seconds: delivery.proving.as_secs_f64(),
        verify_seconds: delivery.verifying.map(|time| time.as_secs_f64()),
    };
    if arguments.json {
        output::print_json(&summary)?;
    } else {
        print(&summary)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Proves, and verifies the proof as a stranger would.
pub(crate) fn deliver(order: &Order<'_>) -> Result<Delivery, Failure> {
    let task = Task::of_model(order.model)?;
    let image = ImageBytes::read_one(order.images)?;
    image.note_orientation(task.model.preprocessing().is_upright());
    let worker = sp1::worker(order.verbose)?;
    say_what_it_takes(order);
    let mut stages = Stages::start();
    let inputs = task.inputs(&image);
    let prove = |progress: &mut dyn FnMut(&str)| {
        worker.prove(task.program, inputs, order.system, order.prover, progress)
    };
    let outcome = if order.verbose {
        prove(&mut |text| tell!("{text}"))
    } else {
        reporting("proving", prove)
    };
    let proved = outcome.map_err(|error| image.failure(&error))?;
    let proving = stages.end("prove");
    image.check(&proved.statement)?;
    let verifying = if proved.file.mock {
        None
    } else {
        let verify = || sp1::verify(&proved.file, "the new proof", order.verbose);
        let verified = spinning("verifying", verify);
        let _evidence = verified.map_err(|failure| match failure.exit() {
            EXIT_REFUSED => failure.with_help(
                "nothing was written; this is a defect of zklens or SP1, please report it",
            ),
            _ => failure,
        })?;
        Some(stages.end("verify"))
    };
    if order.verbose {
        tell!("{}", stages.finish());
    }
    Ok(Delivery {
        image: image.name,
        model: task.model,
        proved,
        proving,
        verifying,
    })
}

/// Says on standard error what the user should know before the work begins.
fn say_what_it_takes(order: &Order<'_>) {
    match order.prover {
        Prover::Mock => {
            aside(
                "MOCK",
                "this proves nothing. The program is only run; nobody can verify the result.",
            );
        }
        Prover::Network => aside(
            "note",
            "the image file is sent to Succinct's Prover Network, which charges your account",
        ),
        Prover::Cpu => {
            aside("note", TIME_NOTE);
            warn_of_memory();
        }
        Prover::Cuda => {}
    }
    let is_here = matches!(order.prover, Prover::Cpu | Prover::Cuda);
    if is_here && matches!(order.system, System::Groth16 | System::Plonk) {
        let note = format!(
            "{} proofs made on this machine need Docker, gigabytes of files that SP1 downloads the first \
             time, and more memory than the others; --prover network needs none of that",
            sp1::system_name(order.system)
        );
        aside("note", &note);
    }
}

fn warn_of_memory() {
    let gigabytes = |bytes: u64| bytes as f64 / 1e9;
    if let Some(bytes) = available_memory().filter(|bytes| *bytes < MEMORY_NEEDED) {
        let warning = format!(
            "SP1 takes about {:.0} GB of memory, and {:.1} GB are available; the system may stop it",
            gigabytes(MEMORY_NEEDED),
            gigabytes(bytes)
        );
        aside("warning", &warning);
    }
}

fn print(summary: &Summary) -> Result<(), Failure> {
    let seen = &summary.seen;
    say!("image:         {}", summary.image);
    say!("               {}", seen.ipfs_uri);
    say!("label:         {}", seen.label);
    say!("class:         {}\n", seen.class());
    say!(
        "model:         {}",
        seen.model.as_deref().unwrap_or("unknown")
    );
    say!("program:       {}", seen.program);
    say!("program vkey:  {}", seen.program_vkey);
    say!("cycles:        {}", thousands(summary.cycles));
    let system = if summary.mock {
        "MOCK: it proves nothing"
    } else {
        summary.proof_system
    };
    say!(
        "proof:         {}, {} bytes, {system}",
        summary.file,
        summary.bytes
    );
    match summary.verify_seconds {
        Some(verify) => say!(
            "time:          {:.1} s to prove, {verify:.1} s to verify",
            summary.prove_seconds
        ),
        None => say!("time:          {:.1} s to run", summary.prove_seconds),
    }
    say!("hidden:        nothing; the proof names the image file by its address");
    Ok(())
}
