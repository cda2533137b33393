//! A packed network gives the logits of its model.

use proptest::prelude::*;
use zklens_model::{Model, Preprocessing};
use zklens_sp1_program::pack::{PackError, Reason, pack};
use zklens_sp1_program::packed::{Digits, Operator};
use zklens_testkit::models::{lenet, perceptron};
use zklens_testkit::random::{Random, plain_pixels};
use zklens_testkit::recipe::recipes;
use zklens_testkit::{Kind, vectors};

/// Compares all logits on pictures of every kind: random, and the extremes that make the largest
/// sums.
fn agrees(model: &Model, seed: u64) -> Result<(), PackError> {
    let network = pack(model)?;
    let preprocessing: &Preprocessing = model.preprocessing();
    let mut random = Random::new(seed);
    let mut pictures: Vec<_> = (0..4).map(|_| random.pixels(preprocessing)).collect();
    pictures.extend([0, 1, 255].map(|value| plain_pixels(preprocessing, value)));
    for pixels in &pictures {
        assert_eq!(network.classify(pixels), model.classify(pixels));
    }
    Ok(())
}

#[test]
fn shipped_networks_are_packed() {
    for shipped in &zklens_models::ALL {
        let model = shipped.decode().expect("shipped models are valid");
        agrees(&model, 1).expect("shipped models are packed");
    }
}

/// The first layers see pixels, the last see sums: all three ways to share words occur.
#[test]
fn shipped_networks_pack_as_many_weights_as_fit() {
    let digits = |name: &str| -> Vec<Digits> {
        let model = zklens_models::find(name).expect("it is shipped").decode();
        let network = pack(&model.expect("it is valid")).expect("it is packed");
        let linear = network
            .nodes
            .iter()
            .filter_map(|node| match &node.operator {
                Operator::Op(_) => None,
                Operator::Dense(linear) | Operator::Conv2d(linear, _) => Some(linear.digits),
            });
        linear.collect()
    };
    use Digits::{One, Three, Two};
    assert_eq!(digits("fashion-mlp"), [Three, Two, Two]);
    assert_eq!(digits("mnist-cnn"), [Three, Two, Two, Two, One]);
}

#[test]
fn classic_networks_are_packed() {
    for seed in 0..4 {
        for model in [lenet(seed), perceptron([7, 11], &[13, 25, 6], seed)] {
            agrees(&model, seed).expect("these are packed");
        }
    }
}

/// Its entries are a list, which a program cannot hold as a constant.
#[test]
fn a_table_is_refused() {
    let vectors = vectors::all();
    let refused = |kind: Kind| {
        let with = vectors.iter().find(|vector| {
            let mut nodes = vector.model.graph().nodes().iter();
            vector.name != "grown" && nodes.any(|node| Kind::of(node.op()) == Some(kind))
        });
        let model = &with.expect("a golden model has it").model;
        pack(model)
            .err()
            .map(|error| (error.operator, error.reason))
    };
    assert_eq!(
        refused(Kind::LookupTable),
        Some(("Table", Reason::Operator))
    );
    assert_eq!(refused(Kind::AveragePool), None);
}

#[test]
fn other_pixels_are_refused() {
    let model = perceptron([4, 4], &[3], 1);
    let network = pack(&model).expect("a perceptron is packed");
    let other = perceptron([4, 5], &[3], 1);
    let pixels = plain_pixels(other.preprocessing(), 0);
    assert_eq!(network.classify(&pixels), model.classify(&pixels));
    assert!(network.classify(&pixels).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_networks_agree_or_are_refused(recipe in recipes(), seed: u64) {
        if let Err(refusal) = agrees(&recipe.model(), seed) {
            let reasons = [Reason::Operator, Reason::Groups, Reason::Magnitude];
            prop_assert!(reasons.contains(&refusal.reason));
        }
    }
}
