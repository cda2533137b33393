//! Reading a model and running it. `cargo bench -p zklens-model`.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use zklens_model::Model;
use zklens_testkit::Random;
use zklens_testkit::models::{lenet, perceptron};

fn networks(criterion: &mut Criterion) {
    let networks = [
        (
            "mlp 784-300-100-10",
            perceptron([28, 28], &[300, 100, 10], 1),
        ),
        ("lenet", lenet(1)),
    ];
    for (name, model) in &networks {
        let pixels = Random::new(2).pixels(model.preprocessing());
        let file = model.encode();
        let mut group = criterion.benchmark_group(*name);
        group.bench_function("run", |b| b.iter(|| model.run(black_box(&pixels))));
        let classify = || model.classify(black_box(&pixels));
        group.bench_function("classify", |b| b.iter(classify));
        group.bench_function("decode", |b| b.iter(|| Model::decode(black_box(&file))));
        group.finish();
    }
}

criterion_group!(benches, networks);
criterion_main!(benches);
