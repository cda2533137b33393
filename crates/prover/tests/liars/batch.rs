//! Images of a batch taken for each other.

use crate::case::{Case, REFUSED};
use crate::models;
use crate::rules::Rule;
use zklens_layers::gadgets::Gadget;
use zklens_model::Pixels;
use zklens_testkit::Random;

const IMAGES: usize = 6;

/// Six images. The first two have different labels, and four share a committed vector of pixels.
fn batch() -> Case {
    let model = models::clipped();
    let mut random = Random::new(1);
    let label = |image: &Pixels| model.run(image).unwrap().classification().label();
    let images: Vec<_> = (0..100)
        .map(|_| random.pixels(model.preprocessing()))
        .collect();
    let is_other = |image: &&Pixels| label(image) != label(&images[0]);
    let other = images.iter().find(is_other).expect("images of two labels");
    let mut batch = vec![images[0].clone(), other.clone()];
    batch.extend(images[1..].iter().cloned());
    batch.truncate(IMAGES);
    let case = Case::of_in_rows(4 * 16, &model, &batch);
    assert_eq!(case.network.layout.vectors.pixels.len(), 2);
    case
}

/// Swaps two images in every table.
fn swap_images(case: &mut Case, a: usize, b: usize) {
    for table in 0..case.network.layout.tables.len() {
        swap_in(case, table, a, b);
    }
    case.labels.swap(a, b);
    case.count();
}

fn swap_in(case: &mut Case, table: usize, a: usize, b: usize) {
    if a == b || !case.network.circuit().tables[table].gadget.is_per_image() {
        return;
    }
    let cells = case.network.rows(table) / IMAGES;
    for column in &mut case.witness.tables[table] {
        for cell in 0..cells {
            column.swap(a * cells + cell, b * cells + cell);
        }
    }
}

#[test]
fn inputs_of_a_statement_swapped_are_refused() {
    let case = batch();
    let mut proved = case.prove();
    proved.statement.inputs.swap(0, 1);
    assert_eq!(case.verify(proved), Err(REFUSED));
}

/// The inputs of a proof of the same images in another order. Only two of its labels differ.
#[test]
fn inputs_of_another_order_are_refused() {
    let (case, mut other) = (batch(), batch());
    swap_images(&mut other, 0, 1);
    let (mut proved, other) = (case.prove(), other.prove());
    assert_eq!(proved.statement.inputs[1], other.statement.inputs[1]);
    proved.statement.inputs = other.statement.inputs;
    assert_eq!(case.verify(proved.clone()), Err(REFUSED));
    proved.statement.labels.swap(0, 1);
    assert_eq!(case.verify(proved), Err(REFUSED));
}

#[test]
fn labels_of_a_statement_swapped_are_refused() {
    let case = batch();
    let mut proved = case.prove();
    proved.statement.labels.swap(0, 1);
    assert_eq!(case.verify(proved), Err(REFUSED));
}

#[test]
fn both_swapped_are_refused_but_with_a_witness_to_match() {
    let mut case = batch();
    let mut proved = case.prove();
    proved.statement.inputs.swap(0, 1);
    proved.statement.labels.swap(0, 1);
    assert_eq!(case.verify(proved), Err(REFUSED));
    for other in [1, 5] {
        swap_images(&mut case, 0, other);
        case.is_proved();
    }
}

#[test]
fn labels_swapped_by_the_prover_are_refused() {
    let mut case = batch();
    let winner = case.labels[0];
    case.labels.swap(0, 1);
    let table = case.network.circuit().label_table();
    case.is_refused_for(Rule::Input { table, input: 0 });
    case.retell_margins();
    case.is_refused_for(case.out_of_range(table, 0, winner));
}

#[test]
fn images_swapped_in_one_table_are_refused() {
    let activation = batch().network.activation();
    let clip = batch()
        .network
        .table(|gadget| matches!(gadget, Gadget::Clip(_)));
    let label = batch().network.circuit().label_table();
    // A changed cell breaks the inputs of the tables that read it, and the input of its own table.
    for (table, broken) in [
        (0, vec![activation]),
        (activation, vec![activation, clip]),
        (label, vec![label]),
    ] {
        let mut case = batch();
        swap_in(&mut case, table, 0, 1);
        case.count();
        let rules = broken
            .into_iter()
            .map(|table| Rule::Input { table, input: 0 });
        assert_eq!(case.broken(), rules.collect(), "table {table}");
        assert_eq!(case.verify(case.prove()), Err(REFUSED));
    }
}

/// The hypercube has places for four images or eight, and some are padding.
#[test]
fn in_odd_batches_a_lie_about_any_image_is_refused() {
    const MAGNITUDE: usize = 2;
    for images in [3, 5] {
        for image in 0..images {
            let mut case = Case::new(models::clipped(), images);
            let (label, activation) = (
                case.network.circuit().label_table(),
                case.network.activation(),
            );
            let told = case.witness.clone();
            // The second of three classes.
            let margins = case.witness.tables[label][0][3 * image..][..3].to_vec();
            let winner = case.labels[image];
            let others = (0..3).filter(|class| *class != winner);
            case.labels[image] = others.min_by_key(|class| margins[*class]).unwrap();
            case.retell_margins();
            case.is_refused_for(case.out_of_range(label, 0, 3 * image + winner));

            case.labels[image] = winner;
            case.witness.clone_from(&told);
            let cells = case.network.rows(activation) / images;
            *case.cell(activation, MAGNITUDE, cells * image + 1) += 1;
            case.retell(activation + 1);
            let (table, input) = (activation, 0);
            case.is_refused_for(Rule::Input { table, input });
        }
    }
}
