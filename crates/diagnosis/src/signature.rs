//! Files of other kinds, by how they begin.

use crate::{Diagnosis, Expected};

/// How a file of zklens begins, and its name.
const OWN: [(&[u8], &str); 7] = [
    (b"ZKLM", "a model of zklens (.zkl)"),
    (b"ZKLP", "a proof of zklens (.zkp)"),
    (b"ZKLV", "a proof by SP1 (.sp1)"),
    (b"ZKLK", "a verifying key (.zkk)"),
    (b"ZKLX", "a proving key (.zkpk)"),
    (b"ZKLS", "a setup (.zks)"),
    (b"ptau", "a ceremony's powers of tau (.ptau)"),
];

/// How a picture begins, and its name.
const PICTURES: [(usize, &[u8], &str); 6] = [
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"GIF8", "a GIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (4, b"ftyp", "a HEIC or AVIF picture, or a video"),
    (0, b"%PDF", "a PDF document"),
];

/// Networks in formats that are not read: place and bytes of the mark, the name, and advice.
const NETWORKS: [(usize, &[u8], &str, &str); 9] = [
    // The number that `torch.save` wrote before PyTorch 1.6.
    (
        0,
        b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19",
        CHECKPOINT,
        FROM_PYTORCH,
    ),
    (
        0,
        b"\x89HDF\r\n\x1a\n",
        "an HDF5 file, as Keras writes them",
        FROM_KERAS,
    ),
    (4, b"TFL3", "a TensorFlow Lite network", FROM_KERAS),
    (0, b"GGUF", "a GGUF file, of a language model", FROM_PYTORCH),
    (0, b"\x93NUMPY", "an array of NumPy", FROM_PYTORCH),
    (0, b"\x80\x02", PICKLE, FROM_PICKLE),
    (0, b"\x80\x03", PICKLE, FROM_PICKLE),
    (0, b"\x80\x04", PICKLE, FROM_PICKLE),
    (0, b"\x80\x05", PICKLE, FROM_PICKLE),
];

/// Names in a ZIP archive that tell its kind.
const ARCHIVES: [(&[u8], &str, &str); 4] = [
    (b"constants.pkl", "a TorchScript network", FROM_PYTORCH),
    (b"data.pkl", CHECKPOINT, FROM_PYTORCH),
    (b"model.weights.h5", "a Keras network (.keras)", FROM_KERAS),
    (b".npy", "arrays of NumPy (.npz)", FROM_PYTORCH),
];

const CHECKPOINT: &str = "a checkpoint of PyTorch, which holds weights and seldom the network";
const PICKLE: &str = "a Python pickle, as joblib and scikit-learn write them";
const FROM_PYTORCH: &str = "build the network in Python, load the weights, and export it: `torch.onnx.export(network.eval(), \
                            torch.zeros(1, CHANNELS, HEIGHT, WIDTH), \"net.onnx\")`; then import net.onnx";
const FROM_KERAS: &str = "export the network to ONNX in Python, by Keras's `model.export(\"net.onnx\", format=\"onnx\")` or by \
                          tf2onnx; then import net.onnx";
const FROM_PICKLE: &str =
    "export the network to ONNX in Python, a scikit-learn one by skl2onnx; then import net.onnx";

/// Bytes of an archive, at its beginning and at its end, that are searched for names.
const SEARCHED: usize = 1 << 16;

pub(crate) fn diagnose(file: &[u8], expected: Expected) -> Option<Diagnosis> {
    own(file, expected)
        .or_else(|| network(file, expected))
        .or_else(|| packed(file, expected))
        .or_else(|| picture(file, expected))
}

fn own(file: &[u8], expected: Expected) -> Option<Diagnosis> {
    let (_, name) = OWN.iter().find(|(magic, _)| file.starts_with(magic))?;
    Some(match expected {
        Expected::Image => Diagnosis::new(format!("this is {name}, not a picture"), PICTURE_HELP),
        Expected::Network if file.starts_with(b"ZKLM") => Diagnosis::new(
            format!("this is {name} already"),
            "give it to --model as it is; only ONNX networks are imported",
        ),
        Expected::Network => Diagnosis::new(
            format!("this is {name}, not a network"),
            "`zklens inspect` shows what is inside",
        ),
        Expected::Other => Diagnosis::new(
            format!("this is {name}"),
            "`zklens inspect` shows what is inside",
        ),
    })
}

pub(crate) const PICTURE_HELP: &str = "expected a JPEG, PNG, GIF, WebP or BMP file";

fn network(file: &[u8], expected: Expected) -> Option<Diagnosis> {
    let known = NETWORKS
        .iter()
        .find(|(at, magic, ..)| has(file, *at, magic));
    let (name, help) = match known {
        Some((_, _, name, help)) => (*name, *help),
        None => archive(file).or_else(|| safetensors(file))?,
    };
    Some(match expected {
        Expected::Image => Diagnosis::new(format!("this is {name}, not a picture"), PICTURE_HELP),
        Expected::Network | Expected::Other => Diagnosis::new(
            format!("this is {name}; zklens reads networks in ONNX"),
            help,
        ),
    })
}

fn archive(file: &[u8]) -> Option<(&'static str, &'static str)> {
    if !has(file, 0, b"PK\x03\x04") {
        return None;
    }
    let start = file.get(..SEARCHED).unwrap_or(file);
    let end = file.len().saturating_sub(SEARCHED);
    let end = file.get(end..).unwrap_or_default();
    let names = |name: &&[u8]| {
        let is_in = |part: &[u8]| part.windows(name.len()).any(|window| window == *name);
        is_in(start) || is_in(end)
    };
    let found = ARCHIVES.iter().find(|(name, ..)| names(name));
    found.map(|(_, name, help)| (*name, *help))
}

/// A length, then JSON of that length, then the weights.
fn safetensors(file: &[u8]) -> Option<(&'static str, &'static str)> {
    let (len, json) = file.split_first_chunk()?;
    let len = usize::try_from(u64::from_le_bytes(*len)).ok()?;
    let is_one = json.starts_with(b"{\"") && len <= json.len();
    is_one.then_some((
        "a safetensors file, which holds weights and not the network",
        FROM_PYTORCH,
    ))
}

fn packed(file: &[u8], expected: Expected) -> Option<Diagnosis> {
    let what = match expected {
        Expected::Image => "the picture",
        Expected::Network => "the network",
        Expected::Other => "the file",
    };
    if has(file, 0, b"\x1f\x8b") {
        let help = format!("unpack {what} first, with `gunzip`");
        return Some(Diagnosis::new("this is a file packed by gzip", help));
    }
    if has(file, 0, b"PK\x03\x04") {
        let help = format!("unpack {what} first, with `unzip`");
        return Some(Diagnosis::new("this is a ZIP archive", help));
    }
    if has(file, 0, b"\0\x05\x16\x07") {
        return Some(Diagnosis::new(
            "this is what macOS stores beside a file (AppleDouble), not the file",
            "give the file of the same name without `._` in front",
        ));
    }
    None
}

/// A picture in place of something else.
fn picture(file: &[u8], expected: Expected) -> Option<Diagnosis> {
    if expected == Expected::Image {
        return None;
    }
    let (.., name) = PICTURES
        .iter()
        .find(|(at, magic, _)| has(file, *at, magic))?;
    Some(Diagnosis::new(
        format!("this is {name}"),
        "pictures to classify go to --input-image, and those to calibrate with to --calibration",
    ))
}

fn has(file: &[u8], at: usize, magic: &[u8]) -> bool {
    file.get(at..).is_some_and(|rest| rest.starts_with(magic))
}
