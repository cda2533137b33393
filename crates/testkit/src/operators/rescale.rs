//! `Rescale`.

use super::subject::Subject;
use crate::growth::Growth;
use crate::tensor::Tensor;
use zklens_model::{NodeId, Op, Rescale};

impl Subject for Rescale {
    /// Round half up: the floor of `x / 2^shift + 1/2`.
    fn define(&self, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0];
        let divisor = 1i128 << self.shift;
        let numerator = |v: &i128| v + divisor / 2;
        let quotients = x.cells.iter().map(|v| numerator(v).div_euclid(divisor));
        let remainders = x.cells.iter().map(|v| numerator(v).rem_euclid(divisor));
        Tensor {
            shape: x.shape,
            scale: x.scale - i64::from(self.shift),
            cells: quotients.collect(),
            remainders: remainders.collect(),
        }
    }

    /// By one or two bytes.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId> {
        let shift = growth.random.pick(&Self::SHIFTS);
        growth.push(Op::Rescale(Self { shift }), &[at])
    }
}
