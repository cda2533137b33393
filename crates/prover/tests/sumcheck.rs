//! Sumchecks are complete, every other proof is refused when its claims are settled, and what is sent
//! is uniform whatever the summands.

use proptest::prelude::*;
use zklens_field::{AdditiveGroup, Field, SCALAR_BYTES, Scalar, decode_scalar, encode_scalar};
use zklens_multilinear::evaluate;
use zklens_prover::sumcheck::{Combination, Product, Products, Reduced, Summand, prove};
use zklens_sumcheck::{EvalClaim, MaskShape, RoundMessage, SumClaim, reduce};
use zklens_transcript::{Label, Reader, TapeError, Writer, labels};

const STATEMENT: [u8; 32] = [9; 32];
const RANDOM: Label = Label::new("test/random");
const LATER: Label = Label::new("test/later");

/// A reproducible source of scalars.
struct Random(Writer);

impl Random {
    fn new(seed: u64) -> Self {
        Self(Writer::new(&encode_scalar(&Scalar::from(seed))))
    }

    fn scalar(&mut self) -> Scalar {
        self.0.draw(RANDOM)
    }

    fn scalars(&mut self, len: usize) -> Vec<Scalar> {
        (0..len).map(|_| self.scalar()).collect()
    }

    fn below(&mut self, bound: usize) -> usize {
        let [.., low] = encode_scalar(&self.scalar());
        usize::from(low) % bound
    }
}

/// One polynomial to sum, with its tables.
#[derive(Clone)]
struct Part {
    num_vars: usize,
    tables: Vec<Vec<Scalar>>,
    products: Products,
}

impl Part {
    /// Three tables, and one product of each degree up to `degree`.
    fn random(num_vars: usize, degree: usize, random: &mut Random) -> Self {
        let mut product = |degree| Product {
            coefficient: random.scalar(),
            factors: (0..degree).map(|_| random.below(3)).collect(),
        };
        let products = Products((0..=degree).map(&mut product).collect());
        let tables = (0..3).map(|_| random.scalars(1 << num_vars)).collect();
        Self {
            num_vars,
            tables,
            products,
        }
    }

    /// The polynomial at a point, from the definition of its tables' extensions.
    fn at(&self, point: &[Scalar]) -> Scalar {
        let cells: Vec<Scalar> = self
            .tables
            .iter()
            .map(|table| evaluate(table, point).unwrap())
            .collect();
        let value = |product: &Product| {
            let factors = product.factors.iter().map(|&k| cells[k]);
            product.coefficient * factors.product::<Scalar>()
        };
        self.products.0.iter().map(value).sum()
    }

    fn sum(&self) -> Scalar {
        corners(self.num_vars).map(|corner| self.at(&corner)).sum()
    }
}

/// Everything a proof is about: what is summed, the mask, and what is claimed.
#[derive(Clone)]
struct Case<const DEGREE: usize> {
    parts: Vec<Part>,
    sums: Vec<Scalar>,
    challenge: Scalar,
    mask: Vec<Scalar>,
}

impl<const DEGREE: usize> Case<DEGREE> {
    fn random(num_vars: &[usize], seed: u64) -> Self {
        let random = &mut Random::new(seed);
        let part = |&num_vars: &usize| Part::random(num_vars, DEGREE, random);
        let parts: Vec<Part> = num_vars.iter().map(part).collect();
        let num_vars = num_vars.iter().copied().max().unwrap_or(0);
        let shape = MaskShape {
            num_vars,
            degree: DEGREE,
        };
        Self {
            sums: parts.iter().map(Part::sum).collect(),
            parts,
            challenge: random.scalar(),
            mask: random.scalars(shape.num_coefficients()),
        }
    }

    fn summands(&self) -> Vec<Summand> {
        let summand = |(part, sum): (&Part, &Scalar)| {
            Summand::new(
                part.num_vars,
                *sum,
                part.tables.clone(),
                part.products.clone(),
            )
        };
        self.parts.iter().zip(&self.sums).map(summand).collect()
    }

    fn prove(&self) -> (Vec<u8>, Reduced<DEGREE>) {
        let mut writer = Writer::new(&STATEMENT);
        let reduced = prove(self.summands(), &self.challenge, &self.mask, &mut writer);
        (writer.finish(), reduced)
    }

    fn claim(&self) -> SumClaim {
        let claim = |(part, sum): (&Part, &Scalar)| SumClaim {
            num_vars: part.num_vars,
            sum: *sum,
        };
        let claims: Vec<SumClaim> = self.parts.iter().zip(&self.sums).map(claim).collect();
        SumClaim::batch(&claims, &self.challenge)
    }

    fn reduce(&self, tape: &[u8]) -> Result<EvalClaim<DEGREE>, TapeError> {
        let mut reader = Reader::open(&STATEMENT, tape);
        let claim = reduce(self.claim(), &mut reader)?;
        reader.finish().map(|()| claim)
    }

    /// The polynomial that is summed, `Σ_k challenge^k · g_k`, each at the last coordinates.
    fn at(&self, point: &[Scalar]) -> Scalar {
        let value = |(k, part): (usize, &Part)| {
            let suffix = &point[point.len() - part.num_vars..];
            self.challenge.pow([k as u64]) * part.at(suffix)
        };
        self.parts.iter().enumerate().map(value).sum()
    }

    /// The mask at a point, term by term.
    fn mask_at(&self, point: &[Scalar]) -> Scalar {
        let term = |(k, coefficient): (usize, &Scalar)| {
            let power = point[k / DEGREE].pow([(k % DEGREE + 1) as u64]);
            *coefficient * (power.double() - Scalar::ONE)
        };
        self.mask.iter().enumerate().map(term).sum()
    }

    /// Whether a claim holds: the caller's part, with the commitments replaced by what they hold.
    fn closes(&self, claim: EvalClaim<DEGREE>) -> bool {
        let evaluation = self.at(&claim.point);
        let owed = claim.close(&evaluation);
        assert_eq!(owed.functional.weights().len(), self.mask.len());
        owed.value == inner_product(owed.functional.weights(), &self.mask)
    }

    fn accepts(&self, tape: &[u8]) -> bool {
        self.reduce(tape).is_ok_and(|claim| self.closes(claim))
    }

    /// The coefficients of round `point.len()`, from the definition: values summed corner by corner,
    /// then interpolated by solving for them.
    fn round(&self, point: &[Scalar], polynomial: impl Fn(&[Scalar]) -> Scalar) -> Vec<Scalar> {
        let num_vars = self.mask.len() / DEGREE;
        let value = |x: u64| {
            let rest = corners(num_vars - point.len() - 1);
            let at = |rest: Vec<Scalar>| polynomial(&[point, &[Scalar::from(x)], &rest].concat());
            rest.map(at).sum::<Scalar>()
        };
        interpolate(&(0..=DEGREE as u64).map(value).collect::<Vec<_>>())
    }

    /// A tape from the definition, through `lie`, which may change the message of a round.
    fn prove_by_definition(
        &self,
        lie: impl Fn(usize, [Scalar; DEGREE]) -> [Scalar; DEGREE],
    ) -> Vec<u8> {
        let mut writer = Writer::new(&STATEMENT);
        let mut point = Vec::new();
        for round in 0..self.mask.len() / DEGREE {
            let c = self.round(&point, |x| self.at(x) + self.mask_at(x));
            let message = std::array::from_fn(|k| c[if k == 0 { 0 } else { k + 1 }]);
            writer.write_scalars(labels::SUMCHECK_ROUND, &lie(round, message));
            point.push(writer.draw(labels::SUMCHECK_BIND));
        }
        writer.finish()
    }
}

fn corners(num_vars: usize) -> impl Iterator<Item = Vec<Scalar>> {
    let bit = |index: usize, shift| Scalar::from((index >> shift & 1) as u64);
    (0..1 << num_vars).map(move |k| (0..num_vars).rev().map(|shift| bit(k, shift)).collect())
}

fn inner_product(left: &[Scalar], right: &[Scalar]) -> Scalar {
    left.iter()
        .zip(right)
        .map(|(left, right)| *left * right)
        .sum()
}

/// Coefficients of the polynomial with `values` at `0, 1, …`: a sum of Lagrange polynomials.
fn interpolate(values: &[Scalar]) -> Vec<Scalar> {
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

fn scalars(tape: &[u8]) -> Vec<Scalar> {
    let (words, rest) = tape.as_chunks::<SCALAR_BYTES>();
    assert!(rest.is_empty(), "a tape of whole words");
    words
        .iter()
        .map(|word| decode_scalar(word).unwrap())
        .collect()
}

/// Completeness, against the definition, for one degree.
fn check_complete<const DEGREE: usize>(num_vars: &[usize], seed: u64) {
    let case = Case::<DEGREE>::random(num_vars, seed);
    let (tape, reduced) = case.prove();
    assert_eq!(tape, case.prove_by_definition(|_, message| message));
    let claim = case.reduce(&tape).unwrap();
    assert_eq!(claim, reduced.claim);
    assert_eq!(reduced.evaluation, case.at(&claim.point));
    for (part, cells) in case.parts.iter().zip(&reduced.tables) {
        let suffix = claim.suffix(part.num_vars).unwrap();
        let expected: Vec<Scalar> = part
            .tables
            .iter()
            .map(|table| evaluate(table, suffix).unwrap())
            .collect();
        assert_eq!(cells, &expected);
    }
    let functional = claim.clone().close(&Scalar::ZERO).functional;
    let mask = inner_product(functional.weights(), &case.mask);
    assert_eq!(mask, case.mask_at(&claim.point));
    assert_eq!(claim.value, reduced.evaluation + mask);
    assert!(case.closes(claim));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn accepts_the_honest_proof_of_any_shape(
        num_vars in proptest::collection::vec(0_usize..5, 1..4),
        seed: u64,
    ) {
        check_complete::<1>(&num_vars, seed);
        check_complete::<2>(&num_vars, seed);
        check_complete::<3>(&num_vars, seed);
        check_complete::<4>(&num_vars, seed);
    }

    #[test]
    fn a_round_message_evaluates_as_its_polynomial(seed: u64) {
        let random = &mut Random::new(seed);
        let c = random.scalars(5);
        let r = random.scalar();
        let at = |x: &Scalar| c.iter().rev().fold(Scalar::ZERO, |value, c| value * x + c);
        let sum = at(&Scalar::ZERO) + at(&Scalar::ONE);
        let message = RoundMessage([c[0], c[2], c[3], c[4]]);
        prop_assert_eq!(message.evaluate(&sum, &r), at(&r));
        prop_assert_eq!(message.evaluate(&sum, &Scalar::ZERO), c[0]);
    }

    /// Nothing is owed on the mask's sum.
    #[test]
    fn every_mask_sums_to_zero(seed: u64) {
        let case = Case::<3>::random(&[4], seed);
        prop_assert_eq!(corners(4).map(|x| case.mask_at(&x)).sum::<Scalar>(), Scalar::ZERO);
    }
}

#[test]
fn no_summands_and_no_variables_are_no_rounds() {
    for num_vars in [&[][..], &[0], &[0, 0]] {
        let case = Case::<2>::random(num_vars, 1);
        let (tape, reduced) = case.prove();
        assert!(tape.is_empty() && reduced.claim.point.is_empty());
        assert_eq!(reduced.claim.value, case.claim().sum);
        assert!(case.accepts(&tape));
    }
}

/// Large enough that threads share a table.
#[test]
fn accepts_a_proof_over_many_rows() {
    let mut case = Case::<3>::random(&[], 2);
    let random = &mut Random::new(3);
    case.parts = vec![Part::random(12, 3, random), Part::random(11, 2, random)];
    case.sums = vec![Scalar::ZERO; 2];
    case.sums = case.summands().iter().map(Summand::true_sum).collect();
    case.mask = random.scalars(36);
    let (tape, _) = case.prove();
    assert_eq!(tape.len(), 36 * SCALAR_BYTES);
    assert!(case.accepts(&tape));
}

#[test]
fn true_sums_are_those_of_the_definition() {
    let case = Case::<4>::random(&[0, 1, 5], 4);
    let sums: Vec<Scalar> = case.summands().iter().map(Summand::true_sum).collect();
    assert_eq!(sums, case.sums);
}

#[test]
fn any_combination_may_be_summed() {
    #[derive(Debug)]
    struct Boolean;
    impl Combination for Boolean {
        fn degree(&self) -> usize {
            2
        }
        fn evaluate(&self, cells: &[Scalar]) -> Scalar {
            cells[0] * (cells[0] - Scalar::ONE)
        }
    }
    let random = &mut Random::new(5);
    let tables = vec![(0..16_u64).map(|k| Scalar::from(k % 2)).collect::<Vec<_>>()];
    let summand = Summand::new(4, Scalar::ZERO, tables.clone(), Boolean);
    assert_eq!(summand.true_sum(), Scalar::ZERO);
    let mask = random.scalars(8);
    let mut writer = Writer::new(&STATEMENT);
    let reduced = prove::<2>(vec![summand], &Scalar::ONE, &mask, &mut writer);
    let claim = SumClaim {
        num_vars: 4,
        sum: Scalar::ZERO,
    };
    let tape = writer.finish();
    let claim = reduce::<2>(claim, &mut Reader::open(&STATEMENT, &tape)).unwrap();
    let cell = evaluate(&tables[0], &claim.point).unwrap();
    assert_eq!(reduced.evaluation, Boolean.evaluate(&[cell]));
    let owed = claim.close(&reduced.evaluation);
    assert_eq!(owed.value, inner_product(owed.functional.weights(), &mask));
}

/// A case that the tests below attack: two sizes, three rounds, degree three.
fn attacked() -> (Case<3>, Vec<u8>) {
    let case = Case::random(&[3, 2], 6);
    let (tape, _) = case.prove();
    assert!(case.accepts(&tape));
    (case, tape)
}

#[test]
fn rejects_every_flipped_bit() {
    let (case, tape) = attacked();
    for bit in 0..tape.len() * 8 {
        let mut forged = tape.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert!(!case.accepts(&forged), "bit {bit}");
    }
}

#[test]
fn rejects_every_truncation() {
    let (case, tape) = attacked();
    let label = labels::SUMCHECK_ROUND;
    for len in 0..tape.len() {
        assert_eq!(
            case.reduce(&tape[..len]),
            Err(TapeError::Truncated { label })
        );
    }
}

#[test]
fn leaves_what_follows_on_the_tape() {
    let (case, mut tape) = attacked();
    tape.push(0);
    assert_eq!(case.reduce(&tape), Err(TapeError::Trailing { unread: 1 }));
}

#[test]
fn rejects_every_scalar_plus_the_modulus() {
    let (case, tape) = attacked();
    let label = labels::SUMCHECK_ROUND;
    for word in 0..tape.len() / SCALAR_BYTES {
        let mut twin = tape.clone();
        add_modulus(&mut twin[word * SCALAR_BYTES..][..SCALAR_BYTES]);
        assert_eq!(
            case.reduce(&twin),
            Err(TapeError::NonCanonical { label }),
            "word {word}"
        );
    }
}

/// `word + r = word + (r − 1) + 1`, by bytes.
fn add_modulus(word: &mut [u8]) {
    let mut carry = 1;
    for (byte, add) in word.iter_mut().zip(encode_scalar(&-Scalar::ONE)).rev() {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "the sum fits in the word");
}

/// A flipped bit cannot show a message that both sides forget to absorb.
#[test]
fn every_word_moves_every_later_challenge() {
    let (case, tape) = attacked();
    let challenges = |tape: &[u8]| {
        let mut reader = Reader::open(&STATEMENT, tape);
        let mut drawn = reduce::<3>(case.claim(), &mut reader).unwrap().point;
        drawn.push(reader.draw(LATER));
        drawn
    };
    let honest = challenges(&tape);
    for word in 0..tape.len() / SCALAR_BYTES {
        let mut forged = tape.clone();
        forged[word * SCALAR_BYTES + SCALAR_BYTES - 1] ^= 1;
        for (i, (honest, moved)) in honest.iter().zip(challenges(&forged)).enumerate() {
            assert_eq!(
                i >= word / 3,
                *honest != moved,
                "word {word}, challenge {i}"
            );
        }
    }
}

/// The liar has the prover claim it, so that every running sum fits.
#[test]
fn rejects_a_wrong_sum() {
    let (honest, honest_tape) = attacked();
    for part in 0..honest.parts.len() {
        let mut case = honest.clone();
        case.sums[part] += Scalar::ONE;
        let (tape, _) = case.prove();
        assert!(!case.accepts(&tape), "a liar about part {part}");
        assert!(!case.accepts(&honest_tape), "an honest tape, another claim");
    }
}

/// Wrong sums may cancel, and the true polynomials then prove them, if the challenge is foreseen.
#[test]
fn wrong_sums_cancel_only_under_a_foreseen_challenge() {
    let (mut case, tape) = attacked();
    // The first sum counts once; the second, twice for the variable that it lacks.
    case.sums[0] += case.challenge.double();
    case.sums[1] -= Scalar::ONE;
    assert!(case.accepts(&tape));
    case.challenge += Scalar::ONE;
    assert!(!case.accepts(&case.prove().0));
    assert!(!case.accepts(&case.prove_by_definition(|_, message| message)));
}

/// The liar changes one coefficient of one round and goes on with true polynomials, as if `c_1` had
/// not absorbed the lie.
#[test]
fn rejects_a_lying_round_polynomial() {
    let (case, tape) = attacked();
    assert_eq!(case.prove_by_definition(|_, message| message), tape);
    for lied in 0..9 {
        let forged = case.prove_by_definition(|round, mut message| {
            if round == lied / 3 {
                message[lied % 3] += Scalar::ONE;
            }
            message
        });
        assert!(case.reduce(&forged).is_ok());
        assert!(!case.accepts(&forged), "coefficient {lied}");
    }
}

/// A summand of a degree above the protocol's cannot be sent, and leaving its top coefficient out
/// is a lie.
#[test]
fn rejects_a_polynomial_of_too_high_a_degree() {
    let high = Case::<3>::random(&[3], 7);
    let random = &mut Random::new(8);
    let case = Case::<2> {
        parts: high.parts.clone(),
        sums: high.sums,
        challenge: high.challenge,
        mask: random.scalars(6),
    };
    let forged = case.prove_by_definition(|_, message| message);
    assert!(case.reduce(&forged).is_ok() && !case.accepts(&forged));
}

#[test]
#[should_panic(expected = "degree 2 at most")]
fn the_prover_refuses_a_summand_of_too_high_a_degree() {
    let case = Case::<3>::random(&[2], 9);
    let mask = vec![Scalar::ZERO; 4];
    let _ = prove::<2>(
        case.summands(),
        &Scalar::ONE,
        &mask,
        &mut Writer::new(&STATEMENT),
    );
}

#[test]
#[should_panic(expected = "coefficients of the mask")]
fn the_prover_refuses_a_mask_of_another_shape() {
    let mut case = Case::<3>::random(&[2], 10);
    case.mask.pop();
    let _ = case.prove();
}

#[test]
fn rejects_a_proof_without_the_committed_mask() {
    let (case, _) = attacked();
    let mut bare = case.clone();
    bare.mask = vec![Scalar::ZERO; case.mask.len()];
    let (tape, _) = bare.prove();
    assert!(
        bare.accepts(&tape),
        "without a mask it would be a plain sumcheck"
    );
    assert!(!case.accepts(&tape));
}

/// Each coefficient counts: a commitment to another mask does not open.
#[test]
fn rejects_a_mask_that_differs_in_one_coefficient() {
    let (case, tape) = attacked();
    for k in 0..case.mask.len() {
        let mut other = case.clone();
        other.mask[k] += Scalar::ONE;
        assert!(!other.accepts(&tape), "coefficient {k}");
    }
}

#[test]
fn rejects_another_statement() {
    let (case, tape) = attacked();
    let mut reader = Reader::open(&[10; 32], &tape);
    let claim = reduce(case.claim(), &mut reader).unwrap();
    assert!(!case.closes(claim));
}

#[test]
fn two_proofs_of_one_claim_share_no_element() {
    let (case, tape) = attacked();
    let mut other = case.clone();
    other.mask = Random::new(11).scalars(case.mask.len());
    let (other_tape, _) = other.prove();
    assert!(other.accepts(&other_tape));
    let other = scalars(&other_tape);
    assert!(
        scalars(&tape)
            .iter()
            .all(|element| !other.contains(element))
    );
}

/// Sums of zeros, unmasked, would be seen at once.
#[test]
fn proofs_about_zeros_hold_no_zero() {
    let mut case = Case::<3>::random(&[4], 12);
    case.parts[0]
        .tables
        .iter_mut()
        .for_each(|table| table.fill(Scalar::ZERO));
    case.parts[0].products.0[0].coefficient = Scalar::ZERO;
    case.sums = vec![Scalar::ZERO];
    let (tape, _) = case.prove();
    assert!(case.accepts(&tape));
    assert!(!scalars(&tape).contains(&Scalar::ZERO));
}

/// The simulator knows the claimed sum and nothing of the tables: it sends random scalars, and
/// programs the claims that are left.
fn simulate<const DEGREE: usize>(num_vars: usize, seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut writer = Writer::new(&STATEMENT);
    for _ in 0..num_vars {
        writer.write_scalars(labels::SUMCHECK_ROUND, &random.scalars(DEGREE));
        let _ = writer.draw(labels::SUMCHECK_BIND);
    }
    writer.finish()
}

#[test]
fn a_simulated_tape_leaves_a_claim_that_any_evaluation_closes() {
    let (case, _) = attacked();
    let tape = simulate::<3>(3, 13);
    let claim = case.reduce(&tape).unwrap();
    let evaluation = Random::new(14).scalar();
    let owed = claim.clone().close(&evaluation);
    assert_eq!(owed.value + evaluation, claim.value);
}

/// Perfect zero-knowledge, as a bijection: whatever the tables, each tape that the simulator may send
/// is the honest tape of exactly one mask. So with a uniform mask, honest tapes are uniform too.
fn check_simulated_tape_is_honest<const DEGREE: usize>(num_vars: &[usize], seed: u64) {
    let mut case = Case::<DEGREE>::random(num_vars, seed);
    let num_rounds = case.mask.len() / DEGREE;
    let tape = simulate::<DEGREE>(num_rounds, seed ^ 1);
    let claim = case.reduce(&tape).unwrap();
    let sent = scalars(&tape);
    let mut running = case.claim().sum;
    let mut mask = Vec::new();
    for round in 0..num_rounds {
        let message = RoundMessage::<DEGREE>(sent[round * DEGREE..][..DEGREE].try_into().unwrap());
        let values = (0..=DEGREE as u64).map(|x| message.evaluate(&running, &Scalar::from(x)));
        let simulated = interpolate(&values.collect::<Vec<_>>());
        let plain = case.round(&claim.point[..round], |x| case.at(x));
        let scale = Scalar::from(1_u64 << (num_rounds - round))
            .inverse()
            .unwrap();
        mask.extend((1..=DEGREE).map(|j| (simulated[j] - plain[j]) * scale));
        running = message.evaluate(&running, &claim.point[round]);
    }
    case.mask = mask;
    assert_eq!(case.prove().0, tape);
    assert!(case.closes(claim));
}

#[test]
fn every_simulated_tape_is_the_honest_tape_of_some_mask() {
    for seed in 20..30 {
        check_simulated_tape_is_honest::<1>(&[3], seed);
        check_simulated_tape_is_honest::<2>(&[3, 1], seed);
        check_simulated_tape_is_honest::<3>(&[2, 4], seed);
        check_simulated_tape_is_honest::<4>(&[4, 0, 2], seed);
    }
}
