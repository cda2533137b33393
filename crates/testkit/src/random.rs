//! Random numbers that are the same on every machine and in every release.

use zklens_model::{Pixels, Preprocessing, Weights};

/// SplitMix64 (Steele, Lea, Flood, *Fast Splittable Pseudorandom Number Generators*, 2014). Golden
/// vectors depend on its output, which the generators of other crates do not promise to keep.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of one seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `lo` to `hi`, both included; close enough to uniform for tests.
    pub fn between(&mut self, lo: i64, hi: i64) -> i64 {
        let span = i128::from(hi) - i128::from(lo) + 1;
        let value = i128::from(lo) + i128::from(self.bits()) % span;
        i64::try_from(value).expect("a value between two numbers fits where they fit")
    }

    /// A count from `lo` to `hi`, both included.
    pub fn count(&mut self, lo: usize, hi: usize) -> usize {
        let span = u64::try_from(hi - lo).expect("small counts") + 1;
        lo + usize::try_from(self.bits() % span).expect("small counts")
    }

    /// One of `choices`.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.count(0, choices.len() - 1)]
    }

    /// Weights from `-magnitude - 1` to `magnitude`.
    pub fn weights(&mut self, len: usize, magnitude: i32) -> Weights {
        let magnitude = i64::from(magnitude);
        let weight = |_| i32::try_from(self.between(-magnitude - 1, magnitude));
        Weights::new((0..len).flat_map(weight).collect())
    }

    /// Biases from `-magnitude` to `magnitude`.
    pub fn biases(&mut self, len: usize, magnitude: i64) -> Vec<i64> {
        (0..len)
            .map(|_| self.between(-magnitude, magnitude))
            .collect()
    }

    /// Random pixels for a network.
    pub fn pixels(&mut self, preprocessing: &Preprocessing) -> Pixels {
        let values = (0..preprocessing.len()).map(|_| self.bits().to_le_bytes()[0]);
        Pixels::new(preprocessing.shape(), values.collect()).expect("as many values as pixels")
    }
}

/// Pixels that all have one value.
#[must_use]
pub fn plain_pixels(preprocessing: &Preprocessing, value: u8) -> Pixels {
    let values = vec![value; preprocessing.len()];
    Pixels::new(preprocessing.shape(), values).expect("as many values as pixels")
}
