//! How time and memory grow with the network: a family of CNNs of 1×, 4× and 16× the size, and a
//! VGG-like network on 32×32 colour pixels, all with random weights.
//!
//! ```sh
//! cargo run --release -p zklens-prover --example growth
//! ```

use rand_core::UnwrapErr;
use std::process::{Command, ExitCode};
use std::time::Instant;
use zklens_commitment::Setup;
use zklens_model::{MaxPool, Model, Op, Pixels, Relu, Rescale, Window};
use zklens_prover::{Privacy, ProvingKey, prove};
use zklens_testkit::models::{Layers, padded, preprocessing};
use zklens_verifier::verify;

const NETWORKS: [&str; 4] = ["cnn-1x", "cnn-4x", "cnn-16x", "vgg-like"];

fn main() -> ExitCode {
    if let Some(name) = std::env::args().nth(1) {
        measure(&name);
        return ExitCode::SUCCESS;
    }
    println!(
        "{:10} {:>11} {:>11} {:>13} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "network",
        "parameters",
        "activations",
        "multiply-adds",
        "keygen s",
        "prove s",
        "verify ms",
        "bytes",
        "peak MB"
    );
    // Each in a process of its own, so that memory is its own too.
    let program = std::env::current_exe().expect("a path of this program");
    for name in NETWORKS {
        let status = Command::new(&program).arg(name).status();
        if !status.is_ok_and(|status| status.success()) {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn network(name: &str) -> Model {
    match name {
        "cnn-1x" => cnn(name, 1),
        "cnn-4x" => cnn(name, 2),
        "cnn-16x" => cnn(name, 4),
        _ => vgg(name),
    }
}

/// `width²` times the parameters of LeNet, and `width` times its activations per pixel.
fn cnn(name: &str, width: usize) -> Model {
    let mut layers = Layers::new(preprocessing([32, 32], false), 1);
    for outputs in [8, 16] {
        layers.conv2d(outputs * width, padded(5, 1, 2), 1);
        activate(&mut layers, true);
    }
    layers.flatten();
    layers.dense(64 * width);
    activate(&mut layers, false);
    layers.dense(10);
    layers.finish(name)
}

/// Six convolutions in three blocks and three dense layers.
fn vgg(name: &str) -> Model {
    let mut layers = Layers::new(preprocessing([32, 32], true), 1);
    for outputs in [64, 128, 256] {
        for is_last in [false, true] {
            layers.conv2d(outputs, padded(3, 1, 1), 1);
            activate(&mut layers, is_last);
        }
    }
    layers.flatten();
    for outputs in [512, 256] {
        layers.dense(outputs);
        activate(&mut layers, false);
    }
    layers.dense(10);
    layers.finish(name)
}

fn activate(layers: &mut Layers, pool: bool) {
    if pool {
        let window = Window::square(2, 2);
        layers.then(Op::MaxPool(MaxPool { window }));
    }
    layers.then(Op::Rescale(Rescale { shift: 16 }));
    layers.then(Op::Relu(Relu));
}

fn measure(name: &str) {
    let setup = Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2).expect("a setup");
    let model = network(name);
    let nodes = model.graph().nodes();
    let activations: usize = nodes
        .iter()
        .filter(|node| matches!(node.op(), Op::Rescale(_)))
        .map(|node| node.tensor().shape.len())
        .sum();
    let work: u64 = nodes
        .iter()
        .filter(|node| matches!(node.op(), Op::Dense(_) | Op::Conv2d(_)))
        .map(|node| node.op().work(node.tensor().shape))
        .sum();
    let parameters = model.parameters();
    let len = model.preprocessing().len();
    let values = (0..len).map(|index| (index * 31 % 251) as u8).collect();
    let image = Pixels::new(model.preprocessing().shape(), values).expect("its shape");

    let start = Instant::now();
    let key = ProvingKey::new(&setup, model, Privacy::Public).expect("a model that can be proved");
    let keygen = start.elapsed().as_secs_f64();
    let mut rng = UnwrapErr(getrandom::SysRng);
    let start = Instant::now();
    let proved = prove(&setup, &key, &[image], [0; 32], &mut rng).expect("a proof");
    let seconds = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let bytes = proved.proof.len();
    let verified = verify(
        setup.verifier(),
        key.verifying(),
        proved.statement,
        &proved.proof,
    );
    let milliseconds = start.elapsed().as_secs_f64() * 1e3;
    assert!(verified.is_ok(), "a proof that is refused");
    println!(
        "{name:10} {parameters:>11} {activations:>11} {work:>13} {keygen:>9.2} {seconds:>9.2} {milliseconds:>9.1} {bytes:>9} {:>9}",
        peak_megabytes()
    );
}

/// The most memory this process has had, as Linux counts it.
fn peak_megabytes() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes =
        line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kilobytes.map_or_else(|| "?".into(), |kilobytes| (kilobytes / 1024).to_string())
}
