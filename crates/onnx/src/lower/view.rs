//! Views: ONNX values as an arrangement of a layer's cells. Reshapes, transposes and operators that
//! only pick cells change the view and add no layer.

use super::{Context, Lowering, Refusal, Value};
use crate::network::{Kind, LayerId, Select};
use zklens_model::Shape;

/// An activation: the cells of a layer, arranged in ONNX dimensions. One of these may be a batch of
/// 1.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) layer: LayerId,
    pub(super) dims: Vec<usize>,
    /// `order[i]` is the layer's cell that element `i` of the view shows; `None` if element `i` is
    /// always cell `i`. A view may leave out cells and repeat others.
    pub(super) order: Option<Vec<usize>>,
    /// Whether the elements are of an integer type in ONNX.
    pub(super) is_integer: bool,
    /// The name of the last node that moved or picked cells, and its operator.
    pub(super) picker: Option<[String; 2]>,
}

impl View {
    pub(super) const fn new(layer: LayerId, dims: Vec<usize>) -> Self {
        Self {
            layer,
            dims,
            order: None,
            is_integer: false,
            picker: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.dims.iter().product()
    }

    /// The layer's cell that element `index` shows.
    pub(super) fn cell(&self, index: usize) -> usize {
        self.order.as_ref().map_or(index, |order| order[index])
    }

    /// Whether the view shows every cell of a layer of this shape, in the layer's order.
    pub(super) fn is_all_of(&self, shape: Shape) -> bool {
        let mut cells = (0..self.len()).map(|index| self.cell(index));
        self.len() == shape.len() && cells.by_ref().eq(0..shape.len())
    }

    /// Whether both views show the same cells of the same layer in the same order.
    pub(super) fn is_same_cells(&self, other: &Self) -> bool {
        self.layer == other.layer && self.order == other.order
    }

    /// The same elements under other dimensions.
    pub(super) fn with_dims(&self, dims: Vec<usize>) -> Result<Self, Refusal> {
        if crate::constant::len(&dims) != Some(self.len()) {
            return Err(format!("dimensions {:?} do not become {dims:?}", self.dims));
        }
        Ok(Self {
            dims,
            ..self.clone()
        })
    }

    /// A view of elements of this one: element `i` of the result is element `sources[i]`.
    pub(super) fn picked(&self, dims: Vec<usize>, sources: &[usize]) -> Self {
        let order: Vec<usize> = sources.iter().map(|i| self.cell(*i)).collect();
        let all = self.order.is_none() && order.len() == self.len();
        let is_identity = all && order.iter().enumerate().all(|(index, cell)| index == *cell);
        Self {
            dims,
            order: (!is_identity).then_some(order),
            ..self.clone()
        }
    }

    /// The same elements with the axes in another order.
    pub(super) fn transposed(&self, axes: &[usize]) -> Self {
        let dims: Vec<usize> = axes.iter().map(|axis| self.dims[*axis]).collect();
        let own = strides(&self.dims);
        let steps: Vec<usize> = axes.iter().map(|axis| own[*axis]).collect();
        self.picked(dims.clone(), &offsets(&dims, &steps))
    }

    /// `(channels, height, width)` of the view as a picture, or the reason why it is not a picture.
    pub(super) fn picture(&self) -> Result<Shape, Refusal> {
        let [1, channels, height, width] = self.dims[..] else {
            return Err(format!(
                "expected an input of dimensions [1, channels, height, width], got {:?}",
                self.dims
            ));
        };
        Shape::new(channels, height, width).ok_or_else(|| "its input is empty or too large".into())
    }
}

impl Lowering {
    /// A layer that has the cells of `view` in ONNX order, with this shape.
    pub(super) fn reshaped(
        &mut self,
        name: &str,
        view: &View,
        shape: Shape,
    ) -> Result<LayerId, Refusal> {
        let inner = self.layers[view.layer].shape;
        let Some(order) = view.order.as_ref() else {
            return self.relabelled(name, view.layer, shape);
        };
        if view.is_all_of(inner) {
            return self.relabelled(name, view.layer, shape);
        }
        // If nothing moved the cells of an image with channels last, the graph itself takes it so.
        let by = view
            .picker
            .clone()
            .unwrap_or_else(|| [name.into(), "on the graph's input".into()]);
        let reason = || {
            let what = match &view.picker {
                Some([node, operator]) => format!("`{node}` ({operator}) moves its input's cells"),
                None => format!("`{name}` takes the image's cells with channels last,"),
            };
            format!(
                "{what} so that they are no rows and columns of one layer; that is supported before a \
                 fully connected layer"
            )
        };
        let select = select(order, inner, shape).ok_or_else(reason)?;
        let select = Select { by, ..select };
        self.push(name, Kind::Select(select), vec![view.layer], shape)
    }

    /// A layer with the same cells in the same order, under another shape.
    pub(super) fn relabelled(
        &mut self,
        name: &str,
        layer: LayerId,
        shape: Shape,
    ) -> Result<LayerId, Refusal> {
        if self.layers[layer].shape == shape {
            return Ok(layer);
        }
        self.push(name, Kind::Reshape, vec![layer], shape)
    }

    /// The layer of `view` as a vector in ONNX order.
    pub(super) fn flat(&mut self, name: &str, view: &View) -> Result<LayerId, Refusal> {
        let shape = Shape::flat(view.len()).ok_or("its input is empty or too large")?;
        self.reshaped(name, view, shape)
    }
}

/// The choice of channels, rows and columns that gives `order`, if there is one.
fn select(order: &[usize], inner: Shape, outer: Shape) -> Option<Select> {
    let (area, width) = (inner.area(), inner.width());
    let channel = |index: usize| order.get(index).map(|cell| cell / area);
    let row = |index: usize| order.get(index).map(|cell| cell % area / width);
    let column = |index: usize| order.get(index).map(|cell| cell % width);
    let along = |count: usize, step: usize, of: &dyn Fn(usize) -> Option<usize>| {
        (0..count).map(|i| of(i * step)).collect::<Option<Vec<_>>>()
    };
    let channels = along(outer.channels(), outer.area(), &channel)?;
    let rows = along(outer.height(), outer.width(), &row)?;
    let columns = along(outer.width(), 1, &column)?;
    let mut cells = order.iter();
    for channel in &channels {
        for row in &rows {
            for column in &columns {
                if cells.next() != Some(&(channel * area + row * width + column)) {
                    return None;
                }
            }
        }
    }
    Some(Select {
        channels: channels.into_iter().map(Some).collect(),
        rows,
        columns,
        by: Default::default(),
    })
}

impl Context<'_> {
    /// Input `index` as a picture: its layer and shape.
    pub(super) fn picture(&mut self, index: usize) -> Result<(LayerId, Shape), Refusal> {
        let view = self.view(index)?;
        let shape = view.picture()?;
        Ok((self.in_order(&view, shape)?, shape))
    }

    /// A layer that has the cells of `view` in ONNX order, with this shape.
    pub(super) fn in_order(&mut self, view: &View, shape: Shape) -> Result<LayerId, Refusal> {
        self.lowering.reshaped(self.name, view, shape)
    }

    /// The cells of the view's layer as a vector, in the layer's own order.
    pub(super) fn flat_cells(&mut self, view: &View) -> Result<LayerId, Refusal> {
        let shape = Shape::flat(self.lowering.layers[view.layer].shape.len())
            .ok_or("its input is empty or too large")?;
        self.lowering.relabelled(self.name, view.layer, shape)
    }

    /// A view of `layer` as an ONNX picture.
    pub(super) fn as_picture(&self, layer: LayerId) -> Value {
        let shape = self.lowering.layers[layer].shape;
        let dims = vec![1, shape.channels(), shape.height(), shape.width()];
        Value::Activation(View::new(layer, dims))
    }

    /// Adds a layer that computes each cell from the same cell of `view`'s layer. The arrangement
    /// stays.
    pub(super) fn cell_by_cell(&mut self, view: &View, kind: Kind) -> Result<Value, Refusal> {
        let shape = self.lowering.layers[view.layer].shape;
        let layer = self.emit(kind, vec![view.layer], shape)?;
        Ok(Value::Activation(View {
            layer,
            ..view.clone()
        }))
    }
}

/// Row-major strides of `dims`.
pub(super) fn strides(dims: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; dims.len()];
    for axis in (1..dims.len()).rev() {
        strides[axis - 1] = strides[axis] * dims[axis];
    }
    strides
}

/// For every element of a tensor with `dims`, in row-major order, its offset in another tensor.
/// `steps` has the distance in that tensor for one step along each axis.
pub(super) fn offsets(dims: &[usize], steps: &[usize]) -> Vec<usize> {
    let mut offsets = vec![0];
    for (dim, step) in dims.iter().zip(steps) {
        offsets = offsets
            .iter()
            .flat_map(|offset| (0..*dim).map(move |i| offset + i * step))
            .collect();
    }
    offsets
}

/// For every element of a tensor that takes the positions `lists`, one list per axis, from a tensor
/// with `dims`: its index in that tensor.
pub(super) fn positions(dims: &[usize], lists: &[Vec<usize>]) -> Vec<usize> {
    let mut positions = vec![0];
    for (list, step) in lists.iter().zip(strides(dims)) {
        positions = positions
            .iter()
            .flat_map(|start| list.iter().map(move |i| start + i * step))
            .collect();
    }
    positions
}
