//! `zklens import`: ONNX → `.zkl`.

use crate::args::{ActivationsArgument, ImportArguments, PrecisionArgument};
use crate::cost::say_cost;
use crate::failure::{EXIT_MODEL, EXIT_USAGE, Failure};
use crate::files::dataset::Source;
use crate::files::destination::Destination;
use crate::files::setup::SetupFile;
use crate::files::weights_beside::Beside;
use crate::output::{say, tell};
use crate::report::aside;
use crate::{files, keys, memory, output};
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;
use zklens_answers::ProofCost;
use zklens_diagnosis::Expected;
use zklens_layers::LayerError;
use zklens_model::Model;
use zklens_onnx::{ImportError, Imported, Importer, Options, Report};
use zklens_prover::cost::least_memory_bytes;

/// The most bytes of an ONNX file.
const MAX_ONNX_BYTES: u64 = 1 << 30;

#[derive(Serialize)]
struct Written<'a> {
    model: &'a str,
    digest: String,
    /// The network's input and how pictures are prepared for it, in words.
    input: String,
    file: String,
    bytes: usize,
    /// Whether the model's labels can be proved.
    provable: bool,
    /// The reason why they cannot, if they cannot.
    obstacle: Option<&'a str>,
    /// The cost of a proof about one image, if the labels can be proved.
    proof_cost: Option<ProofCost>,
    report: &'a Report,
}

pub(crate) fn run(arguments: &ImportArguments) -> Result<ExitCode, Failure> {
    let options = options(arguments)?;
    let destination = Destination::new(&arguments.output, arguments.force)?;
    let file = files::read(&arguments.onnx, MAX_ONNX_BYTES)
        .map_err(|failure| failure.with_exit(EXIT_MODEL))?;
    let fault = |error| failure(&arguments.onnx, &error);
    let beside = Beside::new(&arguments.onnx);
    let read = Importer::with_external_data(&file, &options, &beside);
    let importer = read.map_err(|error| match error {
        ImportError::Malformed { .. } => {
            let name = files::name(&arguments.onnx);
            files::refused(EXIT_MODEL, name, (&file, Expected::Network), error)
        }
        error => fault(error),
    })?;
    drop(file);
    let source = Source {
        images: &arguments.calibration,
        labels: arguments.calibration_labels.as_deref(),
        limit: arguments.limit,
        preprocessing: importer.preprocessing(),
        classes: &options.classes,
    };
    let samples = source.read()?;
    let bar = output::progress(2 * samples.len(), "calibrating");
    let progress = || {
        // If a second precision is tried, each image is run again.
        if bar.length().is_some_and(|len| bar.position() >= len) {
            bar.inc_length(samples.len() as u64);
        }
        bar.inc(1);
    };
    let imported = importer.quantise(&samples, &progress).map_err(fault)?;
    bar.finish_and_clear();
    let bytes = imported.model.encode();
    // A model that could not be read again is not written.
    Model::decode(&bytes).map_err(|error| Failure::new(EXIT_MODEL, "the new model", error))?;
    destination.write(&bytes)?;
    warn(&imported.report, options.classes.len(), arguments);
    let setup = SetupFile::for_proofs(None)?.setup()?;
    let cost = keys::proof_cost(&imported.model, setup.verifier());
    let obstacle = cost.as_ref().err().map(|error| obstacle(&imported, error));
    if let Some(obstacle) = &obstacle {
        let warning = format!("this network cannot be proved, only executed: {obstacle}");
        aside("warning", &warning);
    }
    let digest = output::hex(&imported.model.digest());
    let input = zklens_answers::input(imported.model.preprocessing());
    if arguments.json {
        output::print_json(&Written {
            model: imported.model.name(),
            digest,
            input,
            file: destination.name(),
            bytes: bytes.len(),
            provable: obstacle.is_none(),
            obstacle: obstacle.as_deref(),
            proof_cost: cost.ok(),
            report: &imported.report,
        })?;
    } else {
        say!("{}", imported.report);
        let can = if obstacle.is_none() { "can" } else { "cannot" };
        say!("\npictures     {input}");
        say!("proofs       its labels {can} be proved");
        if let Ok(cost) = &cost {
            say_cost(" ", cost)?;
        }
        say!(
            "{}: {} bytes, digest {digest}",
            destination.name(),
            bytes.len()
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// The reason why the model cannot be proved, with the name of the ONNX node that causes it.
fn obstacle(imported: &Imported, error: &LayerError) -> String {
    match error {
        LayerError::Unsupported { node, operator } => {
            let name = imported.origins.get(*node).map_or("", String::as_str);
            format!(
                "the input of `{name}` ({operator}) is laid out in a way that no proof can follow yet. Proofs need a \
                 different arrangement of layers there"
            )
        }
        LayerError::TooLarge { cells, .. } => {
            let memory = memory::gigabytes(least_memory_bytes(*cells));
            format!(
                "{error}. It would take {memory} of memory or more; smaller pictures or fewer channels take less"
            )
        }
        _ => error.to_string(),
    }
}

fn failure(onnx: &Path, error: &ImportError) -> Failure {
    let failure = Failure::new(EXIT_MODEL, files::name(onnx), error);
    match error {
        ImportError::External { file, .. } => failure.with_help(format!(
            "bring `{file}` along, in the folder of the ONNX file; or save the network with its weights \
             inside (in PyTorch: torch.onnx.export(…, external_data=False))"
        )),
        ImportError::Output { reason } if reason.contains("there are several") => failure
            .with_help("--output-name NAME says which output has a score per class"),
        _ => failure,
    }
}

/// Warns on standard error if the import went badly.
fn warn(report: &Report, classes: usize, arguments: &ImportArguments) {
    let chance = 1.0 / classes as f64;
    if report
        .float_accuracy
        .is_some_and(|accuracy| accuracy < 2.0 * chance)
    {
        tell!(
            "warning: even the float network labels few calibration images right. If it is a good \
             network, it expects other pixels: see --pixel-range, --mean, --std and --invert"
        );
    }
    if let Some(weakest) = &report.weakest {
        let error = report.largest_logit_error / report.largest_logit;
        tell!(
            "warning: the integer network gives other labels than the float network on {:.1} % of the \
             calibration images, and logits are off by up to {:.1} % of the largest. The layer \
             `{}` ({}) loses most: alone it changes a logit by {:.3}. Try {}",
            100.0 * (1.0 - report.agreement),
            100.0 * error,
            output::printable(&weakest.layer),
            weakest.operator,
            weakest.logit_error,
            advice(arguments)
        );
    }
}

/// Options that lose less.
const fn advice(arguments: &ImportArguments) -> &'static str {
    match (arguments.activations, arguments.precision) {
        (ActivationsArgument::Eight, _) => "--activations 16",
        (ActivationsArgument::Auto, _) if arguments.agreement < 99.9 => "a higher --agreement",
        (_, PrecisionArgument::Coarse) => "--precision fine",
        (ActivationsArgument::Exact, _) => "--activations 16, or more and more typical images",
        _ => "more and more typical images",
    }
}

/// The model's name: the one that is given, or else the stem of the output file or of the ONNX file.
fn name(arguments: &ImportArguments) -> &str {
    let files = [&arguments.output, &arguments.onnx];
    let file = files.into_iter().find(|path| !files::is_dash(path));
    let stem = file.and_then(|path| path.file_stem()?.to_str());
    arguments.name.as_deref().or(stem).unwrap_or("model")
}

fn options(arguments: &ImportArguments) -> Result<Options, Failure> {
    let mut options = Options::new(name(arguments), classes(&arguments.labels)?);
    options.size = arguments.size;
    options.output.clone_from(&arguments.output_name);
    options.precision = arguments.precision.into();
    options.activations = arguments.activations.into();
    options.agreement = arguments.agreement / 100.0;
    let preprocess = &arguments.preprocess;
    options.resize = preprocess.resize()?;
    options.invert = preprocess.invert;
    options.pixel_range = preprocess.pixel_range();
    options.normalisation = preprocess.normalisation();
    Ok(options)
}

/// Class names: one per line of a file or of standard input, or a list.
fn classes(labels: &str) -> Result<Vec<String>, Failure> {
    let path = Path::new(labels);
    let text = if files::is_dash(path) || path.is_file() || is_path(labels) {
        let bytes = files::read(path, 1 << 24)
            .map_err(|failure| Failure::new(EXIT_USAGE, "--labels", failure.message()))
            .map_err(|failure| failure.with_help(LABELS_HELP))?;
        let text = String::from_utf8(bytes);
        text.map_err(|_| Failure::new(EXIT_USAGE, files::name(path), "is not UTF-8 text"))?
    } else {
        labels.replace(',', "\n")
    };
    let names: Vec<String> = text
        .lines()
        .map(|l| l.trim().to_owned())
        .filter(|l| !l.is_empty())
        .collect();
    if names.len() < 2 {
        let failure = Failure::new(EXIT_USAGE, files::name(path), "fewer than two class names");
        return Err(failure.with_help(LABELS_HELP));
    }
    Ok(names)
}

const LABELS_HELP: &str = "give a file with one name per line, or a list: cat,dog";

/// Whether `labels` can only be a file's name: a list of class names has commas.
fn is_path(labels: &str) -> bool {
    let ends = [".txt", ".json", ".csv", ".names", ".labels"];
    let is_file_name = ends
        .iter()
        .any(|end| labels.to_ascii_lowercase().ends_with(end));
    !labels.contains(',') && (is_file_name || labels.contains('/'))
}
