//! One way of quantising a network, and its comparison with the float network.

use crate::calibrate::{Calibration, Sample};
use crate::comparison::{Comparison, Run};
use crate::error::ImportError;
use crate::importer::{Imported, Importer};
use crate::options::Options;
use crate::plan::Plan;
use crate::quantise::Quantised;
use crate::{loss, quantise};
use rayon::prelude::*;
use zklens_model::Model;

/// The share of labels that must stay if weights are to be coarse, and without which the report
/// names a layer.
pub(crate) const PROMISE: f64 = 0.999;

/// A network that was quantised in one of several ways.
pub(crate) struct Attempt {
    pub(crate) imported: Imported,
    pub(crate) quantised: Quantised,
}

impl Importer {
    /// Names the layer that loses most, if the networks differ by more than [`PROMISE`].
    pub(crate) fn finish(
        &self,
        attempt: Attempt,
        plan: &Plan,
        samples: &[Sample],
        progress: &(dyn Fn() + Sync),
    ) -> Imported {
        let Attempt {
            mut imported,
            quantised,
        } = attempt;
        if !imported.report.keeps(PROMISE) {
            let (quantised, model) = ((plan, &quantised), &imported.model);
            let weakest = loss::weakest(&self.network, quantised, model, samples, progress);
            imported.report.weakest = weakest;
        }
        imported
    }

    /// Quantises the plan's network such that the largest weight of each layer without target has at
    /// least `weight_bits` bits, and compares the integer network with the float network on the
    /// first samples, or all.
    pub(crate) fn attempt(
        &self,
        samples: &[Sample],
        calibration: &Calibration,
        (plan, weight_bits): (&Plan, i32),
        progress: &(dyn Fn() + Sync),
    ) -> Result<Attempt, ImportError> {
        let quantised = quantise::quantise(plan, *self.preprocessing(), weight_bits)?;
        let Options { name, classes, .. } = &self.options;
        let model =
            Model::new(name, classes.clone(), quantised.graph.clone()).map_err(|error| {
                ImportError::Output {
                    reason: error.to_string(),
                }
            })?;
        let run = |sample: &Sample| {
            let trace = model.run(&sample.pixels);
            progress();
            trace.map(|trace| Run::new(&trace, &quantised))
        };
        let runs: Result<Vec<Run>, _> = samples.par_iter().map(run).collect();
        let comparison = Comparison {
            network: &self.network,
            calibration,
            quantised: &quantised,
            samples,
            runs: &runs.map_err(|error| ImportError::Calibration {
                reason: error.to_string(),
            })?,
        };
        let report = comparison.report(&self.pixels);
        let layers = quantised.owners.iter().map(|id| &self.network.layers[*id]);
        let origins = layers.map(|layer| layer.name.clone()).collect();
        let imported = Imported {
            model,
            report,
            origins,
        };
        Ok(Attempt {
            imported,
            quantised,
        })
    }
}
