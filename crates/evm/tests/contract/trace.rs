//! The words that the deployed contract absorbs and draws, seen from outside through its hashes.

use crate::common::Chain;
use revm::bytecode::opcode::KECCAK256;
use revm::inspector::Inspector;
use revm::interpreter::Interpreter;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::{Jumps, MemoryTr};
use revm::primitives::{Address, U256, keccak256};
use zklens_field::SCALAR_BYTES;
use zklens_testkit::recorder::Event;
use zklens_transcript::{Label, labels};

/// The labels of all messages and challenges.
const LABELS: [Label; 16] = [
    labels::WITNESS_ROWS,
    labels::LOOKUP_POLE,
    labels::LOOKUP_PAIR,
    labels::HELPER_ROWS,
    labels::RULE_POINT,
    labels::RULE_POWERS,
    labels::COLUMN_VALUES,
    labels::OPENING_CLAIMS,
    labels::OPENING_PRODUCT,
    labels::OPENING_POINT,
    labels::OPENING_VALUE,
    labels::OPENING_QUOTIENT,
    labels::OPENING_FOLD,
    labels::OPENING_WITNESS,
    labels::SUMCHECK_ROUND,
    labels::SUMCHECK_BIND,
];

/// The content of a contract's transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trace {
    /// The statement's digest.
    pub(crate) statement: [u8; 32],
    /// All messages and challenges, in order.
    pub(crate) events: Vec<Event>,
}

impl Trace {
    /// The trace of a call. It has steps 0 to 6 if the lengths are right, also of a false proof.
    pub(crate) fn of(chain: &mut Chain, contract: Address, calldata: Vec<u8>) -> Self {
        let hashes = chain.watch(contract, calldata, Hashes::default()).done;
        let mut hashes = hashes.into_iter();
        let is_statement = |(preimage, _): &(Vec<u8>, _)| preimage.starts_with(b"zklens/statement");
        let (_, statement) = hashes.find(is_statement).expect("a statement");
        let (preimage, mut state) = hashes.next().expect("the first message");
        let first = [[0; 32], name(labels::PROTOCOL), number(1), statement];
        assert_eq!(preimage, first.concat());
        let mut events = Vec::new();
        for (preimage, digest) in hashes {
            // No message is absorbed but into what was absorbed before.
            assert!(preimage.starts_with(&state), "another hash");
            events.push(event(&preimage, digest));
            state = digest;
        }
        Self { statement, events }
    }

    /// Its challenges, each with the number of bytes of the tape read before it.
    pub(crate) fn challenges(&self) -> Vec<(usize, Label, [u8; 32])> {
        let mut read = 0;
        let mut challenges = Vec::new();
        for event in &self.events {
            match event {
                Event::Message { words, .. } => read += words.len() * SCALAR_BYTES,
                Event::Challenge { label, value } => challenges.push((read, *label, *value)),
            }
        }
        challenges
    }
}

/// The message or challenge of one hash.
fn event(preimage: &[u8], digest: [u8; 32]) -> Event {
    let (words, rest) = preimage.as_chunks::<32>();
    assert!(rest.is_empty(), "a transcript is of words");
    let [_, label, count, words @ ..] = words else {
        panic!("a message has a label and a length");
    };
    let found = LABELS.into_iter().find(|known| name(*known) == *label);
    let label = found.expect("a label of the protocol");
    assert_eq!(*count, number(words.len()));
    if words.is_empty() {
        let value = U256::from_be_bytes(digest).wrapping_shr(3).to_be_bytes();
        return Event::Challenge { label, value };
    }
    let words = words.to_vec();
    Event::Message { label, words }
}

fn name(label: Label) -> [u8; 32] {
    keccak256(label.name()).0
}

fn number(number: usize) -> [u8; 32] {
    U256::from(number).to_be_bytes()
}

/// Every hash of a transaction, with its preimage.
#[derive(Default)]
struct Hashes {
    begun: Option<(usize, usize)>,
    done: Vec<(Vec<u8>, [u8; 32])>,
}

impl<CTX> Inspector<CTX, EthInterpreter> for Hashes {
    fn step(&mut self, interpreter: &mut Interpreter<EthInterpreter>, _: &mut CTX) {
        if interpreter.bytecode.opcode() == KECCAK256 {
            let operand = |index| interpreter.stack.peek(index).unwrap().to::<usize>();
            self.begun = Some((operand(0), operand(1)));
        }
    }

    fn step_end(&mut self, interpreter: &mut Interpreter<EthInterpreter>, _: &mut CTX) {
        if let Some((offset, len)) = self.begun.take() {
            let preimage = interpreter.memory.slice(offset..offset + len).to_vec();
            let digest = interpreter.stack.peek(0).unwrap().to_be_bytes();
            self.done.push((preimage, digest));
        }
    }
}
