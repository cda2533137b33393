//! What one row of a table shows, one gadget per kind of operator that is not linear.
//!
//! A gadget declares the columns that the prover commits to, polynomials that are zero on every
//! row, what the operand that is wired to the row must equal, what the row puts out, and which cells
//! are looked up. Rows of padding are zero and must obey the rules, so no rule has a constant: it
//! belongs to an [`Input`], which counts on real rows only.
//!
//! In the key of a model, operands are signed integers of at most 62 bits; numbers have at most 8 bytes, which
//! the table [`Gadget::Range`] shows to be bytes, and no sum of them comes near the field's modulus. So an equation
//! in the field is an equation of integers. In any key, every representation below is unique, for numbers
//! below `2^82`.

use crate::polynomial::{Linear, Polynomial};
use alloc::vec::Vec;
use core::ops::Range;
use serde::{Deserialize, Serialize};
use zklens_field::{Field, Scalar};
use zklens_model::Window;

/// How one row of a table is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gadget {
    /// Pixels: a byte.
    Pixels,
    /// Maximum, rescale and ReLU, each of which may be left out.
    Activation(Activation),
    /// The nearest value in an interval.
    Clip(Clip),
    /// A value looked up in a table of values.
    Lookup(Lookup),
    /// The operand itself: between two linear layers.
    Copy,
    /// One logit against the label's.
    Label {
        /// Bytes of the difference.
        bytes: u8,
    },
    /// The bytes of all numbers: see [`crate::layout`].
    Range,
    /// The bytes `0…255`, and how often each is looked up.
    Bytes,
    /// The entries of a table of values, and how often each is looked up.
    Entries(Entries),
}

/// `max` over the window's taps, then `⌊(x + 2^(shift−1)) / 2^shift⌋`, then `max(·, 0)`.
///
/// ```text
/// xᵢ + half + offset·2^shift = q·2^shift + ρ − gapᵢ       some gapᵢ = 0
/// with ReLU:     q = (1 − 2σ)·t − σ      y = (1 − σ)·t    offset = 0
/// without:       q = t                   y = t − offset
/// ```
///
/// `ρ` is a number of `shift / 8` bytes, `σ` a bit, `t` and every `gapᵢ` are numbers too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// The window whose largest cell is taken, if there is one.
    pub window: Option<Window>,
    /// Bytes of a gap.
    pub gap_bytes: u8,
    /// 0, 8 or 16.
    pub shift: u8,
    /// Whether negative quotients become zero.
    pub relu: bool,
    /// Makes quotients non-negative where there is no ReLU.
    pub offset: i64,
    /// Bytes of `t`.
    pub magnitude_bytes: u8,
}

/// `min(max(x, lo), hi)`.
///
/// ```text
/// x − lo  = (1 − 2σ)·t − σ                  max(x − lo, 0) = (1 − σ)·t
/// hi − lo = (1 − σ)·t + (1 − 2τ)·u − τ      y = hi − (1 − τ)·u
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    /// The least output.
    pub lo: i64,
    /// The greatest output.
    pub hi: i64,
    /// Bytes of `t`.
    pub below_bytes: u8,
    /// Bytes of `u`.
    pub above_bytes: u8,
}

/// `values[x − first]`: the pair `(x − first + 1, y)` is an entry of the table `entries`. The pair
/// `(0, 0)` is one as well, for rows of padding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// The input of the first entry.
    pub first: i64,
    /// The table that holds the entries.
    pub entries: usize,
}

/// The entries of a table of values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entries {
    /// The committed array: a zero, then the values.
    pub array: usize,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Integers of which a lookup shows that they are bytes.
    Byte,
    /// Integers `0 … 256^bytes − 1`. What is committed are their bytes.
    Number {
        /// How many.
        bytes: u8,
    },
    /// Integers of any size.
    Integer,
    /// What lookups add: see [`crate::lookup`].
    Helper,
    /// An array of the key.
    Fixed {
        /// Which.
        array: usize,
    },
    /// The row's own number: public and never committed.
    Index,
}

/// What a gadget asks of its rows.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The columns, before any helpers.
    pub columns: Vec<Column>,
    /// Polynomials that are zero on every row.
    pub zero: Vec<Polynomial>,
    /// What is wired to a row.
    pub inputs: Vec<Input>,
    /// What the row puts out.
    pub output: Polynomial,
    /// Cells that are looked up.
    pub queries: Vec<Query>,
    /// The columns of the gaps.
    pub gaps: Range<usize>,
    /// The columns that say which gaps have a zero among them.
    pub selectors: Range<usize>,
}

/// A polynomial that equals an operand.
#[derive(Clone, Debug)]
pub struct Input {
    /// On every real row: operand + `constant`; on padding: zero.
    pub polynomial: Polynomial,
    /// See `polynomial`.
    pub constant: Scalar,
    /// Whether there is an operand, or only the constant.
    pub is_wired: bool,
}

/// What one lookup asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Query {
    /// A byte, in the table of bytes.
    Byte(usize),
    /// A position and a value, in the table of these entries.
    Entry {
        /// The column of positions.
        position: usize,
        /// The column of values.
        value: usize,
        /// The table of entries.
        table: usize,
    },
}

impl Rules {
    fn column(&mut self, column: Column) -> usize {
        self.columns.push(column);
        self.columns.len().saturating_sub(1)
    }

    /// A column of numbers of so many bytes. Of no byte, there is no column, and the number is zero.
    fn number(&mut self, bytes: u8) -> Linear {
        match bytes {
            0 => Linear::default(),
            _ => Linear::cell(self.column(Column::Number { bytes })),
        }
    }

    /// A column of bits.
    fn bit(&mut self) -> Linear {
        let bit = self.number(1);
        let square = Polynomial::product(&[bit.clone(), bit.clone()]);
        self.zero.push(square.plus(-Scalar::ONE, &bit));
        bit
    }

    /// Columns of bytes, all of them looked up.
    pub(crate) fn of_bytes(count: usize) -> Self {
        Self {
            columns: alloc::vec![Column::Byte; count],
            queries: (0..count).map(Query::Byte).collect(),
            ..Self::default()
        }
    }

    fn input(&mut self, polynomial: Polynomial, constant: Scalar) {
        self.inputs.push(Input {
            polynomial,
            constant,
            is_wired: true,
        });
    }

    /// Some gap is zero. With the gaps in groups of two: `selectorᵢ·Π groupᵢ = 0` for every group but the
    /// last, and `(1 − Σ selectorᵢ)·Π last group = 0`. If a selector is not zero, its group has a zero;
    /// if all are, the last group has. What a selector is does not matter else, so it need not be a bit.
    fn one_is_zero(&mut self, gaps: &[Linear]) {
        const GROUP: usize = 2;
        let groups = gaps.chunks(GROUP);
        let mut others = Linear::default().shifted(Scalar::ONE);
        let first = self.columns.len();
        let last = groups.len().saturating_sub(1);
        for (index, group) in groups.enumerate() {
            let mut factors = group.to_vec();
            if index < last {
                let selector = self.number(1);
                others.add_scaled(&selector, -Scalar::ONE);
                factors.push(selector);
            } else {
                factors.push(others.clone());
            }
            self.zero.push(Polynomial::product(&factors));
        }
        self.selectors = first..self.columns.len();
    }
}

/// `(1 − 2·sign)·magnitude − sign`: a signed number, and `(1 − sign)·magnitude`: the larger of it
/// and zero.
fn signed(sign: &Linear, magnitude: &Linear) -> (Polynomial, Polynomial) {
    let product = [sign.clone(), magnitude.clone()];
    let number = Polynomial::from(magnitude.clone())
        .plus(-Scalar::ONE, sign)
        .plus_product(-Scalar::from(2_u64), &product);
    let positive = Polynomial::from(magnitude.clone()).plus_product(-Scalar::ONE, &product);
    (number, positive)
}

impl Gadget {
    /// What a row must obey. How many columns [`Self::Range`] has, only a layout tells: here it has none.
    #[must_use]
    pub fn rules(&self) -> Rules {
        match self {
            Self::Pixels => {
                let mut rules = Rules::of_bytes(1);
                rules.output = Linear::cell(0).into();
                rules
            }
            Self::Activation(activation) => activation.rules(),
            Self::Clip(clip) => clip.rules(),
            Self::Lookup(lookup) => lookup.rules(),
            Self::Copy => {
                let mut rules = Rules::default();
                let copy = Polynomial::from(Linear::cell(rules.column(Column::Integer)));
                rules.input(copy.clone(), Scalar::default());
                rules.output = copy;
                rules
            }
            Self::Label { bytes } => {
                let mut rules = Rules::default();
                let lead = rules.number(*bytes);
                rules.input(lead.into(), Scalar::default());
                rules
            }
            Self::Range => Rules::default(),
            Self::Bytes => entries(None),
            Self::Entries(table) => entries(Some(table.array)),
        }
    }

    /// The window whose cells a row takes, each as one input.
    #[must_use]
    pub const fn window(&self) -> Option<&Window> {
        match self {
            Self::Activation(activation) => activation.window.as_ref(),
            Self::Pixels
            | Self::Clip(_)
            | Self::Lookup(_)
            | Self::Copy
            | Self::Label { .. }
            | Self::Range
            | Self::Bytes
            | Self::Entries(_) => None,
        }
    }

    /// Whether there is a table for each image, or one for all.
    #[must_use]
    pub const fn is_per_image(&self) -> bool {
        !matches!(self, Self::Range | Self::Bytes | Self::Entries(_))
    }
}

/// The table side of a lookup: how often each entry is asked for. What ties it to the other side is
/// in [`crate::lookup`].
fn entries(array: Option<usize>) -> Rules {
    let mut rules = Rules::default();
    rules.column(Column::Integer);
    if let Some(array) = array {
        rules.column(Column::Fixed { array });
    }
    rules
}

impl Activation {
    fn rules(&self) -> Rules {
        let mut rules = Rules::default();
        let remainder = rules.number(self.shift.checked_shr(3).unwrap_or(0));
        let sign = self.relu.then(|| rules.bit());
        let magnitude = rules.number(self.magnitude_bytes);
        let offset = Scalar::from(self.offset);
        let (quotient, output) = match &sign {
            Some(sign) => signed(sign, &magnitude),
            None => {
                let shifted = magnitude.clone().shifted(-offset);
                (magnitude.into(), shifted.into())
            }
        };
        let unit = Scalar::from(2_u64).pow([u64::from(self.shift)]);
        let half = match self.shift {
            0 => Scalar::default(),
            shift => Scalar::from(2_u64).pow([u64::from(shift.saturating_sub(1))]),
        };
        let mut value = Polynomial::from(remainder);
        value.add_scaled(&quotient, unit);
        let constant = half + offset * unit;
        let taps = self.window.as_ref().map_or(1, Window::area);
        let mut gaps = Vec::new();
        if self.window.is_some() {
            let first = rules.columns.len();
            for _ in 0..taps {
                let gap = rules.number(self.gap_bytes);
                rules.input(value.clone().plus(-Scalar::ONE, &gap), constant);
                gaps.push(gap);
            }
            rules.gaps = first..rules.columns.len();
            rules.one_is_zero(&gaps);
        } else {
            rules.input(value, constant);
        }
        rules.output = output;
        rules
    }
}

impl Clip {
    fn rules(&self) -> Rules {
        let mut rules = Rules::default();
        let below = rules.bit();
        let over_lo = rules.number(self.below_bytes);
        let above = rules.bit();
        let under_hi = rules.number(self.above_bytes);
        let (from_lo, at_least_lo) = signed(&below, &over_lo);
        let (to_hi, at_most_hi) = signed(&above, &under_hi);
        let (lo, hi) = (Scalar::from(self.lo), Scalar::from(self.hi));
        rules.input(from_lo, -lo);
        let mut width = at_least_lo;
        width.add_scaled(&to_hi, Scalar::ONE);
        rules.inputs.push(Input {
            polynomial: width,
            constant: hi - lo,
            is_wired: false,
        });
        rules.output = Linear::default().shifted(hi).into();
        rules.output.add_scaled(&at_most_hi, -Scalar::ONE);
        rules
    }
}

impl Lookup {
    fn rules(&self) -> Rules {
        let mut rules = Rules::default();
        let position = rules.column(Column::Integer);
        let value = rules.column(Column::Integer);
        rules.input(
            Linear::cell(position).into(),
            Scalar::ONE - Scalar::from(self.first),
        );
        rules.output = Linear::cell(value).into();
        rules.queries.push(Query::Entry {
            position,
            value,
            table: self.entries,
        });
        rules
    }
}
