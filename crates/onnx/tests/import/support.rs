//! Graphs with the outputs that onnxruntime gives for them.

use serde::Deserialize;
use std::path::{Path, PathBuf};
use zklens_model::{Model, Pixels};
use zklens_onnx::{ExternalData, Imported, Importer, Options, PixelRange, Sample};

/// An ONNX graph's inputs and onnxruntime's outputs for them, written by `training/graphs.py`.
#[derive(Deserialize)]
pub(crate) struct Expected {
    pub(crate) inputs: Vec<Vec<u8>>,
    pub(crate) shape: [u16; 3],
    pub(crate) pixel_range: String,
    pub(crate) outputs: Vec<Vec<f64>>,
    /// Whether the graph rounds values inside, which the importer does not repeat.
    #[serde(default)]
    pub(crate) rounds: bool,
}

/// The files of a folder.
pub(crate) struct Beside(pub(crate) PathBuf);

impl ExternalData for Beside {
    fn read(&self, location: &str, offset: u64, length: u64) -> Result<Vec<u8>, String> {
        let file = std::fs::read(self.0.join(location)).map_err(|error| error.to_string())?;
        let (start, length) = (offset as usize, length as usize);
        let bytes = file.get(start..start + length);
        bytes.map(<[u8]>::to_vec).ok_or_else(|| "is cut off".into())
    }
}

pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// Our graphs, and those that other tools exported.
pub(crate) fn graphs() -> Vec<(String, Vec<u8>, Expected)> {
    let mut graphs = Vec::new();
    for entry in ["graphs", "foreign"]
        .iter()
        .flat_map(|f| std::fs::read_dir(folder(f)).unwrap())
    {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "onnx") {
            let expected = std::fs::read(path.with_extension("json")).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let file = std::fs::read(&path).unwrap();
            graphs.push((name, file, serde_json::from_slice(&expected).unwrap()));
        }
    }
    assert!(graphs.len() >= 41, "found only {} graphs", graphs.len());
    graphs
}

pub(crate) fn classes(count: usize) -> Vec<String> {
    (0..count).map(|class| format!("class {class}")).collect()
}

pub(crate) fn samples(expected: &Expected) -> Vec<Sample> {
    let sample = |pixels: &Vec<u8>| Sample {
        pixels: Pixels::new(expected.shape, pixels.clone()).unwrap(),
        label: None,
    };
    expected.inputs.iter().map(sample).collect()
}

pub(crate) fn import(name: &str, file: &[u8], expected: &Expected, range: PixelRange) -> Imported {
    import_with(name, file, expected, |options| options.pixel_range = range)
}

/// An import with options changed by `change`.
pub(crate) fn import_with(
    name: &str,
    file: &[u8],
    expected: &Expected,
    change: impl FnOnce(&mut Options),
) -> Imported {
    let mut options = Options::new(name, classes(expected.outputs[0].len()));
    change(&mut options);
    options.size = Some([expected.shape[1], expected.shape[2]]);
    let importer = Importer::with_external_data(file, &options, &Beside(folder("graphs")))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    importer
        .quantise(&samples(expected), &|| ())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub(crate) fn largest_error(model: &Model, expected: &Expected) -> f64 {
    let mut largest = 0.0f64;
    for (sample, outputs) in samples(expected).iter().zip(&expected.outputs) {
        let run = model.classify(&sample.pixels).unwrap();
        let unit = f64::from(-run.scale()).exp2();
        for (logit, output) in run.logits().iter().zip(outputs) {
            largest = largest.max((*logit as f64 * unit - output).abs());
        }
    }
    largest
}
