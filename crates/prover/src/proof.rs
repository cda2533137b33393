//! Twin of [`zklens_verifier::verify`]: the same steps and labels, and the work between them.

use crate::commitment::{Cells, Row, commit, open};
use crate::key::{ProvingKey, write};
use crate::lookup::Helpers;
use crate::random::{scalar, scalars};
use crate::relation::RowSum;
use crate::stage::Stage;
use crate::sumcheck::{self, Summand};
use crate::wiring::add_transposed;
use crate::witness::Witness;
use rand_core::CryptoRng;
use rayon::prelude::*;
use std::ops::ControlFlow;
use zklens_commitment::Setup;
use zklens_field::{AdditiveGroup, Scalar};
use zklens_layers::circuit::{Path, Table};
use zklens_layers::closing::close;
use zklens_layers::gadget::{Column, Gadget};
use zklens_layers::lookup::{HelperKeys, LookupChallenges};
use zklens_layers::plan::{DEGREE, FREE_CELLS, Plan, TablePlan};
use zklens_layers::wiring::Covector;
use zklens_layers::{Challenges, LayerError, Relations};
use zklens_model::{InputError, Pixels};
use zklens_multilinear::eq_table;
use zklens_transcript::{Writer, labels};
use zklens_verifier::{Context, InputOpening, Statement};

/// A statement with its proof, and what shows which images it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// What is proved.
    pub statement: Statement,
    /// The proof's tape.
    pub proof: Vec<u8>,
    /// What opens the input commitments. To be kept, unless the images are public.
    pub opening: InputOpening,
}

/// Proves what the model of `key` sees in `images`.
///
/// # Errors
///
/// There is no image or too many, or one has another shape than the model takes.
///
/// # Panics
///
/// The setup is another than the key was made with.
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

/// [`prove`] that tells `progress` of each stage before it begins, and ends where that breaks.
///
/// # Errors
///
/// Those of [`prove`], and [`ProveError::Cancelled`].
///
/// # Panics
///
/// The setup is another than the key was made with.
pub fn prove_with(
    setup: &Setup,
    key: &ProvingKey,
    images: &[Pixels],
    context: Context,
    rng: &mut dyn CryptoRng,
    progress: &mut dyn FnMut(Stage) -> ControlFlow<()>,
) -> Result<Proved, ProveError> {
    Stage::Witness.begin(progress)?;
    let plan = key.plan(images.len())?;
    let traces = images.par_iter().map(|pixels| key.model().run(pixels));
    let traces = traces.collect::<Result<Vec<_>, _>>()?;
    let runs: Vec<_> = images.iter().zip(traces).collect();
    let labels = runs.iter().map(|(_, trace)| trace.classification().label());
    let labels: Vec<usize> = labels.collect();
    let witness = Witness::new(key.model(), key.verifying().circuit(), &plan, &runs);
    prove_witness(setup, key, &plan, &witness, labels, context, rng, progress)
}

impl ProvingKey {
    /// The layout of a proof for so many images.
    ///
    /// # Errors
    ///
    /// There is no image, or too many.
    pub fn plan(&self, images: usize) -> Result<Plan, LayerError> {
        let key = self.verifying();
        Plan::new(key.circuit(), key.columns(), images)
    }
}

/// Proves a witness, which [`Witness::new`] makes: [`prove_with`] with a witness and labels of one's own. If
/// they are not those of the model, the proof is refused by every verifier.
///
/// # Errors
///
/// The labels are not of this model, or not as many as images; or [`ProveError::Cancelled`].
///
/// # Panics
///
/// The setup, the plan or the witness is not the key's.
#[expect(clippy::too_many_arguments, reason = "tests lie with each of them")]
pub fn prove_witness(
    setup: &Setup,
    key: &ProvingKey,
    plan: &Plan,
    witness: &Witness,
    labels_of_images: Vec<usize>,
    context: Context,
    rng: &mut dyn CryptoRng,
    progress: &mut dyn FnMut(Stage) -> ControlFlow<()>,
) -> Result<Proved, ProveError> {
    let circuit = key.verifying().circuit();
    Stage::Commitment.begin(progress)?;
    let mut rows = Rows::new(key, plan, witness, rng);
    let committed =
        |rows: &Rows, range: std::ops::Range<usize>| commit(setup, plan.columns, &rows.0[range]);

    // 0. The statement.
    let statement = Statement {
        model: key.verifying().id(),
        inputs: committed(&rows, plan.rows.pixels.clone()),
        labels: labels_of_images,
        context,
    };
    let mut writer = Writer::new(&statement.digest(setup.verifier()));

    // 1. The witness.
    writer.write_points(
        labels::WITNESS_ROWS,
        &committed(&rows, plan.rows.witness.clone()),
    );

    // 2. Helpers of lookups.
    Stage::Lookups.begin(progress)?;
    let lookup = LookupChallenges {
        alpha: writer.draw(labels::LOOKUP_POLE),
        beta: writer.draw(labels::LOOKUP_PAIR),
    };
    let entries = entries(key);
    let helpers = Helpers::new(plan, witness, &entries, &lookup);
    rows.0.extend(helpers.rows(plan, rng));
    writer.write_points(
        labels::HELPER_ROWS,
        &committed(&rows, plan.rows.helpers.clone()),
    );

    // 3. One sum of all rules.
    Stage::Sumcheck.begin(progress)?;
    let coordinates = 1..plan.num_vars;
    let challenges = Challenges {
        lookup,
        point: coordinates
            .map(|_| writer.draw(labels::RULE_POINT))
            .collect(),
        lambda: writer.draw(labels::RULE_POWERS),
    };
    let relations = Relations::new(circuit, plan, &statement.labels, &challenges)?;

    // 4. Sumcheck.
    let random = rows.random(plan).to_vec();
    let summation = Summation {
        key,
        plan,
        witness,
        helpers: &helpers,
        relations: &relations,
        challenges: &challenges,
        random: &random,
    };
    let (constant, wired) = summation.wired();
    let summands = summation.summands(wired);
    let coefficients = &random[FREE_CELLS..][..plan.mask_shape().num_coefficients()];
    let reduced = sumcheck::prove::<DEGREE>(summands, constant, coefficients, &mut writer);

    // 5. The columns' values.
    Stage::Opening.begin(progress)?;
    let values: Vec<Vec<Scalar>> = reduced
        .tables
        .iter()
        .zip(&plan.tables)
        .map(|(cells, layout)| cells[..layout.places.len()].to_vec())
        .collect();
    writer.write_scalars(labels::COLUMN_VALUES, &values.concat());

    // 6. Claims on rows.
    let claims = close(
        circuit,
        plan,
        &relations,
        &challenges,
        reduced.claim,
        &values,
    );
    open(setup, plan.columns, &rows.0, &claims, &mut writer);
    Ok(Proved {
        statement,
        proof: writer.finish(),
        opening: rows.opening(plan),
    })
}

/// For each table of entries, the values of these.
fn entries(key: &ProvingKey) -> Vec<Option<&[i64]>> {
    let tables = key.verifying().circuit().tables.iter();
    let values = |table: &Table| match &table.gadget {
        Gadget::Entries(entries) => Some(key.arrays()[entries.array].as_slice()),
        _ => None,
    };
    tables.map(values).collect()
}

/// All rows, in the order of the commitments.
struct Rows(Vec<Row>);

impl Rows {
    /// All but the helpers'.
    fn new(key: &ProvingKey, plan: &Plan, witness: &Witness, rng: &mut dyn CryptoRng) -> Self {
        let first = plan.rows.pixels.start;
        let mut cells: Vec<Vec<i64>> = vec![Vec::new(); plan.rows.witness.end - first];
        for (layout, columns) in plan.tables.iter().zip(&witness.tables) {
            let kinds = layout.rules.columns.iter();
            for ((place, column), kind) in layout.places.iter().zip(columns).zip(kinds) {
                // Arrays of the key have a place there; the bytes of numbers are columns of their own table.
                let Some(place) = place.as_ref().filter(|_| is_written(*kind)) else {
                    continue;
                };
                for span in place.spans() {
                    write(
                        &mut cells[span.row - first],
                        span.offset,
                        &column[span.cells],
                    );
                }
            }
        }
        let mut rows = key.rows().to_vec();
        rows.extend(cells.into_iter().map(|cells| Row {
            cells: Cells::Integers(cells),
            blinding: scalar(rng),
        }));
        let mask = &mut rows[plan.rows.mask];
        mask.cells = Cells::Scalars(with_randomness(plan, &mask.cells, rng));
        Self(rows)
    }

    fn random(&self, plan: &Plan) -> &[Scalar] {
        match &self.0[plan.rows.mask].cells {
            Cells::Scalars(cells) => cells,
            Cells::Integers(_) | Cells::Sums { .. } => &[],
        }
    }

    fn opening(&self, plan: &Plan) -> InputOpening {
        let rows = &self.0[plan.rows.pixels.clone()];
        InputOpening {
            blindings: rows.iter().map(|row| row.blinding).collect(),
        }
    }
}

/// Whether a column's own cells are committed.
const fn is_written(kind: Column) -> bool {
    match kind {
        Column::Byte | Column::Integer => true,
        Column::Number { .. } | Column::Helper | Column::Fixed { .. } | Column::Index => false,
    }
}

/// The mask row: random cells, and those that it has behind them.
fn with_randomness(plan: &Plan, cells: &Cells, rng: &mut dyn CryptoRng) -> Vec<Scalar> {
    let mut row = scalars(plan.rows.random, rng);
    if let Cells::Integers(cells) = cells {
        let others = cells.iter().skip(row.len());
        row.extend(others.map(|cell| Scalar::from(*cell)));
    }
    row
}

/// What it takes to write down the sum.
struct Summation<'a> {
    key: &'a ProvingKey,
    plan: &'a Plan,
    witness: &'a Witness,
    helpers: &'a Helpers,
    relations: &'a Relations,
    challenges: &'a Challenges,
    /// The mask row.
    random: &'a [Scalar],
}

impl Summation<'_> {
    /// The constant with the biases, and for each table the weights that wires ask of its output.
    fn wired(&self) -> (Scalar, Vec<Vec<Scalar>>) {
        let mut constant = self.relations.constant;
        let layouts = self.plan.tables.iter();
        let mut wired: Vec<Vec<Scalar>> = layouts
            .map(|layout| vec![Scalar::ZERO; 1 << (layout.num_vars() - 1)])
            .collect();
        let tables = self.key.verifying().circuit().tables.iter();
        for (table, relation) in tables.zip(&self.relations.tables) {
            for path in table.operand.iter().flat_map(|operand| &operand.paths) {
                let weights = path.weights.map(|weighted| weighted.array);
                for covector in &relation.covectors {
                    let array = weights.map_or(&[][..], |array| &self.key.arrays()[array]);
                    let source = &self.plan.tables[path.source];
                    add_transposed(&mut wired[path.source], source, path, covector, array);
                    if let Some(array) = weights {
                        constant += bias(path, covector, &self.key.arrays()[array + 1]);
                    }
                }
            }
        }
        (constant, wired)
    }

    /// A summand for each table.
    fn summands(&self, wired: Vec<Vec<Scalar>>) -> Vec<Summand> {
        let tables = wired.into_par_iter().enumerate();
        tables
            .map(|(table, wired)| self.summand(table, wired))
            .collect()
    }

    /// Its first tables are the columns.
    fn summand(&self, table: usize, wired: Vec<Scalar>) -> Summand {
        let layout = &self.plan.tables[table];
        let columns = layout.columns();
        let columns = columns.iter().enumerate();
        let mut tables: Vec<Vec<Scalar>> = columns
            .map(|(column, kind)| self.column(table, column, *kind))
            .collect();
        let blinds = layout.blinds.iter().map(|cell| self.random[*cell]);
        let blinds: Vec<Scalar> = blinds.collect();
        let num_vars = layout.num_vars();
        if layout.helpers.iter().any(HelperKeys::needs_index) {
            tables.push((0..1_u64 << (num_vars - 1)).map(Scalar::from).collect());
        }
        let num_columns = tables.len();
        tables.push(wired);
        let skipped = self.challenges.point.len() + 1 - num_vars;
        tables.push(eq_table(&self.challenges.point[skipped..]));
        let relation = &self.relations.tables[table];
        let sum = RowSum::new(relation, blinds.len(), num_columns);
        Summand::new(num_vars, tables, blinds, sum)
    }

    /// A column over the hypercube.
    fn column(&self, table: usize, column: usize, kind: Column) -> Vec<Scalar> {
        let layout = &self.plan.tables[table];
        let integers = |cells: &[i64]| scatter(layout, cells.iter().map(|n| Scalar::from(*n)));
        match kind {
            Column::Helper => {
                let helper = column - layout.rules.columns.len();
                scatter(layout, self.helpers.cells(table, helper))
            }
            Column::Fixed { array } => integers(&self.key.arrays()[array]),
            Column::Byte | Column::Number { .. } | Column::Integer | Column::Index => {
                integers(&self.witness.tables[table][column])
            }
        }
    }
}

/// Cells of a table's tensor at their places in the hypercube, zeros between them.
fn scatter(layout: &TablePlan, cells: impl Iterator<Item = Scalar>) -> Vec<Scalar> {
    let mut table = vec![Scalar::ZERO; 1 << (layout.num_vars() - 1)];
    let [_, channels, height, width] = layout.dims;
    let [_, channel_bits, row_bits, column_bits] = layout.bits();
    let mut cells = cells;
    for image in table.chunks_mut(1 << (channel_bits + row_bits + column_bits)) {
        for plane in image
            .chunks_mut(1 << (row_bits + column_bits))
            .take(channels)
        {
            for line in plane.chunks_mut(1 << column_bits).take(height) {
                for (to, cell) in line[..width].iter_mut().zip(cells.by_ref()) {
                    *to = cell;
                }
            }
        }
    }
    table
}

/// What a layer's bias adds to the constant.
fn bias(path: &Path, covector: &Covector, bias: &[i64]) -> Scalar {
    let covector = covector.at_end_of(path);
    let [_, channels, _, _] = &covector.axes;
    let terms = channels.values().into_iter().zip(bias);
    let sum: Scalar = terms
        .map(|(weight, bias)| weight * Scalar::from(*bias))
        .sum();
    sum * covector.per_channel()
}

/// Why nothing was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProveError {
    /// An image does not fit the model.
    #[error(transparent)]
    Image(#[from] InputError),
    /// There is no image, or there are too many.
    #[error(transparent)]
    Batch(#[from] LayerError),
    /// The one who was told of progress wanted no more.
    #[error("proving was cancelled")]
    Cancelled,
}
