//! How many cells, images and random cells there may be.

use crate::*;
use zklens_commitment::VectorLength;
use zklens_field::Scalar;
use zklens_layers::dims::MAX_IMAGES;
use zklens_layers::gadgets::lookup::LookupChallenges;
use zklens_layers::layout::FREE_CELLS;
use zklens_layers::{Challenges, Layout, Relations};
use zklens_model::Window;

/// Each claim on a column weighs one cell of the mask row that is its own: no two values, and no value and the mask of
/// the sumcheck, share one.
#[test]
fn every_column_has_a_random_cell_of_its_own() {
    for images in [1, 3] {
        let layout = Layout::new(&circuit(), VectorLength::new(512).unwrap(), images).unwrap();
        let blinds = layout.tables.iter().flat_map(|table| {
            assert_eq!(table.blinds.len(), table.columns().len());
            table.blinds.iter().copied()
        });
        let mut blinds: Vec<usize> = blinds.collect();
        blinds.sort_unstable();
        let mask = FREE_CELLS + layout.mask_shape().num_coefficients();
        assert_eq!(blinds, (mask..layout.vectors.random).collect::<Vec<_>>());
    }
}

#[test]
fn random_cells_fill_a_row_at_most() {
    let layout = |columns: usize| {
        let columns = VectorLength::new(columns).unwrap();
        Layout::new(&circuit(), columns, 1).map(|layout| layout.vectors.random)
    };
    let needed = layout(512).unwrap();
    assert_eq!(layout(needed), Ok(needed));
    for columns in [1, needed - 1] {
        let refused = layout(columns);
        let is_too_long = matches!(
            refused,
            Err(LayerError::MaskTooLong { columns: got, .. }) if got == columns
        );
        assert!(is_too_long, "{refused:?}");
    }
}

#[test]
fn a_proof_is_of_as_many_images_as_are_allowed() {
    let layout = |images: usize| {
        let columns = VectorLength::new(4096).unwrap();
        Layout::new(&circuit(), columns, images).map(|layout| layout.images)
    };
    for images in [1, MAX_IMAGES] {
        assert_eq!(layout(images), Ok(images));
    }
    assert_eq!(layout(0), Err(LayerError::NoImages));
    for images in [MAX_IMAGES + 1, usize::MAX] {
        let refused = layout(images);
        let is_too_large =
            matches!(refused, Err(LayerError::TooLarge { images: got, .. }) if got == images);
        assert!(is_too_large, "{refused:?}");
    }
}

/// Every row of the hypercube counts a cell for each column, for a number its bytes, and one for the wires.
#[test]
fn cells_of_all_columns_are_counted() {
    // 1,024 images of 2²² cells and the blinding variable: 2³³ rows. Pixels have a byte and a helper.
    let circuit = |gadget: Gadget| {
        let sides = [1, 1, 1 << 22];
        let mut circuit = circuit();
        circuit.tables[0].sides = sides;
        circuit.tables[COPY].sides = sides;
        circuit.tables[COPY].gadget = gadget;
        circuit
    };
    let counted = |gadget: Gadget| {
        let columns = VectorLength::new(4096).unwrap();
        match Layout::new(&circuit(gadget), columns, MAX_IMAGES) {
            Err(LayerError::TooLarge { cells, .. }) => cells >> 33,
            other => panic!("{other:?}"),
        }
    };
    let gadget = Activation {
        magnitude_bytes: 4,
        ..activation()
    };
    // A remainder of one byte, a magnitude of four.
    assert_eq!(counted(Gadget::Activation(gadget)), 3 + 6);
    assert_eq!(counted(Gadget::Clip(clip())), 3 + 5);
    // A sign of one byte, a magnitude of two.
    assert_eq!(counted(Gadget::PRelu(p_relu())), 3 + 4);
    // A remainder and a place of one byte, an excess of two.
    assert_eq!(counted(Gadget::Saturation(saturation())), 3 + 5);
    // A window of four taps: gaps of two bytes, and a selector, which is an integer.
    let gadget = Saturation {
        window: Some(Window::square(2, 1)),
        gap_bytes: 2,
        ..saturation()
    };
    assert_eq!(counted(Gadget::Saturation(gadget)), 3 + 5 + 4 * 2 + 1);
    let lookup = Lookup {
        first: 0,
        entries: ENTRIES,
    };
    // A position, a value and a helper.
    assert_eq!(counted(Gadget::Lookup(lookup)), 3 + 4);
}

#[test]
fn labels_are_as_many_as_images_and_are_classes() {
    let circuit = circuit();
    let check = |images: usize, labels: &[usize]| {
        let layout = Layout::new(&circuit, VectorLength::new(512).unwrap(), images).unwrap();
        let scalar = |number: u64| Scalar::from(number);
        let challenges = Challenges {
            lookup: LookupChallenges {
                alpha: scalar(2),
                beta: scalar(3),
            },
            point: (1..layout.num_vars as u64).map(scalar).collect(),
            lambda: scalar(5),
        };
        Relations::new(&circuit, &layout, labels, &challenges).map(drop)
    };
    let refused = |image, label| {
        let classes = 4;
        Err(LayerError::Label {
            image,
            label,
            classes,
        })
    };
    assert_eq!(check(1, &[3]), Ok(()));
    assert_eq!(check(2, &[0, 3]), Ok(()));
    assert_eq!(check(1, &[4]), refused(0, 4));
    assert_eq!(check(2, &[0, usize::MAX]), refused(1, usize::MAX));
    let count = |expected, got| Err(LayerError::LabelCount { expected, got });
    assert_eq!(check(1, &[]), count(1, 0));
    assert_eq!(check(2, &[0]), count(2, 1));
    assert_eq!(check(1, &[0, 0]), count(1, 2));
}
