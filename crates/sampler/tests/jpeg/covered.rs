//! Sound files: those that the sampler decodes, and those that it leaves to the reference.

use std::path::Path;

use jpeg_encoder::SamplingFactor;
use zklens_sampler::{Target, jpeg};

use crate::support::{Kind, Random, SAMPLINGS, agrees, cases, seed, target};

const SQUARE: Target = Target {
    width: 28,
    height: 28,
};

fn assert_covered(kind: Kind, target: Target, random: &mut Random) {
    let file = kind.file(random);
    let covered = agrees(&file, target, || format!("{kind:?}"));
    assert!(covered, "is not decoded: {kind:?}");
}

#[test]
fn decodes_every_kind_that_is_covered() {
    let mut random = seed(1);
    for _ in 0..cases(1500) {
        let kind = Kind::any(&mut random, 70);
        let target = target(&mut random);
        assert_covered(kind, target, &mut random);
    }
}

#[test]
fn decodes_every_size_around_blocks() {
    let mut random = seed(2);
    for sampling in SAMPLINGS {
        for side in 1..=34 {
            for (width, height) in [(side, 17), (17, side), (side, side)] {
                let kind = Kind {
                    width,
                    height,
                    sampling,
                    grey: false,
                    optimized: false,
                    ..Kind::any(&mut random, 70)
                };
                // The target takes every pixel.
                assert_covered(kind, Target { width, height }, &mut random);
            }
        }
    }
}

#[test]
fn decodes_large_pictures() {
    let mut random = seed(3);
    for (width, height) in [(512, 512), (640, 427), (33, 1200), (1999, 9)] {
        for sampling in SAMPLINGS {
            for grey in [false, true] {
                let kind = Kind {
                    width,
                    height,
                    sampling,
                    grey,
                    optimized: grey,
                    restart: None,
                    ..Kind::any(&mut random, 70)
                };
                let other = target(&mut random);
                for target in [SQUARE, other] {
                    assert_covered(kind, target, &mut random);
                }
            }
        }
    }
}

#[test]
fn leaves_progressive_files_several_scans_and_other_sampling() {
    let mut random = seed(4);
    for _ in 0..20 {
        let kind = Kind {
            progressive: true,
            restart: None,
            ..Kind::any(&mut random, 70)
        };
        let file = kind.file(&mut random);
        assert_eq!(jpeg::sample(&file, SQUARE), None, "{kind:?}");
    }
    for sampling in SAMPLINGS {
        let kind = Kind {
            sampling,
            grey: false,
            optimized: true,
            restart: None,
            ..Kind::any(&mut random, 70)
        };
        let file = kind.file(&mut random);
        assert_eq!(jpeg::sample(&file, SQUARE), None, "several scans: {kind:?}");
    }
    for sampling in [
        SamplingFactor::F_4_1,
        SamplingFactor::F_4_2,
        SamplingFactor::F_1_4,
        SamplingFactor::F_2_4,
    ] {
        let kind = Kind {
            sampling,
            grey: false,
            ..Kind::any(&mut random, 70)
        };
        let file = kind.file(&mut random);
        assert_eq!(jpeg::sample(&file, SQUARE), None, "{kind:?}");
    }
}

/// Whether the sampler decodes a file of this repository.
fn is_covered(path: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = std::fs::read(root.join(path)).expect("is there");
    let targets = [(28, 28), (32, 32), (1, 1), (7, 13), (224, 224), (999, 3)];
    let covered = targets.map(|(width, height)| {
        let target = Target { width, height };
        agrees(&file, target, || path.to_owned())
    });
    assert!(covered.iter().all(|each| *each == covered[0]));
    covered[0]
}

#[test]
fn decodes_the_examples() {
    for name in [
        "0_t-shirt",
        "1_trouser",
        "2_pullover",
        "4_coat",
        "5_sandal",
        "7_sneaker",
        "9_ankle-boot",
    ] {
        assert!(
            is_covered(&format!("examples/fashion/{name}.jpg")),
            "{name}"
        );
    }
    assert!(is_covered("crates/image/tests/files/baseline.jpg"));
    assert!(is_covered("crates/image/tests/files/grey.jpg"));
    assert!(!is_covered("crates/image/tests/files/cmyk.jpg"));
    assert!(!is_covered("crates/image/tests/files/progressive.jpg"));
    assert!(!is_covered("examples/fashion/9_ankle-boot_progressive.jpg"));
}
