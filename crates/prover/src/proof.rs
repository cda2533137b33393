//! The prover's counterpart of [`zklens_verifier::verify`]: the same steps and labels, and the work between them.

use crate::commitment::open;
use crate::error::ProveError;
use crate::key::ProvingKey;
use crate::lookup::Helpers;
use crate::progress::{Progress, Reports, predict};
use crate::stage::Stage;
use crate::sumcheck;
use crate::summation::Summation;
use crate::vectors::Vectors;
use crate::witness::Witness;
use rand_core::CryptoRng;
use rayon::prelude::*;
use std::ops::{ControlFlow, Range};
use zklens_commitment::Setup;
use zklens_field::{Point, Scalar};
use zklens_layers::circuit::Table;
use zklens_layers::gadgets::Gadget;
use zklens_layers::gadgets::lookup::LookupChallenges;
use zklens_layers::layout::{DEGREE, FREE_CELLS, Layout};
use zklens_layers::relation::closing::close;
use zklens_layers::{Challenges, LayerError, Relations};
use zklens_model::Pixels;
use zklens_transcript::{Writer, labels};
use zklens_verifier::{Context, InputOpening, Statement};

/// A statement, its proof, and the opening of its input commitments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// The statement that is proved.
    pub statement: Statement,
    /// The proof's tape.
    pub proof: Vec<u8>,
    /// Opens the input commitments, which shows which images were classified. Keep it secret, unless the images are public.
    pub opening: InputOpening,
}

/// Proves which labels the model of `key` gives `images`.
///
/// # Errors
///
/// [`ProveError::Batch`] if `images` is empty or too long, [`ProveError::Image`] if an image does not have the shape of the
/// network's input.
///
/// # Panics
///
/// If the key was made with a different setup.
pub fn prove(
    setup: &Setup,
    key: &ProvingKey,
    images: &[Pixels],
    context: Context,
    rng: &mut dyn CryptoRng,
) -> Result<Proved, ProveError> {
    let unstoppable = &mut |_| ControlFlow::Continue(());
    prove_with(setup, key, images, context, rng, unstoppable)
}

/// As [`prove`], with reports of progress. Calls `progress` before each stage and several times during a long one, always
/// on this thread, and stops if it breaks.
///
/// # Errors
///
/// Those of [`prove`], and [`ProveError::Cancelled`].
///
/// # Panics
///
/// If the key was made with a different setup.
pub fn prove_with(
    setup: &Setup,
    key: &ProvingKey,
    images: &[Pixels],
    context: Context,
    rng: &mut dyn CryptoRng,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Proved, ProveError> {
    let layout = key.layout(images.len())?;
    Reports::new(predict(key, &layout), progress).begin(Stage::Witness)?;
    let traces = images.par_iter().map(|pixels| key.model().run(pixels));
    let traces = traces.collect::<Result<Vec<_>, _>>()?;
    let runs: Vec<_> = images.iter().zip(traces).collect();
    let labels = runs.iter().map(|(_, trace)| trace.classification().label());
    let labels: Vec<usize> = labels.collect();
    let witness = Witness::new(key.model(), key.verifying().circuit(), &layout, &runs);
    prove_witness(
        setup, key, &layout, &witness, labels, context, rng, progress,
    )
}

impl ProvingKey {
    /// The layout of a proof for `images` images.
    ///
    /// # Errors
    ///
    /// Those of [`Layout::new`], for example zero images or too many.
    pub fn layout(&self, images: usize) -> Result<Layout, LayerError> {
        let key = self.verifying();
        Layout::new(key.circuit(), key.columns(), images)
    }
}

/// Proves a given witness with given labels; [`Witness::new`] makes an honest one. Every verifier refuses the proof of a
/// witness or labels that are not the model's.
///
/// # Errors
///
/// [`ProveError::Batch`] if a label is not a class of the model or there is not one for each image;
/// [`ProveError::Cancelled`].
///
/// # Panics
///
/// If setup, layout or witness do not belong to the key.
#[expect(clippy::too_many_arguments, reason = "tests lie with each of them")]
pub fn prove_witness(
    setup: &Setup,
    key: &ProvingKey,
    layout: &Layout,
    witness: &Witness,
    labels_of_images: Vec<usize>,
    context: Context,
    rng: &mut dyn CryptoRng,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Proved, ProveError> {
    let circuit = key.verifying().circuit();
    let mut reports = Reports::new(predict(key, layout), progress);
    reports.begin(Stage::Commitment)?;
    let mut vectors = Vectors::new(key, layout, witness, circuit.range_table(), rng);
    let ranges = &layout.vectors;

    // 0. The statement.
    let statement = Statement {
        model: key.verifying().id(),
        inputs: vectors.commit(setup, layout, &ranges.pixels),
        labels: labels_of_images,
        context,
    };
    let mut writer = Writer::new(&statement.digest(setup.verifier()));

    // 1. The witness.
    let commitments = commit(setup, layout, &mut vectors, &ranges.witness, &mut reports)?;
    writer.write_points(labels::WITNESS_ROWS, &commitments);

    // 2. Helpers of lookups.
    reports.begin(Stage::Lookups)?;
    let lookup = LookupChallenges {
        alpha: writer.draw(labels::LOOKUP_POLE),
        beta: writer.draw(labels::LOOKUP_PAIR),
    };
    let helpers = Helpers::new(layout, witness, &entries(key), &lookup);
    let sums = vectors.take_sums();
    vectors.extend(helpers.vectors(layout, &sums, rng));
    let commitments = commit(setup, layout, &mut vectors, &ranges.helpers, &mut reports)?;
    writer.write_points(labels::HELPER_ROWS, &commitments);

    // 3. One sum of all rules.
    reports.begin(Stage::Sumcheck)?;
    let challenges = draw_challenges(layout, lookup, &mut writer);
    let relations = Relations::new(circuit, layout, &statement.labels, &challenges)?;

    // 4. Sumcheck.
    let mask = vectors.mask(layout);
    let summation = Summation {
        key,
        layout,
        witness,
        helpers: &helpers,
        relations: &relations,
        challenges: &challenges,
        mask,
    };
    let (constant, wired) = summation.wired();
    let summands = summation.summands(wired);
    let coefficients = &mask[FREE_CELLS..][..layout.mask_shape().num_coefficients()];
    let reduced = sumcheck::prove_with::<DEGREE, _>(
        summands,
        constant,
        coefficients,
        &mut writer,
        &mut |done, of| reports.advance(done, of),
    )?;

    // 5. The columns' values.
    reports.begin(Stage::Opening)?;
    let tables = reduced.tables.iter().zip(&layout.tables);
    let values: Vec<Vec<Scalar>> = tables
        .map(|(cells, table_layout)| cells[..table_layout.placements.len()].to_vec())
        .collect();
    writer.write_scalars(labels::COLUMN_VALUES, &values.concat());

    // 6. Claims on committed vectors.
    let claim = reduced.claim;
    let claims = close(circuit, layout, &relations, &challenges, claim, &values);
    open(setup, layout.columns, vectors.all(), &claims, &mut writer);
    Ok(Proved {
        statement,
        proof: writer.finish(),
        opening: vectors.opening(layout),
    })
}

/// Commits to a range of vectors, and reports how many of them are committed to.
fn commit(
    setup: &Setup,
    layout: &Layout,
    vectors: &mut Vectors,
    range: &Range<usize>,
    reports: &mut Reports<'_>,
) -> Result<Vec<Point>, ProveError> {
    // Some 100 milliseconds of two cores.
    const VECTORS: usize = 64;
    let mut commitments = Vec::with_capacity(range.len());
    for start in range.clone().step_by(VECTORS) {
        let end = range.end.min(start + VECTORS);
        commitments.extend(vectors.commit(setup, layout, &(start..end)));
        reports.advance(commitments.len(), range.len())?;
    }
    Ok(commitments)
}

/// Draws the challenges of step 3. Those of lookups were drawn before.
fn draw_challenges(layout: &Layout, lookup: LookupChallenges, writer: &mut Writer) -> Challenges {
    let coordinates = 1..layout.num_vars;
    Challenges {
        lookup,
        point: coordinates
            .map(|_| writer.draw(labels::RULE_POINT))
            .collect(),
        lambda: writer.draw(labels::RULE_POWERS),
    }
}

/// For each table of the circuit, the values of its entries if it has any.
pub(crate) fn entries(key: &ProvingKey) -> Vec<Option<Vec<i64>>> {
    let tables = key.verifying().circuit().tables.iter();
    let values = |table: &Table| match &table.gadget {
        Gadget::Entries(entries) => Some(key.array(entries.array)),
        _ => None,
    };
    tables.map(values).collect()
}
