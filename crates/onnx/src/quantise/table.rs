//! Tables: functions of one value, and products, which are made of squares.

use super::reach::bits;
use super::{ACTIVATION_BITS, MAX_ACTIVATION_BITS, Placed, Quantiser, Saturating};
use crate::calibrate::Range;
use crate::curve::Curve;
use crate::network::LayerId;
use zklens_model::{Add, Axis, Clip, Conv2d, Interval, LookupTable, NodeId, Op, Weights, Window};

/// The bits of a table's input.
const TABLE_BITS: i32 = 12;
/// The bits of a product's factors, without their sign.
const FACTOR_BITS: i32 = 11;

impl Quantiser<'_> {
    pub(super) fn table(&mut self, id: LayerId, curve: &Curve) -> Result<NodeId, String> {
        let input = self.network.layers[id].inputs[0];
        let scale = table_scale(curve, self.ranges[input]);
        let narrow = self.narrow(input)?;
        let node = self.bring_to(narrow, scale)?;
        let half = 1i64 << (TABLE_BITS - 1);
        let domain = Interval {
            lo: -half,
            hi: half - 1,
        };
        let node = if self.bounds(node).hull(domain) == domain {
            node
        } else {
            let clip = self.push(Op::Clip(Clip { bounds: domain }), &[node])?;
            let flat = curve.flat_beyond();
            if flat.is_none_or(|flat| self.ranges[input].magnitude() < flat) {
                self.saturating.push(Saturating::new(id, clip));
            }
            clip
        };
        let seen = self.bounds(node);
        let output_scale = match curve {
            Curve::Sigmoid | Curve::Tanh => ACTIVATION_BITS,
            Curve::LeakyRelu { .. } => scale,
            _ => ACTIVATION_BITS - bits(self.ranges[id].magnitude()),
        };
        let real = |x: i64| x as f64 * f64::from(-scale).exp2();
        let most = f64::from(MAX_ACTIVATION_BITS).exp2() - 1.0;
        let entry = |x: i64| {
            let value = curve.at(real(x)) * f64::from(output_scale).exp2();
            let entry = value.round().clamp(-most, most) as i32;
            (!value.is_nan()).then_some(entry)
        };
        let entries = (seen.lo..=seen.hi)
            .map(entry)
            .collect::<Option<Vec<i32>>>()
            .ok_or("it has no value for some of its inputs")?;
        let table = LookupTable {
            first: seen.lo,
            values: Weights::new(entries),
            scale: output_scale,
        };
        self.push(Op::LookupTable(table), &[node])
    }

    /// `a·b` of whole numbers, as `⌊(a + b)²/4⌋ − ⌊(a − b)²/4⌋`: two tables of squares. Both are
    /// odd or both are even, so it is exact.
    pub(super) fn product(&mut self, id: LayerId) -> Result<Placed, String> {
        let inputs = [0, 1].map(|index| self.network.layers[id].inputs[index]);
        let shapes = inputs.map(|input| self.network.layers[input].shape);
        let mut factors = [0; 2];
        for (factor, input) in factors.iter_mut().zip(inputs) {
            let scale = FACTOR_BITS - bits(self.ranges[input].magnitude() * 1.25);
            let narrow = self.narrow(input)?;
            let node = self.bring_to(narrow, scale)?;
            let hi = (1i64 << FACTOR_BITS) - 1;
            let domain = Interval { lo: -hi, hi };
            *factor = if self.bounds(node).hull(domain) == domain {
                node
            } else {
                let clip = self.push(Op::Clip(Clip { bounds: domain }), &[node])?;
                self.saturating.push(Saturating::new(input, clip));
                clip
            };
        }
        let [a, b] = factors;
        let scale = self.scale(a) + self.scale(b);
        let raise = self.scale(a) - self.scale(b);
        let spread = if shapes[0] == shapes[1] {
            Window::square(1, 1)
        } else {
            // Its one cell is seen from everywhere.
            let axis = |len: usize| Axis {
                kernel: len,
                stride: 1,
                before: len - 1,
                after: len - 1,
            };
            Window {
                height: axis(shapes[0].height()),
                width: axis(shapes[0].width()),
            }
        };
        let channels = shapes[0].channels();
        let mut squares = [0; 2];
        for (square, sign) in squares.iter_mut().zip([1, -1]) {
            let b = self.push(times(sign, raise, spread, channels), &[b])?;
            let mut sum = self.push(Op::Add(Add), &[a, b])?;
            // Bounds add up what a window sees, though all but one cell is padding.
            let hi = (1i64 << (FACTOR_BITS + 1)) - 2;
            let domain = Interval { lo: -hi, hi };
            if self.bounds(sum).hull(domain) != domain {
                sum = self.push(Op::Clip(Clip { bounds: domain }), &[sum])?;
            }
            let seen = self.bounds(sum);
            let entry = |x: i64| i32::try_from((x * x).div_euclid(4)).unwrap_or(i32::MAX);
            let table = LookupTable {
                first: seen.lo,
                values: Weights::new((seen.lo..=seen.hi).map(entry).collect()),
                scale,
            };
            *square = self.push(Op::LookupTable(table), &[sum])?;
        }
        let minus = times(-1, 0, Window::square(1, 1), channels);
        let negated = self.push(minus, &[squares[1]])?;
        let node = self.push(Op::Add(Add), &[squares[0], negated])?;
        let shift = Some(8);
        Ok(Placed { node, shift })
    }
}

/// Every channel times 1 or −1, at a scale finer by `scale`.
fn times(sign: i32, scale: i32, window: Window, channels: usize) -> Op {
    Op::Conv2d(Conv2d {
        weights: Weights::new(vec![sign; window.area() * channels]),
        weight_scale: scale,
        bias: vec![0; channels],
        window,
        groups: channels,
    })
}

/// The scale of a table's input, so that what calibration saw fits.
pub(super) fn table_scale(curve: &Curve, input: Range) -> i32 {
    let reach = match curve.flat_beyond() {
        Some(flat) => input.magnitude().min(flat),
        None => input.magnitude() * 1.25,
    };
    TABLE_BITS - 1 - bits(reach)
}
