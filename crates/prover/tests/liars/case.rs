//! A witness, and ways to make it false. It is true until a test changes it.

use crate::common::{key_with_columns, pixels, rng, setup};
use crate::network::{ByteAt, Cells, Network};
use crate::rules::{Rule, asked, broken_rules, entries_of, has_entries};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use zklens_commitment::OpeningError;
use zklens_field::{Scalar, encode_scalar};
use zklens_layers::gadgets::{Activation, Clip, Gadget, Saturation};
use zklens_model::{Model, Pixels};
use zklens_prover::{Integers, Privacy, Proved, ProvingKey, Witness, prove_witness};
use zklens_verifier::{Context, VerifyError, verify};

pub(crate) const CONTEXT: Context = [5; 32];

/// The error that refuses a false proof.
pub(crate) const REFUSED: VerifyError = VerifyError::Opening(OpeningError::Refused);

pub(crate) struct Case {
    pub(crate) model: Model,
    pub(crate) key: ProvingKey,
    pub(crate) network: Network,
    pub(crate) witness: Told,
    pub(crate) labels: Vec<usize>,
    images: Vec<Pixels>,
}

/// A [`Witness`] whose cells a test can change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) tables: Vec<Vec<Vec<i64>>>,
}

impl From<Witness> for Told {
    fn from(witness: Witness) -> Self {
        let columns = |columns: Vec<Integers>| columns.iter().map(Integers::to_vec).collect();
        Self {
            tables: witness.tables.into_iter().map(columns).collect(),
        }
    }
}

impl From<Told> for Witness {
    fn from(told: Told) -> Self {
        let columns = |columns: Vec<Vec<i64>>| columns.into_iter().map(Integers::from).collect();
        Self {
            tables: told.tables.into_iter().map(columns).collect(),
        }
    }
}

impl Case {
    /// A run of a model on `images` images.
    pub(crate) fn new(model: Model, images: usize) -> Self {
        let images: Vec<_> = (0..images).map(|seed| pixels(&model, seed)).collect();
        Self::of(model, &images)
    }

    /// A run of a model on `images` images, with committed vectors of `columns` cells.
    pub(crate) fn in_rows_of(columns: usize, model: &Model, images: usize) -> Self {
        let images: Vec<_> = (0..images).map(|seed| pixels(model, seed)).collect();
        Self::of_in_rows(columns, model, &images)
    }

    /// A run of a model on these images, with committed vectors of `columns` cells.
    pub(crate) fn of_in_rows(columns: usize, model: &Model, images: &[Pixels]) -> Self {
        let key = key_with_columns(model, columns);
        Self::with(key, images)
    }

    /// A run of a model on these images.
    pub(crate) fn of(model: Model, images: &[Pixels]) -> Self {
        let key = ProvingKey::new(setup(), model, Privacy::Public).unwrap();
        Self::with(key, images)
    }

    /// A run on these images, with a given key.
    pub(crate) fn with(key: ProvingKey, images: &[Pixels]) -> Self {
        let (model, verifying) = (key.model().clone(), key.verifying().clone());
        let arrays = verifying.circuit().parameters(&model);
        let arrays = arrays.iter().map(|array| scalars(array)).collect();
        let network = Network::new(verifying, arrays, images.len());
        let (witness, labels) = run(&network, &model, images);
        Self {
            model,
            key,
            network,
            witness,
            labels,
            images: images.to_vec(),
        }
    }

    /// Tells what another model sees.
    pub(crate) fn see(&mut self, other: &Model) {
        (self.witness, self.labels) = run(&self.network, other, &self.images);
    }

    pub(crate) fn cell(&mut self, table: usize, column: usize, row: usize) -> &mut i64 {
        &mut self.witness.tables[table][column][row]
    }

    /// The first row of a table whose cells are such.
    pub(crate) fn find(&self, table: usize, is_such: impl Fn(&[i64]) -> bool) -> usize {
        let columns = &self.witness.tables[table];
        let mut rows = 0..self.network.rows(table);
        let cells = |row: usize| -> Vec<i64> { columns.iter().map(|cells| cells[row]).collect() };
        rows.find(|row| is_such(&cells(*row)))
            .expect("there is such a row")
    }

    /// All cells, those of the key too.
    pub(crate) fn cells(&self) -> Cells {
        let tables = self.network.layout.tables.iter().zip(&self.witness.tables);
        tables
            .map(|(table_layout, columns)| {
                let columns = table_layout.rules.columns.iter().zip(columns);
                columns
                    .map(|(kind, cells)| match self.network.fixed(*kind) {
                        Some(fixed) => fixed.to_vec(),
                        None => scalars(cells),
                    })
                    .collect()
            })
            .collect()
    }

    /// A cell of the rows of bytes.
    pub(crate) fn byte(&mut self, ByteAt { chunk, row }: ByteAt) -> &mut i64 {
        self.cell(self.network.circuit().range_table(), chunk, row)
    }

    /// Where a byte of a number lies.
    pub(crate) fn byte_at(&self, table: usize, column: usize, byte: usize, row: usize) -> ByteAt {
        self.network.byte_at(table, column, byte, row)
    }

    /// The rule that the bytes of a chunk are bytes.
    pub(crate) const fn no_byte(&self, at: ByteAt) -> Rule {
        Rule::Entry {
            table: self.network.circuit().range_table(),
            column: at.chunk,
        }
    }

    /// The rule that the last byte of a number is one, which one that is negative or too large breaks.
    pub(crate) fn out_of_range(&self, table: usize, column: usize, row: usize) -> Rule {
        let last = self.network.bytes_of(table, column) - 1;
        self.no_byte(self.byte_at(table, column, last, row))
    }

    /// Cuts numbers into bytes, and counts how often each entry is asked for.
    pub(crate) fn count(&mut self) {
        let Network { key, layout, .. } = &self.network;
        let mut witness = Witness::from(self.witness.clone());
        witness.cut_numbers(key.circuit(), layout);
        self.witness = witness.into();
        self.count_lookups();
    }

    /// Counts how often each entry is asked for. Unlike [`Witness::count_lookups`], no position with
    /// a value of another is.
    pub(crate) fn count_lookups(&mut self) {
        let cells = self.cells();
        let asked = asked(&self.network, &cells);
        for table in 0..self.network.layout.tables.len() {
            if !has_entries(&self.network, table) {
                continue;
            }
            let entries = entries_of(&self.network, &cells, table);
            for (row, entry) in entries.into_iter().enumerate().skip(1) {
                let times = asked.get(&(table, entry)).copied().unwrap_or(0);
                *self.cell(table, 0, row) = times;
            }
        }
    }

    /// Tells all tables from `first` on as they follow from those before, so that one lie is the
    /// only one. The labels too.
    pub(crate) fn retell(&mut self, first: usize) {
        let label = self.network.circuit().label_table();
        for table in first..label {
            self.retell_one(table);
        }
        self.labels = self.winners();
        self.retell_one(label);
        self.count();
    }

    /// Writes the true margins of the claimed labels into the witness.
    pub(crate) fn retell_margins(&mut self) {
        self.retell_one(self.network.circuit().label_table());
        self.count();
    }

    fn retell_one(&mut self, table: usize) {
        let rows = self.told(table).into_iter().flatten().enumerate();
        for (row, cells) in rows {
            for (column, cell) in cells.into_iter().enumerate() {
                *self.cell(table, column, row) = cell;
            }
        }
    }

    /// For each image, the first of its largest logits.
    fn winners(&self) -> Vec<usize> {
        let table = self.network.circuit().label_table();
        let logits = self.network.operand_values(table, &self.cells());
        let logits: Vec<i64> = logits.into_iter().map(integer).collect();
        let images = logits.chunks(logits.len() / self.labels.len());
        let winner = |logits: &[i64]| {
            let largest = logits.iter().max();
            logits
                .iter()
                .position(|logit| Some(logit) == largest)
                .unwrap()
        };
        images.map(winner).collect()
    }

    fn told(&self, table: usize) -> Option<Vec<Vec<i64>>> {
        let network = &self.network;
        let gadget = &network.circuit().tables[table].gadget;
        let operand = network.operand_values(table, &self.cells());
        let operand: Vec<i64> = operand.into_iter().map(integer).collect();
        let rows = 0..network.rows(table);
        let row = |row: usize| -> Option<Vec<i64>> {
            let taps = network.taps(table, row);
            let taps: Vec<i64> = taps
                .iter()
                .filter_map(|tap| operand.get(*tap).copied())
                .collect();
            let x = *taps.first()?;
            match gadget {
                Gadget::Activation(gadget) => Some(activation(gadget, &taps)),
                Gadget::Clip(gadget) => Some(clip(gadget, x)),
                Gadget::Lookup(lookup) => {
                    let columns = &network.layout.tables[lookup.entries].rules.columns;
                    let mut values = columns.iter().filter_map(|column| network.fixed(*column));
                    let position = x - lookup.first + 1;
                    let value = values.next()?[usize::try_from(position).ok()?];
                    Some(vec![position, integer(value)])
                }
                Gadget::PRelu(_) => Some(signed(x).to_vec()),
                Gadget::Saturation(gadget) => Some(saturation(gadget, &taps)),
                Gadget::Copy => Some(vec![x]),
                Gadget::Label(_) => {
                    let classes = network.rows(table) / network.layout.images;
                    let (image, class) = (row / classes, row % classes);
                    let label = self.labels[image];
                    let margin = operand[image * classes + label] - x - i64::from(class < label);
                    Some(vec![margin])
                }
                Gadget::Pixels | Gadget::Range | Gadget::Bytes | Gadget::Entries(_) => None,
            }
        };
        rows.map(row).collect()
    }

    pub(crate) fn prove(&self) -> Proved {
        let (key, layout) = (&self.key, &self.network.layout);
        let labels = self.labels.clone();
        let rng = &mut rng(1);
        let unstoppable = &mut |_| ControlFlow::Continue(());
        let witness = &Witness::from(self.witness.clone());
        prove_witness(
            setup(),
            key,
            layout,
            witness,
            labels,
            CONTEXT,
            rng,
            unstoppable,
        )
        .unwrap()
    }

    pub(crate) fn verify(&self, proved: Proved) -> Result<(), VerifyError> {
        let Proved {
            statement, proof, ..
        } = proved;
        let key = &self.network.key;
        verify(setup().verifier(), key, statement, &proof).map(drop)
    }

    pub(crate) fn broken(&self) -> BTreeSet<Rule> {
        broken_rules(&self.network, &self.cells(), &self.labels)
    }

    /// No rule is broken, and the proof is one.
    pub(crate) fn is_proved(&self) {
        assert_eq!(self.broken(), BTreeSet::new());
        assert_eq!(self.verify(self.prove()), Ok(()));
    }

    /// This rule is broken and no other, and the proof is refused.
    pub(crate) fn is_refused_for(&self, rule: Rule) {
        assert_eq!(self.broken(), BTreeSet::from([rule]));
        assert_eq!(self.verify(self.prove()), Err(REFUSED));
    }
}

fn run(network: &Network, model: &Model, images: &[Pixels]) -> (Told, Vec<usize>) {
    let runs: Vec<_> = images
        .iter()
        .map(|image| (image, model.run(image).unwrap()))
        .collect();
    let labels = runs.iter().map(|(_, trace)| trace.classification().label());
    let labels = labels.collect();
    let Network { key, layout, .. } = network;
    let witness = Witness::new(model, key.circuit(), layout, &runs);
    (witness.into(), labels)
}

fn scalars(cells: &[i64]) -> Vec<Scalar> {
    cells.iter().map(|cell| Scalar::from(*cell)).collect()
}

/// A sign and a magnitude.
const fn signed(number: i64) -> [i64; 2] {
    if number < 0 {
        [1, -number - 1]
    } else {
        [0, number]
    }
}

fn activation(gadget: &Activation, taps: &[i64]) -> Vec<i64> {
    let half = (1_i64 << gadget.shift) / 2;
    let largest = *taps.iter().max().unwrap();
    let shifted = largest + half;
    let (quotient, remainder) = (shifted >> gadget.shift, shifted & ((1 << gadget.shift) - 1));
    let mut cells = Vec::new();
    if gadget.shift > 0 {
        cells.push(remainder);
    }
    if gadget.relu {
        cells.extend(signed(quotient));
    } else {
        cells.push(quotient + gadget.offset);
    }
    if gadget.window.is_some() {
        cells.extend(gaps(taps));
    }
    cells
}

fn saturation(gadget: &Saturation, taps: &[i64]) -> Vec<i64> {
    let half = (1_i64 << gadget.shift) / 2;
    let shifted = taps.iter().max().unwrap() + half;
    let mut cells = Vec::new();
    if gadget.shift > 0 {
        cells.push(shifted & ((1 << gadget.shift) - 1));
    }
    let (place, width) = (
        (shifted >> gadget.shift) - gadget.lo,
        (1 << (8 * gadget.bytes)) - 1,
    );
    if place < 0 {
        cells.extend([0, -place]);
    } else if place > width {
        cells.extend([width, place - width]);
    } else {
        cells.extend([place, 0]);
    }
    if gadget.window.is_some() {
        cells.extend(gaps(taps));
    }
    cells
}

/// How far each tap is below the largest, and the selectors.
fn gaps(taps: &[i64]) -> Vec<i64> {
    let largest = *taps.iter().max().unwrap();
    let mut cells: Vec<i64> = taps.iter().map(|tap| largest - tap).collect();
    let group = taps.iter().position(|tap| *tap == largest).unwrap() / 2;
    let selectors = taps.len().div_ceil(2) - 1;
    cells.extend((0..selectors).map(|selector| i64::from(selector == group)));
    cells
}

fn clip(gadget: &Clip, x: i64) -> Vec<i64> {
    let over = x - gadget.lo;
    let under = gadget.hi - gadget.lo - over.max(0);
    [signed(over), signed(under)].concat()
}

/// The integer that a small scalar stands for.
pub(crate) fn integer(scalar: Scalar) -> i64 {
    let small = integer_of(scalar).and_then(|integer| i64::try_from(integer).ok());
    small.expect("a small integer")
}

/// The integer of at most 64 bits and a sign that a scalar stands for, if it stands for one.
pub(crate) fn integer_of(scalar: Scalar) -> Option<i128> {
    let small = |scalar: Scalar| {
        let bytes = encode_scalar(&scalar);
        let (high, low) = bytes.split_last_chunk::<8>().unwrap();
        let low = i128::from(u64::from_be_bytes(*low));
        high.iter().all(|byte| *byte == 0).then_some(low)
    };
    small(scalar).or_else(|| small(-scalar).map(|n| -n))
}
