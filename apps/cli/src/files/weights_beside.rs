//! Weights that lie in files beside an ONNX file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use zklens_onnx::ExternalData;

/// The folder of an ONNX file.
#[derive(Debug)]
pub(crate) struct Beside {
    folder: PathBuf,
}

impl Beside {
    pub(crate) fn new(onnx: &Path) -> Self {
        let parent = onnx.parent().unwrap_or(Path::new(""));
        let folder = if parent.as_os_str().is_empty() {
            Path::new(".")
        } else {
            parent
        };
        Self {
            folder: folder.to_path_buf(),
        }
    }

    /// Opens the file at `location`; an error if a link leads out of the folder.
    fn open(&self, location: &str) -> Result<File, String> {
        let folder = self.folder.canonicalize().map_err(|error| said(&error))?;
        let path = folder
            .join(location)
            .canonicalize()
            .map_err(|error| said(&error))?;
        if !path.starts_with(&folder) {
            return Err("leads out of the model's folder; only files in it are read".into());
        }
        if !path.is_file() {
            return Err("is not an ordinary file".into());
        }
        File::open(&path).map_err(|error| said(&error))
    }
}

impl ExternalData for Beside {
    fn read(&self, location: &str, offset: u64, length: u64) -> Result<Vec<u8>, String> {
        let mut file = self.open(location)?;
        let len = file.metadata().map_err(|error| said(&error))?.len();
        let end = offset.checked_add(length);
        if end.is_none_or(|end| end > len) {
            return Err(format!(
                "has {len} bytes; {length} from byte {offset} on are needed: it is cut off, or not the \
                 file that was saved with this network"
            ));
        }
        file.seek(SeekFrom::Start(offset))
            .map_err(|error| said(&error))?;
        let mut bytes = Vec::new();
        file.take(length)
            .read_to_end(&mut bytes)
            .map_err(|error| said(&error))?;
        Ok(bytes)
    }
}

/// An error, worded as the end of a sentence that begins with the file.
fn said(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "is not there".into(),
        _ => format!("cannot be read: {error}"),
    }
}
