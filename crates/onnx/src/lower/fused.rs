//! Operators of other domains: those that onnxruntime's optimiser fuses, and those that
//! scikit-learn's exporter puts around a network.

use super::view::View;
use super::{Context, Refusal, Value};
use crate::constant::{Constant, Data};
use crate::curve::Curve;
use crate::network::Kind;

impl Context<'_> {
    /// A fully connected layer with an activation.
    pub(super) fn fused_gemm(&mut self) -> Result<Value, Refusal> {
        let value = self.gemm()?;
        self.with_activation(value)
    }

    /// A convolution with an activation. A fourth input is added before the activation.
    pub(super) fn fused_conv(&mut self) -> Result<Value, Refusal> {
        let mut value = self.conv()?;
        if self.input_name(3).is_some() {
            let added = self.view(3)?;
            if let Value::Activation(view) = &value {
                let view = view.clone();
                value = self.residual(&view, &added)?;
            }
        }
        self.with_activation(value)
    }

    pub(super) fn fused_mat_mul(&mut self) -> Result<Value, Refusal> {
        for name in ["transA", "transB", "transBatchA", "transBatchB"] {
            if self.attributes.int(name).unwrap_or(0) != 0 {
                return Err(format!("{name} is not supported"));
            }
        }
        let alpha = self.parameter("alpha", 1.0)?;
        self.product_with_matrix(alpha)
    }

    fn with_activation(&mut self, value: Value) -> Result<Value, Refusal> {
        let name = self
            .attributes
            .text("activation")
            .unwrap_or_default()
            .to_owned();
        let listed = self
            .attributes
            .floats("activation_params")
            .unwrap_or_default()
            .to_vec();
        let parameter = |index: usize, attribute: &str, default: f32| {
            let given = self.attributes.float(attribute);
            given.or(listed.get(index).copied()).unwrap_or(default)
        };
        let first = |default| parameter(0, "activation_alpha", default);
        let second = |default| parameter(1, "activation_beta", default);
        let Value::Activation(view) = value else {
            return Ok(value);
        };
        let curve = match name.as_str() {
            "" => return Ok(Value::Activation(view)),
            "Relu" => return self.cell_by_cell(&view, Kind::Relu),
            "Clip" => {
                let (lo, hi) = (first(f32::NEG_INFINITY), second(f32::INFINITY));
                return self.clip_view(&view, lo, hi);
            }
            "HardSigmoid" => {
                let (alpha, beta) = (first(0.2), second(0.5));
                return self.hard_sigmoid_of(&view, alpha, beta);
            }
            "LeakyRelu" => {
                let alpha = first(0.01);
                if !alpha.is_finite() || alpha.abs() > 1.0 {
                    return Err(format!("its slope {alpha} is not between -1 and 1"));
                }
                Curve::LeakyRelu { alpha }
            }
            "Sigmoid" => Curve::Sigmoid,
            "Tanh" => Curve::Tanh,
            other => return Err(format!("its activation `{other}` is not supported")),
        };
        self.cell_by_cell(&view, Kind::Curve(curve))
    }

    /// `(x − offset) · scale`, as scikit-learn's scalers do.
    pub(super) fn scaler(&mut self) -> Result<Value, Refusal> {
        let view = self.view(0)?;
        let list = |name| self.attributes.floats(name).unwrap_or_default().to_vec();
        let (offset, scale) = (list("offset"), list("scale"));
        let moved: Vec<f32> = offset.iter().map(|o| -o).collect();
        let last = view.dims.last().copied().unwrap_or(1);
        let constant = |values: Vec<f32>| match values.len() {
            1 => Ok(Constant {
                dims: vec![1],
                data: Data::Float(values),
            }),
            len if len == last => Ok(Constant {
                dims: vec![len],
                data: Data::Float(values),
            }),
            len => Err(format!("{len} numbers for {last} features")),
        };
        let (moved, scale) = (constant(moved)?, constant(scale)?);
        match self.affine(&view, None, Some(&moved))? {
            Value::Activation(view) => self.affine(&view, Some(&scale), None),
            other => Ok(other),
        }
    }

    /// Gives the scores names, which does not change them. Texts only name classes. Numbers are
    /// labels, and must be the scores' positions.
    pub(super) fn zip_map(&self) -> Result<Value, Refusal> {
        let value = self.any_value(0)?;
        let scores = value.dims().iter().product();
        if let Some(labels) = self.attributes.ints("classlabels_int64s") {
            positions_only(labels, scores)?;
        }
        self.attributes.ignore("classlabels_strings");
        Ok(value.clone())
    }

    /// The name of the class with the largest score.
    pub(super) fn class_of_label(&self) -> Result<Value, Refusal> {
        let labels = self
            .constant(0)?
            .as_ints()
            .ok_or("its labels must be integers")?;
        let view: &View = match self.any_value(1)? {
            Value::Label(view) => view,
            _ => return Err("it is only understood after an ArgMax".into()),
        };
        positions_only(labels, view.len())?;
        Ok(Value::Label(view.clone()))
    }
}

/// Refuses labels that are not the positions of the scores.
fn positions_only(labels: &[i64], scores: usize) -> Result<(), Refusal> {
    if labels.len() == scores && labels.iter().copied().eq((0..).take(scores)) {
        return Ok(());
    }
    let shown = labels
        .iter()
        .take(8)
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    let more = if labels.len() > 8 { ", …" } else { "" };
    Err(format!(
        "its labels are {shown}{more}; they must be 0, 1, 2 and so on, in this order, one for each of the \
         {scores} scores: here a label is a score's position, and class names are given beside the file"
    ))
}
