//! Coefficients to samples: the inverse cosine transform, one output sample at a time (T.81,
//! A.3.3).
//!
//! The reference transforms the columns, rounds to 1/4, then transforms the rows. It computes in
//! 32-bit integers that wrap around, with cosines scaled by 4096. Between the roundings it only
//! adds and multiplies by constants, so each output is a linear form in the inputs modulo 2^32, and
//! the order of the operations does not matter:
//!
//! ```text
//! t[y][u] = (512 + sum_v q[v][u]·c[v][u]·BASIS[y][v]) >> 10
//! s[y][x] = clamp((512 + 65536 + (128 << 17) + sum_u t[y][u]·BASIS[x][u]) >> 17)
//! ```
//!
//! Here `c[v][u]` is the coefficient of vertical frequency `v` and horizontal frequency `u`, `q`
//! its divisor, `t` the result between the two passes, and `s[y][x]` the sample in row `y`, column
//! `x`.
//!
//! If a block has only its first coefficient, the reference computes `clamp((q·c + 4 + 1024) >>
//! 3)`, which is the same unless the numbers wrap. Its short cut for blocks with few coefficients
//! always gives the same result.

use core::cell::Cell;

use super::header::Quantizer;

/// `BASIS[output][frequency]`: the reference's multiplications put together, scaled by 4096.
const BASIS: [[i32; 8]; 8] = {
    let even = [
        [4096, 5352, 4096, 2217],
        [4096, 2217, -4096, -5350],
        [4096, -2217, -4096, 5350],
        [4096, -5352, 4096, -2217],
    ];
    let odd = [
        [5683, 4816, 3219, 1131],
        [4816, -1129, -5681, -3218],
        [3219, -5681, 1132, 4816],
        [1131, -3218, 4816, -5680],
    ];
    let mut basis = [[0; 8]; 8];
    let mut y = 0;
    while y < 4 {
        let mut k = 0;
        while k < 4 {
            basis[y][2 * k] = even[y][k];
            basis[7 - y][2 * k] = even[y][k];
            basis[y][2 * k + 1] = odd[y][k];
            basis[7 - y][2 * k + 1] = -odd[y][k];
            k += 1;
        }
        y += 1;
    }
    basis
};

/// Row and column of each coefficient in zigzag order (figure A.6).
const ZIGZAG: [(usize, usize); 64] = {
    let mut order = [(0, 0); 64];
    let (mut row, mut column) = (0, 0);
    let mut index = 0;
    while index < 64 {
        order[index] = (row, column);
        let up = (row + column) % 2 == 0;
        if up && column == 7 || !up && row != 7 && column == 0 {
            row += 1;
        } else if !up && row == 7 || up && row == 0 {
            column += 1;
        } else if up {
            row -= 1;
            column += 1;
        } else {
            row += 1;
            column -= 1;
        }
        index += 1;
    }
    order
};

/// The factor with which a coefficient is added to a row's sums, and the column of that sum.
#[derive(Clone, Copy)]
pub(super) struct Term {
    pub(super) factor: i32,
    column: u32,
}

/// For a row of outputs, a sum for each column of coefficients. Starts at 512, for rounding.
pub(super) struct Sums([i32; 8]);

impl Sums {
    pub(super) const NEW: Self = Self([512; 8]);

    #[inline(always)]
    pub(super) const fn add(&mut self, value: i32, term: &Term) {
        let sum = &mut self.0[term.column as usize & 7];
        *sum = sum.wrapping_add(value.wrapping_mul(term.factor));
    }

    /// Adds `first`, the first coefficient's term, to the first sum, sets the samples at these
    /// columns, and resets the sums. The sums after the first `N` must still be as new.
    #[inline(never)]
    pub(super) fn take<const N: usize>(
        &mut self,
        first: i32,
        columns: &[Column],
        samples: &[Cell<u8>],
    ) {
        let mut sums = [0; N];
        self.0[0] = self.0[0].wrapping_add(first);
        for (taken, sum) in sums.iter_mut().zip(&mut self.0) {
            *taken = *sum >> 10;
            *sum = 512;
        }
        for (Column(basis), sample) in columns.iter().zip(samples) {
            let mut sum = 512 + 65536 + (128 << 17);
            for (term, basis) in sums.iter().zip(basis) {
                sum = term.wrapping_mul(*basis).wrapping_add(sum);
            }
            sample.set(clamp(sum >> 17));
        }
    }
}

/// The factors of a row's eight sums in one output.
#[derive(Clone, Copy)]
pub(super) struct Column([i32; 8]);

impl Column {
    /// `x` is the output's column, counted from any block's left edge.
    pub(super) const fn new(x: u32) -> Self {
        Self(BASIS[x as usize & 7])
    }
}

/// The transform with a quantization table multiplied in.
pub(super) struct Transform {
    first: i32,
    /// For each row of outputs, the term of each coefficient. The index is the coefficient's
    /// position in zigzag order plus one, modulo 64.
    rows: Box<[[Term; 64]; 8]>,
}

impl Transform {
    /// `None` if the table has a zero, which the standard forbids.
    #[inline(never)]
    pub(super) fn new(quantizer: Quantizer<'_>) -> Option<Self> {
        let none = Term {
            factor: 0,
            column: 0,
        };
        let boxed = vec![[none; 64]; 8].into_boxed_slice();
        let mut rows: Box<[[Term; 64]; 8]> = boxed.try_into().ok()?;
        let mut first = 0;
        for (index, (frequency, column)) in ZIGZAG.iter().enumerate().rev() {
            first = match quantizer {
                Quantizer::Bytes(table) => i32::from(table[index]),
                Quantizer::Words(table) => i32::from(u16::from_be_bytes(table[index])),
            };
            if first == 0 {
                return None;
            }
            for (row, basis) in rows.iter_mut().zip(&BASIS) {
                row[(index + 1) % 64] = Term {
                    factor: first.wrapping_mul(basis[*frequency]),
                    column: *column as u32,
                };
            }
        }
        Some(Self { first, rows })
    }

    /// The first coefficient's divisor.
    pub(super) const fn first(&self) -> i32 {
        self.first
    }

    /// The value of all samples of a block that has only its first coefficient.
    #[inline(always)]
    pub(super) const fn flat(&self, first: i32) -> u8 {
        let value = first.wrapping_mul(self.first);
        clamp(value.wrapping_add(4).wrapping_add(1024) >> 3)
    }

    /// The coefficients' terms in row `y` of outputs, counted from any block's top.
    #[inline(always)]
    pub(super) fn row(&self, y: u32) -> &[Term; 64] {
        &self.rows[y as usize & 7]
    }
}

/// The nearest value from 0 to 255. Nearly all values are in this range already.
#[inline(always)]
pub(super) const fn clamp(value: i32) -> u8 {
    if value & !255 == 0 {
        value as u8
    } else {
        clamped(value)
    }
}

#[cold]
const fn clamped(value: i32) -> u8 {
    if value < 0 { 0 } else { 255 }
}
