//! The prover's time for one masked sumcheck, by number of rows: for the product of `DEGREE − 1` blinded
//! tables, and for constraints on many columns.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_prover::sumcheck::{Combination, Product, Products, Rows, Summand, prove};
use zklens_sumcheck::MaskShape;
use zklens_transcript::{Label, Writer};

const RANDOM: Label = Label::new("bench/random");

/// Sums `combination` once per size, over random tables; the sum does not matter for the time.
fn bench<const DEGREE: usize>(
    c: &mut Criterion,
    name: &str,
    log_rows: &[usize],
    [num_tables, num_blinds]: [usize; 2],
    combination: &(impl Combination + Clone + 'static),
) {
    let mut random = Writer::new(&[0; 32]);
    let mut scalars = |len| -> Vec<Scalar> { (0..len).map(|_| random.draw(RANDOM)).collect() };
    let blinds = scalars(num_blinds);
    let mut tables = |&log_rows: &usize| {
        let table = |_| scalars(1 << log_rows);
        (0..num_tables).map(table).collect()
    };
    let tables: Vec<Vec<Vec<Scalar>>> = log_rows.iter().map(&mut tables).collect();
    let shape = MaskShape {
        num_vars: 1 + log_rows.iter().max().expect("a size"),
        degree: DEGREE,
    };
    let mask = scalars(shape.num_coefficients());
    let summand = |(log_rows, tables): (&usize, &Vec<Vec<Scalar>>)| {
        let combination = combination.clone();
        let rows = Rows::new(log_rows + 1, tables.clone(), blinds.clone(), combination);
        Box::new(rows) as Box<dyn Summand>
    };
    let summands = || log_rows.iter().zip(&tables).map(summand).collect();
    let run = |summands| {
        let mut writer = Writer::new(&[0; 32]);
        prove::<DEGREE>(summands, Scalar::ZERO, &mask, &mut writer)
    };
    let sizes: Vec<String> = log_rows.iter().map(|log| format!("2^{log}")).collect();
    let sizes = sizes.join(" + ");
    let name = format!("sumcheck of degree {DEGREE}, {name}, {sizes} rows");
    c.bench_function(&name, |b| {
        b.iter_batched(summands, run, BatchSize::LargeInput);
    });
}

fn one_product<const DEGREE: usize>(c: &mut Criterion) {
    let product = Product {
        coefficient: Scalar::ONE,
        factors: (0..DEGREE - 1).collect(),
    };
    let products = Products(vec![product]);
    for log_rows in [12, 16] {
        let tables = [DEGREE - 1, DEGREE - 1];
        bench::<DEGREE>(c, "one product", &[log_rows], tables, &products);
    }
}

/// A plain weight, times a random combination of cubic constraints on 25 blinded columns.
#[derive(Clone, Debug)]
struct Constraints(Scalar);

impl Combination for Constraints {
    fn degree(&self) -> usize {
        4
    }

    fn evaluate(&self, cells: &[Scalar]) -> Scalar {
        let (weight, columns) = cells.split_last().expect("a weight");
        let constraint = |columns: &[Scalar]| columns[0] * (columns[1] * columns[2] - columns[0]);
        let constraints = columns.windows(3).map(constraint);
        *weight * constraints.fold(Scalar::ZERO, |sum, value| sum * self.0 + value)
    }
}

fn constraints(c: &mut Criterion) {
    let constraints = Constraints(Scalar::from(3));
    for log_rows in [&[8][..], &[11], &[10, 8, 8, 7, 6, 4]] {
        bench::<4>(c, "26 tables", log_rows, [26, 25], &constraints);
    }
}

criterion_group!(benches, one_product::<3>, one_product::<4>, constraints);
criterion_main!(benches);
