//! Compares the integer network with the float network on the calibration images.

use crate::calibrate::{Calibration, Sample};
use crate::network::{Layer, Network};
use crate::quantise::{Quantised, Saturating};
use crate::report::{LayerReport, Report};
use zklens_model::{Classification, Op, Trace};

/// A run of the integer network on a sample.
#[derive(Debug)]
pub(crate) struct Run {
    /// For each saturating clip, the number of values that it changed.
    clipped: Vec<usize>,
    classification: Classification,
}

impl Run {
    pub(crate) fn new(trace: &Trace, quantised: &Quantised) -> Self {
        Self {
            clipped: clipped(trace, quantised),
            classification: trace.classification().clone(),
        }
    }
}

/// A float network and the integer network made from it, with their runs on the same samples.
pub(crate) struct Comparison<'a> {
    pub(crate) network: &'a Network,
    /// The runs of the float network.
    pub(crate) calibration: &'a Calibration,
    pub(crate) quantised: &'a Quantised,
    pub(crate) samples: &'a [Sample],
    /// The runs of the integer network, one per sample.
    pub(crate) runs: &'a [Run],
}

impl Comparison<'_> {
    /// The report. `pixels` says which values the pixels were taken as.
    pub(crate) fn report(&self, pixels: &str) -> Report {
        let Self {
            calibration, runs, ..
        } = self;
        let count = self.samples.len();
        let share = |hits: usize| hits as f64 / count as f64;
        let float_labels: Vec<usize> = calibration.logits.iter().map(|l| argmax(l)).collect();
        let labels: Option<Vec<usize>> = self.samples.iter().map(|sample| sample.label).collect();
        let accuracy = |guess: &dyn Fn(usize) -> usize| {
            let labels = labels.as_ref()?;
            Some(share(
                (0..count).filter(|i| guess(*i) == labels[*i]).count(),
            ))
        };
        let agreeing = (0..count)
            .filter(|i| runs[*i].classification.label() == float_labels[*i])
            .count();
        let errors = runs
            .iter()
            .zip(&calibration.logits)
            .flat_map(|(run, float)| {
                let unit = f64::from(-run.classification.scale()).exp2();
                let logits = run.classification.logits().iter().zip(float);
                logits
                    .map(move |(integer, float)| (*integer as f64 * unit - f64::from(*float)).abs())
            });
        let largest = calibration
            .logits
            .iter()
            .flatten()
            .fold(0.0f32, |max, x| max.max(x.abs()));
        Report {
            images: count,
            float_accuracy: accuracy(&|i| float_labels[i]),
            integer_accuracy: accuracy(&|i| runs[i].classification.label()),
            agreement: share(agreeing),
            largest_logit_error: errors.fold(0.0, f64::max),
            largest_logit: f64::from(largest),
            pixels: pixels.into(),
            weakest: None,
            layers: self.layer_reports(),
        }
    }

    fn layer_reports(&self) -> Vec<LayerReport> {
        let Self {
            quantised, runs, ..
        } = self;
        let nodes = quantised.graph.nodes();
        let report = |(id, layer): (usize, &Layer)| {
            let node = quantised.nodes[id];
            let tensor = nodes[node].tensor();
            let range = self.calibration.ranges[id];
            let mut clips = quantised.saturating.iter();
            let clip = clips.position(|clip| clip.layer == id);
            let saturation = clip.map(|clip| {
                let clipped: usize = runs.iter().map(|run| run.clipped[clip]).sum();
                clipped as f64 / (runs.len() * layer.shape.len()) as f64
            });
            LayerReport {
                name: layer.name.clone(),
                operator: layer.kind.name(),
                shape: [
                    layer.shape.channels(),
                    layer.shape.height(),
                    layer.shape.width(),
                ],
                seen: [range.min, range.max],
                node,
                scale: tensor.scale,
                bounds: [tensor.bounds.lo, tensor.bounds.hi],
                saturation,
            }
        };
        self.network.layers.iter().enumerate().map(report).collect()
    }
}

/// For each saturating clip, the number of values that it changed.
fn clipped(trace: &Trace, quantised: &Quantised) -> Vec<usize> {
    let nodes = quantised.graph.nodes();
    let count = |clip: &Saturating| {
        let node = &nodes[clip.node];
        debug_assert!(matches!(node.op(), Op::Clip(_)));
        let area = node.tensor().shape.area();
        let before = trace.output(node.inputs()[0]).chunks(area);
        let channels = before.zip(trace.output(clip.node).chunks(area));
        let counted = channels
            .enumerate()
            .filter(|(channel, _)| *clip.channels.get(*channel).unwrap_or(&true));
        let cells = counted.flat_map(|(_, (before, after))| before.iter().zip(after));
        cells
            .filter(|(x, y)| x > y || (clip.below && x < y))
            .count()
    };
    quantised.saturating.iter().map(count).collect()
}

/// The position of the largest logit; the first one of equals.
fn argmax(logits: &[f32]) -> usize {
    let best = logits
        .iter()
        .enumerate()
        .rev()
        .max_by(|a, b| a.1.total_cmp(b.1));
    best.map_or(0, |(class, _)| class)
}
