//! Image files, prepared for a network.

use crate::failure::{EXIT_INPUT, Failure};
use crate::files;
use crate::output::printable;
use crate::report::aside;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use zklens_diagnosis::Expected;
use zklens_image::{Cid, CidVersion, ImageError, cid};
use zklens_model::{Pixels, Preprocessing};

/// An image file, decoded and preprocessed.
pub(crate) struct ImageFile {
    pub(crate) name: String,
    pub(crate) pixels: Pixels,
    pub(crate) cid: Cid,
}

impl ImageFile {
    pub(crate) fn read(path: &Path, preprocessing: &Preprocessing) -> Result<Self, Failure> {
        let name = files::name(path);
        let bytes = files::read_image(path)?;
        let decoded = zklens_image::pixels(&bytes, preprocessing);
        let pixels = decoded.map_err(|error| refused(&name, &bytes, &error))?;
        note_orientation(&name, &bytes, preprocessing.is_upright());
        Ok(Self {
            name,
            pixels,
            cid: cid::of(&bytes, CidVersion::V0),
        })
    }

    /// All files of a batch; an error if one of them is bad.
    pub(crate) fn read_all(
        paths: &[PathBuf],
        preprocessing: &Preprocessing,
    ) -> Result<Vec<Self>, Failure> {
        let paths = files::expand(paths)?;
        let images = paths.iter().map(|path| Self::read(path, preprocessing));
        images.collect()
    }
}

/// The failure of an image file with these bytes, which the decoder refused.
pub(crate) fn refused(name: impl Display, bytes: &[u8], error: &ImageError) -> Failure {
    files::refused(EXIT_INPUT, name, (bytes, Expected::Image), error)
}

/// Prints a note on standard error if viewers turn or mirror the picture, and the network does not see pictures upright.
pub(crate) fn note_orientation(name: &str, bytes: &[u8], is_upright: bool) {
    if is_upright {
        return;
    }
    if let Some(orientation @ 2..) = zklens_image::exif_orientation(bytes) {
        let note = format!(
            "{}: stored rotated or mirrored (EXIF orientation {orientation}); the network sees the \
             pixels as stored",
            printable(name)
        );
        aside("note", &note);
    }
}
