//! Writes `keys/` again: the verifying keys of the networks that come with the package.

use std::fs;
use zklens_answers::LayoutName;
use zklens_commitment::Setup;
use zklens_prover::ProvingKey;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setup = Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2)?;
    for shipped in &zklens_models::ALL {
        for layout in zklens_wasm::LAYOUTS {
            let model = shipped.decode()?;
            let key =
                ProvingKey::with_target(&setup, model, zklens_prover::Privacy::Public, layout)?;
            let name = format!("{}.{}.zkk", shipped.name, LayoutName::from(layout).name());
            let path = format!("{}/keys/{name}", env!("CARGO_MANIFEST_DIR"));
            fs::write(path, key.verifying().encode())?;
        }
    }
    Ok(())
}
