//! `zklens import`: ONNX → `.zkl`.

use crate::args::{ImportArguments, ResizeFilter};
use crate::dataset::Source;
use crate::destination::Destination;
use crate::failure::{EXIT_MODEL, EXIT_USAGE, Failure};
use crate::output::say;
use crate::{files, output};
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;
use zklens_model::{Model, Resize};
use zklens_onnx::{Importer, Normalisation, Options, Report};

/// No ONNX file is larger, in bytes.
const MAX_ONNX_BYTES: u64 = 1 << 30;

#[derive(Serialize)]
struct Written<'a> {
    model: &'a str,
    digest: String,
    file: String,
    bytes: usize,
    report: &'a Report,
}

pub(crate) fn run(arguments: &ImportArguments) -> Result<ExitCode, Failure> {
    let options = options(arguments)?;
    let destination = Destination::new(&arguments.output, true)?;
    let file = files::read(&arguments.onnx, MAX_ONNX_BYTES)
        .map_err(|failure| Failure::new(EXIT_MODEL, "network", failure.message()))?;
    let fault = |error| Failure::new(EXIT_MODEL, arguments.onnx.display(), error);
    let importer = Importer::new(&file, &options).map_err(fault)?;
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
        // A second precision may be tried.
        if bar.length().is_some_and(|len| bar.position() >= len) {
            bar.inc_length(samples.len() as u64);
        }
        bar.inc(1);
    };
    let imported = importer.quantise(&samples, &progress).map_err(fault)?;
    bar.finish_and_clear();
    let bytes = imported.model.encode();
    // What cannot be read again is not written.
    Model::decode(&bytes).map_err(|error| Failure::new(EXIT_MODEL, "the new model", error))?;
    destination.write(&bytes)?;
    warn(&imported.report, options.classes.len());
    let digest = output::hex(&imported.model.digest());
    if arguments.json {
        output::print_json(&Written {
            model: imported.model.name(),
            digest,
            file: arguments.output.display().to_string(),
            bytes: bytes.len(),
            report: &imported.report,
        })?;
    } else {
        say!("{}", imported.report);
        say!(
            "\n{}: {} bytes, digest {digest}",
            arguments.output.display(),
            bytes.len()
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Says on standard error what a good import does not show.
fn warn(report: &Report, classes: usize) {
    let chance = 1.0 / classes as f64;
    if report
        .float_accuracy
        .is_some_and(|accuracy| accuracy < 2.0 * chance)
    {
        eprintln!(
            "warning: even the float network labels few calibration images right. If it is a good \
             network, it expects other pixels: see --pixel-range, --mean, --std and --invert"
        );
    }
    if report.agreement < 0.98 {
        eprintln!(
            "warning: the integer network gives another label than the float network on {:.1} % of \
             the calibration images; try --precision fine, or more and more typical images",
            100.0 * (1.0 - report.agreement)
        );
    }
}

fn options(arguments: &ImportArguments) -> Result<Options, Failure> {
    let stem = arguments.output.file_stem().and_then(|stem| stem.to_str());
    let name = arguments.name.as_deref().or(stem).unwrap_or("model");
    let mut options = Options::new(name, classes(&arguments.labels)?);
    options.size = arguments.size;
    options.invert = arguments.invert;
    options.pixel_range = arguments.pixel_range.into();
    options.precision = arguments.precision.into();
    options.resize = match arguments.resize {
        ResizeFilter::Nearest => Resize::Nearest,
        ResizeFilter::Box => Resize::Box,
    };
    if !arguments.mean.is_empty() || !arguments.std.is_empty() {
        let or = |values: &[f32], default| {
            if values.is_empty() {
                vec![default]
            } else {
                values.to_vec()
            }
        };
        options.normalisation = Some(Normalisation {
            mean: or(&arguments.mean, 0.0),
            deviation: or(&arguments.std, 1.0),
        });
    }
    Ok(options)
}

/// Class names from a file with one per line, or from a list.
fn classes(labels: &str) -> Result<Vec<String>, Failure> {
    let path = Path::new(labels);
    let text = if path.is_file() {
        let bytes = files::read(path, 1 << 24)?;
        let text = String::from_utf8(bytes);
        text.map_err(|_| Failure::new(EXIT_USAGE, path.display(), "is not UTF-8 text"))?
    } else {
        labels.replace(',', "\n")
    };
    let names: Vec<String> = text
        .lines()
        .map(|l| l.trim().to_owned())
        .filter(|l| !l.is_empty())
        .collect();
    if names.len() < 2 {
        let failure = Failure::new(EXIT_USAGE, labels, "fewer than two class names");
        return Err(failure.with_help("give a file with one name per line, or a list: cat,dog"));
    }
    Ok(names)
}
