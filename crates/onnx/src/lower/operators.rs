//! The operators that are understood, and advice about some others.

use super::{Refusal, is_default};
use crate::proto;

/// Operators of ONNX's own domain that the importer understands.
const OPERATORS: &[&str] = &[
    "Abs",
    "Add",
    "ArgMax",
    "Atan",
    "AveragePool",
    "BatchNormalization",
    "Cast",
    "Celu",
    "Clip",
    "Concat",
    "Constant",
    "ConstantOfShape",
    "Conv",
    "ConvTranspose",
    "Cos",
    "DepthToSpace",
    "DequantizeLinear",
    "Div",
    "Dropout",
    "Elu",
    "Erf",
    "Exp",
    "Flatten",
    "Gather",
    "Gelu",
    "Gemm",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "LeakyRelu",
    "Log",
    "LogSoftmax",
    "MatMul",
    "Max",
    "MaxPool",
    "Mean",
    "Min",
    "Mish",
    "Mul",
    "Neg",
    "PRelu",
    "Pad",
    "Pow",
    "QuantizeLinear",
    "Reciprocal",
    "ReduceMax",
    "ReduceMean",
    "ReduceSum",
    "Relu",
    "Reshape",
    "Resize",
    "Selu",
    "Shape",
    "Sigmoid",
    "Sin",
    "Slice",
    "Softmax",
    "Softplus",
    "Softsign",
    "SpaceToDepth",
    "Split",
    "Sqrt",
    "Squeeze",
    "Sub",
    "Sum",
    "Swish",
    "Tanh",
    "ThresholdedRelu",
    "Transpose",
    "Unsqueeze",
    "Upsample",
];

/// Operators of other domains that the importer understands.
const OTHERS: [(&str, &[&str]); 2] = [
    ("ai.onnx.ml", &["ArrayFeatureExtractor", "Scaler", "ZipMap"]),
    (
        "com.microsoft",
        &["FusedConv", "FusedGemm", "FusedMatMul", "Gelu", "QuickGelu"],
    ),
];

/// The names of all operators that are understood.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let others = OTHERS.iter().flat_map(|(_, names)| *names);
    let others = others.filter(|name| !OPERATORS.contains(name));
    OPERATORS.iter().chain(others).copied()
}

/// Whether the node's operator is understood; if not, why, with advice.
pub(super) fn check(node: &proto::Node) -> Result<(), Refusal> {
    let operator = node.op_type.as_str();
    let is_known = if is_default(&node.domain) {
        OPERATORS.contains(&operator)
    } else {
        let mut others = OTHERS.iter();
        others.any(|(domain, names)| *domain == node.domain && names.contains(&operator))
    };
    if is_known {
        return Ok(());
    }
    Err(advice(&node.domain, operator))
}

/// Whether an operator moves, repeats or leaves out cells.
pub(super) fn moves(operator: &str) -> bool {
    [
        "Concat",
        "ConvTranspose",
        "DepthToSpace",
        "Gather",
        "MatMul",
        "Pad",
        "Resize",
        "Slice",
        "SpaceToDepth",
        "Split",
        "Transpose",
        "Upsample",
    ]
    .contains(&operator)
}

fn advice(domain: &str, operator: &str) -> Refusal {
    let is_quantised = operator.starts_with("QLinear")
        || operator.ends_with("Integer")
        || operator.ends_with("IntegerToFloat")
        || matches!(operator, "QGemm" | "DynamicQuantizeLinear" | "QAttention");
    if is_quantised {
        return "the network is quantised already; give the network in floating point that it was \
                made from: zklens quantises by itself"
            .into();
    }
    match operator {
        "InstanceNormalization" | "LayerNormalization" | "GroupNormalization" | "LRN"
        | "MeanVarianceNormalization" | "RMSNormalization" | "SkipLayerNormalization"
        | "LpNormalization" => {
            "it divides by numbers computed from the image, for which there is no integer operator; \
             BatchNormalization, whose statistics are fixed, is supported"
                .into()
        }
        "If" | "Loop" | "Scan" => {
            "a graph that decides while it runs is not supported; export the network with fixed \
             choices"
                .into()
        }
        _ if domain.starts_with("com.microsoft.nchwc") => {
            "onnxruntime wrote this file for one kind of processor; give the ONNX file that it was \
             made from"
                .into()
        }
        _ if is_default(domain) => "the operator is not supported".into(),
        _ => format!("its operator domain `{domain}` is not supported"),
    }
}
