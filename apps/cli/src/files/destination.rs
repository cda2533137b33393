//! Output files: never half written, never overwritten by accident.

use crate::failure::{EXIT_OUTPUT, EXIT_USAGE, Failure};
use crate::{files, interrupt, output};
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Where a file will be written.
#[derive(Debug)]
pub(crate) struct Destination {
    path: PathBuf,
    is_secret: bool,
}

impl Destination {
    /// A destination for bytes. Checks that they can be written there, before the work for them begins.
    ///
    /// An existing file is an error, unless `force` is set. The path `-` is standard output, which must not be a terminal.
    pub(crate) fn new(path: &Path, force: bool) -> Result<Self, Failure> {
        if files::is_dash(path) && io::stdout().is_terminal() {
            let cause = "this is a terminal, and these bytes are not text";
            let failure = Failure::new(EXIT_USAGE, "standard output", cause);
            return Err(failure
                .with_help("pipe it into a program, redirect it, or name a file by --output"));
        }
        Self::for_text(path, force)
    }

    /// The same for text, which a terminal may show.
    pub(crate) fn for_text(path: &Path, force: bool) -> Result<Self, Failure> {
        let destination = Self {
            path: path.to_path_buf(),
            is_secret: false,
        };
        if files::is_dash(path) {
            output::leave_standard_output();
            return Ok(destination);
        }
        if path.is_dir() {
            return Err(destination.fault("this is a folder; give the name of a file"));
        }
        if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return Err(destination.fault("this is not an ordinary file"));
        }
        if !force && path.symlink_metadata().is_ok() {
            let failure = destination.fault("exists already");
            return Err(failure.with_help("--force overwrites it; or choose another name"));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        if !folder.as_os_str().is_empty() && !folder.is_dir() {
            let cause = format!("there is no folder {}", folder.display());
            return Err(destination.fault(cause));
        }
        Ok(destination)
    }

    /// Where a new proof goes: the path that was given, or else the current folder, with the name of the first image.
    pub(crate) fn of_proof(
        given: Option<&Path>,
        images: &[PathBuf],
        extension: &str,
        force: bool,
    ) -> Result<Self, Failure> {
        let path = match given {
            Some(path) => path.to_path_buf(),
            None => named_after(images.first(), extension)?,
        };
        Self::new(&path, force)
    }

    /// Where a proof goes besides standard output, which has its calldata; nowhere if no path is given.
    pub(crate) fn beside_calldata(
        given: Option<&Path>,
        force: bool,
    ) -> Result<Option<Self>, Failure> {
        let Some(path) = given else {
            return Ok(None);
        };
        if files::is_dash(path) {
            let cause = "standard output is for the calldata";
            let failure = Failure::new(EXIT_USAGE, "--output -", cause);
            return Err(failure.with_help("`zklens prove --for-chain -o -` writes the proof there"));
        }
        Self::new(path, force).map(Some)
    }

    /// Makes the file readable only by its owner, on systems with owners.
    pub(crate) const fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// The path as answers name it.
    pub(crate) fn name(&self) -> String {
        if files::is_dash(&self.path) {
            "(standard output)".into()
        } else {
            self.path.display().to_string()
        }
    }

    /// Writes a temporary file beside the destination and renames it, so that a failure or Ctrl-C leaves an old file as it
    /// was.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        if files::is_dash(&self.path) {
            return output::bytes(bytes);
        }
        let beside = self.beside();
        let written = interrupt::until_stopped(|| self.write_by(&beside, bytes));
        written.inspect_err(|_| {
            let _ = std::fs::remove_file(&beside);
        })
    }

    fn write_by(&self, beside: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let fault = |error| self.fault(error);
        self.write_to(beside, bytes).map_err(fault)?;
        if interrupt::has_come() {
            return Err(interrupt::failure());
        }
        std::fs::rename(beside, &self.path).map_err(fault)
    }

    fn beside(&self) -> PathBuf {
        let mut name = OsString::from(".");
        name.push(self.path.file_name().unwrap_or_default());
        name.push(format!(".{}.part", std::process::id()));
        self.path.with_file_name(name)
    }

    fn write_to(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if self.is_secret {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        options.open(path)
    }

    fn fault(&self, cause: impl std::fmt::Display) -> Failure {
        Failure::new(EXIT_OUTPUT, self.path.display(), cause)
    }
}

fn named_after(image: Option<&PathBuf>, extension: &str) -> Result<PathBuf, Failure> {
    let name = image
        .filter(|path| !files::is_dash(path))
        .and_then(|path| path.file_stem());
    let Some(name) = name else {
        let cause = "the proof cannot be named after this image, which has no name";
        let failure = Failure::new(EXIT_USAGE, "--output", cause);
        return Err(
            failure.with_help("name the file by -o FILE, or write to standard output by -o -")
        );
    };
    let mut name = name.to_owned();
    name.push(".");
    name.push(extension);
    Ok(name.into())
}
