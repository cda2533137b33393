//! Resizing by the nearest pixel.

use super::{Context, Refusal, Value};

impl Context<'_> {
    /// `Resize`, and `Upsample` of old opsets.
    pub(super) fn resize(&mut self) -> Result<Value, Refusal> {
        for name in [
            "cubic_coeff_a",
            "exclude_outside",
            "extrapolation_value",
            "antialias",
        ] {
            self.attributes.ignore(name);
        }
        let mode = self.attributes.text("mode").unwrap_or("nearest");
        if mode != "nearest" {
            return Err(format!(
                "its mode `{mode}` mixes pixels, which is not supported; `nearest` is"
            ));
        }
        let policy = self.attributes.text("keep_aspect_ratio_policy");
        if policy.is_some_and(|policy| policy != "stretch")
            || self.attributes.ints("axes").is_some()
        {
            return Err("it must resize every axis by its own factor".into());
        }
        let view = self.view(0)?;
        let is_upsample = self.node.op_type == "Upsample" || self.lowering.opset < 11;
        let (transform, rounding) = if is_upsample {
            ("asymmetric", "floor")
        } else {
            let transform = self.attributes.text("coordinate_transformation_mode");
            let rounding = self.attributes.text("nearest_mode");
            (
                transform.unwrap_or("half_pixel"),
                rounding.unwrap_or("round_prefer_floor"),
            )
        };
        let sizes = self.sizes(&view.dims, is_upsample)?;
        let mut lists = Vec::with_capacity(view.dims.len());
        for (len, (size, scale)) in view.dims.iter().zip(sizes) {
            if size == 0 || size > MAX_SIDE {
                return Err(format!("a side of {size}"));
            }
            let position = |at: usize| nearest(at, scale, [*len, size], transform, rounding);
            if is_upsample && scale < 1.0 && !(0..size).all(|at| (at as f32 / scale).fract() == 0.0)
            {
                // The standard does not fix the rounding. onnxruntime rounds up where an axis
                // shrinks.
                return Err(format!(
                    "it shrinks an axis by a factor of {scale}, where opset {} does not say which pixel is \
                     the nearest; export the network with opset 11 or later, or shrink by a whole number",
                    self.lowering.opset
                ));
            }
            let list = (0..size)
                .map(position)
                .collect::<Option<Vec<_>>>()
                .ok_or_else(|| {
                    format!("its modes `{transform}` and `{rounding}` are not supported together")
                })?;
            lists.push(list);
        }
        Value::Activation(view).picked(&lists)
    }

    /// The new length of each axis, and the factor by which it grows.
    fn sizes(&self, dims: &[usize], is_upsample: bool) -> Result<Vec<(usize, f32)>, Refusal> {
        let place = if is_upsample { 1 } else { 2 };
        let scales = match self.attributes.floats("scales") {
            Some(scales) => Some(scales.to_vec()),
            None => {
                let given = self.optional(place)?.filter(|scales| scales.len() > 0);
                given.map(crate::constant::Constant::to_floats)
            }
        };
        if let Some(scales) = scales {
            let is_sane = scales.iter().all(|scale| *scale > 0.0 && scale.is_finite());
            if scales.len() != dims.len() || !is_sane {
                return Err("its scales are not one positive number for each axis".into());
            }
            let size = |(dim, scale): (&usize, f32)| ((*dim as f32 * scale) as usize, scale);
            return Ok(dims.iter().zip(scales).map(size).collect());
        }
        let sizes = self
            .optional(3)?
            .and_then(|sizes| sizes.as_ints())
            .and_then(crate::constant::dims)
            .filter(|sizes| sizes.len() == dims.len())
            .ok_or("its scales or sizes must be constants, one for each axis")?;
        let size = |(size, dim): (usize, &usize)| (size, size as f32 / *dim as f32);
        Ok(sizes.into_iter().zip(dims).map(size).collect())
    }
}

/// The largest side of a picture.
const MAX_SIDE: usize = 1 << 16;

/// The source of pixel `at` among `size` pixels: one of `len` pixels. Computed as onnxruntime does.
fn nearest(
    at: usize,
    scale: f32,
    [len, size]: [usize; 2],
    transform: &str,
    rounding: &str,
) -> Option<usize> {
    let x = at as f32;
    let original = match transform {
        _ if scale == 1.0 => x,
        "asymmetric" => x / scale,
        "half_pixel" => (x + 0.5) / scale - 0.5,
        "pytorch_half_pixel" if size > 1 => (x + 0.5) / scale - 0.5,
        "pytorch_half_pixel" => 0.0,
        "align_corners" if size > 1 => x * (len - 1) as f32 / (size - 1) as f32,
        "align_corners" => 0.0,
        _ => return None,
    };
    let is_half = original - original.floor() == 0.5;
    let rounded = match rounding {
        "floor" => original.floor(),
        "ceil" => original.ceil(),
        "round_prefer_floor" if is_half => original.floor(),
        "round_prefer_ceil" if is_half => original.ceil(),
        "round_prefer_floor" | "round_prefer_ceil" => original.round(),
        _ => return None,
    };
    Some((rounded.max(0.0) as usize).min(len.saturating_sub(1)))
}
