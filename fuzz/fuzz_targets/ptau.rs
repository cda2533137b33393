//! Files of ceremonies. The powers make a setup file, and fewer powers are the beginning of more.
#![no_main]

use std::io::Cursor;
use zklens_ceremony::SetupFile;
use zklens_ceremony::ptau::{Beginning, PtauError, read};
use zklens_field::POINT_BYTES;
use zklens_fuzz::{MIB, door};

door!(256 * MIB, |bytes| {
    let read = |powers| read(&mut Cursor::new(bytes), powers, |_| ());
    let Ok(short) = read(2) else {
        // If some powers are refused, so are more. A number beyond any file is refused before a
        // point is read.
        assert!(read(u64::MAX).is_err());
        return;
    };
    check(&short, 2);
    // All powers of the file.
    let Err(PtauError::Powers { got, .. }) = read(u64::MAX) else {
        panic!("more powers than the file has bytes");
    };
    if let Ok(whole) = read(got) {
        check(&whole, got as usize);
        assert_eq!(short.powers, whole.powers[..short.powers.len()]);
        assert_eq!(
            (short.tau_g2, short.ceremony_power),
            (whole.tau_g2, whole.ceremony_power)
        );
    }
});

fn check(beginning: &Beginning, powers: usize) {
    assert_eq!(beginning.powers.len(), powers * POINT_BYTES);
    let file = SetupFile::of_points(beginning.tau_g2, beginning.powers.clone());
    let again = SetupFile::read(&mut &file.encode()[..], powers);
    assert_eq!(again.expect("what was written"), file);
    let _ = file.decode();
    if powers == 2 {
        let _ = file.check();
    }
}
