//! Affine layers: `scale·x + offset`, with constants that broadcast as in ONNX.

use super::view::{View, offsets, strides};
use super::{Context, Refusal, Value};
use crate::constant::{Constant, Data};
use crate::network::{Kind, LayerId};
use zklens_model::Shape;

impl Context<'_> {
    pub(super) fn batch_normalization(&mut self) -> Result<Value, Refusal> {
        self.attributes.ignore("momentum");
        if self.attributes.int("training_mode").unwrap_or(0) != 0 {
            return Err("it is in training mode".into());
        }
        if self.attributes.int("spatial").unwrap_or(1) != 1 {
            return Err(
                "it has statistics for every cell (spatial = 0); export with opset 9 or newer"
                    .into(),
            );
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

    /// `scale·x + offset`, each broadcast to `x` as ONNX does.
    pub(super) fn affine(
        &mut self,
        view: &View,
        scale: Option<&Constant>,
        offset: Option<&Constant>,
    ) -> Result<Value, Refusal> {
        if view.is_integer {
            return Err("it computes with whole numbers; a Cast to float must come before".into());
        }
        let shape = self.lowering.layers[view.layer].shape;
        let per_cell = |constant: Option<&Constant>, absent: f32| match constant {
            Some(constant) => broadcast(constant, view, shape.len()),
            None => Ok(vec![Some(absent); shape.len()]),
        };
        let (scale, offset) = (per_cell(scale, 1.0)?, per_cell(offset, 0.0)?);
        if let Some((scale, offset)) = per_channel(&scale, shape).zip(per_channel(&offset, shape)) {
            return self.cell_by_cell(view, Kind::Affine { scale, offset });
        }
        let or = |cells: Vec<Option<f32>>, absent| {
            let cells = cells.into_iter().map(|cell| cell.unwrap_or(absent));
            cells.collect()
        };
        let (scale, offset) = (or(scale, 1.0), or(offset, 0.0));
        self.affine_by_cell(view, scale, offset)
    }

    /// A scale and an offset of its own for every cell of the layer. For this layer, each cell
    /// becomes a channel.
    pub(super) fn affine_by_cell(
        &mut self,
        view: &View,
        scale: Vec<f32>,
        offset: Vec<f32>,
    ) -> Result<Value, Refusal> {
        let shape = self.lowering.layers[view.layer].shape;
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

pub(super) fn scalar(value: f32) -> Constant {
    Constant {
        dims: Vec::new(),
        data: Data::Float(vec![value]),
    }
}

/// The constant's value for each of the `cells` of the view's layer; `None` for cells that the view
/// leaves out.
fn broadcast(constant: &Constant, view: &View, cells: usize) -> Result<Vec<Option<f32>>, Refusal> {
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
    let mut cells = vec![None; cells];
    for (index, offset) in offsets(&view.dims, &steps).into_iter().enumerate() {
        let cell: &mut Option<f32> = &mut cells[view.cell(index)];
        let value = values[offset];
        if cell.is_some_and(|other| other.to_bits() != value.to_bits()) {
            return Err("it treats two copies of one value differently".into());
        }
        *cell = Some(value);
    }
    Ok(cells)
}

/// One value per channel, if all cells of each channel agree.
fn per_channel(cells: &[Option<f32>], shape: Shape) -> Option<Vec<f32>> {
    let channels = cells.chunks(shape.area());
    channels
        .map(|channel| {
            let mut known = channel.iter().flatten();
            let first = known.next().copied().unwrap_or(0.0);
            known
                .all(|v| v.to_bits() == first.to_bits())
                .then_some(first)
        })
        .collect()
}
