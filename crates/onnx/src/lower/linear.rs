//! Layers with weights.

use super::view::View;
use super::{Context, Refusal, Value};
use crate::network::{Kind, Linear};
use zklens_model::{Shape, Window};

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
        let steps = self.dilations()?;
        let window = self.window(&kernel, steps, shape)?;
        let groups = usize::try_from(self.attributes.int("group").unwrap_or(1)).unwrap_or(0);
        let splits = |channels: usize| channels.checked_rem(groups) == Some(0);
        if outputs == 0 || !splits(outputs) || depth.checked_mul(groups) != Some(shape.channels()) {
            return Err(format!(
                "{} input channels do not fit weights {:?} in {groups} groups",
                shape.channels(),
                weights.dims
            ));
        }
        let output = window
            .output(shape, outputs)
            .ok_or("its kernel is larger than the picture")?;
        let linear = Linear {
            weights: dilated(&weights.to_floats(), [rows, columns], steps, window.area())?,
            bias: self.conv_bias(outputs)?,
        };
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
        self.product_with_matrix(1.0)
    }

    /// `factor` times the product with a constant matrix.
    pub(super) fn product_with_matrix(&mut self, factor: f32) -> Result<Value, Refusal> {
        let matrix = self.constant(1).map_err(|_| {
            "its second factor depends on the image; only a constant matrix on the right is supported"
        })?.clone();
        let columns = match matrix.dims[..] {
            [_, columns] | [1, _, columns] => columns,
            _ => {
                return Err(format!(
                    "its weights have dimensions {:?}; expected a matrix",
                    matrix.dims
                ));
            }
        };
        let mut weights = transpose(&matrix.to_floats(), columns);
        weights.iter_mut().for_each(|w| *w *= factor);
        let view = self.view(0)?;
        if view.dims.last() == Some(&view.len()) {
            return self.dense(&weights, vec![0.0; columns]);
        }
        self.rows_times_matrix(&view, weights, columns)
    }

    /// Applies one fully connected layer to every row of `view`. This is a convolution, over the
    /// channels of each pixel or over each row of pixels.
    fn rows_times_matrix(
        &mut self,
        view: &View,
        weights: Vec<f32>,
        outputs: usize,
    ) -> Result<Value, Refusal> {
        let inputs = view.dims.last().copied().unwrap_or(1);
        let rows = view.len() / inputs.max(1);
        if outputs == 0 || outputs.checked_mul(inputs) != Some(weights.len()) {
            return Err(format!(
                "{} weights do not map {inputs} inputs to {outputs} outputs",
                weights.len()
            ));
        }
        let linear = Linear {
            weights,
            bias: vec![0.0; outputs],
        };
        let flat = View {
            dims: vec![rows, inputs],
            ..view.clone()
        };
        let inner = self.lowering.layers[view.layer].shape;
        let by_channel = flat.transposed(&[1, 0]);
        let (window, layer, shape) = if by_channel.is_all_of(inner) && inner.channels() == inputs {
            let shape = Shape::new(outputs, inner.height(), inner.width());
            (Window::square(1, 1), view.layer, shape)
        } else {
            let shape = Shape::new(1, rows, inputs).ok_or("its input is too large")?;
            let layer = self.in_order(&flat, shape)?;
            let mut window = Window::square(1, 1);
            window.width.kernel = inputs;
            (window, layer, Shape::new(outputs, rows, 1))
        };
        let kind = Kind::Conv {
            linear,
            window,
            groups: 1,
        };
        let layer = self.emit(kind, vec![layer], shape.ok_or("its output is too large")?)?;
        let mut dims = view.dims.clone();
        dims.pop();
        dims.push(outputs);
        let result = View::new(layer, vec![outputs, rows]).transposed(&[1, 0]);
        Ok(Value::Activation(result.with_dims(dims)?))
    }

    /// Adds a fully connected layer. `weights` are `[outputs][inputs]`, with the inputs in ONNX
    /// order.
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
        let cells = self.lowering.layers[layer].shape.len();
        let len = cells
            .checked_mul(bias.len())
            .filter(|len| *len <= MAX_SPREAD.max(weights.len()));
        let mut ordered = vec![0.0; len.ok_or("it has too many weights for the cells it picks")?];
        for (row, ordered) in weights.chunks(inputs).zip(ordered.chunks_mut(cells)) {
            for (index, weight) in row.iter().enumerate() {
                ordered[view.cell(index)] += *weight;
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
        Ok(Value::Activation(View::new(layer, dims)))
    }

    pub(super) fn conv_bias(&self, outputs: usize) -> Result<Vec<f32>, Refusal> {
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

    /// `factor` times the bias, a matrix that broadcasts to `[1, outputs]`.
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
}

/// The most weights of a fully connected layer that has grown to take picked cells.
const MAX_SPREAD: usize = 1 << 24;

/// A kernel `[…][height][width]` with zeros put between its cells, so that it has `area` cells.
fn dilated(
    weights: &[f32],
    kernel: [usize; 2],
    steps: [usize; 2],
    area: usize,
) -> Result<Vec<f32>, Refusal> {
    if steps == [1, 1] {
        return Ok(weights.to_vec());
    }
    let [rows, columns] = kernel;
    let planes = weights.len() / (rows * columns).max(1);
    let len = planes.checked_mul(area).filter(|len| *len <= MAX_SPREAD);
    let mut spread = vec![0.0; len.ok_or("its dilated kernel is too large")?];
    let width = (columns - 1) * steps[1] + 1;
    let planes = weights.chunks(rows * columns).zip(spread.chunks_mut(area));
    for (plane, spread) in planes {
        for (index, weight) in plane.iter().enumerate() {
            let (row, column) = (index / columns, index % columns);
            spread[row * steps[0] * width + column * steps[1]] = *weight;
        }
    }
    Ok(spread)
}

/// The transpose of a `[rows][columns]` matrix.
fn transpose(matrix: &[f32], columns: usize) -> Vec<f32> {
    let column = |c: usize| matrix.iter().skip(c).step_by(columns.max(1)).copied();
    (0..columns).flat_map(column).collect()
}
