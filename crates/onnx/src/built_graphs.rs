//! Graphs built node by node, and what becomes of them.

use crate::proto::{
    Attribute, Dimension, Function, Graph, Model, Node, OperatorSet, SparseTensor, Tensor,
    TensorShape, TensorType, Type, ValueInfo, attribute_type, data_type,
};
use crate::{Importer, Options, PixelRange, calibrate};
use prost::Message;
use zklens_model::Pixels;

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).into()).collect()
}

fn node(operator: &str, inputs: &[&str], outputs: &[&str], attributes: Vec<Attribute>) -> Node {
    let (domain, op_type) = operator.split_once("::").unwrap_or(("", operator));
    Node {
        input: texts(inputs),
        output: texts(outputs),
        name: format!("the {op_type}"),
        op_type: op_type.into(),
        attribute: attributes,
        domain: domain.into(),
        ..Node::default()
    }
}

fn int(name: &str, i: i64) -> Attribute {
    Attribute {
        name: name.into(),
        i,
        r#type: attribute_type::INT,
        ..Attribute::default()
    }
}

fn ints(name: &str, ints: &[i64]) -> Attribute {
    Attribute {
        name: name.into(),
        ints: ints.to_vec(),
        r#type: attribute_type::INTS,
        ..Attribute::default()
    }
}

fn text(name: &str, text: &str) -> Attribute {
    Attribute {
        name: name.into(),
        s: text.into(),
        r#type: attribute_type::STRING,
        ..Attribute::default()
    }
}

fn floats(name: &str, dims: &[i64], values: &[f32]) -> Tensor {
    Tensor {
        dims: dims.to_vec(),
        data_type: data_type::FLOAT,
        float_data: values.to_vec(),
        name: name.into(),
        ..Tensor::default()
    }
}

fn integers(name: &str, values: &[i64]) -> Tensor {
    Tensor {
        dims: vec![values.len() as i64],
        data_type: data_type::INT64,
        int64_data: values.to_vec(),
        name: name.into(),
        ..Tensor::default()
    }
}

/// A list of `len` zeros but for its first element; a few bytes in a file.
fn long_list(name: &str, len: i64) -> SparseTensor {
    SparseTensor {
        values: Some(integers(name, &[1])),
        indices: Some(integers("", &[0])),
        dims: vec![len],
    }
}

fn value(name: &str, dims: &[i64]) -> ValueInfo {
    let dim = |dim: &i64| Dimension {
        dim_value: Some(*dim),
    };
    let tensor_type = TensorType {
        elem_type: data_type::FLOAT,
        shape: Some(TensorShape {
            dim: dims.iter().map(dim).collect(),
        }),
    };
    ValueInfo {
        name: name.into(),
        r#type: Some(Type {
            tensor_type: Some(tensor_type),
        }),
    }
}

/// A graph on an image `x` of these dimensions.
fn model(dims: &[i64], nodes: Vec<Node>, tensors: Vec<Tensor>, outputs: &[&str]) -> Model {
    Model {
        graph: Some(Graph {
            node: nodes,
            initializer: tensors,
            input: vec![value("x", dims)],
            output: outputs.iter().map(|name| value(name, &[])).collect(),
            ..Graph::default()
        }),
        opset_import: vec![OperatorSet {
            version: 13,
            ..OperatorSet::default()
        }],
        functions: Vec::new(),
    }
}

fn importer(model: &Model, classes: usize) -> Result<Importer, String> {
    let classes = (0..classes).map(|class| format!("class {class}"));
    let options = Options {
        pixel_range: PixelRange::Unit,
        ..Options::new("built", classes.collect())
    };
    Importer::new(&model.encode_to_vec(), &options).map_err(|error| error.to_string())
}

/// What the float network and the integer network make of the pixels.
fn logits(model: &Model, pixels: &[u8], classes: usize) -> [Vec<f32>; 2] {
    let importer = importer(model, classes).unwrap();
    let float = calibrate::calibrate(&importer.network, &[pixels], &|| ()).logits;
    let pixels = Pixels::new(importer.preprocessing.shape(), pixels.to_vec()).unwrap();
    let sample = crate::Sample {
        pixels: pixels.clone(),
        label: None,
    };
    let imported = importer.quantise(&[sample], &|| ()).unwrap();
    let run = imported.model.classify(&pixels).unwrap();
    let unit = f64::from(-run.scale()).exp2();
    let integer = run.logits().iter().map(|l| (*l as f64 * unit) as f32);
    [float[0].clone(), integer.collect()]
}

fn assert_close(got: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(got.len(), expected.len(), "{what}");
    let is_close = |(a, b): (&f32, &f32)| (a - b).abs() <= tolerance;
    assert!(
        got.iter().zip(expected).all(is_close),
        "{what}: {got:?} for {expected:?}"
    );
}

/// Cuts off values of the image, then flattens it.
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

/// Of eight values `h`, the halves `p` and `q`, and `h` backwards.
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
fn lists_that_are_too_long_together_are_refused_before_they_are_joined() {
    let concat = node("Concat", &["long"; 128], &["all"], vec![int("axis", 0)]);
    let reshape = node("Reshape", &["x", "all"], &["y"], vec![]);
    let mut model = model(&[1, 1, 2, 2], vec![concat, reshape], vec![], &["y"]);
    let graph = model.graph.as_mut().unwrap();
    graph.sparse_initializer = vec![long_list("long", 1 << 24)];
    let error = importer(&model, 4).unwrap_err();
    assert!(error.contains("`the Concat` (Concat)"), "{error}");
    assert!(error.contains("2147483648 elements"), "{error}");
}
