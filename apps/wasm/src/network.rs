//! Networks, and what they see.

use crate::{Error, LAYOUTS, embedded_key, keys, word};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use zklens_image::{CidVersion, cid, exif_orientation};
use zklens_model::{Classification, Model, Pixels};
use zklens_prover::Target;
use zklens_verifier::{ModelId, VerifyingKey};

/// A network. A clone is another name for it.
#[derive(Clone, Debug)]
pub struct Network(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    model: Model,
    is_shipped: bool,
    /// Those that are known, in the order of [`LAYOUTS`].
    keys: RefCell<[Option<VerifyingKey>; 2]>,
}

/// A network as JavaScript sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelInfo {
    /// Its name.
    pub name: String,
    /// The name of each label.
    pub classes: Vec<String>,
    /// Columns of its pixels.
    pub width: u16,
    /// Rows of its pixels.
    pub height: u16,
    /// 1 for grey pixels, 3 for red, green and blue ones.
    pub channels: u16,
    /// Weights and biases in all.
    pub parameters: usize,
    /// Its ids, if they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_id: Option<ModelIds>,
}

/// The two ids of a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModelIds {
    /// Laid out for [`Target::Native`].
    pub fast: String,
    /// Laid out for [`Target::Evm`].
    pub chain: String,
}

/// What a network sees in an image.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// The address of the file, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipfs_uri: Option<String>,
    /// How viewers turn or mirror the file's picture: EXIF's number, 2 to 8. The network does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exif_orientation: Option<u8>,
    /// The class with the largest logit.
    pub label: usize,
    /// Its name.
    pub class: String,
    /// What the network computes, one integer per class.
    pub logits: Vec<i64>,
    /// The logits as a softmax shows them; no part of any proof.
    pub probabilities: Vec<f64>,
    /// What the network was given.
    #[serde(with = "serde_bytes")]
    pub pixels: Vec<u8>,
    /// As in [`ModelInfo`].
    pub width: u16,
    /// As in [`ModelInfo`].
    pub height: u16,
    /// As in [`ModelInfo`].
    pub channels: u16,
}

/// The networks that come along.
///
/// # Errors
///
/// Never; tests decode each.
pub fn models() -> Result<Vec<ModelInfo>, Error> {
    let networks = zklens_models::ALL.iter();
    networks
        .map(|shipped| Network::shipped(shipped.name).map(|network| network.info()))
        .collect()
}

impl Network {
    /// A network that comes along.
    ///
    /// # Errors
    ///
    /// None has this name.
    pub fn shipped(name: &str) -> Result<Self, Error> {
        let unknown = || Error::UnknownModel { name: name.into() };
        let shipped = zklens_models::find(name).ok_or_else(unknown)?;
        let keys = LAYOUTS.map(|layout| embedded_key(shipped.name, layout).cloned());
        Ok(Self::new(shipped.decode()?, true, keys))
    }

    /// The network in a `.zkl` file.
    ///
    /// # Errors
    ///
    /// The file is none.
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

    /// Whether it came by its name.
    pub(crate) fn is_shipped(&self) -> bool {
        self.0.is_shipped
    }

    /// What there is to say of it.
    #[must_use]
    pub fn info(&self) -> ModelInfo {
        let model = self.model();
        let [channels, height, width] = model.preprocessing().shape();
        let [fast, chain] = &*self.0.keys.borrow();
        let id = |key: &Option<VerifyingKey>| key.as_ref().map(|key| word::hex(&key.id().0));
        let ids = id(fast).zip(id(chain));
        ModelInfo {
            name: model.name().to_owned(),
            classes: model.classes().to_vec(),
            width,
            height,
            channels,
            parameters: model.parameters(),
            model_id: ids.map(|(fast, chain)| ModelIds { fast, chain }),
        }
    }

    /// What it sees in an image file.
    ///
    /// # Errors
    ///
    /// The file cannot be decoded.
    pub fn execute(&self, file: &[u8]) -> Result<Execution, Error> {
        let pixels = zklens_image::pixels(file, self.model().preprocessing())?;
        let execution = self.run(&pixels)?;
        Ok(Execution {
            ipfs_uri: Some(cid::of(file, CidVersion::V0).ipfs_uri()),
            exif_orientation: exif_orientation(file),
            ..execution
        })
    }

    /// What it sees in pixels: channel by channel, row by row.
    ///
    /// # Errors
    ///
    /// They are more or fewer than it takes.
    pub fn execute_pixels(&self, pixels: Vec<u8>) -> Result<Execution, Error> {
        self.run(&self.pixels(0, pixels)?)
    }

    /// Pixels of image `image`, counted from 0, if they are as many as the network takes.
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
        let [channels, height, width] = model.preprocessing().shape();
        // Never another shape: the pixels are made for this network.
        let result = model.classify(pixels).map_err(|_| Error::Pixels {
            image: 1,
            got: pixels.values().len(),
            expected: model.preprocessing().len(),
        })?;
        Ok(Execution {
            ipfs_uri: None,
            exif_orientation: None,
            label: result.label(),
            class: class(model.classes(), result.label()),
            logits: result.logits().to_vec(),
            probabilities: softmax(&result),
            pixels: pixels.values().to_vec(),
            width,
            height,
            channels,
        })
    }

    /// Its key with id `id`, or else that of the first layout.
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

    /// Keeps a key that was derived from the network.
    pub(crate) fn learn(&self, layout: Target, key: VerifyingKey) {
        self.0.keys.borrow_mut()[layout as usize] = Some(key);
    }
}

/// The name of a label.
pub(crate) fn class(classes: &[String], label: usize) -> String {
    classes.get(label).cloned().unwrap_or_default()
}

fn softmax(result: &Classification) -> Vec<f64> {
    let unit = f64::from(result.scale()).exp2();
    let logits: Vec<f64> = result.logits().iter().map(|x| *x as f64 / unit).collect();
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = logits.iter().map(|x| (x - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}
