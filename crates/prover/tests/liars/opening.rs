//! Lies about what no witness says: helpers, masks, cells that nothing owns, rows changed late.

use crate::case::Case;
use crate::models;
use crate::network::{Network, nonzero_weights};
use crate::prover::Script;
use std::collections::BTreeSet;
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_layers::gadgets::Query;
use zklens_layers::gadgets::lookup::{Helper, LookupChallenges};
use zklens_layers::layout::FREE_CELLS;
use zklens_layers::relation::closing::close;
use zklens_layers::{Challenges, Relations};
use zklens_sumcheck::EvalClaim;

/// The slow prover's honest proof is accepted. So each refusal below is due to the change that the test makes.
#[test]
fn the_slow_prover_proves_the_truth() {
    for model in models::all() {
        let case = Case::new(model, 2);
        assert!(Script::new(&case).verify().is_ok());
    }
}

#[test]
fn a_wrong_helper_is_refused() {
    let case = Case::new(models::pooled(), 1);
    let mut script = Script::new(&case);
    script.helpers = |_, helpers| helpers[0][0][3] += Scalar::ONE;
    script.is_refused();
}

/// Their sum stays, their rules do not.
#[test]
fn helpers_that_are_wrong_by_the_same_are_refused() {
    let case = Case::new(models::pooled(), 1);
    let mut script = Script::new(&case);
    script.helpers = |_, helpers| {
        helpers[0][0][3] += Scalar::ONE;
        helpers[0][0][4] -= Scalar::ONE;
    };
    script.is_refused();
    // Two helpers of different tables.
    script.helpers = |network, helpers| {
        helpers[0][0][3] += Scalar::ONE;
        helpers[network.circuit().bytes_table()][0][9] += Scalar::ONE;
    };
    script.is_refused();
    script.helpers = |network, helpers| {
        helpers[network.circuit().range_table()][0][3] += Scalar::ONE;
        helpers[network.circuit().bytes_table()][0][9] += Scalar::ONE;
    };
    script.is_refused();
}

#[test]
fn a_mask_left_out_of_the_opening_is_refused() {
    let case = Case::new(models::pooled(), 1);
    let mut script = Script::new(&case);
    script.claims = |network, claims| {
        let mask = network.layout.vectors.mask;
        let last = claims[0].terms.pop().unwrap();
        assert_eq!(last.vectors, [(mask, Scalar::ONE)]);
    };
    script.is_refused();
    script.claims = |_, claims| drop(claims[1].terms.pop());
    script.is_refused();
}

/// A prover who knows `α` before it commits can look up a value that is not a byte.
#[test]
fn cells_changed_after_the_draw_are_refused() {
    let case = Case::new(models::constant(&[3, 4]), 1);
    let mut script = Script::new(&case);
    script.after_draw = |lookup, cells| cells[0][0][2] = -lookup.alpha;
    script.is_refused();
    script.after_draw = |_, cells| cells[0][0][2] += Scalar::ONE;
    script.is_refused();
    // The table of all numbers' bytes is the last but one.
    script.after_draw = |lookup, cells| {
        let range = cells.len() - 2;
        cells[range][0][0] = -lookup.alpha;
    };
    script.is_refused();
}

/// One query at the pole breaks its rule. Two queries of one helper at the pole leave the helper free. That is why
/// `α` is drawn after all queries are committed to.
#[test]
fn queries_at_the_pole_leave_a_helper_free() {
    let challenges = LookupChallenges {
        alpha: Scalar::from(1_u64 << 40),
        beta: Scalar::from(3_u64),
    };
    let asked = |columns: &[usize]| Helper::Queries {
        queries: columns.iter().map(|column| Query::Byte(*column)).collect(),
        table: None,
    };
    let pole = -challenges.alpha;
    for helper in (0..4_u64).map(Scalar::from) {
        let is_free = |keys: Helper, cells: [Scalar; 3]| {
            keys.rule(2, 3, &challenges).evaluate(&cells) == Scalar::ZERO
        };
        let byte = Scalar::from(9_u64);
        assert!(!is_free(asked(&[0]), [pole, byte, helper]));
        assert!(!is_free(asked(&[0, 1]), [pole, byte, helper]));
        assert!(is_free(asked(&[0, 1]), [pole, pole, helper]));
    }
}

/// The commitment has one pixel, and the rest of the proof a different one.
#[test]
fn vectors_changed_after_they_were_committed_to_are_refused() {
    let case = Case::new(models::pooled(), 1);
    let mut script = Script::new(&case);
    script.rows = |network, rows| rows[network.layout.vectors.pixels.start][0] += Scalar::ONE;
    script.is_refused();
}

/// Padding of the hypercube has no place in any row: only cells of tensors are committed to.
#[test]
fn cells_beyond_a_tensor_are_not_committed_to() {
    let mut case = Case::new(models::pooled(), 1);
    for column in case.witness.tables.iter_mut().flatten() {
        column.push(99);
    }
    case.is_proved();
}

/// Cells of rows that belong to no array are weighed by no claim. So a proof with something in them
/// is a proof of the same statement.
#[test]
fn cells_that_nothing_owns_do_not_matter() {
    let case = Case::new(models::pooled(), 1);
    let mut script = Script::new(&case);
    let honest = script.verify().unwrap();
    script.rows = |network, rows| {
        for row in &mut rows[network.layout.vectors.pixels.start..] {
            row.resize(network.layout.columns.count(), Scalar::from(77_u64));
        }
    };
    let other = script.verify().unwrap();
    assert_eq!(other.statement.labels, honest.statement.labels);
    // The statement is about another commitment, which no opening shows to be of these pixels.
    assert_ne!(other.statement.inputs, honest.statement.inputs);
}

#[test]
fn no_claim_weighs_a_cell_that_nothing_owns() {
    for model in models::all() {
        let case = Case::new(model, 2);
        let network = &case.network;
        let owned = owned(network);
        let mut weighed = BTreeSet::new();
        for claim in claims(&case) {
            for term in claim.terms {
                let columns = nonzero_weights(&term.functional);
                for (row, _) in term.vectors {
                    weighed.extend(columns.iter().map(|(column, _)| (row, *column)));
                }
            }
        }
        assert_eq!(weighed, owned, "{}", case.model.name());
        for free in 0..3 {
            assert!(!weighed.contains(&(network.layout.vectors.mask, free)));
        }
    }
}

/// Every cell of every array and of every chunk of the rows of bytes, and the cells of the mask row that are
/// random but not free.
fn owned(network: &Network) -> BTreeSet<(usize, usize)> {
    let layout = &network.layout;
    let places = layout
        .tables
        .iter()
        .flat_map(|table| table.placements.iter().flatten());
    let spans = layout
        .arrays
        .iter()
        .chain(places)
        .flat_map(|array| array.spans());
    let cells = spans.flat_map(|span| {
        let columns = span.offset..span.offset + span.cells.len();
        columns.map(move |column| (span.vector, column))
    });
    let mask = FREE_CELLS..layout.vectors.random;
    let blinds = layout.tables.iter().flat_map(|table| &table.blinds);
    let coefficients = layout.mask_shape().num_coefficients();
    assert_eq!(mask.len(), coefficients + blinds.count());
    cells
        .chain(mask.map(|column| (layout.vectors.mask, column)))
        .collect()
}

/// The claims at challenges that are all different.
fn claims(case: &Case) -> Vec<zklens_commitment::Claim> {
    let Network { layout, .. } = &case.network;
    let random = |index: usize| Scalar::from(1_000_003_u64).pow([index as u64 + 2]);
    let challenges = Challenges {
        lookup: LookupChallenges {
            alpha: random(0),
            beta: random(1),
        },
        point: (1..layout.num_vars)
            .map(|index| random(index + 2))
            .collect(),
        lambda: random(100),
    };
    let circuit = case.network.circuit();
    let relations = Relations::new(circuit, layout, &case.labels, &challenges).unwrap();
    let end = EvalClaim {
        point: (0..layout.num_vars)
            .map(|index| random(index + 200))
            .collect(),
        value: Scalar::ONE,
    };
    let values = layout.tables.iter().enumerate();
    let values = values
        .map(|(table, table_layout)| vec![random(300 + table); table_layout.placements.len()]);
    let values: Vec<_> = values.collect();
    close(circuit, layout, &relations, &challenges, end, &values)
}
