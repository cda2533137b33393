//! No file, however made, ends the program.

use proptest::prelude::*;
use proptest::sample::Index;
use zklens_image::{Picture, decode, exif_orientation};

const FILES: [&[u8]; 10] = [
    include_bytes!("files/progressive.jpg"),
    include_bytes!("files/baseline.jpg"),
    include_bytes!("files/cmyk.jpg"),
    include_bytes!("files/grey.jpg"),
    include_bytes!("files/lossy.webp"),
    include_bytes!("files/animated.webp"),
    include_bytes!("files/palette.png"),
    include_bytes!("files/progressive.png"),
    include_bytes!("files/small.bmp"),
    include_bytes!("files/small.gif"),
];

const MAGIC: [&[u8]; 6] = [
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"RIFF\xff\0\0\0WEBPVP8 ",
    b"RIFF\xff\0\0\0WEBPVP8L",
    b"BM",
];

/// A decoded picture has all its pixels, and every error has a message.
fn check(file: &[u8]) -> Result<(), TestCaseError> {
    let _ = exif_orientation(file);
    match decode(file) {
        Ok(picture) => {
            let corner = |p: &Picture| p.rgb(p.width() - 1, p.height() - 1);
            prop_assert!(corner(&picture).is_some());
        }
        Err(error) => prop_assert!(!error.to_string().is_empty()),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn garbage_after_any_magic_is_survived(
        magic in prop::sample::select(MAGIC.as_slice()),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        check(&[magic, &rest].concat())?;
    }

    #[test]
    fn mutated_files_are_survived(
        file in prop::sample::select(FILES.as_slice()),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..8),
        cut in prop::option::weighted(0.2, any::<Index>()),
    ) {
        let mut file = file.to_vec();
        for (at, value) in changes {
            let at = at.index(file.len());
            file[at] = value;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        check(&file)?;
    }
}
