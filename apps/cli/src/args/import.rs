//! Arguments of `import` and `evaluate`.

use super::inputs::ModelArgument;
use super::preprocess::PreprocessArguments;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use zklens_onnx::{Activations, Precision};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens import lenet.onnx --calibration train-images-idx3-ubyte.gz --labels 0,1,2,3,4,5,6,7,8,9 -o lenet.zkl
  zklens import net.onnx --calibration photos/ --labels labels.txt --invert -o net.zkl
  zklens import photo.onnx --calibration photos/ --labels labels.txt --preprocess imagenet -o photo.zkl
  zklens import lite.onnx --calibration photos/ --labels labels.txt --preprocess imagenet --pixel-range byte --mean 127 --std 128 -o lite.zkl

`--preprocess imagenet` is `--upright --crop --border 224/256 --resize area --pixel-range unit --mean 0.485,0.456,0.406 \
--std 0.229,0.224,0.225`. An option that you give as well counts instead of the preset's: `--upright=false`, `--border 1/1`.

The images of a folder are labelled if they lie in subfolders that are named like the classes (or 0, 1, …).")]
pub(crate) struct ImportArguments {
    /// The network: an ONNX file, opset 7 to 28
    #[arg(value_name = "ONNX")]
    pub(crate) onnx: PathBuf,
    /// Where to write the model
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Overwrite the model if it exists
    #[arg(long)]
    pub(crate) force: bool,
    /// Class names: a file with one per line (`-` for standard input), or a list separated by commas
    #[arg(long, value_name = "FILE|LIST")]
    pub(crate) labels: String,
    /// Typical images: a folder, or an idx file (gzip or not)
    #[arg(long, value_name = "DIR|IDX")]
    pub(crate) calibration: PathBuf,
    /// Labels of an idx file's images [default: the file beside it with `labels-idx1` in its name]
    #[arg(long, value_name = "IDX")]
    pub(crate) calibration_labels: Option<PathBuf>,
    /// Use only the first N calibration images
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// The model's name [default: the output file's name, or the network's if the output is `-`]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The size of the network's input, if the file leaves it open
    #[arg(long, value_name = "HxW", value_parser = size)]
    pub(crate) size: Option<[u16; 2]>,
    /// The output that has a score per class, if the network has several outputs [default: found by zklens]
    #[arg(long, value_name = "NAME")]
    pub(crate) output_name: Option<String>,
    #[command(flatten)]
    pub(crate) preprocess: PreprocessArguments,
    /// How finely the weights are rounded: coarse weights make a smaller model and a cheaper proof
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) precision: PrecisionArgument,
    /// How many bits activations get: fewer make a cheaper proof
    #[arg(long, value_enum, default_value = "exact")]
    pub(crate) activations: ActivationsArgument,
    /// The share of calibration images, in percent, that must keep their label with --activations auto
    #[arg(long, value_name = "PERCENT", default_value = "99.9", value_parser = percent)]
    pub(crate) agreement: f64,
    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PrecisionArgument {
    /// Coarse, if calibration shows that it costs nothing
    Auto,
    /// At least 8 bits for a layer's largest weight
    Coarse,
    /// At least 12 bits for a layer's largest weight
    Fine,
}

impl From<PrecisionArgument> for Precision {
    fn from(precision: PrecisionArgument) -> Self {
        match precision {
            PrecisionArgument::Auto => Self::Auto,
            PrecisionArgument::Coarse => Self::Coarse,
            PrecisionArgument::Fine => Self::Fine,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ActivationsArgument {
    /// As many as any image can need, up to 24
    Exact,
    /// 8 bits where a layer ends in a ReLU or clip, 16 for the few others; larger values saturate
    #[value(name = "8")]
    Eight,
    /// 16 bits; larger values saturate
    #[value(name = "16")]
    Sixteen,
    /// 8 or 16 for each layer: the cheapest that keep --agreement
    Auto,
}

impl From<ActivationsArgument> for Activations {
    fn from(activations: ActivationsArgument) -> Self {
        match activations {
            ActivationsArgument::Exact => Self::Exact,
            ActivationsArgument::Eight => Self::Eight,
            ActivationsArgument::Sixteen => Self::Sixteen,
            ActivationsArgument::Auto => Self::Auto,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateArguments {
    #[command(flatten)]
    pub(crate) model: ModelArgument,
    /// A folder of images (labelled by subfolders), or an idx file (gzip or not)
    #[arg(long, value_name = "DIR|IDX")]
    pub(crate) images: PathBuf,
    /// Labels of an idx file's images [default: the file beside it with `labels-idx1` in its name]
    #[arg(long, value_name = "IDX")]
    pub(crate) labels: Option<PathBuf>,
    /// Use only the first N images
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Write the integer logits of every image to this JSON file
    #[arg(long, value_name = "FILE")]
    pub(crate) logits: Option<PathBuf>,
    /// Overwrite the file of logits if it exists
    #[arg(long, requires = "logits")]
    pub(crate) force: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn percent(text: &str) -> Result<f64, String> {
    let percent = text.trim_end_matches('%').trim().parse::<f64>().ok();
    percent
        .filter(|percent| (0.0..=100.0).contains(percent))
        .ok_or_else(|| "expected a number from 0 to 100".into())
}

fn size(text: &str) -> Result<[u16; 2], String> {
    let texts = text.split_once(['x', '×']);
    let side = |side: &str| side.trim().parse::<u16>().ok().filter(|side| *side > 0);
    let sides = texts.and_then(|(height, width)| side(height).zip(side(width)));
    let (height, width) = sides.ok_or("expected height x width, as in 28x28")?;
    Ok([height, width])
}
