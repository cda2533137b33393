//! Padding.

use super::pool::MAX_SIDE;
use super::view::View;
use super::{Context, Refusal, Value};
use crate::network::{Kind, Select};
use zklens_model::{Axis, Shape, Window};

impl Context<'_> {
    pub(super) fn pad(&mut self) -> Result<Value, Refusal> {
        let mode = self
            .attributes
            .text("mode")
            .unwrap_or("constant")
            .to_owned();
        let filler = match self.attributes.float("value") {
            Some(value) => value,
            None => match self.optional(2)? {
                Some(value) => value.scalar().ok_or("its value must be a scalar")?,
                None => 0.0,
            },
        };
        let view = self.view(0)?;
        let pads = self.pads(view.dims.len())?;
        if pads.iter().all(|pair| *pair == [0, 0]) {
            return Ok(Value::Activation(view));
        }
        if mode != "constant" {
            return self.mirrored(&view, &pads, &mode);
        }
        let [[0, 0], channels, rows, columns] = pads[..] else {
            return Err("only channels, rows and columns of a picture can be padded".into());
        };
        if filler != 0.0 {
            return Err(format!("it pads with {filler}; only zero is supported"));
        }
        let (mut layer, mut shape) = self.picture(0)?;
        if channels != [0, 0] {
            let none = |count| core::iter::repeat_n(None, count);
            let all = (0..shape.channels()).map(Some);
            let kept = none(channels[0]).chain(all).chain(none(channels[1]));
            let select = Select {
                channels: kept.collect(),
                rows: (0..shape.height()).collect(),
                columns: (0..shape.width()).collect(),
                by: [self.name.into(), self.node.op_type.clone()],
            };
            let wider = Shape::new(select.channels.len(), shape.height(), shape.width());
            shape = wider.ok_or("its output is too large")?;
            layer = self.emit(Kind::Select(select), vec![layer], shape)?;
        }
        let axis = |[before, after]: [usize; 2]| Axis {
            kernel: 1,
            stride: 1,
            before,
            after,
        };
        let window = Window {
            height: axis(rows),
            width: axis(columns),
        };
        if !window.is_padded() {
            return Ok(self.as_picture(layer));
        }
        self.pool(layer, shape, Kind::Pad(window), window)
    }

    /// The number of cells added before and after, along each axis.
    fn pads(&self, rank: usize) -> Result<Vec<[usize; 2]>, Refusal> {
        let given = self.ints("pads", 1)?.ok_or("its `pads` are missing")?;
        let axes = match self.optional(3)? {
            Some(axes) => axes.as_ints().ok_or("its axes must be integers")?.to_vec(),
            None => (0..).take(rank).collect(),
        };
        let (before, after) = given
            .split_at_checked(axes.len())
            .filter(|(before, after)| before.len() == after.len())
            .ok_or("its `pads` are not two for each axis")?;
        let mut pads = vec![[0, 0]; rank];
        for (axis, (before, after)) in axes.iter().zip(before.iter().zip(after)) {
            let side = |pad: i64| {
                let side = usize::try_from(pad)
                    .ok()
                    .filter(|side| *side <= MAX_SIDE as usize);
                side.ok_or_else(|| format!("it pads by {pad}; use Slice to crop"))
            };
            pads[super::relabel::axis(*axis, rank)?] = [side(*before)?, side(*after)?];
        }
        Ok(pads)
    }

    /// Pads with cells of the picture itself.
    fn mirrored(&mut self, view: &View, pads: &[[usize; 2]], mode: &str) -> Result<Value, Refusal> {
        let mut lists = Vec::with_capacity(pads.len());
        for ([before, after], len) in pads.iter().zip(&view.dims) {
            let (len, before) = (*len as i64, *before as i64);
            let position = |at: i64| match mode {
                "edge" => Some(at.clamp(0, len - 1)),
                "wrap" => Some(at.rem_euclid(len)),
                "reflect" if len == 1 => (at == 0).then_some(0),
                "reflect" => {
                    let period = 2 * (len - 1);
                    let at = at.rem_euclid(period);
                    Some(at.min(period - at))
                }
                _ => None,
            };
            let list = (-before..len + *after as i64).map(|at| {
                let position = position(at).and_then(|at| usize::try_from(at).ok());
                position.ok_or_else(|| format!("its mode `{mode}` is not supported here"))
            });
            lists.push(list.collect::<Result<Vec<usize>, _>>()?);
        }
        Value::Activation(view.clone()).picked(&lists)
    }
}
