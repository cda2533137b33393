//! `MaxPool`.

use super::subject::Subject;
use crate::growth::Growth;
use crate::tensor::Tensor;
use zklens_model::{MaxPool, NodeId, Op};

impl Subject for MaxPool {
    /// ONNX `MaxPool`, where padding is minus infinity.
    fn define(&self, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0];
        x.slide(&self.window, x.shape[0], x.scale, |channel, taps| {
            let seen = taps.iter().filter_map(|tap| x.at(channel, tap.0, tap.1));
            seen.max().expect("every window touches the picture")
        })
    }

    /// With and without padding.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId> {
        let input = growth.tensor(at).shape;
        let window = growth.window(input, 0);
        growth.push(Op::MaxPool(Self { window }), &[at])
    }
}
