//! The coefficients of estimates that fit the measurements best.

use crate::measure::Measured;
use zklens_prover::cost::{Counts, RATES};

/// Prints the coefficients for seconds and for memory.
pub(crate) fn print(rows: &[(Counts, Measured)]) {
    if rows.len() < RATES {
        println!("\nToo few networks to fit {RATES} coefficients.");
        return;
    }
    let seconds = |measured: &Measured| measured.prove();
    let bytes = |measured: &Measured| measured.peak_bytes;
    println!("\nconst SECONDS: Rates = [{}];", words(fit(rows, seconds)));
    println!("const MEMORY: Rates = [{}];", words(fit(rows, bytes)));
}

fn words(rates: [f64; RATES]) -> String {
    rates.map(|rate| format!("{rate:.2e}")).join(", ")
}

/// The coefficients, none below zero, with the least sum of squares of relative errors: by coordinate descent.
fn fit(rows: &[(Counts, Measured)], value: impl Fn(&Measured) -> f64) -> [f64; RATES] {
    let scaled = rows.iter().map(|(counts, measured)| {
        let value = value(measured);
        counts.features().map(|feature| feature / value)
    });
    let scaled: Vec<[f64; RATES]> = scaled.collect();
    let mut rates = [0.0; RATES];
    for _ in 0..100_000 {
        for index in 0..RATES {
            let mut along = 0.0;
            let mut square = 0.0;
            for row in &scaled {
                let sum: f64 = row.iter().zip(&rates).map(|(f, rate)| f * rate).sum();
                along += row[index] * (1.0 - sum);
                square += row[index] * row[index];
            }
            rates[index] = (rates[index] + along / square).max(0.0);
        }
    }
    rates
}
