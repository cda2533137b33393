//! The import, from the ONNX file to the integer network.

use crate::calibrate::Sample;
use crate::error::ImportError;
use crate::external::{self, ExternalData};
use crate::network::Network;
use crate::options::Options;
use crate::report::Report;
use crate::{fold, foreign, lower, pixels, proto};
use prost::Message;
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
    pub(crate) pixels: String,
    pub(crate) options: Options,
}

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
