//! Operators that compute nothing: reshapes, transposes, casts, and the integer arithmetic on
//! shapes that exporters leave in the graph.

use super::view::{View, offsets, strides};
use super::{Context, Refusal, Value};
use crate::constant::Constant;
use crate::network::Kind;
use zklens_model::{GraphBuilder, Shape};

/// An axis counted from the end where it is negative.
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
            Self::Activation(view) | Self::Probabilities(view) => &view.dims,
        }
    }

    fn with_dims(&self, dims: Vec<usize>) -> Result<Self, Refusal> {
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
            Self::Probabilities(_) => Err("it follows a softmax".into()),
        }
    }
}

impl Context<'_> {
    pub(super) fn flatten(&mut self) -> Result<Value, Refusal> {
        let value = self.value(0)?.clone();
        let rank = value.dims().len();
        let split = match self.attributes.int("axis").unwrap_or(1) {
            end if usize::try_from(end) == Ok(rank) => rank,
            split => axis(split, rank)?,
        };
        let (rows, columns) = value.dims().split_at(split);
        value.with_dims(vec![rows.iter().product(), columns.iter().product()])
    }

    pub(super) fn reshape(&mut self) -> Result<Value, Refusal> {
        let value = self.value(0)?.clone();
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
        let is_activation = matches!(value, Value::Activation(_));
        if let Some(batch @ Some(2..)) = dims.first_mut().filter(|_| is_activation)
            && *batch == Some(self.lowering.batch)
        {
            // A batch size written into the graph: images go through one by one.
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
        let value = self.value(0)?.clone();
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
        let value = self.value(0)?.clone();
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
        let dims = (0..rank).map(|index| {
            if axes.contains(&index) {
                Some(1)
            } else {
                old.next().copied()
            }
        });
        let dims: Option<Vec<usize>> = dims.collect();
        value.with_dims(dims.ok_or("its axes repeat")?)
    }

    pub(super) fn transpose(&mut self) -> Result<Value, Refusal> {
        let value = self.value(0)?.clone();
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
        let dims: Vec<usize> = axes.iter().map(|axis| old[*axis]).collect();
        let steps = strides(&old);
        let steps: Vec<usize> = axes.iter().map(|axis| steps[*axis]).collect();
        let sources = offsets(&dims, &steps);
        Ok(match value {
            Value::Constant(constant) => Value::Constant(constant.gathered(dims, &sources)),
            Value::Activation(view) | Value::Probabilities(view) => {
                let order: Vec<usize> = sources.into_iter().map(|i| view.cell(i)).collect();
                let is_identity = order.iter().enumerate().all(|(index, cell)| index == *cell);
                Value::Activation(View {
                    layer: view.layer,
                    dims,
                    order: (!is_identity).then_some(order),
                })
            }
        })
    }

    /// Concatenates channels of pictures, rows of vectors, or lists of constants.
    pub(super) fn concat(&mut self) -> Result<Value, Refusal> {
        let count = self.node.input.len();
        if count > GraphBuilder::MAX_OPERANDS {
            return Err(format!(
                "{count} inputs; at most {} can be concatenated",
                GraphBuilder::MAX_OPERANDS
            ));
        }
        let inputs = (0..count).map(|index| self.value(index).cloned());
        let inputs: Vec<Value> = inputs.collect::<Result<_, _>>()?;
        let rank = inputs.first().map_or(0, |value| value.dims().len());
        let along = axis(
            self.attributes.int("axis").ok_or("its axis is missing")?,
            rank,
        )?;
        let lists = inputs.iter().map(|value| match value {
            Value::Constant(constant) if constant.dims.len() == 1 => constant.as_ints(),
            _ => None,
        });
        if let (1, Some(lists)) = (rank, lists.collect::<Option<Vec<_>>>()) {
            return Ok(Value::Constant(Constant::ints(lists.concat())));
        }
        if rank < 2 || along != 1 {
            return Err(format!(
                "only channels (axis 1) can be concatenated, not axis {along}"
            ));
        }
        let mut layers = Vec::new();
        let mut dims: Vec<usize> = Vec::new();
        for (index, value) in inputs.iter().enumerate() {
            let is_picture = value.dims().len() == 4;
            let layer = if is_picture {
                self.picture(index)?.0
            } else {
                let view = self.view(index)?;
                if view.dims != [1, view.len()] {
                    return Err(format!(
                        "a tensor of dimensions {:?} among its inputs",
                        view.dims
                    ));
                }
                self.lowering.flat(self.name, &view)?
            };
            layers.push(layer);
            match dims.get_mut(1) {
                None => dims = value.dims().to_vec(),
                Some(channels) => *channels += value.dims().get(1).copied().unwrap_or(0),
            }
            let sides = |dims: &[usize]| dims.get(2..).map(<[usize]>::to_vec);
            if value.dims().len() != dims.len() || sides(value.dims()) != sides(&dims) {
                return Err("its inputs differ in height or width".into());
            }
        }
        let side = |index: usize| dims.get(index).copied().unwrap_or(1);
        let shape = Shape::new(side(1), side(2), side(3)).ok_or("its output is too large")?;
        let layer = self.emit(Kind::Concat, layers, shape)?;
        let order = None;
        Ok(Value::Activation(View { layer, dims, order }))
    }

    /// Casts between number types change nothing here, save that fractions must not be lost.
    pub(super) fn cast(&mut self) -> Result<Value, Refusal> {
        use crate::proto::data_type::{DOUBLE, FLOAT, INT32, INT64};
        self.attributes.ignore("saturate");
        self.attributes.ignore("round_mode");
        let to = self
            .attributes
            .int("to")
            .and_then(|to| i32::try_from(to).ok());
        let value = self.value(0)?.clone();
        let integers = match &value {
            Value::Constant(constant) => constant.as_ints(),
            _ => None,
        };
        let is_integer = integers.is_some();
        let fits = integers.is_some_and(|list| list.iter().all(|i| i32::try_from(*i).is_ok()));
        match to {
            Some(FLOAT | DOUBLE) => Ok(value),
            Some(INT64) if is_integer => Ok(value),
            Some(INT32) if is_integer && fits => Ok(value),
            _ => Err("only casts to float, or of integers to integers, are supported".into()),
        }
    }

    pub(super) fn dropout(&mut self) -> Result<Value, Refusal> {
        self.attributes.ignore("ratio");
        self.attributes.ignore("seed");
        // A training flag, where it is given, would make it random.
        if self
            .optional(2)?
            .is_some_and(|flag| flag.to_floats() != [0.0])
        {
            return Err("it is in training mode".into());
        }
        self.value(0).cloned()
    }

    pub(super) fn constant_node(&mut self) -> Result<Value, Refusal> {
        use crate::constant::Data::{Float, Int};
        if let Some(tensor) = self.attributes.tensor("value") {
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
