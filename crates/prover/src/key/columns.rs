//! The length of committed vectors: the cheapest for the kind of verifier that a key is made for.
//!
//! Of all lengths, the few are laid out that could be the cheapest. A vector cannot hold more cells than it has, which gives
//! each length a least cost before anything is laid out.

use zklens_commitment::VectorLength;
use zklens_layers::dims::volume;
use zklens_layers::gadgets::Column;
use zklens_layers::{Circuit, LayerError, Layout};

/// The kind of verifier for which a key is made. It decides how long committed vectors are, so it is part of the key:
/// keys of one model for two targets have different model ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// Short vectors. The prover's work grows with their length, while more of them cost a native verifier little.
    #[default]
    Native,
    /// As few vectors as possible. On a chain each costs the gas of a multiplication, 6,000 and more.
    Evm,
}

/// Lengths of vectors are multiples of this.
const COLUMN_STEP: usize = 64;

/// The length that we trade for one vector of weights fewer: each costs the verifier a multiplication.
const CELLS_PER_WEIGHT_VECTOR: u64 = 64;

/// The same for a vector of pixels, witness or helpers, which also adds 64 bytes to every proof.
const CELLS_PER_PROOF_VECTOR: u64 = 512;

/// How many vectors there are, or how many cells they hold. Counts and costs have 64 bits, so that a machine of 32 bits
/// chooses the same length: it is part of the key.
#[derive(Clone, Copy, Debug)]
struct Vectors {
    weights: u64,
    /// Those of pixels, witness and helpers.
    proof: u64,
}

impl Target {
    /// The cost of a proof about one image with vectors of `count` cells, in cells of a vector.
    const fn cost(self, count: usize, vectors: Vectors) -> u64 {
        let Vectors { weights, proof } = vectors;
        let count = count as u64;
        match self {
            // Multiplications of points are as many as columns, transforms as long as the next power of two.
            Self::Native => {
                let of_weights = weights * CELLS_PER_WEIGHT_VECTOR;
                let of_proofs = proof * CELLS_PER_PROOF_VECTOR;
                count + count.next_power_of_two() + of_weights + of_proofs
            }
            Self::Evm => count + (weights + proof) * VectorLength::MAX.count() as u64,
        }
    }
}

impl Vectors {
    const fn of(layout: &Layout) -> Self {
        let weights = layout.vectors.weights.end as u64;
        Self {
            weights,
            proof: layout.vectors.helpers.end as u64 - weights,
        }
    }

    /// The cells that any layout of a circuit holds at least, given one of them.
    fn cells(circuit: &Circuit, layout: &Layout) -> Self {
        let mut proof = 0;
        for (index, table) in layout.tables.iter().enumerate() {
            // The columns of `Range` are the bytes of numbers, and are counted with them.
            if index == circuit.range_table() {
                continue;
            }
            let columns = table.columns();
            let halves = columns.iter().map(|column| match column {
                // Two bytes share a helper.
                Column::Number { bytes } => 3 * u64::from(*bytes),
                Column::Byte | Column::Integer | Column::Helper => 2,
                Column::Fixed { .. } => 0,
            });
            proof += volume(&table.dims) as u64 * halves.sum::<u64>() / 2;
        }
        Self {
            weights: circuit.arrays.iter().map(|dims| volume(dims) as u64).sum(),
            proof,
        }
    }

    /// The fewest vectors of `count` cells that hold these cells.
    const fn least(self, count: usize) -> Self {
        let count = count as u64;
        Self {
            weights: self.weights.div_ceil(count),
            proof: self.proof.div_ceil(count),
        }
    }
}

/// The length of all committed vectors for a key of `circuit`: the cheapest for the target, the shortest of several.
pub(crate) fn choose(circuit: &Circuit, target: Target) -> Result<VectorLength, LayerError> {
    // An error of the longest vectors says why shorter ones fail as well.
    let longest = Layout::new(circuit, VectorLength::MAX, 1)?;
    let cells = Vectors::cells(circuit, &longest);
    let mut lengths: Vec<(u64, usize)> = (COLUMN_STEP..VectorLength::MAX.count())
        .step_by(COLUMN_STEP)
        .map(|count| (target.cost(count, cells.least(count)), count))
        .collect();
    lengths.sort_unstable();
    let mut best: Option<(u64, usize)> = None;
    for (least, count) in lengths {
        if best.is_some_and(|best| best < (least, count)) {
            break;
        }
        // Short vectors may not hold the random cells.
        let Some(layout) = layout(circuit, count) else {
            continue;
        };
        let cost = target.cost(count, Vectors::of(&layout));
        best = best.into_iter().chain([(cost, count)]).min();
    }
    let chosen = best.and_then(|(_, count)| VectorLength::new(count));
    Ok(chosen.unwrap_or(longest.columns))
}

fn layout(circuit: &Circuit, count: usize) -> Option<Layout> {
    Layout::new(circuit, VectorLength::new(count)?, 1).ok()
}

#[cfg(test)]
mod tests {
    use super::{COLUMN_STEP, Target, Vectors, choose, layout};
    use zklens_commitment::VectorLength;
    use zklens_layers::Circuit;
    use zklens_model::Model;
    use zklens_testkit::{models, networks};

    /// Lays out every length.
    fn slow(circuit: &Circuit, target: Target) -> Option<usize> {
        let counts = (COLUMN_STEP..VectorLength::MAX.count()).step_by(COLUMN_STEP);
        let costs = counts.filter_map(|count| {
            let layout = layout(circuit, count)?;
            Some((target.cost(count, Vectors::of(&layout)), count))
        });
        costs.min().map(|(_, count)| count)
    }

    fn compare(model: &Model) {
        let circuit = Circuit::compile(model).unwrap();
        for target in [Target::Native, Target::Evm] {
            let chosen = choose(&circuit, target).unwrap().count();
            assert_eq!(Some(chosen), slow(&circuit, target), "{}", model.name());
        }
    }

    #[test]
    fn the_cheapest_length_is_that_of_a_search_over_all() {
        compare(&models::lenet(1));
        compare(&models::perceptron([8, 8], &[10], 1));
        for name in ["cifar-vgg16", "squeezenet1.1-224"] {
            compare(&networks::named(name).unwrap());
        }
    }
}
