//! Commitments and openings, at the sizes of a small network.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use zklens_commitment::{Claim, Factor, Functional, Setup, Term, VectorLength};
use zklens_field::{Scalar, sum_of_scalars};
use zklens_multilinear::eq_table;
use zklens_prover::commitment::{Cells, Vector, commit, open};
use zklens_setup::{STRING, TAU_G2};
use zklens_transcript::{Label, Writer};

const CLAIMS: usize = 8;
const ROWS_PER_CLAIM: usize = 4;

fn commitment(c: &mut Criterion) {
    let setup = Setup::decode(STRING, &TAU_G2).unwrap();
    for log in [10, 12] {
        let columns = VectorLength::new(1 << log).unwrap();
        let mut random = Writer::new(&[7; 32]);
        let mut random = |len: usize| -> Vec<Scalar> {
            (0..len).map(|_| random.draw(Label::new("bench"))).collect()
        };
        let count = columns.count();

        let integers = |low: i64, modulus: i64| {
            let cells = (0..1 << log).map(|n: i64| low + n * n % modulus);
            Vector {
                cells: Cells::Integers(cells.collect::<Vec<i64>>().into()),
                blinding: -Scalar::from(1),
            }
        };
        // As how often each value of a table occurs: bytes, and few numbers that are larger.
        let mut multiplicities = integers(0, 256);
        if let Cells::Integers(cells) = &mut multiplicities.cells {
            let mut larger = cells.to_vec();
            let few = larger.iter_mut().step_by(count / 16);
            few.for_each(|n| *n += 3000);
            *cells = larger.into();
        }
        let scalars = Vector {
            cells: Cells::Scalars(random(count)),
            blinding: random(1)[0],
        };
        for (name, vector) in [
            ("full-width", scalars.clone()),
            ("bytes", integers(0, 256)),
            ("8-bit signed", integers(-128, 256)),
            ("bytes, 16 of them larger", multiplicities),
            ("16-bit signed", integers(-32768, 65536)),
        ] {
            let vector = [vector];
            c.bench_function(&format!("commit 2^{log} {name}"), |b| {
                b.iter(|| commit(&setup, columns, black_box(&vector)));
            });
        }
        let many = vec![integers(-128, 256); 64];
        c.bench_function(&format!("commit 64 vectors of 2^{log} 8-bit signed"), |b| {
            b.iter(|| commit(&setup, columns, black_box(&many)));
        });

        // As for the helpers of a lookup: two picks of one of 255 values in every column.
        let values = [vec![Scalar::from(0)], random(255)].concat();
        let picks = (0..count as u32).flat_map(|n| [(n, n * 7 % 256), (n, n / 3 % 256)]);
        let sums = [Vector {
            cells: Cells::sums(values, picks.collect(), count),
            blinding: random(1)[0],
        }];
        c.bench_function(&format!("commit 2^{log} sums of two picks"), |b| {
            b.iter(|| commit(&setup, columns, black_box(&sums)));
        });

        let mut vectors = vec![integers(-128, 256); CLAIMS * ROWS_PER_CLAIM - 1];
        vectors.push(scalars);
        let claims: Vec<Claim> = (0..CLAIMS)
            .map(|k| {
                let own = k * ROWS_PER_CLAIM..(k + 1) * ROWS_PER_CLAIM;
                let term = Term {
                    vectors: own.zip(random(ROWS_PER_CLAIM)).collect(),
                    functional: tensor(&random(log)),
                };
                claim(columns, &vectors, vec![term])
            })
            .collect();
        c.bench_function(
            &format!(
                "open {CLAIMS} claims on {} vectors of 2^{log}",
                vectors.len()
            ),
            |b| {
                b.iter_batched(
                    || Writer::new(&[1; 32]),
                    |mut writer| {
                        open(&setup, columns, &vectors, &claims, &mut writer);
                        writer
                    },
                    BatchSize::SmallInput,
                );
            },
        );
        // Every vector alone at a point of its own, and cells of one vector.
        let claims: Vec<Claim> = (0..vectors.len())
            .map(|vector| {
                let terms = [
                    (vector, tensor(&random(log))),
                    (vectors.len() - 1, Functional::cell(vector)),
                ];
                let terms = terms.map(|(vector, functional)| Term {
                    vectors: vec![(vector, Scalar::from(1))],
                    functional,
                });
                claim(columns, &vectors, terms.to_vec())
            })
            .collect();
        c.bench_function(
            &format!("open every vector of {} of 2^{log} alone", vectors.len()),
            |b| {
                b.iter_batched(
                    || Writer::new(&[1; 32]),
                    |mut writer| {
                        open(&setup, columns, &vectors, &claims, &mut writer);
                        writer
                    },
                    BatchSize::SmallInput,
                );
            },
        );
        let (powers, full) = (&setup.powers()[..count], random(count));
        c.bench_function(&format!("one full-width sum of 2^{log}"), |b| {
            b.iter(|| sum_of_scalars(powers, black_box(&full)));
        });
    }
}

/// A point's functional, as one factor.
fn tensor(point: &[Scalar]) -> Functional {
    Functional {
        offset: 0,
        factors: vec![Factor {
            axis: eq_table(point).into(),
            stride: 1,
        }],
    }
}

/// The claim that is true.
fn claim(columns: VectorLength, vectors: &[Vector], terms: Vec<Term>) -> Claim {
    let mut value = Scalar::from(0);
    for term in &terms {
        let weights = term.functional.coefficients(columns);
        for (vector, rho) in &term.vectors {
            let dot: Scalar = match &vectors[*vector].cells {
                Cells::Integers(cells) => {
                    let cells = cells.to_vec().into_iter().zip(&weights);
                    cells.map(|(n, weight)| Scalar::from(n) * weight).sum()
                }
                Cells::Scalars(cells) | Cells::Sums { cells, .. } => {
                    let cells = cells.iter().zip(&weights);
                    cells.map(|(cell, weight)| *cell * weight).sum()
                }
                Cells::OfBytes(_) => unreachable!("only whole proofs make them"),
            };
            value += dot * rho;
        }
    }
    Claim { terms, value }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = commitment
}
criterion_main!(benches);
