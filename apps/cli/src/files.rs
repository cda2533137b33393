//! Input paths: files, folders, standard input.

use crate::failure::{EXIT_INPUT, Failure};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use zklens_image::decode::MAX_FILE_BYTES;

const IMAGE_EXTENSIONS: [&str; 6] = ["jpg", "jpeg", "png", "gif", "webp", "bmp"];

/// Whether a path stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The paths with every folder replaced by the image files under it, in order of name.
pub(crate) fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !is_stdin(path) && path.is_dir() {
            let found = images_under(path)?;
            if found.is_empty() {
                let failure = Failure::new(EXIT_INPUT, path.display(), "no images in this folder");
                return Err(failure.with_help(format!(
                    "files ending in {} count as images",
                    IMAGE_EXTENSIONS.map(|e| format!(".{e}")).join(", ")
                )));
            }
            files.extend(found);
        } else {
            files.push(path.clone());
        }
    }
    let stdin = files.iter().filter(|path| is_stdin(path)).count();
    if stdin > 1 {
        let failure = Failure::new(
            crate::failure::EXIT_USAGE,
            "-",
            "standard input is read once",
        );
        return Err(failure.with_help("give `-` only one time"));
    }
    Ok(files)
}

/// The image files in a folder and its subfolders, in order of name.
pub(crate) fn images_under(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut images = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let fault = |error: io::Error| Failure::new(EXIT_INPUT, folder.display(), error);
        for entry in std::fs::read_dir(&folder).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let path = entry.path();
            // Links are not followed, so that the walk ends.
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

fn is_image(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str());
    let extension = extension.map(str::to_ascii_lowercase);
    extension.is_some_and(|e| IMAGE_EXTENSIONS.contains(&e.as_str()))
}

/// An image file's bytes.
pub(crate) fn read_image(path: &Path) -> Result<Vec<u8>, Failure> {
    read(path, MAX_FILE_BYTES as u64)
}

/// The bytes of a file or of standard input, which must be at most `limit`.
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
    let mut bytes = Vec::new();
    if is_stdin(path) {
        io::stdin()
            .lock()
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

/// Opens a file, refusing folders with a sentence.
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
    let failure = Failure::new(EXIT_INPUT, path.display(), error);
    if error.kind() == io::ErrorKind::NotFound {
        return failure.with_help("check the path; relative paths start at the current folder");
    }
    failure
}

/// A path as messages print it.
pub(crate) fn name(path: &Path) -> String {
    if is_stdin(path) {
        "(standard input)".into()
    } else {
        path.display().to_string()
    }
}
