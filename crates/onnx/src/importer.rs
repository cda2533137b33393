//! The import, from the ONNX file to the integer network.

use crate::calibrate::{self, Calibration, Sample};
use crate::comparison::{Comparison, Run};
use crate::error::ImportError;
use crate::external::{self, ExternalData};
use crate::network::{Kind, Layer, Network};
use crate::options::{Activations, Options};
use crate::plan::Plan;
use crate::quantise::Quantised;
use crate::report::Report;
use crate::{fold, foreign, loss, lower, pixels, proto, quantise, search};
use prost::Message;
use rayon::prelude::*;
use zklens_model::{Colour, Model, Preprocessing};

/// The result of an import.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The integer network.
    pub model: Model,
    /// A comparison of the integer network with the float network.
    pub report: Report,
    /// For each node of the model's graph, the name of the ONNX node that it is made from.
    pub origins: Vec<String>,
}

/// A network that has been read, and is ready to be quantised with calibration images.
#[derive(Debug)]
pub struct Importer {
    pub(crate) network: Network,
    preprocessing: Preprocessing,
    /// The values that pixels are taken as, in words for the report.
    pixels: String,
    pub(crate) options: Options,
}

/// A network that was quantised in one of several ways.
pub(crate) struct Attempt {
    pub(crate) imported: Imported,
    pub(crate) quantised: Quantised,
}

/// The share of labels that must stay if weights are to be coarse, and without which the report
/// names a layer.
const PROMISE: f64 = 0.999;

/// Reads an ONNX file that holds all its weights, and quantises it: [`Importer::new`], then
/// [`Importer::quantise`].
///
/// # Errors
///
/// Those of both functions.
pub fn import(file: &[u8], samples: &[Sample], options: &Options) -> Result<Imported, ImportError> {
    Importer::new(file, options)?.quantise(samples, &|| ())
}

impl Importer {
    /// Reads and folds an ONNX file that holds all its weights.
    ///
    /// # Errors
    ///
    /// Those of [`Self::with_external_data`]; also if weights are in another file.
    pub fn new(file: &[u8], options: &Options) -> Result<Self, ImportError> {
        Self::with_external_data(file, options, &external::Nothing)
    }

    /// Reads and folds an ONNX file whose weights may be in files beside it.
    ///
    /// # Errors
    ///
    /// The file is damaged, a file beside it cannot be read, or something in it is not supported;
    /// see [`ImportError`].
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

    /// The way in which images must be prepared for [`Self::quantise`].
    #[must_use]
    pub const fn preprocessing(&self) -> &Preprocessing {
        &self.preprocessing
    }

    /// Roughly the number of floating-point operations for an image. Calibration's time grows with
    /// it.
    #[must_use]
    pub fn work(&self) -> usize {
        self.network.work()
    }

    /// Picks scales from `samples` and builds the integer network. Calls `progress` after each run
    /// of a network on a sample: once for the float network, and once or twice for an integer
    /// network.
    ///
    /// # Errors
    ///
    /// `samples` is empty, a sample has the wrong size or an unknown label, or the network cannot
    /// be built in integers of 62 bits.
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
        if self.options.activations == Activations::Auto {
            return search::cheapest(&self, samples, &calibration, progress);
        }
        let candidates = self.options.precision.candidates();
        let (last, others) = candidates.split_last().unwrap_or((&12, &[]));
        for weight_bits in others {
            let plan = self.plan(&calibration, *weight_bits);
            let attempt = self.attempt(samples, &calibration, (&plan, *weight_bits), progress)?;
            if attempt.imported.report.keeps(PROMISE) {
                return Ok(attempt.imported);
            }
        }
        let plan = self.plan(&calibration, *last);
        let attempt = self.attempt(samples, &calibration, (&plan, *last), progress)?;
        Ok(self.finish(attempt, &plan, samples))
    }

    /// Names the layer that loses most, if the networks differ by more than [`PROMISE`].
    pub(crate) fn finish(&self, attempt: Attempt, plan: &Plan, samples: &[Sample]) -> Imported {
        let Attempt {
            mut imported,
            quantised,
        } = attempt;
        if !imported.report.keeps(PROMISE) {
            let quantised = (plan, &quantised);
            imported.report.weakest = loss::weakest(self, quantised, &imported.model, samples);
        }
        imported
    }

    /// Quantises the plan's network such that the largest weight of each layer without target has at
    /// least `weight_bits` bits, and compares the integer network with the float network on the
    /// first samples, or all.
    pub(crate) fn attempt(
        &self,
        samples: &[Sample],
        calibration: &Calibration,
        (plan, weight_bits): (&Plan, i32),
        progress: &(dyn Fn() + Sync),
    ) -> Result<Attempt, ImportError> {
        let quantised = quantise::quantise(plan, self.preprocessing, weight_bits)?;
        let Options { name, classes, .. } = &self.options;
        let model =
            Model::new(name, classes.clone(), quantised.graph.clone()).map_err(|error| {
                ImportError::Output {
                    reason: error.to_string(),
                }
            })?;
        let run = |sample: &Sample| {
            let trace = model.run(&sample.pixels);
            progress();
            trace.map(|trace| Run::new(&trace, &quantised))
        };
        let runs: Result<Vec<Run>, _> = samples.par_iter().map(run).collect();
        let comparison = Comparison {
            network: &self.network,
            calibration,
            quantised: &quantised,
            samples,
            runs: &runs.map_err(|error| ImportError::Calibration {
                reason: error.to_string(),
            })?,
        };
        let report = comparison.report(&self.pixels);
        let layers = quantised.owners.iter().map(|id| &self.network.layers[*id]);
        let origins = layers.map(|layer| layer.name.clone()).collect();
        let imported = Imported {
            model,
            report,
            origins,
        };
        Ok(Attempt {
            imported,
            quantised,
        })
    }

    /// The scales of channels, and the bytes of activations.
    fn plan(&self, calibration: &Calibration, weight_bits: i32) -> Plan {
        let clipped = match self.options.activations {
            Activations::Exact => return Plan::exact(&self.network, calibration),
            Activations::Eight => 1,
            Activations::Sixteen | Activations::Auto => 2,
        };
        let bytes = |layer: &Layer| match layer.kind {
            Kind::Relu | Kind::Clip { .. } => clipped,
            _ => 2,
        };
        let bytes: Vec<u8> = self.network.layers.iter().map(bytes).collect();
        Plan::saturated(&self.network, calibration, &bytes, weight_bits)
    }

    /// Checks the samples' sizes and labels.
    fn check(&self, samples: &[Sample]) -> Result<(), ImportError> {
        let fault = |reason: String| Err(ImportError::Calibration { reason });
        if samples.is_empty() {
            return fault(
                "no images; scales are picked from the network's values on real images".into(),
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
}

/// Decodes the file, which must have a graph. If it is of another known kind, the error says which.
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
