//! Randomness of the operating system.

use crate::failure::{EXIT_OUTPUT, Failure};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;

/// The system's source of randomness, after a test that it works.
pub(crate) fn source() -> Result<UnwrapErr<SysRng>, Failure> {
    getrandom::fill(&mut [0; 32])
        .map_err(|error| Failure::new(EXIT_OUTPUT, "the system's randomness", error))?;
    Ok(UnwrapErr(SysRng))
}
