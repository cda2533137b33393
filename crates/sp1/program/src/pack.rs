//! From a model to a packed network, and to its Rust source. This runs where programs are built.

use std::fmt::{self, Display, Formatter};

use zklens_model::{
    Axis, Conv2d, Dense, Model, Node as ModelNode, Op, Resize, Shape, View, Window,
};

use crate::packed::{BLOCKS, Digits, Linear, Network, Node, Operator, Slide};

/// Packs a model, node by node.
///
/// # Errors
///
/// The model has an operator that cannot be packed, or values too large for a word.
pub fn pack(model: &Model) -> Result<Network, PackError> {
    let graph = model.graph();
    let nodes = graph.nodes();
    let packed = nodes.iter().enumerate().map(|(id, node)| {
        let input = node.inputs().first().and_then(|input| nodes.get(*input));
        let operator = pack_operator(node, input).map_err(|reason| PackError {
            node: id,
            operator: node.op().name(),
            reason,
        })?;
        let shape = node.tensor().shape;
        Ok(Node {
            operator,
            inputs: node.inputs().to_vec().into(),
            shape: [shape.channels(), shape.height(), shape.width()],
        })
    });
    Ok(Network {
        preprocessing: *graph.preprocessing(),
        nodes: packed.collect::<Result<Vec<_>, _>>()?.into(),
        scale: graph.output().map_or(0, |tensor| tensor.scale),
    })
}

fn pack_operator(node: &ModelNode, input: Option<&ModelNode>) -> Result<Operator, Reason> {
    match (node.op(), input) {
        (Op::Dense(dense), Some(input)) => pack_dense(dense, input),
        (Op::Conv2d(conv), Some(input)) => pack_conv2d(conv, input),
        (Op::LookupTable(_), _) => Err(Reason::Operator),
        // Any other operator runs as the model has it. A new one that holds a list needs a line
        // above; without it, the source of the program does not compile, since a list is not a
        // constant.
        (op, _) => Ok(Operator::Op(op.clone())),
    }
}

fn pack_dense(dense: &Dense, input: &ModelNode) -> Result<Operator, Reason> {
    let inputs = input.tensor().shape.len();
    let rows = || dense.weights.values().chunks(inputs.max(1));
    let packed = most_digits(|digits| {
        let taps: Vec<_> = rows().map(|row| groups(digits, row).collect()).collect();
        Linear::pack(digits, &taps, &dense.bias, magnitude(input))
    });
    packed.map(Operator::Dense)
}

fn pack_conv2d(conv: &Conv2d, input: &ModelNode) -> Result<Operator, Reason> {
    if conv.groups != 1 {
        return Err(Reason::Groups);
    }
    let Window {
        height: rows,
        width: columns,
    } = conv.window;
    let filter = input.tensor().shape.channels() * conv.window.area();
    let filters = || conv.weights.values().chunks(filter.max(1));
    let linear = most_digits(|digits| {
        let taps = |filter: &[i32]| -> Vec<_> {
            let lines = filter.chunks(columns.kernel);
            lines.flat_map(|line| groups(digits, line)).collect()
        };
        let packed: Vec<_> = filters().map(taps).collect();
        Linear::pack(digits, &packed, &conv.bias, magnitude(input))
    })?;
    let slide = Slide {
        padding: [rows.before, rows.after, columns.before, columns.after],
        stride: [rows.stride, columns.stride],
        taps: taps(linear.digits, input.tensor().shape, &rows, &columns).into(),
    };
    Ok(Operator::Conv2d(linear, slide))
}

/// The cheapest packing of those that the size of the values allows, with three, two or one weights
/// in a word.
fn most_digits(pack: impl Fn(Digits) -> Result<Linear, Reason>) -> Result<Linear, Reason> {
    let tried = [Digits::Three, Digits::Two, Digits::One].map(pack);
    let mut cheapest = Err(Reason::Magnitude);
    for linear in tried.into_iter().flatten() {
        if cheapest
            .as_ref()
            .map_or(true, |best: &Linear| linear.cost() < best.cost())
        {
            cheapest = Ok(linear);
        }
    }
    cheapest
}

/// The place of each word of a filter in the padded input, from the window's corner.
fn taps(digits: Digits, input: Shape, rows: &Axis, columns: &Axis) -> Vec<usize> {
    let wide = columns.before + input.width() + columns.after;
    let plane = (rows.before + input.height() + rows.after) * wide;
    let lines = (0..input.channels())
        .flat_map(|channel| (0..rows.kernel).map(move |y| channel * plane + y * wide));
    let columns = move |line| {
        (0..columns.kernel)
            .step_by(digits.count())
            .map(move |x| line + x)
    };
    lines.flat_map(columns).collect()
}

/// Weights in the groups that share a word, filled up with zeros.
fn groups(digits: Digits, weights: &[i32]) -> impl Iterator<Item = [i32; 3]> + '_ {
    weights.chunks(digits.count()).map(|group| {
        let at = |i| group.get(i).copied().unwrap_or(0);
        [at(0), at(1), at(2)]
    })
}

/// The largest magnitude of a cell of the node's output.
fn magnitude(node: &ModelNode) -> u64 {
    let bounds = node.tensor().bounds;
    bounds.lo.unsigned_abs().max(bounds.hi.unsigned_abs())
}

impl Linear {
    /// About how many instructions one position takes.
    fn cost(&self) -> usize {
        self.weights.len() / self.block * tap_cost(self.block)
            + self.chunks.len() * self.bias.len() * 6
    }

    /// Packs `rows`, the taps of each output. `magnitude` bounds the cells that they meet.
    fn pack(
        digits: Digits,
        rows: &[Vec<[i32; 3]>],
        bias: &[i64],
        magnitude: u64,
    ) -> Result<Self, Reason> {
        let chunks = chunks(digits, rows, magnitude)?;
        let cost = |block: &usize| rows.len().div_ceil(*block) * tap_cost(*block);
        let block = BLOCKS.into_iter().min_by_key(cost).unwrap_or(6);
        Ok(Self {
            digits,
            block,
            weights: words(digits, block, rows, &chunks).into(),
            chunks: chunks.into(),
            bias: bias.to_vec().into(),
        })
    }
}

/// About how many instructions a tap of a block takes: three for each row, and some for the tap.
const fn tap_cost(block: usize) -> usize {
    3 * block + 7
}

/// The largest sum of products from which [`packed`](crate::packed) can still take the top digit.
const fn limit(digits: Digits) -> u128 {
    match digits {
        // No sum in a model is larger.
        Digits::One => 1 << 63,
        Digits::Two => (1 << 31) - 1,
        Digits::Three => (1 << 20) - 1,
    }
}

/// Cuts the taps into chunks, each as long as no sum of a chunk can pass [`limit`], and returns
/// their lengths.
fn chunks(digits: Digits, rows: &[Vec<[i32; 3]>], magnitude: u64) -> Result<Vec<usize>, Reason> {
    let limit = limit(digits);
    let taps = rows.first().map_or(0, Vec::len);
    let most = |row: &Vec<[i32; 3]>, tap: usize| {
        let weights = row.get(tap).copied().unwrap_or_default();
        let sum: u64 = weights.map(|w| u64::from(w.unsigned_abs())).iter().sum();
        u128::from(sum) * u128::from(magnitude)
    };
    let mut chunks = Vec::new();
    let (mut count, mut reached) = (0, vec![0u128; rows.len()]);
    for tap in 0..taps {
        let terms: Vec<u128> = rows.iter().map(|row| most(row, tap)).collect();
        if terms.iter().any(|term| *term > limit) {
            return Err(Reason::Magnitude);
        }
        if reached.iter().zip(&terms).any(|(a, b)| a + b > limit) {
            chunks.push(count);
            (count, reached) = (0, vec![0; rows.len()]);
        }
        for (sum, term) in reached.iter_mut().zip(terms) {
            *sum += term;
        }
        count += 1;
    }
    chunks.push(count);
    Ok(chunks)
}

/// The words `w₀ + w₁·B + w₂·B²`, by chunk, block of rows, tap and row.
fn words(digits: Digits, block: usize, rows: &[Vec<[i32; 3]>], chunks: &[usize]) -> Vec<i64> {
    let word = |row: Option<&Vec<[i32; 3]>>, tap: usize| {
        let weights = row.and_then(|row| row.get(tap)).copied();
        let [w0, w1, w2] = weights.unwrap_or_default().map(i64::from);
        // With fewer digits, the weights that are left out are zero.
        w0 + (w1 << digits.bits()) + (w2 << (2 * digits.bits() % 64))
    };
    let mut words = Vec::new();
    let mut first = 0;
    for count in chunks {
        for block_rows in rows.chunks(block) {
            for tap in first..first + count {
                words.extend((0..block).map(|row| word(block_rows.get(row), tap)));
            }
        }
        first += count;
    }
    words
}

/// The network as a Rust expression, for a program that has it as a constant, and the files that
/// the expression includes: the packed weights, which a compiler reads faster from files. The
/// expression uses names of `zklens_model`, `zklens_sp1_program::packed` and `Cow`, and needs a
/// little-endian machine.
#[must_use]
pub fn source(network: &Network) -> (String, Vec<(String, Vec<u8>)>) {
    let linear = network.nodes.iter().enumerate().filter_map(|(id, node)| {
        let (Operator::Dense(linear) | Operator::Conv2d(linear, _)) = &node.operator else {
            return None;
        };
        let words = linear.weights.iter();
        Some((
            format!("{id}.weights"),
            words.flat_map(|word| word.to_le_bytes()).collect(),
        ))
    });
    (Source(network).to_string(), linear.collect())
}

struct Source<'a>(&'a Network);

impl Display for Source<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Network {
            preprocessing: p,
            nodes,
            scale,
        } = self.0;
        writeln!(
            f,
            "packed::Network {{ scale: {scale}, preprocessing: Preprocessing {{ height: {}, width: {}, \
             colour: Colour::{:?}, resize: {}, invert: {} }}, nodes: Cow::Borrowed(&[",
            p.height,
            p.width,
            p.colour,
            ResizeSource(p.resize),
            p.invert
        )?;
        for (id, node) in nodes.iter().enumerate() {
            let (inputs, shape) = (&node.inputs, node.shape);
            write!(
                f,
                "packed::Node {{ inputs: Cow::Borrowed(&{inputs:?}), shape: {shape:?}, operator: packed::Operator::"
            )?;
            match &node.operator {
                Operator::Op(op) => write!(f, "Op(Op::{op:?})")?,
                Operator::Dense(linear) => write!(f, "Dense({})", LinearSource(id, linear))?,
                Operator::Conv2d(linear, slide) => {
                    let Slide {
                        padding,
                        stride,
                        taps,
                    } = slide;
                    write!(
                        f,
                        "Conv2d({}, packed::Slide {{ padding: {padding:?}, stride: {stride:?}, \
                         taps: Cow::Borrowed(&{taps:?}) }})",
                        LinearSource(id, linear)
                    )?;
                }
            }
            writeln!(f, " }},")?;
        }
        writeln!(f, "]) }}")
    }
}

struct ResizeSource(Resize);

impl Display for ResizeSource {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Resize::Nearest => f.write_str("Resize::Nearest"),
            Resize::Box => f.write_str("Resize::Box"),
            Resize::View(view) => write!(f, "Resize::View({})", ViewSource(view)),
        }
    }
}

struct ViewSource(View);

impl Display for ViewSource {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(view) = self;
        write!(f, "View::new({}, ", view.is_upright())?;
        match view.crop() {
            None => f.write_str("None")?,
            Some(crop) => write!(f, "Crop::new({}, {})", crop.kept(), crop.of())?,
        }
        let filter = view.filter();
        write!(f, ", Filter::{filter:?}).expect(\"it is a view\")")
    }
}

struct LinearSource<'a>(usize, &'a Linear);

impl Display for LinearSource<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(id, linear) = self;
        let Linear {
            digits,
            block,
            weights,
            chunks,
            bias,
        } = linear;
        let count = weights.len();
        write!(
            f,
            "{{ static WEIGHTS: [i64; {count}] = \
             unsafe {{ core::mem::transmute(*include_bytes!(\"{id}.weights\")) }}; \
             packed::Linear {{ digits: packed::Digits::{digits:?}, block: {block}, \
             chunks: Cow::Borrowed(&{chunks:?}), bias: Cow::Borrowed(&{bias:?}), \
             weights: Cow::Borrowed(&WEIGHTS) }} }}"
        )
    }
}

/// Why a model is not packed. The program for all networks can still run it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("node {node}, {operator}: {reason}")]
pub struct PackError {
    /// The node.
    pub node: usize,
    /// Its operator.
    pub operator: &'static str,
    /// Why it is not packed.
    pub reason: Reason,
}

/// The reason why a node is not packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The operator holds a list, which cannot be a constant of a program.
    #[error("this operator is not packed")]
    Operator,
    /// The node is a convolution in groups.
    #[error("convolutions in groups are not packed")]
    Groups,
    /// A product can be too large for a word.
    #[error("weights times cells can be larger than a word holds")]
    Magnitude,
}

#[cfg(test)]
mod tests {
    use super::*;
    use zklens_model::{Crop, Filter};

    /// The sources below are constants of this test as well, so they compile.
    macro_rules! assert_source {
        ($($source:tt)*) => {{
            const VALUE: Resize = $($source)*;
            let without_spaces = |text: &str| text.replace(char::is_whitespace, "");
            assert_eq!(
                without_spaces(&ResizeSource(VALUE).to_string()),
                without_spaces(stringify!($($source)*))
            );
        }};
    }

    #[test]
    fn every_way_to_resize_is_a_constant() {
        assert_source!(Resize::Nearest);
        assert_source!(Resize::Box);
        assert_source!(Resize::View(
            View::new(true, Crop::new(7, 8), Filter::Area).expect("it is a view")
        ));
        assert_source!(Resize::View(
            View::new(true, None, Filter::Nearest).expect("it is a view")
        ));
        assert_source!(Resize::View(
            View::new(false, Crop::new(1, 1), Filter::Nearest).expect("it is a view")
        ));
    }

    #[test]
    fn a_chunk_ends_before_its_sum_could_pass_the_limit() {
        // Each tap can add 255·(127 + 127 + 127) = 97,155; ten of them stay below 2^20 - 1.
        let rows = [vec![[127, -127, 127]; 25], vec![[0, 1, 0]; 25]];
        assert_eq!(chunks(Digits::Three, &rows, 255), Ok(vec![10, 10, 5]));
        let three = |w| chunks(Digits::Three, &[vec![[w, 0, 0]]], 255);
        assert_eq!(three(4112), Ok(vec![1]));
        assert_eq!(three(4113), Err(Reason::Magnitude));
        let two = |w| chunks(Digits::Two, &[vec![[w, 0, 0]]], 1 << 15);
        assert_eq!(two((1 << 16) - 1), Ok(vec![1]));
        assert_eq!(two(1 << 16), Err(Reason::Magnitude));
    }
}
