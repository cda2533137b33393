//! The shipped setup, and the keys of networks.

use crate::Error;
use std::sync::OnceLock;
use zklens_answers::LayoutName;
use zklens_commitment::{Setup, SetupError, VerifierSetup};
use zklens_model::Model;
use zklens_prover::{Privacy, ProvingKey, Target};
use zklens_verifier::{ModelId, VerifyError, VerifyingKey};

/// Both layouts, the default first.
pub const LAYOUTS: [Target; 2] = [Target::Native, Target::Evm];

/// The layout that JavaScript calls `text`.
///
/// # Errors
///
/// `text` is neither `fast` nor `chain`.
pub fn parse_layout(text: &str) -> Result<Target, Error> {
    let mut known = LayoutName::ALL.into_iter();
    let named = known.find(|layout| layout.name() == text);
    let unknown = || Error::Layout { text: text.into() };
    named.map(Target::from).ok_or_else(unknown)
}

/// The verifying key of a network that comes with the package, or `None` if `name` is not one of them.
///
/// To derive a key takes as long as to prove, and a verifier needs the setup's powers for nothing else, so the package
/// contains the keys too. A test derives them again and compares.
#[must_use]
pub fn embedded_key(name: &str, layout: Target) -> Option<&'static VerifyingKey> {
    let all = all_embedded().iter();
    let mut found = all.filter(|embedded| embedded.name == name && embedded.layout == layout);
    found.next().map(|embedded| &embedded.key)
}

/// The name, layout and key of the shipped network with this id.
pub(crate) fn shipped(id: ModelId) -> Option<&'static Embedded> {
    all_embedded()
        .iter()
        .find(|embedded| embedded.key.id() == id)
}

pub(crate) struct Embedded {
    pub(crate) name: &'static str,
    pub(crate) layout: Target,
    pub(crate) key: VerifyingKey,
}

fn all_embedded() -> &'static [Embedded] {
    static ALL: OnceLock<Vec<Embedded>> = OnceLock::new();
    ALL.get_or_init(|| {
        let decode = |(name, layout, file): (_, _, &[u8])| {
            let key = VerifyingKey::decode(file).ok()?;
            Some(Embedded { name, layout, key })
        };
        FILES.into_iter().filter_map(decode).collect()
    })
}

const FILES: [(&str, Target, &[u8]); 4] = [
    (
        "fashion-mlp",
        Target::Native,
        include_bytes!("../keys/fashion-mlp.fast.zkk"),
    ),
    (
        "fashion-mlp",
        Target::Evm,
        include_bytes!("../keys/fashion-mlp.chain.zkk"),
    ),
    (
        "mnist-cnn",
        Target::Native,
        include_bytes!("../keys/mnist-cnn.fast.zkk"),
    ),
    (
        "mnist-cnn",
        Target::Evm,
        include_bytes!("../keys/mnist-cnn.chain.zkk"),
    ),
];

/// The prover's part of the shipped setup. Decoded once, which takes a while.
pub(crate) fn setup() -> Result<&'static Setup, Error> {
    static SETUP: OnceLock<Result<Setup, SetupError>> = OnceLock::new();
    let setup = SETUP.get_or_init(|| Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2));
    setup.as_ref().map_err(|_| NO_SETUP)
}

/// The verifier's part of the shipped setup.
pub(crate) fn verifier_setup() -> Result<&'static VerifierSetup, Error> {
    static SETUP: OnceLock<Result<VerifierSetup, SetupError>> = OnceLock::new();
    let setup = SETUP.get_or_init(|| VerifierSetup::decode(&zklens_setup::TAU_G2));
    setup.as_ref().map_err(|_| NO_SETUP)
}

/// Never happens: tests decode the shipped setup.
const NO_SETUP: Error = Error::Setup(VerifyError::OtherSetup);

/// The keys of a network whose weights are public.
pub(crate) fn derive(model: &Model, layout: Target) -> Result<ProvingKey, Error> {
    let key = ProvingKey::with_target(setup()?, model.clone(), Privacy::Public, layout)?;
    Ok(key)
}
