//! Sums of accumulators, which are rescaled once.

use super::{Placed, Quantiser};
use crate::network::LayerId;
use crate::plan::Target;
use zklens_model::{Add, Op};

impl Quantiser<'_> {
    /// The sum of a layer's inputs as accumulators. Inputs that are activations already, since other layers use them as
    /// well, are brought to the accumulators' scale.
    pub(super) fn sum(&mut self, id: LayerId, target: Target) -> Result<Placed, String> {
        let scale = target.scale + target.shift as i32;
        let end = self.plan.ends[id];
        let inputs = self.network.layers[id].inputs.clone();
        let mut nodes = Vec::with_capacity(inputs.len());
        for input in inputs {
            let node = if self.plan.ends[input] == end {
                self.placed[input].node
            } else {
                let narrow = self.narrow(input)?;
                self.bring_to(narrow, scale)?
            };
            nodes.push(node);
        }
        let node = self.push(Op::Add(Add), &nodes)?;
        Ok(Placed {
            node,
            shift: Some(target.shift),
        })
    }
}
