//! Every operator, in random graphs: the contract accepts the proved labels and refuses others.

use crate::coefficients;
use crate::common::call::Call;
use crate::common::reason::{Reason, of_contract};
use crate::common::{Chain, SETUP, pixels, rng};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use revm::primitives::Address;
use zklens_commitment::VectorLength;
use zklens_evm::{ExportError, contract_key};
use zklens_field::SCALAR_BYTES;
use zklens_layers::{LayerError, Layout};
use zklens_model::Model;
use zklens_prover::{KeygenError, Privacy, ProvingKey, Target, prove};
use zklens_testkit::Kind;
use zklens_testkit::recipe::{Recipe, recipes, recipes_with};
use zklens_testkit::vectors;

const BATCHES: [usize; 3] = [1, 2, 3];

/// A network's contract, and the key that proves to it.
struct Deployed {
    chain: Chain,
    contract: Address,
    key: ProvingKey,
}

/// The keys of a network: of both layouts, and with the shortest rows that hold the random cells of every batch, which
/// cut whatever can be cut. None if the network cannot be proved.
fn keys(model: &Model) -> Vec<ProvingKey> {
    let of_layout = |table_layout| {
        let key = ProvingKey::with_target(&SETUP, model.clone(), Privacy::Public, table_layout);
        match key {
            Ok(key) => Some(key),
            Err(KeygenError::Model(LayerError::Unsupported { .. })) => None,
            Err(error) => panic!("{error}"),
        }
    };
    let table_layouts = [Target::Native, Target::Evm].into_iter();
    let mut keys: Vec<ProvingKey> = table_layouts.filter_map(of_layout).collect();
    keys.extend(keys.first().map(with_short_rows));
    keys
}

fn with_short_rows(key: &ProvingKey) -> ProvingKey {
    let circuit = key.verifying().circuit();
    let layout = |columns| Layout::new(circuit, columns, 1);
    let is_enough = |columns: &VectorLength| {
        let mut layouts = BATCHES.into_iter();
        layouts.all(|images| Layout::new(circuit, *columns, images).is_ok())
    };
    let columns = (1..).filter_map(VectorLength::new).find(is_enough).unwrap();
    let rows = layout(columns).unwrap().vectors.weights.len();
    // The file of a key in version 1, which names the length of rows: then the model, and what blinds its rows.
    let model = key.model().encode();
    let mut file = b"ZKLX\x01\x00".to_vec();
    file.extend(u16::try_from(columns.count()).unwrap().to_le_bytes());
    file.extend((model.len() as u64).to_le_bytes());
    file.extend(model);
    file.extend(vec![0; rows * SCALAR_BYTES]);
    let short = ProvingKey::decode(&SETUP, &file).unwrap();
    assert_eq!(short.verifying().columns(), columns);
    short
}

/// `None` if the key is too long for a contract.
fn deployed(key: ProvingKey) -> Option<Deployed> {
    let bytes = match contract_key(key.verifying(), SETUP.verifier(), &BATCHES) {
        Ok(bytes) => bytes,
        Err(ExportError::TooLong { .. } | ExportError::Logits) => return None,
        Err(error) => panic!("{error}"),
    };
    let mut chain = Chain::new();
    Some(Deployed {
        contract: chain.deploy_verifier(&bytes),
        chain,
        key,
    })
}

impl Deployed {
    fn check(&mut self, call: &Call) -> Reason {
        of_contract(&self.chain.call(self.contract, call.check()))
    }

    /// Proves a batch and shows it, with its labels and with another. The contract weighs rows as the native verifier does.
    fn accepts(&mut self, images: usize) -> Result<(), String> {
        let images: Vec<_> = (0..images)
            .map(|seed| pixels(self.key.model(), seed))
            .collect();
        let proved = prove(&SETUP, &self.key, &images, [5; 32], &mut rng(1)).unwrap();
        let contract = (&mut self.chain, self.contract);
        let (statement, proof) = (&proved.statement, &proved.proof);
        coefficients::agree(contract, self.key.verifying(), statement, proof)?;
        let mut call = Call::new(statement, proof);
        let reason = self.check(&call);
        if reason != Reason::None {
            return Err(format!("{} images: {reason:?}", images.len()));
        }
        let classes = u16::try_from(self.key.verifying().classes().len()).unwrap();
        let last = call.labels.len() - 1;
        call.labels[last] = (call.labels[last] + 1) % classes;
        match self.check(&call) {
            Reason::False => Ok(()),
            reason => Err(format!("another label: {reason:?}")),
        }
    }
}

/// Whether the contract can verify the network: then it does, with every key, for every batch size.
fn verifies(model: &Model) -> Result<bool, String> {
    let mut is_verified = false;
    for mut deployed in keys(model).into_iter().filter_map(deployed) {
        is_verified = true;
        for images in BATCHES {
            let columns = deployed.key.verifying().columns().count();
            let accepted = deployed.accepts(images);
            accepted.map_err(|reason| format!("{columns} columns, {reason}"))?;
        }
    }
    Ok(is_verified)
}

/// The number of random graphs, among these, that the contract can verify.
fn verified(graphs: &impl Strategy<Value = Recipe>, count: usize) -> usize {
    let mut runner = TestRunner::deterministic();
    let graphs = (0..count).map(|_| graphs.new_tree(&mut runner).unwrap().current());
    let verified = graphs.filter(|recipe| {
        let verified = verifies(&recipe.model());
        verified.unwrap_or_else(|error| panic!("{recipe:?}: {error}"))
    });
    verified.count()
}

/// The number of graphs; `ZKLENS_GRAPHS=500` tests more.
fn count(usual: usize) -> usize {
    let asked = std::env::var("ZKLENS_GRAPHS").ok();
    asked.map_or(usual, |count| count.parse().expect("a number"))
}

#[test]
fn random_graphs_are_verified() {
    let graphs = count(16);
    let verified = verified(&recipes(), graphs);
    assert!(verified * 2 > graphs, "{verified} of {graphs}");
}

#[test]
fn every_operator_is_verified() {
    let graphs = count(3);
    for kind in Kind::ALL.iter().copied() {
        let verified = verified(&recipes_with(kind), graphs);
        assert!(verified > 0, "{kind:?}: none of {graphs} graphs");
    }
}

#[test]
fn the_golden_models_are_verified() {
    for vector in vectors::all() {
        // A reshape that changes the order of a picture's cells cannot be proved yet.
        let is_proved = vector.name != "concat";
        assert_eq!(verifies(&vector.model), Ok(is_proved), "{}", vector.name);
    }
}
