//! `Clip`.

use super::subject::Subject;
use crate::growth::Growth;
use crate::tensor::Tensor;
use zklens_model::{Clip, Interval, NodeId, Op};

impl Subject for Clip {
    /// ONNX `Clip`.
    fn define(&self, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0];
        let (lo, hi) = (i128::from(self.bounds.lo), i128::from(self.bounds.hi));
        x.each(x.scale, |v| {
            if v < lo {
                lo
            } else if v > hi {
                hi
            } else {
                v
            }
        })
    }

    /// To bounds inside, across or outside the node's own.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId> {
        const MARGIN: i64 = 10;
        let seen = growth.tensor(at).bounds;
        let (lo, hi) = (
            seen.lo.saturating_sub(MARGIN),
            seen.hi.saturating_add(MARGIN),
        );
        let mut ends = [growth.random.between(lo, hi), growth.random.between(lo, hi)];
        ends.sort_unstable();
        let bounds = Interval {
            lo: ends[0],
            hi: ends[1],
        };
        growth.push(Op::Clip(Self { bounds }), &[at])
    }
}
