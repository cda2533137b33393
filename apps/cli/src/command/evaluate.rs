//! `zklens evaluate`: accuracy on a labelled data set.

use crate::args::EvaluateArguments;
use crate::failure::{EXIT_INPUT, Failure};
use crate::files::dataset::Source;
use crate::files::destination::Destination;
use crate::output::say;
use crate::{files, output};
use rayon::prelude::*;
use serde::Serialize;
use std::process::ExitCode;
use zklens_model::Classification;

#[derive(Debug, Serialize)]
struct Evaluation {
    model: String,
    images: usize,
    /// How many images have a label.
    labelled: usize,
    correct: usize,
    accuracy: Option<f64>,
    /// For each class its name and `[correct, all]`: the images of this class that got the right label, and all of them.
    classes: Vec<(String, [usize; 2])>,
}

pub(crate) fn run(arguments: &EvaluateArguments) -> Result<ExitCode, Failure> {
    let model = files::model::load(&arguments.model.model)?;
    let source = Source {
        images: &arguments.images,
        labels: arguments.labels.as_deref(),
        limit: arguments.limit,
        preprocessing: model.preprocessing(),
        classes: model.classes(),
    };
    let logits = arguments.logits.as_deref();
    let checked = logits.map(|path| Destination::for_text(path, arguments.force));
    let logits_to = checked.transpose()?;
    let samples = source.read()?;
    let bar = output::progress(samples.len(), "classifying");
    let classify = |sample: &zklens_onnx::Sample| {
        let result = model.classify(&sample.pixels);
        bar.inc(1);
        result.map_err(|error| Failure::new(EXIT_INPUT, arguments.images.display(), error))
    };
    let classified: Result<Vec<Classification>, Failure> =
        samples.par_iter().map(classify).collect();
    let results = classified?;
    bar.finish_and_clear();
    if let Some(destination) = &logits_to {
        let logits: Vec<&[i64]> = results.iter().map(Classification::logits).collect();
        let scale = results.first().map_or(0, Classification::scale);
        let text = serde_json::json!({ "scale": scale, "logits": logits }).to_string();
        destination.write(text.as_bytes())?;
    }
    let mut classes: Vec<_> = model
        .classes()
        .iter()
        .map(|c| (c.clone(), [0, 0]))
        .collect();
    for (sample, result) in samples.iter().zip(&results) {
        if let Some(label) = sample.label {
            classes[label].1[0] += usize::from(result.label() == label);
            classes[label].1[1] += 1;
        }
    }
    let total = |index: usize| {
        classes
            .iter()
            .map(|(_, counts)| counts[index])
            .sum::<usize>()
    };
    let (correct, labelled) = (total(0), total(1));
    print(
        arguments,
        &Evaluation {
            model: model.name().into(),
            images: samples.len(),
            labelled,
            correct,
            accuracy: (labelled > 0).then(|| correct as f64 / labelled as f64),
            classes,
        },
    )?;
    Ok(ExitCode::SUCCESS)
}

fn print(arguments: &EvaluateArguments, evaluation: &Evaluation) -> Result<(), Failure> {
    if arguments.json {
        return output::print_json(evaluation);
    }
    let Evaluation {
        images,
        labelled,
        correct,
        ..
    } = evaluation;
    say!(
        "{}: {images} images, {labelled} of them labelled",
        evaluation.model
    );
    let Some(accuracy) = evaluation.accuracy else {
        say!("no labels: put images into folders named like the classes, or give --labels");
        return Ok(());
    };
    say!(
        "accuracy {:.2} % ({correct} of {labelled})\n",
        accuracy * 100.0
    );
    for (class, [correct, all]) in &evaluation.classes {
        if *all == 0 {
            continue;
        }
        let share = 100.0 * *correct as f64 / *all as f64;
        say!("{class:<24} {share:>6.2} %  {correct} of {all}");
    }
    Ok(())
}
