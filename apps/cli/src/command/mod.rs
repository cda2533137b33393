//! One file per subcommand.

pub(crate) mod cid;
pub(crate) mod documents;
pub(crate) mod evaluate;
pub(crate) mod evm;
mod evm_deploy;
mod evm_estimate;
mod evm_export;
mod evm_prove;
mod evm_verify;
pub(crate) mod execute;
pub(crate) mod import;
pub(crate) mod inspect;
mod inspect_key;
mod inspect_proof;
pub(crate) mod keygen;
pub(crate) mod models;
pub(crate) mod prove;
#[cfg(feature = "serve")]
pub(crate) mod serve;
pub(crate) mod setup;
mod sp1_evm_prove;
mod sp1_execute;
mod sp1_inspect;
mod sp1_prove;
mod sp1_verify;
pub(crate) mod verify;
