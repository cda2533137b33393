//! Setup files. A decoded setup encodes to the same bytes, and only the shipped powers pass for
//! those of the shipped ceremony.
#![no_main]

use zklens_ceremony::{MAX_POWERS, SetupFile};
use zklens_field::{POINT_BYTES, encode_point};
use zklens_fuzz::{MIB, door};

/// The most powers that are checked, since the time of a check grows with them. Larger setups are
/// only read.
const MAX_CHECKED: usize = 256 * POINT_BYTES;

door!(256 * MIB, |bytes| {
    let Ok(file) = SetupFile::read(&mut &bytes[..], MAX_POWERS) else {
        return;
    };
    assert_eq!(file.encode(), bytes);
    let _ = file.verifier();
    if bytes.len() > MAX_CHECKED {
        return;
    }
    let Ok(setup) = file.check() else {
        return;
    };
    let powers: Vec<u8> = setup.powers().iter().flat_map(encode_point).collect();
    assert!(bytes.ends_with(&powers), "other powers than the file's");
    if file.is_of_shipped_ceremony() {
        assert_eq!(powers, zklens_setup::STRING[..powers.len()]);
    }
});
