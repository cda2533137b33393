//! The fast summands against [`Rows`], which sums the same combination from its definition.

use super::*;
use crate::key::Privacy;
use crate::random::{scalar, scalars};
use chacha20::ChaCha20Rng;
use proptest::prelude::{ProptestConfig, TestCaseError, any, proptest};
use rand_core::SeedableRng;
use std::sync::LazyLock;
use zklens_commitment::Setup;
use zklens_layers::gadgets::lookup::LookupChallenges;
use zklens_model::{Model, Pixels};
use zklens_testkit::recipe::recipes;

fn setup() -> &'static Setup {
    static SETUP: LazyLock<Setup> = LazyLock::new(|| {
        Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2).expect("the shipped string")
    });
    &SETUP
}

fn images(model: &Model, count: usize) -> Vec<Pixels> {
    let preprocessing = model.preprocessing();
    let image = |seed: usize| {
        let value = |index: usize| ((index * 31 + seed * 97 + index * index / 7) % 256) as u8;
        let values = (0..preprocessing.len()).map(value).collect();
        Pixels::new(preprocessing.shape(), values).expect("the model's shape")
    };
    (0..count).map(image).collect()
}

/// Runs both kinds of summands of every table over the same challenges. Returns how many of them are fast.
fn compare(model: Model, count: usize, seed: u64) -> Result<usize, TestCaseError> {
    let rng = &mut ChaCha20Rng::seed_from_u64(seed);
    let Ok(key) = ProvingKey::new(setup(), model, Privacy::Public) else {
        return Ok(0);
    };
    let layout = key.layout(count).expect("few images");
    let images = images(key.model(), count);
    let traces = images
        .iter()
        .map(|image| key.model().run(image).expect("its shape"));
    let runs: Vec<_> = images.iter().zip(traces).collect();
    let labels: Vec<usize> = runs
        .iter()
        .map(|(_, run)| run.classification().label())
        .collect();
    let circuit = key.verifying().circuit();
    let witness = Witness::new(key.model(), circuit, &layout, &runs);
    let challenges = Challenges {
        lookup: LookupChallenges {
            alpha: scalar(rng),
            beta: scalar(rng),
        },
        point: scalars(layout.num_vars - 1, rng),
        lambda: scalar(rng),
    };
    let entries = crate::proof::entries(&key);
    let helpers = Helpers::new(&layout, &witness, &entries, &challenges.lookup);
    let relations = Relations::new(circuit, &layout, &labels, &challenges).expect("its labels");
    let summation = Summation {
        key: &key,
        layout: &layout,
        witness: &witness,
        helpers: &helpers,
        relations: &relations,
        challenges: &challenges,
        mask: &scalars(layout.vectors.random, rng),
    };
    let (_, wired) = summation.wired();
    let mut fast = 0;
    for (table, wired) in wired.into_iter().enumerate() {
        let table_layout = &layout.tables[table];
        let skipped = challenges.point.len() + 1 - table_layout.num_vars();
        let mut plain = summation.rows(
            table,
            &relations.tables[table],
            table_layout
                .blinds
                .iter()
                .map(|cell| summation.mask[*cell])
                .collect(),
            &wired,
            &challenges.point[skipped..],
        );
        let mut summand = summation.summand(table, wired);
        fast += usize::from(is_fast(&summation, table));
        let name = || format!("table {table} of {:?}", circuit.tables[table].gadget);
        // Whether a sum was asked for before the first round makes no difference.
        let mut sum = seed.is_multiple_of(2).then(|| summand.sum());
        assert_eq!(
            sum.unwrap_or_else(|| plain.sum()),
            plain.sum(),
            "{}",
            name()
        );
        while plain.num_vars() > 1 {
            assert_eq!(summand.num_vars(), plain.num_vars());
            let polynomial = plain.round(None);
            assert_eq!(summand.round(sum.as_ref()), polynomial, "{}", name());
            let r = scalar(rng);
            summand.bind(&r);
            plain.bind(&r);
            sum = Some(crate::sumcheck::univariate::horner(&polynomial, &r));
        }
        assert_eq!(summand.cells(), plain.cells(), "{}", name());
        assert_eq!(summand.blinds(), plain.blinds());
        let cells = summand.cells();
        assert_eq!(summand.evaluate(&cells), plain.evaluate(&cells));
    }
    Ok(fast)
}

/// Whether a table's summand is one of the fast ones.
fn is_fast(summation: &Summation<'_>, table: usize) -> bool {
    let relation = &summation.relations.tables[table];
    let columns = summation.witness.tables[table].iter().collect();
    table == summation.key.verifying().circuit().range_table()
        && summation.range_table(table, relation, &[]).is_some()
        || IntegerTable::new(columns, relation, Vec::new()).is_some()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn fast_summands_are_those_of_the_definition(
        recipe in recipes(),
        images in 1_usize..4,
        seed in any::<u64>(),
    ) {
        compare(recipe.model(), images, seed)?;
    }
}

#[test]
fn large_tables_have_fast_summands() {
    let model = zklens_models::find("mnist-cnn")
        .expect("shipped")
        .decode()
        .expect("valid");
    let fast = compare(model, 2, 2).expect("comparable");
    assert!(fast > 4, "{fast} tables");
}
