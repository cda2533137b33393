//! ONNX files. Nothing panics, and an imported model is the same after it is written and read.

#![no_main]

use zklens_fuzz::{MIB, door};
use zklens_model::{Model, Pixels};
use zklens_onnx::{ImportError, Importer, Options, Sample};

/// The largest input and the most work of a network that is calibrated. Others are only read.
const MAX_PIXELS: usize = 4096;
const MAX_WORK: usize = 1 << 20;

door!(1024 * MIB, |file| {
    let Some(importer) = read(file) else {
        return;
    };
    let preprocessing = *importer.preprocessing();
    if preprocessing.len() > MAX_PIXELS || importer.work() > MAX_WORK {
        return;
    }
    let sample = |values: Vec<u8>| Sample {
        pixels: Pixels::new(preprocessing.shape(), values).expect("as many as asked"),
        label: None,
    };
    let len = preprocessing.len();
    let samples = [
        sample(file.iter().rev().copied().cycle().take(len).collect()),
        sample((0..len).map(|i| (i % 251) as u8).collect()),
    ];
    if let Ok(imported) = importer.quantise(&samples, &|| ()) {
        let file = imported.model.encode();
        assert_eq!(Model::decode(&file).as_ref(), Ok(&imported.model));
        let _ = imported.report.to_string();
    }
});

/// Reads the file with the right number of class names, which the first refusal tells.
fn read(file: &[u8]) -> Option<Importer> {
    let with = |classes: usize| {
        let classes = (0..classes).map(|class| class.to_string()).collect();
        Importer::new(file, &Options::new("fuzz", classes))
    };
    let reason = match with(0) {
        Err(ImportError::Output { reason }) => reason,
        Err(other) => {
            let _ = other.to_string();
            return None;
        }
        Ok(importer) => return Some(importer),
    };
    let logits = reason.strip_prefix("it has ")?.split(' ').next()?;
    with(logits.parse().ok().filter(|logits| *logits <= 1000)?).ok()
}
