//! Image files: what is sampled is what is decoded.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zklens_model::{Colour, Preprocessing, Resize};

const RGB: Preprocessing = Preprocessing {
    height: 28,
    width: 28,
    colour: Colour::Rgb,
    resize: Resize::Nearest,
    invert: false,
};

fuzz_target!(|file: &[u8]| {
    let sampled = zklens_sampler::pixels(file, &RGB);
    assert_eq!(sampled, zklens_image::pixels(file, &RGB));
});
