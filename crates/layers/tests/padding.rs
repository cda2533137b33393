//! The queries of padding rows are an entry, because one claim says so.

use zklens_commitment::{Claim, VectorLength};
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_layers::gadgets::Gadget;
use zklens_layers::gadgets::lookup::LookupChallenges;
use zklens_layers::layout::DEGREE;
use zklens_layers::relation::closing::close;
use zklens_layers::{Challenges, Circuit, Layout, Relations};
use zklens_model::{Clip, Interval, LookupTable, Model, Op, Rescale, Weights};
use zklens_sumcheck::EvalClaim;
use zklens_testkit::models::{Layers, preprocessing};

/// A table of 300 values, and so 301 entries.
fn model() -> Model {
    let mut layers = Layers::new(preprocessing([4, 4], false), 5);
    layers.flatten();
    layers.dense(8);
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    let bounds = Interval { lo: -150, hi: 149 };
    layers.then(Op::Clip(Clip { bounds }));
    layers.then(Op::LookupTable(LookupTable {
        first: -150,
        values: Weights::new((-150..150).collect()),
        scale: 0,
    }));
    layers.dense(3);
    layers.finish("looked up")
}

/// The claims at the end of a sumcheck, whatever it was about.
fn claims(circuit: &Circuit, layout: &Layout) -> Vec<Claim> {
    let mut next = 1_u64;
    let mut draw = || {
        next += 1;
        Scalar::from(next)
    };
    let challenges = Challenges {
        lookup: LookupChallenges {
            alpha: draw(),
            beta: draw(),
        },
        point: (1..layout.num_vars).map(|_| draw()).collect(),
        lambda: draw(),
    };
    let relations = Relations::new(circuit, layout, &[0], &challenges).unwrap();
    let end = EvalClaim::<DEGREE> {
        point: (0..layout.num_vars).map(|_| draw()).collect(),
        value: draw(),
    };
    let values = layout.tables.iter().map(|table| {
        let values = table.placements.iter().map(|_| draw());
        values.collect()
    });
    let values: Vec<Vec<Scalar>> = values.collect();
    close(circuit, layout, &relations, &challenges, end, &values)
}

#[test]
fn the_first_entry_of_a_table_is_claimed_to_be_zero_however_its_array_lies() {
    let circuit = Circuit::compile(&model()).unwrap();
    let entries = circuit.tables.iter().find_map(|table| match &table.gadget {
        Gadget::Entries(entries) => Some(entries.array),
        _ => None,
    });
    // In one row, and cut.
    for columns in [512, 256] {
        let layout = Layout::new(&circuit, VectorLength::new(columns).unwrap(), 1).unwrap();
        let spans = layout.arrays[entries.unwrap()].spans();
        assert_eq!(spans.len(), 301_usize.div_ceil(columns));
        let claims = claims(&circuit, &layout);
        let claim = claims.last().unwrap();
        assert_eq!(claim.value, Scalar::ZERO);
        let mut weighed = Vec::new();
        for term in &claim.terms {
            let weights = term.functional.coefficients(layout.columns);
            for (row, coefficient) in &term.vectors {
                let weights = weights.iter().enumerate();
                let weights = weights.map(|(column, weight)| (*row, column, *weight * coefficient));
                weighed.extend(weights.filter(|(_, _, weight)| *weight != Scalar::ZERO));
            }
        }
        assert_eq!(weighed, [(spans[0].vector, spans[0].offset, Scalar::ONE)]);
    }
}
