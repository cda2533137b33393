//! Networks that are not the one of the key.

use crate::case::{Case, REFUSED};
use crate::common::{pixels, rng, setup};
use crate::models::{self, nodes, shrink, shrink_bias, with};
use crate::prover::Script;
use crate::rules::{Rule, broken_rules};
use zklens_layers::gadgets::Gadget;
use zklens_model::{Conv2d, Dense, Model, Op, Weights, Window};
use zklens_prover::{Privacy, ProvingKey, Target, prove};
use zklens_testkit::models::perceptron;
use zklens_verifier::VerifyError;

/// The table that reads the layer with this array of weights.
fn reader(case: &Case, array: usize) -> usize {
    let mut tables = case.network.circuit().tables.iter();
    let reads = tables.position(|table| {
        let paths = table.operand.iter().flat_map(|operand| &operand.paths);
        let mut weights = paths.filter_map(|path| path.weights);
        weights.any(|weights| weights.array == array)
    });
    reads.unwrap()
}

/// Only what that table says of its operand is broken; and that is refused, unless nothing is, as when
/// a weight meets nothing but zeros.
fn is_refused_by(case: &Case, table: usize) -> bool {
    let broken = case.broken();
    let is_input = |rule: &Rule| matches!(rule, Rule::Input { table: of, .. } if *of == table);
    assert!(broken.iter().all(is_input), "{broken:?}");
    let result = if broken.is_empty() {
        Ok(())
    } else {
        Err(REFUSED)
    };
    assert_eq!(case.verify(case.prove()), result);
    !broken.is_empty()
}

#[test]
fn one_other_parameter_is_refused() {
    for model in models::all() {
        let mut case = Case::new(model.clone(), 2);
        let mut array = 0;
        for node in nodes(&model, |op| {
            matches!(op, Op::Dense(_) | Op::Conv2d(_) | Op::LookupTable(_))
        }) {
            let (weights, outputs) = match model.graph().nodes()[node].op() {
                Op::Dense(Dense { weights, bias, .. })
                | Op::Conv2d(Conv2d { weights, bias, .. }) => (weights.values().len(), bias.len()),
                _ => {
                    array += 1;
                    continue;
                }
            };
            let table = reader(&case, array);
            array += 2;
            let of_weights = [0, weights / 2, weights - 1].map(|weight| {
                case.see(&with(&model, node, |op| shrink(op, weight)));
                is_refused_by(&case, table)
            });
            let is_constant = model.name() == "constant";
            assert!(of_weights.contains(&true) || is_constant);
            for output in 0..outputs {
                case.see(&with(&model, node, |op| shrink_bias(op, output)));
                assert!(is_refused_by(&case, table));
            }
        }
    }
}

#[test]
fn another_value_of_a_table_is_refused() {
    let model = models::looked_up();
    let mut case = Case::new(model.clone(), 2);
    let table = case
        .network
        .table(|gadget| matches!(gadget, Gadget::Lookup(_)));
    // The entries begin with that of padding.
    let used = *case.cell(table, 0, 0) - 1;
    let node = nodes(&model, |op| matches!(op, Op::LookupTable(_)))[0];
    let other = with(&model, node, |op| {
        let Op::LookupTable(op) = op else {
            panic!("a table")
        };
        let mut values = op.values.values().to_vec();
        values[usize::try_from(used).unwrap()] += 1;
        op.values = Weights::new(values);
    });
    case.see(&other);
    case.count();
    case.is_refused_for(Rule::Entry { table, column: 0 });
}

/// A true proof about one model, in a statement about another.
#[test]
fn the_key_of_another_model_is_refused() {
    let model = models::pooled();
    let case = Case::new(model.clone(), 1);
    let dense = nodes(&model, |op| matches!(op, Op::Dense(_)))[0];
    let padding = |op: &mut Op| {
        if let Op::Conv2d(op) = op {
            let Window { height: rows, .. } = &mut op.window;
            (rows.before, rows.after) = (2, 0);
        }
    };
    let others: [Model; 3] = [
        with(&model, dense, |op| shrink(op, 0)),
        with(&model, dense, |op| shrink_bias(op, 0)),
        with(&model, 1, padding),
    ];
    for other in others {
        let key = ProvingKey::new(setup(), other.clone(), Privacy::Public).unwrap();
        let id = case.network.key.id();
        assert_ne!(key.verifying().id(), id);
        let images = [pixels(&other, 0)];
        let mut proved = prove(setup(), &key, &images, [0; 32], &mut rng(2)).unwrap();
        proved.statement.model = id;
        assert_eq!(case.verify(proved), Err(REFUSED));
    }
}

/// One other parameter of a layer.
type Change = fn(&mut Op);

/// A true run of one model, opened with that model's weights under a key that commits to others. The transcript is
/// bound to that key, so only its rows are false.
#[test]
fn a_row_of_weights_that_is_not_the_keys_is_refused() {
    const COLUMNS: usize = 64;
    let model = models::clipped();
    let layers = nodes(&model, |op| matches!(op, Op::Dense(_)));
    let case = Case::in_rows_of(COLUMNS, &model, 1);
    assert!(case.network.layout.vectors.weights.len() > 2);
    let mut rows = std::collections::BTreeSet::new();
    let changes: [(usize, Change); 4] = [
        (layers[0], |op| shrink(op, 1)),
        (layers[0], |op| shrink(op, 127)),
        (layers[0], |op| shrink_bias(op, 7)),
        (layers[1], |op| shrink(op, 23)),
    ];
    for (node, change) in changes {
        let other = Case::in_rows_of(COLUMNS, &with(&model, node, change), 1);
        assert_eq!(other.network.circuit(), case.network.circuit());
        let changed = case.network.weights.iter().zip(&other.network.weights);
        rows.extend(
            changed
                .enumerate()
                .filter(|(_, (a, b))| a != b)
                .map(|(row, _)| row),
        );
        let mut script = Script::new(&other);
        script.key = &case.network.key;
        assert!(script.broken().is_empty());
        let table = reader(&case, if node == layers[0] { 0 } else { 2 });
        let broken = broken_rules(&case.network, &script.cells, &script.labels);
        assert_eq!(broken, [Rule::Input { table, input: 0 }].into());
        script.is_refused();
    }
    assert!(rows.len() > 1, "rows {rows:?}");
}

/// As [`Case::new`], with weights that only the prover knows.
fn private(model: &Model, images: usize) -> Case {
    let secrets = &mut rng(7);
    let key = ProvingKey::new(setup(), model.clone(), Privacy::Private(secrets)).unwrap();
    let images: Vec<_> = (0..images).map(|seed| pixels(model, seed)).collect();
    Case::with(key, &images)
}

#[test]
fn lies_under_private_weights_are_refused() {
    let model = models::looked_up();
    let mut case = private(&model, 2);
    case.is_proved();
    let public = Case::new(model.clone(), 2);
    assert_ne!(case.network.key.id(), public.network.key.id());
    let mut proved = public.prove();
    proved.statement.model = case.network.key.id();
    assert_eq!(case.verify(proved), Err(REFUSED));

    let table = case.network.circuit().label_table();
    let winner = case.labels[0];
    case.labels[0] = (winner + 1) % 3;
    case.retell_margins();
    case.is_refused_for(case.out_of_range(table, 0, winner));

    let mut case = private(&model, 2);
    let dense = nodes(&model, |op| matches!(op, Op::Dense(_)))[0];
    case.see(&with(&model, dense, |op| shrink_bias(op, 3)));
    assert!(is_refused_by(&case, reader(&case, 0)));

    let mut case = private(&model, 2);
    let table = case
        .network
        .table(|gadget| matches!(gadget, Gadget::Lookup(_)));
    *case.cell(table, 1, 3) += 1;
    case.retell(table + 1);
    case.is_refused_for(Rule::Entry { table, column: 0 });
}

/// The same model in rows of another length, and so another key. The tapes are equally long.
#[test]
fn a_proof_in_rows_of_another_length_is_refused() {
    let [short, long] = [1024, 1088].map(|columns| Case::in_rows_of(columns, &models::pooled(), 1));
    assert_eq!(short.network.layout.vectors, long.network.layout.vectors);
    for (case, other) in [(&short, &long), (&long, &short)] {
        let mut script = Script::new(case);
        assert!(script.verify().is_ok());
        script.key = &other.network.key;
        script.is_refused();
    }
}

#[test]
fn a_proof_of_the_other_layout_is_refused() {
    let [fast, chain] = [Target::Native, Target::Evm].map(|table_layout| {
        let model = perceptron([4, 4], &[60, 3], 1);
        let images = [pixels(&model, 0)];
        let key = ProvingKey::with_target(setup(), model, Privacy::Public, table_layout).unwrap();
        Case::with(key, &images)
    });
    assert_ne!(fast.network.layout.columns, chain.network.layout.columns);
    for (case, other) in [(&fast, &chain), (&chain, &fast)] {
        let mut script = Script::new(case);
        assert!(script.verify().is_ok());
        script.key = &other.network.key;
        let refused = script.verify().map(drop);
        assert!(
            matches!(refused, Err(VerifyError::Tape(_) | VerifyError::Opening(_))),
            "{refused:?}"
        );
    }
}
