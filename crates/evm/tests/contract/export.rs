//! Networks whose key cannot be written for a contract.

use crate::common::SETUP;
use zklens_evm::{ExportError, MAX_KEY_BYTES, contract_key};
use zklens_layers::LayerError;
use zklens_model::{Model, Window};
use zklens_prover::{Privacy, ProvingKey};
use zklens_testkit::models::{Layers, perceptron, preprocessing};
use zklens_verifier::VerifyingKey;

fn export(model: Model, batches: &[usize]) -> Result<Vec<u8>, ExportError> {
    let key = ProvingKey::new(&SETUP, model, Privacy::Public).unwrap();
    contract_key(key.verifying(), SETUP.verifier(), batches)
}

fn small() -> Model {
    perceptron([2, 2], &[3], 1)
}

#[test]
fn a_key_is_for_some_number_of_images() {
    assert_eq!(export(small(), &[]), Err(ExportError::NoBatch));
    assert!(export(small(), &[1]).is_ok());
}

#[test]
fn a_key_is_for_numbers_of_images_that_can_be_proved() {
    let none = ExportError::Batch {
        images: 0,
        source: LayerError::NoImages,
    };
    assert_eq!(export(small(), &[1, 0]), Err(none));
    let many = export(small(), &[1, 2_000]).unwrap_err();
    let ExportError::Batch { images, source } = many else {
        panic!("{many}");
    };
    assert_eq!(images, 2_000);
    assert!(matches!(source, LayerError::TooLarge { .. }), "{source}");
}

/// With different labels, `verify` would refuse this batch for its work, which a contract does not count.
#[test]
fn a_key_is_for_batches_whose_labels_may_all_differ() {
    let file = include_bytes!("../../../verifier/tests/hostile/lab4.zkk");
    let key = VerifyingKey::decode(file).unwrap();
    let error = contract_key(&key, SETUP.verifier(), &[1_024]).unwrap_err();
    let ExportError::Batch { images, source } = error else {
        panic!("{error}");
    };
    assert_eq!(images, 1_024);
    assert!(matches!(source, LayerError::TooMuchWork { .. }), "{source}");
}

/// Their classes are ordered by channel, height and width; a contract orders them by channel alone.
#[test]
fn logits_with_rows_or_columns_are_refused() {
    for sides in [[1, 2], [2, 1], [2, 2]] {
        let mut layers = Layers::new(preprocessing(sides, false), 1);
        layers.conv2d(2, Window::square(1, 1), 1);
        layers.flatten();
        let refused = export(layers.finish("convolution at the end"), &[1]);
        assert_eq!(refused, Err(ExportError::Logits), "{sides:?}");
    }
    let mut layers = Layers::new(preprocessing([1, 1], false), 1);
    layers.conv2d(2, Window::square(1, 1), 1);
    layers.flatten();
    assert!(export(layers.finish("one row, one column"), &[1]).is_ok());
}

/// A model may have one class more than sixteen bits can count.
#[test]
fn a_side_of_more_than_sixteen_bits_is_refused() {
    let wide = perceptron([1, 1], &[Model::MAX_CLASSES], 1);
    assert_eq!(export(wide, &[1]), Err(ExportError::TooLarge));
}

#[test]
fn a_key_longer_than_a_contract_is_refused() {
    let of_batches = |count: usize| export(small(), &vec![1; count]);
    let [one, two] = [1, 2].map(|count| of_batches(count).unwrap().len());
    let most = 1 + (MAX_KEY_BYTES - one) / (two - one);
    let longest = of_batches(most).unwrap().len();
    let bytes = longest + two - one;
    assert!(longest <= MAX_KEY_BYTES && bytes > MAX_KEY_BYTES);
    assert_eq!(of_batches(most + 1), Err(ExportError::TooLong { bytes }));
}
