//! The package's functions, without JavaScript.

use std::ops::ControlFlow;
use zklens_answers::{KnownBy, LayoutName};
use zklens_prover::Target;
use zklens_verifier::ProofFile;
use zklens_wasm::proof::{self, Method, Trusted};
use zklens_wasm::{Error, Network, Prover, STAGES, models};

const DIGIT: &[u8] = include_bytes!("../../../examples/mnist/digit_7.png");
const GOLDEN: &[u8] = include_bytes!("../../../vectors/proofs/v1/mnist-cnn.zkp");
const CLOTHES: &[u8] = include_bytes!("../../../vectors/proofs/v1/fashion-mlp.zkp");
const CLOTHES_KEY: &[u8] = include_bytes!("../../../vectors/proofs/v1/fashion-mlp.zkk");

#[test]
fn a_digit_is_seen_proved_and_verified() {
    let network = Network::shipped("mnist-cnn").unwrap();
    let execution = network.execute(DIGIT).unwrap();
    assert_eq!(execution.label, 7);
    let prover = Prover::new(&network, Target::Evm).unwrap();
    let context = format!("0x{}", "07".repeat(32));
    let mut told = Vec::new();
    let mut progress = |index| {
        told.push(STAGES[index]);
        ControlFlow::Continue(())
    };
    let images = vec![execution.pixels];
    let proof = prover.prove(images, Some(&context), true, &mut progress);
    let proof = proof.unwrap();
    assert_eq!(told, STAGES[1..]);
    assert_eq!(proof.labels, [7]);

    let verification = proof::verify(&proof.file, Trusted::Shipped, Some(&context)).unwrap();
    assert_eq!(verification.known_by, KnownBy::Shipped);
    assert_eq!(verification.layout, Some(LayoutName::Chain));
    assert_eq!(verification.model_id, prover.model_id());
    let files = [DIGIT.to_vec()];
    let compared = proof::compare_images(&proof.file, &files, Trusted::Shipped).unwrap();
    assert_eq!(compared[0].ipfs_uri, execution.ipfs_uri.unwrap());
    let other = proof::verify(&proof.file, Trusted::Network(&network), Some("00"));
    assert!(matches!(other, Err(Error::Context { .. })));
}

#[test]
fn the_ids_of_a_given_network_are_those_of_the_shipped_one() {
    let file = zklens_models::find("mnist-cnn").unwrap().file;
    let network = Network::decode(file).unwrap();
    assert_eq!(network.info().model_id, None);
    let verification = proof::verify(GOLDEN, Trusted::Network(&network), None).unwrap();
    assert_eq!(verification.known_by, KnownBy::Model);
    assert_eq!(verification.layout, Some(LayoutName::Fast));
    Prover::new(&network, Target::Evm).unwrap();
    assert_eq!(network.info(), models().unwrap()[1]);
}

#[test]
fn a_proof_with_a_byte_changed_is_refused_in_a_sentence() {
    // Without its opening: only a comparison with images looks at that.
    let file = ProofFile::decode(CLOTHES).unwrap();
    let file = ProofFile {
        opening: None,
        ..file
    }
    .encode();
    assert!(proof::verify(&file, Trusted::Key(CLOTHES_KEY), None).is_ok());
    for index in (0..file.len()).step_by(151) {
        let mut file = file.clone();
        file[index] ^= 1;
        let error = proof::verify(&file, Trusted::Key(CLOTHES_KEY), None).unwrap_err();
        let message = error.message();
        assert!(
            message.starts_with(char::is_uppercase) && message.ends_with('.'),
            "{message}"
        );
    }
}

#[test]
fn calls_differ_in_their_selector_alone() {
    let [verify, check] =
        [Method::Verify, Method::Check].map(|method| proof::calldata(GOLDEN, method).unwrap());
    assert_ne!(verify[..10], check[..10]);
    assert_eq!(verify[10..], check[10..]);
    assert_eq!(proof::model_id_calldata().len(), 10);
}
