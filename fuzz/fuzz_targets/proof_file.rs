//! A proof file from a stranger: what decodes encodes to the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zklens_verifier::ProofFile;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(file) = ProofFile::decode(bytes) {
        assert_eq!(file.encode(), bytes);
    }
});
