//! Which channels of which layers must have the same factor.
//!
//! A max pool or a ReLU keeps its input's factors, so channel `c` of both is one class. The summands of a sum share
//! theirs. A concatenation takes over those of its inputs. A linear layer's outputs are free: its weights absorb whatever
//! factors they get.

use crate::network::{Kind, LayerId, Network};

/// Channels of layers, in classes with one factor each.
pub(super) struct Classes {
    /// The index of each layer's first channel.
    first: Vec<usize>,
    /// A forest, whose roots stand for the classes.
    parents: Vec<usize>,
}

impl Classes {
    /// The classes of `network`. All channels of a `uniform` layer are in one.
    pub(super) fn new(network: &Network, uniform: &[bool]) -> Self {
        let mut first = Vec::with_capacity(network.layers.len());
        let mut count = 0;
        for layer in &network.layers {
            first.push(count);
            count += layer.shape.channels();
        }
        let mut classes = Self {
            first,
            parents: (0..count).collect(),
        };
        for (id, layer) in network.layers.iter().enumerate() {
            classes.join_layer(network, id);
            if uniform[id] {
                for channel in 1..layer.shape.channels() {
                    classes.join((id, 0), (id, channel));
                }
            }
        }
        classes
    }

    /// The number that stands for the class of a channel.
    pub(super) fn class(&mut self, layer: LayerId, channel: usize) -> usize {
        self.root(self.first[layer] + channel)
    }

    /// The number of channels of all layers, which no class's number reaches.
    pub(super) const fn len(&self) -> usize {
        self.parents.len()
    }

    fn join_layer(&mut self, network: &Network, id: LayerId) {
        let layer = &network.layers[id];
        let channels = layer.shape.channels();
        match &layer.kind {
            Kind::Relu
            | Kind::Clip { .. }
            | Kind::MaxPool(_)
            | Kind::AveragePool(_)
            | Kind::Add => {
                for input in &layer.inputs {
                    (0..channels).for_each(|channel| self.join((id, channel), (*input, channel)));
                }
            }
            Kind::Concat => {
                let mut start = 0;
                for input in &layer.inputs {
                    let own = network.layers[*input].shape.channels();
                    (0..own)
                        .for_each(|channel| self.join((id, start + channel), (*input, channel)));
                    start += own;
                }
            }
            Kind::Reshape => {
                let input = layer.inputs[0];
                let [from, to] = [network.layers[input].shape.area(), layer.shape.area()];
                // A cell of each channel, of the input or the output, at which a channel begins.
                let cells = (0..layer.shape.len()).step_by(from);
                for cell in cells.chain((0..layer.shape.len()).step_by(to)) {
                    self.join((id, cell / to), (input, cell / from));
                }
            }
            _ => {}
        }
    }

    fn join(&mut self, (a, channel): (LayerId, usize), (b, other): (LayerId, usize)) {
        let (a, b) = (self.class(a, channel), self.class(b, other));
        self.parents[a.max(b)] = a.min(b);
    }

    fn root(&mut self, mut index: usize) -> usize {
        while self.parents[index] != index {
            self.parents[index] = self.parents[self.parents[index]];
            index = self.parents[index];
        }
        index
    }
}
