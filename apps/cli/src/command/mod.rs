//! One file per subcommand.

pub(crate) mod cid;
pub(crate) mod evaluate;
pub(crate) mod execute;
pub(crate) mod import;
pub(crate) mod inspect;
pub(crate) mod models;
