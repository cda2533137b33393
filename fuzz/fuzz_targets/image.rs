//! Image files. Nothing panics, and the result has exactly the pixels that the network takes.

#![no_main]

use zklens_fuzz::{MIB, door};
use zklens_image::pixels;
use zklens_model::{Colour, Preprocessing, Resize};

const LUMA: Preprocessing = Preprocessing {
    height: 28,
    width: 28,
    colour: Colour::Luma,
    resize: Resize::Box,
    invert: true,
};

const RGB: Preprocessing = Preprocessing {
    height: 33,
    width: 7,
    colour: Colour::Rgb,
    resize: Resize::Nearest,
    invert: false,
};

door!(2048 * MIB, |file| {
    let both = [LUMA, RGB].map(|preprocessing| {
        pixels(file, &preprocessing)
            .inspect(|pixels| assert_eq!(pixels.shape(), preprocessing.shape()))
            .is_ok()
    });
    assert_eq!(both[0], both[1], "whether a file decodes is its own matter");
});
