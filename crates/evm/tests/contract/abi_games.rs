//! Calldata that no encoder writes. The contract refuses it, or takes it for the statement that it decodes to by the rules
//! of the ABI.

use crate::common::call::Call;
use crate::common::reason::Reason;
use crate::golden::Golden;
use crate::reason::of_native;
use alloy_sol_types::SolCall;
use revm::primitives::U256;
use zklens_evm::abi::IModelVerifier;
use zklens_testkit::random::Random;

const WORD: usize = 32;

/// Bytes of a selector.
const SELECTOR: usize = 4;

/// The words of the head with the offsets of labels, inputs and proof.
const OFFSETS: [usize; 3] = [1, 2, 3];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    True,
    False,
    Reverted,
}

/// Words of a call of `verify`, after its selector, and bytes after these.
#[derive(Clone)]
struct Calldata(Vec<u8>);

impl Calldata {
    fn of(call: &Call) -> Self {
        Self(call.verify())
    }

    fn word(&self, index: usize) -> U256 {
        let start = SELECTOR + index * WORD;
        U256::from_be_slice(&self.0[start..start + WORD])
    }

    fn set(&mut self, index: usize, word: U256) {
        let start = SELECTOR + index * WORD;
        self.0[start..start + WORD].copy_from_slice(&word.to_be_bytes::<WORD>());
    }

    /// The words with the lengths of labels, inputs and proof.
    fn lengths(&self) -> [usize; 3] {
        OFFSETS.map(|offset| self.word(offset).to::<usize>() / WORD)
    }

    /// Inserts words, and moves what lies behind them: offsets that point there stay right.
    fn insert(&mut self, index: usize, words: usize) {
        let start = SELECTOR + index * WORD;
        let junk = vec![0xa5; words * WORD];
        self.0.splice(start..start, junk);
        for offset in OFFSETS {
            let at = self.word(offset);
            if at >= U256::from(index * WORD) {
                self.set(offset, at + U256::from(words * WORD));
            }
        }
    }
}

/// Shows calldata as it is. If it is accepted, its decoded statement must be true.
fn show(golden: &mut Golden, calldata: &Calldata) -> Verdict {
    let outcome = golden.chain.call(golden.contract, calldata.0.clone());
    if !outcome.succeeded {
        return Verdict::Reverted;
    }
    let verdict = IModelVerifier::verifyCall::abi_decode_returns_validate(&outcome.output);
    if !verdict.unwrap() {
        return Verdict::False;
    }
    let decoded = Call::decode(&calldata.0).expect("what is accepted can be decoded");
    assert_eq!(of_native(golden, &decoded), Reason::None);
    Verdict::True
}

#[test]
fn bytes_that_nothing_points_to_mean_nothing() {
    let mut golden = Golden::load("every-gadget");
    let call = golden.call();
    let honest = Calldata::of(&call);
    assert_eq!(show(&mut golden, &honest), Verdict::True);
    for more in [1, 31, 32, 1000] {
        let mut longer = honest.clone();
        longer.0.resize(honest.0.len() + more, 0xa5);
        assert_eq!(show(&mut golden, &longer), Verdict::True);
    }
    // Between the head and the first list, and before each list.
    for index in honest.lengths().into_iter().chain([4]) {
        for words in [1, 3] {
            let mut padded = honest.clone();
            padded.insert(index, words);
            assert_eq!(Call::decode(&padded.0), Some(call.clone()));
            assert_eq!(show(&mut golden, &padded), Verdict::True);
        }
    }
}

/// Moves one of the three lists behind the others, and overwrites its old place.
fn with_last(call: &Call, list: usize) -> Calldata {
    let mut calldata = Calldata::of(call);
    let starts = calldata.lengths().map(|word| SELECTOR + word * WORD);
    let end = calldata.0.len();
    let next = starts
        .into_iter()
        .filter(|start| *start > starts[list])
        .min();
    let bytes = starts[list]..next.unwrap_or(end);
    calldata.0.extend_from_within(bytes.clone());
    calldata.set(OFFSETS[list], U256::from(end - SELECTOR));
    calldata.0[bytes].fill(0xff);
    calldata
}

#[test]
fn lists_may_lie_in_any_order() {
    let mut golden = Golden::load("every-gadget");
    let call = golden.call();
    for list in 0..OFFSETS.len() {
        let calldata = with_last(&call, list);
        assert_eq!(Call::decode(&calldata.0).as_ref(), Some(&call));
        assert_eq!(show(&mut golden, &calldata), Verdict::True);
    }
}

/// Words behind the end of calldata read as zeros, which could be labels.
#[test]
fn a_list_that_the_calldata_cuts_off_reverts() {
    let mut golden = Golden::load("every-gadget");
    let call = golden.call();
    for list in 0..OFFSETS.len() {
        let whole = with_last(&call, list);
        for less in [1, WORD - 1, WORD, WORD + 1] {
            let mut cut = whole.clone();
            cut.0.truncate(whole.0.len() - less);
            let verdict = show(&mut golden, &cut);
            assert_eq!(verdict, Verdict::Reverted, "list {list}, {less} bytes less");
        }
    }
}

#[test]
fn lists_that_overlap_are_not_accepted() {
    let mut golden = Golden::load("every-gadget");
    let honest = Calldata::of(&golden.call());
    for (one, other) in [(1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)] {
        let mut overlapping = honest.clone();
        overlapping.set(one, honest.word(other));
        assert_ne!(show(&mut golden, &overlapping), Verdict::True);
        // With a length of its own inside the other.
        let start = SELECTOR + honest.lengths()[other - 1] * WORD;
        for word in 1..4 {
            let mut inside = honest.clone();
            let length = honest.word(honest.lengths()[one - 1]);
            inside.0[start + word * WORD..start + (word + 1) * WORD]
                .copy_from_slice(&length.to_be_bytes::<WORD>());
            let at = U256::from(start - SELECTOR + word * WORD);
            inside.set(one, at);
            if inside.0 == honest.0 {
                // Behind a short list is the next one's beginning.
                continue;
            }
            assert_ne!(show(&mut golden, &inside), Verdict::True);
        }
    }
}

/// Offsets that are too large, or so large that sums with them wrap around into the calldata.
#[test]
fn offsets_beyond_the_calldata_revert() {
    let mut golden = Golden::load("smallest");
    let honest = Calldata::of(&golden.call());
    let len = U256::from(honest.0.len());
    for offset in OFFSETS {
        let right = honest.word(offset);
        for other in [
            len,
            len + U256::from(WORD),
            U256::from(u64::MAX),
            U256::from(1) << 64,
            (U256::from(1) << 64) + right,
            (U256::from(1) << 128) + right,
            (U256::from(1) << 255) + right,
            U256::MAX,
            U256::MAX - U256::from(SELECTOR - 1),
            U256::MAX - U256::from(WORD - 1),
        ] {
            let mut calldata = honest.clone();
            calldata.set(offset, other);
            let verdict = show(&mut golden, &calldata);
            assert_eq!(verdict, Verdict::Reverted, "{offset}: {other}");
        }
    }
}

#[test]
fn lengths_beyond_the_calldata_revert() {
    let mut golden = Golden::load("smallest");
    let honest = Calldata::of(&golden.call());
    for length in honest.lengths() {
        let right = honest.word(length);
        for other in [
            U256::from(honest.0.len()),
            U256::from(u64::MAX),
            U256::from(1) << 64,
            (U256::from(1) << 64) + right,
            (U256::from(1) << 251) + right,
            (U256::from(1) << 255) + right,
            U256::MAX,
            U256::MAX - U256::from(WORD - 1),
        ] {
            let mut calldata = honest.clone();
            calldata.set(length, other);
            let verdict = show(&mut golden, &calldata);
            assert_eq!(verdict, Verdict::Reverted, "{length}: {other}");
        }
    }
}

#[test]
fn lengths_that_lie_are_not_accepted() {
    let mut golden = Golden::load("every-gadget");
    let honest = Calldata::of(&golden.call());
    for length in honest.lengths() {
        let right = honest.word(length).to::<usize>();
        for other in (0..right + 70).filter(|other| *other != right) {
            let is_near = other.abs_diff(right) < 70 || other < 3;
            if !is_near {
                continue;
            }
            let mut calldata = honest.clone();
            calldata.set(length, U256::from(other));
            let verdict = show(&mut golden, &calldata);
            assert_ne!(verdict, Verdict::True, "{length}: {other}");
        }
    }
}

#[test]
fn calldata_that_ends_early_reverts() {
    let mut golden = Golden::load("smallest");
    let honest = Calldata::of(&golden.call());
    for less in (1..honest.0.len()).step_by(7).chain([honest.0.len()]) {
        let mut shorter = honest.clone();
        shorter.0.truncate(honest.0.len() - less);
        let verdict = show(&mut golden, &shorter);
        assert_eq!(verdict, Verdict::Reverted, "{less} bytes less");
    }
}

/// A label has sixteen bits. Higher bits are not ignored.
#[test]
fn labels_with_dirty_bits_revert() {
    let mut golden = Golden::load("every-gadget");
    let honest = Calldata::of(&golden.call());
    let labels = honest.lengths()[0];
    for image in 0..golden.images() {
        for bit in 16..256 {
            let mut dirty = honest.clone();
            let word = labels + 1 + image;
            dirty.set(word, honest.word(word) | U256::from(1) << bit);
            assert_eq!(show(&mut golden, &dirty), Verdict::Reverted, "bit {bit}");
        }
    }
}

/// Random offsets and lengths, some of which reach into other lists.
#[test]
fn any_offsets_and_lengths_mean_what_they_decode_to() {
    const TRIES: u64 = 600;
    let mut golden = Golden::load("every-gadget");
    let honest = Calldata::of(&golden.call());
    let words: Vec<usize> = OFFSETS.into_iter().chain(honest.lengths()).collect();
    let mut seen = [0; 3];
    for seed in 0..TRIES {
        let mut random = Random::new(seed);
        let mut calldata = honest.clone();
        for _ in 0..random.count(1, 2) {
            let word = random.pick(&words);
            let other = random.pick(&words);
            let near = honest.word(other).saturating_to::<usize>();
            let near = near.saturating_add_signed(WORD as isize * random.between(-2, 2) as isize);
            let anywhere = U256::from(random.count(0, honest.0.len()));
            let bit = U256::from(1) << random.count(5, 255);
            let near = U256::from(near);
            let own = honest.word(word);
            let value = random.pick(&[near, anywhere, own, near | bit, U256::MAX - near]);
            calldata.set(word, value);
        }
        seen[show(&mut golden, &calldata) as usize] += 1;
    }
    println!("true, false, reverted: {seen:?}");
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
}
