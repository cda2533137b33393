//! Transposed convolutions. With stride `s`, the output pixel `q·s + r` depends only on the
//! kernel's cells `r, r + s, …`. So each of the `s·s` phases is an ordinary convolution, and their
//! pixels are interleaved.

use super::view::View;
use super::{Context, Refusal, Value};
use crate::network::{Kind, Linear};
use zklens_model::{Axis, Shape, Window};

/// A transposed convolution along one axis.
struct Side {
    kernel: usize,
    stride: usize,
    /// The number of cells cropped from the beginning.
    before: usize,
    /// The length of the output.
    len: usize,
    /// The most kernel cells of a phase.
    taps: usize,
}

impl Context<'_> {
    pub(super) fn conv_transpose(&mut self) -> Result<Value, Refusal> {
        let weights = self.constant(1)?.clone();
        let [inputs, outputs, rows, columns] = weights.dims[..] else {
            return Err(format!(
                "its weights have dimensions {:?}; only two-dimensional convolutions are supported",
                weights.dims
            ));
        };
        let given = self.attributes.ints("kernel_shape");
        if given.is_some_and(|given| crate::constant::dims(given) != Some(vec![rows, columns])) {
            return Err("its kernel_shape is not that of its weights".into());
        }
        if self.dilations()? != [1, 1] || self.attributes.int("group").unwrap_or(1) != 1 {
            return Err(
                "dilations and groups of a transposed convolution are not supported".into(),
            );
        }
        let (layer, shape) = self.picture(0)?;
        if inputs != shape.channels() || outputs == 0 {
            return Err(format!(
                "{} input channels do not fit weights {:?}",
                shape.channels(),
                weights.dims
            ));
        }
        let [down, across] = self.sides([rows, columns], shape)?;
        let window = Window {
            height: down.axis(),
            width: across.axis(),
        };
        let phases = down.stride * across.stride;
        let total = outputs
            .checked_mul(phases)
            .ok_or("it has too many channels")?;
        let phase_shape = window
            .output(shape, total)
            .ok_or("its output is too large")?;
        let kernels = [inputs, outputs, rows, columns];
        let spread = spread(&weights.to_floats(), kernels, &down, &across)?;
        let given = self.conv_bias(outputs)?;
        let bias = given.iter().flat_map(|b| core::iter::repeat_n(*b, phases));
        let kind = Kind::Conv {
            linear: Linear {
                weights: spread,
                bias: bias.collect(),
            },
            window,
            groups: 1,
        };
        let layer = self.emit(kind, vec![layer], phase_shape)?;
        let size = Shape::new(outputs, down.len, across.len).ok_or("its output is too large")?;
        let view = View {
            order: Some(interleaved(size, phase_shape, &down, &across)),
            ..View::new(layer, vec![1, outputs, down.len, across.len])
        };
        Ok(Value::Activation(view))
    }

    fn sides(&self, kernel: [usize; 2], shape: Shape) -> Result<[Side; 2], Refusal> {
        let list = |name, default: Vec<usize>| match self.attributes.ints(name) {
            Some(list) => {
                let list = crate::constant::dims(list).filter(|list| {
                    list.len() == default.len() && list.iter().all(|n| *n <= MAX_SIDE)
                });
                list.ok_or_else(|| format!("its {name} are not {} sane numbers", default.len()))
            }
            None => Ok(default),
        };
        let strides = list("strides", vec![1, 1])?;
        let pads = list("pads", vec![0; 4])?;
        let more = list("output_padding", vec![0, 0])?;
        let auto = self.attributes.text("auto_pad").unwrap_or("NOTSET");
        if !matches!(auto, "NOTSET" | "VALID" | "")
            || self.attributes.ints("output_shape").is_some()
        {
            return Err("its padding must be given by `pads`".into());
        }
        let side = |axis: usize, len: usize| -> Result<Side, Refusal> {
            let (kernel, stride) = (kernel[axis], strides[axis]);
            if kernel == 0 || kernel > MAX_SIDE || stride == 0 {
                return Err("a kernel or stride of zero, or too large".into());
            }
            let full = (len - 1) * stride + kernel + more[axis];
            let cropped = pads[axis] + pads[axis + 2];
            let output = full.checked_sub(cropped).filter(|output| *output > 0);
            let taps = kernel.div_ceil(stride);
            // The length up to which the phases have output.
            let reach = (len + taps - 1) * stride;
            let output = output.filter(|output| pads[axis] + output <= reach);
            Ok(Side {
                kernel,
                stride,
                before: pads[axis],
                len: output.ok_or("its pads leave nothing, or its output padding is too large")?,
                taps,
            })
        };
        Ok([side(0, shape.height())?, side(1, shape.width())?])
    }
}

/// Turns weights `[inputs][outputs][height][width]` into those of a convolution that gives every
/// phase.
fn spread(
    weights: &[f32],
    [inputs, outputs, rows, columns]: [usize; 4],
    down: &Side,
    across: &Side,
) -> Result<Vec<f32>, Refusal> {
    let (area, plane) = (down.taps * across.taps, rows * columns);
    let total = outputs * down.stride * across.stride;
    let len = total
        .checked_mul(inputs)
        .and_then(|n| n.checked_mul(area))
        .filter(|len| *len <= MAX_WEIGHTS);
    let mut spread = vec![0.0; len.ok_or("its kernel is too large")?];
    for (index, weight) in weights.iter().enumerate() {
        let (input, output) = (index / plane / outputs, index / plane % outputs);
        let (down_phase, down_tap) = down.place(index % plane / columns);
        let (across_phase, across_tap) = across.place(index % columns);
        let channel = (output * down.stride + down_phase) * across.stride + across_phase;
        let tap = down_tap * across.taps + across_tap;
        spread[(channel * inputs + input) * area + tap] = *weight;
    }
    Ok(spread)
}

/// For every output cell, its index among the cells of the phases.
fn interleaved(size: Shape, phases: Shape, down: &Side, across: &Side) -> Vec<usize> {
    let mut order = Vec::with_capacity(size.len());
    for output in 0..size.channels() {
        for row in 0..down.len {
            for column in 0..across.len {
                let (y, down_phase) = down.cell(row);
                let (x, across_phase) = across.cell(column);
                let channel = (output * down.stride + down_phase) * across.stride + across_phase;
                order.push((channel * phases.height() + y) * phases.width() + x);
            }
        }
    }
    order
}

impl Side {
    const fn axis(&self) -> Axis {
        Axis {
            kernel: self.taps,
            stride: 1,
            before: self.taps - 1,
            after: self.taps - 1,
        }
    }

    /// The phase of a cell of the kernel, and the cell's place in the kernel of that phase.
    const fn place(&self, cell: usize) -> (usize, usize) {
        debug_assert!(cell < self.kernel);
        (cell % self.stride, self.taps - 1 - cell / self.stride)
    }

    /// The place of an output pixel: its row in its phase, and the phase.
    const fn cell(&self, pixel: usize) -> (usize, usize) {
        let at = pixel + self.before;
        (at / self.stride, at % self.stride)
    }
}

const MAX_SIDE: usize = 1 << 12;

/// The most weights of all phases together.
const MAX_WEIGHTS: usize = 1 << 24;
