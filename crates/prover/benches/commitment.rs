//! Commitments and openings, at the sizes of a small network.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use zklens_commitment::{Claim, Columns, Functional, Setup};
use zklens_field::{Scalar, linear_combination};
use zklens_multilinear::evaluate;
use zklens_prover::commitment::{Cells, Row, commit, open};
use zklens_setup::{STRING, TAU_G2};
use zklens_transcript::{Label, Writer};

const CLAIMS: usize = 8;
const ROWS_PER_CLAIM: usize = 4;

fn commitment(c: &mut Criterion) {
    let setup = Setup::decode(STRING, &TAU_G2).unwrap();
    for log in [10, 12] {
        let columns = Columns::new(log).unwrap();
        let mut random = Writer::new(&[7; 32]);
        let mut random = |len: usize| -> Vec<Scalar> {
            (0..len).map(|_| random.draw(Label::new("bench"))).collect()
        };
        let count = columns.count();

        let integers = |low: i64, modulus: i64| {
            let cells = (0..1 << log).map(|n: i64| low + n * n % modulus).collect();
            Row {
                cells: Cells::Integers(cells),
                blinding: -Scalar::from(1),
            }
        };
        let scalars = Row {
            cells: Cells::Scalars(random(count)),
            blinding: random(1)[0],
        };
        for (name, row) in [
            ("full-width", scalars.clone()),
            ("bytes", integers(0, 256)),
            ("8-bit signed", integers(-128, 256)),
            ("16-bit signed", integers(-32768, 65536)),
        ] {
            let row = [row];
            c.bench_function(&format!("commit 2^{log} {name}"), |b| {
                b.iter(|| commit(&setup, columns, black_box(&row)));
            });
        }
        let many = vec![integers(-128, 256); 64];
        c.bench_function(&format!("commit 64 rows of 2^{log} 8-bit signed"), |b| {
            b.iter(|| commit(&setup, columns, black_box(&many)));
        });

        let mut rows = vec![integers(-128, 256); CLAIMS * ROWS_PER_CLAIM - 1];
        rows.push(scalars);
        let tables: Vec<Vec<Scalar>> = rows
            .iter()
            .map(|row| match &row.cells {
                Cells::Integers(cells) => cells.iter().map(|n| Scalar::from(*n)).collect(),
                Cells::Scalars(cells) => cells.clone(),
            })
            .collect();
        let claims: Vec<Claim> = (0..CLAIMS)
            .map(|k| {
                let point = random(log);
                let own = k * ROWS_PER_CLAIM..(k + 1) * ROWS_PER_CLAIM;
                let rows: Vec<_> = own.zip(random(ROWS_PER_CLAIM)).collect();
                let value = rows
                    .iter()
                    .map(|(i, rho)| evaluate(&tables[*i], &point).unwrap() * rho);
                let value = value.sum();
                Claim {
                    rows,
                    functional: Functional::Tensor(point),
                    value,
                }
            })
            .collect();
        c.bench_function(
            &format!("open {CLAIMS} claims on {} rows of 2^{log}", rows.len()),
            |b| {
                b.iter_batched(
                    || Writer::new(&[1; 32]),
                    |mut writer| {
                        open(&setup, columns, &rows, &claims, &mut writer);
                        writer
                    },
                    BatchSize::SmallInput,
                );
            },
        );
        let (powers, full) = (&setup.powers()[..count], random(count));
        c.bench_function(&format!("one full-width sum of 2^{log}"), |b| {
            b.iter(|| linear_combination(powers, black_box(&full)));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = commitment
}
criterion_main!(benches);
