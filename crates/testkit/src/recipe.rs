//! Random models. A [`Recipe`] is a list of wishes; a wish that the graph refuses is passed over,
//! so that every recipe gives a model, and proptest shrinks it by leaving wishes out.

use crate::models::{class_names, preprocessing};
use crate::random::Random;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop};
use zklens_model::{
    Add, AveragePool, Axis, Clip, Concat, Conv2d, Dense, GraphBuilder, Interval, LeftShift,
    LookupTable, MaxPool, Model, NodeId, Op, Relu, Rescale, Reshape, Shape, Tensor, Weights,
    Window,
};

/// An operator to be added to a graph, its parameters left to chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// On any node, flattened first.
    Dense,
    /// Any stride, padding and number of groups, depthwise among them.
    Conv2d,
    /// With and without padding, global among them.
    AveragePool,
    /// By one or two bytes.
    Rescale,
    /// On any node.
    Relu,
    /// To bounds inside, across or outside what the node can be.
    Clip,
    /// After a clip if the node can take many values.
    Table,
    /// With and without padding.
    MaxPool,
    /// Of nodes of one shape, shifted to one scale.
    Add,
    /// Of up to three nodes of one height and width, shifted to one scale.
    Concat,
    /// By any number of bits.
    LeftShift,
    /// To any factorisation.
    Reshape,
}

impl Kind {
    /// Every operator but the input.
    pub const ALL: [Self; 12] = [
        Self::Dense,
        Self::Conv2d,
        Self::AveragePool,
        Self::Rescale,
        Self::Relu,
        Self::Clip,
        Self::Table,
        Self::MaxPool,
        Self::Add,
        Self::Concat,
        Self::LeftShift,
        Self::Reshape,
    ];

    /// What [`Op::name`] calls it.
    #[must_use]
    pub fn name(self) -> String {
        format!("{self:?}")
    }
}

/// What a random model is made from.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Height and width of the input.
    pub sides: [u16; 2],
    /// Whether the input has three channels.
    pub rgb: bool,
    /// Operators in order, each with the seed of its parameters.
    pub wishes: Vec<(Kind, u64)>,
}

/// Any recipe.
pub fn recipes() -> impl Strategy<Value = Recipe> {
    let kind = prop::sample::select(Kind::ALL.as_slice());
    let wishes = vec((kind, any::<u64>()), 0..10);
    (1..9u16, 1..9u16, any::<bool>(), wishes).prop_map(|(height, width, rgb, wishes)| Recipe {
        sides: [height, width],
        rgb,
        wishes,
    })
}

/// Recipes whose model has an operator of `kind`, mostly on a node that takes both signs.
pub fn recipes_with(kind: Kind) -> impl Strategy<Value = Recipe> {
    let mut kinds = vec![Kind::Conv2d, Kind::Rescale, kind];
    kinds.dedup();
    let before = vec((prop::sample::select(kinds), any::<u64>()), 0..4);
    let sides = (1..9u16, 1..9u16, any::<bool>());
    (sides, before, any::<u64>())
        .prop_map(move |((height, width, rgb), mut wishes, seed)| {
            wishes.push((kind, seed));
            Recipe {
                sides: [height, width],
                rgb,
                wishes,
            }
        })
        .prop_filter("the graph refused the operator", move |recipe| {
            let model = recipe.model();
            let mut nodes = model.graph().nodes().iter();
            nodes.any(|node| node.op().name() == kind.name())
        })
}

impl Recipe {
    /// The model.
    ///
    /// # Panics
    ///
    /// The input has no pixels, or so many that the classifier at the end is refused.
    #[must_use]
    pub fn model(&self) -> Model {
        let preprocessing = preprocessing(self.sides, self.rgb);
        let mut growth = Growth {
            graph: GraphBuilder::new(preprocessing).expect("a recipe's input has pixels"),
            used: vec![false],
            random: Random::new(0),
        };
        for (kind, seed) in &self.wishes {
            growth.random = Random::new(*seed);
            // A wish that the graph refuses is passed over.
            let _ = growth.grow(*kind);
        }
        let outputs = growth.end().expect("any graph can end in a classifier");
        let graph = growth.graph.finish().expect("every node is used");
        Model::new("grown", class_names(outputs), graph).expect("as many classes as outputs")
    }
}

/// A graph and what it has no record of.
struct Growth {
    graph: GraphBuilder,
    used: Vec<bool>,
    random: Random,
}

impl Growth {
    const MAX_CELLS: usize = 600;

    fn push(&mut self, op: Op, inputs: &[NodeId]) -> Option<NodeId> {
        let node = self.graph.push(op, inputs).ok()?;
        self.used.push(false);
        for input in inputs {
            self.used[*input] = true;
        }
        Some(node)
    }

    fn tensor(&self, node: NodeId) -> Tensor {
        *self.graph.tensor(node).expect("a node that was pushed")
    }

    /// A node, more often than not the last one.
    fn pick(&mut self) -> NodeId {
        let last = self.used.len() - 1;
        if self.random.count(0, 2) > 0 {
            last
        } else {
            self.random.count(0, last)
        }
    }

    fn grow(&mut self, kind: Kind) -> Option<NodeId> {
        let at = self.pick();
        let tensor = self.tensor(at);
        if tensor.shape.len() > Self::MAX_CELLS {
            return None;
        }
        let op = match kind {
            Kind::Dense => {
                let outputs = self.random.count(1, 5);
                return self.dense(at, outputs);
            }
            Kind::Conv2d => self.conv2d(tensor.shape),
            Kind::AveragePool => self.average_pool(tensor.shape),
            Kind::Rescale => Op::Rescale(Rescale {
                shift: self.random.pick(&Rescale::SHIFTS),
            }),
            Kind::Relu => Op::Relu(Relu),
            Kind::Clip => self.clip(tensor.bounds),
            Kind::Table => return self.table(at),
            Kind::MaxPool => {
                let window = self.window(tensor.shape, 0);
                Op::MaxPool(MaxPool { window })
            }
            Kind::Add => return self.add(at),
            Kind::Concat => return self.concat(at),
            Kind::LeftShift => Op::LeftShift(LeftShift {
                bits: self.random.pick(&[0, 1, 3, 8, 15, 31, 32]),
            }),
            Kind::Reshape => self.reshape(tensor.shape),
        };
        self.push(op, &[at])
    }

    fn flatten(&mut self, at: NodeId) -> Option<NodeId> {
        let shape = self.tensor(at).shape;
        if shape.is_flat() {
            Some(at)
        } else {
            self.push(Op::flatten(shape.len()), &[at])
        }
    }

    fn dense(&mut self, at: NodeId, outputs: usize) -> Option<NodeId> {
        let at = self.flatten(at)?;
        let inputs = self.tensor(at).shape.len();
        let op = Op::Dense(Dense {
            weights: self.weights(inputs * outputs),
            weight_scale: self.weight_scale(),
            bias: self.biases(outputs),
        });
        self.push(op, &[at])
    }

    fn conv2d(&mut self, input: Shape) -> Op {
        let channels = input.channels();
        let groups = self.divisor(channels);
        let outputs = groups * self.random.count(1, if groups > 4 { 1 } else { 2 });
        let window = self.window(input, 3);
        Op::Conv2d(Conv2d {
            weights: self.weights(outputs * (channels / groups) * window.area()),
            weight_scale: self.weight_scale(),
            bias: self.biases(outputs),
            window,
            groups,
        })
    }

    fn average_pool(&mut self, input: Shape) -> Op {
        let mut window = self.window(input, 2);
        if self.random.count(0, 3) == 0 {
            let whole = |kernel| Axis {
                kernel,
                ..Window::square(1, 1).height
            };
            window = Window {
                height: whole(input.height()),
                width: whole(input.width()),
            };
        }
        Op::AveragePool(AveragePool {
            window,
            multiplier: self.random.weights(1, 300).values()[0],
            multiplier_scale: self.weight_scale(),
        })
    }

    /// A window whose padding is at most `beyond` wider than would leave it something to see.
    fn window(&mut self, input: Shape, beyond: usize) -> Window {
        let random = &mut self.random;
        let mut axis = |len: usize| {
            let kernel = random.count(1, 4);
            let mut padding = || match random.count(0, 2) {
                0 => 0,
                _ => random.count(0, kernel - 1 + beyond),
            };
            let (before, after) = (padding(), padding());
            Axis {
                kernel: kernel.min(len + before + after),
                stride: random.count(1, 3),
                before,
                after,
            }
        };
        Window {
            height: axis(input.height()),
            width: axis(input.width()),
        }
    }

    fn clip(&mut self, seen: Interval) -> Op {
        let margin = 10;
        let (lo, hi) = (
            seen.lo.saturating_sub(margin),
            seen.hi.saturating_add(margin),
        );
        let mut ends = [self.random.between(lo, hi), self.random.between(lo, hi)];
        ends.sort_unstable();
        let bounds = Interval {
            lo: ends[0],
            hi: ends[1],
        };
        Op::Clip(Clip { bounds })
    }

    fn table(&mut self, at: NodeId) -> Option<NodeId> {
        const MOST: i64 = 300;
        let mut at = at;
        let seen = self.tensor(at).bounds;
        if seen.hi - seen.lo >= MOST {
            let lo = self.random.between(seen.lo, seen.hi);
            let hi = lo.checked_add(self.random.between(0, MOST - 1))?;
            let bounds = Interval { lo, hi };
            at = self.push(Op::Clip(Clip { bounds }), &[at])?;
        }
        let seen = self.tensor(at).bounds;
        let first = seen.lo - self.random.between(0, 2);
        let len = seen.hi + self.random.between(0, 2) - first + 1;
        let table = LookupTable {
            first,
            values: self.weights(usize::try_from(len).ok()?),
            scale: self.weight_scale(),
        };
        self.push(Op::LookupTable(table), &[at])
    }

    fn add(&mut self, at: NodeId) -> Option<NodeId> {
        let shape = self.tensor(at).shape;
        let all = 0..self.used.len();
        let like: Vec<NodeId> = all.filter(|n| self.tensor(*n).shape == shape).collect();
        let operands = [at, self.random.pick(&like)];
        let aligned = self.align(&operands)?;
        self.push(Op::Add(Add), &aligned)
    }

    fn concat(&mut self, at: NodeId) -> Option<NodeId> {
        let sides = |shape: Shape| (shape.height(), shape.width());
        let shape = sides(self.tensor(at).shape);
        let all = 0..self.used.len();
        let like: Vec<NodeId> = all
            .filter(|n| sides(self.tensor(*n).shape) == shape)
            .collect();
        let mut operands = vec![at];
        for _ in 0..self.random.count(0, 2) {
            operands.push(self.random.pick(&like));
        }
        let aligned = self.align(&operands)?;
        self.push(Op::Concat(Concat), &aligned)
    }

    /// Shifts nodes to the finest of their scales.
    fn align(&mut self, nodes: &[NodeId]) -> Option<Vec<NodeId>> {
        let finest = nodes.iter().map(|n| self.tensor(*n).scale).max()?;
        let mut aligned = Vec::new();
        for node in nodes {
            let bits = u32::try_from(finest - self.tensor(*node).scale).ok()?;
            aligned.push(match bits {
                0 => *node,
                bits => self.push(Op::LeftShift(LeftShift { bits }), &[*node])?,
            });
        }
        Some(aligned)
    }

    fn reshape(&mut self, input: Shape) -> Op {
        let channels = self.divisor(input.len());
        let height = self.divisor(input.len() / channels);
        let width = input.len() / channels / height;
        Op::Reshape(Reshape {
            shape: [channels, height, width],
        })
    }

    fn divisor(&mut self, count: usize) -> usize {
        let all = 1..=count;
        let divisors: Vec<usize> = all.filter(|d| count.is_multiple_of(*d)).collect();
        self.random.pick(&divisors)
    }

    fn weights(&mut self, len: usize) -> Weights {
        let magnitude = self.random.pick(&[1, 127, 127, 0x7FFF, i32::MAX]);
        self.random.weights(len, magnitude)
    }

    fn biases(&mut self, len: usize) -> Vec<i64> {
        let magnitude = self.random.pick(&[0, 255, 1 << 20, 1 << 40]);
        self.random.biases(len, magnitude)
    }

    fn weight_scale(&mut self) -> i32 {
        self.random.pick(&[-3, 0, 0, 4, 7, 12])
    }

    /// Brings what nothing has used to one scale and joins it; the number of outputs.
    fn end(&mut self) -> Option<usize> {
        let unused: Vec<NodeId> = (0..self.used.len()).filter(|n| !self.used[*n]).collect();
        if let [last] = unused[..] {
            let shape = self.tensor(last).shape;
            if shape.is_flat() && (2..=10).contains(&shape.len()) {
                return Some(shape.len());
            }
        }
        let mut ends = Vec::new();
        for mut at in unused {
            if self.tensor(at).bounds.magnitude_bits() > 20 {
                let bounds = Interval::new(-(1 << 20), 1 << 20)?;
                at = self.push(Op::Clip(Clip { bounds }), &[at])?;
            }
            at = self.flatten(at)?;
            let Tensor { shape, scale, .. } = self.tensor(at);
            let op = Op::Dense(Dense {
                weights: self.random.weights(2 * shape.len(), 127),
                weight_scale: -scale,
                bias: self.random.biases(2, 1000),
            });
            ends.push(self.push(op, &[at])?);
        }
        if ends.len() > 1 {
            self.push(Op::Concat(Concat), &ends)?;
        }
        Some(2 * ends.len())
    }
}
