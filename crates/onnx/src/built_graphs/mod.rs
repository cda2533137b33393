//! Tests on graphs that are built node by node.

mod limits;
mod meaning;

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

/// A list of `len` elements that are zero except for the first. It takes only a few bytes in a
/// file.
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

fn function(name: &str, values: [&[&str]; 2], attributes: &[&str], nodes: Vec<Node>) -> Function {
    Function {
        name: name.into(),
        domain: "local".into(),
        input: texts(values[0]),
        output: texts(values[1]),
        attribute: texts(attributes),
        node: nodes,
        ..Function::default()
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

/// The logits of the float network and of the integer network for these pixels.
fn logits(model: &Model, pixels: &[u8], classes: usize) -> [Vec<f32>; 2] {
    let importer = importer(model, classes).unwrap();
    let float = calibrate::calibrate(&importer.network, &[pixels], &|| ()).logits;
    let pixels = Pixels::new(importer.preprocessing().shape(), pixels.to_vec()).unwrap();
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
