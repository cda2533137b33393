//! Image files. The sampled pixels are those that `image` decodes.

#![no_main]

use zklens_fuzz::{MIB, door};
use zklens_model::{Colour, Preprocessing, Resize};

const RGB: Preprocessing = Preprocessing {
    height: 28,
    width: 28,
    colour: Colour::Rgb,
    resize: Resize::Nearest,
    invert: false,
};

door!(2048 * MIB, |file| {
    let sampled = zklens_sampler::pixels(file, &RGB);
    assert_eq!(sampled, zklens_image::pixels(file, &RGB));
});
