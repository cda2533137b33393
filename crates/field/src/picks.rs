//! Sums of points whose coefficients come from a short list.

use crate::{Point, Scalar, linear_combination};
use alloc::vec::Vec;
use ark_bn254::Fq;
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, Field, Zero, batch_inversion};

/// `Σ values[value]·points[index]` over all picks `(index, value)`; a pick of a point or a value that
/// does not exist is none. Cheaper than [`linear_combination`] if picks are many and values few, and
/// free where the value is zero.
pub fn sum_of_picks(points: &[Point], values: &[Scalar], picks: &[(u32, u32)]) -> Point {
    let mut buckets = alloc::vec![Vec::new(); values.len()];
    for (index, value) in picks {
        let point = usize::try_from(*index).ok().and_then(|i| points.get(i));
        let bucket = usize::try_from(*value)
            .ok()
            .and_then(|i| buckets.get_mut(i));
        if let (Some(point), Some(bucket)) = (point, bucket) {
            bucket.push(*point);
        }
    }
    let (mut buckets, values): (Vec<_>, Vec<Scalar>) = buckets
        .into_iter()
        .zip(values)
        .filter(|(bucket, value)| !bucket.is_empty() && !value.is_zero())
        .unzip();
    while buckets.iter().any(|bucket| bucket.len() > 1) {
        halve(&mut buckets);
    }
    let sums: Vec<Point> = buckets.into_iter().flatten().collect();
    linear_combination(&sums, &values)
}

/// Replaces the points of every bucket, two by two, by their sums. All sums share one inversion.
fn halve(buckets: &mut [Vec<Point>]) {
    let pairs = buckets.iter().flat_map(|bucket| bucket.as_chunks().0);
    let mut inverses: Vec<Fq> = pairs.map(slope_denominator).collect();
    batch_inversion(&mut inverses);
    let mut inverses = inverses.iter();
    for bucket in buckets {
        let (pairs, rest) = bucket.as_chunks();
        let sums = pairs.iter().zip(inverses.by_ref());
        let sums = sums.map(|(pair, inverse)| add(pair, inverse));
        *bucket = sums.chain(rest.iter().copied()).collect();
    }
}

/// What the slope of the line through two points is divided by; without meaning where [`add`] needs
/// no slope.
fn slope_denominator([p, q]: &[Point; 2]) -> Fq {
    if p.x == q.x { p.y.double() } else { q.x - p.x }
}

fn add([p, q]: &[Point; 2], inverse: &Fq) -> Point {
    if p.is_zero() {
        return *q;
    }
    if q.is_zero() {
        return *p;
    }
    let numerator = if p.x != q.x {
        q.y - p.y
    } else if p.y == q.y {
        let square = p.x.square();
        square.double() + square
    } else {
        return Point::zero();
    };
    let slope = numerator * inverse;
    let x = slope.square() - p.x - q.x;
    Point::new_unchecked(x, slope * (p.x - x) - p.y)
}
