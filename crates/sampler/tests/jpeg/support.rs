//! Makes pictures and files, and compares the sampler with the reference.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use zklens_image::{decode, nearest};
use zklens_sampler::{Target, jpeg};

use crate::build::Parts;

/// A small random generator with a fixed seed (`splitmix64`), so that every run has the same cases.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    pub(crate) const fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub(crate) fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// The number of cases, multiplied by the environment's `SAMPLER_CASES` if it is set.
pub(crate) fn cases(count: usize) -> usize {
    let factor = std::env::var("SAMPLER_CASES").ok();
    count * factor.and_then(|factor| factor.parse().ok()).unwrap_or(1)
}

/// A generator, whose seed is moved by the environment's `SAMPLER_SEED` if it is set.
pub(crate) fn seed(seed: u64) -> Random {
    let moved = std::env::var("SAMPLER_SEED").ok();
    Random(seed ^ moved.and_then(|moved| moved.parse().ok()).unwrap_or(0) << 32)
}

/// The encoder's settings for a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) grey: bool,
    pub(crate) sampling: SamplingFactor,
    pub(crate) quality: u8,
    pub(crate) restart: Option<u16>,
    pub(crate) optimized: bool,
    pub(crate) progressive: bool,
    pub(crate) content: usize,
}

pub(crate) const SAMPLINGS: [SamplingFactor; 4] = [
    SamplingFactor::F_1_1,
    SamplingFactor::F_2_1,
    SamplingFactor::F_1_2,
    SamplingFactor::F_2_2,
];

impl Kind {
    /// A random kind that the sampler decodes.
    pub(crate) fn any(random: &mut Random, side: usize) -> Self {
        let restart = [None, None, Some(1), Some(2), Some(3), Some(7), Some(1000)];
        let restart = random.of(&restart);
        let grey = random.below(5) == 0;
        Self {
            width: random.below(side) as u16 + 1,
            height: random.below(side) as u16 + 1,
            grey,
            sampling: random.of(&SAMPLINGS),
            quality: random.of(&[1, 5, 20, 50, 75, 85, 90, 95, 98, 100]),
            restart,
            // An optimized colour file gets several scans, and with restarts the encoder fails.
            optimized: grey && restart.is_none() && random.below(2) == 0,
            progressive: false,
            content: random.below(5),
        }
    }

    pub(crate) fn file(self, random: &mut Random) -> Vec<u8> {
        let channels = if self.grey { 1 } else { 3 };
        let colours = if self.grey {
            ColorType::Luma
        } else {
            ColorType::Rgb
        };
        let samples = content(self, channels, random);
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, self.quality);
        encoder.set_sampling_factor(self.sampling);
        encoder.set_optimized_huffman_tables(self.optimized);
        encoder.set_progressive(self.progressive);
        if let Some(interval) = self.restart {
            encoder.set_restart_interval(interval);
        }
        encoder
            .encode(&samples, self.width, self.height, colours)
            .expect("encodes");
        file
    }
}

/// A picture that is smooth, textured, noisy, black and white, or flat.
fn content(kind: Kind, channels: usize, random: &mut Random) -> Vec<u8> {
    let (width, height) = (usize::from(kind.width), usize::from(kind.height));
    let phase = random.below(256);
    let mut samples = Vec::with_capacity(width * height * channels);
    for y in 0..height {
        for x in 0..width {
            for channel in 0..channels {
                let smooth = x * 5 + y * 3 * (channel + 1) + phase;
                let value = match kind.content {
                    0 => (smooth as f64 / 40.0).sin() * 100.0 + 128.0,
                    1 => {
                        let texture = ((x * 7 + phase) as f64).sin() * ((y * 3) as f64).cos();
                        smooth as f64 % 200.0 + texture * 25.0
                    }
                    2 => random.below(256) as f64,
                    3 => random.of(&[0.0, 255.0]),
                    _ => (phase + 50 * channel) as f64,
                };
                samples.push(value as u8);
            }
        }
    }
    samples
}

/// A random target.
pub(crate) fn target(random: &mut Random) -> Target {
    let sides = [1, 2, 3, 7, 8, 13, 28, 32, 64, 100];
    Target {
        width: random.of(&sides),
        height: random.of(&sides),
    }
}

/// The file's sampled pixels as the reference defines them.
pub(crate) fn expected(file: &[u8], target: Target) -> Option<Vec<[u8; 3]>> {
    let picture = decode(file).ok()?;
    let columns = nearest(picture.width(), target.width);
    let mut pixels = Vec::new();
    for y in nearest(picture.height(), target.height) {
        for x in &columns {
            pixels.push(picture.rgb(*x, y)?);
        }
    }
    Some(pixels)
}

/// Whether the sampler decodes the file. If it does, the pixels must be the reference's.
#[track_caller]
pub(crate) fn agrees(file: &[u8], target: Target, case: impl Fn() -> String) -> bool {
    let Some(pixels) = jpeg::sample(file, target) else {
        return false;
    };
    if Some(pixels) != expected(file, target) {
        let path = std::env::temp_dir().join("sampler-differs.jpg");
        std::fs::write(&path, file).expect("is written");
        panic!("differs: {target:?}, {}, {}", case(), path.display());
    }
    true
}

/// A target for handmade files.
pub(crate) const TARGET: Target = Target {
    width: 9,
    height: 10,
};

/// Asserts that the sampler decodes the file, to the pixels of the reference.
#[track_caller]
pub(crate) fn assert_covered(parts: &Parts, case: &str) {
    assert!(agrees(&parts.file(), TARGET, || case.to_owned()), "{case}");
}

/// Asserts that the sampler leaves the file to the reference.
#[track_caller]
pub(crate) fn assert_left(parts: &Parts, case: &str) {
    assert!(!agrees(&parts.file(), TARGET, || case.to_owned()), "{case}");
}
