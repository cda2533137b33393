//! Writes a named network with random weights as a model file.
//!
//! ```sh
//! cargo run --release -p zklens-testkit --example write_network cifar-cnn cifar-cnn.zkl
//! ```

use std::process::ExitCode;
use zklens_testkit::networks;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, file] = &arguments[..] else {
        eprintln!("usage: write_network NAME FILE");
        return ExitCode::FAILURE;
    };
    let Some(model) = networks::named(name) else {
        eprintln!(
            "no network {name}; there are {}",
            networks::NAMES.join(", ")
        );
        return ExitCode::FAILURE;
    };
    if let Err(error) = std::fs::write(file, model.encode()) {
        eprintln!("{file}: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
