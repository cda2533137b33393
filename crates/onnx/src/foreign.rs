//! Tells the kind of a file that is given as ONNX by mistake, by its first bytes.
//!
//! `zklens-diagnosis`, which the command line asks, knows more kinds of files. Its advice names
//! options of the command line, so it is not for a library's errors.

/// A sentence for the file, if its kind is known.
pub(crate) fn sentence(file: &[u8]) -> Option<&'static str> {
    let starts = |magic: &[u8]| file.starts_with(magic);
    let fourth = file.get(4..8).unwrap_or_default();
    if file.is_empty() {
        return Some("it is empty");
    }
    if starts(b"PK\x03\x04") {
        return Some(archive(file));
    }
    if starts(b"\x80\x02") || starts(b"\x80\x03") || starts(b"\x80\x04") || starts(b"\x80\x05") {
        return Some(
            "it is a Python pickle, as old PyTorch checkpoints are: weights without a network; \
             export the network in Python with torch.onnx.export",
        );
    }
    if is_safetensors(file) {
        return Some(
            "it is a safetensors file: weights without a network; load them into the network in \
             Python, and export that with torch.onnx.export",
        );
    }
    if fourth == b"TFL3" {
        return Some(
            "it is a TensorFlow Lite network; convert it with `python -m tf2onnx.convert --tflite`, \
             or better the Keras network that it was made from",
        );
    }
    if fourth == b"ORTM" {
        return Some(
            "it is in onnxruntime's own format (.ort); give the .onnx file that it was made from",
        );
    }
    if starts(b"\x89HDF\r\n\x1a\n") {
        return Some(
            "it is an HDF5 file, as old Keras networks are (.h5); convert it with tf2onnx or with \
             Keras 3's model.export(format=\"onnx\")",
        );
    }
    if starts(b"version https://git-lfs") {
        return Some(
            "it is a Git LFS pointer, which only names the file; fetch the file itself with \
             `git lfs pull`",
        );
    }
    if starts(b"ZKL") {
        return Some("it is a zklens file; `zklens import` takes the network as ONNX");
    }
    common(file)
}

/// Kinds of files that hold no network, or pack one.
fn common(file: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], &str); 9] = [
        (b"\x1f\x8b", "it is packed with gzip; unpack it first"),
        (b"7z\xbc\xaf", "it is a 7-Zip archive; unpack it first"),
        (b"\x89PNG", "it is a PNG image, not a network"),
        (b"\xff\xd8\xff", "it is a JPEG image, not a network"),
        (b"GGUF", "it is a GGUF file, which holds a language model"),
        (b"\x93NUMPY", "it is a NumPy array, not a network"),
        (b"<", "it is a web page or XML; download the file itself"),
        (b"{", "it is JSON, not a network"),
        (b"PK\x05\x06", "it is an empty ZIP archive"),
    ];
    let kind = kinds.iter().find(|(magic, _)| file.starts_with(magic));
    kind.map(|(_, sentence)| *sentence)
}

/// Tells the kind of a ZIP archive by the names of its members.
fn archive(file: &[u8]) -> &'static str {
    let holds = |name: &[u8]| file.windows(name.len()).any(|bytes| bytes == name);
    if holds(b"data.pkl") || holds(b"constants.pkl") {
        "it is a PyTorch file (.pt, .pth): weights without a network that others can read; export \
         the network in Python with torch.onnx.export"
    } else if holds(b"model.weights.h5") {
        "it is a Keras network (.keras); convert it with tf2onnx or with Keras 3's \
         model.export(format=\"onnx\")"
    } else if holds(b".onnx") {
        "it is a ZIP archive with an ONNX file in it; unpack it first"
    } else {
        "it is a ZIP archive; unpack it first"
    }
}

/// Whether the file begins with the length of a JSON header and that header.
fn is_safetensors(file: &[u8]) -> bool {
    let Some((length, rest)) = file.split_first_chunk() else {
        return false;
    };
    let length = u64::from_le_bytes(*length);
    (2..1 << 32).contains(&length) && rest.starts_with(b"{\"")
}
