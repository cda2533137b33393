//! The supported operators, each with its lowering, and advice about some others.

use super::{Context, Refusal, Value, is_default};
use crate::curve::Curve;
use crate::network::Kind;
use crate::proto;

/// A supported operator.
pub(super) struct Operator {
    /// The domain; empty for that of ONNX's own operators.
    domain: &'static str,
    name: &'static str,
    /// Whether the operator moves, repeats or leaves out cells.
    pub(super) moves: bool,
    lower: Lower,
}

type One = fn(&mut Context<'_>) -> Result<Value, Refusal>;

type Several = fn(&mut Context<'_>) -> Result<Vec<Value>, Refusal>;

/// The lowering of a node.
enum Lower {
    /// Gives the value of the node's first output.
    One(One),
    /// Gives the values of the node's outputs.
    Several(Several),
}

impl Operator {
    const fn new(name: &'static str, lower: One) -> Self {
        Self {
            domain: "",
            name,
            moves: false,
            lower: Lower::One(lower),
        }
    }

    /// An operator that moves cells.
    const fn moving(name: &'static str, lower: One) -> Self {
        Self {
            moves: true,
            ..Self::new(name, lower)
        }
    }

    /// An operator with several outputs, which moves cells.
    const fn several(name: &'static str, lower: Several) -> Self {
        Self {
            domain: "",
            name,
            moves: true,
            lower: Lower::Several(lower),
        }
    }

    /// An operator of another domain.
    const fn of(domain: &'static str, name: &'static str, lower: One) -> Self {
        Self {
            domain,
            ..Self::new(name, lower)
        }
    }

    /// The values of the node's outputs, or of the first of them.
    pub(super) fn lower(&self, node: &mut Context<'_>) -> Result<Vec<Value>, Refusal> {
        match self.lower {
            Lower::One(lower) => lower(node).map(|value| vec![value]),
            Lower::Several(lower) => lower(node),
        }
    }
}

const MICROSOFT: &str = "com.microsoft";

const ML: &str = "ai.onnx.ml";

/// All operators: those of ONNX's own domain, in alphabetical order, then the others.
static OPERATORS: [Operator; 81] = [
    Operator::new("Abs", |node| node.curve(Curve::Abs)),
    Operator::new("Add", |node| node.add()),
    Operator::new("ArgMax", |node| node.arg_max()),
    Operator::new("Atan", |node| node.curve(Curve::Atan)),
    Operator::new("AveragePool", |node| node.average_pool()),
    Operator::new("BatchNormalization", |node| node.batch_normalization()),
    Operator::new("Cast", |node| node.cast()),
    Operator::new("Celu", |node| {
        node.curve_of_alpha(1.0, |alpha| Curve::Celu { alpha })
    }),
    Operator::new("Clip", |node| node.clip()),
    Operator::moving("Concat", |node| node.concat()),
    Operator::new("Constant", |node| node.constant_node()),
    Operator::new("ConstantOfShape", |node| node.constant_of_shape()),
    Operator::new("Conv", |node| node.conv()),
    Operator::moving("ConvTranspose", |node| node.conv_transpose()),
    Operator::new("Cos", |node| node.curve(Curve::Cos)),
    Operator::moving("DepthToSpace", |node| node.depth_to_space()),
    Operator::new("DequantizeLinear", |node| node.dequantize_linear()),
    Operator::new("Div", |node| node.div()),
    Operator::new("Dropout", |node| node.dropout()),
    Operator::new("Elu", |node| {
        node.curve_of_alpha(1.0, |alpha| Curve::Elu { alpha })
    }),
    Operator::new("Erf", |node| node.curve(Curve::Erf)),
    Operator::new("Exp", |node| node.curve(Curve::Exp)),
    Operator::new("Flatten", |node| node.flatten()),
    Operator::moving("Gather", |node| node.gather()),
    Operator::new("Gelu", |node| node.gelu()),
    Operator::new("Gemm", |node| node.gemm()),
    Operator::new("GlobalAveragePool", |node| node.global_pool()),
    Operator::new("GlobalMaxPool", |node| node.global_pool()),
    Operator::new("HardSigmoid", |node| node.hard_sigmoid()),
    Operator::new("HardSwish", |node| node.curve(Curve::HardSwish)),
    Operator::new("Identity", |node| node.any_value(0).cloned()),
    Operator::new("LeakyRelu", |node| node.leaky_relu()),
    Operator::new("Log", |node| node.log()),
    Operator::new("LogSoftmax", |node| node.softmax()),
    Operator::moving("MatMul", |node| node.mat_mul()),
    Operator::new("Max", |node| node.max()),
    Operator::new("MaxPool", |node| node.max_pool()),
    Operator::new("Mean", |node| node.add()),
    Operator::new("Min", |node| node.min()),
    Operator::new("Mish", |node| node.curve(Curve::Mish)),
    Operator::new("Mul", |node| node.mul()),
    Operator::new("Neg", |node| node.neg()),
    Operator::new("PRelu", |node| node.p_relu()),
    Operator::moving("Pad", |node| node.pad()),
    Operator::new("Pow", |node| node.pow()),
    Operator::new("QuantizeLinear", |node| node.quantize_linear()),
    Operator::new("Reciprocal", |node| node.curve(Curve::Reciprocal)),
    Operator::new("ReduceMax", |node| node.reduce()),
    Operator::new("ReduceMean", |node| node.reduce()),
    Operator::new("ReduceSum", |node| node.reduce()),
    Operator::new("Relu", |node| node.activation(Kind::Relu)),
    Operator::new("Reshape", |node| node.reshape()),
    Operator::moving("Resize", |node| node.resize()),
    Operator::new("Selu", |node| {
        let curve = Curve::Selu {
            alpha: node.parameter("alpha", 1.673_263_2)?,
            gamma: node.parameter("gamma", 1.050_701)?,
        };
        node.curve(curve)
    }),
    Operator::new("Shape", |node| node.shape()),
    Operator::new("Sigmoid", |node| node.curve(Curve::Sigmoid)),
    Operator::new("Sin", |node| node.curve(Curve::Sin)),
    Operator::moving("Slice", |node| node.slice()),
    Operator::new("Softmax", |node| node.softmax()),
    Operator::new("Softplus", |node| node.curve(Curve::Softplus)),
    Operator::new("Softsign", |node| node.curve(Curve::Softsign)),
    Operator::moving("SpaceToDepth", |node| node.space_to_depth()),
    Operator::several("Split", |node| node.split()),
    Operator::new("Sqrt", |node| node.curve(Curve::Sqrt)),
    Operator::new("Squeeze", |node| node.squeeze()),
    Operator::new("Sub", |node| node.sub()),
    Operator::new("Sum", |node| node.add()),
    Operator::new("Swish", |node| {
        node.curve_of_alpha(1.0, |alpha| Curve::Swish { alpha })
    }),
    Operator::new("Tanh", |node| node.curve(Curve::Tanh)),
    Operator::new("ThresholdedRelu", |node| {
        node.curve_of_alpha(1.0, |alpha| Curve::ThresholdedRelu { alpha })
    }),
    Operator::moving("Transpose", |node| node.transpose()),
    Operator::new("Unsqueeze", |node| node.unsqueeze()),
    Operator::moving("Upsample", |node| node.resize()),
    Operator::of(ML, "ArrayFeatureExtractor", |node| node.class_of_label()),
    Operator::of(ML, "Scaler", |node| node.scaler()),
    Operator::of(ML, "ZipMap", |node| node.zip_map()),
    Operator::of(MICROSOFT, "FusedConv", |node| node.fused_conv()),
    Operator::of(MICROSOFT, "FusedGemm", |node| node.fused_gemm()),
    Operator::of(MICROSOFT, "FusedMatMul", |node| node.fused_mat_mul()),
    Operator::of(MICROSOFT, "Gelu", |node| node.curve(Curve::Gelu)),
    Operator::of(MICROSOFT, "QuickGelu", |node| {
        node.curve_of_alpha(1.702, |alpha| Curve::Swish { alpha })
    }),
];

/// The names of all supported operators, each once.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let is_new = |(index, operator): &(usize, &Operator)| {
        let mut before = OPERATORS[..*index].iter();
        before.all(|other| other.name != operator.name)
    };
    OPERATORS
        .iter()
        .enumerate()
        .filter(is_new)
        .map(|(_, operator)| operator.name)
}

/// The node's operator. If it is not supported, the refusal has advice.
pub(super) fn find(node: &proto::Node) -> Result<&'static Operator, Refusal> {
    let domain = if is_default(&node.domain) {
        ""
    } else {
        &node.domain
    };
    OPERATORS
        .iter()
        .find(|operator| operator.domain == domain && operator.name == node.op_type)
        .ok_or_else(|| advice(&node.domain, &node.op_type))
}

/// The refusal of an operator that is not supported.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const PAGE: &str = include_str!("../../../../book/import.md");

    /// The words in backticks of a text.
    fn code(text: &str) -> impl Iterator<Item = &str> {
        text.split('`').skip(1).step_by(2)
    }

    #[test]
    fn the_book_lists_every_operator_and_no_other() {
        let rows: Vec<&str> = PAGE
            .lines()
            .skip_while(|line| !line.starts_with("| operator |"))
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .collect();
        let known: BTreeSet<_> = names().collect();
        let mentioned: BTreeSet<_> = rows.iter().flat_map(|row| code(row)).collect();
        let missing: Vec<_> = known.difference(&mentioned).collect();
        assert!(missing.is_empty(), "book/import.md lacks {missing:?}");
        let first = rows.iter().filter_map(|row| row.split('|').nth(1));
        let listed: BTreeSet<_> = first.flat_map(code).collect();
        let unknown: Vec<_> = listed
            .difference(&known)
            .filter(|word| ![ML, MICROSOFT].contains(word))
            .collect();
        assert!(unknown.is_empty(), "book/import.md lists {unknown:?}");
    }

    #[test]
    fn every_operator_has_one_lowering() {
        for (index, operator) in OPERATORS.iter().enumerate() {
            let same =
                |other: &Operator| (other.domain, other.name) == (operator.domain, operator.name);
            assert!(
                !OPERATORS[..index].iter().any(same),
                "{} is listed twice",
                operator.name
            );
        }
    }
}
