//! Random polynomials to sum, and everything about them from the definition.

use zklens_field::{AdditiveGroup, Field, SCALAR_BYTES, Scalar, decode_scalar, encode_scalar};
use zklens_multilinear::evaluate;
use zklens_prover::sumcheck::{Combination, Product, Products, Reduced, Rows, Summand, prove};
use zklens_sumcheck::{EvalClaim, MaskShape, SumClaim, reduce};
use zklens_transcript::{Label, Reader, TapeError, Writer, labels};

pub(crate) const STATEMENT: [u8; 32] = [9; 32];
const RANDOM: Label = Label::new("test/random");

/// A reproducible source of scalars.
pub(crate) struct Random(Writer);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Writer::new(&encode_scalar(&Scalar::from(seed))))
    }

    pub(crate) fn scalar(&mut self) -> Scalar {
        self.0.draw(RANDOM)
    }

    pub(crate) fn scalars(&mut self, len: usize) -> Vec<Scalar> {
        (0..len).map(|_| self.scalar()).collect()
    }

    fn below(&mut self, bound: usize) -> usize {
        let [.., low] = encode_scalar(&self.scalar());
        usize::from(low) % bound
    }
}

/// One polynomial to sum, with its tables.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) num_vars: usize,
    pub(crate) tables: Vec<Vec<Scalar>>,
    pub(crate) blinds: Vec<Scalar>,
    pub(crate) products: Products,
}

impl Part {
    /// Two blinded tables and two plain ones, and one product of each degree up to `degree`, with at
    /// least one plain factor in the last.
    pub(crate) fn random(num_vars: usize, degree: usize, random: &mut Random) -> Self {
        let mut factor = |k| match k {
            _ if k + 1 == degree => 2 + random.below(2),
            _ => random.below(4),
        };
        let mut factors = |degree| (0..degree).map(&mut factor).collect();
        let factors: Vec<Vec<usize>> = (0..=degree).map(&mut factors).collect();
        let product = |factors| Product {
            coefficient: random.scalar(),
            factors,
        };
        let products = Products(factors.into_iter().map(product).collect());
        let mut table = |_| random.scalars(1 << (num_vars - 1));
        Self {
            num_vars,
            tables: (0..4).map(&mut table).collect(),
            blinds: random.scalars(2),
            products,
        }
    }

    pub(crate) fn summand(&self) -> Rows {
        let Self {
            num_vars,
            tables,
            blinds,
            products,
        } = self.clone();
        Rows::new(num_vars, tables, blinds, products)
    }

    /// The sum over the rows.
    pub(crate) fn sum(&self) -> Scalar {
        let cells = |row: usize| -> Vec<Scalar> { self.tables.iter().map(|t| t[row]).collect() };
        let rows = 0..1 << (self.num_vars - 1);
        rows.map(|row| self.products.evaluate(&cells(row))).sum()
    }

    /// The polynomial at a point, from the definition: each table has its own cells where the
    /// blinding variable is zero, and its blind or again its cells where that is one.
    pub(crate) fn at(&self, point: &[Scalar]) -> Scalar {
        let cells = self.tables.iter().enumerate().map(|(k, table)| {
            let blind = self.blinds.get(k);
            let pair = |cell: &Scalar| [*cell, *blind.unwrap_or(cell)];
            let table: Vec<Scalar> = table.iter().flat_map(pair).collect();
            evaluate(&table, point).unwrap()
        });
        let cells: Vec<Scalar> = cells.collect();
        let value = |product: &Product| {
            let factors = product.factors.iter().map(|&k| cells[k]);
            product.coefficient * factors.product::<Scalar>()
        };
        let rows = self.products.0.iter().map(value).sum::<Scalar>();
        let weight = Scalar::from(1_u64 << self.num_vars);
        weight * (Scalar::ONE - point[self.num_vars - 1]) * rows
    }
}

/// The tables whose sum is zero, and the mask.
#[derive(Clone)]
pub(crate) struct Case<const DEGREE: usize> {
    pub(crate) parts: Vec<Part>,
    pub(crate) constant: Scalar,
    pub(crate) mask: Vec<Scalar>,
}

impl<const DEGREE: usize> Case<DEGREE> {
    pub(crate) fn random(num_vars: &[usize], seed: u64) -> Self {
        let random = &mut Random::new(seed);
        let part = |&num_vars: &usize| Part::random(num_vars, DEGREE, random);
        Self::new(num_vars.iter().map(part).collect(), random)
    }

    pub(crate) fn new(parts: Vec<Part>, random: &mut Random) -> Self {
        let shape = MaskShape {
            num_vars: parts.iter().map(|part| part.num_vars).max().unwrap(),
            degree: DEGREE,
        };
        Self {
            constant: -parts.iter().map(Part::sum).sum::<Scalar>(),
            parts,
            mask: random.scalars(shape.num_coefficients()),
        }
    }

    pub(crate) const fn num_vars(&self) -> usize {
        self.mask.len() / DEGREE
    }

    pub(crate) fn prove(&self) -> (Vec<u8>, Reduced<DEGREE>) {
        let mut writer = Writer::new(&STATEMENT);
        let summands = self
            .parts
            .iter()
            .map(|part| Box::new(part.summand()) as Box<dyn Summand>);
        let summands = summands.collect();
        let reduced = prove(summands, self.constant, &self.mask, &mut writer);
        (writer.finish(), reduced)
    }

    pub(crate) const fn claim(&self) -> SumClaim {
        SumClaim {
            num_vars: self.num_vars(),
            sum: Scalar::ZERO,
        }
    }

    pub(crate) fn reduce(&self, tape: &[u8]) -> Result<EvalClaim<DEGREE>, TapeError> {
        let mut reader = Reader::open(&STATEMENT, tape);
        let claim = reduce(self.claim(), &mut reader)?;
        reader.finish().map(|()| claim)
    }

    /// The polynomial that is summed, each part at the last coordinates.
    pub(crate) fn at(&self, point: &[Scalar]) -> Scalar {
        let value = |part: &Part| part.at(&point[point.len() - part.num_vars..]);
        self.constant + self.parts.iter().map(value).sum::<Scalar>()
    }

    /// The mask at a point, term by term.
    pub(crate) fn mask_at(&self, point: &[Scalar]) -> Scalar {
        let term = |(k, coefficient): (usize, &Scalar)| {
            let power = point[k / DEGREE].pow([(k % DEGREE + 1) as u64]);
            *coefficient * (power.double() - Scalar::ONE)
        };
        self.mask.iter().enumerate().map(term).sum()
    }

    /// Whether a claim holds. This is the caller's part, on the values themselves in place of their commitments.
    pub(crate) fn closes(&self, claim: EvalClaim<DEGREE>) -> bool {
        let evaluation = self.at(&claim.point);
        let owed = claim.close(&evaluation);
        assert_eq!(owed.functional.coefficients().len(), self.mask.len());
        owed.value == inner_product(owed.functional.coefficients(), &self.mask)
    }

    pub(crate) fn accepts(&self, tape: &[u8]) -> bool {
        self.reduce(tape).is_ok_and(|claim| self.closes(claim))
    }

    /// The coefficients of round `point.len()`, from the definition: values summed corner by corner,
    /// then interpolated by solving for them.
    pub(crate) fn round(
        &self,
        point: &[Scalar],
        polynomial: impl Fn(&[Scalar]) -> Scalar,
    ) -> Vec<Scalar> {
        let value = |x: u64| {
            let rest = corners(self.num_vars() - point.len() - 1);
            let at = |rest: Vec<Scalar>| polynomial(&[point, &[Scalar::from(x)], &rest].concat());
            rest.map(at).sum::<Scalar>()
        };
        interpolate(&(0..=DEGREE as u64).map(value).collect::<Vec<_>>())
    }

    /// A tape from the definition, through `lie`, which may change the message of a round.
    pub(crate) fn prove_by_definition(
        &self,
        lie: impl Fn(usize, [Scalar; DEGREE]) -> [Scalar; DEGREE],
    ) -> Vec<u8> {
        let mut writer = Writer::new(&STATEMENT);
        let mut point = Vec::new();
        for round in 0..self.num_vars() {
            let c = self.round(&point, |x| self.at(x) + self.mask_at(x));
            let message = std::array::from_fn(|k| c[if k == 0 { 0 } else { k + 1 }]);
            writer.write_scalars(labels::SUMCHECK_ROUND, &lie(round, message));
            point.push(writer.draw(labels::SUMCHECK_BIND));
        }
        writer.finish()
    }
}

pub(crate) fn corners(num_vars: usize) -> impl Iterator<Item = Vec<Scalar>> {
    let bit = |index: usize, shift| Scalar::from((index >> shift & 1) as u64);
    (0..1 << num_vars).map(move |k| (0..num_vars).rev().map(|shift| bit(k, shift)).collect())
}

pub(crate) fn inner_product(left: &[Scalar], right: &[Scalar]) -> Scalar {
    left.iter()
        .zip(right)
        .map(|(left, right)| *left * right)
        .sum()
}

/// Coefficients of the polynomial with `values` at `0, 1, …`: a sum of Lagrange polynomials.
pub(crate) fn interpolate(values: &[Scalar]) -> Vec<Scalar> {
    let mut coefficients = vec![Scalar::ZERO; values.len()];
    for (i, value) in values.iter().enumerate() {
        let mut basis = vec![*value];
        for j in (0..values.len()).filter(|&j| j != i) {
            let [x_i, x_j] = [i, j].map(|x| Scalar::from(x as u64));
            let scale = (x_i - x_j).inverse().unwrap();
            let mut product = vec![Scalar::ZERO; basis.len() + 1];
            for (k, c) in basis.iter().enumerate() {
                product[k + 1] += scale * c;
                product[k] -= scale * x_j * c;
            }
            basis = product;
        }
        coefficients
            .iter_mut()
            .zip(&basis)
            .for_each(|(to, from)| *to += from);
    }
    coefficients
}

pub(crate) fn scalars(tape: &[u8]) -> Vec<Scalar> {
    let (words, rest) = tape.as_chunks::<SCALAR_BYTES>();
    assert!(rest.is_empty(), "a tape of whole words");
    words
        .iter()
        .map(|word| decode_scalar(word).unwrap())
        .collect()
}

/// The case that tests attack: two sizes, three rounds, degree three.
pub(crate) fn attacked() -> (Case<3>, Vec<u8>) {
    let case = Case::random(&[3, 2], 6);
    let (tape, _) = case.prove();
    assert!(case.accepts(&tape));
    (case, tape)
}
