//! What one masked sumcheck costs the prover, by rows, for the product of `DEGREE` tables.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use zklens_field::{Field, Scalar};
use zklens_prover::sumcheck::{Product, Products, Summand, prove};
use zklens_sumcheck::MaskShape;
use zklens_transcript::{Label, Writer};

const RANDOM: Label = Label::new("bench/random");

fn one_product<const DEGREE: usize>(c: &mut Criterion) {
    let mut random = Writer::new(&[0; 32]);
    let mut scalars = |len| -> Vec<Scalar> { (0..len).map(|_| random.draw(RANDOM)).collect() };
    for num_vars in [12, 16] {
        let tables: Vec<Vec<Scalar>> = (0..DEGREE).map(|_| scalars(1 << num_vars)).collect();
        let shape = MaskShape {
            num_vars,
            degree: DEGREE,
        };
        let mask = scalars(shape.num_coefficients());
        // The sum does not matter for the time.
        let summand = || {
            let product = Product {
                coefficient: Scalar::ONE,
                factors: (0..DEGREE).collect(),
            };
            let products = Products(vec![product]);
            vec![Summand::new(
                num_vars,
                Scalar::ONE,
                tables.clone(),
                products,
            )]
        };
        let name = format!("sumcheck of degree {DEGREE}, 2^{num_vars} rows");
        c.bench_function(&name, |b| {
            let run = |summands| {
                let mut writer = Writer::new(&[0; 32]);
                prove::<DEGREE>(summands, &Scalar::ONE, &mask, &mut writer)
            };
            b.iter_batched(summand, run, BatchSize::LargeInput);
        });
    }
}

criterion_group!(benches, one_product::<2>, one_product::<3>);
criterion_main!(benches);
