//! `Table`.

use super::subject::Subject;
use crate::growth::Growth;
use crate::models::{Layers, preprocessing};
use crate::tensor::Tensor;
use zklens_model::{Clip, Interval, LookupTable, Model, NodeId, Op, Rescale, Weights};

impl Subject for LookupTable {
    /// The list's entry at the distance from `first`.
    fn define(&self, inputs: &[&Tensor]) -> Tensor {
        let entry = |v: i128| usize::try_from(v - i128::from(self.first)).expect("in the table");
        inputs[0].each(i64::from(self.scale), |v| {
            i128::from(self.values.values()[entry(v)])
        })
    }

    /// After a clip if the node can take many values.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId> {
        const MOST: i64 = 300;
        let mut at = at;
        let seen = growth.tensor(at).bounds;
        if seen.hi - seen.lo >= MOST {
            let lo = growth.random.between(seen.lo, seen.hi);
            let hi = lo.checked_add(growth.random.between(0, MOST - 1))?;
            let bounds = Interval { lo, hi };
            at = growth.push(Op::Clip(Clip { bounds }), &[at])?;
        }
        let seen = growth.tensor(at).bounds;
        let first = seen.lo - growth.random.between(0, 2);
        let len = seen.hi + growth.random.between(0, 2) - first + 1;
        let op = Op::LookupTable(Self {
            first,
            values: growth.weights(usize::try_from(len).ok()?),
            scale: growth.weight_scale(),
        });
        growth.push(op, &[at])
    }

    fn golden() -> Vec<(&'static str, Model)> {
        vec![("table", table())]
    }
}

fn table() -> Model {
    let mut layers = Layers::new(preprocessing([3, 3], false), 5);
    layers.flatten();
    layers.dense(6);
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    let bounds = Interval { lo: -128, hi: 127 };
    layers.then(Op::Clip(Clip { bounds }));
    // Leaky: a quarter of the slope below zero.
    let leaky = (-128..128).map(|x| if x < 0 { x * 25 } else { x * 100 });
    layers.then(Op::LookupTable(LookupTable {
        first: -128,
        values: Weights::new(leaky.collect()),
        scale: 6,
    }));
    layers.dense(3);
    layers.finish("table")
}
