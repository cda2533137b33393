//! Lies about what tables bring each other.

use crate::case::Case;
use crate::models::{self, nodes, with};
use crate::rules::Rule;
use zklens_layers::gadgets::Gadget;
use zklens_model::{Conv2d, Model, Op, Weights};

/// A witness of another network with the same tables is refused where it is read.
fn is_refused(model: Model, other: &Model) {
    let mut case = Case::new(model, 2);
    case.see(other);
    let is_reader =
        |gadget: &Gadget| matches!(gadget, Gadget::Activation(_) | Gadget::Saturation(_));
    let table = case.network.table(is_reader);
    case.is_refused_for(Rule::Input { table, input: 0 });
}

#[test]
fn another_padding_is_refused() {
    is_refused(models::lopsided(true), &models::lopsided(false));
    is_refused(models::lopsided(false), &models::lopsided(true));
}

#[test]
fn another_average_is_refused() {
    let model = models::averaged();
    let node = nodes(&model, |op| matches!(op, Op::AveragePool(_)))[0];
    let other = with(&model, node, |op| {
        let Op::AveragePool(op) = op else {
            panic!("an average")
        };
        op.multiplier -= 1;
    });
    is_refused(model, &other);
}

#[test]
fn channels_of_another_group_are_refused() {
    let model = models::depthwise();
    let other = with(&model, 1, |op| {
        let Op::Conv2d(Conv2d { weights, .. }) = op else {
            panic!("a convolution")
        };
        let mut values = weights.values().to_vec();
        values.rotate_left(4);
        *weights = Weights::new(values);
    });
    is_refused(model, &other);
}

#[test]
fn another_order_of_branches_is_refused() {
    let mut case = Case::new(models::concat(), 1);
    let table = case.network.activation();
    let [_, _, height, width] = case.network.layout.tables[table].dims;
    for column in &mut case.witness.tables[table] {
        column.rotate_left(height * width);
    }
    case.retell(table + 1);
    case.is_refused_for(Rule::Input { table, input: 0 });
}

#[test]
fn another_copy_is_refused() {
    let mut case = Case::new(models::residual(), 1);
    let table = case.network.table(|gadget| matches!(gadget, Gadget::Copy));
    *case.cell(table, 0, 4) += 1;
    case.retell(table + 1);
    case.is_refused_for(Rule::Input { table, input: 0 });
}

/// The sum of a residual layer without what is added to it.
#[test]
fn a_branch_left_out_is_refused() {
    let model = models::residual();
    let other = with(&model, 2, |op| {
        let Op::Conv2d(Conv2d { weights, bias, .. }) = op else {
            panic!("a convolution")
        };
        *weights = Weights::new(vec![0; weights.values().len()]);
        bias.fill(0);
    });
    is_refused(model, &other);
}

#[test]
fn branches_of_one_shape_exchanged_are_refused() {
    for exchanged in [false, true] {
        is_refused(models::twins(exchanged), &models::twins(!exchanged));
    }
}
