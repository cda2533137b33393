//! Proofs shown with a changed statement.

use crate::common::call::Call;
use crate::golden::Golden;
use crate::tape_faults::COORDINATE_MODULUS;
use zklens_evm::U256;
use zklens_field::{POINT_BYTES, SCALAR_BYTES, decode_point, encode_point, generator};

/// A faulty call, and the name of its fault.
pub(crate) type Fault = (String, Call);

/// Calls that differ from the honest one, each in one way, with the same proof.
pub(crate) fn faults(golden: &Golden) -> Vec<Fault> {
    let mut faults = Faults {
        call: golden.call(),
        made: Vec::new(),
    };
    let classes = golden.key.classes().len();
    for image in 0..golden.images() {
        faults.labels(image, u16::try_from(classes).unwrap());
    }
    for bit in (0..256).step_by(11) {
        faults.add(format!("bit {bit} of the context flipped"), |call| {
            call.context[bit / 8] ^= 1 << (bit % 8);
        });
    }
    let points = faults.call.inputs.len() / POINT_BYTES;
    for point in 0..points {
        faults.input(point);
    }
    for point in 1..points {
        faults.swaps_of_inputs(point);
    }
    faults.input_lengths();
    faults.batches(golden.images());
    for image in 1..golden.images() {
        faults.swaps(image);
    }
    faults.made
}

struct Faults {
    call: Call,
    made: Vec<Fault>,
}

impl Faults {
    /// Adds the call that a change makes, unless it changes nothing.
    fn add(&mut self, what: String, change: impl FnOnce(&mut Call)) {
        let mut call = self.call.clone();
        change(&mut call);
        if call != self.call {
            self.made.push((what, call));
        }
    }

    fn labels(&mut self, image: usize, classes: u16) {
        for label in (0..=classes + 1).chain([0x7fff, u16::MAX]) {
            self.add(format!("image {image} has label {label}"), |call| {
                call.labels[image] = label;
            });
        }
    }

    fn input(&mut self, point: usize) {
        let bytes = point * POINT_BYTES..(point + 1) * POINT_BYTES;
        let own = self.call.inputs[bytes.clone()].first_chunk().copied();
        let own: [u8; POINT_BYTES] = own.unwrap();
        let negated = encode_point(&-decode_point(&own).unwrap());
        let mut off_curve = own;
        off_curve[0] ^= 1;
        let plus = |start: usize| {
            let mut point = own;
            let word = &mut point[start..start + SCALAR_BYTES];
            let sum = U256::from_be_slice(word) + *COORDINATE_MODULUS;
            word.copy_from_slice(&sum.to_be_bytes::<32>());
            point
        };
        for (name, other) in [
            ("off the curve", off_curve),
            ("infinity", [0; POINT_BYTES]),
            ("its abscissa plus the modulus", plus(0)),
            ("its ordinate plus the modulus", plus(SCALAR_BYTES)),
            ("negated", negated),
            ("another", encode_point(&generator())),
        ] {
            self.add(format!("point {point} of the inputs: {name}"), |call| {
                call.inputs[bytes.clone()].copy_from_slice(&other);
            });
        }
    }

    fn input_lengths(&mut self) {
        let len = self.call.inputs.len();
        for other in [0, POINT_BYTES - 1, len - POINT_BYTES, len - 1] {
            self.add(format!("{other} bytes of inputs"), |call| {
                call.inputs.truncate(other);
            });
        }
        for more in [1, SCALAR_BYTES, POINT_BYTES, len] {
            self.add(format!("{more} more bytes of inputs"), |call| {
                let first = call.inputs.repeat(2);
                call.inputs.extend(&first[..more]);
            });
        }
    }

    /// Numbers of images that the key has no layout for, with a point for each and with those there were.
    fn batches(&mut self, images: usize) {
        for other in [0, images - 1, images + 1, 2 * images, 16, 1000] {
            self.add(format!("{other} labels"), |call| {
                call.labels.resize(other, 0);
            });
            self.add(format!("{other} images"), |call| {
                let first = call.inputs[..POINT_BYTES].to_vec();
                call.labels.resize(other, 0);
                call.inputs = first.repeat(other);
            });
        }
    }

    /// The labels of the first image of a batch and another.
    fn swaps(&mut self, other: usize) {
        self.add(format!("labels 0 and {other} swapped"), |call| {
            call.labels.swap(0, other);
        });
    }

    /// The first input commitment and another.
    fn swaps_of_inputs(&mut self, other: usize) {
        for with_labels in [false, true] {
            let what = format!("inputs 0 and {other} swapped, labels too: {with_labels}");
            self.add(what, |call| {
                let (first, rest) = call.inputs.split_at_mut(other * POINT_BYTES);
                first[..POINT_BYTES].swap_with_slice(&mut rest[..POINT_BYTES]);
                if with_labels {
                    call.labels.reverse();
                }
            });
        }
        self.add(format!("input {other} is input 0"), |call| {
            call.inputs.copy_within(..POINT_BYTES, other * POINT_BYTES);
        });
    }
}
