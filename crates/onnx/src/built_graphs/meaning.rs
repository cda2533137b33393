//! Graphs whose meaning differs from a first impression, or that cannot be imported.

use super::*;

/// Clips the values of the image, then flattens it.
fn cut_off(before: Vec<Node>, cut: Node) -> Model {
    let mut nodes = before;
    nodes.extend([cut, node("Flatten", &["cut"], &["y"], vec![])]);
    let scalars = [("half", 0.5), ("two", 2.0), ("most", f32::MAX)];
    let tensors = scalars.map(|(name, value)| floats(name, &[], &[value]));
    model(&[1, 1, 2, 2], nodes, tensors.to_vec(), &["y"])
}

#[test]
fn a_clip_of_the_image_with_one_bound_clips() {
    let pixels = [0, 51, 204, 255];
    let x: Vec<f32> = pixels.iter().map(|p| f32::from(*p) / 255.0).collect();
    let least: Vec<f32> = x.iter().map(|x| x.max(0.5)).collect();
    let most: Vec<f32> = x.iter().map(|x| x.min(0.5)).collect();
    let clip = |inputs: &[&str]| node("Clip", inputs, &["cut"], vec![]);
    for (what, cut, expected) in [
        ("least", clip(&["x", "half"]), &least),
        ("most", clip(&["x", "", "half"]), &most),
        ("huge", clip(&["x", "half", "most"]), &least),
        ("max", node("Max", &["x", "half"], &["cut"], vec![]), &least),
        ("min", node("Min", &["x", "half"], &["cut"], vec![]), &most),
    ] {
        let [float, integer] = logits(&cut_off(vec![], cut), &pixels, 4);
        assert_close(&float, expected, 1e-6, what);
        assert_close(&integer, expected, 1e-2, what);
    }
}

#[test]
fn a_clip_with_one_bound_after_an_affine_of_the_image_clips() {
    let pixels = [0, 51, 204, 255];
    let moved: Vec<f32> = pixels.iter().map(|p| f32::from(*p) / 127.5 - 0.5).collect();
    let least: Vec<f32> = moved.iter().map(|x| x.max(0.5)).collect();
    let most: Vec<f32> = moved.iter().map(|x| x.min(0.5)).collect();
    for (inputs, expected) in [(["m", "half", ""], &least), (["m", "", "half"], &most)] {
        let before = vec![
            node("Mul", &["x", "two"], &["d"], vec![]),
            node("Sub", &["d", "half"], &["m"], vec![]),
        ];
        let cut = node("Clip", &inputs, &["cut"], vec![]);
        let [float, integer] = logits(&cut_off(before, cut), &pixels, 4);
        assert_close(&float, expected, 1e-5, "after an affine");
        assert_close(&integer, expected, 1e-2, "after an affine");
    }
}

/// Eight values `h`, the halves `p` and `q` of that list, and `h` reversed.
fn halves(last: Vec<Node>, outputs: &[&str]) -> Model {
    let reverse = [7, 6, 5, 4, 3, 2, 1, 0];
    let mut nodes = vec![
        node("Flatten", &["x"], &["flat"], vec![]),
        node("MatMul", &["flat", "same"], &["sums"], vec![]),
        node("Relu", &["sums"], &["h"], vec![]),
        node("Split", &["h"], &["p", "q"], vec![int("axis", 1)]),
        node("Gather", &["h", "reverse"], &["back"], vec![int("axis", 1)]),
    ];
    nodes.extend(last);
    let same: Vec<f32> = (0..64).map(|i| f32::from(i % 9 == 0)).collect();
    let tensors = vec![
        integers("reverse", &reverse),
        floats("same", &[8, 8], &same),
    ];
    model(&[1, 1, 2, 4], nodes, tensors, outputs)
}

fn label_of(scores: &str) -> Vec<Node> {
    let label = node("ArgMax", &[scores], &["label"], vec![int("axis", 1)]);
    vec![label]
}

#[test]
fn outputs_that_are_different_cells_of_one_layer_are_not_taken_for_each_other() {
    let error = importer(&halves(vec![], &["p", "q"]), 4).unwrap_err();
    assert!(error.contains("there are several, `p`, `q`"), "{error}");
    let pixels = [0, 0, 51, 0, 102, 0, 153, 255];
    for outputs in [["p", "q", "label"], ["label", "q", "p"]] {
        let model = halves(label_of("q"), &outputs);
        let [float, _] = logits(&model, &pixels, 4);
        assert_close(&float, &[0.4, 0.0, 0.6, 1.0], 1e-6, "q");
    }
    for outputs in [&["h", "label"][..], &["p", "h", "label"]] {
        let error = importer(&halves(label_of("back"), outputs), 8).unwrap_err();
        assert!(error.contains("there are several"), "{error}");
    }
}

#[test]
fn labels_that_are_not_positions_are_refused() {
    let table = |labels: &[i64]| {
        let mut nodes = label_of("h");
        let inputs = ["labels", "label"];
        nodes.push(node(
            "ai.onnx.ml::ArrayFeatureExtractor",
            &inputs,
            &["named"],
            vec![],
        ));
        let mut model = halves(nodes, &["named"]);
        let graph = model.graph.as_mut().unwrap();
        graph.initializer.push(integers("labels", labels));
        importer(&model, 8).map(|_| ())
    };
    let names = |name: Attribute| {
        let nodes = vec![node("ai.onnx.ml::ZipMap", &["h"], &["named"], vec![name])];
        importer(&halves(nodes, &["named"]), 8).map(|_| ())
    };
    let map = |labels: &[i64]| names(ints("classlabels_int64s", labels));
    assert_eq!(table(&[0, 1, 2, 3, 4, 5, 6, 7]), Ok(()));
    assert_eq!(map(&[0, 1, 2, 3, 4, 5, 6, 7]), Ok(()));
    assert_eq!(names(text("classlabels_strings", "only a name")), Ok(()));
    for labels in [
        &[7, 6, 5, 4, 3, 2, 1, 0][..],
        &[1, 2, 3, 4, 5, 6, 7, 8],
        &[0, 1, 2, 3, 4, 5, 6],
        &[0, 1, 2, 3, 4, 5, 6, 7, 8],
    ] {
        for refused in [table(labels), map(labels)] {
            let error = refused.unwrap_err();
            assert!(error.contains("must be 0, 1, 2 and so on"), "{error}");
            assert!(error.contains("each of the 8 scores"), "{error}");
        }
    }
}

#[test]
fn shrinking_by_a_fraction_is_refused_where_the_rounding_is_open() {
    let resized = |opset: i64, factor: f32| {
        let inputs: &[&str] = if opset < 11 {
            &["x", "s"]
        } else {
            &["x", "", "s"]
        };
        let nodes = vec![
            node("Resize", inputs, &["small"], vec![]),
            node("Flatten", &["small"], &["flat"], vec![]),
            node("MatMul", &["flat", "sum"], &["y"], vec![]),
        ];
        let cells = (6.0 * factor) as i64;
        let tensors = vec![
            floats("s", &[4], &[1.0, 1.0, 1.0, factor]),
            floats("sum", &[cells, 2], &vec![1.0; 2 * cells as usize]),
        ];
        let mut model = model(&[1, 1, 1, 6], nodes, tensors, &["y"]);
        model.opset_import[0].version = opset;
        importer(&model, 2).map(|_| model)
    };
    let pixels = [51, 102, 0, 255, 0, 0];
    // Pixels 0, 2 and 4, and pixels 0 and 3.
    for (factor, sum) in [(0.5, 0.2), (1.0 / 3.0, 1.2)] {
        let [float, _] = logits(&resized(10, factor).unwrap(), &pixels, 2);
        assert_close(&float, &[sum; 2], 1e-6, "resized");
    }
    for factor in [0.4, 0.7, 0.9] {
        let error = resized(10, factor).unwrap_err();
        assert!(error.contains("`the Resize` (Resize)"), "{error}");
        assert!(error.contains("opset 11 or later"), "{error}");
        assert!(resized(13, factor).is_ok());
    }
    assert!(resized(10, 1.5).is_ok());
}

#[test]
fn cells_that_no_node_moved_are_told_of_the_node_that_takes_them() {
    let nodes = vec![
        node("Conv", &["x", "kernel"], &["c"], vec![]),
        node("Flatten", &["c"], &["y"], vec![]),
    ];
    let kernel = floats("kernel", &[2, 2, 1, 1], &[1.0; 4]);
    let model = model(&[1, 2, 4, 3], nodes, vec![kernel], &["y"]);
    let error = importer(&model, 24).unwrap_err();
    assert!(error.contains("node `the Conv` (Conv)"), "{error}");
    assert!(
        error.contains("`the Conv` takes the image's cells"),
        "{error}"
    );
    assert!(!error.contains("``"), "{error}");
}
