//! The contract accepts the same calls as the native verifier, and refuses all others for the same reason.

use crate::common::call::Call;
use crate::common::reason::Reason;
use crate::golden::{Golden, NAMES};
use crate::reason::of_native;
use crate::{statement_faults, tape_faults};
use std::collections::BTreeMap;

/// The number of faulty calls that all golden proofs together must give.
const FAULTS: usize = 2_000;

/// All faults of one proof.
fn faults(golden: &Golden) -> Vec<(String, Call)> {
    let honest = golden.call();
    let of_tape = tape_faults::faults(golden).into_iter();
    let of_tape = of_tape.map(|(what, proof)| {
        let honest = honest.clone();
        (what, Call { proof, ..honest })
    });
    of_tape.chain(statement_faults::faults(golden)).collect()
}

fn agree_on(name: &str) {
    let mut golden = Golden::load(name);
    let honest = golden.call();
    assert_eq!(of_native(&golden, &honest), Reason::None);
    assert_eq!(golden.show(&honest), Reason::None);
    let mut seen = BTreeMap::<Reason, usize>::new();
    for (what, call) in faults(&golden) {
        let expected = of_native(&golden, &call);
        assert_ne!(expected, Reason::None, "{name}, {what}");
        assert_eq!(golden.show(&call), expected, "{name}, {what}");
        *seen.entry(expected).or_default() += 1;
    }
    println!("{name}: {seen:?}");
    // Challenges meet once in 2^250 proofs.
    use Reason::{Batch, False, InputLength, InputPoint, Label, Point, ProofLength, Scalar};
    for reason in [
        Batch,
        Label,
        InputLength,
        InputPoint,
        ProofLength,
        Scalar,
        Point,
        False,
    ] {
        assert!(seen.contains_key(&reason), "{name}: never {reason:?}");
    }
}

#[test]
fn agrees_on_the_smallest_proof_and_its_faults() {
    agree_on(NAMES[0]);
}

#[test]
fn agrees_on_a_proof_of_every_gadget_and_its_faults() {
    agree_on(NAMES[1]);
}

#[test]
fn agrees_on_a_perceptron_and_its_faults() {
    agree_on(NAMES[2]);
}

#[test]
fn agrees_on_a_convolutional_network_and_its_faults() {
    agree_on(NAMES[3]);
}

#[test]
fn agrees_on_a_batch_and_its_faults() {
    agree_on(NAMES[4]);
}

#[test]
fn there_are_enough_faults() {
    let count: usize = NAMES
        .iter()
        .map(|name| faults(&Golden::load(name)).len())
        .sum();
    assert!(count >= FAULTS, "{count}");
}

/// If a call has several faults, the contract names the one that is cheapest to find.
#[test]
fn names_the_first_fault_in_the_order_of_its_reasons() {
    let mut golden = Golden::load("every-gadget");
    let last_scalar = {
        let messages = golden.messages();
        let scalars = messages.into_iter().rfind(|message| !message.is_points);
        scalars.unwrap().bytes.start
    };
    let mut call = golden.call();
    // From the last fault to the first: each hides those before.
    call.proof[last_scalar + 31] ^= 1;
    assert_eq!(golden.show(&call), Reason::False);
    call.proof[63] ^= 1;
    assert_eq!(golden.show(&call), Reason::Point);
    call.proof[last_scalar..last_scalar + 32].fill(0xff);
    assert_eq!(golden.show(&call), Reason::Scalar);
    call.proof.pop();
    assert_eq!(golden.show(&call), Reason::ProofLength);
    call.inputs[63] ^= 1;
    assert_eq!(golden.show(&call), Reason::InputPoint);
    call.inputs.pop();
    assert_eq!(golden.show(&call), Reason::InputLength);
    call.labels[1] = u16::MAX;
    assert_eq!(golden.show(&call), Reason::Label);
    call.labels.push(u16::MAX);
    assert_eq!(golden.show(&call), Reason::Batch);
}

/// A key may have layouts for several numbers of images, and the contract takes proofs of each.
#[test]
fn a_contract_takes_every_number_of_images_of_its_key() {
    use crate::common::SETUP;
    use zklens_evm::contract_key;
    let [one, six] = ["mnist-cnn", "mnist-cnn-batch"].map(Golden::load);
    let mut golden = Golden::load("mnist-cnn");
    assert_eq!(one.key, six.key);
    let key = contract_key(&one.key, SETUP.verifier(), &[6, 7, 1]).unwrap();
    golden.contract = golden.chain.deploy_verifier(&key);
    for call in [one.call(), six.call()] {
        assert_eq!(golden.show(&call), Reason::None);
    }
    let mut of_two = one.call();
    of_two.labels.push(0);
    assert_eq!(golden.show(&of_two), Reason::Batch);
}
