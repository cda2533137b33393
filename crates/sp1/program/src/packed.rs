//! A network with two or three weights in a word, for machines where every instruction counts.
//!
//! [`Network::classify`] gives the result of [`Model::classify`](zklens_model::Model::classify).
//! Operators without weights are the model's own ([`Op::run`]). Linear ones multiply several
//! weights by the same number of cells at once: with `B = 2^21`,
//!
//! ```text
//! (w₀ + w₁·B + w₂·B²) · (x₀·B² + x₁·B + x₂) ≡ s₀ + s₁·B + (w₀·x₀ + w₁·x₁ + w₂·x₂)·B² + …·B³   mod 2^64
//! ```
//!
//! so that sums of such products have the sum of all `w·x` in bits 42 to 62 (`B³` is bit 63). That
//! sum can be read off while it and the sums of `s₀` and `s₁` are less than `2^20` in magnitude.
//! [`pack`](crate::pack) makes sure of that: it cuts long sums into chunks, and for larger values
//! puts two weights (`B = 2^32`) or one into a word. See [`Digits`].
//!
//! Everything here is borrowed or owned, so that a program can hold a network as constants.

use std::borrow::Cow;

use zklens_model::{Classification, InputError, Op, Pixels, Preprocessing, Shape, Value};

/// A packed network.
#[derive(Clone, Debug)]
pub struct Network {
    /// How an image becomes the input.
    pub preprocessing: Preprocessing,
    /// The nodes, each after its inputs; the first is [`Op::Input`].
    pub nodes: Cow<'static, [Node]>,
    /// A logit `X` stands for `X · 2^-scale`.
    pub scale: i32,
}

/// An operator, the nodes that give its inputs, and the sides of its output.
#[derive(Clone, Debug)]
pub struct Node {
    /// The operator.
    pub operator: Operator,
    /// The nodes that give the inputs, each before this one.
    pub inputs: Cow<'static, [usize]>,
    /// Channels, height, width.
    pub shape: [usize; 3],
}

/// The operator of a node.
#[derive(Clone, Debug)]
pub enum Operator {
    /// The model's own operator.
    Op(Op),
    /// A dense layer with packed weights.
    Dense(Linear),
    /// A convolution with packed weights.
    Conv2d(Linear, Slide),
}

/// Sums of products: `y = W·x + b`, packed.
#[derive(Clone, Debug)]
pub struct Linear {
    /// The number of weights in a word.
    pub digits: Digits,
    /// The number of outputs that are summed up together: one of [`BLOCKS`].
    pub block: usize,
    /// The words of weights, ordered by chunk, then block of outputs, then tap, then output.
    pub weights: Cow<'static, [i64]>,
    /// The number of taps in each chunk.
    pub chunks: Cow<'static, [usize]>,
    /// One for each output. A block's rows beyond the last output are padding.
    pub bias: Cow<'static, [i64]>,
}

/// The sizes of blocks. A block's sums stay in the machine's 31 registers.
pub const BLOCKS: [usize; 6] = [6, 8, 10, 12, 15, 20];

/// The number of weights that share a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// One weight.
    One,
    /// Two weights, 32 bits apart.
    Two,
    /// Three weights, 21 bits apart.
    Three,
}

/// How a convolution's window moves, and the places of its taps.
#[derive(Clone, Debug)]
pub struct Slide {
    /// Zeros above, below, left and right of each channel.
    pub padding: [usize; 4],
    /// Step from row to row, and from column to column.
    pub stride: [usize; 2],
    /// The place of each tap's word in the padded input, counted from the window's corner in the
    /// first channel.
    pub taps: Cow<'static, [usize]>,
}

impl Network {
    /// How an image becomes the input.
    #[must_use]
    pub const fn preprocessing(&self) -> &Preprocessing {
        &self.preprocessing
    }

    /// Runs the network on the pixels.
    ///
    /// # Errors
    ///
    /// The pixels' shape is not [`Preprocessing::shape`].
    pub fn classify(&self, pixels: &Pixels) -> Result<Classification, InputError> {
        let expected = self.preprocessing.shape();
        let got = pixels.shape();
        if got != expected {
            return Err(InputError { expected, got });
        }
        let mut outputs: Vec<Vec<i64>> = Vec::with_capacity(self.nodes.len());
        for node in self.nodes.iter() {
            let output = if matches!(node.operator, Operator::Op(Op::Input)) {
                pixels.values().iter().map(|v| i64::from(*v)).collect()
            } else {
                self.run(node, &outputs)
            };
            outputs.push(output);
        }
        Ok(Classification::new(
            outputs.pop().unwrap_or_default(),
            self.scale,
        ))
    }

    fn run(&self, node: &Node, outputs: &[Vec<i64>]) -> Vec<i64> {
        let value = |input: &usize| {
            Some(Value {
                shape: shape(self.nodes.get(*input)?.shape)?,
                cells: outputs.get(*input)?,
            })
        };
        let inputs: Vec<_> = node.inputs.iter().filter_map(value).collect();
        let (Some(output), Some(input)) = (shape(node.shape), inputs.first()) else {
            return Vec::new();
        };
        match &node.operator {
            Operator::Op(op) => op.run(&inputs, output),
            Operator::Dense(linear) => linear.dense(input.cells),
            Operator::Conv2d(linear, slide) => linear.conv2d(slide, *input, output),
        }
    }
}

fn shape([channels, height, width]: [usize; 3]) -> Option<Shape> {
    Shape::new(channels, height, width)
}

impl Digits {
    /// The number of weights.
    #[must_use]
    pub const fn count(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }

    /// The distance from one weight to the next, in bits.
    pub(crate) const fn bits(self) -> u32 {
        match self {
            Self::One => 0,
            Self::Two => 32,
            Self::Three => 21,
        }
    }

    /// A word of cells, the first in the highest digit.
    fn word(self, [x0, x1, x2]: [i64; 3]) -> i64 {
        let next = |high: i64, low| high.wrapping_shl(self.bits()).wrapping_add(low);
        match self {
            Self::One => x0,
            Self::Two => next(x0, x1),
            Self::Three => next(next(x0, x1), x2),
        }
    }

    /// The top digit of a sum of packed products, which is the sum of products. The lower digits
    /// are rounded away.
    const fn top(self, sum: i64) -> i64 {
        match self {
            Self::One => sum,
            Self::Two => sum.wrapping_add(1 << 31) >> 32,
            // Without bit 63.
            Self::Three => sum.wrapping_add(1 << 41) << 1 >> 43,
        }
    }
}

impl Linear {
    fn dense(&self, cells: &[i64]) -> Vec<i64> {
        match self.block {
            6 => self.dense_in::<6>(cells),
            8 => self.dense_in::<8>(cells),
            10 => self.dense_in::<10>(cells),
            12 => self.dense_in::<12>(cells),
            15 => self.dense_in::<15>(cells),
            _ => self.dense_in::<20>(cells),
        }
    }

    fn conv2d(&self, slide: &Slide, input: Value<'_>, output: Shape) -> Vec<i64> {
        match self.block {
            6 => self.conv2d_in::<6>(slide, input, output),
            8 => self.conv2d_in::<8>(slide, input, output),
            10 => self.conv2d_in::<10>(slide, input, output),
            12 => self.conv2d_in::<12>(slide, input, output),
            15 => self.conv2d_in::<15>(slide, input, output),
            _ => self.conv2d_in::<20>(slide, input, output),
        }
    }

    /// Passes over words that are zero: three cells of background, or three zeros of a ReLU.
    fn dense_in<const ROWS: usize>(&self, cells: &[i64]) -> Vec<i64> {
        let mut sums = self.bias.to_vec();
        let mut weights = self.weights.as_chunks::<ROWS>().0;
        let mut cells = cells;
        for taps in self.chunks.iter() {
            let (now, later) = cells.split_at(cells.len().min(self.digits.count() * taps));
            let words = self.digits.nonzero_words(now);
            for sums in sums.chunks_mut(ROWS) {
                let (block, rest) = weights.split_at(weights.len().min(*taps));
                weights = rest;
                let mut products = [0i64; ROWS];
                for (tap, x) in &words {
                    if let Some(row) = block.get(*tap) {
                        add_products(&mut products, row, *x);
                    }
                }
                self.add_tops(sums, &products);
            }
            cells = later;
        }
        sums
    }

    fn add_tops(&self, sums: &mut [i64], products: &[i64]) {
        for (sum, product) in sums.iter_mut().zip(products) {
            *sum += self.digits.top(*product);
        }
    }

    fn conv2d_in<const ROWS: usize>(
        &self,
        slide: &Slide,
        input: Value<'_>,
        output: Shape,
    ) -> Vec<i64> {
        let (words, width) = slide.words(self.digits, input);
        let area = output.area();
        let mut sums = vec![0; self.bias.len() * area];
        for (plane, bias) in sums.chunks_mut(area).zip(self.bias.iter()) {
            plane.fill(*bias);
        }
        let mut planes: Vec<_> = sums.chunks_mut(area).collect();
        let corners = slide.corners(output, width);
        let mut weights = self.weights.as_chunks::<ROWS>().0;
        let mut taps = &*slide.taps;
        for count in self.chunks.iter() {
            let (now, later) = taps.split_at(taps.len().min(*count));
            for planes in planes.chunks_mut(ROWS) {
                let (block, rest) = weights.split_at(weights.len().min(*count));
                weights = rest;
                for (position, corner) in corners.iter().enumerate() {
                    let under = words.get(*corner..).unwrap_or_default();
                    let mut products = [0i64; ROWS];
                    for (tap, row) in now.iter().zip(block) {
                        if let Some(x) = under.get(*tap) {
                            add_products(&mut products, row, *x);
                        }
                    }
                    for (plane, product) in planes.iter_mut().zip(products) {
                        if let Some(cell) = plane.get_mut(position) {
                            *cell += self.digits.top(product);
                        }
                    }
                }
            }
            taps = later;
        }
        sums
    }
}

#[inline]
fn add_products<const ROWS: usize>(products: &mut [i64; ROWS], weights: &[i64; ROWS], x: i64) {
    for (product, weight) in products.iter_mut().zip(weights) {
        *product = product.wrapping_add(weight.wrapping_mul(x));
    }
}

impl Digits {
    /// The words that are not zero, each with its number. Cells beyond the end are zero.
    fn nonzero_words(self, cells: &[i64]) -> Vec<(usize, i64)> {
        match self {
            Self::One => nonzero_words::<1>(self, cells),
            Self::Two => nonzero_words::<2>(self, cells),
            Self::Three => nonzero_words::<3>(self, cells),
        }
    }
}

fn nonzero_words<const COUNT: usize>(digits: Digits, cells: &[i64]) -> Vec<(usize, i64)> {
    let at = |cells: &[i64], i| cells.get(i).copied().unwrap_or_default();
    let word_of = |cells: &[i64]| digits.word([at(cells, 0), at(cells, 1), at(cells, 2)]);
    let mut words = Vec::with_capacity(cells.len().div_ceil(COUNT));
    let (groups, rest) = cells.as_chunks::<COUNT>();
    for (tap, group) in groups.iter().enumerate() {
        if group.iter().fold(0, |any, x| any | x) != 0 {
            words.push((tap, word_of(group)));
        }
    }
    if !rest.is_empty() {
        words.push((groups.len(), word_of(rest)));
    }
    words
}

impl Slide {
    /// For each cell of the padded input, the word of that cell and those to its right; and the
    /// width of the padded input. Cells beyond the right edge are zero.
    fn words(&self, digits: Digits, input: Value<'_>) -> (Vec<i64>, usize) {
        let [above, below, left, right] = self.padding;
        let (height, width) = (input.shape.height(), input.shape.width());
        let wide = left + width + right;
        let mut words = vec![0; input.shape.channels() * (above + height + below) * wide];
        let planes = words.chunks_mut((above + height + below) * wide);
        for (plane, cells) in planes.zip(input.cells.chunks(height * width)) {
            let rows = plane.chunks_mut(wide).skip(above);
            for (row, cells) in rows.zip(cells.chunks(width)) {
                fill_row(digits, row, cells, left);
            }
        }
        (words, wide)
    }

    /// The place of the window's corner at each position.
    fn corners(&self, output: Shape, width: usize) -> Vec<usize> {
        let [down, across] = self.stride;
        let rows = (0..output.height()).map(|y| y * down * width);
        let columns = |row| (0..output.width()).map(move |x| row + x * across);
        rows.flat_map(columns).collect()
    }
}

/// Fills in the words of one row, whose cells begin at column `left`. It goes from right to left,
/// because a word has the cells to its right.
fn fill_row(digits: Digits, row: &mut [i64], cells: &[i64], left: usize) {
    let (mut x1, mut x2) = (0, 0);
    for (column, word_at) in row.iter_mut().enumerate().rev() {
        let cell = column.checked_sub(left).and_then(|x| cells.get(x));
        let x0 = cell.copied().unwrap_or_default();
        *word_at = digits.word([x0, x1, x2]);
        (x1, x2) = (x0, x1);
    }
}
