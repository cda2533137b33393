//! The rules of a table, compiled to a program for `contracts/src/verifier/Rules.sol`, which defines programs.
//!
//! A step computes `a·b + c` from three cells. Steps are never written twice: the same three cells give the step that is
//! there already. So factors, and the beginnings of sums, that several rules have in common are computed once.

use super::WORD;
use crate::word::Word;
use std::collections::BTreeMap;
use zklens_field::{AdditiveGroup, Field, Scalar, encode_scalar};
use zklens_layers::gadgets::lookup::Helper;
use zklens_layers::gadgets::polynomial::{Linear, Polynomial};
use zklens_layers::gadgets::{Query, Rules};

/// Cells before those of the tables' sums.
const CHALLENGES: usize = 4;

/// Steps in a word.
const STEPS: usize = 5;

const ZERO: Cell = Cell::Constant(0);
const ONE: Cell = Cell::Constant(1);
const MINUS_ONE: Cell = Cell::Constant(2);

/// A value that a step reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Lambda,
    Alpha,
    Beta,
    /// The row's own number.
    OwnNumber,
    /// The power of `λ` of the sum over lookups in this table.
    Sum(usize),
    /// A constant of the key, by its index in [`Constants`].
    Constant(usize),
    /// A column of the row, or a helper behind them.
    Column(usize),
    /// The result of an earlier step.
    Step(usize),
}

/// The constants that all programs of a key share.
#[derive(Debug)]
struct Constants(Vec<Scalar>);

impl Constants {
    fn cell(&mut self, constant: Scalar) -> Cell {
        let known = self.0.iter().position(|known| *known == constant);
        Cell::Constant(known.unwrap_or_else(|| {
            self.0.push(constant);
            self.0.len() - 1
        }))
    }
}

/// The rules of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Program {
    steps: Vec<[Cell; 3]>,
    /// Whether all columns are bytes. Their helpers' rules are not in the program, which may then serve tables of
    /// different widths.
    is_of_bytes: bool,
    /// Rules before the inputs.
    rules: usize,
    inputs: usize,
    results: Results,
}

/// Cells that the contract uses when a program has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Results {
    /// `Σ λ^i·rule_i` over all rules and then the inputs.
    local: Cell,
    /// `Σ λ^i·constant_i` over the inputs.
    constants: Cell,
    /// The output of a row.
    output: Cell,
    /// The helpers' share of the sums over lookups.
    free: Cell,
}

impl Results {
    const fn cells(&self) -> [Cell; 4] {
        [self.local, self.constants, self.output, self.free]
    }
}

/// The programs of a key, each once.
#[derive(Debug)]
pub(super) struct Programs {
    tables: usize,
    constants: Constants,
    programs: Vec<Program>,
    /// For each table, the index of its program.
    of_tables: Vec<usize>,
}

impl Programs {
    /// An empty list, for a circuit of `tables` tables whose last one is that of bytes.
    pub(super) fn new(tables: usize) -> Self {
        Self {
            tables,
            constants: Constants(vec![Scalar::ZERO, Scalar::ONE, -Scalar::ONE]),
            programs: Vec::new(),
            of_tables: Vec::new(),
        }
    }

    /// Compiles the rules of the next table, whose index is `table`.
    pub(super) fn add(&mut self, table: usize, rules: &Rules, helpers: &[Helper]) {
        let compiler = Compiler {
            constants: &mut self.constants,
            steps: Vec::new(),
            known: BTreeMap::new(),
        };
        let program = compiler.compile(table, self.tables - 1, rules, helpers);
        let same = self.programs.iter().position(|known| *known == program);
        self.of_tables.push(same.unwrap_or(self.programs.len()));
        if same.is_none() {
            self.programs.push(program);
        }
    }

    /// For each table, where its program is in a key that has the programs from `start` on.
    pub(super) fn places(&self, start: usize) -> Vec<usize> {
        let mut next = start;
        let starts = self.programs.iter().map(|program| {
            let start = next;
            next += (1 + program.num_words()) * WORD;
            start
        });
        let starts: Vec<usize> = starts.collect();
        self.of_tables.iter().map(|index| starts[*index]).collect()
    }

    /// The number of constants.
    pub(super) const fn num_constants(&self) -> usize {
        self.constants.0.len()
    }

    /// The constants, one behind the other.
    pub(super) fn constants(&self) -> Vec<u8> {
        self.constants.0.iter().flat_map(encode_scalar).collect()
    }

    /// The cells that the longest program needs.
    pub(super) fn num_cells(&self) -> usize {
        let cells = |program: &Program| self.first_column() + program.num_cells();
        self.programs.iter().map(cells).max().unwrap_or_default()
    }

    /// The programs' words, one list for each.
    pub(super) fn words(&self) -> Vec<Vec<Word>> {
        let words = |program: &Program| program.words(|cell| self.number(cell, program));
        self.programs.iter().map(words).collect()
    }

    const fn first_column(&self) -> usize {
        CHALLENGES + self.tables + self.num_constants()
    }

    /// The index of a cell in a contract's list.
    fn number(&self, cell: Cell, program: &Program) -> usize {
        match cell {
            Cell::Lambda => 0,
            Cell::Alpha => 1,
            Cell::Beta => 2,
            Cell::OwnNumber => 3,
            Cell::Sum(table) => CHALLENGES + table,
            Cell::Constant(index) => CHALLENGES + self.tables + index,
            Cell::Column(column) => self.first_column() + column,
            Cell::Step(step) => self.first_column() + program.num_columns() + step,
        }
    }
}

impl Program {
    fn cells(&self) -> impl Iterator<Item = Cell> {
        let of_steps = self.steps.iter().flatten().copied();
        of_steps.chain(self.results.cells())
    }

    /// Columns up to the last one that is read.
    fn num_columns(&self) -> usize {
        let columns = self.cells().map(|cell| match cell {
            Cell::Column(column) => column + 1,
            _ => 0,
        });
        columns.max().unwrap_or_default()
    }

    const fn num_words(&self) -> usize {
        self.steps.len().div_ceil(STEPS)
    }

    /// Cells of columns and of steps; the last word's unused steps have cells too.
    fn num_cells(&self) -> usize {
        self.num_columns() + self.num_words() * STEPS
    }

    fn words(&self, number: impl Fn(Cell) -> usize) -> Vec<Word> {
        let reads_own_number = self.cells().any(|cell| cell == Cell::OwnNumber);
        let head = Word::default()
            .with(16, self.num_words())
            .with(16, self.num_columns())
            .with(8, usize::from(self.is_of_bytes))
            .with(8, usize::from(reads_own_number))
            .with(16, self.rules)
            .with(16, self.inputs);
        let results = self.results.cells().into_iter();
        let head = results.fold(head, |head, cell| head.with(16, number(cell)));
        let of_word = |steps: &[[Cell; 3]]| {
            let cells = steps.iter().flatten();
            cells.fold(Word::default(), |word, cell| word.with(16, number(*cell)))
        };
        let steps = self.steps.chunks(STEPS).map(of_word);
        std::iter::once(head).chain(steps).collect()
    }
}

struct Compiler<'constants> {
    constants: &'constants mut Constants,
    steps: Vec<[Cell; 3]>,
    /// The number of every step.
    known: BTreeMap<[Cell; 3], usize>,
}

impl Compiler<'_> {
    /// `table` is the table's index, `bytes` that of the table of bytes.
    fn compile(mut self, table: usize, bytes: usize, rules: &Rules, helpers: &[Helper]) -> Program {
        let is_of_bytes = is_of_bytes(rules);
        let output = self.polynomial(&rules.output);
        let mut values: Vec<Cell> = rules
            .zero
            .iter()
            .map(|rule| self.polynomial(rule))
            .collect();
        let mut free = ZERO;
        let first_helper = rules.columns.len();
        if !is_of_bytes {
            for (column, helper) in (first_helper..).zip(helpers) {
                let column = Cell::Column(column);
                values.push(self.helper(helper, column));
                let (sum, column) = match helper {
                    Helper::Queries { table, .. } => (table.unwrap_or(bytes), column),
                    Helper::Entry(_) => (table, self.step(MINUS_ONE, column, ZERO)),
                };
                free = self.step(Cell::Sum(sum), column, free);
            }
        }
        let num_rules = values.len();
        let inputs = rules.inputs.iter();
        values.extend(inputs.map(|input| self.polynomial(&input.polynomial)));
        let constants = rules.inputs.iter().map(|input| input.constant);
        let constants: Vec<Cell> = constants
            .map(|constant| self.constants.cell(constant))
            .collect();
        let results = Results {
            local: self.combine(&values),
            constants: self.combine(&constants),
            output,
            free,
        };
        Program {
            steps: self.steps,
            is_of_bytes,
            rules: num_rules,
            inputs: rules.inputs.len(),
            results,
        }
    }

    /// `a·b + c`
    fn step(&mut self, a: Cell, b: Cell, c: Cell) -> Cell {
        match [a, b, c] {
            [ZERO, _, c] | [_, ZERO, c] => return c,
            [ONE, factor, ZERO] | [factor, ONE, ZERO] => return factor,
            _ => {}
        }
        let step = [a.min(b), a.max(b), c];
        let number = *self.known.entry(step).or_insert_with(|| {
            self.steps.push(step);
            self.steps.len() - 1
        });
        Cell::Step(number)
    }

    /// `Σ λ^i·value_i`, by Horner's rule.
    fn combine(&mut self, values: &[Cell]) -> Cell {
        let values = values.iter().rev();
        values.fold(ZERO, |sum, value| self.step(Cell::Lambda, sum, *value))
    }

    fn linear(&mut self, linear: &Linear) -> Cell {
        self.polynomial(&linear.clone().into())
    }

    /// The value of a polynomial. Terms that begin several polynomials are computed once if they come first.
    fn polynomial(&mut self, polynomial: &Polynomial) -> Cell {
        let Linear { constant, terms } = &polynomial.linear;
        // A sum begins with a term that costs no step, if there is one.
        let free_term = match *constant == Scalar::ZERO {
            true => terms
                .iter()
                .position(|(_, coefficient)| *coefficient == Scalar::ONE),
            false => None,
        };
        let mut value = match free_term.and_then(|index| terms.get(index)) {
            Some((column, _)) => Cell::Column(*column),
            None => self.constants.cell(*constant),
        };
        for product in &polynomial.products {
            let factors: Vec<Cell> = product
                .factors
                .iter()
                .map(|factor| self.linear(factor))
                .collect();
            let coefficient = self.constants.cell(product.coefficient);
            value = self.product(&factors, coefficient, value);
        }
        for (index, (column, coefficient)) in terms.iter().enumerate() {
            if Some(index) != free_term {
                let coefficient = self.constants.cell(*coefficient);
                value = self.step(coefficient, Cell::Column(*column), value);
            }
        }
        value
    }

    /// `coefficient·Π factors + more`
    fn product(&mut self, factors: &[Cell], coefficient: Cell, more: Cell) -> Cell {
        let (last, first) = match (factors, coefficient) {
            ([first @ .., last], ONE) => (*last, first),
            _ => (coefficient, factors),
        };
        let first = first
            .iter()
            .fold(ONE, |product, factor| self.step(product, *factor, ZERO));
        self.step(first, last, more)
    }

    /// The rule of the helper in a column: see `Helper::rule`, which has numbers for the challenges.
    fn helper(&mut self, helper: &Helper, column: Cell) -> Cell {
        match helper {
            Helper::Queries { queries, .. } => {
                let first = queries.first().map_or(ZERO, |query| self.query(query));
                let Some(second) = queries.get(1).map(|query| self.query(query)) else {
                    // h·(α + q) − q
                    let minus_query = self.step(MINUS_ONE, first, ZERO);
                    let denominator = self.step(ONE, first, Cell::Alpha);
                    return self.step(column, denominator, minus_query);
                };
                // h·(α + q₁)·(α + q₂) − q₁·(α + q₂) − q₂·(α + q₁)
                let over_first = self.step(ONE, first, Cell::Alpha);
                let over_second = self.step(ONE, second, Cell::Alpha);
                let sum = self.step(first, over_second, ZERO);
                let sum = self.step(second, over_first, sum);
                let minus_sum = self.step(MINUS_ONE, sum, ZERO);
                self.product(&[column, over_first, over_second], ONE, minus_sum)
            }
            Helper::Entry(columns) => {
                let entry = columns.value.map_or(Cell::OwnNumber, |value| {
                    self.step(Cell::Beta, Cell::Column(value), Cell::OwnNumber)
                });
                // g·(α + v) − m·v
                let sum = self.step(Cell::Column(columns.multiplicity), entry, ZERO);
                let minus_sum = self.step(MINUS_ONE, sum, ZERO);
                let denominator = self.step(ONE, entry, Cell::Alpha);
                self.step(column, denominator, minus_sum)
            }
        }
    }

    /// A query as one scalar.
    fn query(&mut self, query: &Query) -> Cell {
        match query {
            Query::Byte(column) => Cell::Column(*column),
            Query::Entry {
                position, value, ..
            } => self.step(Cell::Beta, Cell::Column(*value), Cell::Column(*position)),
        }
    }
}

/// Whether a row is nothing but bytes, in the order of their lookups: such rows may have many, and the contract has a
/// loop for them.
fn is_of_bytes(rules: &Rules) -> bool {
    let bytes = (0..rules.columns.len()).map(Query::Byte);
    rules.zero.is_empty() && bytes.eq(rules.queries.iter().copied())
}

#[cfg(test)]
mod tests;
