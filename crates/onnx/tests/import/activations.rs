//! Activations of whole bytes.

use super::support::{graphs, import_with, largest_error};
use zklens_onnx::{Activations, Imported, PixelRange};

/// Every graph, with activations of some bytes, stays close to onnxruntime.
fn agree(activations: Activations, share: f64) {
    for (name, file, expected) in graphs() {
        let imported = import_with(&name, &file, &expected, |options| {
            options.activations = activations;
            if expected.pixel_range != "byte" {
                options.pixel_range = PixelRange::Unit;
            }
        });
        let Imported { model, report, .. } = imported;
        let error = largest_error(&model, &expected);
        let largest = report.largest_logit;
        println!("{name}: error {error:.5} of {largest:.2}");
        let own = if expected.rounds { 0.04 } else { 1e-4 };
        assert!(
            error <= report.largest_logit_error + own * largest.max(1.0),
            "{name}: {error}"
        );
        assert!(
            report.largest_logit_error < share * largest,
            "{name}: {report}"
        );
    }
}

#[test]
fn two_bytes_are_as_good_as_exact_activations() {
    agree(Activations::Sixteen, 0.02);
}

#[test]
fn one_byte_stays_near_the_float_network() {
    agree(Activations::Eight, 0.1);
}
