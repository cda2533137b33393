//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use zklens_image::CidVersion;
use zklens_onnx::{PixelRange, Precision};

/// What a neural network sees in an image: its class and its IPFS address, computed by the exact
/// integer network that a proof will be about. (This version computes; it does not prove yet.)
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  zklens execute --input-image examples/fashion/7_sneaker.jpg
  zklens execute --input-image photos/ --json
  zklens execute --model mnist-cnn --input-image examples/mnist/digit_7.png
  zklens import net.onnx --calibration photos/ --labels cat,dog -o net.zkl

Exit codes:
  0  everything was done
  1  an image could not be read or classified (the others were)
  2  the command line makes no sense
  3  a model could not be loaded or imported
  4  output could not be written"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Classify image files and print label and IPFS address, as a contract will hold them
    ///
    /// The label is computed in integers only, the same on every machine. The network sees the pixels
    /// as the file stores them: EXIF orientation is not applied, transparency is laid over white.
    Execute(ExecuteArguments),
    /// Print the IPFS address (CID) of files, as `ipfs add` gives it
    Cid(CidArguments),
    /// List the networks that come with zklens, or print one's model card
    Models(ModelsArguments),
    /// Show what is inside a model: input, layers, scales, bounds, digest
    Inspect(InspectArguments),
    /// Turn an ONNX network into an integer model (.zkl)
    ///
    /// Calibration images decide the scale of every layer, so take a few hundred typical ones. In a
    /// folder, images are prepared as `execute` prepares them (resized, inverted if --invert); an idx
    /// file holds the network's input itself. What the network has and zklens does not know is
    /// refused by name.
    Import(ImportArguments),
    /// Measure a model's accuracy on a labelled data set
    Evaluate(EvaluateArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ExecuteArguments {
    /// Image files (JPEG, PNG, GIF, WebP, BMP), folders of them, or `-` for standard input
    #[arg(long, short, value_name = "FILE", num_args = 1.., required = true)]
    pub(crate) input_image: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) model: ModelArgument,
    #[command(flatten)]
    pub(crate) cid: CidArgument,
    /// Print one JSON object per image and line instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Show how long each stage took (on standard error)
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ModelArgument {
    /// A shipped network (see `zklens models`) or the path of a .zkl file
    #[arg(long, short, value_name = "MODEL", default_value = zklens_models::ALL[0].name)]
    pub(crate) model: String,
}

#[derive(Debug, Args)]
pub(crate) struct CidArgument {
    /// CID version: 0 as `ipfs add` (Qm…), 1 as `ipfs add --cid-version=1` with raw leaves (baf…)
    #[arg(long, value_name = "VERSION", default_value = "0")]
    pub(crate) cid_version: Version,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Version {
    #[value(name = "0")]
    Zero,
    #[value(name = "1")]
    One,
}

impl From<Version> for CidVersion {
    fn from(version: Version) -> Self {
        match version {
            Version::Zero => Self::V0,
            Version::One => Self::V1RawLeaves,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct CidArguments {
    /// Files of any kind and size, or `-` for standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) cid: CidArgument,
}

#[derive(Debug, Args)]
pub(crate) struct ModelsArguments {
    /// Print the model card of this network
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// A shipped network or the path of a .zkl file
    #[arg(value_name = "MODEL")]
    pub(crate) model: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens import lenet.onnx --calibration train-images-idx3-ubyte.gz --labels 0,1,2,3,4,5,6,7,8,9 -o lenet.zkl
  zklens import net.onnx --calibration photos/ --labels labels.txt --invert -o net.zkl
  zklens import rgb.onnx --calibration photos/ --labels labels.txt --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 -o rgb.zkl

A folder's images count as labelled if they lie in subfolders named like the classes (or 0, 1, …).")]
pub(crate) struct ImportArguments {
    /// The network: an ONNX file, opset 9 to 21
    #[arg(value_name = "ONNX")]
    pub(crate) onnx: PathBuf,
    /// Where to write the model
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Class names: a file with one per line, or a list separated by commas
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
    /// The model's name [default: the output file's name]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The network's input size, where the file leaves it open
    #[arg(long, value_name = "HxW", value_parser = size)]
    pub(crate) size: Option<[u16; 2]>,
    /// How pictures are brought to the network's size
    #[arg(long, value_enum, default_value = "nearest")]
    pub(crate) resize: ResizeFilter,
    /// Invert pictures first: for networks that learned light on dark
    #[arg(long)]
    pub(crate) invert: bool,
    /// The pixel values that the network expects
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) pixel_range: PixelRangeArgument,
    /// Subtracted from each channel (or from all), after --pixel-range
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    pub(crate) mean: Vec<f32>,
    /// What each channel (or all) is then divided by
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) std: Vec<f32>,
    /// How finely weights are rounded: coarse weights make a smaller model and a cheaper proof
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) precision: PrecisionArgument,
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
pub(crate) enum ResizeFilter {
    /// The pixel under each centre
    Nearest,
    /// The mean of the pixels covered
    Box,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PixelRangeArgument {
    /// 0…255 if the network itself begins by dividing by about 255, else 0…1
    Auto,
    /// 0…1
    Unit,
    /// 0…255
    Byte,
}

impl From<PixelRangeArgument> for PixelRange {
    fn from(range: PixelRangeArgument) -> Self {
        match range {
            PixelRangeArgument::Auto => Self::Auto,
            PixelRangeArgument::Unit => Self::Unit,
            PixelRangeArgument::Byte => Self::Byte,
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
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn size(text: &str) -> Result<[u16; 2], String> {
    let sides = text.split_once(['x', '×']);
    let side = |side: &str| side.trim().parse::<u16>().ok().filter(|side| *side > 0);
    let sides = sides.and_then(|(height, width)| side(height).zip(side(width)));
    let (height, width) = sides.ok_or("expected height x width, as in 28x28")?;
    Ok([height, width])
}
