//! Image files. Nothing panics, and the result has exactly the pixels that the network takes. An upright view
//! depends on the file's orientation alone.

#![no_main]

use zklens_fuzz::{MIB, door};
use zklens_image::{decode, exif_orientation, pixels, preprocess};
use zklens_model::{Colour, Crop, Filter, Preprocessing, Resize, View};

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

const PHOTO: Preprocessing = Preprocessing {
    height: 9,
    width: 16,
    colour: Colour::Rgb,
    resize: Resize::View(View::new(true, Crop::new(7, 8), Filter::Area).expect("it is a view")),
    invert: false,
};

door!(2048 * MIB, |file| {
    let all = [LUMA, RGB, PHOTO].map(|preprocessing| {
        pixels(file, &preprocessing)
            .inspect(|pixels| assert_eq!(pixels.shape(), preprocessing.shape()))
            .is_ok()
    });
    assert!(
        all.iter().all(|is_ok| *is_ok == all[0]),
        "whether a file decodes is its own matter"
    );
    if let Ok(picture) = decode(file) {
        let orientation = exif_orientation(file).unwrap_or(1);
        let seen = preprocess(&picture, &PHOTO);
        let turned = picture.turned(orientation).expect("1 to 8");
        assert_eq!(preprocess(&turned, &PHOTO), seen);
    }
});
