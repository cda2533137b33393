//! A keystore: it opens, or is refused, within the memory that is promised and without characters that drive a terminal.
//!
//! The password is always the same one, so that some open.
#![no_main]

use zklens_evm::chain::Account;
use zklens_fuzz::{MIB, door};
use zklens_printable::printable;

// The memory that scrypt may take, and a bit for the file.
door!(264 * MIB, |json| {
    match Account::from_keystore_json(json, b"password") {
        Ok(account) => assert!(!account.address().is_zero()),
        Err(error) => {
            let error = error.to_string();
            assert_eq!(printable(&error), error);
        }
    }
});
