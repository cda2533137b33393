//! ONNX networks to quantised [`Model`]s.
//!
//! [`import`] reads an ONNX file, folds what can be folded, runs it in floating point on calibration
//! images to learn the range of every layer, and builds the integer network. What it does not
//! understand it refuses by name; nothing is approximated but the rounding of numbers, and that is
//! measured in the [`Report`].
//!
//! ```no_run
//! use zklens_model::{Colour, Pixels, Resize};
//! use zklens_onnx::{Options, Sample, import};
//!
//! let file = std::fs::read("net.onnx")?;
//! let samples: Vec<Sample> = vec![]; // labelled images of the network's size
//! let imported = import(&file, &samples, &Options::new("net", vec!["cat".into(), "dog".into()]))?;
//! println!("{}", imported.report);
//! std::fs::write("net.zkl", imported.model.encode())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]

#[cfg(test)]
mod built_graphs;
mod calibrate;
mod constant;
mod curve;
mod error;
mod external;
mod fold;
mod foreign;
mod lower;
mod network;
mod pixels;
mod proto;
mod quantise;
mod report;

pub use error::ImportError;
pub use external::ExternalData;
pub use report::{LayerReport, Report};

use calibrate::Calibration;
use network::{Layer, Network};
use prost::Message;
use quantise::Quantised;
use rayon::prelude::*;
use std::ops::RangeInclusive;
use zklens_model::{Classification, Colour, Model, Op, Pixels, Preprocessing, Resize, Trace};

/// The ONNX operator sets that are understood.
pub const OPSETS: RangeInclusive<i64> = 7..=28;

/// The names of the ONNX operators that are understood, comma-separated.
#[must_use]
pub fn supported_operators() -> String {
    lower::names().collect::<Vec<_>>().join(", ")
}

/// What the file does not say.
#[derive(Clone, Debug)]
pub struct Options {
    /// The model's name.
    pub name: String,
    /// One name per output.
    pub classes: Vec<String>,
    /// The input's `[height, width]`, where the file leaves it open.
    pub size: Option<[u16; 2]>,
    /// The output with a score per class, where there are several and it is not clear which has them.
    pub output: Option<String>,
    /// How pictures are brought to the input's size.
    pub resize: Resize,
    /// Whether pictures are inverted first.
    pub invert: bool,
    /// What the network expects of pixel values.
    pub pixel_range: PixelRange,
    /// `(x − mean) / deviation` per channel, applied outside the graph after [`Self::pixel_range`].
    pub normalisation: Option<Normalisation>,
    /// How finely weights are rounded.
    pub precision: Precision,
}

impl Options {
    /// Options with nearest-neighbour resizing, no inversion and [`PixelRange::Auto`].
    #[must_use]
    pub fn new(name: &str, classes: Vec<String>) -> Self {
        Self {
            name: name.into(),
            classes,
            size: None,
            output: None,
            resize: Resize::Nearest,
            invert: false,
            pixel_range: PixelRange::Auto,
            normalisation: None,
            precision: Precision::Auto,
        }
    }
}

/// The pixel values a network was trained on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelRange {
    /// [`Self::Byte`] if the graph itself begins by dividing by about 255, else [`Self::Unit`].
    Auto,
    /// `0…1`: a pixel is divided by 255 outside the graph.
    Unit,
    /// `0…255`, as they are.
    Byte,
}

/// How finely weights are rounded. Coarse weights make a smaller model and a cheaper proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// [`Self::Coarse`] if that gives at least 99.9 % of labels as the float network does, and every
    /// logit to within 1 % of the largest; else [`Self::Fine`].
    Auto,
    /// The largest weight of each layer has at least 8 bits.
    Coarse,
    /// The largest weight of each layer has at least 12 bits.
    Fine,
}

impl Precision {
    /// Those to try, best first.
    const fn candidates(self) -> &'static [i32] {
        match self {
            Self::Auto => &[8, 12],
            Self::Coarse => &[8],
            Self::Fine => &[12],
        }
    }
}

/// A normalisation per channel, or one for all channels.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalisation {
    /// Subtracted.
    pub mean: Vec<f32>,
    /// Divided by.
    pub deviation: Vec<f32>,
}

/// A calibration image, with its label if that is known.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The image at the network's size.
    pub pixels: Pixels,
    /// Its class.
    pub label: Option<usize>,
}

/// What an import gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The integer network.
    pub model: Model,
    /// How it compares to the float network.
    pub report: Report,
    /// For each node of the model's graph, the name of the ONNX node that it computes.
    pub origins: Vec<String>,
}

/// A file that was understood and awaits calibration images of the size it names.
#[derive(Debug)]
pub struct Importer {
    network: Network,
    preprocessing: Preprocessing,
    pixels: String,
    options: Options,
}

/// [`Importer::new`] and [`Importer::quantise`] in one.
///
/// # Errors
///
/// As both.
pub fn import(file: &[u8], samples: &[Sample], options: &Options) -> Result<Imported, ImportError> {
    Importer::new(file, options)?.quantise(samples, &|| ())
}

impl Importer {
    /// Reads and folds an ONNX file that holds all its weights.
    ///
    /// # Errors
    ///
    /// As [`Self::with_external_data`]; also if weights lie in another file.
    pub fn new(file: &[u8], options: &Options) -> Result<Self, ImportError> {
        Self::with_external_data(file, options, &external::Nothing)
    }

    /// Reads and folds an ONNX file whose weights may lie in files beside it.
    ///
    /// # Errors
    ///
    /// The file is damaged, a file beside it cannot be read, or something in it is not supported; see
    /// [`ImportError`].
    pub fn with_external_data(
        file: &[u8],
        options: &Options,
        files: &dyn ExternalData,
    ) -> Result<Self, ImportError> {
        let mut proto = decode(file)?;
        external::resolve(&mut proto, files)?;
        let wanted = lower::Wanted {
            size: options.size,
            output: options.output.as_deref(),
            classes: options.classes.len(),
        };
        let lowered = lower::lower(&proto, wanted)?;
        drop(proto);
        let mut network = lowered.network;
        let [channels, height, width] = lowered.input;
        let preprocessing = Preprocessing {
            height,
            width,
            colour: if channels == 3 {
                Colour::Rgb
            } else {
                Colour::Luma
            },
            resize: options.resize,
            invert: options.invert,
        };
        let classes = network.layers[network.output].shape.len();
        if classes != options.classes.len() {
            return Err(ImportError::Output {
                reason: format!(
                    "it has {classes} logits for {} class names",
                    options.classes.len()
                ),
            });
        }
        let pixels = pixels::normalise(&mut network, options, lowered.takes_integers)?;
        fold::fold(&mut network)?;
        Ok(Self {
            network,
            preprocessing,
            pixels,
            options: options.clone(),
        })
    }

    /// How images must be prepared for [`Self::quantise`].
    #[must_use]
    pub const fn preprocessing(&self) -> &Preprocessing {
        &self.preprocessing
    }

    /// Operations that the float network takes per image, roughly: calibration's time grows with it.
    #[must_use]
    pub fn work(&self) -> usize {
        self.network.work()
    }

    /// Picks scales from `samples` and builds the integer network. Calls `progress` after each run of
    /// the float network and of an integer network on a sample: two to three times per sample.
    ///
    /// # Errors
    ///
    /// There are no samples, one has another size or an unknown label, or the network cannot be
    /// built in 62-bit integers.
    pub fn quantise(
        self,
        samples: &[Sample],
        progress: &(dyn Fn() + Sync),
    ) -> Result<Imported, ImportError> {
        self.check(samples)?;
        let images: Vec<&[u8]> = samples.iter().map(|s| s.pixels.values()).collect();
        let calibration = calibrate::calibrate(&self.network, &images, progress);
        if calibration
            .ranges
            .iter()
            .any(|range| !range.magnitude().is_finite())
        {
            return Err(ImportError::Calibration {
                reason: "the float network gives infinite values on the calibration images".into(),
            });
        }
        let candidates = self.options.precision.candidates();
        let (last, others) = candidates.split_last().unwrap_or((&12, &[]));
        for weight_bits in others {
            let imported = self.attempt(samples, &calibration, *weight_bits, progress)?;
            let report = &imported.report;
            let is_close = report.largest_logit_error <= 0.01 * report.largest_logit;
            if report.agreement >= 0.999 && is_close {
                return Ok(imported);
            }
        }
        self.attempt(samples, &calibration, *last, progress)
    }

    /// Quantises with a layer's largest weight of at least `weight_bits` bits, and compares.
    fn attempt(
        &self,
        samples: &[Sample],
        calibration: &Calibration,
        weight_bits: i32,
        progress: &(dyn Fn() + Sync),
    ) -> Result<Imported, ImportError> {
        let ranges = &calibration.ranges;
        let quantised = quantise::quantise(&self.network, ranges, self.preprocessing, weight_bits)?;
        let Options { name, classes, .. } = &self.options;
        let model = Model::new(name, classes.clone(), quantised.graph.clone());
        let model = model.map_err(|error| ImportError::Output {
            reason: error.to_string(),
        })?;
        let runs = samples.par_iter().map(|sample| {
            let trace = model.run(&sample.pixels);
            progress();
            trace.map(|trace| (clipped(&trace, &quantised), trace.classification().clone()))
        });
        let runs: Result<Vec<_>, _> = runs.collect();
        let runs = runs.map_err(|error| ImportError::Calibration {
            reason: error.to_string(),
        })?;
        let report = self.report(samples, calibration, &quantised, &runs);
        let layers = quantised.owners.iter().map(|id| &self.network.layers[*id]);
        Ok(Imported {
            model,
            report,
            origins: layers.map(|layer| layer.name.clone()).collect(),
        })
    }

    fn check(&self, samples: &[Sample]) -> Result<(), ImportError> {
        let fault = |reason: String| Err(ImportError::Calibration { reason });
        if samples.is_empty() {
            return fault(
                "no images; scales are picked from what the network does on real ones".into(),
            );
        }
        let shape = self.preprocessing.shape();
        for (index, sample) in samples.iter().enumerate() {
            if sample.pixels.shape() != shape {
                let got = sample.pixels.shape();
                return fault(format!(
                    "image {index} is {got:?}, the network takes {shape:?}"
                ));
            }
            let classes = self.options.classes.len();
            if let Some(label) = sample.label.filter(|label| *label >= classes) {
                return fault(format!(
                    "image {index} has label {label} of {classes} classes"
                ));
            }
        }
        Ok(())
    }

    fn report(
        &self,
        samples: &[Sample],
        calibration: &Calibration,
        quantised: &Quantised,
        runs: &[(Vec<usize>, Classification)],
    ) -> Report {
        let count = samples.len();
        let share = |hits: usize| hits as f64 / count as f64;
        let float_labels: Vec<usize> = calibration.logits.iter().map(|l| argmax(l)).collect();
        let labels: Option<Vec<usize>> = samples.iter().map(|sample| sample.label).collect();
        let accuracy = |guess: &dyn Fn(usize) -> usize| {
            let labels = labels.as_ref()?;
            Some(share(
                (0..count).filter(|i| guess(*i) == labels[*i]).count(),
            ))
        };
        let agreeing = (0..count)
            .filter(|i| runs[*i].1.label() == float_labels[*i])
            .count();
        let errors = runs
            .iter()
            .zip(&calibration.logits)
            .flat_map(|((_, run), float)| {
                let unit = f64::from(-run.scale()).exp2();
                let logits = run.logits().iter().zip(float);
                logits
                    .map(move |(integer, float)| (*integer as f64 * unit - f64::from(*float)).abs())
            });
        let largest = calibration
            .logits
            .iter()
            .flatten()
            .fold(0.0f32, |max, x| max.max(x.abs()));
        Report {
            images: count,
            float_accuracy: accuracy(&|i| float_labels[i]),
            integer_accuracy: accuracy(&|i| runs[i].1.label()),
            agreement: share(agreeing),
            largest_logit_error: errors.fold(0.0, f64::max),
            largest_logit: f64::from(largest),
            pixels: self.pixels.clone(),
            layers: self.layer_reports(calibration, quantised, runs),
        }
    }

    fn layer_reports(
        &self,
        calibration: &Calibration,
        quantised: &Quantised,
        runs: &[(Vec<usize>, Classification)],
    ) -> Vec<LayerReport> {
        let nodes = quantised.graph.nodes();
        let report = |(id, layer): (usize, &Layer)| {
            let node = quantised.nodes[id];
            let tensor = nodes[node].tensor();
            let range = calibration.ranges[id];
            let mut clips = quantised.saturating.iter();
            let clip = clips.position(|(clipped, _)| *clipped == id);
            let saturation = clip.map(|clip| {
                let clipped: usize = runs.iter().map(|(clipped, _)| clipped[clip]).sum();
                clipped as f64 / (runs.len() * layer.shape.len()) as f64
            });
            LayerReport {
                name: layer.name.clone(),
                operator: layer.kind.name(),
                shape: [
                    layer.shape.channels(),
                    layer.shape.height(),
                    layer.shape.width(),
                ],
                seen: [range.min, range.max],
                node,
                scale: tensor.scale,
                bounds: [tensor.bounds.lo, tensor.bounds.hi],
                saturation,
            }
        };
        self.network.layers.iter().enumerate().map(report).collect()
    }
}

/// The file as a message of its format, which has a graph.
fn decode(file: &[u8]) -> Result<proto::Model, ImportError> {
    let decoded = proto::Model::decode(file);
    match decoded {
        Ok(model) if model.graph.is_some() => Ok(model),
        other => {
            let cause = match other {
                Ok(_) => "it holds no graph".into(),
                Err(error) => error.to_string(),
            };
            let known = foreign::sentence(file).map(Into::into);
            Err(ImportError::malformed(known.unwrap_or(cause)))
        }
    }
}

/// How many values each saturating clip changed.
fn clipped(trace: &Trace, quantised: &Quantised) -> Vec<usize> {
    let nodes = quantised.graph.nodes();
    let count = |(_, clip): &(usize, usize)| {
        debug_assert!(matches!(nodes[*clip].op(), Op::Clip(_)));
        let before = trace.output(nodes[*clip].inputs()[0]);
        before
            .iter()
            .zip(trace.output(*clip))
            .filter(|(x, y)| x != y)
            .count()
    };
    quantised.saturating.iter().map(count).collect()
}

fn argmax(logits: &[f32]) -> usize {
    let best = logits
        .iter()
        .enumerate()
        .rev()
        .max_by(|a, b| a.1.total_cmp(b.1));
    best.map_or(0, |(class, _)| class)
}
