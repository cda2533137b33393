//! Being told of a proof's stages, and ending it at one.

mod common;

use common::{pixels, rng, setup};
use std::ops::ControlFlow;
use zklens_prover::{Privacy, ProveError, ProvingKey, Stage, prove, prove_with};

fn key() -> ProvingKey {
    let model = zklens_models::ALL[1].decode().unwrap();
    ProvingKey::new(setup(), model, Privacy::Public).unwrap()
}

#[test]
fn tells_of_every_stage_once_and_changes_nothing() {
    let key = key();
    let images = [pixels(key.model(), 4)];
    let mut stages = Vec::new();
    let mut progress = |stage| {
        stages.push(stage);
        ControlFlow::Continue(())
    };
    let told = prove_with(setup(), &key, &images, [3; 32], &mut rng(7), &mut progress);
    assert_eq!(stages, Stage::ALL);
    let untold = prove(setup(), &key, &images, [3; 32], &mut rng(7));
    assert_eq!(told, untold);
    assert!(told.is_ok());
}

#[test]
fn ends_at_any_stage_that_is_not_wanted() {
    let key = key();
    let images = [pixels(key.model(), 4)];
    for (index, last) in Stage::ALL.into_iter().enumerate() {
        let mut told = 0;
        let mut progress = |stage| {
            told += 1;
            if stage == last {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let cancelled = prove_with(setup(), &key, &images, [3; 32], &mut rng(7), &mut progress);
        assert_eq!(cancelled, Err(ProveError::Cancelled));
        assert_eq!(told, index + 1);
    }
}
