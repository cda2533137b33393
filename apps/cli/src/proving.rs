//! The key that `prove` proves with: from a file, from the cache, or derived.

use crate::args::ResourceArguments;
use crate::cache::Cache;
use crate::failure::{EXIT_INPUT, Failure};
use crate::{files, keys, memory};
use std::path::Path;
use zklens_commitment::Setup;
use zklens_prover::{Cost, ProvingKey, Target};

/// Which key is asked for.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    /// The file of a proving key, instead of a model.
    pub(crate) proving_key: Option<&'a Path>,
    /// A shipped network or a file.
    pub(crate) model: &'a str,
    pub(crate) target: Target,
    pub(crate) resources: &'a ResourceArguments,
}

/// A key to prove with.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) key: ProvingKey,
    /// The place in the cache that it comes from.
    cache: Option<Cache>,
}

impl Wanted<'_> {
    /// Reads or derives the key.
    ///
    /// # Errors
    ///
    /// The key or model does not exist or cannot be proved, or a proof about one image takes more memory than is free.
    pub(crate) fn find(&self, setup: &Setup) -> Result<Found, Failure> {
        if let Some(path) = self.proving_key {
            let key = keys::read_proving(path, setup)?;
            let found = Found { key, cache: None };
            self.check_memory(&found, 1)?;
            return Ok(found);
        }
        let model = files::model::load(self.model)?;
        let cost = keys::cost(&model, self.target)?;
        if !self.resources.ignore_memory {
            memory::check(model.name(), &cost)?;
        }
        let cache = Cache::of(setup, &model, self.target).filter(|_| !self.resources.no_cache);
        let kept = cache.as_ref();
        if let Some(key) = kept.and_then(|cache| cache.read(setup, &model, self.target)) {
            return Ok(Found { key, cache });
        }
        let key = keys::derive(setup, model, self.target)?;
        if let Some(cache) = cache {
            cache.write(&key);
        }
        Ok(Found { key, cache: None })
    }

    /// Checks that a proof about this number of images fits into the memory.
    ///
    /// # Errors
    ///
    /// It takes more than is free, or a proof cannot be about that number.
    pub(crate) fn check_memory(&self, found: &Found, images: usize) -> Result<(), Failure> {
        let verifying = found.key.verifying();
        let layout = found.key.layout(images).map_err(|error| {
            let failure = Failure::new(EXIT_INPUT, "these images", error);
            failure.with_help("prove fewer images at once")
        })?;
        match self.resources.ignore_memory {
            true => Ok(()),
            false => memory::check(verifying.name(), &Cost::new(verifying.circuit(), &layout)),
        }
    }
}

impl Found {
    /// Adds the suspicion that a key from the cache was wrong to the failure of a new proof, and removes it there.
    pub(crate) fn doubt(&self, failure: Failure) -> Failure {
        let Some(cache) = &self.cache else {
            return failure;
        };
        cache.forget();
        failure.with_help(
            "nothing was written; the commitments to the weights that were kept in the cache may be wrong, and \
             are removed: run the command again",
        )
    }
}
