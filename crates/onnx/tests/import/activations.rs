//! Activations of whole bytes.

use super::support::{graphs, import_with, largest_error};
use zklens_model::Op;
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
    agree(Activations::Eight, 0.05);
}

#[test]
fn a_search_keeps_what_it_promises_or_gives_all_bytes() {
    let mut narrow = [0; 2];
    for (name, file, expected) in graphs() {
        let imported = |agreement: f64| {
            import_with(&name, &file, &expected, |options| {
                options.activations = Activations::Auto;
                options.agreement = agreement;
                if expected.pixel_range != "byte" {
                    options.pixel_range = PixelRange::Unit;
                }
            })
        };
        let [low, high] = [0.9, 0.999].map(imported);
        assert!(low.report.keeps(0.9), "{name}: {}", low.report);
        // An import that misses the promise names a layer.
        let report = &high.report;
        assert_eq!(report.weakest.is_none(), report.keeps(0.999), "{name}");
        assert!(
            report.largest_logit_error < 0.02 * report.largest_logit,
            "{name}: {report}"
        );
        for (count, imported) in narrow.iter_mut().zip([&low, &high]) {
            let nodes = imported.model.graph().nodes().iter();
            let clips = nodes.filter_map(|node| match node.op() {
                Op::Clip(clip) => Some(clip.bounds.hi.abs_diff(clip.bounds.lo)),
                _ => None,
            });
            *count += clips.filter(|width| *width == 255).count();
        }
    }
    assert!(narrow[0] > narrow[1], "clips to one byte: {narrow:?}");
}

/// The rescale of a residual sum comes after the sum, and its clip has `256^a` values.
#[test]
fn summands_are_accumulators_that_are_rescaled_once() {
    let (name, file, expected) = graphs()
        .into_iter()
        .find(|graph| graph.0 == "residual")
        .unwrap();
    let imported = import_with(&name, &file, &expected, |options| {
        options.activations = Activations::Eight;
        options.pixel_range = PixelRange::Unit;
    });
    let nodes = imported.model.graph().nodes();
    let sums = nodes.iter().filter(|node| matches!(node.op(), Op::Add(_)));
    for sum in sums.clone() {
        for input in sum.inputs() {
            let op = nodes[*input].op();
            assert!(
                !matches!(op, Op::Rescale(_) | Op::Clip(_) | Op::Relu(_)),
                "{op:?}"
            );
        }
    }
    assert!(sums.count() > 0);
    for node in nodes {
        if let Op::Clip(clip) = node.op() {
            let values = clip.bounds.hi.abs_diff(clip.bounds.lo) + 1;
            assert!([1 << 8, 1 << 16].contains(&values), "{:?}", clip.bounds);
            assert!(matches!(nodes[node.inputs()[0]].op(), Op::Rescale(_)));
        }
        assert!(!matches!(node.op(), Op::Relu(_)));
    }
}
