//! Windows: pooling, and the attributes convolutions share with it.

use super::view::View;
use super::{Context, Refusal, Value};
use crate::network::{Kind, LayerId};
use zklens_model::{Axis, Shape, Window};

impl Context<'_> {
    pub(super) fn max_pool(&mut self) -> Result<Value, Refusal> {
        self.attributes.ignore("storage_order");
        let (layer, shape) = self.picture(0)?;
        let window = self.pool_window(shape)?;
        self.largest(layer, shape, window)
    }

    /// The largest cell of each window. A proof can show the maximum of at most [`MOST_TAPS`] cells
    /// at a time, so a larger window becomes a maximum over rows, then one over columns.
    pub(super) fn largest(
        &mut self,
        layer: LayerId,
        shape: Shape,
        window: Window,
    ) -> Result<Value, Refusal> {
        let touches = |axis: Axis| axis.before < axis.kernel && axis.after < axis.kernel;
        if !touches(window.height) || !touches(window.width) {
            return Err("its padding is as wide as its window".into());
        }
        if window.area() <= MOST_TAPS {
            return self.pool(layer, shape, Kind::MaxPool(window), window);
        }
        let single = Window::square(1, 1);
        let rows = Window {
            height: window.height,
            ..single
        };
        let columns = Window {
            width: window.width,
            ..single
        };
        let middle = rows
            .output(shape, shape.channels())
            .ok_or("its window is larger than the picture")?;
        let layer = self.emit(Kind::MaxPool(rows), vec![layer], middle)?;
        self.pool(layer, middle, Kind::MaxPool(columns), columns)
    }

    pub(super) fn average_pool(&mut self) -> Result<Value, Refusal> {
        let (layer, shape) = self.picture(0)?;
        let window = self.pool_window(shape)?;
        let counts_padding = self.attributes.int("count_include_pad").unwrap_or(0) != 0;
        let value = self.pool(layer, shape, Kind::AveragePool(window), window)?;
        match value {
            Value::Activation(view) if window.is_padded() && !counts_padding => {
                self.without_padding(&view, window, shape)
            }
            value => Ok(value),
        }
    }

    /// Corrects means over whole windows to means over the cells that lie inside the picture.
    fn without_padding(
        &mut self,
        view: &View,
        window: Window,
        input: Shape,
    ) -> Result<Value, Refusal> {
        let shape = self.lowering.layers[view.layer].shape;
        let rows = inside(window.height, input.height(), shape.height());
        let columns = inside(window.width, input.width(), shape.width());
        let area = window.area() as f32;
        let plane: Vec<usize> = rows
            .iter()
            .flat_map(|rows| columns.iter().map(move |columns| rows * columns))
            .collect();
        if plane.contains(&0) {
            return Err("one of its windows lies outside of the picture".into());
        }
        let factors = plane.iter().map(|cells| area / *cells as f32);
        let scale: Vec<f32> = factors.cycle().take(shape.len()).collect();
        let offset = vec![0.0; shape.len()];
        self.affine_by_cell(view, scale, offset)
    }

    pub(super) fn global_pool(&mut self) -> Result<Value, Refusal> {
        let (layer, shape) = self.picture(0)?;
        if self.node.op_type == "GlobalMaxPool" {
            return self.largest(layer, shape, whole(shape));
        }
        let window = whole(shape);
        self.pool(layer, shape, Kind::AveragePool(window), window)
    }

    pub(super) fn pool(
        &mut self,
        layer: usize,
        shape: Shape,
        kind: Kind,
        window: Window,
    ) -> Result<Value, Refusal> {
        let output = window
            .output(shape, shape.channels())
            .ok_or("its window is larger than the picture")?;
        let layer = self.emit(kind, vec![layer], output)?;
        Ok(self.as_picture(layer))
    }

    fn pool_window(&self, shape: Shape) -> Result<Window, Refusal> {
        let kernel = self
            .attributes
            .ints("kernel_shape")
            .ok_or("its `kernel_shape` is missing")?;
        if self.dilations()? != [1, 1] {
            return Err("dilated pooling is not supported".into());
        }
        let mut window = self.window(kernel, [1, 1], shape)?;
        let auto = self.attributes.text("auto_pad").unwrap_or("NOTSET");
        // `SAME` always rounds up.
        if self.attributes.int("ceil_mode").unwrap_or(0) != 0 && !auto.starts_with("SAME") {
            let added = [
                rest(&mut window.height, shape.height()),
                rest(&mut window.width, shape.width()),
            ];
            let counts_padding = self.attributes.int("count_include_pad").unwrap_or(0) != 0;
            if added != [0, 0] && (counts_padding || auto == "VALID") {
                return Err(
                    "its last window is cut off (ceil_mode = 1), and with count_include_pad = 1 or \
                     auto_pad = VALID programs differ in what that means"
                        .into(),
                );
            }
        }
        Ok(window)
    }

    /// The distance between neighbouring cells of a kernel, down and across.
    pub(super) fn dilations(&self) -> Result<[usize; 2], Refusal> {
        let Some(steps) = self.attributes.ints("dilations") else {
            return Ok([1, 1]);
        };
        let steps = crate::constant::dims(steps)
            .and_then(|steps| steps.try_into().ok())
            .filter(|steps: &[usize; 2]| {
                steps
                    .iter()
                    .all(|step| (1..=MAX_SIDE as usize).contains(step))
            });
        steps.ok_or_else(|| "its dilations are not two positive numbers".into())
    }

    /// The window of a convolution or pool with `kernel`, whose cells are `steps` apart, over a
    /// picture of `shape`.
    pub(super) fn window(
        &self,
        kernel: &[i64],
        steps: [usize; 2],
        shape: Shape,
    ) -> Result<Window, Refusal> {
        let [rows, columns] = *kernel else {
            return Err(format!(
                "a kernel of {} dimensions; only two are supported",
                kernel.len()
            ));
        };
        let spread = |kernel: i64, step: usize| {
            let step = i64::try_from(step).unwrap_or(i64::MAX);
            kernel
                .saturating_sub(1)
                .saturating_mul(step)
                .saturating_add(1)
        };
        let (rows, columns) = (spread(rows, steps[0]), spread(columns, steps[1]));
        let list = |name| self.attributes.ints(name);
        let strides: [i64; 2] = match list("strides") {
            Some(strides) => strides.try_into().map_err(|_| "it must have two strides")?,
            None => [1, 1],
        };
        let pads: [i64; 4] = match list("pads") {
            Some(pads) => pads.try_into().map_err(|_| "it must have four pads")?,
            None => [0; 4],
        };
        let pads = match self.attributes.text("auto_pad").unwrap_or("NOTSET") {
            "NOTSET" | "" => pads,
            "VALID" => [0; 4],
            same @ ("SAME_UPPER" | "SAME_LOWER") => {
                let total = |len: usize, kernel: i64, stride: i64| {
                    let len = i64::try_from(len).unwrap_or(i64::MAX);
                    let stride = stride.max(1);
                    let outputs = (len - 1).div_euclid(stride);
                    outputs
                        .saturating_mul(stride)
                        .saturating_add(kernel)
                        .saturating_sub(len)
                        .max(0)
                };
                let heights = total(shape.height(), rows, strides[0]);
                let widths = total(shape.width(), columns, strides[1]);
                let (h, w) = (heights / 2, widths / 2);
                if same == "SAME_UPPER" {
                    [h, w, heights - h, widths - w]
                } else {
                    [heights - h, widths - w, h, w]
                }
            }
            other => return Err(format!("its auto_pad `{other}` is not supported")),
        };
        window([rows, columns], strides, pads)
    }
}

/// The largest side of a picture. Sums of a few sides then cannot overflow.
pub(super) const MAX_SIDE: i64 = 1 << 16;

/// A window from ONNX's lists `[height, width]` and `[top, left, bottom, right]`.
fn window(kernel: [i64; 2], strides: [i64; 2], pads: [i64; 4]) -> Result<Window, Refusal> {
    let side = |value: i64, least: i64| {
        let fault = || format!("a kernel, stride or padding of {value}");
        if !(least..=MAX_SIDE).contains(&value) {
            return Err(fault());
        }
        usize::try_from(value).map_err(|_| fault())
    };
    let axis = |i: usize| -> Result<Axis, Refusal> {
        Ok(Axis {
            kernel: side(kernel[i], 1)?,
            stride: side(strides[i], 1)?,
            before: side(pads[i], 0)?,
            after: side(pads[i + 2], 0)?,
        })
    };
    Ok(Window {
        height: axis(0)?,
        width: axis(1)?,
    })
}

/// Widens the padding after the picture, so that a last window fits that would be cut off, unless
/// it would begin outside the picture. Returns the number of cells added.
const fn rest(axis: &mut Axis, len: usize) -> usize {
    let padded = len + axis.before + axis.after;
    let Some(over) = padded.checked_sub(axis.kernel) else {
        return 0;
    };
    let next = (over / axis.stride + 1) * axis.stride;
    if over % axis.stride == 0 || next >= len + axis.before {
        return 0;
    }
    let added = next - over;
    axis.after += added;
    added
}

/// For each position of a window along an axis of `len` cells, the number of its cells inside the
/// axis.
fn inside(axis: Axis, len: usize, positions: usize) -> Vec<usize> {
    let count = |position: usize| {
        let start = position * axis.stride;
        let cells = start.max(axis.before)..(start + axis.kernel).min(axis.before + len);
        cells.len()
    };
    (0..positions).map(count).collect()
}

/// The most cells whose maximum a proof can show at once.
const MOST_TAPS: usize = 1 << 8;

/// A window as large as the picture.
pub(super) fn whole(shape: Shape) -> Window {
    let axis = |kernel| Axis {
        kernel,
        stride: 1,
        before: 0,
        after: 0,
    };
    Window {
        height: axis(shape.height()),
        width: axis(shape.width()),
    }
}
