//! Commitments to the weights of large networks, kept between runs of `prove`.
//!
//! To commit to ten million weights takes seconds. `prove` keeps the verifying key, which has the commitments, in the user's
//! folder for caches. The key is public: every proof names its model id. Small networks are not kept, and private weights
//! never: their commitments are in the proving key.
//!
//! Only `prove` reads the cache. A wrong file there makes a proof that is refused, which `prove` itself notices. `verify`
//! always commits again: for a verifier, a key that somebody else could write would be a way to be deceived.

use crate::keys;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use zklens_answers::LayoutName;
use zklens_commitment::Setup;
use zklens_model::Model;
use zklens_prover::{ProvingKey, Target};
use zklens_verifier::VerifyingKey;

/// Networks with fewer weights are committed to in less than a fifth of a second.
const MIN_WEIGHTS: usize = 1 << 18;

/// Where the commitments to a model's weights are kept.
#[derive(Debug)]
pub(crate) struct Cache {
    file: PathBuf,
}

impl Cache {
    /// The place for a model and a layout; `None` if the model is small, or the system names no folder for caches.
    pub(crate) fn of(setup: &Setup, model: &Model, target: Target) -> Option<Self> {
        if model.parameters() < MIN_WEIGHTS {
            return None;
        }
        let hex = crate::output::hex;
        let [tau, ..] = setup.verifier().encode();
        let setup = hex(&tau[..8]);
        let layout = LayoutName::from(target).name();
        let version = env!("CARGO_PKG_VERSION");
        let name = format!("{}-{setup}-{layout}-{version}.zkk", hex(&model.digest()));
        let file = folder()?.join("zklens").join("keys").join(name);
        Some(Self { file })
    }

    /// The keys of the model that this place is of, if it holds them.
    pub(crate) fn read(&self, setup: &Setup, model: &Model, target: Target) -> Option<ProvingKey> {
        let metadata = fs::metadata(&self.file).ok()?;
        if metadata.len() > keys::MAX_KEY_BYTES {
            return None;
        }
        let verifying = VerifyingKey::decode(&fs::read(&self.file).ok()?).ok()?;
        ProvingKey::with_verifying(setup, model.clone(), target, verifying).ok()
    }

    /// Keeps the keys. If the folder cannot be written, the next run commits again.
    pub(crate) fn write(&self, key: &ProvingKey) {
        let _ = self.try_write(&key.verifying().encode());
    }

    /// Removes the keys.
    pub(crate) fn forget(&self) {
        let _ = fs::remove_file(&self.file);
    }

    /// Writes a temporary file and renames it, so that another run never reads half a file.
    fn try_write(&self, bytes: &[u8]) -> std::io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder)?;
        let part = self
            .file
            .with_extension(format!("{}.part", std::process::id()));
        let written = fs::File::create(&part).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        let moved = written.and_then(|()| fs::rename(&part, &self.file));
        if moved.is_err() {
            let _ = fs::remove_file(&part);
        }
        moved
    }
}

/// The user's folder for caches.
fn folder() -> Option<PathBuf> {
    let variable = |name| {
        let value = PathBuf::from(std::env::var_os(name)?);
        value.is_absolute().then_some(value)
    };
    if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        Some(variable("HOME")?.join("Library").join("Caches"))
    } else {
        variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")))
    }
}
