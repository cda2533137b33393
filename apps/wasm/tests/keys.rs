//! The keys that come with the package.

use zklens_commitment::Setup;
use zklens_prover::{Privacy, ProvingKey};
use zklens_wasm::{LAYOUTS, embedded_key};

#[test]
fn embedded_keys_are_those_derived_from_the_networks() {
    let setup = Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2).unwrap();
    for shipped in &zklens_models::ALL {
        for layout in LAYOUTS {
            let model = shipped.decode().unwrap();
            let key = ProvingKey::with_target(&setup, model, Privacy::Public, layout).unwrap();
            let embedded = embedded_key(shipped.name, layout);
            assert_eq!(
                embedded,
                Some(key.verifying()),
                "`cargo run --release -p zklens-wasm --example write_keys` writes them again"
            );
        }
    }
}
