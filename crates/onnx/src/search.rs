//! The search for scales and bytes: [`Importer::quantise`].

use crate::attempt::PROMISE;
use crate::calibrate::{self, Calibration, Sample};
use crate::error::ImportError;
use crate::importer::{Imported, Importer};
use crate::network::{Kind, Layer};
use crate::options::Activations;
use crate::plan::{self, Plan};
use crate::report::Report;

/// The images on which the sensitivity of layers is measured.
const MEASURED: usize = 6;
/// The images on which a choice is tried before it is tried on all.
const TRIED: usize = 64;
/// The last attempt gives every layer all bytes.
const MAX_ATTEMPTS: usize = 6;
/// The least and most bits of a layer's largest weight, in layers whose activations have no bytes.
const WEIGHT_BITS: [i32; 2] = [8, 12];

impl Importer {
    /// Picks scales from `samples` and builds the integer network. Calls `progress` after each run
    /// of a network on a sample: once for the float network, and once or twice for an integer
    /// network.
    ///
    /// # Errors
    ///
    /// `samples` is empty, a sample has the wrong size or an unknown label, or the network cannot
    /// be built in integers of 62 bits.
    pub fn quantise(
        self,
        samples: &[Sample],
        progress: &(dyn Fn() + Sync),
    ) -> Result<Imported, ImportError> {
        self.check(samples)?;
        let images: Vec<&[u8]> = samples.iter().map(|s| s.pixels.values()).collect();
        let calibration = calibrate::calibrate(&self.network, &images, progress);
        if calibration
            .ranges
            .iter()
            .any(|range| !range.magnitude().is_finite())
        {
            return Err(ImportError::Calibration {
                reason: "the float network gives infinite values on the calibration images".into(),
            });
        }
        if self.options.activations == Activations::Auto {
            return cheapest(&self, samples, &calibration, progress);
        }
        let candidates = self.options.precision.candidates();
        let (last, others) = candidates.split_last().unwrap_or((&12, &[]));
        for weight_bits in others {
            let plan = self.plan(&calibration, *weight_bits);
            let attempt = self.attempt(samples, &calibration, (&plan, *weight_bits), progress)?;
            if attempt.imported.report.keeps(PROMISE) {
                return Ok(attempt.imported);
            }
        }
        let plan = self.plan(&calibration, *last);
        let attempt = self.attempt(samples, &calibration, (&plan, *last), progress)?;
        Ok(self.finish(attempt, &plan, samples, progress))
    }

    /// The scales of channels, and the bytes of activations.
    fn plan(&self, calibration: &Calibration, weight_bits: i32) -> Plan {
        let clipped = match self.options.activations {
            Activations::Exact => return Plan::exact(&self.network, calibration),
            Activations::Eight => 1,
            Activations::Sixteen | Activations::Auto => 2,
        };
        let bytes = |layer: &Layer| match layer.kind {
            Kind::Relu | Kind::Clip { .. } => clipped,
            _ => 2,
        };
        let bytes: Vec<u8> = self.network.layers.iter().map(bytes).collect();
        Plan::saturated(&self.network, calibration, &bytes, weight_bits)
    }

    /// Checks the samples' sizes and labels.
    fn check(&self, samples: &[Sample]) -> Result<(), ImportError> {
        let fault = |reason: String| Err(ImportError::Calibration { reason });
        if samples.is_empty() {
            return fault(
                "no images; scales are picked from the network's values on real images".into(),
            );
        }
        let shape = self.preprocessing().shape();
        for (index, sample) in samples.iter().enumerate() {
            if sample.pixels.shape() != shape {
                let got = sample.pixels.shape();
                return fault(format!(
                    "image {index} is {got:?}, the network takes {shape:?}"
                ));
            }
            let classes = self.options.classes.len();
            if let Some(label) = sample.label.filter(|label| *label >= classes) {
                return fault(format!(
                    "image {index} has label {label} of {classes} classes"
                ));
            }
        }
        Ok(())
    }
}

/// A choice that did not keep the labels.
struct Tried {
    plan: Plan,
    weight_bits: i32,
    report: Report,
}

/// Tries choices of bytes, the cheapest first, until the integer network keeps
/// [`Options::agreement`](crate::Options::agreement).
///
/// If even all bytes do not, since the float network wavers between two labels on some image, the
/// cheapest choice is taken that keeps as many labels as all bytes do.
fn cheapest(
    importer: &Importer,
    samples: &[Sample],
    calibration: &Calibration,
    progress: &(dyn Fn() + Sync),
) -> Result<Imported, ImportError> {
    let network = &importer.network;
    let agreement = importer.options.agreement;
    let images: Vec<&[u8]> = samples.iter().map(|s| s.pixels.values()).collect();
    let measured = &images[..images.len().min(MEASURED)];
    let mut budget = plan::budget(network, calibration, measured, progress);
    let mut most = allowed(&calibration.logits, agreement);
    let few = &samples[..samples.len().min(TRIED)];
    let attempt = |plan: &Plan, weight_bits: i32, samples: &[Sample]| {
        importer.attempt(samples, calibration, (plan, weight_bits), progress)
    };
    let mut tried: Vec<Tried> = Vec::new();
    let best = loop {
        let is_last = tried.len() + 1 == MAX_ATTEMPTS;
        let is_all = !budget.spend(if is_last { 0.0 } else { most });
        let plan = Plan::chosen(network, calibration, &budget.choice());
        let weight_bits = weight_bits(network.layers.last(), calibration, most);
        let report = attempt(&plan, weight_bits, few)?.imported.report;
        let is_enough = report.keeps(agreement);
        tried.push(Tried {
            plan,
            weight_bits,
            report,
        });
        if is_enough {
            break tried.len() - 1;
        }
        if is_all || is_last {
            break as_good(&tried, agreement);
        }
        most /= 3.0;
    };
    let Tried {
        plan, weight_bits, ..
    } = &tried[best];
    let attempt = attempt(plan, *weight_bits, samples)?;
    Ok(importer.finish(attempt, plan, samples, progress))
}

/// The first choice that keeps as many labels as the last, and logits as promised; else the last.
fn as_good(tried: &[Tried], agreement: f64) -> usize {
    let last = tried.len() - 1;
    let is_as_good = |tried_before: &Tried| {
        let Report {
            agreement: kept, ..
        } = tried_before.report;
        kept >= tried[last].report.agreement && tried_before.report.is_close(agreement)
    };
    tried.iter().position(is_as_good).unwrap_or(last)
}

/// The mean square of the change of a logit that should keep this share of labels, and ten times
/// the rest as a share of the largest logit.
fn allowed(logits: &[Vec<f32>], agreement: f64) -> f64 {
    let rest = 1.0 - agreement;
    let largest = logits
        .iter()
        .flatten()
        .fold(0.0f32, |max, x| max.max(x.abs()));
    // The largest of many changes is about five times the usual one.
    let by_error = (10.0 * rest * f64::from(largest) / 5.0).powi(2);
    let margins: Vec<f64> = logits.iter().map(|logits| margin(logits)).collect();
    let changed = |noise: f64| {
        let deviation = (2.0 * noise).sqrt();
        let shares = margins.iter().map(|margin| beyond(margin / deviation));
        shares.sum::<f64>() / margins.len().max(1) as f64
    };
    let mut most = by_error.max(f64::MIN_POSITIVE);
    while changed(most) > rest && most > 1e-12 {
        most /= 1.2;
    }
    most
}

/// The largest logit less the second largest.
fn margin(logits: &[f32]) -> f64 {
    let mut best = [f32::NEG_INFINITY; 2];
    for logit in logits {
        if *logit > best[0] {
            best = [*logit, best[0]];
        } else {
            best[1] = best[1].max(*logit);
        }
    }
    f64::from(best[0]) - f64::from(best[1])
}

/// The chance that a normal variable exceeds `x` deviations, within a fifth.
fn beyond(x: f64) -> f64 {
    0.5 * (-0.717 * x - 0.416 * x * x).exp()
}

/// The bits of the last layer's largest weight with which rounding its weights adds at most a
/// sixteenth of `most`.
fn weight_bits(last: Option<&Layer>, calibration: &Calibration, most: f64) -> i32 {
    let [least, greatest] = WEIGHT_BITS;
    let Some(Layer {
        kind: Kind::Dense(linear),
        inputs,
        ..
    }) = last
    else {
        return greatest;
    };
    let powers = &calibration.powers[inputs[0]];
    let cells = linear.weights.len() / linear.bias.len() / powers.len();
    let energy = powers.iter().sum::<f64>() * cells as f64;
    let largest = linear
        .weights
        .iter()
        .fold(0.0f32, |max, w| max.max(w.abs()));
    // A step of the weights moves a logit by step²·energy/12 in the mean square.
    let step = (12.0 * most / 16.0 / energy.max(f64::MIN_POSITIVE)).sqrt();
    let bits = (f64::from(largest) / step).log2().ceil() as i32;
    bits.clamp(least, greatest)
}
