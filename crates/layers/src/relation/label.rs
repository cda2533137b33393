//! The label: no class has a larger logit, and no earlier class an equal one.
//!
//! For an image with label `ℓ` the *margin* of class `j` is `logit_ℓ − logit_j − [j < ℓ]`. The table of
//! [`Gadget::Label`](crate::gadgets::Gadget::Label) shows that every margin is a number, so it is not negative.

use super::wiring::Covector;
use crate::circuit::Circuit;
use crate::dims::{AXES, products};
use crate::error::LayerError;
use crate::layout::Layout;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use zklens_commitment::AxisVector;
use zklens_field::Scalar;

/// The covectors of `logit_ℓ − logit_j` for every class `j`, and the constant that `−[j < ℓ]` adds: of equal logits the
/// first class wins. `base` weighs the margins of a table with sides `dims`.
pub(super) fn margins(
    base: &Covector,
    dims: [usize; AXES],
    labels: &[usize],
) -> (Vec<Covector>, Scalar) {
    let [images, channels, along_height, along_width] = base.axes.clone().map(|axis| axis.values());
    let [_, depth, height, width] = dims;
    let mut covectors = Vec::from([Covector {
        coefficient: -base.coefficient,
        axes: base.axes.clone(),
    }]);
    let classes = products(&[&channels, &along_height, &along_width]);
    let all_classes: Scalar = classes.iter().sum();
    let mut constant = Scalar::default();
    let (mut earlier, mut first) = (Scalar::default(), 0);
    for label in distinct(labels) {
        // Labels rise, so each sum goes on from the last.
        let between = classes.iter().take(label).skip(first);
        earlier += between.sum::<Scalar>();
        first = label;
        // The images of this label, as one covector.
        let pairs = labels.iter().zip(&images);
        let of_label = |(of_image, value): (&usize, &Scalar)| match *of_image == label {
            true => *value,
            false => Scalar::default(),
        };
        let values: Vec<Scalar> = pairs.map(of_label).collect();
        constant += base.coefficient * values.iter().sum::<Scalar>() * earlier;
        let line = label.checked_div(width).unwrap_or_default();
        let channel = line.checked_div(height).unwrap_or_default();
        let row = line.checked_rem(height).unwrap_or_default();
        let column = label.checked_rem(width).unwrap_or_default();
        let one_at = |index, len| AxisVector::Unit { index, len };
        covectors.push(Covector {
            coefficient: base.coefficient * all_classes,
            axes: [
                AxisVector::Listed(values),
                one_at(channel, depth),
                one_at(row, height),
                one_at(column, width),
            ],
        });
    }
    (covectors, constant)
}

/// The labels that occur, each once, in rising order.
pub(super) fn distinct(labels: &[usize]) -> BTreeSet<usize> {
    labels.iter().copied().collect()
}

/// Checks that there is a label for every image, and that each is a class.
pub(super) fn check_labels(
    circuit: &Circuit,
    layout: &Layout,
    labels: &[usize],
) -> Result<(), LayerError> {
    let table = layout.tables.get(circuit.label_table());
    let classes = table.map_or(0, |table| table.dims.iter().skip(1).product());
    if labels.len() != layout.images {
        return Err(LayerError::LabelCount {
            expected: layout.images,
            got: labels.len(),
        });
    }
    match (0_usize..)
        .zip(labels)
        .find(|(_, label)| **label >= classes)
    {
        None => Ok(()),
        Some((image, label)) => Err(LayerError::Label {
            image,
            label: *label,
            classes,
        }),
    }
}
