//! Files from strangers: whatever they hold, the sentence is short and can be printed.

use proptest::collection::vec;
use proptest::prelude::*;
use zklens_diagnosis::{Diagnosis, Expected, diagnose, remote};

/// Beginnings that lead into every module.
const STARTS: [&[u8]; 16] = [
    b"",
    b"\x89PNG\r\n\x1a\n",
    b"\x89PNG\r\n\x1a\n\0\0\0\x01PLTE",
    b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDAT",
    b"\xff\xd8\xff\xe0",
    b"\xff\xd8\xff\xda\0",
    b"{\"image\":\"",
    b"{\"image\":{\"a\":[",
    b"{\"\\u",
    b"data:",
    b"ipfs://",
    b"https://",
    b"iVBORw0KGgo",
    b"version https://git-lfs.github.com/spec/v1\nsize ",
    b"PK\x03\x04",
    b"\xef\xbb\xbf",
];

fn is_printable(diagnosis: &Diagnosis) -> bool {
    let text = diagnosis.to_string();
    text.len() < 2000
        && text
            .chars()
            .all(|c| c.is_ascii_graphic() || c == ' ' || c == '…')
}

proptest! {
    #[test]
    fn any_bytes_get_a_printable_sentence_or_none(
        start in 0..STARTS.len(),
        rest in vec(any::<u8>(), 0..600),
    ) {
        let file = [STARTS[start], &rest].concat();
        for expected in [Expected::Image, Expected::Network, Expected::Other] {
            if let Some(diagnosis) = diagnose(&file, expected) {
                prop_assert!(is_printable(&diagnosis), "{diagnosis}");
            }
        }
    }

    #[test]
    fn any_text_gets_a_printable_sentence_or_none(start in 0..STARTS.len(), rest in ".{0,400}") {
        let text = String::from_utf8_lossy(STARTS[start]).into_owned() + &rest;
        for diagnosis in [remote(&text), diagnose(text.as_bytes(), Expected::Image)].into_iter().flatten() {
            prop_assert!(is_printable(&diagnosis), "{diagnosis}");
        }
    }
}
