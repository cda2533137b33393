//! Image files. The sampled pixels are those that `image` decodes.

#![no_main]

use zklens_fuzz::{MIB, door};
use zklens_model::{Colour, Crop, Filter, Preprocessing, Resize, View};

const RGB: Preprocessing = Preprocessing {
    height: 28,
    width: 28,
    colour: Colour::Rgb,
    resize: Resize::Nearest,
    invert: false,
};

const UPRIGHT: Preprocessing = Preprocessing {
    resize: Resize::View(View::new(true, Crop::new(1, 1), Filter::Nearest).expect("it is a view")),
    ..RGB
};

door!(2048 * MIB, |file| {
    for preprocessing in [RGB, UPRIGHT] {
        let sampled = zklens_sampler::pixels(file, &preprocessing);
        assert_eq!(sampled, zklens_image::pixels(file, &preprocessing));
    }
});
