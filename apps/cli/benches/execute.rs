//! What `zklens execute` does to one file after start-up.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use zklens_image::{CidVersion, cid};

/// Examples by the model that reads them.
const FILES: [(&str, &str); 3] = [
    ("fashion-mlp", "fashion/2_pullover.jpg"),
    ("fashion-mlp", "fashion/6_shirt.png"),
    ("mnist-cnn", "mnist/digit_7.png"),
];

fn execute(criterion: &mut Criterion) {
    for (name, file) in FILES {
        let model = zklens_models::find(name).unwrap().decode().unwrap();
        let path = format!("{}/../../examples/{file}", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(path).unwrap();
        criterion.bench_function(&format!("execute/{file}"), |bencher| {
            bencher.iter(|| {
                let pixels = zklens_image::pixels(&bytes, model.preprocessing()).unwrap();
                let label = model.classify(&pixels).unwrap().label();
                black_box((label, cid::of(&bytes, CidVersion::V0)))
            });
        });
    }
    criterion.bench_function("load/fashion-mlp", |bencher| {
        bencher.iter(|| zklens_models::ALL[0].decode().unwrap());
    });
}

criterion_group!(benches, execute);
criterion_main!(benches);
