//! Input paths: files, folders, standard input.

pub(crate) mod dataset;
pub(crate) mod destination;
pub(crate) mod image;
pub(crate) mod model;
pub(crate) mod proof;
pub(crate) mod setup;
pub(crate) mod weights_beside;

use crate::failure::{EXIT_INPUT, EXIT_USAGE, Failure};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use zklens_diagnosis::{Expected, diagnose, remote};
use zklens_image::decode::MAX_FILE_BYTES;

const IMAGE_EXTENSIONS: [&str; 6] = ["jpg", "jpeg", "png", "gif", "webp", "bmp"];

/// How many bytes of a file are read to tell whether it is an image.
const START_BYTES: u64 = 32;

/// Standard input can only be read once.
static IS_READ: AtomicBool = AtomicBool::new(false);

/// The contents of standard input, if they had to be read before it was known what kind of file it is.
static KEPT: OnceLock<Vec<u8>> = OnceLock::new();

/// Whether a path stands for standard input, or for standard output.
pub(crate) fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The paths with every folder replaced by the image files under it, in order of name.
pub(crate) fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !is_dash(path) && path.is_dir() {
            let found = images_under(path)?;
            if found.is_empty() {
                return Err(no_images(path));
            }
            files.extend(found);
        } else {
            files.push(path.clone());
        }
    }
    check_dashes(&files)?;
    Ok(files)
}

/// Refuses a list of paths that has standard input more than once.
pub(crate) fn check_dashes(paths: &[PathBuf]) -> Result<(), Failure> {
    if paths.iter().filter(|path| is_dash(path)).count() > 1 {
        return Err(read_before());
    }
    Ok(())
}

fn no_images(folder: &Path) -> Failure {
    let failure = Failure::new(EXIT_INPUT, folder.display(), "no images in this folder");
    failure.with_help(
        "a file counts as an image if it begins like a JPEG, PNG, GIF, WebP or BMP file, whatever its name is",
    )
}

/// The image files in a folder and its subfolders, in order of name: those that begin like an image, and those that
/// are named like one.
pub(crate) fn images_under(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut images = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let fault = |error: io::Error| Failure::new(EXIT_INPUT, folder.display(), error);
        for entry in std::fs::read_dir(&folder).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let path = entry.path();
            // Links are not followed: in a circle of links, the walk would never end.
            if entry.file_type().map_err(fault)?.is_dir() {
                folders.push(path);
            } else if is_image(&path) {
                images.push(path);
            }
        }
    }
    images.sort();
    Ok(images)
}

/// Whether a file in a folder is meant to be an image. A file with an image's name always counts, so that a broken one is
/// reported; any other file must begin like an image.
fn is_image(path: &Path) -> bool {
    /// The first bytes of the files that macOS stores beside others, under similar names.
    const APPLE_DOUBLE: &[u8] = b"\0\x05\x16\x07";
    let as_written = path.extension().and_then(|e| e.to_str());
    let extension = as_written.map(str::to_ascii_lowercase);
    let is_named = extension.is_some_and(|e| IMAGE_EXTENSIONS.contains(&e.as_str()));
    // Pipes and devices are not opened: that could wait for ever.
    if !path.is_file() {
        return is_named;
    }
    match start(path) {
        Ok(start) if is_named => !start.starts_with(APPLE_DOUBLE),
        Ok(start) => begins_like_an_image(&start),
        Err(_) => is_named,
    }
}

fn start(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?
        .take(START_BYTES)
        .read_to_end(&mut start)?;
    Ok(start)
}

fn begins_like_an_image(start: &[u8]) -> bool {
    /// The lengths that headers of BMP files have. The two letters `BM` alone may also begin a text.
    const BMP_HEADERS: [u8; 6] = [12, 40, 52, 56, 108, 124];
    match zklens_image::detect(start) {
        Ok(zklens_image::Format::Bmp) => {
            matches!(start.get(14..18), Some([len, 0, 0, 0]) if BMP_HEADERS.contains(len))
        }
        Ok(_) => true,
        Err(_) => false,
    }
}

/// An image file's bytes.
pub(crate) fn read_image(path: &Path) -> Result<Vec<u8>, Failure> {
    read(path, MAX_FILE_BYTES as u64)
}

/// The failure of a file that a decoder has refused. It names the file's kind if that is known.
pub(crate) fn refused(
    exit: u8,
    name: impl std::fmt::Display,
    (file, expected): (&[u8], Expected),
    error: impl std::fmt::Display,
) -> Failure {
    match diagnose(file, expected) {
        Some(diagnosis) => Failure::new(exit, name, diagnosis.what()).with_help(diagnosis.help()),
        None => Failure::new(exit, name, error),
    }
}

/// The bytes of a file or of standard input; an error if there are more than `limit`.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let bytes = read_up_to(path, limit.saturating_add(1))?;
    if bytes.len() as u64 > limit {
        return Err(Failure::new(
            EXIT_INPUT,
            name(path),
            format!("is larger than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let fault = |error: io::Error| cannot_read(path, &error);
    if is_dash(path)
        && let Some(kept) = KEPT.get()
    {
        return Ok(kept.clone());
    }
    let mut bytes = Vec::new();
    if is_dash(path) {
        standard_input()?
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(fault)?;
    } else {
        open(path)?
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(fault)?;
    }
    Ok(bytes)
}

/// Standard input; an error from the second call on.
pub(crate) fn standard_input() -> Result<io::StdinLock<'static>, Failure> {
    if IS_READ.swap(true, Ordering::Relaxed) {
        return Err(read_before());
    }
    Ok(io::stdin().lock())
}

fn read_before() -> Failure {
    let failure = Failure::new(EXIT_USAGE, "-", "standard input is read once");
    failure.with_help("give `-` only one time")
}

/// The first four bytes of a file, padded with zeros if it is shorter. Standard input, of at most `limit` bytes, can still
/// be read afterwards.
pub(crate) fn magic(path: &Path, limit: u64) -> Result<[u8; 4], Failure> {
    let mut magic = [0; 4];
    if is_dash(path) {
        let bytes = read(path, limit)?;
        let bytes = KEPT.get_or_init(|| bytes);
        magic
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, from)| *to = *from);
    } else if path.is_file() {
        // If this fails, reading the file fails later, where it is reported.
        let _ = File::open(path).map(|mut file| file.read_exact(&mut magic));
    }
    Ok(magic)
}

/// Opens a file. Folders and addresses on the web are refused with an explanation.
pub(crate) fn open(path: &Path) -> Result<File, Failure> {
    if path.is_dir() {
        return Err(Failure::new(
            EXIT_INPUT,
            path.display(),
            "this is a folder, not a file",
        ));
    }
    File::open(path).map_err(|error| cannot_read(path, &error))
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    if let Some(failure) = is_remote(EXIT_INPUT, path) {
        return failure;
    }
    let cause = error.to_string();
    // The error's number means nothing to people.
    let cause = cause.split(" (os error").next().unwrap_or(&cause);
    let failure = Failure::new(EXIT_INPUT, name(path), cause);
    if error.kind() == io::ErrorKind::NotFound {
        return failure.with_help("check the path; relative paths start at the current folder");
    }
    failure
}

/// The failure of a path that is an address on the web; `None` if it is not, or if a file has that name.
pub(crate) fn is_remote(exit: u8, path: &Path) -> Option<Failure> {
    let diagnosis = remote(path.to_str()?).filter(|_| !path.exists())?;
    Some(Failure::new(exit, path.display(), diagnosis.what()).with_help(diagnosis.help()))
}

/// A path as messages print it.
pub(crate) fn name(path: &Path) -> String {
    if is_dash(path) {
        "(standard input)".into()
    } else {
        path.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_begins_like_a_bitmap_is_not_one() {
        let mut bitmap = [0; 32];
        bitmap[..2].copy_from_slice(b"BM");
        bitmap[14] = 40;
        assert!(begins_like_an_image(&bitmap));
        assert!(!begins_like_an_image(b"BMW and other makers of cars are"));
        assert!(!begins_like_an_image(b"BM"));
        assert!(!begins_like_an_image(b""));
    }
}
