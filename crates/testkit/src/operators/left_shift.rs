//! `LeftShift`.

use super::subject::Subject;
use crate::growth::Growth;
use crate::tensor::Tensor;
use zklens_model::{LeftShift, NodeId, Op};

impl Subject for LeftShift {
    /// A multiplication by `2^bits`.
    fn define(&self, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0];
        x.each(x.scale + i64::from(self.bits), |v| v * (1 << self.bits))
    }

    /// By any number of bits.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId> {
        let bits = growth.random.pick(&[0, 1, 3, 8, 15, 31, 32]);
        growth.push(Op::LeftShift(Self { bits }), &[at])
    }
}
