//! One network, measured.

use rand_core::UnwrapErr;
use std::fs;
use std::ops::ControlFlow;
use std::time::Instant;
use zklens_commitment::Setup;
use zklens_model::{Model, Pixels};
use zklens_prover::{Cost, Privacy, Progress, ProvingKey, Stage, prove_with};
use zklens_verifier::verify;

const STAGES: usize = Stage::ALL.len();

/// The measurements of a network. Seconds are those of the processor, of all cores together, except for `wall`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) parameters: f64,
    pub(crate) keygen: f64,
    pub(crate) stages: [f64; STAGES],
    pub(crate) wall: f64,
    /// The most memory of the process while it proved.
    pub(crate) peak_bytes: f64,
    pub(crate) proof_bytes: f64,
    pub(crate) verify: f64,
}

pub(crate) const HEAD: &str = "\
| network | parameters | bytes of numbers | weights s | witness s | commitments s | lookups s | sumcheck s | opening s | prove s | predicted s | wall s | peak MB | predicted MB | proof KB | verify ms |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|";

impl Measured {
    const fn fields(&mut self) -> [&mut f64; 6 + STAGES] {
        let [witness, commitments, lookups, sumcheck, opening] = &mut self.stages;
        [
            &mut self.parameters,
            &mut self.keygen,
            witness,
            commitments,
            lookups,
            sumcheck,
            opening,
            &mut self.wall,
            &mut self.peak_bytes,
            &mut self.proof_bytes,
            &mut self.verify,
        ]
    }

    /// All fields, as [`Self::of_line`] reads them.
    pub(crate) fn to_line(mut self) -> String {
        let fields = self.fields().map(|field| field.to_string());
        fields.join(" ")
    }

    pub(crate) fn of_line(line: &str) -> Option<Self> {
        let mut measured = Self::default();
        let mut words = line.split_whitespace();
        for field in measured.fields() {
            *field = words.next()?.parse().ok()?;
        }
        Some(measured)
    }

    /// Seconds of the processor for a proof.
    pub(crate) fn prove(&self) -> f64 {
        self.stages.iter().sum()
    }

    pub(crate) fn row(&self, name: &str, cost: &Cost) -> String {
        let stages = self.stages.map(|seconds| format!("{seconds:.2}"));
        format!(
            "| {name} | {} | {} | {:.2} | {} | {:.2} | {:.2} | {:.2} | {:.0} | {:.0} | {:.1} | {:.0} |",
            self.parameters,
            cost.counts.number_bytes,
            self.keygen,
            stages.join(" | "),
            self.prove(),
            cost.cpu_seconds,
            self.wall,
            self.peak_bytes / 1e6,
            cost.memory_bytes as f64 / 1e6,
            self.proof_bytes / 1e3,
            self.verify * 1e3,
        )
    }
}

/// Proves and verifies one image.
pub(crate) fn measure(model: &Model) -> Measured {
    let setup = Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2).expect("a setup");
    let len = model.preprocessing().len();
    let values = (0..len).map(|index| (index * 31 % 251) as u8).collect();
    let image = Pixels::new(model.preprocessing().shape(), values).expect("its shape");
    let start = processor_seconds();
    let key = ProvingKey::new(&setup, model.clone(), Privacy::Public).expect("provable");
    let keygen = processor_seconds() - start;
    forget_peak();

    let mut starts = Vec::new();
    let mut progress = |progress: Progress| {
        if starts.len() <= progress.stage.index() {
            starts.push(processor_seconds());
        }
        ControlFlow::Continue(())
    };
    let mut rng = UnwrapErr(getrandom::SysRng);
    let start = Instant::now();
    let proved = prove_with(&setup, &key, &[image], [0; 32], &mut rng, &mut progress);
    let wall = start.elapsed().as_secs_f64();
    let proved = proved.expect("a proof");
    starts.push(processor_seconds());
    let peak_bytes = memory("VmHWM:").unwrap_or(f64::NAN);

    let start = Instant::now();
    let proof_bytes = proved.proof.len() as f64;
    let (key, statement) = (key.verifying(), proved.statement);
    let verified = verify(setup.verifier(), key, statement, &proved.proof);
    let seconds = start.elapsed().as_secs_f64();
    assert!(verified.is_ok(), "a proof that is refused");
    let mut stages = [0.0; STAGES];
    for (stage, span) in stages.iter_mut().zip(starts.windows(2)) {
        *stage = span[1] - span[0];
    }
    Measured {
        parameters: model.parameters() as f64,
        keygen,
        stages,
        wall,
        peak_bytes,
        proof_bytes,
        verify: seconds,
    }
}

/// Seconds that this process has had of all cores, on Linux: in its own code and in the kernel.
fn processor_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in parentheses, may have spaces. Linux counts a hundred ticks a second.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// Linux measures the peak from here on.
fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// A line of this process's memory, in bytes.
fn memory(line: &str) -> Option<f64> {
    kilobytes(&fs::read_to_string("/proc/self/status").ok()?, line)
}

/// The memory that this machine has free, in bytes; `None` if it does not say.
pub(crate) fn available_bytes() -> Option<u64> {
    let memory = fs::read_to_string("/proc/meminfo").ok()?;
    kilobytes(&memory, "MemAvailable:").map(|bytes| bytes as u64)
}

fn kilobytes(text: &str, line: &str) -> Option<f64> {
    let line = text.lines().find_map(|known| known.strip_prefix(line))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}
