//! One file per subcommand, and one folder per family of them.

pub(crate) mod cid;
pub(crate) mod documents;
mod each_image;
pub(crate) mod evaluate;
pub(crate) mod evm;
pub(crate) mod execute;
pub(crate) mod import;
pub(crate) mod inspect;
pub(crate) mod keygen;
pub(crate) mod models;
pub(crate) mod prove;
#[cfg(feature = "serve")]
pub(crate) mod serve;
pub(crate) mod setup;
mod sp1;
pub(crate) mod verify;
