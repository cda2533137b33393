//! `zklens verify` and `zklens inspect` of proofs of SP1.

use super::stand_in::{
    BAG, MODEL_FILE, SNEAKER, StandIn, address, by_model_file, proof_file, vkey,
};
use crate::support::{errors, text};
use serde_json::Value;
use zklens_sp1::ProofFile;
use zklens_sp1::protocol::{FailureKind, Message, System};

#[test]
fn says_what_is_proved() {
    let stand_in = StandIn::of_sneaker();
    let proof = stand_in.proof();
    for engine in [&[][..], &["--engine", "sp1"]] {
        let (printed, _) = stand_in.run(&[&["verify", &proof][..], engine].concat());
        let expected = format!(
            "The proof is true.\n\nimage:         {}\nlabel:         7\nclass:         Sneaker\n\n\
             model:         fashion-mlp, which comes with zklens and is part of the program\nmodel digest:  ",
            address(SNEAKER)
        );
        assert!(printed.starts_with(&expected), "{printed}");
        let vkey = format!(
            "program vkey:  {}\nsystem:        compressed\n",
            vkey("fashion-mlp")
        );
        assert!(printed.ends_with(&vkey), "{printed}");
    }
    let (printed, _) = stand_in.run(&["verify", "--json", &proof, "-i", SNEAKER]);
    let verified: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(verified["verified"], true);
    assert_eq!(verified["engine"], "sp1");
    assert_eq!(verified["ipfsUri"], address(SNEAKER));
    assert_eq!(verified["label"], 7);
    assert_eq!(verified["modelKnownBy"], "shipped");
    assert_eq!(verified["proofSystem"], "compressed");
    assert_eq!(verified["file"], SNEAKER);
}

#[test]
fn tells_the_right_image_from_a_wrong_one() {
    let stand_in = StandIn::of_sneaker();
    let proof = stand_in.proof();
    let (printed, _) = stand_in.run(&["verify", &proof, "-i", SNEAKER]);
    assert!(
        printed.contains(&format!("which is {SNEAKER}\n")),
        "{printed}"
    );
    let errors = stand_in.failure(5, &["verify", &proof, "-i", BAG]);
    let expected = format!(
        "8_bag.png: this is a different file: its address is {}",
        address(BAG)
    );
    assert!(errors.contains(&expected), "{errors}");
    let errors = stand_in.failure(2, &["verify", &proof, "-i", SNEAKER, BAG]);
    assert!(errors.contains("one image, not 2"), "{errors}");
}

#[test]
fn tells_the_right_network_from_a_wrong_one() {
    let stand_in = StandIn::of_sneaker();
    let proof = stand_in.proof();
    for model in ["fashion-mlp", "models/fashion-mlp.zkl"] {
        stand_in.run(&["verify", &proof, "-m", model]);
    }
    let errors = stand_in.failure(5, &["verify", &proof, "-m", "mnist-cnn"]);
    assert!(
        errors.contains("about fashion-mlp, not about mnist-cnn"),
        "{errors}"
    );
    assert!(
        stand_in
            .failure(3, &["verify", &proof, "-m", "alexnet"])
            .contains("no such model")
    );
}

#[test]
fn the_network_of_the_program_for_all_is_known_by_its_digest() {
    let stand_in = StandIn::that_says("any-model", by_model_file());
    let proof = stand_in.0.path("any.sp1");
    stand_in.run(&[
        "prove", "--engine", "sp1", "-m", MODEL_FILE, "-i", SNEAKER, "-o", &proof,
    ]);
    let (printed, _) = stand_in.run(&["verify", &proof]);
    assert!(
        printed.contains("class:         unknown; --model gives the network\n")
            && printed.contains("model:         compare its digest"),
        "{printed}"
    );
    let (printed, _) = stand_in.run(&["verify", &proof, "-m", MODEL_FILE]);
    assert!(
        printed.contains("class:         3\n")
            && printed.contains("model:         mnist-cnn, the one given"),
        "{printed}"
    );
    let errors = stand_in.failure(5, &["verify", &proof, "-m", "fashion-mlp"]);
    assert!(errors.contains("about the network with digest"), "{errors}");
}

#[test]
fn a_false_proof_is_refused_in_json_too() {
    let stand_in = StandIn::of_sneaker();
    let proof = stand_in.proof();
    stand_in.answer("verify", &[Message::Verified(Some("a bad shard".into()))]);
    let output = stand_in.run_in(&[], &["verify", "--json", &proof]);
    assert_eq!(output.status.code(), Some(5));
    let refused: Value = serde_json::from_str(&text(&output)).unwrap();
    assert_eq!(refused["verified"], false);
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .ends_with("the proof is false: a bad shard")
    );
}

#[test]
fn without_sp1_nobody_knows_whether_a_compressed_proof_is_true() {
    let proof = StandIn::of_sneaker().0;
    let path = proof.write("it.sp1", &proof_file(System::Compressed).encode());
    for (worker, part) in [
        (StandIn::that_does("exit 1"), "without an answer"),
        (
            StandIn::that_fails(FailureKind::Machine, "no disk", "free some"),
            "no disk",
        ),
        (
            StandIn::that_fails(FailureKind::Engine, "are of different versions", "install"),
            "of different versions",
        ),
    ] {
        let errors = worker.failure(6, &["verify", &path]);
        assert!(errors.contains(part), "{errors}");
    }
}

/// SP1 has variables by which it checks less; `verify` does not leave that to the environment. Nor does it hand on a key.
#[test]
fn variables_do_not_weaken_what_is_verified() {
    let stand_in =
        StandIn::that_does("read -r request; env > \"$folder/env\"; cat \"$folder/verify\"");
    stand_in.answer("verify", &[Message::Verified(None)]);
    let proof = stand_in
        .0
        .write("it.sp1", &proof_file(System::Core).encode());
    let variables = [
        "WITHOUT_VK_VERIFICATION",
        "SP1_CIRCUIT_MODE",
        "SP1_DUMP",
        "NETWORK_PRIVATE_KEY",
        "RUST_LOG",
    ];
    let variables = variables.map(|name| (name, "1"));
    let output = stand_in.run_in(&variables, &["verify", &proof]);
    assert!(output.status.success(), "{}", errors(&output));
    let seen = std::fs::read_to_string(stand_in.0.path("env")).unwrap();
    assert!(seen.contains("RUST_LOG=1"), "{seen}");
    for (name, _) in &variables[..4] {
        assert!(!seen.contains(*name), "{seen}");
    }
}

/// It needs no worker for that, and does not panic.
#[test]
fn every_flipped_byte_of_a_proof_for_contracts_is_refused() {
    let stand_in = StandIn::that_does("exit 1");
    for system in [System::Groth16, System::Plonk] {
        let file = proof_file(system).encode();
        let places = (0..file.len()).step_by(file.len() / 16);
        for place in places.chain([4, 6, 38, 39, 40]) {
            let mut broken = file.clone();
            broken[place] ^= 1;
            let path = stand_in.0.write("broken.sp1", &broken);
            let output = stand_in.run_in(&[], &["verify", &path]);
            let code = output.status.code();
            let errors = errors(&output);
            assert!(
                matches!(code, Some(1 | 5)),
                "byte {place}: {code:?} {errors}"
            );
            assert!(!errors.contains("panicked"), "byte {place}: {errors}");
        }
    }
}

#[test]
fn what_is_no_proof_is_told_from_a_false_one() {
    let stand_in = StandIn::that_does("exit 1");
    let stranger = ProofFile {
        vkey: [0xab; 32],
        ..proof_file(System::Groth16)
    };
    let path = stand_in.0.write("stranger.sp1", &stranger.encode());
    let errors = stand_in.failure(5, &["verify", &path]);
    assert!(
        errors.contains("no program of this zklens has the verifying key 0xabab"),
        "{errors}"
    );
    let mut file = proof_file(System::Groth16).encode();
    file.pop();
    let path = stand_in.0.write("truncated.sp1", &file);
    assert!(
        stand_in
            .failure(1, &["verify", &path])
            .contains("truncated")
    );
    assert!(
        stand_in
            .failure(1, &["inspect", &path])
            .contains("truncated")
    );
    file[4] = 9;
    let path = stand_in.0.write("later.sp1", &file);
    assert!(
        stand_in
            .failure(1, &["verify", &path])
            .contains("format version 9")
    );
    let errors = stand_in.failure(1, &["verify", "--engine", "sp1", "README.md"]);
    assert!(
        errors.contains("`zklens prove --engine sp1` writes"),
        "{errors}"
    );
    let path = stand_in
        .0
        .write("it.sp1", &proof_file(System::Groth16).encode());
    let errors = stand_in.failure(2, &["verify", "--engine", "native", &path]);
    assert!(
        errors.contains("it.sp1: this is a proof of --engine sp1"),
        "{errors}"
    );
    let asked = [
        "evm",
        "verify",
        &path,
        "--contract",
        "0x0000000000000000000000000000000000000001",
    ];
    let errors = stand_in.failure(
        1,
        &[&asked[..], &["--rpc-url", "http://127.0.0.1:1"]].concat(),
    );
    assert!(errors.contains("a proof of --engine sp1"), "{errors}");
}

#[test]
fn inspect_shows_a_claim_without_verifying_it() {
    let stand_in = StandIn::that_does("exit 1");
    let path = stand_in
        .0
        .write("it.sp1", &proof_file(System::Groth16).encode());
    let (printed, _) = stand_in.run(&["inspect", &path]);
    for part in [
        "kind          proof of SP1\n",
        &format!(
            "image         {}\nlabel         7\nclass         Sneaker\n",
            address(SNEAKER)
        ),
        "model         fashion-mlp\n",
        "system        groth16, SP1 circuits v6.1.0\n",
        "the proof itself has 356\n",
        "Nothing of this is verified",
    ] {
        assert!(printed.contains(part), "{printed}");
    }
    let (printed, _) = stand_in.run(&["inspect", "--json", &path]);
    let inspected: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(inspected["kind"], "sp1-proof");
    assert_eq!(inspected["verified"], false);
    assert_eq!(inspected["claim"]["label"], 7);
    assert_eq!(inspected["mock"], false);
    let stranger = ProofFile {
        vkey: [0xab; 32],
        ..proof_file(System::Groth16)
    };
    let path = stand_in.0.write("stranger.sp1", &stranger.encode());
    let (printed, _) = stand_in.run(&["inspect", &path]);
    assert!(
        printed.contains("claim         none: no program of this zklens"),
        "{printed}"
    );
}
