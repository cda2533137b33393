//! Proof files. A decoded file encodes to the same bytes.
#![no_main]

use zklens_fuzz::{MIB, door};
use zklens_verifier::ProofFile;

door!(256 * MIB, |bytes| {
    if let Ok(file) = ProofFile::decode(bytes) {
        assert_eq!(file.encode(), bytes);
    }
});
