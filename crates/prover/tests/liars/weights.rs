//! Networks that are not the one of the key.

use crate::case::{Case, REFUSED};
use crate::common::{pixels, rng, setup};
use crate::models::{self, nodes, shrink, shrink_bias, with};
use crate::rules::Rule;
use zklens_layers::gadget::Gadget;
use zklens_model::{Conv2d, Dense, Model, Op, Weights, Window};
use zklens_prover::{Privacy, ProvingKey, prove};

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
            matches!(op, Op::Dense(_) | Op::Conv2d(_) | Op::Table(_))
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
    let node = nodes(&model, |op| matches!(op, Op::Table(_)))[0];
    let other = with(&model, node, |op| {
        let Op::Table(op) = op else { panic!("a table") };
        let mut values = op.values.values().to_vec();
        values[usize::try_from(used).unwrap()] += 1;
        op.values = Weights::new(values);
    });
    case.see(&other);
    case.count();
    case.is_refused_for(Rule::Entry { table, column: 0 });
}

/// What a model sees, with its own key, claimed of another model.
#[test]
fn the_key_of_another_model_is_refused() {
    let model = models::pooled();
    let case = Case::new(model.clone(), 1);
    let dense = nodes(&model, |op| matches!(op, Op::Dense(_)))[0];
    let padding = |op: &mut Op| {
        if let Op::Conv2d(op) = op {
            let Window { rows, .. } = &mut op.window;
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
        let id = case.network.key.verifying().id();
        assert_ne!(key.verifying().id(), id);
        let images = [pixels(&other, 0)];
        let mut proved = prove(setup(), &key, &images, [0; 32], &mut rng(2)).unwrap();
        proved.statement.model = id;
        assert_eq!(case.verify(proved), Err(REFUSED));
    }
}
