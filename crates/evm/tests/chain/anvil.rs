//! A real node, for one test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A node that ends with the test.
pub(crate) struct Anvil {
    child: Child,
    pub(crate) url: String,
}

/// The key of the first account of every such node, which has 10,000 ETH there.
pub(crate) const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// The second account.
pub(crate) const UNLOCKED: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/// The node's chain.
pub(crate) const CHAIN: u64 = 31337;

impl Anvil {
    /// Starts a node. Without the program, `None` at home and a panic where everything has to be tested.
    pub(crate) fn start(options: &[&str]) -> Option<Self> {
        let Some(program) = program() else {
            let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!ci, "there is no anvil: run .ci/contracts.sh, or set ANVIL");
            eprintln!("SKIPPED: there is no anvil; run .ci/contracts.sh, or set ANVIL");
            return None;
        };
        let mut child = Command::new(&program)
            .args(["--port", "0", "--chain-id", &CHAIN.to_string()])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Listening on ").map(str::to_owned));
        let address = address.expect("anvil says where it listens");
        // A node whose words nobody reads stops in the end.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self {
            child,
            url: format!("http://{address}"),
        })
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `ANVIL`, or what `contracts/package.json` installs. Not the script in `.bin`, which would leave the node
/// running when it ends itself.
fn program() -> Option<PathBuf> {
    if let Some(program) = std::env::var_os("ANVIL") {
        return Some(program.into());
    }
    let packages =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/node_modules/@foundry-rs");
    let packages = std::fs::read_dir(packages).ok()?.filter_map(Result::ok);
    let mut programs = packages.map(|package| {
        let program = if cfg!(windows) {
            "bin/anvil.exe"
        } else {
            "bin/anvil"
        };
        package.path().join(program)
    });
    programs.find(|program| program.is_file())
}
