//! A slow prover that commits to any scalars, and that a test can make lie between any two messages. It shares only the
//! commitment and the sumcheck with the fast prover.

use crate::case::{CONTEXT, Case, REFUSED};
use crate::common::setup;
use crate::network::{ByteAt, Cells, Network, row_of, write};
use crate::rules::{Rule, broken_bytes, broken_rules};
use crate::summand::{summand, total};
use std::collections::BTreeSet;
use zklens_commitment::Claim;
use zklens_field::{AdditiveGroup, Field, Point, Scalar};
use zklens_layers::dims::products;
use zklens_layers::gadgets::Column;
use zklens_layers::gadgets::lookup::{Helper, LookupChallenges};
use zklens_layers::layout::{DEGREE, FREE_CELLS};
use zklens_layers::relation::closing::close;
use zklens_layers::{Challenges, Relations};
use zklens_prover::Proved;
use zklens_prover::commitment::{self, Vector, commit, open};
use zklens_prover::sumcheck;
use zklens_transcript::{Writer, labels};
use zklens_verifier::{InputOpening, Statement, VerifyError, VerifyingKey};

/// The values and the changes with which the prover makes its proof.
pub(crate) struct Script<'a> {
    pub(crate) network: &'a Network,
    pub(crate) labels: Vec<usize>,
    /// The cells of all tables, to which it commits.
    pub(crate) cells: Cells,
    /// Changes the committed vectors, beside the cells of tables.
    pub(crate) rows: fn(&Network, &mut [Vec<Scalar>]),
    /// Changes the cells after they were committed to and the challenges of lookups are known.
    pub(crate) after_draw: fn(&LookupChallenges, &mut Cells),
    /// Changes the helpers, table by table.
    pub(crate) helpers: fn(&Network, &mut Cells),
    /// Changes the claims that it opens.
    pub(crate) claims: fn(&Network, &mut Vec<Claim>),
    /// Cells whose committed vector differs from the sum and the values.
    pub(crate) decoupled: Vec<Decoupled>,
    /// A cell that it chooses last, so that the sum is zero. Its committed vector keeps the old value.
    pub(crate) solved: Option<CellAt>,
    /// The key that its statement names.
    pub(crate) key: &'a VerifyingKey,
}

/// A cell of a column. Helpers come after the other columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CellAt {
    pub(crate) table: usize,
    pub(crate) column: usize,
    pub(crate) row: usize,
}

/// A cell, and the difference between its value in the committed vector and in the sum.
pub(crate) struct Decoupled {
    pub(crate) at: CellAt,
    pub(crate) by: Scalar,
}

impl<'a> Script<'a> {
    /// The whole witness of a case, and nothing else.
    pub(crate) fn new(case: &'a Case) -> Self {
        Self::of(&case.network, case.labels.clone(), case.cells())
    }

    /// These cells, and nothing else.
    pub(crate) fn of(network: &'a Network, labels: Vec<usize>, cells: Cells) -> Self {
        Self {
            network,
            labels,
            cells,
            rows: |_, _| (),
            after_draw: |_, _| (),
            helpers: |_, _| (),
            claims: |_, _| (),
            decoupled: Vec::new(),
            solved: None,
            key: &network.key,
        }
    }

    /// Lets a row hold more than the sum says.
    pub(crate) fn decouple(&mut self, at: CellAt, by: Scalar) {
        self.decoupled.push(Decoupled { at, by });
    }

    /// A cell of the rows of bytes.
    pub(crate) fn byte(&mut self, ByteAt { chunk, row }: ByteAt) -> &mut Scalar {
        &mut self.cells[self.network.circuit().range_table()][chunk][row]
    }

    pub(crate) fn broken(&self) -> BTreeSet<Rule> {
        let (network, cells) = (self.network, &self.cells);
        let mut bytes = cells.clone();
        let cells_apart = self.decoupled.iter().map(|Decoupled { at, by }| (at, *by));
        let apart = cells_apart.clone().map(|(at, _)| at).chain(&self.solved);
        let rows = apart.map(|CellAt { table, column, .. }| Rule::Row {
            table: *table,
            column: *column,
        });
        for (at, by) in cells_apart.filter(|(at, _)| at.table == network.circuit().range_table()) {
            if let Some(column) = bytes[at.table].get_mut(at.column) {
                column[at.row] += by;
            }
        }
        let broken = broken_rules(network, cells, &self.labels).into_iter();
        let of_cells = broken.filter(|rule| !matches!(rule, Rule::Bytes { .. }));
        of_cells
            .chain(broken_bytes(network, cells, &bytes))
            .chain(rows)
            .collect()
    }

    pub(crate) fn verify(&self) -> Result<Proved, VerifyError> {
        let proved = self.prove();
        let statement = proved.statement.clone();
        zklens_verifier::verify(setup().verifier(), self.key, statement, &proved.proof)
            .map(|_| proved)
    }

    pub(crate) fn is_refused(&self) {
        assert_eq!(self.verify().map(drop), Err(REFUSED));
    }

    /// This rule is broken and no other, and the proof is refused.
    pub(crate) fn is_refused_for(&self, rule: Rule) {
        assert_eq!(self.broken(), BTreeSet::from([rule]));
        self.is_refused();
    }

    /// The protocol of [`zklens_verifier`], step by step.
    pub(crate) fn prove(&self) -> Proved {
        let (layout, key) = (&self.network.layout, &self.network.key);
        let mut rows = self.network.weights.clone();
        rows.resize(layout.vectors.helpers.end, Vec::new());
        self.place(&self.cells, &mut rows, 0);
        let random: Vec<Scalar> = (0..layout.vectors.random).map(random).collect();
        write(&mut rows[layout.vectors.mask], 0, &random);
        (self.rows)(self.network, &mut rows);
        let committed = |rows: &[Vec<Scalar>], range: std::ops::Range<usize>| -> Vec<Point> {
            commit(
                setup(),
                layout.columns,
                &blinded(rows, layout.vectors.pixels.start)[range],
            )
        };

        // 0. The statement.
        let statement = Statement {
            model: self.key.id(),
            labels: self.labels.clone(),
            inputs: committed(&rows, layout.vectors.pixels.clone()),
            context: CONTEXT,
        };
        let mut writer = Writer::new(&statement.digest(setup().verifier()));

        // 1. The witness.
        let (witness, mask) = (layout.vectors.witness.clone(), layout.vectors.mask);
        writer.write_points(labels::WITNESS_ROWS, &committed(&rows, witness));

        // 2. Helpers of lookups.
        let lookup = LookupChallenges {
            alpha: writer.draw(labels::LOOKUP_POLE),
            beta: writer.draw(labels::LOOKUP_PAIR),
        };
        let mut cells = self.cells.clone();
        (self.after_draw)(&lookup, &mut cells);
        self.place(&cells, &mut rows, 0);
        let mut helpers = self.helpers_of(&cells, &lookup);
        (self.helpers)(self.network, &mut helpers);
        for ((table_layout, columns), helpers) in layout.tables.iter().zip(&mut cells).zip(helpers)
        {
            assert_eq!(columns.len(), table_layout.rules.columns.len());
            columns.extend(helpers);
        }
        self.place(&cells, &mut rows, layout.vectors.helpers.start);
        let helpers = committed(&rows, layout.vectors.helpers.clone());
        writer.write_points(labels::HELPER_ROWS, &helpers);

        // 3. One sum of all rules.
        let coordinates = 1..layout.num_vars;
        let challenges = Challenges {
            lookup,
            point: coordinates
                .map(|_| writer.draw(labels::RULE_POINT))
                .collect(),
            lambda: writer.draw(labels::RULE_POWERS),
        };
        let relations = Relations::new(key.circuit(), layout, &self.labels, &challenges).unwrap();

        // 4. Sumcheck.
        let (constant, wired) = self.wired(&relations);
        if let Some(at) = self.solved {
            solve(&mut cells, at, |cells| {
                let tables = layout.tables.iter().zip(cells);
                let tables = tables.zip(&relations.tables).zip(&wired);
                let sums = tables.map(|(((table_layout, cells), relation), wired)| {
                    total(table_layout, cells, relation, wired, &challenges)
                });
                constant + sums.sum::<Scalar>()
            });
        }
        let tables = layout
            .tables
            .iter()
            .zip(&cells)
            .zip(&relations.tables)
            .zip(wired);
        let summands = tables.map(|(((table_layout, cells), relation), wired)| {
            summand(
                table_layout,
                cells,
                relation,
                &wired,
                &challenges,
                &rows[mask],
            )
        });
        let summands = summands.collect();
        let coefficients = &rows[mask][FREE_CELLS..][..layout.mask_shape().num_coefficients()];
        let end = sumcheck::prove::<DEGREE>(summands, constant, coefficients, &mut writer);

        // 5. The columns' values.
        let ends = end.tables.iter().zip(&layout.tables);
        let values = ends.map(|(end, table_layout)| end[..table_layout.placements.len()].to_vec());
        let values: Vec<Vec<Scalar>> = values.collect();
        writer.write_scalars(labels::COLUMN_VALUES, &values.concat());

        // 6. Claims on rows.
        let mut claims = close(
            key.circuit(),
            layout,
            &relations,
            &challenges,
            end.claim,
            &values,
        );
        (self.claims)(self.network, &mut claims);
        open(
            setup(),
            layout.columns,
            &blinded(&rows, layout.vectors.pixels.start),
            &claims,
            &mut writer,
        );
        Proved {
            statement,
            proof: writer.finish(),
            opening: InputOpening {
                blindings: Vec::new(),
            },
        }
    }

    /// Writes columns into the rows from `first` on. Numbers are committed as bytes, which are columns too.
    fn place(&self, cells: &Cells, rows: &mut [Vec<Scalar>], first: usize) {
        for (table_layout, columns) in self.network.layout.tables.iter().zip(cells) {
            let places = table_layout
                .placements
                .iter()
                .zip(table_layout.columns())
                .zip(columns);
            for ((place, kind), column) in places {
                if matches!(kind, Column::Number { .. }) {
                    continue;
                }
                let spans = place
                    .iter()
                    .flat_map(zklens_layers::layout::array::Array::spans);
                for span in spans.filter(|span| span.vector >= first) {
                    write(&mut rows[span.vector], span.offset, &column[span.cells]);
                }
            }
        }
        for Decoupled { at, by } in &self.decoupled {
            let place = self.network.layout.tables[at.table].placements[at.column].as_ref();
            let spans = place.expect("it is in some row").spans().into_iter();
            let is_there = cells[at.table].get(at.column).is_some();
            let mut spans = spans.filter(|span| is_there && span.vector >= first);
            if let Some(span) = spans.find(|span| span.cells.contains(&at.row)) {
                rows[span.vector][span.offset + at.row - span.cells.start] += by;
            }
        }
    }

    fn helpers_of(&self, cells: &Cells, lookup: &LookupChallenges) -> Cells {
        let tables = self.network.layout.tables.iter().zip(cells);
        let over = |key: Scalar, times: Scalar| {
            let inverse = (lookup.alpha + key).inverse().unwrap_or_default();
            times * key * inverse
        };
        let helper = |keys: &Helper, row: usize, cells: &[Scalar]| match keys {
            Helper::Queries { queries: keys, .. } => {
                let keys = keys.iter().map(|key| lookup.key(key).evaluate(cells));
                keys.map(|key| over(key, Scalar::ONE)).sum()
            }
            Helper::Entry(entry) => {
                let value = entry.value.map_or(Scalar::ZERO, |value| cells[value]);
                over(
                    Scalar::from(row as u64) + lookup.beta * value,
                    cells[entry.multiplicity],
                )
            }
        };
        tables
            .map(|(table_layout, columns)| {
                let column = |keys: &Helper| {
                    let rows = 0..table_layout.dims.iter().product();
                    rows.map(|row| helper(keys, row, &row_of(columns, row)))
                        .collect()
                };
                table_layout.helpers.iter().map(column).collect()
            })
            .collect()
    }

    /// The constant, and for each table what wires ask of its rows.
    fn wired(&self, relations: &Relations) -> (Scalar, Vec<Vec<Scalar>>) {
        let mut constant = relations.constant;
        let tables = 0..self.network.layout.tables.len();
        let mut wired: Vec<Vec<Scalar>> = tables
            .map(|table| vec![Scalar::ZERO; self.network.rows(table)])
            .collect();
        for (operand, relation) in self.network.operands.iter().zip(&relations.tables) {
            for covector in &relation.covectors {
                let axes = covector.axes.each_ref().map(|axis| axis.values());
                let weights = products(&axes.each_ref());
                for (sum, weight) in operand.iter().zip(weights) {
                    let weight = weight * covector.coefficient;
                    constant += weight * sum.constant;
                    for (table, row, factor) in &sum.terms {
                        wired[*table][*row] += weight * factor;
                    }
                }
            }
        }
        (constant, wired)
    }
}

/// Changes a cell so that the sum is zero, which is of degree two in it at most. Where it has no root there, a row
/// before that one has.
fn solve(cells: &mut Cells, at: CellAt, sum: impl Fn(&Cells) -> Scalar) {
    let half = Scalar::from(2_u64).inverse().unwrap();
    for row in (0..=at.row).rev() {
        let told = cells[at.table][at.column][row];
        let mut at_cell = |more: Scalar| {
            cells[at.table][at.column][row] = told + more;
            sum(cells)
        };
        let [c, one, two] = [0_u64, 1, 2].map(|more| at_cell(Scalar::from(more)));
        let a = (two - one.double() + c) * half;
        let b = one - c - a;
        let root = match a.inverse() {
            None => b.inverse().map(|slope| -c * slope),
            Some(over) => {
                let discriminant = b.square() - a * c * Scalar::from(4_u64);
                discriminant.sqrt().map(|root| (root - b) * half * over)
            }
        };
        if let Some(root) = root {
            assert_eq!(at_cell(root), Scalar::ZERO);
            return;
        }
        cells[at.table][at.column][row] = told;
    }
    panic!("no row of {at:?} makes the sum zero");
}

/// Rows as they are committed, all but the weights hidden by some scalar of their own.
fn blinded(rows: &[Vec<Scalar>], public: usize) -> Vec<Vector> {
    let row = |(row, cells): (usize, &Vec<Scalar>)| Vector {
        cells: commitment::Cells::Scalars(cells.clone()),
        blinding: if row < public {
            Scalar::ZERO
        } else {
            random(row)
        },
    };
    rows.iter().enumerate().map(row).collect()
}

/// Some scalar for each number: a malicious prover needs no secrets.
fn random(number: usize) -> Scalar {
    const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
    Scalar::from(SEED).pow([number as u64 + 3])
}
