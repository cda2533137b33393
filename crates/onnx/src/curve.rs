//! Functions of one value, which become tables of the integer network.

use std::sync::Arc;

/// A function of one value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Curve {
    Sigmoid,
    Tanh,
    LeakyRelu {
        alpha: f32,
    },
    Elu {
        alpha: f32,
    },
    Celu {
        alpha: f32,
    },
    Selu {
        alpha: f32,
        gamma: f32,
    },
    Gelu,
    /// The approximation of GELU by a tanh.
    GeluTanh,
    Swish {
        alpha: f32,
    },
    HardSwish,
    Mish,
    Softplus,
    Softsign,
    ThresholdedRelu {
        alpha: f32,
    },
    Exp,
    Log,
    Sqrt,
    Reciprocal,
    Erf,
    Abs,
    Sin,
    Cos,
    Atan,
    Power {
        exponent: f32,
    },
    /// A function that several layers of the network compute together.
    Composed(Arc<Formula>),
}

/// A formula in one value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Formula {
    /// The value itself.
    X,
    Affine {
        scale: f32,
        offset: f32,
        of: Arc<Self>,
    },
    Clip {
        lo: f32,
        hi: f32,
        of: Arc<Self>,
    },
    Curve(Curve, Arc<Self>),
    Sum(Arc<Self>, Arc<Self>),
    Product(Arc<Self>, Arc<Self>),
    Quotient(Arc<Self>, Arc<Self>),
    Larger(Arc<Self>, Arc<Self>),
    Smaller(Arc<Self>, Arc<Self>),
}

impl Curve {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Sigmoid => "Sigmoid",
            Self::Tanh => "Tanh",
            Self::LeakyRelu { .. } => "LeakyRelu",
            Self::Elu { .. } => "Elu",
            Self::Celu { .. } => "Celu",
            Self::Selu { .. } => "Selu",
            Self::Gelu | Self::GeluTanh => "Gelu",
            Self::Swish { .. } => "Swish",
            Self::HardSwish => "HardSwish",
            Self::Mish => "Mish",
            Self::Softplus => "Softplus",
            Self::Softsign => "Softsign",
            Self::ThresholdedRelu { .. } => "ThresholdedRelu",
            Self::Exp => "Exp",
            Self::Log => "Log",
            Self::Sqrt => "Sqrt",
            Self::Reciprocal => "Reciprocal",
            Self::Erf => "Erf",
            Self::Abs => "Abs",
            Self::Sin => "Sin",
            Self::Cos => "Cos",
            Self::Atan => "Atan",
            Self::Power { .. } => "Pow",
            Self::Composed(_) => "Function",
        }
    }

    pub(crate) fn at(&self, x: f64) -> f64 {
        let exponential = |alpha: f32, x: f64| f64::from(alpha) * x.exp_m1();
        match self {
            Self::Sigmoid => sigmoid(x),
            Self::Tanh => x.tanh(),
            Self::LeakyRelu { alpha } if x < 0.0 => f64::from(*alpha) * x,
            Self::Elu { alpha } if x < 0.0 => exponential(*alpha, x),
            Self::Celu { alpha } if x < 0.0 => exponential(*alpha, x / f64::from(*alpha)),
            Self::Selu { alpha, gamma } if x < 0.0 => f64::from(*gamma) * exponential(*alpha, x),
            Self::Selu { gamma, .. } => f64::from(*gamma) * x,
            Self::LeakyRelu { .. } | Self::Elu { .. } | Self::Celu { .. } => x,
            Self::Gelu => 0.5 * x * (1.0 + erf(x * core::f64::consts::FRAC_1_SQRT_2)),
            Self::GeluTanh => {
                let inner = core::f64::consts::FRAC_2_PI.sqrt() * (x + 0.044_715 * x.powi(3));
                0.5 * x * (1.0 + inner.tanh())
            }
            Self::Swish { alpha } => x * sigmoid(f64::from(*alpha) * x),
            Self::HardSwish => x * (x / 6.0 + 0.5).clamp(0.0, 1.0),
            Self::Mish => x * softplus(x).tanh(),
            Self::Softplus => softplus(x),
            Self::Softsign => x / (1.0 + x.abs()),
            Self::ThresholdedRelu { alpha } => {
                if x > f64::from(*alpha) {
                    x
                } else {
                    0.0
                }
            }
            Self::Exp => x.exp(),
            Self::Log => x.ln(),
            Self::Sqrt => x.sqrt(),
            Self::Reciprocal => x.recip(),
            Self::Erf => erf(x),
            Self::Abs => x.abs(),
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Atan => x.atan(),
            Self::Power { exponent } => x.powf(f64::from(*exponent)),
            Self::Composed(formula) => formula.at(x),
        }
    }

    /// Whether a larger input never gives a smaller output.
    pub(crate) fn is_increasing(&self) -> bool {
        match self {
            Self::LeakyRelu { alpha } | Self::Elu { alpha } => *alpha >= 0.0,
            Self::Celu { alpha } => *alpha > 0.0,
            Self::Selu { alpha, gamma } => *alpha >= 0.0 && *gamma >= 0.0,
            Self::Sigmoid
            | Self::Tanh
            | Self::Softplus
            | Self::Softsign
            | Self::Exp
            | Self::Erf
            | Self::Atan => true,
            _ => false,
        }
    }

    /// The magnitude of inputs beyond which the curve is constant to 12 bits, if there is one.
    pub(crate) const fn flat_beyond(&self) -> Option<f64> {
        match self {
            Self::Sigmoid => Some(8.0),
            Self::Tanh => Some(4.0),
            _ => None,
        }
    }
}

impl Formula {
    fn at(&self, x: f64) -> f64 {
        match self {
            Self::X => x,
            Self::Affine { scale, offset, of } => f64::from(*scale) * of.at(x) + f64::from(*offset),
            Self::Clip { lo, hi, of } => of.at(x).max(f64::from(*lo)).min(f64::from(*hi)),
            Self::Curve(curve, of) => curve.at(of.at(x)),
            Self::Sum(a, b) => a.at(x) + b.at(x),
            Self::Product(a, b) => a.at(x) * b.at(x),
            Self::Quotient(a, b) => a.at(x) / b.at(x),
            Self::Larger(a, b) => a.at(x).max(b.at(x)),
            Self::Smaller(a, b) => a.at(x).min(b.at(x)),
        }
    }

    /// Roughly the number of operations for one value.
    pub(crate) fn len(&self) -> usize {
        let both = |a: &Self, b: &Self| a.len().saturating_add(b.len());
        let inner = match self {
            Self::X => 0,
            Self::Affine { of, .. } | Self::Clip { of, .. } => of.len(),
            Self::Curve(Curve::Composed(formula), of) => both(formula, of),
            Self::Curve(_, of) => of.len(),
            Self::Sum(a, b)
            | Self::Product(a, b)
            | Self::Quotient(a, b)
            | Self::Larger(a, b)
            | Self::Smaller(a, b) => both(a, b),
        };
        inner.saturating_add(1)
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The error function: its Taylor series near zero, its continued fraction beyond
/// (Abramowitz and Stegun, 7.1.6 and 7.1.14).
fn erf(x: f64) -> f64 {
    let size = x.abs();
    if size > 6.0 {
        return x.signum();
    }
    let density = core::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp();
    if size < 2.5 {
        let mut term = x;
        let mut sum = x;
        for n in 1..80 {
            term *= 2.0 * x * x / f64::from(2 * n + 1);
            sum += term;
        }
        return density * sum;
    }
    let mut fraction = size;
    for n in (1..60).rev() {
        fraction = size + f64::from(n) / 2.0 / fraction;
    }
    x.signum() * (1.0 - density / 2.0 / fraction)
}

#[cfg(test)]
mod tests {
    use super::{Curve, erf};

    /// Values of tables (Abramowitz and Stegun, table 7.1).
    #[test]
    fn the_error_function_is_that_of_tables() {
        for (x, value) in [
            (0.0, 0.0),
            (0.1, 0.112_462_916_0),
            (0.5, 0.520_499_877_8),
            (1.0, 0.842_700_792_9),
            (2.0, 0.995_322_265_0),
            (2.4, 0.999_311_486_1),
            (2.6, 0.999_763_965_6),
            (3.0, 0.999_977_909_5),
            (7.0, 1.0),
        ] {
            assert!((erf(x) - value).abs() < 1e-9, "{x}: {}", erf(x));
            assert!((erf(-x) + value).abs() < 1e-9, "{x}");
        }
    }

    #[test]
    fn curves_called_increasing_increase() {
        let alpha = 0.3;
        for curve in [
            Curve::Sigmoid,
            Curve::Tanh,
            Curve::LeakyRelu { alpha },
            Curve::Elu { alpha },
            Curve::Celu { alpha },
            Curve::Selu { alpha, gamma: 1.1 },
            Curve::Softplus,
            Curve::Softsign,
            Curve::Exp,
            Curve::Erf,
            Curve::Atan,
        ] {
            assert!(curve.is_increasing());
            let points: Vec<f64> = (-1000..1000)
                .map(|i| curve.at(f64::from(i) / 100.0))
                .collect();
            assert!(
                points.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12),
                "{}",
                curve.name()
            );
        }
    }
}
