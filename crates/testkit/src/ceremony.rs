//! A small `.ptau` file, from a secret `τ` that everyone knows.

use zklens_field::{Field, G2Point, Point, Scalar, g2_generator, generator, linear_combination};

/// `τ` of the ceremony.
const TAU: u64 = 0x5eed_1234_5678_9abc;

/// BN254's base field, little-endian.
const MODULUS: &str = "47fd7cd8168c203c8dca7168916a81975d588181b64550b829a031e1724e6430";

/// The sections of a `.ptau` file as snarkjs lays them out.
#[derive(Clone, Debug)]
pub struct Ceremony {
    /// Kind and bytes.
    pub sections: Vec<(u32, Vec<u8>)>,
}

impl Ceremony {
    /// A ceremony's file with `2^power` powers.
    #[must_use]
    pub fn new(power: u32) -> Self {
        let g1 = (0..(2 << power) - 1).flat_map(|exponent| g1_bytes(&tau_g1(exponent)));
        // A real file has 2^power of these, too; zklens reads two.
        let g2 = (0..(1 << power).min(4)).flat_map(|exponent| g2_bytes(&tau_g2(exponent)));
        let header = [
            32_u32.to_le_bytes().to_vec(),
            modulus(),
            power.to_le_bytes().to_vec(),
            power.to_le_bytes().to_vec(),
        ];
        Self {
            sections: vec![
                (1, header.concat()),
                (2, g1.collect()),
                (3, g2.collect()),
                // This stands for the rest of the file.
                (7, vec![0; 4]),
            ],
        }
    }

    /// The bytes of the first section of a kind.
    ///
    /// # Panics
    ///
    /// The file has no section of this kind.
    pub fn section(&mut self, kind: u32) -> &mut Vec<u8> {
        let mut sections = self.sections.iter_mut();
        &mut sections.find(|section| section.0 == kind).unwrap().1
    }

    /// The file's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut file = b"ptau".to_vec();
        file.extend(1_u32.to_le_bytes());
        file.extend((self.sections.len() as u32).to_le_bytes());
        for (kind, bytes) in &self.sections {
            file.extend(kind.to_le_bytes());
            file.extend((bytes.len() as u64).to_le_bytes());
            file.extend(bytes);
        }
        file
    }
}

/// `[τ^exponent]₁`.
pub fn tau_g1(exponent: u64) -> Point {
    linear_combination(&[generator()], &[Scalar::from(TAU).pow([exponent])])
}

fn tau_g2(exponent: u64) -> G2Point {
    (g2_generator() * Scalar::from(TAU).pow([exponent])).into()
}

/// The file holds limbs in Montgomery form, in which the curve library computes too.
fn g1_bytes(point: &Point) -> Vec<u8> {
    let limbs = [point.x, point.y].map(|coordinate| coordinate.0.0);
    bytes(limbs.as_flattened())
}

fn g2_bytes(point: &G2Point) -> Vec<u8> {
    let coordinates = [point.x.c0, point.x.c1, point.y.c0, point.y.c1];
    bytes(coordinates.map(|coordinate| coordinate.0.0).as_flattened())
}

fn bytes(limbs: &[u64]) -> Vec<u8> {
    limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect()
}

fn modulus() -> Vec<u8> {
    let pairs = MODULUS.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(byte).collect()
}
