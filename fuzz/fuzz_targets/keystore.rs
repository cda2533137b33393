//! Keystores. A keystore is opened or refused within the promised memory, and no error has
//! characters that control a terminal.
//!
//! The password is always the same, so that some keystores open.
#![no_main]

use zklens_evm::chain::Account;
use zklens_fuzz::{MIB, door};
use zklens_printable::printable;

// The memory that scrypt may take, and some more for the file.
door!(264 * MIB, |json| {
    match Account::from_keystore_json(json, b"password") {
        Ok(account) => assert!(!account.address().is_zero()),
        Err(error) => {
            let error = error.to_string();
            assert_eq!(printable(&error), error);
        }
    }
});
