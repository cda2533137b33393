//! Images with labels: folders, and the idx files of MNIST
//! (LeCun, Cortes, Burges, *The MNIST database*, "File formats").

use crate::failure::{EXIT_INPUT, Failure};
use crate::files;
use flate2::read::GzDecoder;
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use zklens_model::{Pixels, Preprocessing};
use zklens_onnx::Sample;

/// The most bytes of an idx file, unpacked.
const MAX_IDX_BYTES: u64 = 4 << 30;

/// The source of samples, and how they are prepared.
pub(crate) struct Source<'a> {
    pub(crate) images: &'a Path,
    /// The file with the labels of an idx file.
    pub(crate) labels: Option<&'a Path>,
    pub(crate) limit: Option<usize>,
    pub(crate) preprocessing: &'a Preprocessing,
    pub(crate) classes: &'a [String],
}

impl Source<'_> {
    /// Reads all samples.
    pub(crate) fn read(&self) -> Result<Vec<Sample>, Failure> {
        let samples = if self.images.is_dir() {
            self.folder()?
        } else {
            self.idx()?
        };
        if samples.is_empty() {
            return Err(self.fault("no images in this folder or file"));
        }
        Ok(samples)
    }

    fn fault(&self, cause: impl std::fmt::Display) -> Failure {
        Failure::new(EXIT_INPUT, self.images.display(), cause)
    }

    fn folder(&self) -> Result<Vec<Sample>, Failure> {
        let mut paths = files::images_under(self.images)?;
        paths.truncate(self.limit.unwrap_or(usize::MAX));
        let sample = |path: &PathBuf| {
            let bytes = files::read_image(path)?;
            let pixels = zklens_image::pixels(&bytes, self.preprocessing)
                .map_err(|error| files::image::refused(path.display(), &bytes, &error))?;
            let label = self.label_of(path);
            Ok(Sample { pixels, label })
        };
        paths.par_iter().map(sample).collect()
    }

    /// The class that the image's folder is named after.
    fn label_of(&self, path: &Path) -> Option<usize> {
        let folder = path.parent()?;
        if folder == self.images {
            return None;
        }
        let name = folder.file_name()?.to_str()?;
        let by_name = self.classes.iter().position(|class| class == name);
        by_name.or_else(|| {
            name.parse()
                .ok()
                .filter(|label| *label < self.classes.len())
        })
    }

    fn idx(&self) -> Result<Vec<Sample>, Failure> {
        let [channels, height, width] = self.preprocessing.shape();
        let (dims, values) = idx(self.images)?;
        let expected = [height, width].map(usize::from);
        if channels != 1 || dims.get(1..) != Some(&expected) {
            return Err(self.fault(format!(
                "holds images of {:?}, the network takes {channels} × {height} × {width}",
                dims.get(1..).unwrap_or_default()
            )));
        }
        let labels = self.idx_labels(dims[0])?;
        let images = values.chunks_exact(expected[0] * expected[1]);
        let images = images.take(self.limit.unwrap_or(usize::MAX)).enumerate();
        let sample = |(index, values): (usize, &[u8])| {
            let label = labels.as_ref().map(|labels| usize::from(labels[index]));
            if let Some(label) = label.filter(|label| *label >= self.classes.len()) {
                return Err(self.fault(format!(
                    "image {index} has label {label}, which has no name"
                )));
            }
            let fitted = Pixels::new([channels, height, width], values.to_vec());
            let pixels = fitted.ok_or_else(|| self.fault("is inconsistent"))?;
            Ok(Sample { pixels, label })
        };
        images.map(sample).collect()
    }

    fn idx_labels(&self, images: usize) -> Result<Option<Vec<u8>>, Failure> {
        let beside = || {
            let name = self.images.file_name()?.to_str()?;
            let beside = self
                .images
                .with_file_name(name.replace("images-idx3", "labels-idx1"));
            (beside != self.images && beside.exists()).then_some(beside)
        };
        let Some(path) = self.labels.map(Path::to_path_buf).or_else(beside) else {
            return Ok(None);
        };
        let (dims, labels) = idx(&path)?;
        if dims != [images] {
            return Err(Failure::new(
                EXIT_INPUT,
                path.display(),
                format!("expected {images} labels, got dimensions {dims:?}"),
            ));
        }
        Ok(Some(labels))
    }
}

/// An idx file of bytes: its dimensions and values.
fn idx(path: &Path) -> Result<(Vec<usize>, Vec<u8>), Failure> {
    let fault = |cause: &str| Failure::new(EXIT_INPUT, path.display(), cause);
    let mut bytes = files::read(path, MAX_IDX_BYTES)?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        let mut reader = std::io::Read::take(GzDecoder::new(&bytes[..]), MAX_IDX_BYTES);
        std::io::Read::read_to_end(&mut reader, &mut unpacked)
            .map_err(|error| fault(&format!("cannot be unpacked: {error}")))?;
        bytes = unpacked;
    }
    parse_idx(&bytes).map_err(|cause| {
        let failure = fault(cause);
        failure.with_help("expected a folder of images, or an idx file as MNIST has")
    })
}

fn parse_idx(bytes: &[u8]) -> Result<(Vec<usize>, Vec<u8>), &'static str> {
    let [0, 0, 8, rank, rest @ ..] = bytes else {
        return Err("is not an idx file of bytes");
    };
    let (dims, values) = rest
        .split_at_checked(usize::from(*rank) * 4)
        .ok_or("is truncated")?;
    let (dims, _) = dims.as_chunks();
    let dims: Vec<usize> = dims
        .iter()
        .map(|d| u32::from_be_bytes(*d) as usize)
        .collect();
    let len = dims
        .iter()
        .try_fold(1usize, |len, dim| len.checked_mul(*dim));
    if dims.is_empty() || len != Some(values.len()) {
        return Err("is truncated, or longer than its header says");
    }
    Ok((dims, values.to_vec()))
}
