//! The code that the programs share: it reads the input files, commits to the result, and tells SP1
//! in which stage instructions are spent.

use sp1_zkvm::io;
use zklens_sp1_program::{ProgramError, Stage, packed};

/// Reads an image file, and commits to its IPFS address and the label that `network` gives it.
pub fn classify(network: &packed::Network) {
    let file = io::read_vec();
    let mut stages = Stages::new();
    let values = zklens_sp1_program::classify(&file, network, |stage| stages.begin(stage));
    commit(values.map(|values| values.encode()));
    stages.end();
}

/// Reads an image file and a `.zkl` file, and commits to the model's digest, the image's IPFS
/// address and the label that the model gives it.
pub fn classify_by_any_model() {
    let file = io::read_vec();
    let model = io::read_vec();
    let mut stages = Stages::new();
    let values = zklens_sp1_program::classify_by(&file, &model, |stage| stages.begin(stage));
    commit(values.map(|values| values.encode()));
    stages.end();
}

/// Commits to the public values. If the file is not a picture or the model is malformed, the program
/// ends with exit code 1, and SP1's verifiers refuse proofs of such a run.
fn commit(values: Result<Vec<u8>, ProgramError>) {
    match values {
        Ok(bytes) => io::commit_slice(&bytes),
        Err(error) => {
            io::write(2, format!("error: {error}\n").as_bytes());
            sp1_zkvm::syscalls::syscall_halt(1);
        }
    }
}

/// Tells SP1's cycle tracker where a stage begins and ends. The lines are constants, since
/// formatting them would take most of the instructions counted.
struct Stages(Option<Stage>);

macro_rules! line {
    ($edge:literal, $stage:expr) => {
        match $stage {
            Stage::Model => concat!("cycle-tracker-report-", $edge, ": model\n"),
            Stage::Pixels => concat!("cycle-tracker-report-", $edge, ": pixels\n"),
            Stage::Network => concat!("cycle-tracker-report-", $edge, ": network\n"),
            Stage::Cid => concat!("cycle-tracker-report-", $edge, ": cid\n"),
            Stage::PublicValues => concat!("cycle-tracker-report-", $edge, ": public-values\n"),
        }
    };
}

impl Stages {
    const fn new() -> Self {
        Self(None)
    }

    fn begin(&mut self, stage: Stage) {
        self.end();
        io::write(1, line!("start", stage).as_bytes());
        self.0 = Some(stage);
    }

    fn end(&mut self) {
        if let Some(stage) = self.0.take() {
            io::write(1, line!("end", stage).as_bytes());
        }
    }
}
