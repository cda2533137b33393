//! Operators that pick elements by position and compute nothing: slices, gathers, splits,
//! concatenations, and blocks that become channels.

use super::relabel::axis;
use super::view::{View, positions};
use super::{Context, Refusal, Value};
use crate::constant::Constant;
use crate::network::{Kind, LayerId};
use zklens_model::{GraphBuilder, Shape};

impl Value {
    /// The elements at the positions `lists`, which has one list for each axis.
    pub(super) fn picked(&self, lists: &[Vec<usize>]) -> Result<Self, Refusal> {
        let dims: Vec<usize> = lists.iter().map(Vec::len).collect();
        if crate::constant::len(&dims).is_none() {
            return Err(format!("its output of {dims:?} is empty or too large"));
        }
        let (old, new): (usize, usize) = (self.dims().iter().product(), dims.iter().product());
        if new > Shape::MAX_LEN.max(old) {
            return Err(format!("its output of {dims:?} is too large"));
        }
        let sources = positions(self.dims(), lists);
        match self {
            Self::Constant(constant) => Ok(Self::Constant(constant.gathered(dims, &sources))),
            Self::Activation(view) => Ok(Self::Activation(view.picked(dims, &sources))),
            _ => Err("it picks among classes".into()),
        }
    }
}

/// All positions along every axis.
pub(super) fn everything(dims: &[usize]) -> Vec<Vec<usize>> {
    dims.iter().map(|dim| (0..*dim).collect()).collect()
}

impl Context<'_> {
    /// Picks elements along an axis.
    pub(super) fn gather(&mut self) -> Result<Value, Refusal> {
        let value = self.value(0)?.clone();
        let along = axis(self.attributes.int("axis").unwrap_or(0), value.dims().len())?;
        let indices = self.constant(1)?.clone();
        let picked = indices.as_ints().ok_or("its indices must be integers")?;
        let len = value.dims()[along];
        let mut lists = everything(value.dims());
        lists[along] = picked
            .iter()
            .map(|i| axis(*i, len))
            .collect::<Result<_, _>>()?;
        let picked = value.picked(&lists)?;
        let mut dims = value.dims().to_vec();
        dims.splice(along..=along, indices.dims);
        picked.with_dims(dims)
    }

    /// Takes a range along each axis.
    pub(super) fn slice(&mut self) -> Result<Value, Refusal> {
        let value = self.value(0)?.clone();
        let starts = self.ints("starts", 1)?.ok_or("its starts are missing")?;
        let ends = self.ints("ends", 2)?.ok_or("its ends are missing")?;
        let axes = self
            .ints("axes", 3)?
            .unwrap_or_else(|| (0..).take(starts.len()).collect());
        let steps = self
            .ints("steps", 4)?
            .unwrap_or_else(|| vec![1; starts.len()]);
        let len = starts.len();
        if ends.len() != len || axes.len() != len || steps.len() != len {
            return Err("its starts, ends, axes and steps differ in number".into());
        }
        let mut lists = everything(value.dims());
        let ranges = starts.iter().zip(&ends).zip(&steps);
        for (along, ((start, end), step)) in axes.iter().zip(ranges) {
            let along = axis(*along, value.dims().len())?;
            lists[along] = range(value.dims()[along], *start, *end, *step)?;
        }
        value.picked(&lists)
    }

    /// Divides a tensor along an axis into parts, one for each output.
    pub(super) fn split(&mut self) -> Result<Vec<Value>, Refusal> {
        let value = self.value(0)?.clone();
        let along = axis(self.attributes.int("axis").unwrap_or(0), value.dims().len())?;
        let total = value.dims()[along];
        let count = self.node.output.len();
        let parts = match self.ints("split", 1)? {
            Some(parts) => crate::constant::dims(&parts).ok_or("one of its parts is negative")?,
            None => {
                let given = self
                    .attributes
                    .int("num_outputs")
                    .map_or(Some(count), |given| usize::try_from(given).ok())
                    .filter(|given| *given > 0)
                    .ok_or("it has no outputs")?;
                // All parts have the same size, except that the last one may be smaller.
                let part = total.div_ceil(given);
                let starts = (0..given).map(|i| (i * part).min(total));
                starts.map(|start| part.min(total - start)).collect()
            }
        };
        let sum = parts
            .iter()
            .try_fold(0usize, |sum, part| sum.checked_add(*part));
        if parts.len() != count || sum != Some(total) {
            return Err(format!("parts of {parts:?} do not make up {total}"));
        }
        let mut start = 0;
        let mut values = Vec::with_capacity(count);
        let mut lists = everything(value.dims());
        for part in parts {
            lists[along] = (start..start + part).collect();
            values.push(value.picked(&lists)?);
            start += part;
        }
        Ok(values)
    }

    /// Channels become blocks of pixels.
    pub(super) fn depth_to_space(&mut self) -> Result<Value, Refusal> {
        let (view, block) = self.blocks()?;
        let [_, channels, height, width] = view.dims[..] else {
            return Err("expected a picture".into());
        };
        let inner = channels / (block * block);
        if inner * block * block != channels {
            return Err(format!(
                "{channels} channels are not blocks of {block}×{block}"
            ));
        }
        let mode = self.attributes.text("mode").unwrap_or("DCR");
        let (dims, axes) = match mode {
            "DCR" => ([block, block, inner, height, width], [2, 3, 0, 4, 1]),
            "CRD" => ([inner, block, block, height, width], [0, 3, 1, 4, 2]),
            other => return Err(format!("its mode `{other}` is not supported")),
        };
        let view = view.with_dims(dims.to_vec())?.transposed(&axes);
        let dims = vec![1, inner, height * block, width * block];
        Ok(Value::Activation(view.with_dims(dims)?))
    }

    /// Blocks of pixels become channels.
    pub(super) fn space_to_depth(&mut self) -> Result<Value, Refusal> {
        let (view, block) = self.blocks()?;
        let [_, channels, height, width] = view.dims[..] else {
            return Err("expected a picture".into());
        };
        let (rows, columns) = (height / block, width / block);
        if rows * block != height || columns * block != width {
            return Err(format!(
                "{height}×{width} pixels are not blocks of {block}×{block}"
            ));
        }
        let axes = match self.attributes.text("mode").unwrap_or("DCR") {
            "DCR" => [2, 4, 0, 1, 3],
            "CRD" => [0, 2, 4, 1, 3],
            other => return Err(format!("its mode `{other}` is not supported")),
        };
        let dims = vec![channels, rows, block, columns, block];
        let view = view.with_dims(dims)?.transposed(&axes);
        let dims = vec![1, channels * block * block, rows, columns];
        Ok(Value::Activation(view.with_dims(dims)?))
    }

    fn blocks(&self) -> Result<(View, usize), Refusal> {
        let view = self.view(0)?;
        view.picture()?;
        let block = self
            .attributes
            .int("blocksize")
            .and_then(|block| usize::try_from(block).ok())
            .filter(|block| (1..=1 << 10).contains(block));
        Ok((
            view,
            block.ok_or("its blocksize is missing or out of range")?,
        ))
    }

    /// Concatenates tensors, or lists of constants.
    pub(super) fn concat(&mut self) -> Result<Value, Refusal> {
        let count = self.node.input.len();
        if count > GraphBuilder::MAX_OPERANDS {
            return Err(format!(
                "{count} inputs; at most {} can be concatenated",
                GraphBuilder::MAX_OPERANDS
            ));
        }
        let inputs: Vec<&Value> = (0..count)
            .map(|index| self.value(index))
            .collect::<Result<_, _>>()?;
        let rank = inputs.first().map_or(0, |value| value.dims().len());
        let lens = inputs.iter().map(|value| value.dims().iter().product());
        let len = lens.fold(0usize, |sum, len: usize| sum.saturating_add(len));
        if len > Shape::MAX_LEN {
            return Err(format!(
                "its output of {len} elements is too large; at most {} can be concatenated",
                Shape::MAX_LEN
            ));
        }
        let given = self.attributes.int("axis").ok_or("its axis is missing")?;
        let along = axis(given, rank)?;
        let lists = inputs.iter().map(|value| match value {
            Value::Constant(constant) if constant.dims.len() == 1 => constant.as_ints(),
            _ => None,
        });
        if let (1, Some(lists)) = (rank, lists.collect::<Option<Vec<_>>>()) {
            return Ok(Value::Constant(Constant::ints(lists.concat())));
        }
        let mut views = Vec::with_capacity(count);
        for index in 0..count {
            let view = self.view(index)?;
            let others = |dims: &[usize]| {
                let mut dims = dims.to_vec();
                dims.remove(along.min(dims.len().saturating_sub(1)));
                dims
            };
            let first = views.first().map_or(&view, |first: &View| first);
            if view.dims.len() != rank || others(&view.dims) != others(&first.dims) {
                return Err(format!(
                    "its inputs have dimensions {:?} and {:?}, which differ in more than axis {along}",
                    first.dims, view.dims
                ));
            }
            views.push(view);
        }
        self.joined(&views, along)
    }

    /// Turns views of several layers into views of one layer that has all their cells.
    fn joined(&mut self, views: &[View], along: usize) -> Result<Value, Refusal> {
        let shape = |this: &Self, layer: LayerId| this.lowering.layers[layer].shape;
        let sides = |shape: Shape| [shape.height(), shape.width()];
        let first = views
            .first()
            .map(|view| shape(self, view.layer))
            .ok_or("it has no inputs")?;
        let mut views = views.to_vec();
        let are_alike = |this: &Self, views: &[View]| {
            let mut shapes = views.iter().map(|view| shape(this, view.layer));
            shapes.all(|shape| sides(shape) == sides(first))
        };
        if !are_alike(self, &views) {
            let are_pictures = along == 1 && views.iter().all(|view| view.picture().is_ok());
            for view in &mut views {
                let layer = if are_pictures {
                    self.in_order(view, view.picture()?)?
                } else {
                    self.flat_cells(view)?
                };
                let order = if are_pictures {
                    None
                } else {
                    view.order.take()
                };
                *view = View {
                    order,
                    ..View::new(layer, view.dims.clone())
                };
            }
        }
        let layers: Vec<LayerId> = views.iter().map(|view| view.layer).collect();
        let shapes = layers.iter().map(|layer| shape(self, *layer));
        let channels = shapes.clone().map(|shape| shape.channels()).sum();
        let [height, width] = shapes.clone().next().map_or([1, 1], sides);
        let all = Shape::new(channels, height, width).ok_or("its output is too large")?;
        let starts: Vec<usize> = shapes
            .scan(0, |start, shape| {
                *start += shape.len();
                Some(*start - shape.len())
            })
            .collect();
        let mut dims = views[0].dims.clone();
        dims[along] = views.iter().map(|view| view.dims[along]).sum();
        let outer: usize = dims[..along].iter().product();
        let mut order = Vec::with_capacity(all.len());
        for block in 0..outer {
            for (view, start) in views.iter().zip(&starts) {
                let len = view.len() / outer.max(1);
                let elements = block * len..(block + 1) * len;
                order.extend(elements.map(|index| start + view.cell(index)));
            }
        }
        if order.len() > Shape::MAX_LEN {
            return Err("its output is too large".into());
        }
        let layer = self.emit(Kind::Concat, layers, all)?;
        Ok(Value::Activation(View {
            order: Some(order),
            ..View::new(layer, dims)
        }))
    }
}

/// The positions of a range, with ends counted as in ONNX.
fn range(len: usize, start: i64, end: i64, step: i64) -> Result<Vec<usize>, Refusal> {
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let from_start = |at: i64| if at < 0 { at.saturating_add(len) } else { at };
    let (start, end) = (from_start(start), from_start(end));
    let positions: Vec<i64> = match step {
        1.. => (start.clamp(0, len)..end.clamp(0, len)).collect(),
        0 => return Err("a step of zero".into()),
        _ => {
            let (first, last) = (start.clamp(-1, len - 1), end.clamp(-1, len - 1));
            (last + 1..=first).rev().collect()
        }
    };
    let every = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
    let positions = positions.into_iter().step_by(every);
    Ok(positions.filter_map(|i| usize::try_from(i).ok()).collect())
}
