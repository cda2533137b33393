//! The commands with `--engine sp1`.

pub(super) mod evm_prove;
pub(super) mod execute;
pub(super) mod inspect;
pub(super) mod prove;
pub(super) mod verify;
