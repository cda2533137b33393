//! Random models. A [`Recipe`] is a list of wishes; a wish that the graph refuses is passed over,
//! so that every recipe gives a model, and proptest shrinks it by leaving wishes out.

use crate::growth::Growth;
use crate::models::{class_names, preprocessing};
use crate::operators::Kind;
use crate::random::Random;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop};
use zklens_model::Model;

/// A recipe for a random model.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Height and width of the input.
    pub sides: [u16; 2],
    /// Whether the input has three channels.
    pub rgb: bool,
    /// Operators in order, each with the seed of its parameters.
    pub wishes: Vec<(Kind, u64)>,
}

/// Recipes with inputs of up to 8×8 pixels and up to 9 wishes.
pub fn recipes() -> impl Strategy<Value = Recipe> {
    let kind = prop::sample::select(Kind::ALL);
    let wishes = vec((kind, any::<u64>()), 0..10);
    (1..9u16, 1..9u16, any::<bool>(), wishes).prop_map(|(height, width, rgb, wishes)| Recipe {
        sides: [height, width],
        rgb,
        wishes,
    })
}

/// Recipes whose model has an operator of `kind`, mostly on a node that takes both signs.
pub fn recipes_with(kind: Kind) -> impl Strategy<Value = Recipe> {
    let mut kinds = vec![Kind::Conv2d, Kind::Rescale, kind];
    kinds.dedup();
    let before = vec((prop::sample::select(kinds), any::<u64>()), 0..4);
    let sides = (1..9u16, 1..9u16, any::<bool>());
    (sides, before, any::<u64>())
        .prop_map(move |((height, width, rgb), mut wishes, seed)| {
            wishes.push((kind, seed));
            Recipe {
                sides: [height, width],
                rgb,
                wishes,
            }
        })
        .prop_filter("the graph refused the operator", move |recipe| {
            let model = recipe.model();
            let mut nodes = model.graph().nodes().iter();
            nodes.any(|node| Kind::of(node.op()) == Some(kind))
        })
}

impl Recipe {
    /// The model.
    ///
    /// # Panics
    ///
    /// The input has no pixels, or so many that the classifier at the end is refused.
    #[must_use]
    pub fn model(&self) -> Model {
        let mut growth = Growth::new(preprocessing(self.sides, self.rgb));
        for (kind, seed) in &self.wishes {
            growth.random = Random::new(*seed);
            if let Some(node) = growth.pick() {
                // A wish that the graph refuses is passed over.
                let _ = kind.grow(&mut growth, node);
            }
        }
        let outputs = growth.end().expect("any graph can end in a classifier");
        let graph = growth.graph.finish().expect("every node is used");
        Model::new("grown", class_names(outputs), graph).expect("as many classes as outputs")
    }
}
