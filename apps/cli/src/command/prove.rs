//! `zklens prove`: image files → proof.

use super::sp1;
use crate::args::{Engine, ProveArguments, given};
use crate::failure::{EXIT_INPUT, EXIT_REFUSED, Failure};
use crate::files::destination::Destination;
use crate::files::image::ImageFile;
use crate::files::setup::SetupFile;
use crate::output::{say, tell};
use crate::progress::{Display, proving};
use crate::proving::Wanted;
use crate::stages::{Stages, spinning};
use crate::{interrupt, output, randomness};
use std::process::ExitCode;
use std::time::Duration;
use zklens_answers::{ProofSummary, ProvedImage, Source, Times, WrittenProof};
use zklens_commitment::Setup;
use zklens_model::Pixels;
use zklens_prover::{ProveError, Proved, ProvingKey, prove_with};
use zklens_verifier::{Context, ProofFile, verify};

pub(crate) fn run(arguments: &ProveArguments) -> Result<ExitCode, Failure> {
    match arguments.engine.engine {
        Engine::Native => {}
        Engine::Sp1 => return sp1::prove::run(arguments),
    }
    let proof_system = given("--proof-system", arguments.proof_system.is_some());
    Engine::Native.refuse(&[arguments.prover.given(), proof_system])?;
    let (output, images) = (arguments.output.as_deref(), arguments.images.paths());
    let destination = Destination::of_proof(output, images, "zkp", arguments.force)?;
    interrupt::watch(arguments.json)?;
    let mut stages = Stages::start();
    let setup = SetupFile::for_proofs(arguments.setup.setup.as_deref())?.setup()?;
    stages.end("setup");
    let wanted = Wanted {
        proving_key: arguments.proving_key.as_deref(),
        model: &arguments.model.model,
        target: arguments.layout.layout(),
        resources: &arguments.resources,
    };
    let found = spinning("deriving the key", || wanted.find(&setup))?;
    let key = &found.key;
    stages.end("key");
    let preprocessing = key.verifying().preprocessing();
    let files = ImageFile::read_all(images, preprocessing)?;
    stages.end("images");
    let pixels: Vec<Pixels> = files.iter().map(|image| image.pixels.clone()).collect();
    wanted.check_memory(&found, pixels.len())?;
    let context = arguments.context.unwrap_or_default();
    let display = Display::new(arguments.quiet, arguments.json);
    let proved = proved(&setup, key, &pixels, context, display)?;
    let proving = stages.end("prove");
    check(&setup, key, &pixels, &proved).map_err(|failure| found.doubt(failure))?;
    let times = Times {
        proving,
        verifying: stages.end("verify"),
    };
    let bytes = write(&destination, &proved, arguments.public)?;
    if arguments.verbose {
        stages.end("write");
        tell!("{}", stages.finish());
    }
    let sources = files.into_iter().map(|file| Source {
        file: Some(file.name),
        ipfs_uri: file.cid.ipfs_uri(),
    });
    let (key, statement, public) = (key.verifying(), &proved.statement, arguments.public);
    let proof = WrittenProof {
        file: destination.name(),
        bytes,
        summary: ProofSummary::new(key, statement, sources, public, times),
    };
    if arguments.json {
        output::print_json(&proof)?;
    } else {
        print(&proof)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Proves the labels of these pixels. Ctrl-C ends it.
pub(crate) fn proved(
    setup: &Setup,
    key: &ProvingKey,
    pixels: &[Pixels],
    context: Context,
    display: Display,
) -> Result<Proved, Failure> {
    let mut rng = randomness::source()?;
    let proved = proving(display, |progress| {
        prove_with(setup, key, pixels, context, &mut rng, progress)
    });
    proved.map_err(|error| {
        let failure = Failure::new(EXIT_INPUT, "these images", error);
        match error {
            ProveError::Cancelled => interrupt::failure(),
            ProveError::Batch(_) => failure.with_help("prove fewer images at once"),
            _ => failure,
        }
    })
}

/// Verifies the proof and its opening as a stranger would.
pub(crate) fn check(
    setup: &Setup,
    key: &ProvingKey,
    pixels: &[Pixels],
    proved: &Proved,
) -> Result<(), Failure> {
    let bug = |error| {
        let failure = Failure::new(EXIT_REFUSED, "the new proof", error);
        failure.with_help("nothing was written; this is a defect of zklens, please report it")
    };
    let key = key.verifying();
    let outcome = verify(
        setup.verifier(),
        key,
        proved.statement.clone(),
        &proved.proof,
    );
    let verified = outcome.map_err(bug)?;
    let checked = verified.check_pixels(setup, key, pixels, &proved.opening);
    checked.map_err(bug)
}

/// Writes the proof file, and returns its length in bytes.
pub(crate) fn write(
    destination: &Destination,
    proved: &Proved,
    public: bool,
) -> Result<usize, Failure> {
    let file = ProofFile {
        statement: proved.statement.clone(),
        proof: proved.proof.clone(),
        opening: public.then(|| proved.opening.clone()),
    };
    let bytes = file.encode();
    destination.write(&bytes)?;
    Ok(bytes.len())
}

fn print(proof: &WrittenProof) -> Result<(), Failure> {
    let summary = &proof.summary;
    for image in &summary.images {
        let ProvedImage { label, class, .. } = image;
        say!(
            "image:    {}",
            output::printable(image.file.as_deref().unwrap_or_default())
        );
        if summary.public {
            say!("          {}", image.ipfs_uri);
        }
        say!("label:    {label}");
        say!("class:    {class}\n");
    }
    say!("model:    {}", summary.model);
    say!("model id: {}", summary.model_id);
    if summary.context != output::hex_word(&[0; 32]) {
        say!("context:  {}", summary.context);
    }
    say!("proof:    {}, {} bytes", proof.file, proof.bytes);
    say!(
        "time:     {} to prove, {} to verify",
        time(summary.prove_seconds),
        time(summary.verify_seconds)
    );
    if summary.public {
        say!("hidden:   nothing; whoever has an image can tell that it is the one");
    } else {
        say!("hidden:   all but labels; {}", output::NO_OPENING);
    }
    Ok(())
}

fn time(seconds: f64) -> String {
    let time = Duration::from_secs_f64(seconds);
    if time < Duration::from_millis(100) {
        format!("{:.1} ms", time.as_secs_f64() * 1000.0)
    } else {
        format!("{:.2} s", time.as_secs_f64())
    }
}
