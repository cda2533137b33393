//! Twin of [`zklens_verifier::verify`]: the same steps and labels, and the work between them.

use crate::commitment::{Cells, Vector, commit, open};
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
use zklens_layers::layout::{DEGREE, FREE_CELLS, Layout, TableLayout};
use zklens_layers::lookup::{Helper, LookupChallenges};
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
    let layout = key.layout(images.len())?;
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
    /// The layout of a proof for so many images.
    ///
    /// # Errors
    ///
    /// There is no image, or too many.
    pub fn layout(&self, images: usize) -> Result<Layout, LayerError> {
        let key = self.verifying();
        Layout::new(key.circuit(), key.columns(), images)
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
/// The setup, the layout or the witness is not the key's.
#[expect(clippy::too_many_arguments, reason = "tests lie with each of them")]
pub fn prove_witness(
    setup: &Setup,
    key: &ProvingKey,
    layout: &Layout,
    witness: &Witness,
    labels_of_images: Vec<usize>,
    context: Context,
    rng: &mut dyn CryptoRng,
    progress: &mut dyn FnMut(Stage) -> ControlFlow<()>,
) -> Result<Proved, ProveError> {
    let circuit = key.verifying().circuit();
    Stage::Commitment.begin(progress)?;
    let mut rows = Rows::new(key, layout, witness, rng);
    let committed =
        |rows: &Rows, range: std::ops::Range<usize>| commit(setup, layout.columns, &rows.0[range]);

    // 0. The statement.
    let statement = Statement {
        model: key.verifying().id(),
        inputs: committed(&rows, layout.vectors.pixels.clone()),
        labels: labels_of_images,
        context,
    };
    let mut writer = Writer::new(&statement.digest(setup.verifier()));

    // 1. The witness.
    writer.write_points(
        labels::WITNESS_ROWS,
        &committed(&rows, layout.vectors.witness.clone()),
    );

    // 2. Helpers of lookups.
    Stage::Lookups.begin(progress)?;
    let lookup = LookupChallenges {
        alpha: writer.draw(labels::LOOKUP_POLE),
        beta: writer.draw(labels::LOOKUP_PAIR),
    };
    let entries = entries(key);
    let helpers = Helpers::new(layout, witness, &entries, &lookup);
    rows.0.extend(helpers.rows(layout, rng));
    writer.write_points(
        labels::HELPER_ROWS,
        &committed(&rows, layout.vectors.helpers.clone()),
    );

    // 3. One sum of all rules.
    Stage::Sumcheck.begin(progress)?;
    let coordinates = 1..layout.num_vars;
    let challenges = Challenges {
        lookup,
        point: coordinates
            .map(|_| writer.draw(labels::RULE_POINT))
            .collect(),
        lambda: writer.draw(labels::RULE_POWERS),
    };
    let relations = Relations::new(circuit, layout, &statement.labels, &challenges)?;

    // 4. Sumcheck.
    let random = rows.random(layout).to_vec();
    let summation = Summation {
        key,
        layout,
        witness,
        helpers: &helpers,
        relations: &relations,
        challenges: &challenges,
        random: &random,
    };
    let (constant, wired) = summation.wired();
    let summands = summation.summands(wired);
    let coefficients = &random[FREE_CELLS..][..layout.mask_shape().num_coefficients()];
    let reduced = sumcheck::prove::<DEGREE>(summands, constant, coefficients, &mut writer);

    // 5. The columns' values.
    Stage::Opening.begin(progress)?;
    let values: Vec<Vec<Scalar>> = reduced
        .tables
        .iter()
        .zip(&layout.tables)
        .map(|(cells, table_layout)| cells[..table_layout.placements.len()].to_vec())
        .collect();
    writer.write_scalars(labels::COLUMN_VALUES, &values.concat());

    // 6. Claims on rows.
    let claims = close(
        circuit,
        layout,
        &relations,
        &challenges,
        reduced.claim,
        &values,
    );
    open(setup, layout.columns, &rows.0, &claims, &mut writer);
    Ok(Proved {
        statement,
        proof: writer.finish(),
        opening: rows.opening(layout),
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
struct Rows(Vec<Vector>);

impl Rows {
    /// All but the helpers'.
    fn new(key: &ProvingKey, layout: &Layout, witness: &Witness, rng: &mut dyn CryptoRng) -> Self {
        let first = layout.vectors.pixels.start;
        let mut cells: Vec<Vec<i64>> = vec![Vec::new(); layout.vectors.witness.end - first];
        for (table_layout, columns) in layout.tables.iter().zip(&witness.tables) {
            let kinds = table_layout.rules.columns.iter();
            for ((place, column), kind) in table_layout.placements.iter().zip(columns).zip(kinds) {
                // Arrays of the key have a place there; the bytes of numbers are columns of their own table.
                let Some(place) = place.as_ref().filter(|_| is_written(*kind)) else {
                    continue;
                };
                for span in place.spans() {
                    write(
                        &mut cells[span.vector - first],
                        span.offset,
                        &column[span.cells],
                    );
                }
            }
        }
        let mut rows = key.rows().to_vec();
        rows.extend(cells.into_iter().map(|cells| Vector {
            cells: Cells::Integers(cells),
            blinding: scalar(rng),
        }));
        let mask = &mut rows[layout.vectors.mask];
        mask.cells = Cells::Scalars(with_randomness(layout, &mask.cells, rng));
        Self(rows)
    }

    fn random(&self, layout: &Layout) -> &[Scalar] {
        match &self.0[layout.vectors.mask].cells {
            Cells::Scalars(cells) => cells,
            Cells::Integers(_) | Cells::Sums { .. } => &[],
        }
    }

    fn opening(&self, layout: &Layout) -> InputOpening {
        let rows = &self.0[layout.vectors.pixels.clone()];
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
fn with_randomness(layout: &Layout, cells: &Cells, rng: &mut dyn CryptoRng) -> Vec<Scalar> {
    let mut row = scalars(layout.vectors.random, rng);
    if let Cells::Integers(cells) = cells {
        let others = cells.iter().skip(row.len());
        row.extend(others.map(|cell| Scalar::from(*cell)));
    }
    row
}

/// What it takes to write down the sum.
struct Summation<'a> {
    key: &'a ProvingKey,
    layout: &'a Layout,
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
        let table_layouts = self.layout.tables.iter();
        let mut wired: Vec<Vec<Scalar>> = table_layouts
            .map(|table_layout| vec![Scalar::ZERO; 1 << (table_layout.num_vars() - 1)])
            .collect();
        let tables = self.key.verifying().circuit().tables.iter();
        for (table, relation) in tables.zip(&self.relations.tables) {
            for path in table.operand.iter().flat_map(|operand| &operand.paths) {
                let weights = path.weights.map(|weighted| weighted.array);
                for covector in &relation.covectors {
                    let array = weights.map_or(&[][..], |array| &self.key.arrays()[array]);
                    let source = &self.layout.tables[path.source];
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
        let table_layout = &self.layout.tables[table];
        let columns = table_layout.columns();
        let columns = columns.iter().enumerate();
        let mut tables: Vec<Vec<Scalar>> = columns
            .map(|(column, kind)| self.column(table, column, *kind))
            .collect();
        let blinds = table_layout.blinds.iter().map(|cell| self.random[*cell]);
        let blinds: Vec<Scalar> = blinds.collect();
        let num_vars = table_layout.num_vars();
        if table_layout.helpers.iter().any(Helper::needs_index) {
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
        let table_layout = &self.layout.tables[table];
        let integers =
            |cells: &[i64]| scatter(table_layout, cells.iter().map(|n| Scalar::from(*n)));
        match kind {
            Column::Helper => {
                let helper = column - table_layout.rules.columns.len();
                scatter(table_layout, self.helpers.cells(table, helper))
            }
            Column::Fixed { array } => integers(&self.key.arrays()[array]),
            Column::Byte | Column::Number { .. } | Column::Integer | Column::Index => {
                integers(&self.witness.tables[table][column])
            }
        }
    }
}

/// Cells of a table's tensor at their places in the hypercube, zeros between them.
fn scatter(table_layout: &TableLayout, cells: impl Iterator<Item = Scalar>) -> Vec<Scalar> {
    let mut table = vec![Scalar::ZERO; 1 << (table_layout.num_vars() - 1)];
    let [_, channels, height, width] = table_layout.dims;
    let [_, channel_bits, row_bits, column_bits] = table_layout.bits();
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
