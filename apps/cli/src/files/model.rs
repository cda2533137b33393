//! Models by name or path.

use crate::failure::{EXIT_MODEL, Failure};
use crate::files;
use std::path::Path;
use zklens_diagnosis::Expected;
use zklens_model::{FileError, MAX_FILE_BYTES, Model};

/// The names of the shipped networks, as messages list them.
pub(crate) fn shipped_names() -> String {
    let names: Vec<_> = zklens_models::built_in()
        .map(|shipped| shipped.name)
        .collect();
    names.join(", ")
}

/// Loads a shipped network by name, or a `.zkl` file by path.
pub(crate) fn load(name: &str) -> Result<Model, Failure> {
    load_with_bytes(name).map(|(model, _)| model)
}

/// The same, with the bytes of the file; without, for a shipped network.
pub(crate) fn load_with_bytes(name: &str) -> Result<(Model, Option<Vec<u8>>), Failure> {
    if let Some(shipped) = zklens_models::find(name) {
        let decoded = shipped.decode();
        let model = decoded.map_err(|error| Failure::new(EXIT_MODEL, name, error))?;
        return Ok((model, None));
    }
    let path = Path::new(name);
    if let Some(failure) = files::is_remote(EXIT_MODEL, path) {
        return Err(failure);
    }
    if !files::is_dash(path) && !path.exists() {
        let shipped = shipped_names();
        let failure = Failure::new(EXIT_MODEL, name, "no such model, and no such file");
        return Err(failure.with_help(format!("shipped models: {shipped}; or give a .zkl file")));
    }
    let bytes = files::read(path, MAX_FILE_BYTES as u64)
        .map_err(|failure| failure.with_exit(EXIT_MODEL))?;
    let model = Model::decode(&bytes).map_err(|error| {
        let name = files::name(path);
        let failure = match error {
            FileError::NotAModel => {
                files::refused(EXIT_MODEL, name, (&bytes, Expected::Network), error)
            }
            _ => Failure::new(EXIT_MODEL, name, error),
        };
        if path.extension().is_some_and(|e| e == "onnx") {
            return failure.with_help("this is an ONNX file: `zklens import` makes a .zkl of it");
        }
        failure
    })?;
    Ok((model, Some(bytes)))
}
