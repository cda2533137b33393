//! Texts: pointers, metadata, encoded pictures, web pages.

use crate::link::Address;
use crate::signature::PICTURE_HELP;
use crate::{Diagnosis, Expected, json, printable};

/// A longer text is not searched for members of JSON.
const MOST_JSON_BYTES: usize = 1 << 20;

/// A longer text is not taken for an address.
const MOST_ADDRESS_BYTES: usize = 2048;

/// Bytes that tell whether a file is text.
const SEARCHED: usize = 512;

/// How the base64 of a picture begins, and its format.
const BASE64: [(&str, &str); 5] = [
    ("iVBORw0KGgo", "PNG"),
    ("/9j/", "JPEG"),
    ("R0lGODlh", "GIF"),
    ("R0lGODdh", "GIF"),
    ("UklGR", "WebP"),
];

pub(crate) fn diagnose(file: &[u8], expected: Expected) -> Option<Diagnosis> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let start = text(file.get(..SEARCHED).unwrap_or(file))?.trim_start();
    if start.starts_with("version https://git-lfs.github.com/spec/") {
        return Some(pointer(start));
    }
    if starts_with(start, "data:") {
        return Some(inline(start));
    }
    if let Some(diagnosis) = base64(start) {
        return Some(diagnosis);
    }
    if let Some(address) = address(file) {
        let what = format!(
            "this is text with an address, not the file there: {}",
            printable(address.0)
        );
        return Some(Diagnosis::new(what, address.1.help()));
    }
    if starts_with(start, "<!doctype html") || starts_with(start, "<html") {
        return Some(Diagnosis::new(
            "this is a web page",
            "the address led to a page about the file; download the file itself (on GitHub: Raw)",
        ));
    }
    if start.starts_with('{') {
        return Some(object(file, expected));
    }
    (expected == Expected::Image && !start.starts_with('<'))
        .then(|| Diagnosis::new("this is text, not a picture", PICTURE_HELP))
}

/// Bytes as text, if they are; a character that is cut off at the end does not count.
fn text(bytes: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let is_text = |c: char| c >= ' ' || c.is_whitespace();
    (!text.trim().is_empty() && text.chars().all(is_text)).then_some(text)
}

fn starts_with(text: &str, start: &str) -> bool {
    let beginning = text.get(..start.len());
    beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
}

/// The text that stands in a repository for a large file.
fn pointer(text: &str) -> Diagnosis {
    let size = text.lines().find_map(|line| line.strip_prefix("size "));
    let what = match size.and_then(|size| size.trim().parse::<u64>().ok()) {
        Some(bytes) => {
            format!("this is a pointer of Git LFS to a file of {bytes} bytes, not the file")
        }
        None => "this is a pointer of Git LFS to a file, not the file".to_owned(),
    };
    Diagnosis::new(
        what,
        "in its repository, `git lfs install` and `git lfs pull` fetch the file",
    )
}

fn inline(text: &str) -> Diagnosis {
    let header = text.split(',').next().unwrap_or_default();
    let kind = printable(header.split(';').next().unwrap_or_default());
    let help = if header.ends_with(";base64") {
        "decode it into a file: `sed 's/^data:[^,]*,//' TEXT | base64 -d > FILE`"
    } else {
        "decode what follows its comma into a file"
    };
    Diagnosis::new(
        format!("this is text that holds a file, a URI `{kind}`"),
        help,
    )
}

fn base64(text: &str) -> Option<Diagnosis> {
    let is_digit = |c: char| c.is_ascii_alphanumeric() || "+/=\r\n".contains(c);
    let (_, format) = BASE64.iter().find(|(start, _)| text.starts_with(start))?;
    text.trim_end().chars().all(is_digit).then(|| {
        Diagnosis::new(
            format!("this is a {format} picture in base64, which is text"),
            "decode it into a file: `base64 -d TEXT > FILE`",
        )
    })
}

/// The address that the file holds and nothing else.
fn address(file: &[u8]) -> Option<(&str, Address<'_>)> {
    if file.len() > MOST_ADDRESS_BYTES {
        return None;
    }
    let text = std::str::from_utf8(file).ok()?.trim();
    let is_one_word = !text.chars().any(char::is_whitespace);
    Address::parse(text)
        .filter(|_| is_one_word)
        .map(|address| (text, address))
}

fn object(file: &[u8], expected: Expected) -> Diagnosis {
    let text = file
        .get(..MOST_JSON_BYTES)
        .and_then(text)
        .or_else(|| text(file));
    let metadata = text.and_then(json::metadata).unwrap_or_default();
    if expected != Expected::Image {
        return match expected {
            Expected::Network => Diagnosis::new(
                "this is JSON, not a network",
                "zklens reads networks in ONNX",
            ),
            _ => Diagnosis::new("this is JSON", "expected another kind of file here"),
        };
    }
    let Some(image) = metadata.image else {
        let what = if metadata.is_of_token {
            "this is JSON, the metadata of a token, not its image"
        } else {
            "this is JSON, not a picture"
        };
        return Diagnosis::new(what, PICTURE_HELP);
    };
    let what = "this is JSON, the metadata of a token, not its image, which is";
    let help = match Address::parse(&image) {
        Some(address) => address.help(),
        None => "get the file of that name from where the metadata is from, and give it instead"
            .to_owned(),
    };
    Diagnosis::new(format!("{what} {}", printable(&image)), help)
}
