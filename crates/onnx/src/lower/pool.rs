//! Windows: pooling, padding, and the attributes convolutions share with them.

use super::{Context, Refusal, Value};
use crate::network::Kind;
use zklens_model::{Axis, Shape, Window};

impl Context<'_> {
    pub(super) fn max_pool(&mut self) -> Result<Value, Refusal> {
        self.attributes.ignore("storage_order");
        let (layer, shape) = self.picture(0)?;
        let window = self.pool_window(shape)?;
        let touches = |axis: Axis| axis.before < axis.kernel && axis.after < axis.kernel;
        if !touches(window.rows) || !touches(window.columns) {
            return Err("its padding is as wide as its window".into());
        }
        self.pool(layer, shape, Kind::MaxPool(window), window)
    }

    pub(super) fn average_pool(&mut self) -> Result<Value, Refusal> {
        let (layer, shape) = self.picture(0)?;
        let window = self.pool_window(shape)?;
        let counts_padding = self.attributes.int("count_include_pad").unwrap_or(0) != 0;
        if window.is_padded() && !counts_padding {
            return Err(
                "it averages over fewer cells at the border (count_include_pad = 0 with \
                        padding); only count_include_pad = 1 is supported"
                    .into(),
            );
        }
        self.pool(layer, shape, Kind::AveragePool(window), window)
    }

    pub(super) fn global_pool(&mut self, kind: fn(Window) -> Kind) -> Result<Value, Refusal> {
        let (layer, shape) = self.picture(0)?;
        let window = whole(shape);
        self.pool(layer, shape, kind(window), window)
    }

    /// A mean over height and width is a global average pool.
    pub(super) fn reduce_mean(&mut self) -> Result<Value, Refusal> {
        let axes = self.ints("axes", 1)?.unwrap_or_default();
        let keeps = self.attributes.int("keepdims").unwrap_or(1) != 0;
        self.attributes.ignore("noop_with_empty_axes");
        let (layer, shape) = self.picture(0)?;
        let mut axes: Vec<usize> = axes
            .iter()
            .map(|a| super::relabel::axis(*a, 4))
            .collect::<Result<_, _>>()?;
        axes.sort_unstable();
        if axes != [2, 3] {
            return Err("only a mean over height and width (axes 2 and 3) is supported".into());
        }
        let window = whole(shape);
        let value = self.pool(layer, shape, Kind::AveragePool(window), window)?;
        match value {
            Value::Activation(view) if !keeps => Ok(Value::Activation(
                view.with_dims(vec![1, shape.channels()])?,
            )),
            value => Ok(value),
        }
    }

    pub(super) fn pad(&mut self) -> Result<Value, Refusal> {
        let mode = self.attributes.text("mode").unwrap_or("constant");
        if mode != "constant" {
            return Err(format!("its mode `{mode}` is not supported; `constant` is"));
        }
        let filler = match self.attributes.float("value") {
            Some(value) => value,
            None => match self.optional(2)? {
                Some(value) => value.scalar().ok_or("its value must be a scalar")?,
                None => 0.0,
            },
        };
        if self.input_name(3).is_some() {
            return Err("its `axes` input is not supported".into());
        }
        let pads = self.ints("pads", 1)?.ok_or("its `pads` are missing")?;
        let [0, 0, top, left, 0, 0, bottom, right] = pads[..] else {
            return Err("only rows and columns of a picture can be padded".into());
        };
        let (layer, shape) = self.picture(0)?;
        let window = window([1, 1], [1, 1], [top, left, bottom, right])?;
        if !window.is_padded() {
            return Ok(self.as_picture(layer));
        }
        if filler != 0.0 {
            return Err(format!("it pads with {filler}; only zero is supported"));
        }
        self.pool(layer, shape, Kind::Pad(window), window)
    }

    fn pool(
        &mut self,
        layer: usize,
        shape: Shape,
        kind: Kind,
        window: Window,
    ) -> Result<Value, Refusal> {
        let output = window.output(shape, shape.channels());
        let output = output.ok_or("its window is larger than the picture")?;
        let layer = self.emit(kind, vec![layer], output)?;
        Ok(self.as_picture(layer))
    }

    fn pool_window(&self, shape: Shape) -> Result<Window, Refusal> {
        let kernel = self
            .attributes
            .ints("kernel_shape")
            .ok_or("its `kernel_shape` is missing")?;
        let window = self.window(kernel, shape)?;
        if self.attributes.int("ceil_mode").unwrap_or(0) != 0 {
            let fits = |axis: Axis, len: usize| {
                (len + axis.before + axis.after)
                    .checked_sub(axis.kernel)
                    .is_some_and(|rest| rest % axis.stride == 0)
            };
            if !fits(window.rows, shape.height()) || !fits(window.columns, shape.width()) {
                return Err(
                    "its last window is cut off (ceil_mode = 1), which is not supported".into(),
                );
            }
        }
        Ok(window)
    }

    /// The window of a convolution or pool with `kernel` over a picture of `shape`.
    pub(super) fn window(&self, kernel: &[i64], shape: Shape) -> Result<Window, Refusal> {
        let [rows, columns] = *kernel else {
            return Err(format!(
                "a kernel of {} dimensions; only two are supported",
                kernel.len()
            ));
        };
        let list = |name| self.attributes.ints(name);
        if list("dilations").is_some_and(|d| d.iter().any(|d| *d != 1)) {
            return Err("dilated windows are not supported".into());
        }
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

/// Sides that no picture exceeds, so that sums of a few of them cannot overflow.
const MAX_SIDE: i64 = 1 << 16;

/// A window from ONNX's lists: `[rows, columns]` and `[top, left, bottom, right]`.
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
        rows: axis(0)?,
        columns: axis(1)?,
    })
}

/// A window as large as the picture.
fn whole(shape: Shape) -> Window {
    let axis = |kernel| Axis {
        kernel,
        stride: 1,
        before: 0,
        after: 0,
    };
    Window {
        rows: axis(shape.height()),
        columns: axis(shape.width()),
    }
}
