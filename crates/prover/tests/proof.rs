//! Proofs of whole networks, made and verified.

use chacha20::ChaCha20Rng;
use rand_core::SeedableRng;
use zklens_commitment::Setup;
use zklens_model::{Model, Pixels};
use zklens_prover::{Privacy, ProvingKey, prove};
use zklens_verifier::verify;

fn setup() -> Setup {
    let setup = Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2);
    setup.expect("the shipped string is valid")
}

fn pixels(model: &Model, seed: usize) -> Pixels {
    let shape = model.preprocessing().shape();
    let len = model.preprocessing().len();
    let values = (0..len).map(|i| ((i * 31 + seed * 97) % 256) as u8);
    Pixels::new(shape, values.collect()).expect("as many values as the shape has")
}

#[test]
fn proves_what_the_shipped_models_see() {
    let setup = setup();
    let mut rng = ChaCha20Rng::from_seed([7; 32]);
    for shipped in zklens_models::ALL {
        let model = Model::decode(shipped.file).unwrap();
        let start = std::time::Instant::now();
        let key = ProvingKey::new(&setup, model.clone(), Privacy::Public).unwrap();
        eprintln!("keygen {:?}", start.elapsed());
        for images in [1, 3, 16] {
            let images: Vec<Pixels> = (0..images).map(|seed| pixels(&model, seed)).collect();
            let start = std::time::Instant::now();
            let proved = prove(&setup, &key, &images, [3; 32], &mut rng).unwrap();
            eprintln!("prove {:?} {} bytes", start.elapsed(), proved.proof.len());
            let start = std::time::Instant::now();
            let verified = verify(
                setup.verifier(),
                key.verifying(),
                proved.statement.clone(),
                &proved.proof,
            );
            eprintln!("verify {:?}", start.elapsed());
            let labels: Vec<usize> = images
                .iter()
                .map(|pixels| model.run(pixels).unwrap().classification().label())
                .collect();
            assert_eq!(verified.unwrap().statement().labels, labels);
        }
    }
}
