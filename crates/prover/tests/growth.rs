//! Sizes of proofs of large networks: they follow from the layout, so nothing is proved here.

mod common;

use common::{pixels, rng, setup};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use zklens_model::Model;
use zklens_prover::{Cost, Privacy, ProvingKey, Target, prove};
use zklens_testkit::networks;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../snapshots/growth.json");

/// The shipped models that are proved in a moment.
fn small_shipped() -> impl Iterator<Item = Model> {
    let models = zklens_models::ALL.iter();
    let models = models.map(|shipped| shipped.decode().unwrap());
    models.filter(|model| model.parameters() < 100_000)
}

#[test]
fn counts_of_named_networks_are_those_of_the_snapshot() {
    let mut entries = Vec::new();
    for name in networks::NAMES {
        let model = networks::named(name).unwrap();
        let cost = Cost::of_model(&model, Target::Native, 1).unwrap();
        let counts = cost.counts;
        let fields = [
            ("parameters", counts.weights),
            ("multiplications", counts.multiplications),
            ("cells", counts.cells),
            ("rows", counts.rows),
            ("numberBytes", counts.number_bytes),
            ("vectors", counts.vectors),
            ("proofBytes", cost.proof_bytes),
        ];
        let fields = fields.map(|(field, count)| format!("    \"{field}\": {count}"));
        entries.push(format!("  \"{name}\": {{\n{}\n  }}", fields.join(",\n")));
    }
    let mut counted = String::new();
    writeln!(counted, "{{\n{}\n}}", entries.join(",\n")).unwrap();
    if std::env::var("SNAPSHOT").is_ok_and(|value| value == "write") {
        fs::write(SNAPSHOT, &counted).unwrap();
    }
    assert_eq!(
        counted,
        fs::read_to_string(SNAPSHOT).unwrap_or_default(),
        "run `SNAPSHOT=write cargo test -p zklens-prover --test growth` and review the difference"
    );
}

#[test]
fn the_length_of_a_proof_is_known_before_it_is_made() {
    for model in small_shipped() {
        for target in [Target::Native, Target::Evm] {
            let key = ProvingKey::with_target(setup(), model.clone(), Privacy::Public, target);
            let key = key.unwrap();
            for count in [1, 3] {
                let images: Vec<_> = (0..count).map(|seed| pixels(&model, seed)).collect();
                let cost = Cost::of_model(&model, target, count).unwrap();
                let proved = prove(setup(), &key, &images, [0; 32], &mut rng(1)).unwrap();
                assert_eq!(cost.proof_bytes, proved.proof.len() as u64);
            }
        }
    }
}

/// Two counts do not come from the layout.
#[test]
fn weights_and_multiplications_are_those_of_the_model() {
    for model in small_shipped().chain(networks::named("cifar-resnet18")) {
        let counts = Cost::of_model(&model, Target::Native, 2).unwrap().counts;
        assert_eq!(counts.weights, model.parameters() as u64);
        let nodes = model.graph().nodes().iter();
        let works = nodes.filter(|node| node.op().parameters() > 0);
        let work: u64 = works.map(|node| node.op().work(node.tensor().shape)).sum();
        assert_eq!(counts.multiplications, 2 * work, "{}", model.name());
    }
}

/// Compared with the transactions that were measured.
#[test]
fn gas_is_estimated_within_a_twentieth() {
    let measured: BTreeMap<String, BTreeMap<usize, u64>> =
        serde_json::from_str(include_str!("../../../snapshots/gas.json")).unwrap();
    for (name, gas_of_batches) in measured {
        let shipped = zklens_models::find(&name).map(|shipped| shipped.decode().unwrap());
        let model = shipped.or_else(|| networks::named(&name)).unwrap();
        for (images, gas) in gas_of_batches {
            let cost = Cost::of_model(&model, Target::Evm, images).unwrap();
            let ratio = cost.gas as f64 / gas as f64;
            assert!(
                (0.95..1.05).contains(&ratio),
                "{name}, {images} images: {gas} gas, {cost:?}"
            );
        }
    }
}
