//! The rules of a table, compiled to a program for `contracts/src/verifier/Rules.sol`, which defines programs.
//!
//! A step computes `a·b + c` from three cells. Steps are never written twice: the same three cells give the step that is
//! there already. So factors, and the beginnings of sums, that several rules have in common are computed once.

mod compiler;

use super::WORD;
use crate::word::Word;
use compiler::Compiler;
use std::collections::BTreeMap;
use zklens_field::{AdditiveGroup, Field, Scalar, encode_scalar};
use zklens_layers::gadgets::Rules;
use zklens_layers::gadgets::lookup::Helper;

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

#[cfg(test)]
mod tests;
