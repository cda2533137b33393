//! Files that people give by mistake, each with the sentence that it gets.

use std::path::Path;
use zklens_diagnosis::{Expected, diagnose};

use Expected::{Image, Network, Other};

/// A file of the repository.
fn example(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read(root.join("examples").join(name)).unwrap()
}

/// Checks that a file gets a diagnosis with these words.
#[track_caller]
fn says(file: &[u8], expected: Expected, what: &str, help: &str) {
    let diagnosis = diagnose(file, expected).expect("there is a diagnosis");
    assert!(diagnosis.what().contains(what), "{diagnosis}");
    assert!(diagnosis.help().contains(help), "{diagnosis}");
    assert_eq!(
        diagnosis.to_string(),
        format!("{}: {}", diagnosis.what(), diagnosis.help())
    );
}

#[test]
fn whole_pictures_get_no_diagnosis() {
    for name in [
        "mnist/digit_0.png",
        "fashion/7_sneaker.jpg",
        "fashion/8_bag.png",
    ] {
        assert_eq!(diagnose(&example(name), Image), None, "{name}");
    }
    assert_eq!(diagnose(b"", Image), None);
    assert_eq!(diagnose(b"\0\0\x01\0", Image), None);
}

#[test]
fn metadata_names_the_image() {
    let cid = "QmWjtPo46BPrRdWQTPgXVbet1mwa29XrzznEWnVBgqUX9V";
    let metadata = format!(r#"{{"name":"NFT #1","image":"ipfs://{cid}"}}"#);
    says(
        metadata.as_bytes(),
        Image,
        &format!("the metadata of a token, not its image, which is ipfs://{cid}"),
        &format!("`ipfs get {cid} -o FILE`"),
    );
    let metadata = br#"{"name":"NFT #1","image":"https://example.org/1.png"}"#;
    says(
        metadata,
        Image,
        "which is https://example.org/1.png",
        "`curl -L -o FILE 'https://example.org/1.png'`",
    );
    says(
        br#"{"image":"1.png"}"#,
        Image,
        "which is 1.png",
        "the file of that name",
    );
    says(
        br#"{"attributes":[]}"#,
        Image,
        "the metadata of a token, not its image",
        "expected a JPEG",
    );
    says(
        br#"{"a":1}"#,
        Image,
        "this is JSON, not a picture",
        "expected a JPEG",
    );
    says(
        br#"{"image":"Qm"}"#,
        Network,
        "this is JSON, not a network",
        "ONNX",
    );
    says(
        b"\xef\xbb\xbf {}",
        Other,
        "this is JSON",
        "expected another kind",
    );
}

#[test]
fn what_metadata_says_cannot_drive_a_terminal() {
    let metadata = "{\"image\":\"\\u001b[2J\u{202e}\u{7f}\"}";
    let diagnosis = diagnose(metadata.as_bytes(), Image).unwrap();
    assert!(diagnosis.to_string().is_ascii(), "{diagnosis:?}");
    assert!(diagnosis.what().ends_with("which is ?[2J??"), "{diagnosis}");
    let long = format!("{{\"image\":\"{}\"}}", "x".repeat(100_000));
    assert!(diagnose(long.as_bytes(), Image).unwrap().what().len() < 400);
}

#[test]
fn pictures_in_text_are_decoded_first() {
    says(
        b"data:image/png;base64,iVBORw0KGgo=",
        Image,
        "a URI `data:image/png`",
        "TEXT | base64 -d > FILE",
    );
    says(
        b"data:image/svg+xml,%3Csvg",
        Image,
        "a URI `data:image/svg+xml`",
        "what follows its comma",
    );
    says(
        b"iVBORw0KGgoAAAANSUhEUg==\n",
        Image,
        "a PNG picture in base64",
        "base64 -d TEXT > FILE",
    );
    says(
        b"/9j/4AAQSkZJRgABAQAAAQ",
        Image,
        "a JPEG picture in base64",
        "base64 -d TEXT > FILE",
    );
}

#[test]
fn pointers_of_git_lfs_are_pulled() {
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 26454\n";
    for expected in [Image, Network, Other] {
        says(
            pointer,
            expected,
            "a pointer of Git LFS to a file of 26454 bytes",
            "git lfs pull",
        );
    }
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize many\n";
    says(
        pointer,
        Image,
        "a pointer of Git LFS to a file, not the file",
        "git lfs pull",
    );
}

#[test]
fn other_texts_are_named() {
    says(
        b"ipfs://QmX/1.png\n",
        Image,
        "an address, not the file there: ipfs://QmX/1.png",
        "ipfs get QmX/1.png",
    );
    says(
        b"<!DOCTYPE html><html>",
        Image,
        "this is a web page",
        "download the file itself",
    );
    says(
        b"<HTML>",
        Network,
        "this is a web page",
        "download the file itself",
    );
    says(
        "# Größe\n".as_bytes(),
        Image,
        "this is text, not a picture",
        "expected a JPEG, PNG, GIF, WebP or BMP file",
    );
    // A letter of two bytes at the place where the search ends.
    let cut = format!("{}ö", "x".repeat(511));
    says(cut.as_bytes(), Image, "this is text", "expected a JPEG");
    assert_eq!(diagnose(b"plain", Network), None);
    assert_eq!(
        diagnose(b"<svg xmlns=", Image),
        None,
        "`zklens-image` knows it"
    );
}

/// A file with its line ends converted, as FTP's text mode does.
fn converted(file: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = file;
    while let Some(first) = rest.first() {
        if let Some(after) = rest.strip_prefix(from) {
            out.extend(to);
            rest = after;
        } else {
            out.push(*first);
            rest = &rest[1..];
        }
    }
    out
}

#[test]
fn a_transfer_as_text_is_recognised() {
    let png = example("mnist/digit_0.png");
    for changed in [
        converted(&png, b"\r\n", b"\n"),
        converted(&png, b"\n", b"\r\n"),
        converted(&converted(&png, b"\r\n", b"\n"), b"\n", b"\r\n"),
        converted(&converted(&png, b"\r\n", b"\r"), b"\n", b"\r"),
    ] {
        says(
            &changed,
            Image,
            "transferred as text: its line ends were converted",
            "binary mode",
        );
    }
    let stripped: Vec<u8> = png.iter().map(|byte| byte & 0x7f).collect();
    says(
        &stripped,
        Image,
        "the eighth bit of every byte was removed",
        "binary mode",
    );
    for name in ["mnist/digit_0.png", "fashion/7_sneaker.jpg"] {
        let file = example(name);
        let lossy = String::from_utf8_lossy(&file).into_owned();
        says(lossy.as_bytes(), Image, "converted to UTF-8", "binary mode");
        let latin: String = file.iter().map(|byte| char::from(*byte)).collect();
        says(latin.as_bytes(), Image, "converted to UTF-8", "binary mode");
    }
}

#[test]
fn damage_of_a_png_is_named() {
    let png = example("mnist/digit_0.png");
    let data = png.windows(4).position(|window| window == b"IDAT").unwrap();
    let mut wrong = png.clone();
    wrong[data + 20] ^= 1;
    says(
        &wrong,
        Image,
        "the checksum of its chunk IDAT is ",
        "download or copy the file again",
    );
    says(
        &png[..data + 20],
        Image,
        "inside its chunk IDAT, which has ",
        "all of it",
    );
    says(
        &png[..png.len() - 12],
        Image,
        "before its last chunk, IEND",
        "all of it",
    );
    says(
        &png[..png.len() - 1],
        Image,
        "inside its chunk IEND",
        "all of it",
    );
    says(&png[..10], Image, "inside the head of a chunk", "all of it");
    // A palette of four bytes, with the right checksum.
    let palette = b"\x89PNG\r\n\x1a\n\0\0\0\x04PLTE\x01\x02\x03\x04\x23\xdb\x8a\xab";
    says(palette, Image, "its palette has 4 bytes", "again");
}

#[test]
fn a_jpeg_without_its_end_is_named() {
    let jpeg = example("fashion/7_sneaker.jpg");
    for len in [jpeg.len() - 2, jpeg.len() - 1, jpeg.len() / 2, 3] {
        let what = format!("cut off after {len} bytes: the marker that ends the picture");
        says(&jpeg[..len], Image, &what, "all of it");
    }
    let followed = [&jpeg[..], b"more"].concat();
    assert_eq!(diagnose(&followed, Image), None);
}

#[test]
fn networks_of_other_programs_say_how_to_export_them() {
    let checkpoint =
        b"PK\x03\x04\0\0\x08\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\x12\0archive/data.pkl";
    for (file, what, help) in [
        (
            &checkpoint[..],
            "a checkpoint of PyTorch",
            "torch.onnx.export",
        ),
        (
            b"PK\x03\x04 x/code/ x/constants.pkl x/data.pkl",
            "a TorchScript network",
            "torch.onnx.export",
        ),
        (b"PK\x03\x04 model.weights.h5", "a Keras network", "tf2onnx"),
        (
            b"PK\x03\x04 arr_0.npy",
            "arrays of NumPy",
            "torch.onnx.export",
        ),
        (
            b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.",
            "a checkpoint of PyTorch",
            "torch.onnx.export",
        ),
        (b"\x80\x04\x95", "a Python pickle", "skl2onnx"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file", "tf2onnx"),
        (b"\x1c\0\0\0TFL3", "a TensorFlow Lite network", "tf2onnx"),
        (
            b"\x04\0\0\0\0\0\0\0{\"a\"",
            "a safetensors file",
            "torch.onnx.export",
        ),
    ] {
        says(file, Network, what, help);
        says(file, Image, what, "expected a JPEG");
    }
    assert_eq!(
        diagnose(b"\xff\0\0\0\0\0\0\0{\"a\"", Network),
        None,
        "too short for its length"
    );
}

#[test]
fn files_of_zklens_and_archives_are_named() {
    says(
        b"ZKLP\x01\0",
        Image,
        "a proof of zklens (.zkp), not a picture",
        "expected a JPEG",
    );
    says(
        b"ZKLP\x01\0",
        Network,
        "a proof of zklens (.zkp), not a network",
        "zklens inspect",
    );
    says(
        b"ZKLM\x01\0",
        Network,
        "a model of zklens (.zkl) already",
        "--model",
    );
    says(
        b"ZKLK\x01\0",
        Other,
        "a verifying key (.zkk)",
        "zklens inspect",
    );
    says(b"\x1f\x8b\x08", Network, "packed by gzip", "gunzip");
    says(
        b"PK\x03\x04 1.png",
        Image,
        "a ZIP archive",
        "unpack the picture first",
    );
    says(
        b"\0\x05\x16\x07\0\x02\0\0",
        Image,
        "AppleDouble",
        "without `._`",
    );
    says(
        &example("mnist/digit_0.png"),
        Network,
        "this is a PNG picture",
        "--calibration",
    );
    says(
        &example("fashion/7_sneaker.jpg"),
        Other,
        "this is a JPEG picture",
        "--input-image",
    );
}
