//! A verifying key from a stranger: what decodes encodes to the same bytes, and a proof of the right length
//! that proves nothing is read to its end and refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use zklens_commitment::VerifierSetup;
use zklens_field::{encode_point, generator};
use zklens_layers::Plan;
use zklens_layers::plan::DEGREE;
use zklens_verifier::{Statement, VerifyError, VerifyingKey, verify};

/// Keys of larger proofs are only decoded.
const MAX_CELLS: usize = 1 << 18;

static SETUP: LazyLock<VerifierSetup> =
    LazyLock::new(|| VerifierSetup::decode(&zklens_setup::TAU_G2).expect("a point"));

fuzz_target!(|bytes: &[u8]| {
    let Ok(key) = VerifyingKey::decode(bytes) else {
        return;
    };
    assert_eq!(key.encode(), bytes);
    let plan = Plan::new(key.circuit(), key.columns(), 1).expect("a key that decodes has a plan");
    let cells = plan.tables.iter().map(|table| table.dims.iter().product::<usize>());
    if cells.sum::<usize>() > MAX_CELLS {
        return;
    }
    let statement = Statement {
        model: key.id(),
        labels: vec![0],
        inputs: vec![generator(); plan.rows.pixels.len()],
        context: [0; 32],
    };
    let points = |count: usize| encode_point(&generator()).repeat(count);
    let scalars = |count: usize| vec![0; 32 * count];
    let tape = [
        points(plan.rows.witness.len() + 1 + plan.rows.helpers.len()),
        scalars(plan.num_vars * DEGREE + plan.num_values()),
        points(1),
        scalars(1),
        points(2),
    ];
    let refused = verify(&SETUP, &key, statement, &tape.concat());
    assert!(matches!(refused, Err(VerifyError::Opening(_))), "{refused:?}");
});
