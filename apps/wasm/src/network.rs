//! Networks, and how they classify.

use crate::{Error, LAYOUTS, embedded_key, keys};
use std::cell::RefCell;
use std::rc::Rc;
use zklens_answers::hex_word;
use zklens_answers::javascript::{Execution, ModelIds, ModelInfo};
use zklens_image::{CidVersion, cid, exif_orientation};
use zklens_model::{Model, Pixels};
use zklens_prover::Target;
use zklens_verifier::{ModelId, VerifyingKey};

/// A network. A clone is another handle of the same network.
#[derive(Clone, Debug)]
pub struct Network(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    model: Model,
    is_shipped: bool,
    /// The keys that are known, in the order of [`LAYOUTS`].
    keys: RefCell<[Option<VerifyingKey>; 2]>,
}

/// The networks that come with the package.
///
/// # Errors
///
/// Never happens: tests decode each network.
pub fn models() -> Result<Vec<ModelInfo>, Error> {
    let networks = zklens_models::ALL.iter();
    networks
        .map(|shipped| Network::shipped(shipped.name).map(|network| network.info()))
        .collect()
}

impl Network {
    /// The network called `name` that comes with the package.
    ///
    /// # Errors
    ///
    /// The package has no network of this name.
    pub fn shipped(name: &str) -> Result<Self, Error> {
        let unknown = || Error::UnknownModel { name: name.into() };
        // Not `find`: a program around this crate may have networks that are too large for a page.
        let mut networks = zklens_models::ALL.iter();
        let shipped = networks
            .find(|shipped| shipped.name == name)
            .ok_or_else(unknown)?;
        let keys = LAYOUTS.map(|layout| embedded_key(shipped.name, layout).cloned());
        Ok(Self::new(shipped.decode()?, true, keys))
    }

    /// The network in a `.zkl` file.
    ///
    /// # Errors
    ///
    /// The file is not a valid model.
    pub fn decode(file: &[u8]) -> Result<Self, Error> {
        Ok(Self::new(Model::decode(file)?, false, [None, None]))
    }

    fn new(model: Model, is_shipped: bool, keys: [Option<VerifyingKey>; 2]) -> Self {
        Self(Rc::new(Inner {
            model,
            is_shipped,
            keys: RefCell::new(keys),
        }))
    }

    /// The network itself.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.0.model
    }

    /// Whether it comes with the package.
    pub(crate) fn is_shipped(&self) -> bool {
        self.0.is_shipped
    }

    /// A description: name, classes, size of the input, and the ids if they are known.
    #[must_use]
    pub fn info(&self) -> ModelInfo {
        let [fast, chain] = &*self.0.keys.borrow();
        let id = |key: &Option<VerifyingKey>| key.as_ref().map(|key| hex_word(&key.id().0));
        let both = id(fast).zip(id(chain));
        let ids = both.map(|(fast, chain)| ModelIds { fast, chain });
        ModelInfo::new(self.model(), ids)
    }

    /// Classifies an image file.
    ///
    /// # Errors
    ///
    /// The file cannot be decoded.
    pub fn execute(&self, file: &[u8]) -> Result<Execution, Error> {
        let preprocessing = self.model().preprocessing();
        let pixels = zklens_image::pixels(file, preprocessing)?;
        let ipfs_uri = cid::of(file, CidVersion::V0).ipfs_uri();
        let ignored = if preprocessing.is_upright() {
            None
        } else {
            exif_orientation(file)
        };
        Ok(self.run(&pixels)?.with_file(ipfs_uri, ignored))
    }

    /// Classifies pixels: one byte each, channel by channel, row by row.
    ///
    /// # Errors
    ///
    /// The network takes a different number of pixels.
    pub fn execute_pixels(&self, pixels: Vec<u8>) -> Result<Execution, Error> {
        self.run(&self.pixels(0, pixels)?)
    }

    /// The values of image `image`, counted from 0, as pixels; an error if the network takes a different number of them.
    pub(crate) fn pixels(&self, image: usize, values: Vec<u8>) -> Result<Pixels, Error> {
        let preprocessing = self.model().preprocessing();
        let wrong = Error::Pixels {
            image: image + 1,
            got: values.len(),
            expected: preprocessing.len(),
        };
        Pixels::new(preprocessing.shape(), values).ok_or(wrong)
    }

    fn run(&self, pixels: &Pixels) -> Result<Execution, Error> {
        let model = self.model();
        // Never another shape: the pixels are made for this network.
        let result = model.classify(pixels).map_err(|_| Error::Pixels {
            image: 1,
            got: pixels.values().len(),
            expected: model.preprocessing().len(),
        })?;
        Ok(Execution::new(model, &result, pixels))
    }

    /// Its key with the id `id` and the key's layout; if neither layout has this id, those of the first layout.
    pub(crate) fn key_for(&self, id: ModelId) -> Result<(VerifyingKey, Target), Error> {
        for layout in LAYOUTS {
            let key = self.key(layout)?;
            if key.id() == id {
                return Ok((key, layout));
            }
        }
        Ok((self.key(LAYOUTS[0])?, LAYOUTS[0]))
    }

    fn key(&self, layout: Target) -> Result<VerifyingKey, Error> {
        let known = self.0.keys.borrow()[layout as usize].clone();
        match known {
            Some(key) => Ok(key),
            None => {
                let key = keys::derive(self.model(), layout)?.verifying().clone();
                self.learn(layout, key.clone());
                Ok(key)
            }
        }
    }

    /// Remembers a key that was derived from the network.
    pub(crate) fn learn(&self, layout: Target, key: VerifyingKey) {
        self.0.keys.borrow_mut()[layout as usize] = Some(key);
    }
}
