//! The cost of proofs of named networks, measured beside the predictions of [`Cost`]. All weights are random.
//!
//! ```sh
//! cargo run --release -p zklens-prover --example growth             # all networks
//! cargo run --release -p zklens-prover --example growth cifar-vgg16 # some of them
//! ```
//!
//! At the end it prints the coefficients that fit the measurements best. They belong into `crates/prover/src/cost.rs`.

mod fit;
mod measure;
mod small;

use measure::Measured;
use std::process::{Command, ExitCode};
use zklens_model::Model;
use zklens_prover::{Cost, Target};
use zklens_testkit::networks;

/// The first argument of a process that measures one network.
const ONE: &str = "--one";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, name] = &arguments[..]
        && first == ONE
    {
        let measured = measure::measure(&network(name));
        println!("{}", measured.to_line());
        return ExitCode::SUCCESS;
    }
    let all = small::NAMES.iter().chain(&networks::NAMES);
    let chosen = all.filter(|name| arguments.is_empty() || arguments.iter().any(|a| a == *name));
    println!("{}", measure::HEAD);
    let mut rows = Vec::new();
    for name in chosen {
        let cost = Cost::of_model(&network(name), Target::Native, 1).expect("it can be proved");
        let available = measure::available_bytes();
        if available.is_some_and(|available| available < cost.memory_bytes) {
            let needed = cost.memory_bytes as f64 / 1e9;
            println!("| {name} | needs {needed:.1} GB, more than this machine has free |");
            continue;
        }
        let Some(measured) = in_a_process(name) else {
            return ExitCode::FAILURE;
        };
        println!("{}", measured.row(name, &cost));
        rows.push((cost.counts, measured));
    }
    fit::print(&rows);
    ExitCode::SUCCESS
}

fn network(name: &str) -> Model {
    networks::named(name).unwrap_or_else(|| small::named(name))
}

/// Measures a network in a process of its own, so that its memory is its own too.
fn in_a_process(name: &str) -> Option<Measured> {
    let program = std::env::current_exe().expect("a path of this program");
    let mut child = Command::new(&program);
    child
        .args([ONE, name])
        .stderr(std::process::Stdio::inherit());
    let output = child.output().ok()?;
    Measured::of_line(&String::from_utf8(output.stdout).ok()?)
}
