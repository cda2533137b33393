//! Proofs by the shipped models, made and verified.

mod common;

use common::vectors::every_gadget;
use common::{key_with_columns, pixels, rng, setup};
use std::collections::BTreeSet;
use zklens_model::Pixels;
use zklens_prover::{Privacy, ProveError, ProvingKey, prove};
use zklens_verifier::{VerifyingKey, verify};

#[test]
fn proves_what_the_shipped_models_see() {
    for shipped in zklens_models::ALL {
        let model = shipped.decode().unwrap();
        let key = ProvingKey::new(setup(), model.clone(), Privacy::Public).unwrap();
        for count in [1, 3, 16] {
            let images: Vec<Pixels> = (0..count).map(|seed| pixels(&model, seed)).collect();
            let proved = prove(setup(), &key, &images, [3; 32], &mut rng(7)).unwrap();
            let setup = setup().verifier();
            let verified = verify(setup, key.verifying(), proved.statement, &proved.proof);
            let runs = images.iter().map(|pixels| model.run(pixels).unwrap());
            let labels: Vec<usize> = runs.map(|run| run.classification().label()).collect();
            assert_eq!(verified.unwrap().statement().labels, labels);
        }
    }
}

/// Short vectors cut most arrays, and make chunks of several vectors out of those with the bytes of numbers.
#[test]
fn proves_in_rows_of_many_lengths() {
    let model = every_gadget();
    let images: Vec<Pixels> = (0..5).map(|seed| pixels(&model, seed)).collect();
    let mut heights = BTreeSet::new();
    for (columns, count) in [
        (128, 1),
        (128, 5),
        (200, 3),
        (777, 2),
        (4096, 5),
        (16_383, 3),
    ] {
        let key = key_with_columns(&model, columns);
        let range = &key.layout(count).unwrap().tables[key.verifying().circuit().range_table()];
        heights.insert(range.dims[2]);
        let images = &images[..count];
        let proved = prove(setup(), &key, images, [3; 32], &mut rng(7)).unwrap();
        let setup = setup().verifier();
        let verified = verify(setup, key.verifying(), proved.statement, &proved.proof);
        let runs = images.iter().map(|pixels| model.run(pixels).unwrap());
        let labels: Vec<usize> = runs.map(|run| run.classification().label()).collect();
        assert_eq!(verified.unwrap().statement().labels, labels);
    }
    assert!(heights.contains(&1) && heights.len() > 1, "{heights:?}");
}

#[test]
fn private_weights_are_proved_under_another_id_each_time() {
    let model = zklens_models::ALL[1].decode().unwrap();
    let public = ProvingKey::new(setup(), model.clone(), Privacy::Public).unwrap();
    let mut rng = rng(2);
    let key = ProvingKey::new(setup(), model.clone(), Privacy::Private(&mut rng)).unwrap();
    assert_ne!(key.verifying().id(), public.verifying().id());
    assert_eq!(key.verifying().circuit(), public.verifying().circuit());

    let read = ProvingKey::decode(setup(), &key.encode()).unwrap();
    assert_eq!(read.verifying(), key.verifying());
    let proved = prove(setup(), &read, &[pixels(&model, 1)], [0; 32], &mut rng).unwrap();
    let verifying = VerifyingKey::decode(&key.verifying().encode()).unwrap();
    let setup = setup().verifier();
    assert!(verify(setup, &verifying, proved.statement, &proved.proof).is_ok());
}

#[test]
fn nothing_and_wrong_shapes_are_not_proved() {
    let model = zklens_models::ALL[0].decode().unwrap();
    let key = ProvingKey::new(setup(), model, Privacy::Public).unwrap();
    let nothing = prove(setup(), &key, &[], [0; 32], &mut rng(1));
    assert!(matches!(nothing, Err(ProveError::Batch(_))));
    let small = Pixels::new([1, 2, 2], vec![0; 4]).unwrap();
    let small = prove(setup(), &key, &[small], [0; 32], &mut rng(1));
    assert!(matches!(small, Err(ProveError::Image(_))));
}
