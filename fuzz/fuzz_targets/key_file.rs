//! Verifying keys. A decoded key encodes to the same bytes. A proof of the right form that proves
//! nothing reaches the last check, a pairing, and is refused there.
#![no_main]

use zklens_commitment::OpeningError;
use zklens_field::generator;
use zklens_fuzz::{MIB, SETUP, door, tape};
use zklens_layers::Layout;
use zklens_layers::dims::MAX_IMAGES;
use zklens_verifier::{Statement, VerifyError, VerifyingKey, verify};

/// The most words of a tape. Larger proofs are not tried.
const MAX_WORDS: usize = 1 << 14;

door!(256 * MIB, |bytes| {
    let Ok(key) = VerifyingKey::decode(bytes) else {
        return;
    };
    assert_eq!(key.encode(), bytes);
    // A stranger also chooses the statement. Here the bytes of the model id do.
    let [first, second, ..] = key.id().0;
    let images = usize::from(u16::from_le_bytes([first, second]));
    for images in [1, 1 + usize::from(first % 8), 1 + images % MAX_IMAGES] {
        refuse(&key, images);
    }
});

fn refuse(key: &VerifyingKey, images: usize) {
    let Ok(layout) = Layout::new(key.circuit(), key.columns(), images) else {
        assert_ne!(images, 1, "a key that decodes has a layout for an image");
        return;
    };
    let words = tape::words(&layout);
    if words.len() > MAX_WORDS {
        return;
    }
    let classes = key.classes().len();
    let statement = Statement {
        model: key.id(),
        labels: (0..images).map(|image| image % classes).collect(),
        inputs: vec![generator(); layout.vectors.pixels.len()],
        context: [0; 32],
    };
    let refused =
        verify(&SETUP, key, statement, &tape::blank(&words)).expect_err("a proof of nothing");
    // A statement of more images may be refused for the work that it would take.
    if images == 1 || !matches!(refused, VerifyError::Statement(_)) {
        assert_eq!(refused, VerifyError::Opening(OpeningError::Refused));
    }
}
