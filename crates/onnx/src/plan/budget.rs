//! The cheapest bytes and shifts for a given change of the logits.
//!
//! Rounding a layer's activations and weights adds noise to the logits. [`sensitivity`](super::sensitivity) measures how
//! much, for activations of one byte; everything else follows from that:
//!
//! ```text
//! noise = Σ over layers  s · r · (1 + 4^-shift · Σ X²)
//! ```
//!
//! | symbol | meaning |
//! |---|---|
//! | `s` | mean square of the change of a logit, with one byte for this layer |
//! | `r` | the square of the layer's step, as a share of the step with one byte |
//! | `Σ X²` | the integers that a weight of the layer multiplies, squared and summed, on average |
//!
//! The search starts with one byte and a shift of 8 everywhere, and spends bytes where they take away most noise.

use super::factors::Factors;
use super::{chains, shifts};
use crate::calibrate::Calibration;
use crate::network::{Kind, Layer, LayerId, Network};

/// The bytes and shifts of every layer's activations.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) bytes: Vec<u8>,
    pub(crate) shifts: Vec<u32>,
    /// For each layer, by how many bits its weights are coarser than the shift allows.
    pub(crate) coarser: Vec<i32>,
}

/// A target, for the search.
#[derive(Debug, Default)]
struct Item {
    cells: f64,
    sensitivity: f64,
    /// `r` for two bytes.
    ratio: f64,
    /// The linear layers whose accumulators it rescales.
    roots: Vec<Root>,
    /// The targets that take its output.
    users: Vec<LayerId>,
    /// The bytes that a second byte costs, with the excess.
    price: f64,
}

#[derive(Debug)]
struct Root {
    layer: LayerId,
    /// The target whose bytes decide the size of the integers that it takes; `None` for pixels.
    source: Option<LayerId>,
    /// `Σ X²` if the source has one byte, and if it has two.
    energy: [f64; 2],
}

/// A search among all choices.
#[derive(Debug)]
pub(crate) struct Budget {
    items: Vec<Option<Item>>,
    choice: Choice,
}

impl Budget {
    /// `narrow` and `wide` are the targets with one and with two bytes.
    pub(super) fn new(
        network: &Network,
        calibration: &Calibration,
        ends: &[LayerId],
        [narrow, wide]: [&Factors; 2],
        sensitivity: &[f64],
    ) -> Self {
        let layers = network.layers.len();
        let mut items: Vec<Option<Item>> = (0..layers)
            .map(|id| {
                narrow.targets[id].map(|_| Item {
                    cells: network.layers[id].shape.len() as f64,
                    sensitivity: sensitivity[id],
                    ratio: ratio(id, narrow, wide),
                    price: match network.layers[id].kind {
                        Kind::Clip { .. } => 2.0,
                        _ => 1.0,
                    },
                    ..Item::default()
                })
            })
            .collect();
        let sources = sources(network, ends, narrow);
        for (id, layer) in network.layers.iter().enumerate() {
            let end = ends[id];
            if items[end].is_none() || !chains::accumulates(&layer.kind) {
                continue;
            }
            for input in layer.inputs.iter().filter(|input| ends[**input] != end) {
                let source = sources[*input];
                if let Some(item) = source.and_then(|source| items[source].as_mut()) {
                    item.users.push(end);
                }
            }
            let energy =
                |scaled: &Factors| energy(layer, scaled, calibration, sources[layer.inputs[0]]);
            let is_linear = matches!(layer.kind, Kind::Dense(_) | Kind::Conv { .. });
            if let Some(item) = items[end].as_mut().filter(|_| is_linear) {
                item.roots.push(Root {
                    layer: id,
                    source: sources[layer.inputs[0]],
                    energy: [energy(narrow), energy(wide)],
                });
            }
        }
        let mut choice = Choice {
            bytes: vec![1; layers],
            shifts: vec![8; layers],
            coarser: vec![0; layers],
        };
        // Means have few cells, and their multipliers need the bits.
        for (id, layer) in network.layers.iter().enumerate() {
            if matches!(layer.kind, Kind::AveragePool(_)) {
                choice.bytes[ends[id]] = 2;
                choice.shifts[ends[id]] = 16;
            }
        }
        Self { items, choice }
    }

    /// The mean square of the change of a logit that is to be expected.
    pub(crate) fn noise(&self) -> f64 {
        let items = self.items.iter().enumerate();
        items
            .filter_map(|(id, item)| Some(self.noise_of(id, item.as_ref()?)))
            .sum()
    }

    /// Spends bytes until the noise is at most `most`. Returns whether it is.
    pub(crate) fn spend(&mut self, most: f64) -> bool {
        let mut noise = self.noise();
        while noise > most {
            let moves = (0..self.items.len()).flat_map(|id| self.moves(id));
            let best = moves
                .map(|changed| {
                    let (less, cost) = self.gain(&changed, noise);
                    (less / cost, changed)
                })
                .filter(|(gain, _)| *gain > 0.0)
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let Some((_, changed)) = best else {
                return false;
            };
            self.apply(&changed);
            noise = self.noise();
        }
        true
    }

    /// The choice so far, with weights as coarse as they may be.
    pub(crate) fn choice(&self) -> Choice {
        let mut choice = self.choice.clone();
        for (id, item) in self.items.iter().enumerate() {
            for root in item.iter().flat_map(|item| &item.roots) {
                // A sixteenth of the noise of rounding the activations.
                let least = (16.0 * self.energy_of(root)).log2() / 2.0;
                let spare = i64::from(choice.shifts[id]) - least.ceil().max(8.0) as i64;
                choice.coarser[root.layer] = i32::try_from(spare.max(0)).unwrap_or(0);
            }
        }
        choice
    }

    fn energy_of(&self, root: &Root) -> f64 {
        let bytes = root.source.map_or(1, |source| self.choice.bytes[source]);
        root.energy[usize::from(bytes > 1)]
    }

    fn noise_of(&self, id: LayerId, item: &Item) -> f64 {
        let ratio = match self.choice.bytes[id] {
            1 => 1.0,
            _ => item.ratio,
        };
        let energy: f64 = item.roots.iter().map(|root| self.energy_of(root)).sum();
        let weights = energy * f64::from(self.choice.shifts[id]).exp2().powi(-2);
        item.sensitivity * ratio * (1.0 + weights)
    }

    /// Ways to give target `id` more: a byte, a shift of 16, both, or a byte and shifts of 16 for its users.
    fn moves(&self, id: LayerId) -> Vec<Vec<Step>> {
        let Some(item) = &self.items[id] else {
            return Vec::new();
        };
        let byte = (self.choice.bytes[id] == 1).then_some(Step::Byte(id));
        let shift = (self.choice.shifts[id] == 8).then_some(Step::Shift(id));
        let users = item.users.iter().copied();
        let users = users
            .filter(|user| self.choice.shifts[*user] == 8)
            .map(Step::Shift);
        let mut with_users: Vec<Step> = byte.into_iter().chain(users).collect();
        with_users.dedup();
        let mut all = with_users.clone();
        all.extend(shift);
        let mut moves = vec![
            byte.into_iter().collect(),
            shift.into_iter().collect(),
            byte.into_iter().chain(shift).collect(),
            with_users,
            all,
        ];
        moves.retain(|steps: &Vec<Step>| !steps.is_empty());
        moves
    }

    /// The noise that these steps take away, and the bytes that they cost.
    fn gain(&self, steps: &[Step], noise: f64) -> (f64, f64) {
        let mut changed = Self {
            items: Vec::new(),
            choice: self.choice.clone(),
        };
        changed.apply(steps);
        let cost: f64 = steps.iter().map(|step| self.price(*step)).sum();
        let items = self.items.iter().enumerate();
        let after: f64 = items
            .filter_map(|(id, item)| Some(changed.noise_of(id, item.as_ref()?)))
            .sum();
        (noise - after, cost)
    }

    fn price(&self, step: Step) -> f64 {
        let (Step::Byte(id) | Step::Shift(id)) = step;
        self.items[id].as_ref().map_or(0.0, |item| match step {
            Step::Byte(_) => item.cells * item.price,
            Step::Shift(_) => item.cells,
        })
    }

    fn apply(&mut self, steps: &[Step]) {
        for step in steps {
            match *step {
                Step::Byte(id) => self.choice.bytes[id] = 2,
                Step::Shift(id) => self.choice.shifts[id] = 16,
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// Two bytes for a target.
    Byte(LayerId),
    /// A shift of 16 for a target.
    Shift(LayerId),
}

/// The mean square of a layer's steps with two bytes, as a share of that with one.
fn ratio(id: LayerId, narrow: &Factors, wide: &Factors) -> f64 {
    let step = |scaled: &Factors, channel: usize| {
        let scale = scaled.targets[id].map_or(0, |target| target.scale);
        (scaled.factors[id][channel] * f64::from(scale).exp2()).recip()
    };
    let channels = 0..narrow.factors[id].len();
    let sum = |scaled: &Factors| {
        let steps = channels
            .clone()
            .map(|channel| step(scaled, channel).powi(2));
        steps.sum::<f64>()
    };
    sum(wide) / sum(narrow)
}

/// For each layer, the target whose bytes decide the size of its activations.
fn sources(network: &Network, ends: &[LayerId], narrow: &Factors) -> Vec<Option<LayerId>> {
    let mut sources: Vec<Option<LayerId>> = Vec::with_capacity(network.layers.len());
    for (id, layer) in network.layers.iter().enumerate() {
        let own = narrow.targets[ends[id]].map(|_| ends[id]);
        let of_input = layer.inputs.iter().find_map(|input| sources[*input]);
        sources.push(own.or(of_input));
    }
    sources
}

/// `Σ X²` of a linear layer.
fn energy(
    layer: &Layer,
    scaled: &Factors,
    calibration: &Calibration,
    source: Option<LayerId>,
) -> f64 {
    let input = layer.inputs[0];
    let target = source.and_then(|source| scaled.targets[source]);
    let unit = target.map_or(1.0, |target| f64::from(target.scale).exp2());
    let powers: Vec<f64> = calibration.powers[input]
        .iter()
        .zip(&scaled.factors[input])
        .map(|(power, factor)| power * (factor * unit).powi(2))
        .collect();
    shifts::mean_energy(layer, &powers)
}
