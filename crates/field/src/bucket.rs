//! Sums of many short lists of points, for provers.
//!
//! Adding two points in affine coordinates takes an inversion and little else. Lists that are summed
//! as trees, all at once, share one inversion per level; an addition then costs six multiplications,
//! where one to a sum in projective coordinates costs eleven. Reference: Montgomery, *Speeding the
//! Pollard and Elliptic Curve Methods of Factorization*, section 10.3.1 (1987).

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "only provers sum so; a wrong sum makes a proof that is refused"
)]

use crate::Point;
#[cfg(target_arch = "wasm32")]
use crate::coordinate::Coordinate;
use alloc::vec::Vec;
#[cfg(not(target_arch = "wasm32"))]
use ark_bn254::Fq as Coordinate;
use ark_ec::AffineRepr;
#[cfg(not(target_arch = "wasm32"))]
use ark_ff::{AdditiveGroup, Field, Zero};
use core::ops::{Neg, Range};

/// A point in the coordinates that are the fastest here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addend {
    x: Coordinate,
    y: Coordinate,
    is_infinity: bool,
}

impl Addend {
    const INFINITY: Self = Self {
        x: Coordinate::ZERO,
        y: Coordinate::ZERO,
        is_infinity: true,
    };

    pub(crate) const fn is_infinity(&self) -> bool {
        self.is_infinity
    }
}

impl From<&Point> for Addend {
    fn from(point: &Point) -> Self {
        Self {
            x: Coordinate::from(point.x),
            y: Coordinate::from(point.y),
            is_infinity: point.is_zero(),
        }
    }
}

#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(clippy::useless_conversion, reason = "on wasm32 it is one")
)]
impl From<Addend> for Point {
    fn from(addend: Addend) -> Self {
        if addend.is_infinity {
            Self::default()
        } else {
            Self::new_unchecked(addend.x.into(), addend.y.into())
        }
    }
}

impl Neg for Addend {
    type Output = Self;

    fn neg(self) -> Self {
        Self { y: -self.y, ..self }
    }
}

/// The sum of each of `count` buckets. A pick `(point, bucket)` adds the point with this index to the bucket. An
/// empty bucket has the sum infinity.
///
/// # Panics
///
/// A pick names a point or a bucket that does not exist.
pub(crate) fn sums(count: usize, points: &[Addend], picks: &[(u32, u32)]) -> Vec<Addend> {
    let mut ends = alloc::vec![0; count];
    for (_, bucket) in picks {
        ends[*bucket as usize] += 1;
    }
    let mut total = 0;
    for end in &mut ends {
        total += *end;
        *end = total;
    }
    // Filled from their ends, so that the ends become starts.
    let mut starts = ends.clone();
    let mut sorted = alloc::vec![Addend::INFINITY; total];
    for (point, bucket) in picks {
        let place = &mut starts[*bucket as usize];
        *place -= 1;
        sorted[*place] = points[*point as usize];
    }
    let buckets: Vec<Range<usize>> = starts.iter().zip(ends).map(|(s, end)| *s..end).collect();
    collapse(&mut sorted, &buckets);
    let first = |bucket: Range<usize>| sorted[bucket].first().copied().unwrap_or(Addend::INFINITY);
    buckets.into_iter().map(first).collect()
}

/// Leaves the sum of every bucket in its first place.
fn collapse(points: &mut [Addend], buckets: &[Range<usize>]) {
    let longest = buckets.iter().map(Range::len).max().unwrap_or(0);
    let mut pairs = Vec::new();
    let mut stride = 1;
    while stride < longest {
        pairs.clear();
        for bucket in buckets.iter().filter(|bucket| bucket.len() > stride) {
            let firsts = bucket.start..bucket.end - stride;
            pairs.extend(firsts.step_by(2 * stride));
        }
        add_pairs(points, &pairs, stride);
        stride *= 2;
    }
}

/// Adds `points[i + stride]` to `points[i]` for every `i` of `firsts`, with one inversion.
fn add_pairs(points: &mut [Addend], firsts: &[usize], stride: usize) {
    let mut product = Coordinate::ONE;
    let mut steps = Vec::with_capacity(firsts.len());
    for i in firsts {
        let denominator = slope_denominator(&points[*i], &points[i + stride]);
        steps.push((*i, denominator, product));
        product *= denominator;
    }
    let mut inverse = product.inverse().unwrap_or(Coordinate::ZERO);
    for (i, denominator, product) in steps.into_iter().rev() {
        points[i] = add(&points[i], &points[i + stride], product * inverse);
        inverse *= denominator;
    }
}

/// The denominator of the slope of the line through two points. It is never zero, and has no meaning where [`add`]
/// needs no slope.
fn slope_denominator(p: &Addend, q: &Addend) -> Coordinate {
    if p.x != q.x {
        q.x - p.x
    } else if p.y.is_zero() {
        Coordinate::ONE
    } else {
        p.y.double()
    }
}

fn add(p: &Addend, q: &Addend, inverse: Coordinate) -> Addend {
    if p.is_infinity {
        return *q;
    }
    if q.is_infinity {
        return *p;
    }
    let numerator = if p.x != q.x {
        q.y - p.y
    } else if p.y == q.y {
        let square = p.x.square();
        square.double() + square
    } else {
        return Addend::INFINITY;
    };
    let slope = numerator * inverse;
    let x = slope.square() - p.x - q.x;
    Addend {
        x,
        y: slope * (p.x - x) - p.y,
        is_infinity: false,
    }
}
