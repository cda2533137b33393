//! Vectors and claims, and the tapes that prove them.

use std::sync::LazyLock;
use zklens_commitment::{
    Claim, Factor, Functional, OpeningError, Setup, Term, VectorLength, opening,
};
use zklens_field::{AdditiveGroup, Field, Point, SCALAR_BYTES, Scalar, encode_scalar};
use zklens_multilinear::eq_table;
use zklens_prover::commitment::{Cells, Vector, commit, open};
use zklens_setup::{STRING, TAU_G2};
use zklens_transcript::{Label, Reader, TapeError, Writer};

const STATEMENT: [u8; 32] = [7; 32];
const ROWS: Label = Label::new("test/vectors");
const FUNCTIONAL: Label = Label::new("test/functional");
pub(crate) const VALUES: Label = Label::new("test/values");
pub(crate) const AFTER: Label = Label::new("test/after");

pub(crate) const MOST_COLUMNS: usize = 1 << 10;
/// `[A]`, `[B]`, `d`, `[Q]`, `[W]`.
pub(crate) const OPENING_WORDS: usize = 9;
pub(crate) const OPENING_BYTES: usize = OPENING_WORDS * SCALAR_BYTES;

pub(crate) static SETUP: LazyLock<Setup> =
    LazyLock::new(|| Setup::decode(&STRING[..64 * (MOST_COLUMNS + 1)], &TAU_G2).unwrap());

/// Numbers that look random, the same for the same seed.
pub(crate) struct Random(Writer);

impl Random {
    pub(crate) fn new(seed: u8) -> Self {
        Self(Writer::new(&[seed; 32]))
    }

    pub(crate) fn scalar(&mut self) -> Scalar {
        self.0.draw(Label::new("test/random"))
    }

    pub(crate) fn scalars(&mut self, len: usize) -> Vec<Scalar> {
        (0..len).map(|_| self.scalar()).collect()
    }

    pub(crate) fn integers(&mut self, len: usize) -> Vec<i64> {
        let last = |scalar: Scalar| i64::from(encode_scalar(&scalar)[31]) - 128;
        (0..len).map(|_| last(self.scalar())).collect()
    }
}

/// Vectors, and claims on them whose functionals are drawn after the vectors are committed.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) columns: VectorLength,
    pub(crate) vectors: Vec<Vector>,
    pub(crate) claims: Vec<Vec<Layout>>,
}

/// A term.
#[derive(Clone)]
pub(crate) struct Layout {
    pub(crate) vectors: Vec<(usize, Scalar)>,
    pub(crate) shape: Shape,
}

/// The random parts of a functional.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A point, as one factor.
    Point,
    /// A point, as two factors.
    Halves,
    /// AxisVector of two factors whose strides overlap, from column 1 on.
    Window,
    /// Nothing: the functional drawn last.
    Last,
    /// Nothing: one cell.
    Cell(usize),
}

impl Shape {
    fn draw(self, columns: VectorLength, mut draw: impl FnMut() -> Scalar) -> Option<Functional> {
        let mut scalars = |len: usize| -> Vec<Scalar> { (0..len).map(|_| draw()).collect() };
        let (offset, factors) = match self {
            Self::Point => {
                let bits = columns.count().next_power_of_two().ilog2() as usize;
                let mut weights = eq_table(&scalars(bits));
                weights.truncate(columns.count());
                (0, vec![(weights, 1)])
            }
            Self::Halves => {
                let bits = columns.count().ilog2() as usize;
                let low = bits / 2;
                let high = eq_table(&scalars(bits - low));
                (0, vec![(high, 1 << low), (eq_table(&scalars(low)), 1)])
            }
            Self::Window => {
                let beyond = columns.count() - 2;
                let run = beyond.min(4);
                let weights = [scalars(run + 1), scalars((beyond - run) / 3 + 1)];
                (1, weights.into_iter().zip([1, 3]).collect())
            }
            Self::Last => return None,
            Self::Cell(column) => return Some(Functional::cell(column)),
        };
        let factor = |(weights, stride): (Vec<Scalar>, usize)| Factor {
            axis: weights.into(),
            stride,
        };
        Some(Functional {
            offset,
            factors: factors.into_iter().map(factor).collect(),
        })
    }
}

/// A public vector of weights, two hidden vectors of integers, a hidden vector of scalars, a short mask vector,
/// and a vector of sums; six claims.
pub(crate) fn case(columns: usize, seed: u8) -> Case {
    let columns = VectorLength::new(columns).unwrap();
    let count = columns.count();
    let mut random = Random::new(seed);
    let vector = |cells, blinding| Vector { cells, blinding };
    let integers = |cells: Vec<i64>| Cells::Integers(cells.into());
    let picks = (0..count as u32).flat_map(|column| [(column, 2), (column, column % 4)]);
    let vectors = vec![
        vector(integers(random.integers(count)), Scalar::ZERO),
        vector(integers(random.integers(count)), random.scalar()),
        vector(integers(random.integers(count - 1)), random.scalar()),
        vector(Cells::Scalars(random.scalars(count)), random.scalar()),
        vector(
            Cells::Scalars(random.scalars(count.min(6))),
            random.scalar(),
        ),
        vector(
            Cells::sums(random.scalars(4), picks.collect(), count),
            random.scalar(),
        ),
    ];
    let mut term = |vectors: &[usize], shape| Layout {
        vectors: vectors
            .iter()
            .map(|vector| (*vector, random.scalar()))
            .collect(),
        shape,
    };
    let cells = [0, count - 1, 1].map(|column| term(&[4, 1], Shape::Cell(column)));
    let claims = vec![
        vec![term(&[0], Shape::Point)],
        vec![term(&[1, 2, 4], Shape::Point)],
        vec![term(&[3, 0, 3], Shape::Point)],
        cells.to_vec(),
        vec![
            term(&[5, 1], Shape::Halves),
            term(&[2], Shape::Window),
            term(&[0, 4], Shape::Last),
        ],
        vec![term(&[4], Shape::Window), term(&[5, 2], Shape::Last)],
    ];
    Case {
        columns,
        vectors,
        claims,
    }
}

pub(crate) fn cells(vector: &Vector) -> Vec<Scalar> {
    match &vector.cells {
        Cells::Integers(cells) => cells.to_vec().into_iter().map(Scalar::from).collect(),
        Cells::Scalars(cells) | Cells::Sums { cells, .. } => cells.clone(),
        Cells::OfBytes(_) => panic!("only whole proofs make them"),
    }
}

/// The weights `e_0 … e_{C−1}`, multiplied out.
pub(crate) fn weights(columns: VectorLength, functional: &Functional) -> Vec<Scalar> {
    let mut cells = vec![(functional.offset, Scalar::ONE)];
    for factor in &functional.factors {
        let times = |(column, product): (usize, Scalar)| {
            let weights = factor.axis.values().into_iter().enumerate();
            weights.map(move |(k, weight)| (column + k * factor.stride, product * weight))
        };
        cells = cells.into_iter().flat_map(times).collect();
    }
    let mut table = vec![Scalar::ZERO; columns.count()];
    cells
        .iter()
        .for_each(|(column, weight)| table[*column] += weight);
    table
}

pub(crate) fn dot(a: &[Scalar], b: &[Scalar]) -> Scalar {
    a.iter().zip(b).map(|(a, b)| *a * b).sum()
}

/// The claims of a case, with functionals from `draw` and no values yet.
fn claims(case: &Case, mut draw: impl FnMut() -> Scalar) -> Vec<Claim> {
    let mut last = Functional::cell(0);
    let mut term = |layout: &Layout| {
        if let Some(functional) = layout.shape.draw(case.columns, &mut draw) {
            last = functional;
        }
        Term {
            vectors: layout.vectors.clone(),
            functional: last.clone(),
        }
    };
    let claim = |layouts: &Vec<Layout>| Claim {
        terms: layouts.iter().map(&mut term).collect(),
        value: Scalar::ZERO,
    };
    case.claims.iter().map(claim).collect()
}

pub(crate) fn truth(case: &Case, claim: &Claim) -> Scalar {
    let term = |term: &Term| -> Scalar {
        let weights = weights(case.columns, &term.functional);
        let vector =
            |(vector, rho): &(usize, Scalar)| dot(&cells(&case.vectors[*vector]), &weights) * rho;
        term.vectors.iter().map(vector).sum()
    };
    claim.terms.iter().map(term).sum()
}

/// Commitments, then the values of the claims after `change`: a tape up to the opening.
pub(crate) fn begin(case: &Case, change: impl Fn(&mut [Claim])) -> (Writer, Vec<Claim>) {
    let mut writer = Writer::new(&STATEMENT);
    for commitment in commit(&SETUP, case.columns, &case.vectors) {
        writer.write_points(ROWS, &[commitment]);
    }
    let mut claims = claims(case, || writer.draw(FUNCTIONAL));
    change(&mut claims);
    for claim in &mut claims {
        claim.value += truth(case, claim);
        writer.write_scalars(VALUES, &[claim.value]);
    }
    (writer, claims)
}

pub(crate) fn prove(case: &Case) -> Vec<u8> {
    let (mut writer, claims) = begin(case, |_| ());
    open(&SETUP, case.columns, &case.vectors, &claims, &mut writer);
    writer.finish()
}

/// Reads what [`begin`] wrote.
pub(crate) fn read<'tape>(
    case: &Case,
    tape: &'tape [u8],
) -> Result<(Reader<'tape>, Vec<Point>, Vec<Claim>), TapeError> {
    let mut reader = Reader::open(&STATEMENT, tape);
    let mut commitments = Vec::new();
    for _ in &case.vectors {
        commitments.extend(reader.read_points::<1>(ROWS)?);
    }
    let mut claims = claims(case, || reader.draw(FUNCTIONAL));
    for claim in &mut claims {
        [claim.value] = reader.read_scalars(VALUES)?;
    }
    Ok((reader, commitments, claims))
}

pub(crate) fn verify(case: &Case, tape: &[u8]) -> Result<(), OpeningError> {
    verify_changed(case, tape, |_, _| ())
}

/// Verifies after `change` to the commitments and claims.
pub(crate) fn verify_changed(
    case: &Case,
    tape: &[u8],
    change: impl Fn(&mut Vec<Point>, &mut Vec<Claim>),
) -> Result<(), OpeningError> {
    let (mut reader, mut commitments, mut claims) = read(case, tape)?;
    change(&mut commitments, &mut claims);
    opening::verify(
        SETUP.verifier(),
        case.columns,
        &commitments,
        &claims,
        &mut reader,
    )?;
    Ok(reader.finish()?)
}
