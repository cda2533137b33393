//! Every operator, in random graphs: what is proved is what [`zklens_model::Model::run`] says, or the
//! key generator says which operator it cannot prove.

mod common;

use common::{pixels, rng, setup};
use proptest::prelude::{ProptestConfig, TestCaseError, proptest};
use zklens_layers::LayerError;
use zklens_prover::{KeygenError, Privacy, ProvingKey, prove};
use zklens_testkit::recipe::{Kind, Recipe, recipes, recipes_with};
use zklens_verifier::verify;

/// Whether the model is proved; a refusal has to be for its layout.
fn proves(recipe: &Recipe) -> Result<bool, TestCaseError> {
    let model = recipe.model();
    let key = match ProvingKey::new(setup(), model.clone(), Privacy::Public) {
        Ok(key) => key,
        Err(KeygenError::Model(LayerError::Unsupported { .. })) => return Ok(false),
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    };
    let images: Vec<_> = (0..2).map(|seed| pixels(&model, seed)).collect();
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn random_graphs_are_proved(recipe in recipes()) {
        proves(&recipe)?;
    }
}

/// Each operator occurs, and most graphs with it are proved.
#[test]
fn every_operator_is_proved() {
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;
    const GRAPHS: usize = 6;
    let mut runner = TestRunner::deterministic();
    for kind in Kind::ALL {
        let graphs = recipes_with(kind);
        let proved = (0..GRAPHS).filter(|_| {
            let recipe = graphs.new_tree(&mut runner).unwrap().current();
            proves(&recipe).unwrap_or_else(|error| panic!("{recipe:?}: {error}"))
        });
        let proved = proved.count();
        assert!(proved * 2 > GRAPHS, "{kind:?}: {proved} of {GRAPHS} graphs");
    }
}
