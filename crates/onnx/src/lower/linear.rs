//! Layers with weights, and arithmetic with constants.

use super::view::{View, offsets, strides};
use super::{Context, Refusal, Value};
use crate::constant::{Constant, Data};
use crate::network::{Kind, LayerId, Linear};
use zklens_model::Shape;

impl Context<'_> {
    pub(super) fn conv(&mut self) -> Result<Value, Refusal> {
        let weights = self.constant(1)?.clone();
        let [outputs, depth, rows, columns] = weights.dims[..] else {
            return Err(format!(
                "its weights have dimensions {:?}; only two-dimensional convolutions are supported",
                weights.dims
            ));
        };
        let (layer, shape) = self.picture(0)?;
        let signed = |side: usize| i64::try_from(side).unwrap_or(i64::MAX);
        let kernel = [signed(rows), signed(columns)];
        if self
            .attributes
            .ints("kernel_shape")
            .is_some_and(|given| given != kernel)
        {
            return Err("its kernel_shape is not that of its weights".into());
        }
        let window = self.window(&kernel, shape)?;
        let groups = usize::try_from(self.attributes.int("group").unwrap_or(1)).unwrap_or(0);
        let splits = |channels: usize| channels.checked_rem(groups) == Some(0);
        if outputs == 0 || !splits(outputs) || depth.checked_mul(groups) != Some(shape.channels()) {
            return Err(format!(
                "{} input channels do not fit weights {:?} in {groups} groups",
                shape.channels(),
                weights.dims
            ));
        }
        let linear = Linear {
            weights: weights.to_floats(),
            bias: self.conv_bias(outputs)?,
        };
        let output = window.output(shape, outputs);
        let output = output.ok_or("its kernel is larger than the picture")?;
        let kind = Kind::Conv {
            linear,
            window,
            groups,
        };
        let layer = self.emit(kind, vec![layer], output)?;
        Ok(self.as_picture(layer))
    }

    pub(super) fn gemm(&mut self) -> Result<Value, Refusal> {
        let number = |name| self.attributes.float(name).unwrap_or(1.0);
        let (alpha, beta) = (number("alpha"), number("beta"));
        if self.attributes.int("transA").unwrap_or(0) != 0 {
            return Err("transA is not supported".into());
        }
        let transposed = self.attributes.int("transB").unwrap_or(0) != 0;
        let matrix = self.constant(1)?.clone();
        let [rows, columns] = matrix.dims[..] else {
            return Err(format!(
                "its weights have dimensions {:?}; expected a matrix",
                matrix.dims
            ));
        };
        let mut weights = if transposed {
            matrix.to_floats()
        } else {
            transpose(&matrix.to_floats(), columns)
        };
        weights.iter_mut().for_each(|w| *w *= alpha);
        let outputs = if transposed { rows } else { columns };
        let bias = self.gemm_bias(outputs, beta)?;
        self.dense(&weights, bias)
    }

    pub(super) fn mat_mul(&mut self) -> Result<Value, Refusal> {
        let matrix = self.constant(1)?.clone();
        let [_, columns] = matrix.dims[..] else {
            return Err(format!(
                "its weights have dimensions {:?}; expected a matrix",
                matrix.dims
            ));
        };
        self.dense(&transpose(&matrix.to_floats(), columns), vec![0.0; columns])
    }

    /// `weights` are `[outputs][inputs]`, the inputs in ONNX order.
    fn dense(&mut self, weights: &[f32], bias: Vec<f32>) -> Result<Value, Refusal> {
        let view = self.view(0)?;
        let inputs = view.len();
        if view.dims.last() != Some(&inputs) {
            return Err(format!(
                "expected one row of inputs, got dimensions {:?}",
                view.dims
            ));
        }
        if bias.is_empty() || bias.len().checked_mul(inputs) != Some(weights.len()) {
            return Err(format!(
                "{} weights do not map {inputs} inputs to {} outputs",
                weights.len(),
                bias.len()
            ));
        }
        let layer = self.flat_cells(&view)?;
        let mut ordered = vec![0.0; weights.len()];
        for (row, ordered) in weights.chunks(inputs).zip(ordered.chunks_mut(inputs)) {
            for (index, weight) in row.iter().enumerate() {
                ordered[view.cell(index)] = *weight;
            }
        }
        let shape = Shape::flat(bias.len()).ok_or("it has too many outputs")?;
        let mut dims = view.dims;
        dims.pop();
        dims.push(bias.len());
        let linear = Linear {
            weights: ordered,
            bias,
        };
        let layer = self.emit(Kind::Dense(linear), vec![layer], shape)?;
        let order = None;
        Ok(Value::Activation(View { layer, dims, order }))
    }

    fn conv_bias(&self, outputs: usize) -> Result<Vec<f32>, Refusal> {
        let Some(bias) = self.optional(2)? else {
            return Ok(vec![0.0; outputs]);
        };
        if bias.dims != [outputs] {
            return Err(format!(
                "a bias of dimensions {:?} for {outputs} outputs",
                bias.dims
            ));
        }
        Ok(bias.to_floats())
    }

    /// `factor` times the matrix that is added, which broadcasts to `[1, outputs]`.
    fn gemm_bias(&self, outputs: usize, factor: f32) -> Result<Vec<f32>, Refusal> {
        let Some(bias) = self.optional(2)? else {
            return Ok(vec![0.0; outputs]);
        };
        let values = bias.to_floats();
        match bias.dims[..] {
            [] | [1] | [1, 1] => Ok(vec![values[0] * factor; outputs]),
            [len] | [1, len] if len == outputs => Ok(values.iter().map(|b| b * factor).collect()),
            _ => Err(format!(
                "a bias of dimensions {:?} for {outputs} outputs",
                bias.dims
            )),
        }
    }

    pub(super) fn batch_normalization(&mut self) -> Result<Value, Refusal> {
        self.attributes.ignore("momentum");
        if self.attributes.int("training_mode").unwrap_or(0) != 0 {
            return Err("it is in training mode".into());
        }
        let epsilon = self.attributes.float("epsilon").unwrap_or(1e-5);
        let view = self.view(0)?;
        let channels = *view.dims.get(1).ok_or("its input has no channels")?;
        let row = |index| -> Result<Vec<f32>, Refusal> {
            let values = self.constant(index)?.to_floats();
            let fault = || {
                format!(
                    "input {index} has {} values for {channels} channels",
                    values.len()
                )
            };
            if values.len() == channels {
                Ok(values)
            } else {
                Err(fault())
            }
        };
        let (gamma, beta, mean, variance) = (row(1)?, row(2)?, row(3)?, row(4)?);
        let deviations = variance
            .iter()
            .map(|v| (f64::from(*v) + f64::from(epsilon)).sqrt());
        let scale: Vec<f32> = gamma
            .iter()
            .zip(deviations)
            .map(|(g, d)| (f64::from(*g) / d) as f32)
            .collect();
        let moved = mean.iter().zip(&scale).map(|(m, s)| m * s);
        let offset: Vec<f32> = beta.iter().zip(moved).map(|(b, m)| b - m).collect();
        if scale.iter().chain(&offset).any(|v| !v.is_finite()) {
            return Err("its variance is not positive".into());
        }
        let mut dims = vec![1; view.dims.len()];
        dims[1] = channels;
        let along = |values| Constant {
            dims: dims.clone(),
            data: Data::Float(values),
        };
        self.affine(&view, Some(&along(scale)), Some(&along(offset)))
    }

    pub(super) fn add(&mut self) -> Result<Value, Refusal> {
        if self.node.input.len() != 2 {
            return Err(format!(
                "{} inputs; only sums of two are supported",
                self.node.input.len()
            ));
        }
        if let Some(sum) = self.integers(i64::checked_add)? {
            return Ok(sum);
        }
        let inputs = (self.value(0)?.clone(), self.value(1)?.clone());
        match inputs {
            (Value::Activation(view), Value::Constant(constant))
            | (Value::Constant(constant), Value::Activation(view)) => {
                self.affine(&view, None, Some(&constant))
            }
            (Value::Activation(a), Value::Activation(b)) => self.residual(&a, &b),
            _ => Err("a sum of two constants; simplify the network before importing it".into()),
        }
    }

    fn residual(&mut self, a: &View, b: &View) -> Result<Value, Refusal> {
        if a.dims != b.dims {
            return Err(format!(
                "tensors of dimensions {:?} and {:?} are added; only equal ones are supported",
                a.dims, b.dims
            ));
        }
        if a.order != b.order {
            return Err("it adds tensors whose elements lie in different orders".into());
        }
        let shape = self.lowering.layers[a.layer].shape;
        let other = self.lowering.relabelled(self.name, b.layer, shape)?;
        let layer = self.emit(Kind::Add, vec![a.layer, other], shape)?;
        Ok(Value::Activation(View { layer, ..a.clone() }))
    }

    pub(super) fn sub(&mut self) -> Result<Value, Refusal> {
        if let Some(difference) = self.integers(i64::checked_sub)? {
            return Ok(difference);
        }
        let minus_one = scalar(-1.0);
        if let Value::Constant(constant) = self.value(0)?.clone() {
            let view = self.view(1)?;
            return self.affine(&view, Some(&minus_one), Some(&constant));
        }
        let view = self.view(0)?;
        let constant = self.constant(1).map_err(|_| {
            "it subtracts two tensors that depend on the image; only constants can be subtracted"
        })?;
        let negated = constant.to_floats().iter().map(|v| -v).collect();
        let negated = Constant {
            dims: constant.dims.clone(),
            data: Data::Float(negated),
        };
        self.affine(&view, None, Some(&negated))
    }

    pub(super) fn mul(&mut self) -> Result<Value, Refusal> {
        if let Some(product) = self.integers(i64::checked_mul)? {
            return Ok(product);
        }
        match (self.value(0)?.clone(), self.value(1)?.clone()) {
            (Value::Activation(view), Value::Constant(factor))
            | (Value::Constant(factor), Value::Activation(view)) => {
                self.affine(&view, Some(&factor), None)
            }
            _ => Err(
                "it multiplies two tensors that depend on the image; only multiplication by \
                      constants is supported"
                    .into(),
            ),
        }
    }

    pub(super) fn div(&mut self) -> Result<Value, Refusal> {
        if let Some(quotient) = self.integers(i64::checked_div)? {
            return Ok(quotient);
        }
        let view = self
            .view(0)
            .map_err(|_| "only division by a constant is supported")?;
        let divisor = self
            .constant(1)
            .map_err(|_| "only division by a constant is supported")?;
        let inverse: Vec<f32> = divisor
            .to_floats()
            .iter()
            .map(|v| (1.0 / f64::from(*v)) as f32)
            .collect();
        if inverse.iter().any(|v| !v.is_finite()) {
            return Err("it divides by zero, or by nearly zero".into());
        }
        let inverse = Constant {
            dims: divisor.dims.clone(),
            data: Data::Float(inverse),
        };
        self.affine(&view, Some(&inverse), None)
    }

    pub(super) fn neg(&mut self) -> Result<Value, Refusal> {
        let view = self.view(0)?;
        self.affine(&view, Some(&scalar(-1.0)), None)
    }

    /// `scale·x + offset`, each broadcast to `x` as ONNX does.
    fn affine(
        &mut self,
        view: &View,
        scale: Option<&Constant>,
        offset: Option<&Constant>,
    ) -> Result<Value, Refusal> {
        let per_cell = |constant: Option<&Constant>, absent: f32| match constant {
            Some(constant) => broadcast(constant, view),
            None => Ok(vec![absent; view.len()]),
        };
        let (scale, offset) = (per_cell(scale, 1.0)?, per_cell(offset, 0.0)?);
        let shape = self.lowering.layers[view.layer].shape;
        if let Some((scale, offset)) = per_channel(&scale, shape).zip(per_channel(&offset, shape)) {
            return self.cell_by_cell(view, Kind::Affine { scale, offset });
        }
        // A constant of its own for every cell: each cell becomes a channel for a moment.
        let flat = self.flat_cells(view)?;
        let flat_shape = self.lowering.layers[flat].shape;
        let moved = self.emit(Kind::Affine { scale, offset }, vec![flat], flat_shape)?;
        let layer: LayerId = self.emit(Kind::Reshape, vec![moved], shape)?;
        Ok(Value::Activation(View {
            layer,
            ..view.clone()
        }))
    }
}

fn scalar(value: f32) -> Constant {
    Constant {
        dims: Vec::new(),
        data: Data::Float(vec![value]),
    }
}

/// A `[rows][columns]` matrix as `[columns][rows]`.
fn transpose(matrix: &[f32], columns: usize) -> Vec<f32> {
    let column = |c: usize| matrix.iter().skip(c).step_by(columns.max(1)).copied();
    (0..columns).flat_map(column).collect()
}

/// The constant's value for every cell of the view's layer.
fn broadcast(constant: &Constant, view: &View) -> Result<Vec<f32>, Refusal> {
    let fault = || {
        format!(
            "a constant of dimensions {:?} does not broadcast to {:?}",
            constant.dims, view.dims
        )
    };
    let missing = view
        .dims
        .len()
        .checked_sub(constant.dims.len())
        .ok_or_else(fault)?;
    let mut dims = vec![1; missing];
    dims.extend(&constant.dims);
    let fits = dims.iter().zip(&view.dims).all(|(c, v)| c == v || *c == 1);
    if !fits {
        return Err(fault());
    }
    let mut steps = strides(&dims);
    for (step, dim) in steps.iter_mut().zip(&dims) {
        if *dim == 1 {
            *step = 0;
        }
    }
    let values = constant.to_floats();
    let mut cells = vec![0.0; view.len()];
    for (index, offset) in offsets(&view.dims, &steps).into_iter().enumerate() {
        cells[view.cell(index)] = values[offset];
    }
    Ok(cells)
}

/// One value per channel, if all cells of each channel agree.
fn per_channel(cells: &[f32], shape: Shape) -> Option<Vec<f32>> {
    let channels = cells.chunks(shape.area());
    channels
        .map(|channel| {
            let first = channel[0];
            channel
                .iter()
                .all(|v| v.to_bits() == first.to_bits())
                .then_some(first)
        })
        .collect()
}
