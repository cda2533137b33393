//! The contract multiplies every commitment by the weight that the native verifier's claims give it.
//!
//! A contract that forgot a claim, or misread the place of a column, might still accept every honest proof of some
//! network. Its factors would differ.

use crate::common::Chain;
use crate::common::SETUP;
use crate::common::call::Call;
use crate::golden::{Golden, NAMES};
use revm::bytecode::opcode::STATICCALL;
use revm::inspector::Inspector;
use revm::interpreter::Interpreter;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::{Jumps, MemoryTr};
use revm::primitives::Address;
use zklens_commitment::Claim;
use zklens_field::{AdditiveGroup, Field, SCALAR_BYTES, Scalar, encode_scalar};
use zklens_layers::Layout;
use zklens_layers::gadgets::lookup::LookupChallenges;
use zklens_layers::layout::DEGREE;
use zklens_layers::relation::closing::close;
use zklens_layers::relation::{Challenges, Relations};
use zklens_sumcheck::{SumClaim, reduce};
use zklens_transcript::{Reader, labels};
use zklens_verifier::{Statement, VerifyingKey};

type Word = [u8; SCALAR_BYTES];

/// The factors of a verifier's points: the commitments to vectors, then `[A]`, `[B]`, `[1]` and `[W]`.
fn expected(key: &VerifyingKey, statement: &Statement, proof: &[u8]) -> Vec<Word> {
    let layout = Layout::new(key.circuit(), key.columns(), statement.labels.len()).unwrap();
    let mut reader = Reader::open(&statement.digest(SETUP.verifier()), proof);
    let claims = claims(key, statement, &layout, &mut reader);
    let gamma = reader.draw(labels::OPENING_CLAIMS);
    let [_, _] = reader.read_points(labels::OPENING_PRODUCT).unwrap();
    let z = reader.draw(labels::OPENING_POINT);
    let [d] = reader.read_scalars(labels::OPENING_VALUE).unwrap();
    let [_] = reader.read_points(labels::OPENING_QUOTIENT).unwrap();
    let x = reader.draw(labels::OPENING_FOLD);
    let z_inverse = z.inverse().unwrap();
    let [a, b] = [x - z, x - z_inverse].map(|difference| difference.inverse().unwrap());

    let mut coefficients = vec![Scalar::ZERO; layout.vectors.helpers.end];
    let (mut power, mut value) = (Scalar::ONE, Scalar::ZERO);
    for claim in claims {
        for term in &claim.terms {
            let weight = power * a * term.functional.at(&z_inverse);
            for (row, coefficient) in &term.vectors {
                coefficients[*row] += weight * coefficient;
            }
        }
        value += power * claim.value;
        power *= gamma;
    }
    let ones = -((value + d * z_inverse) * a + d * b);
    coefficients.extend([-(z * a), b, ones, x]);
    coefficients.iter().map(encode_scalar).collect()
}

/// Steps 1 to 6 of the native verifier.
fn claims(
    key: &VerifyingKey,
    statement: &Statement,
    layout: &Layout,
    reader: &mut Reader<'_>,
) -> Vec<Claim> {
    let rows = &layout.vectors;
    let _ = reader.read_point_list(labels::WITNESS_ROWS, rows.witness.len());
    let lookup = LookupChallenges {
        alpha: reader.draw(labels::LOOKUP_POLE),
        beta: reader.draw(labels::LOOKUP_PAIR),
    };
    let _ = reader.read_point_list(labels::HELPER_ROWS, rows.helpers.len());
    let coordinates = 1..layout.num_vars;
    let challenges = Challenges {
        lookup,
        point: coordinates
            .map(|_| reader.draw(labels::RULE_POINT))
            .collect(),
        lambda: reader.draw(labels::RULE_POWERS),
    };
    let relations = Relations::new(key.circuit(), layout, &statement.labels, &challenges).unwrap();
    let sum = SumClaim {
        num_vars: layout.num_vars,
        sum: Scalar::ZERO,
    };
    let end = reduce::<DEGREE>(sum, reader).unwrap();
    let sent = reader.read_scalar_list(labels::COLUMN_VALUES, layout.num_values());
    let mut sent = sent.unwrap().into_iter();
    let tables = layout.tables.iter();
    let values: Vec<Vec<Scalar>> = tables
        .map(|table| sent.by_ref().take(table.placements.len()).collect())
        .collect();
    close(key.circuit(), layout, &relations, &challenges, end, &values)
}

/// The factors of the points that a call of the contract multiplies.
fn found(chain: &mut Chain, contract: Address, call: &Call) -> Vec<Word> {
    chain
        .watch(contract, call.check(), Multiplications::default())
        .factors
}

/// The factors of all calls of the precompile that multiplies.
#[derive(Default)]
struct Multiplications {
    factors: Vec<Word>,
}

impl<CTX> Inspector<CTX, EthInterpreter> for Multiplications {
    fn step(&mut self, interpreter: &mut Interpreter<EthInterpreter>, _: &mut CTX) {
        const MULTIPLY: u64 = 7;
        if interpreter.bytecode.opcode() != STATICCALL {
            return;
        }
        let operand = |index| interpreter.stack.peek(index).unwrap().to::<u64>();
        if operand(1) == MULTIPLY {
            // Behind the point.
            let factor = usize::try_from(operand(2)).unwrap() + 64;
            let word = interpreter.memory.slice(factor..factor + SCALAR_BYTES);
            self.factors.push(word.to_vec().try_into().unwrap());
        }
    }
}

/// Compares the factors for a proof. The error lists those that differ.
pub(crate) fn agree(
    (chain, contract): (&mut Chain, Address),
    key: &VerifyingKey,
    statement: &Statement,
    proof: &[u8],
) -> Result<(), String> {
    let expected = expected(key, statement, proof);
    let found = found(chain, contract, &Call::new(statement, proof));
    let count = expected.len().max(found.len());
    let differs = |index: &usize| expected.get(*index) != found.get(*index);
    let differing: Vec<usize> = (0..count).filter(differs).collect();
    match differing.is_empty() {
        true => Ok(()),
        false => Err(format!("factors {differing:?} of {count}")),
    }
}

#[test]
fn every_row_weighs_what_the_native_verifier_says() {
    for name in NAMES {
        let mut golden = Golden::load(name);
        let contract = (&mut golden.chain, golden.contract);
        let agreed = agree(contract, &golden.key, &golden.statement, &golden.proof);
        assert_eq!(agreed, Ok(()), "{name}");
    }
}
