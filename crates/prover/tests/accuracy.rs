//! A thousand images for each shipped model: each is proved with the label that the model gives it.

mod common;

use common::{rng, setup};
use rand_core::Rng;
use zklens_model::{Model, Pixels};
use zklens_prover::{Privacy, ProvingKey, prove};
use zklens_verifier::verify;

/// How many images, in batches of up to [`BATCH`]. `ZKLENS_IMAGES=1000 cargo test --release`, or
/// `make thousand`, for all of them.
fn images() -> usize {
    let images = std::env::var("ZKLENS_IMAGES").ok();
    images.map_or(24, |images| images.parse().expect("a number of images"))
}

const BATCH: usize = 16;

/// Noise, and every other time noise on black, which the networks find less alike.
fn random(model: &Model, rng: &mut impl Rng) -> Pixels {
    let mut values = vec![0; model.preprocessing().len()];
    rng.fill_bytes(&mut values);
    let threshold = if rng.next_u32().is_multiple_of(2) {
        0
    } else {
        200
    };
    for value in values.iter_mut().filter(|value| **value < threshold) {
        *value = 0;
    }
    Pixels::new(model.preprocessing().shape(), values).expect("as many as the shape has")
}

#[test]
fn random_images_are_proved_with_the_labels_of_the_model() {
    let mut rng = rng(8);
    for shipped in zklens_models::ALL {
        let model = shipped.decode().unwrap();
        let key = ProvingKey::new(setup(), model.clone(), Privacy::Public).unwrap();
        let mut left = images();
        while left > 0 {
            let size = 1 + rng.next_u32() as usize % BATCH.min(left);
            let images: Vec<Pixels> = (0..size).map(|_| random(&model, &mut rng)).collect();
            let proved = prove(setup(), &key, &images, [0; 32], &mut rng).unwrap();
            let labels = images.iter().map(|image| model.run(image).unwrap());
            let labels = labels.map(|trace| trace.classification().label());
            let labels: Vec<usize> = labels.collect();
            let setup = setup().verifier();
            let verified = verify(setup, key.verifying(), proved.statement, &proved.proof);
            assert_eq!(verified.unwrap().statement().labels, labels);
            left -= size;
        }
    }
}
