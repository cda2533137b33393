//! Keys, proofs and verification of the shipped models.

#![allow(
    missing_docs,
    reason = "criterion's macros write functions without docs"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use rand_core::UnwrapErr;
use std::hint::black_box;
use zklens_commitment::Setup;
use zklens_model::Pixels;
use zklens_prover::{Privacy, ProvingKey, prove};
use zklens_verifier::verify;

fn proofs(criterion: &mut Criterion) {
    let setup = Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2).expect("a setup");
    let mut rng = UnwrapErr(getrandom::SysRng);
    for shipped in zklens_models::ALL {
        let model = shipped.decode().expect("a shipped model");
        let len = model.preprocessing().len();
        let image = |seed: usize| {
            let values = (0..len).map(|index| ((index * 31 + seed * 97) % 256) as u8);
            Pixels::new(model.preprocessing().shape(), values.collect()).expect("its shape")
        };
        let mut group = criterion.benchmark_group(shipped.name);
        group.sample_size(10);
        group.bench_function("keygen", |bencher| {
            bencher.iter(|| ProvingKey::new(&setup, model.clone(), Privacy::Public));
        });
        let key = ProvingKey::new(&setup, model.clone(), Privacy::Public).expect("provable");
        for count in [1, 16] {
            let images: Vec<Pixels> = (0..count).map(image).collect();
            group.bench_function(format!("prove/{count}"), |bencher| {
                bencher.iter(|| prove(&setup, &key, black_box(&images), [0; 32], &mut rng));
            });
            let proved = prove(&setup, &key, &images, [0; 32], &mut rng).expect("a proof");
            group.bench_function(format!("verify/{count}"), |bencher| {
                bencher.iter(|| {
                    let statement = proved.statement.clone();
                    verify(setup.verifier(), key.verifying(), statement, &proved.proof)
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, proofs);
criterion_main!(benches);
