//! Operators that compute nothing: reshapes, transposes, casts, and the integer arithmetic on
//! shapes that exporters leave in the graph.

use super::view::{View, offsets, strides};
use super::{Context, Refusal, Value};
use crate::constant::{Constant, Data};
use crate::proto::data_type;

/// An axis as an index. A negative axis counts from the end.
pub(super) fn axis(axis: i64, rank: usize) -> Result<usize, Refusal> {
    let rank_signed = i64::try_from(rank).unwrap_or(i64::MAX);
    let from_start = if axis < 0 {
        axis.saturating_add(rank_signed)
    } else {
        axis
    };
    usize::try_from(from_start)
        .ok()
        .filter(|axis| *axis < rank)
        .ok_or_else(|| format!("axis {axis} of a tensor with {rank} dimensions"))
}

impl Value {
    pub(super) fn dims(&self) -> &[usize] {
        match self {
            Self::Constant(constant) => &constant.dims,
            Self::Activation(view)
            | Self::Probabilities(view)
            | Self::Label(view)
            | Self::Quantised(view, _) => &view.dims,
            Self::Failed(_) => &[],
        }
    }

    /// Roughly the number of elements that the value holds in memory.
    pub(super) fn elements(&self) -> usize {
        match self {
            Self::Constant(constant) => constant.len(),
            Self::Activation(view)
            | Self::Probabilities(view)
            | Self::Label(view)
            | Self::Quantised(view, _) => view.order.as_ref().map_or(0, Vec::len),
            Self::Failed(_) => 1,
        }
    }

    /// The view of a layer, if the value depends on the image.
    pub(super) const fn view_mut(&mut self) -> Option<&mut View> {
        match self {
            Self::Activation(view)
            | Self::Probabilities(view)
            | Self::Label(view)
            | Self::Quantised(view, _) => Some(view),
            Self::Constant(_) | Self::Failed(_) => None,
        }
    }

    /// The same elements under other dimensions. (The dimensions of a label do not matter.)
    pub(super) fn with_dims(&self, dims: Vec<usize>) -> Result<Self, Refusal> {
        match self {
            Self::Constant(constant) => {
                if crate::constant::len(&dims) != Some(constant.len()) {
                    return Err(format!(
                        "dimensions {:?} do not become {dims:?}",
                        constant.dims
                    ));
                }
                let data = constant.data.clone();
                Ok(Self::Constant(Constant { dims, data }))
            }
            Self::Activation(view) => Ok(Self::Activation(view.with_dims(dims)?)),
            Self::Probabilities(view) => Ok(Self::Probabilities(view.with_dims(dims)?)),
            Self::Quantised(view, grid) => Ok(Self::Quantised(view.with_dims(dims)?, *grid)),
            Self::Label(_) | Self::Failed(_) => Ok(self.clone()),
        }
    }
}

impl Context<'_> {
    pub(super) fn flatten(&mut self) -> Result<Value, Refusal> {
        let value = self.any_value(0)?.clone();
        if matches!(value, Value::Label(_)) {
            self.attributes.ignore_all();
            return Ok(value);
        }
        let rank = value.dims().len();
        let split = match self.attributes.int("axis").unwrap_or(1) {
            end if usize::try_from(end) == Ok(rank) => rank,
            split => axis(split, rank)?,
        };
        let (rows, columns) = value.dims().split_at(split);
        value.with_dims(vec![rows.iter().product(), columns.iter().product()])
    }

    pub(super) fn reshape(&mut self) -> Result<Value, Refusal> {
        let value = self.any_value(0)?.clone();
        if matches!(value, Value::Label(_)) {
            self.attributes.ignore_all();
            return Ok(value);
        }
        let keeps_zero = self.attributes.int("allowzero").unwrap_or(0) == 0;
        let wanted = self.ints("shape", 1)?.ok_or("its new shape is missing")?;
        let len: usize = value.dims().iter().product();
        let mut dims = Vec::with_capacity(wanted.len());
        for (index, dim) in wanted.iter().enumerate() {
            let fault = || format!("a dimension of {dim} at {index}");
            dims.push(match *dim {
                -1 => None,
                0 if keeps_zero => Some(*value.dims().get(index).ok_or_else(fault)?),
                dim => Some(usize::try_from(dim).map_err(|_| fault())?),
            });
        }
        if dims.iter().filter(|dim| dim.is_none()).count() > 1 {
            return Err("more than one dimension of its new shape is open".into());
        }
        let is_activation = !matches!(value, Value::Constant(_));
        if let Some(batch @ Some(2..)) = dims.first_mut().filter(|_| is_activation)
            && *batch == Some(self.lowering.batch)
        {
            // A batch size is written into the graph, but images go through one by one.
            *batch = Some(1);
        }
        let mut known = dims.iter().flatten();
        let fixed = known.try_fold(1usize, |len, dim| len.checked_mul(*dim));
        let open = len
            .checked_div(fixed.ok_or("its new shape is too large")?)
            .unwrap_or(0);
        let dims: Vec<usize> = dims.into_iter().map(|dim| dim.unwrap_or(open)).collect();
        value.with_dims(dims)
    }

    pub(super) fn squeeze(&mut self) -> Result<Value, Refusal> {
        let value = self.any_value(0)?.clone();
        if matches!(value, Value::Label(_)) {
            self.attributes.ignore_all();
            return Ok(value);
        }
        let rank = value.dims().len();
        let axes = self.ints("axes", 1)?;
        if axes.as_ref().is_some_and(Vec::is_empty) {
            return Err("its list of axes is empty".into());
        }
        let axes: Option<Vec<usize>> = axes
            .map(|axes| axes.iter().map(|a| axis(*a, rank)).collect())
            .transpose()?;
        let mut dims = Vec::new();
        for (index, dim) in value.dims().iter().enumerate() {
            let goes = axes
                .as_ref()
                .map_or(*dim == 1, |axes| axes.contains(&index));
            match (goes, *dim) {
                (false, dim) => dims.push(dim),
                (true, 1) => {}
                (true, dim) => return Err(format!("it squeezes a dimension of {dim}")),
            }
        }
        value.with_dims(dims)
    }

    pub(super) fn unsqueeze(&mut self) -> Result<Value, Refusal> {
        let value = self.any_value(0)?.clone();
        if matches!(value, Value::Label(_)) {
            self.attributes.ignore_all();
            return Ok(value);
        }
        let axes = self.ints("axes", 1)?.ok_or("its axes are missing")?;
        if axes.len() > crate::constant::MAX_RANK {
            return Err(format!("it adds {} dimensions", axes.len()));
        }
        let rank = value.dims().len() + axes.len();
        let axes: Vec<usize> = axes
            .iter()
            .map(|a| axis(*a, rank))
            .collect::<Result<_, _>>()?;
        let mut old = value.dims().iter();
        let dims: Option<Vec<usize>> = (0..rank)
            .map(|index| {
                if axes.contains(&index) {
                    Some(1)
                } else {
                    old.next().copied()
                }
            })
            .collect();
        value.with_dims(dims.ok_or("its axes repeat")?)
    }

    pub(super) fn transpose(&mut self) -> Result<Value, Refusal> {
        let value = self.any_value(0)?.clone();
        let old = value.dims().to_vec();
        let axes: Vec<usize> = match self.attributes.ints("perm") {
            Some(axes) => axes
                .iter()
                .map(|a| axis(*a, old.len()))
                .collect::<Result<_, _>>()?,
            None => (0..old.len()).rev().collect(),
        };
        let mut sorted = axes.clone();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(0..old.len()) {
            return Err("its `perm` is no permutation".into());
        }
        Ok(match value {
            Value::Constant(constant) => {
                let dims: Vec<usize> = axes.iter().map(|axis| old[*axis]).collect();
                let own = strides(&old);
                let steps: Vec<usize> = axes.iter().map(|axis| own[*axis]).collect();
                let sources = offsets(&dims, &steps);
                Value::Constant(constant.gathered(dims, &sources))
            }
            Value::Activation(view) => Value::Activation(view.transposed(&axes)),
            Value::Quantised(view, grid) => Value::Quantised(view.transposed(&axes), grid),
            _ => return Err("it transposes classes".into()),
        })
    }

    /// A cast between number types changes nothing here. One that would lose fractions is refused.
    pub(super) fn cast(&mut self) -> Result<Value, Refusal> {
        self.attributes.ignore("saturate");
        self.attributes.ignore("round_mode");
        let to = self
            .attributes
            .int("to")
            .and_then(|to| i32::try_from(to).ok())
            .ok_or("the type it casts to is missing")?;
        let value = self.any_value(0)?.clone();
        let is_float = data_type::is_float(to);
        match value {
            Value::Label(_) => Ok(value),
            Value::Probabilities(_) if is_float => Ok(value),
            Value::Activation(view) if is_float => Ok(Value::Activation(View {
                is_integer: false,
                ..view
            })),
            // The bytes of an image fit into each of these types.
            Value::Activation(ref view)
                if view.is_integer && matches!(to, data_type::INT32 | data_type::INT64) =>
            {
                Ok(value)
            }
            Value::Constant(ref constant) if is_float => Ok(Value::Constant(Constant {
                dims: constant.dims.clone(),
                data: Data::Float(constant.to_floats()),
            })),
            Value::Constant(ref constant) if constant.as_ints().is_some_and(|i| fit(i, to)) => {
                Ok(value)
            }
            _ => Err("only casts to float, or of integers to integers, are supported".into()),
        }
    }

    pub(super) fn dropout(&mut self) -> Result<Value, Refusal> {
        self.attributes.ignore("ratio");
        self.attributes.ignore("seed");
        // A training flag would make the operator random.
        if self
            .optional(2)?
            .is_some_and(|flag| flag.to_floats() != [0.0])
        {
            return Err(
                "it is in training mode, in which it drops values by chance; export the network in \
                 evaluation mode (in PyTorch: model.eval())"
                    .into(),
            );
        }
        self.any_value(0).cloned()
    }

    pub(super) fn constant_node(&mut self) -> Result<Value, Refusal> {
        use crate::constant::Data::{Float, Int};
        if let Some(tensor) = self.attributes.tensor("value") {
            if let (Some(output), Some(r#type)) = (
                self.node.output.first(),
                self.attributes.tensor_type("value"),
            ) {
                self.lowering.types.insert(output.clone(), r#type);
            }
            return tensor.map(Value::Constant);
        }
        if let Some(tensor) = self.attributes.sparse("sparse_value") {
            return tensor.map(Value::Constant);
        }
        let constant = |dims: Vec<usize>, data| Ok(Value::Constant(Constant { dims, data }));
        if let Some(value) = self.attributes.float("value_float") {
            return constant(Vec::new(), Float(vec![value]));
        }
        if let Some(value) = self.attributes.int("value_int") {
            return constant(Vec::new(), Int(vec![value]));
        }
        if let Some(values) = self.attributes.floats("value_floats") {
            return constant(vec![values.len()], Float(values.to_vec()));
        }
        if let Some(values) = self.attributes.ints("value_ints") {
            return constant(vec![values.len()], Int(values.to_vec()));
        }
        Err("it holds no tensor of numbers".into())
    }
}

/// Whether an ONNX type can hold all these integers.
fn fit(integers: &[i64], r#type: i32) -> bool {
    let all = |lo: i64, hi: i64| integers.iter().all(|i| (lo..=hi).contains(i));
    match r#type {
        data_type::INT64 => true,
        data_type::INT32 => all(i64::from(i32::MIN), i64::from(i32::MAX)),
        data_type::UINT8 => all(0, 0xff),
        data_type::INT8 => all(-0x80, 0x7f),
        data_type::BOOL => all(0, 1),
        _ => false,
    }
}
