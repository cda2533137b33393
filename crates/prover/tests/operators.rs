//! Every operator, in random graphs: the proof has the label that [`zklens_model::Model::run`] computes, or the key
//! generator names the operator that it cannot prove.

mod common;

use common::{key_with_columns, pixels, rng, setup};
use proptest::prelude::{ProptestConfig, TestCaseError, proptest};
use zklens_commitment::VectorLength;
use zklens_layers::{Circuit, LayerError, Layout};
use zklens_prover::{KeygenError, Privacy, ProvingKey, prove};
use zklens_testkit::Kind;
use zklens_testkit::recipe::{Recipe, recipes, recipes_with};
use zklens_verifier::verify;

/// Whether the model is proved; a refusal has to be for its layout.
fn proves(recipe: &Recipe, rows: Rows) -> Result<bool, TestCaseError> {
    let model = recipe.model();
    let key = match ProvingKey::new(setup(), model.clone(), Privacy::Public) {
        Ok(key) => key,
        Err(KeygenError::Model(LayerError::Unsupported { .. })) => return Ok(false),
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    };
    let key = match rows {
        Rows::Chosen => key,
        Rows::Shortest => key_with_columns(&model, shortest(key.verifying().circuit())),
    };
    let images: Vec<_> = (0..IMAGES).map(|seed| pixels(&model, seed)).collect();
    let proved = prove(setup(), &key, &images, [0; 32], &mut rng(1)).unwrap();
    for (image, label) in images.iter().zip(&proved.statement.labels) {
        assert_eq!(model.run(image).unwrap().classification().label(), *label);
    }
    let verified = verify(
        setup().verifier(),
        key.verifying(),
        proved.statement,
        &proved.proof,
    );
    verified
        .map(|_| true)
        .map_err(|error| TestCaseError::fail(error.to_string()))
}

/// How long rows are.
#[derive(Clone, Copy)]
enum Rows {
    /// As the key generator has them.
    Chosen,
    /// As short as random cells allow, so that most arrays are cut.
    Shortest,
}

const IMAGES: usize = 2;

/// A multiple of 64, as for the key generator.
fn shortest(circuit: &Circuit) -> usize {
    let fits = |count: &usize| {
        let columns = VectorLength::new(*count).expect("no more than the most");
        Layout::new(circuit, columns, IMAGES).is_ok()
    };
    let mut counts = (64..VectorLength::MAX.count()).step_by(64);
    counts.find(fits).expect("a length of rows")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn random_graphs_are_proved(recipe in recipes()) {
        proves(&recipe, Rows::Chosen)?;
    }

    #[test]
    fn random_graphs_are_proved_in_the_shortest_rows(recipe in recipes()) {
        proves(&recipe, Rows::Shortest)?;
    }
}

/// Each operator occurs, and most graphs with it are proved.
#[test]
fn every_operator_is_proved() {
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;
    const GRAPHS: usize = 6;
    let mut runner = TestRunner::deterministic();
    for kind in Kind::ALL.iter().copied() {
        let graphs = recipes_with(kind);
        let proved = (0..GRAPHS).filter(|_| {
            let recipe = graphs.new_tree(&mut runner).unwrap().current();
            proves(&recipe, Rows::Chosen).unwrap_or_else(|error| panic!("{recipe:?}: {error}"))
        });
        let proved = proved.count();
        assert!(proved * 2 > GRAPHS, "{kind:?}: {proved} of {GRAPHS} graphs");
    }
}
