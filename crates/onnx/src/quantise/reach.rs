//! The range of a layer's numbers, in bits, and its limits.

use crate::calibrate::Range;
use crate::network::Kind;

/// The most bits of a layer's values and weights, before the point.
const MAX_REAL_BITS: i32 = 32;

/// Checks that a layer's values and weights are neither too large nor too small to pick scales for.
pub(super) fn check(kind: &Kind, range: Range) -> Result<(), String> {
    let reach = range.magnitude();
    let limit = f64::from(MAX_REAL_BITS).exp2();
    if reach > limit || (reach > 0.0 && reach < limit.recip()) {
        return Err(format!(
            "its values reach {reach:.1e} on the calibration images; between {:.1e} and {limit:.1e} is \
             supported",
            limit.recip()
        ));
    }
    let (Kind::Dense(linear) | Kind::Conv { linear, .. }) = kind else {
        return Ok(());
    };
    let numbers = linear.weights.iter().chain(&linear.bias);
    let largest = numbers.fold(0.0f64, |max, x| {
        if x.is_nan() {
            f64::INFINITY
        } else {
            max.max(f64::from(x.abs()))
        }
    });
    if largest > limit {
        return Err(format!(
            "its weights or biases reach {largest:.1e}; at most {limit:.1e} is supported"
        ));
    }
    Ok(())
}

/// The least `b` with `x < 2^b`, but at least −32 and at most 32; 0 if `x` is zero.
pub(super) fn bits(x: f64) -> i32 {
    if x == 0.0 {
        return 0;
    }
    let bits = (x.log2().floor() as i32).saturating_add(1);
    bits.clamp(-MAX_REAL_BITS, MAX_REAL_BITS)
}

/// `x` as an integer with `scale` fraction bits.
pub(super) fn fixed(x: f32, scale: i32) -> i64 {
    (f64::from(x) * f64::from(scale).exp2()).round() as i64
}
