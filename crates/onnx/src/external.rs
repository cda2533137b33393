//! Weights in files beside the model. They are read into the model before anything else looks at
//! it.

use crate::error::ImportError;
use crate::proto::{self, data_type};

/// Reads the files that lie beside a model.
///
/// The importer asks for paths below the model's folder only: names with `/` between, never `..`.
/// An implementation must not follow a link out of the folder.
pub trait ExternalData {
    /// Reads `length` bytes of the file `location`, starting at `offset`.
    ///
    /// # Errors
    ///
    /// The reason why they cannot be read, as the end of a sentence that begins with the file's
    /// name.
    fn read(&self, location: &str, offset: u64, length: u64) -> Result<Vec<u8>, String>;
}

/// For models without files beside them: every read fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nothing;

impl ExternalData for Nothing {
    fn read(&self, _: &str, _: u64, _: u64) -> Result<Vec<u8>, String> {
        Err("is not at hand; save the network with its weights inside, or give the file too".into())
    }
}

/// The most bytes that all tensors together read from other files.
const MAX_BYTES: u64 = 1 << 30;

/// Reads the contents of other files into the model's tensors.
pub(crate) fn resolve(
    model: &mut proto::Model,
    files: &dyn ExternalData,
) -> Result<(), ImportError> {
    let mut left = MAX_BYTES;
    for tensor in tensors(model) {
        if tensor.data_location != 0 {
            read(tensor, files, &mut left)?;
        }
    }
    Ok(())
}

/// Every tensor that a model holds.
fn tensors(model: &mut proto::Model) -> Vec<&mut proto::Tensor> {
    let mut found = Vec::new();
    let mut sparse = Vec::new();
    let mut attributes = Vec::new();
    if let Some(graph) = &mut model.graph {
        found.extend(&mut graph.initializer);
        sparse.extend(&mut graph.sparse_initializer);
        attributes.extend(graph.node.iter_mut().flat_map(|node| &mut node.attribute));
    }
    for function in &mut model.functions {
        attributes.extend(&mut function.attribute_proto);
        let nodes = function.node.iter_mut();
        attributes.extend(nodes.flat_map(|node| &mut node.attribute));
    }
    for attribute in attributes {
        found.extend(&mut attribute.t);
        sparse.extend(&mut attribute.sparse_tensor);
    }
    for tensor in sparse {
        found.extend(&mut tensor.values);
        found.extend(&mut tensor.indices);
    }
    found
}

fn read(
    tensor: &mut proto::Tensor,
    files: &dyn ExternalData,
    left: &mut u64,
) -> Result<(), ImportError> {
    let entry = |key: &str| {
        let mut entries = tensor.external_data.iter();
        entries.find(|e| e.key == key).map(|e| e.value.clone())
    };
    let name = tensor.name.clone();
    let fault = |reason: String| ImportError::Weights {
        tensor: name.clone(),
        reason,
    };
    let location =
        entry("location").ok_or_else(|| fault("lies in another file without a name".into()))?;
    if !stays_inside(&location) {
        return Err(fault(format!(
            "lies in `{location}`; only files in the model's folder are read"
        )));
    }
    let number = |key: &str| {
        let parse = |text: String| {
            text.parse::<u64>()
                .map_err(|_| fault(format!("has `{text}` as its {key} in another file")))
        };
        entry(key).map(parse).transpose()
    };
    let (offset, given) = (number("offset")?.unwrap_or(0), number("length")?);
    let length = length(tensor).ok_or_else(|| {
        fault(format!(
            "lies in another file and has element type {} and dimensions {:?}, which are not supported",
            data_type::name(tensor.data_type),
            tensor.dims
        ))
    })?;
    if given.is_some_and(|given| given != length) {
        return Err(fault(format!(
            "takes {length} bytes; the model says that {} lie in `{location}`",
            given.unwrap_or(0)
        )));
    }
    *left = left.checked_sub(length).ok_or_else(|| {
        fault(format!(
            "is beyond the {MAX_BYTES} bytes read from other files"
        ))
    })?;
    let bytes = files
        .read(&location, offset, length)
        .map_err(|reason| ImportError::External {
            file: location.clone(),
            reason,
        })?;
    if bytes.len() as u64 != length {
        return Err(ImportError::External {
            file: location,
            reason: format!("gave {} bytes for {length}", bytes.len()),
        });
    }
    tensor.raw_data = bytes;
    tensor.data_location = 0;
    Ok(())
}

/// Whether a path stays below the folder where it starts, on every operating system.
fn stays_inside(location: &str) -> bool {
    let is_plain = |name: &str| {
        !name.is_empty() && name != ".." && !name.contains(['\\', ':']) && !name.contains('\0')
    };
    location.len() <= MAX_LOCATION && location.split('/').all(is_plain)
}

/// The most bytes of a path.
const MAX_LOCATION: usize = 1 << 10;

/// The bytes of all elements; `None` if the importer does not take their type or number.
fn length(tensor: &proto::Tensor) -> Option<u64> {
    let dims = crate::constant::dims(&tensor.dims)?;
    let elements = crate::constant::len(&dims)?;
    let bytes = data_type::bytes(tensor.data_type)?;
    u64::try_from(elements.checked_mul(bytes)?).ok()
}

#[cfg(test)]
mod tests {
    use super::stays_inside;

    #[test]
    fn only_paths_below_the_folder_are_read() {
        for inside in ["net.onnx.data", "weights/a.bin", "./net.data", "..data"] {
            assert!(stays_inside(inside), "{inside}");
        }
        for outside in [
            "",
            "/etc/passwd",
            "..",
            "../net.data",
            "weights/../../net.data",
            "weights//net.data",
            "C:\\net.data",
            "C:net.data",
            "weights\\net.data",
            "net\0.data",
            &"a".repeat(2000),
        ] {
            assert!(!stays_inside(outside), "{outside}");
        }
    }
}
