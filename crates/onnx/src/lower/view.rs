//! How an ONNX value lies over a layer's cells. Reshapes and transposes only change the view.

use super::{Context, Lowering, Refusal, Value};
use crate::network::{Kind, LayerId};
use zklens_model::Shape;

/// An activation: ONNX dimensions, with a batch of one among them, over the cells of a layer.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) layer: LayerId,
    pub(super) dims: Vec<usize>,
    /// `order[i]` is the layer's cell that element `i` is; `None` if they agree.
    pub(super) order: Option<Vec<usize>>,
}

impl View {
    pub(super) fn len(&self) -> usize {
        self.dims.iter().product()
    }

    /// The layer's cell of element `index`.
    pub(super) fn cell(&self, index: usize) -> usize {
        self.order.as_ref().map_or(index, |order| order[index])
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

    /// `(channels, height, width)` of a picture, or why it is none.
    fn picture(&self) -> Result<Shape, Refusal> {
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
    /// The layer of `view` with its cells in ONNX order and shape `shape`.
    fn reshaped(&mut self, name: &str, view: &View, shape: Shape) -> Result<LayerId, Refusal> {
        if view.order.is_some() {
            return Err(
                "its input is transposed; transposes are supported where they only \
                        relabel: on the image, or before a fully connected layer"
                    .into(),
            );
        }
        self.relabelled(name, view.layer, shape)
    }

    /// The layer's cells, in their own order, under another shape.
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

impl Context<'_> {
    /// Input `index` as a picture: its layer and shape.
    pub(super) fn picture(&mut self, index: usize) -> Result<(LayerId, Shape), Refusal> {
        let view = self.view(index)?;
        let shape = view.picture()?;
        let layer = self.lowering.reshaped(self.name, &view, shape)?;
        Ok((layer, shape))
    }

    /// The cells of `view` as a vector in the layer's own order.
    pub(super) fn flat_cells(&mut self, view: &View) -> Result<LayerId, Refusal> {
        let shape = Shape::flat(view.len()).ok_or("its input is empty or too large")?;
        self.lowering.relabelled(self.name, view.layer, shape)
    }

    /// `layer` as an ONNX picture.
    pub(super) fn as_picture(&self, layer: LayerId) -> Value {
        let shape = self.lowering.layers[layer].shape;
        Value::Activation(View {
            layer,
            dims: vec![1, shape.channels(), shape.height(), shape.width()],
            order: None,
        })
    }

    /// A layer that changes every cell of `view` on its own: the view stays.
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

/// For every element of a tensor with `dims`, in row-major order, the offset that `steps` (one per
/// axis, in elements of the other tensor) gives it.
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
